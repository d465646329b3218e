"""The table of formats, and the function that writes any of them.

In: a source of rows, a format's name, a folder.  Out: the folder, filled.
Knows no format's details.  An installed distribution adds a `Format` by an entry point of the group `skg.exports`.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from dataset.analysis.names_in_words import in_words
from dataset.exports.bop import count as count_bop
from dataset.exports.bop import write as write_bop
from dataset.exports.coco import write as write_coco
from dataset.exports.dataset_card import CARD, plain_card
from dataset.exports.export_source import Row, Source
from dataset.exports.files.atomic_folder import draft_of
from dataset.exports.files.record_counts import of_coco, of_lines, of_list, of_shards, of_tars
from dataset.exports.huggingface import write as write_huggingface
from dataset.exports.lines.question_lines import scored
from dataset.exports.lines.question_lines import write as write_questions
from dataset.exports.lines.sample_lines import write as write_samples
from dataset.exports.llama_vision import write as write_llama_vision
from dataset.exports.llava import write as write_llava
from dataset.exports.lmms_eval_task import asked_splits, with_choices
from dataset.exports.lmms_eval_task import write as write_lmms
from dataset.exports.qwen_vl import write as write_qwen
from dataset.exports.sharegpt import write as write_sharegpt
from dataset.exports.webdataset_shards import write as write_shards
from schemas.errors import BadInput, UserError
from schemas.plugins import PluginTable
from schemas.texts.fault_words import counted as number_of
from schemas.texts.fault_words import did_you_mean

GROUP = "skg.exports"
"""Entry points of further formats."""


def _all_splits(source: Source) -> Sequence[str]:
    return source.splits


class Records(NamedTuple):
    """What an entry of a format's files is called, and how many a folder has of a split."""

    name: str
    number: Callable[[Path, str], int]


CONVERSATIONS = "conversations"


@dataclass(frozen=True)
class Format:
    """How a format is written, and its use in words. `splits`: those of a source that it writes.  `records`: what one
    entry of its files is called, where that is no sample, and how many there are of a split in a folder.  `asks`: ids of
    the questions of a sample that it writes, where those are not all."""

    write: Callable[[Source, Path], None]
    meaning: str
    splits: Callable[[Source], Sequence[str]] = _all_splits
    records: "Records | None" = None
    asks: Callable[[Row], Collection[str]] | None = None


_OWN = {
    "huggingface": Format(write_huggingface, "Parquet with pictures and a dataset card, for `datasets.load_dataset(DIR)`"),
    "jsonl": Format(write_samples, "JSON lines: a sample a line, every column, pictures and depth maps beside them"),
    "questions": Format(
        write_questions,
        "JSON lines: a question a line with its pictures, for `skg eval --questions`",
        records=Records("questions", of_lines),
        asks=scored,
    ),
    "llava": Format(
        write_llava,
        "LLaVA-1.6 conversations: a JSON list a split, pictures beside it",
        records=Records(CONVERSATIONS, of_list),
    ),
    "qwen-vl": Format(
        write_qwen,
        "Qwen-VL conversations: as LLaVA's, places as bbox_2d and point_2d (`--coordinates`)",
        records=Records(CONVERSATIONS, of_list),
    ),
    "llama-vision": Format(
        write_llama_vision,
        "Llama-3.2-Vision chat messages: JSON lines a split, pictures beside them",
        records=Records(CONVERSATIONS, of_lines),
    ),
    "sharegpt": Format(
        write_sharegpt,
        "ShareGPT with a dataset_info.json, for LLaMA-Factory's `dataset_dir`",
        records=Records(CONVERSATIONS, partial(of_list, prefix="skg_")),
    ),
    "webdataset": Format(write_shards, "WebDataset: tar shards a split", records=Records("records", of_tars)),
    "coco": Format(
        write_coco,
        "COCO detection: boxes and masks of what is visible, pictures beside them",
        records=Records("pictures", of_coco),
    ),
    "bop": Format(
        write_bop,
        "BOP: depths, masks and poses of every body, of pictures of scenes in metres",
        records=Records("pictures", count_bop),
    ),
    "lmms-eval": Format(
        write_lmms,
        "a benchmark task for lmms-eval, multiple choice in every rotation of the choices",
        asked_splits,
        Records("records", of_shards),
        with_choices,
    ),
}

FORMATS = PluginTable(GROUP, _OWN, Format)
"""By the name that `--format` takes."""


def counted(source: Source, name: str, out: Path) -> str:
    """What was written, of each split: `train 95 samples in 812 conversations`; and how many questions of which kinds were
    not."""
    chosen = FORMATS[name]
    said = []
    for split in chosen.splits(source):
        samples = f"{split} {number_of(source.sizes.get(split, 0), 'sample')}"
        held = chosen.records and f" in {chosen.records.number(out, split):,} {chosen.records.name}"
        said.append(samples + (held or ""))
    return ", ".join(said) + _left_out(source, chosen)


def _left_out(source: Source, chosen: Format) -> str:
    """The questions that a format has no form for, by kind; nothing where it writes all."""
    if chosen.asks is None:
        return ""
    kinds: Counter[str] = Counter()
    for split in chosen.splits(source):
        for row in source.rows(split, ["sample_id", "objects", "questions"]):
            asked = chosen.asks(row)
            kinds.update(question["kind"] for question in row["questions"] if question["id"] not in asked)
    told = ", ".join(f"{in_words(kind)} {count:,}" for kind, count in kinds.most_common())
    return f"; left out, since this form has no place for them: {told}" if kinds else ""


def require_format(name: str) -> None:
    """Raise BadInput for a format that there is not, with the nearest and all there are."""
    if name not in FORMATS:
        raise BadInput(f"there is no format {name!r}{did_you_mean(name, FORMATS)}; there are {', '.join(FORMATS)}")


def export(source: Source, name: str, out: Path) -> Path:
    """Write the source in a format; returns `out`. The folder appears whole or not at all, and is never overwritten.

    Raises UserError for an unknown format or a folder that is in use, NoDataset, RetryableError.
    """
    require_format(name)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UserError(f"{out} is not an empty folder: an export does not overwrite anything")
    target = out.resolve()
    with draft_of(target) as draft:
        FORMATS[name].write(source, draft)
        if not (draft / CARD).exists():
            (draft / CARD).write_text(plain_card(source), encoding="utf-8")
    return out
