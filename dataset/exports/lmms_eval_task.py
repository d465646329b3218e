"""A benchmark for lmms-eval: the hold-out as multiple choice, every question once in each rotation of its choices.

In: a source.  Out: `skg_spatial.yaml` and its `utils.py`, and the questions as Parquet in `data/`.  Raises UserError where
the hold-out has no questions with choices: what a model was trained on is no benchmark, unless its split is asked for.
A question counts as right only if the model finds the answer at every position, so guessing a letter does not pay.
Run with `lmms_eval --include_path DIR --tasks skg_spatial`.
"""

import inspect
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from dataset.evaluation import choice_reading
from dataset.evaluation.choice_reading import LETTERS
from dataset.exports import lmms_eval_helpers
from dataset.exports.export_source import Row, Source
from dataset.exports.files.parquet_shards import write_shards
from dataset.exports.lmms_eval_helpers import of_kind
from schemas.errors import UserError
from schemas.llm import thinking
from schemas.llm.token_limits import ANSWER_TOKENS

if TYPE_CHECKING:
    import datasets

TASK = "skg_spatial"
HOLD_OUT = "test"

METRICS = ("circular_accuracy", "accuracy", "unanswered")
"""Metrics, each aggregated by the function of its name; each kind of question has its circular accuracy besides."""

_YAML = """\
# Questions of the split "{split}". Paths are from this file's folder, so the export may be moved as a whole.
dataset_path: parquet
dataset_kwargs:
  data_files:
    {split}:
{files}task: {task}
test_split: {split}
output_type: generate_until
doc_to_visual: !function utils.doc_to_visual
doc_to_text: !function utils.doc_to_text
doc_to_target: answer
process_results: !function utils.process_results
generation_kwargs:
  max_new_tokens: {max_tokens}
  temperature: 0
  do_sample: false
metric_list:
{metrics}metadata:
  version: 1.0
"""

_OF_THE_FACTORY = re.compile(r"^from (?:dataset|schemas)\..*\n", re.MULTILINE)

_METRIC = """\
  - metric: {name}
    aggregation: !function utils.{function}
    higher_is_better: {good}
  - metric: {name}_stderr
    aggregation: !function utils.{function}_stderr
    higher_is_better: false
"""


def asked_splits(source: Source) -> tuple[str]:
    """The one split that a task asks: the hold-out, unless another one was asked for."""
    return (source.asked or HOLD_OUT,)


def write(source: Source, out: Path) -> None:
    """Write the task of the hold-out, or of the split that was asked for. Raises UserError for one without questions."""
    (split,) = asked_splits(source)
    kinds: set[str] = set()
    shards = (
        write_shards(out / "data", split, _batches(source, split, kinds), _features()) if split in source.splits else []
    )
    if not kinds:
        raise UserError(f"the split {split} has no questions with choices to ask; --split names another")
    metrics = "".join(
        _METRIC.format(name=name, function=function, good="false" if name == "unanswered" else "true")
        for name, function in [*zip(METRICS, METRICS, strict=True), *_of_kinds(sorted(kinds))]
    )
    files = "".join(f"    - data/{name}\n" for name in shards)
    text = _YAML.format(files=files, task=TASK, split=split, max_tokens=ANSWER_TOKENS, metrics=metrics)
    (out / f"{TASK}.yaml").write_text(text, encoding="utf-8")
    (out / "utils.py").write_text(_helpers(), encoding="utf-8")


def _helpers() -> str:
    """The source of the helpers and of what they import of the factory, as one module that needs none of it."""
    modules = (lmms_eval_helpers, choice_reading, thinking)
    return "\n\n".join(_OF_THE_FACTORY.sub("", inspect.getsource(module)) for module in modules)


def _of_kinds(kinds: Iterable[str]) -> Iterator[tuple[str, str]]:
    return ((of_kind(kind), "circular_accuracy") for kind in kinds)


def _features() -> "datasets.Features":
    import datasets

    text = datasets.Value("string")
    names = ("question_id", "sample_id", "question", "answer", "kind")
    return datasets.Features(
        {
            **dict.fromkeys(names, text),
            "rotation": datasets.Value("int32"),
            "choices": datasets.List(text),
            "image": datasets.Image(),
            "more_images": datasets.List(datasets.Image()),
        }
    )


def _batches(source: Source, split: str, kinds: set[str]) -> Iterator[pa.RecordBatch]:
    """One batch for each sample: its rows share one picture, which compresses to one copy. Fills `kinds`."""
    schema = _features().arrow_schema
    for row in source.rows(split):
        kinds |= {question["kind"] for question in row["questions"] if question["choices"]}
        yield pa.RecordBatch.from_pylist(list(rotations(row)), schema=schema)


def with_choices(row: Row) -> set[str]:
    """The ids of a sample's questions that have choices."""
    return {question["id"] for question in row["questions"] if question["choices"]}


def rotations(row: Row) -> Iterator[dict[str, object]]:
    """Each question of a sample once for each rotation of its choices."""
    pictures = [row["image"], *(view["image"] for view in row.get("views") or ())]
    for question in row["questions"]:
        choices = question["choices"]
        image, *more = (pictures[number] for number in question.get("views") or (0,))
        for shift in range(len(choices)):
            rotated = [*choices[shift:], *choices[:shift]]
            yield {
                "question_id": question["id"],
                "sample_id": row["sample_id"],
                "question": question["question"],
                "answer": LETTERS[rotated.index(question["answer"])],
                "kind": question["kind"],
                "rotation": shift,
                "choices": rotated,
                "image": image,
                "more_images": more,
            }
