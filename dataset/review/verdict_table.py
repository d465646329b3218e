"""The table of verdicts: what people say of samples and of questions, one row each time that somebody says it.

In: verdicts.  Out: commits into a table beside the dataset's; the verdicts that count.
Of what a reviewer said of a sample, or of one of its questions, the latest counts; older rows stay.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

import pyarrow as pa
from pydantic import Field, model_validator

from dataset.reading.picture_twins import with_twins
from dataset.review import REVIEWER
from dataset.table.delta_table import Options, Table
from dataset.table.table_errors import CommitConflict, NoDataset
from schemas.base import Id, Model
from schemas.errors import RetryableError
from schemas.ids import content_id
from schemas.texts.fault_words import did_you_mean

REASONS = ("wrong answer", "ambiguous", "not to be seen", "wrong words", "bad picture", "other")
"""Why something is flagged."""

IN_OWN_WORDS = "other"
"""The reason of a flag whose comment alone says why."""

MAX_COMMENT, MAX_REVIEWER = 2000, 100

ATTEMPTS = 5
"""Commits beside those of others before one is given up."""

VERDICT_COLUMNS = pa.schema(
    [
        ("verdict_id", pa.string()),
        ("sample_id", pa.string()),
        ("question_id", pa.string()),  # null: of the sample as a whole
        ("verdict", pa.string()),  # accept or flag
        ("reason", pa.string()),  # null where there is none
        ("comment", pa.string()),
        ("reviewer", pa.string()),
        ("at", pa.timestamp("us", tz="UTC")),
        ("dataset_version", pa.int64()),  # of the table that the reviewer saw
    ]
)
"""As with `dataset.table.columns`: one may be added at the end, none is ever renamed, retyped or dropped."""


class Verdict(Model):
    """What a reviewer says of a sample, or of one of its questions."""

    sample_id: Id
    question_id: Id | None = None
    verdict: Literal["accept", "flag"]
    reason: Annotated[str, Field(max_length=MAX_REVIEWER)] | None = None
    comment: Annotated[str, Field(max_length=MAX_COMMENT)] | None = None
    reviewer: Annotated[str, Field(min_length=1, max_length=MAX_REVIEWER)]
    at: datetime
    dataset_version: Annotated[int, Field(ge=0)]

    @model_validator(mode="after")
    def _flag_has_a_reason(self) -> Self:
        if self.verdict == "flag" and self.reason not in REASONS:
            if self.reason is not None:
                raise ValueError(no_such_reason(self.reason))
            raise ValueError(f"a flag needs a reason: {', '.join(REASONS)}")
        return self

    @property
    def verdict_id(self) -> str:
        """Follows from what was said when by whom: the same row twice has one id."""
        return content_id("verdict", self.sample_id, self.question_id, self.reviewer, self.at.isoformat())

    @property
    def about(self) -> tuple[str, str | None, str]:
        """Of several verdicts with the same value the latest counts."""
        return self.sample_id, self.question_id, self.reviewer


def no_such_reason(typed: str) -> str:
    """What is said of a reason that is none: the nearest one, and what there is."""
    return f"there is no reason {typed!r} to flag{did_you_mean(typed, REASONS)}; there are {', '.join(REASONS)}"


def reason_of(verdict: str, reason: str | None, comment: str | None) -> str | None:
    """The reason that is stored for what somebody chose: none of an accept, "other" of a flag with a comment alone."""
    if verdict != "flag":
        return None
    return reason or (IN_OWN_WORDS if comment else None)


def verdicts_uri(uri: str) -> str:
    """Where the verdicts on the dataset at `uri` are: beside it."""
    return f"{uri.rstrip('/')}-verdicts"


def reviewer_of_environment() -> str:
    """The name in SKG_REVIEWER; empty where there is none."""
    return os.environ.get(REVIEWER, "").strip()[:MAX_REVIEWER]


def add_verdicts(uri: str, verdicts: Iterable[Verdict], options: Options = None) -> None:
    """Append verdicts on the dataset at `uri` in one commit. Raises RetryableError."""
    rows = [{**each.model_dump(), "verdict_id": each.verdict_id, "at": each.at.astimezone(UTC)} for each in verdicts]
    table = Table.create(verdicts_uri(uri), VERDICT_COLUMNS, options)
    for _ in range(ATTEMPTS):
        try:
            table.append(pa.Table.from_pylist(rows, schema=VERDICT_COLUMNS), {})
        except CommitConflict:
            table.refresh()
        else:
            return
    raise RetryableError(f"{verdicts_uri(uri)}: others commit verdicts all the time", "table")


def all_verdicts(uri: str, options: Options = None) -> list[Verdict]:
    """Every verdict on the dataset at `uri`, in the order of their times; none where nobody reviewed it."""
    try:
        table = Table.load(verdicts_uri(uri), options)
    except NoDataset:
        return []
    rows = table.query(f"SELECT {', '.join(VERDICT_COLUMNS.names)} FROM samples").to_pylist()
    found = [Verdict.model_validate({name: row[name] for name in Verdict.model_fields}) for row in rows]
    return sorted(found, key=lambda each: (each.at, each.verdict_id))


def verdicts_state(uri: str, options: Options = None) -> tuple[str, int] | None:
    """What changes whenever somebody says something of the dataset at `uri`; None while nobody did.

    Raises RetryableError.
    """
    try:
        table = Table.load(verdicts_uri(uri), options)
    except NoDataset:
        return None
    return table.id, table.version


def counting_verdicts(uri: str, options: Options = None) -> list[Verdict]:
    """The latest verdict of each reviewer on each sample and question."""
    return list({each.about: each for each in all_verdicts(uri, options)}.values())


@dataclass(frozen=True)
class Flagged:
    """Ids of samples and of questions that any reviewer's latest verdict flags."""

    samples: frozenset[str]
    questions: frozenset[str]

    @classmethod
    def of(cls, verdicts: Iterable[Verdict]) -> "Flagged":
        """What is flagged by verdicts that count."""
        flags = [each for each in verdicts if each.verdict == "flag"]
        return cls(
            frozenset(each.sample_id for each in flags if each.question_id is None),
            frozenset(each.question_id for each in flags if each.question_id is not None),
        )

    def kept(self, row: Mapping[str, Any]) -> dict[str, Any] | None:
        """The row with the questions that nobody flagged, nor their twin; None where the sample, or all of its questions,
        are flagged."""
        if row["sample_id"] in self.samples:
            return None
        unflagged = [question for question in row["questions"] if question["id"] not in self.questions]
        questions = with_twins(unflagged, row["questions"])
        return {**row, "questions": questions} if questions else None
