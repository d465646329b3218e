"""A benchmark for lmms-eval: the hold-out as multiple choice, every question once in each rotation of its choices.

In: a source.  Out: `skg_spatial.yaml` and its `utils.py`, and the questions as Parquet in `data/`.
A question counts as right only if the model finds the answer at every position, so guessing a letter does not pay.
Run with `lmms_eval --include_path DIR --tasks skg_spatial`.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

import dataset.exports.lmms_eval_helpers
from dataset.exports.export_source import Row, Source
from dataset.exports.files.parquet_shards import write_shards
from dataset.exports.lmms_eval_helpers import LETTERS

if TYPE_CHECKING:
    import datasets

TASK = "skg_spatial"
HOLD_OUT = "test"

_YAML = """\
# The questions' folder; change it when you move the export.
dataset_path: {path}
task: {task}
test_split: {split}
output_type: generate_until
doc_to_visual: !function utils.doc_to_visual
doc_to_text: !function utils.doc_to_text
doc_to_target: answer
process_results: !function utils.process_results
generation_kwargs:
  max_new_tokens: 16
  temperature: 0
  do_sample: false
metric_list:
  - metric: circular_accuracy
    aggregation: !function utils.circular_accuracy
    higher_is_better: true
  - metric: accuracy
    aggregation: !function utils.accuracy
    higher_is_better: true
metadata:
  version: 1.0
"""


def write(source: Source, out: Path) -> None:
    """Write the task of the hold-out, or of the only split of the source."""
    split = HOLD_OUT if HOLD_OUT in source.splits else source.splits[0]
    write_shards(out / "data", split, _batches(source, split), _features())
    text = _YAML.format(path=json.dumps(str(source.out / "data")), task=TASK, split=split)
    (out / f"{TASK}.yaml").write_text(text, encoding="utf-8")
    shutil.copyfile(dataset.exports.lmms_eval_helpers.__file__, out / "utils.py")


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
        }
    )


def _batches(source: Source, split: str) -> Iterator[pa.RecordBatch]:
    """One batch for each sample: its rows share one picture, which compresses to one copy."""
    schema = _features().arrow_schema
    for row in source.rows(split):
        yield pa.RecordBatch.from_pylist(list(rotations(row)), schema=schema)


def rotations(row: Row) -> Iterator[dict[str, object]]:
    """Each question of a sample once for each rotation of its choices."""
    for question in row["questions"]:
        choices = question["choices"]
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
                "image": row["image"],
            }
