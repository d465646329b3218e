"""Verdicts in the forms of other tools: Label Studio's tasks, FiftyOne's samples.

In: a dataset's address, a folder.  Out: the folder with `tasks.json` or `samples.json`, and the pictures that it names.
Forms as documented: Label Studio imports a list of tasks with `data` and `annotations` (choices, text areas); FiftyOne's
`FiftyOneDataset` reads `samples.json` and `metadata.json` with pictures under `data/`.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from dataset.reading.row_reader import batches
from dataset.review.verdict_table import Verdict, counting_verdicts
from dataset.table.delta_table import Options, Table
from schemas.errors import UserError

Row = Mapping[str, Any]
Json = dict[str, Any]

LABELS = """<View>
  <Image name="image" value="$image"/>
  <Header value="$question"/>
  <Text name="answer" value="$answer"/>
  <Choices name="verdict" toName="image" choice="single"><Choice value="accept"/><Choice value="flag"/></Choices>
  <TextArea name="reason" toName="image"/>
  <TextArea name="comment" toName="image"/>
  <TextArea name="reviewer" toName="image"/>
</View>
"""
"""The interface of a Label Studio project that these tasks fit."""


def export_review(uri: str, form: str, out: Path, options: Options = None) -> int:
    """Write the verdicts that count; the number of reviewed samples. Raises UserError for another form, for a folder that
    is not empty, and where nobody reviewed the dataset."""
    if form not in FORMS:
        raise UserError(f"--format {form}: there are {', '.join(FORMS)}")
    if out.exists() and any(out.iterdir()):
        raise UserError(f"{out} is not empty: give another folder")
    by_sample: dict[str, list[Verdict]] = defaultdict(list)
    for each in counting_verdicts(uri, options):
        by_sample[each.sample_id].append(each)
    if not by_sample:
        raise UserError(f"nobody reviewed the dataset at {uri} yet")
    (out / "data").mkdir(parents=True, exist_ok=True)
    rows = list(_reviewed(Table.load(uri, options), by_sample, out / "data"))
    FORMS[form](out, rows, by_sample)
    return len(rows)


def _reviewed(table: Table, wanted: Mapping[str, Sequence[Verdict]], folder: Path) -> Iterator[Row]:
    """The rows of reviewed samples, their pictures written into the folder."""
    for batch in batches(table, ["sample_id", "image", "width", "height", "scene", "split", "questions"], None):
        for row in batch.to_pylist():
            if row["sample_id"] in wanted:
                name = f"{row['sample_id']}{PurePosixPath(row['image']['path']).suffix}"
                (folder / name).write_bytes(row["image"]["bytes"])
                yield {**row, "picture": f"data/{name}"}


def _label_studio(out: Path, rows: Sequence[Row], verdicts: Mapping[str, Sequence[Verdict]]) -> None:
    """A task for each reviewed question and sample, with an annotation of each reviewer."""
    tasks = [task for row in rows for task in _tasks(row, verdicts[row["sample_id"]])]
    (out / "tasks.json").write_text(json.dumps(tasks, indent=1, ensure_ascii=False), "utf-8")
    (out / "labels.xml").write_text(LABELS, "utf-8")


def _tasks(row: Row, verdicts: Sequence[Verdict]) -> Iterator[Json]:
    questions = {question["id"]: question for question in row["questions"]}
    by_question: dict[str | None, list[Verdict]] = defaultdict(list)
    for each in verdicts:
        by_question[each.question_id].append(each)
    for number, said in by_question.items():
        asked = questions.get(number or "", {})
        yield {
            "data": {
                "image": row["picture"], "sample_id": row["sample_id"], "question_id": number, "kind": asked.get("kind"),
                "question": asked.get("question", row["scene"]), "answer": asked.get("answer", ""),
                "choices": asked.get("choices"),
            },
            "annotations": [_annotation(each) for each in said],
        }  # fmt: skip


def _annotation(verdict: Verdict) -> Json:
    """The reviewer is one of the texts: Label Studio refuses an annotation completed by somebody whom it does not know."""
    texts = {"reason": verdict.reason, "comment": verdict.comment, "reviewer": verdict.reviewer}
    chosen = {"from_name": "verdict", "to_name": "image", "type": "choices", "value": {"choices": [verdict.verdict]}}
    areas = [
        {"from_name": name, "to_name": "image", "type": "textarea", "value": {"text": [text]}}
        for name, text in texts.items()
        if text
    ]
    return {
        "unique_id": verdict.verdict_id,
        "created_at": verdict.at.isoformat(),
        "result": [chosen, *areas],
    }


def _fiftyone(out: Path, rows: Sequence[Row], verdicts: Mapping[str, Sequence[Verdict]]) -> None:
    """A sample for each picture: tagged with its split and `flagged` or `accepted`, verdicts as a field."""
    samples = [_sample(row, verdicts[row["sample_id"]]) for row in rows]
    (out / "samples.json").write_text(json.dumps({"samples": samples}, indent=1, ensure_ascii=False), "utf-8")
    (out / "metadata.json").write_text(json.dumps({"media_type": "image", "info": {}}), "utf-8")


def _sample(row: Row, verdicts: Sequence[Verdict]) -> Json:
    is_flagged = any(each.verdict == "flag" for each in verdicts)
    return {
        "filepath": row["picture"],
        "tags": [row["split"], "flagged" if is_flagged else "accepted"],
        "sample_id": row["sample_id"],
        "scene": {"_cls": "Classification", "label": row["scene"]},
        "verdicts": [each.model_dump(mode="json") for each in verdicts],
    }


FORMS: Mapping[str, Callable[[Path, Sequence[Row], Mapping[str, Sequence[Verdict]]], None]] = {
    "label-studio": _label_studio,
    "fiftyone": _fiftyone,
}
