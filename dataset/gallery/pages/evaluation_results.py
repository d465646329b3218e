"""Results of `skg eval` side by side, and the answers that were wrong.

In: folders of results, the dataset.  Out: plain values for templates.  Asks no model.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dataset.evaluation.answer_log import Answer, answers_of
from dataset.evaluation.reply_outcome import HIT
from dataset.evaluation.scores import Score
from dataset.gallery.views.row_views import COLOURS
from dataset.reading.row_reader import batches
from dataset.table.delta_table import Options, Table

RESULT = "result.json"

FACETS = ("split", "kind", "hops", "density", "relation")
"""What accuracies are compared by."""

MARKS = 4
"""The style sheet's number of marks."""

Values = dict[str, Any]


@dataclass(frozen=True)
class Run:
    """One result: a model (or none, where only baselines were asked) on the questions of one split or file."""

    folder: Path
    model: str
    split: str
    questions: int
    left: int
    scores: Mapping[str, Any] | None
    baselines: Mapping[str, Mapping[str, Any]]
    is_of_split: bool


@dataclass(frozen=True)
class Series:
    """What is compared: a model or a baseline on one split, by facets. `run` is its number, None for a baseline.

    `colour` tells models apart, `mark` the splits: both are numbers of the style sheet.
    """

    name: str
    split: str
    scores: Mapping[str, Any]
    colour: int
    mark: int
    run: int | None


@dataclass(frozen=True)
class WrongAnswer:
    """An answer that was wrong: `said` is the model's reply, `chosen` what it was read as."""

    sample_id: str
    question_id: str
    kind: str
    said: str
    chosen: str


def runs_in(folders: Sequence[Path]) -> tuple[list[Run], list[str]]:
    """The results in these folders, or in folders in them; and what cannot be read, in words."""
    found, faults = [], []
    for folder in folders:
        places = [folder] if (folder / RESULT).exists() else sorted(path.parent for path in folder.glob(f"*/{RESULT}"))
        if not places:
            faults.append(f"{folder} holds no result of skg eval ({RESULT})")
        for place in places:
            try:
                found.append(_run(place, json.loads((place / RESULT).read_text("utf-8"))))
            except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
                faults.append(f"{place / RESULT} cannot be read: {error}")
    return found, faults


def _run(folder: Path, result: Mapping[str, Any]) -> Run:
    origin = result["run"]["questions"]
    return Run(
        folder=folder,
        model=str(result["run"].get("model") or ""),
        split=str(origin.get("split", "a file")),
        questions=int(result["questions"]),
        left=int(result["left"]),
        scores=result["scores"],
        baselines=dict(result["baselines"]),
        is_of_split="split" in origin,
    )


def series_of(runs: Sequence[Run]) -> list[Series]:
    """Models first, each with a colour of its own, each split with a mark of its own; of several runs of the same questions
    their baselines once."""
    models: list[Series] = []
    others: dict[tuple[str, str], Series] = {}
    names = list(dict.fromkeys(run.model for run in runs if run.scores is not None))
    splits = list(dict.fromkeys(run.split for run in runs))
    for number, run in enumerate(runs):
        mark = splits.index(run.split) % MARKS
        if run.scores is not None:
            models.append(Series(run.model, run.split, run.scores, names.index(run.model) % COLOURS, mark, number))
        for name, scores in run.baselines.items():
            others.setdefault((name, run.split), Series(name, run.split, scores, -1, mark, None))
    return [*models, *others.values()]


def compared(series: Sequence[Series], facet: str) -> list[tuple[str, list[tuple[Series, Score]]]]:
    """Of each group of a facet (a kind, a number of hops) the scores of those that were asked in it."""
    groups: dict[str, list[tuple[Series, Score]]] = {}
    for one in series:
        scores = {one.split: one.scores["all"]} if facet == "split" else one.scores.get(facet, {})
        for name, score in scores.items():
            groups.setdefault(name, []).append((one, score))
    return sorted(groups.items(), key=lambda entry: _natural(entry[0]))


def _natural(name: str) -> tuple[int, str]:
    """Numbers in their order, before words."""
    first = name.partition("-")[0].rstrip("+")
    return (int(first), name) if first.isdecimal() else (10**9, name)


def wrong_answers(run: Run, uri: str, options: Options) -> list[WrongAnswer]:
    """The wrong answers of a run, in the order of the dataset: on a split, or on a file of questions as far as the dataset
    has them. Raises NoDataset, RetryableError."""
    answers = {answer["id"]: answer for answer in answers_of(run.folder)}
    if not answers:
        return []
    return list(_wrong(Table.load(uri, options), run.split if run.is_of_split else None, answers))


def _wrong(table: Table, split: str | None, answers: Mapping[str, Answer]) -> Iterator[WrongAnswer]:
    for batch in batches(table, ["sample_id", "questions"], split):
        for row in batch.to_pylist():
            for question in row["questions"]:
                answer = answers.get(question["id"])
                if answer is not None and not _is_right(question, answer["choice"]):
                    yield WrongAnswer(
                        row["sample_id"], question["id"], question["kind"], answer["said"], _chosen(question, answer)
                    )


def _is_right(question: Mapping[str, Any], choice: int | None) -> bool:
    if not question["choices"]:
        return choice == HIT
    return choice is not None and choice < len(question["choices"]) and question["choices"][choice] == question["answer"]


def _chosen(question: Mapping[str, Any], answer: Answer) -> str:
    """The choice that the reply means, or why it means none."""
    choice = answer["choice"]
    if "fault" in answer:
        return f"no answer ({answer['fault']})"
    if choice is None:
        return "no choice"
    return question["choices"][choice] if choice < len(question["choices"]) else "another place"
