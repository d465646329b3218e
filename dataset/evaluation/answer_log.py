"""Logs answers to a file from which an interrupted run resumes.

In: answers, one at a time.  Out: a file of JSON lines: first the run's parameters, then one answer per line.
A truncated last line is dropped.  A file of another run is never appended to.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NotRequired, TypedDict

from dataset.evaluation.reply_outcome import Fault, FaultKind, Outcome
from schemas.errors import UserError

NAME = "answers.jsonl"


class Answer(TypedDict):
    """The model's response to an item, and the number of the choice that it means (of a place 0 for right, 1 for wrong).

    `fault` (a kind) and `cause` stand beside the choice null.
    """

    id: str
    said: str
    choice: int | None
    fault: NotRequired[FaultKind]
    cause: NotRequired[str]


def logged(name: str, said: str, outcome: Outcome) -> Answer:
    """The answer to the item of this name."""
    fault = outcome.fault
    if fault is None:
        return Answer(id=name, said=said, choice=outcome.choice)
    return Answer(id=name, said=said, choice=None, fault=fault.kind, cause=fault.cause)


class AnswerLog:
    """The answers of one run, in its folder. One process at a time writes it."""

    def __init__(self, folder: Path, run: Mapping[str, object]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / NAME
        self.choices: dict[str, int | None] = {}
        self.faults: dict[str, Fault] = {}
        whole = self._complete_lines()
        if whole:
            self._require_same_run(whole[0], run)
            for line in whole[1:]:
                self._count(json.loads(line))
        text = "".join(f"{line}\n" for line in whole or [json.dumps({"run": run}, ensure_ascii=False)])
        self._path.write_text(text, "utf-8")
        self._file = self._path.open("a", encoding="utf-8")

    def add(self, answer: Answer) -> None:
        """Append an answer: it is in the file when this returns."""
        self._file.write(json.dumps(answer, ensure_ascii=False) + "\n")
        self._file.flush()
        self._count(answer)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _count(self, answer: Answer) -> None:
        self.choices[answer["id"]] = answer["choice"]
        if "fault" in answer:
            self.faults[answer["id"]] = Fault(answer["fault"], answer.get("cause", ""))

    def _complete_lines(self) -> list[str]:
        return [line for line in run_lines(self._path) if _is_json(line)]

    def _require_same_run(self, first: str, run: Mapping[str, object]) -> None:
        found = json.loads(first).get("run")
        if found != json.loads(json.dumps(run)):
            raise UserError(f"{self._path} holds the answers of another run ({json.dumps(found)}); give another --out")


def run_of(folder: Path) -> dict[str, object] | None:
    """The parameters of the run in a folder, None where there is none."""
    lines = run_lines(folder / NAME)
    if not lines or not _is_json(lines[0]):
        return None
    found = json.loads(lines[0]).get("run")
    return found if isinstance(found, dict) else None


def answers_of(folder: Path) -> list[Answer]:
    """The answers in a folder, which may still grow; none where there is no log."""
    read = [json.loads(line) for line in run_lines(folder / NAME) if _is_json(line)]
    return [entry for entry in read if isinstance(entry.get("id"), str) and "choice" in entry]


def run_lines(path: Path) -> list[str]:
    """The lines of a log, which may be truncated."""
    return path.read_text("utf-8", errors="replace").split("\n") if path.exists() else []  # answers hold other line ends


def _is_json(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False
