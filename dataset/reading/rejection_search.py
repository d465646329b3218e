"""Finds rejections in their table, each with the outcome of its request.

In: the dataset's address and a filter.  Out: rows, newest first; full rows with the rejected event.
Works from the tables alone, also after the topics' retention.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches

from dataset.reading.rejection_outcomes import outcomes_of, request_of, sampled
from dataset.reading.rejection_rows import OUTCOME, Row, rows, table_of
from dataset.table.delta_table import Options, Table
from dataset.table.rejection_table import REJECTION_COLUMNS
from dataset.table.table_errors import NoDataset
from schemas.errors import UserError
from schemas.ids import concept_key

LISTED = (*OUTCOME, "detail", "graph_id", "image_id", "image_key", "concept", "source_topic")
"""The columns that are small enough to hold for every row."""

MAX_NAMED = 10
"""Concepts listed in an error."""


class NotFound(UserError):
    """No row has the given id or concept."""


@dataclass(frozen=True)
class RejectionFilter:
    """Values that rejections must have; an empty field matches all. `ids` may be the beginnings of ids."""

    stages: Collection[str] = ()
    reasons: Collection[str] = ()
    concepts: Collection[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    ids: Collection[str] = field(default=())

    def matches(self, row: Row) -> bool:
        """Whether the row matches."""
        kept_at: datetime = row["kept_at"]
        return (
            (not self.stages or row["stage"] in self.stages)
            and (not self.reasons or row["reason"] in self.reasons)
            and (not self.concepts or _key(row["concept"]) in {_key(concept) for concept in self.concepts})
            and (self.since is None or kept_at >= self.since)
            and (self.until is None or kept_at < self.until)
            and (not self.ids or any(row["rejection_id"].startswith(one) for one in self.ids))
        )


def find(uri: str, options: Options, wanted: RejectionFilter) -> list[Row]:
    """The matching rejections, newest first, each with its `outcome`. Raises NotFound, NoDataset, RetryableError."""
    table = table_of(uri, options)
    found = [] if table is None else list(rows(table, LISTED))
    _check_ids(found, wanted.ids)
    _check_concepts(found, wanted.concepts)
    outcome_by_id = outcomes_of(found, sampled(_samples(uri, options), {request_of(row) for row in found}))
    fitting = [{**row, "outcome": outcome_by_id[row["rejection_id"]]} for row in found if wanted.matches(row)]
    return sorted(reversed(fitting), key=lambda row: row["kept_at"], reverse=True)


def full_rows(uri: str, options: Options, chosen: Sequence[Row]) -> Iterator[Row]:
    """Chosen rows with all their columns, in the order in which they were stored. Raises NoDataset, RetryableError."""
    table = table_of(uri, options)
    outcome = {row["rejection_id"]: row["outcome"] for row in chosen}
    for row in () if table is None or not outcome else rows(table, REJECTION_COLUMNS.names):
        if row["rejection_id"] in outcome:
            yield {**row, "outcome": outcome[row["rejection_id"]]}


def _samples(uri: str, options: Options) -> Table | None:
    try:
        return Table.load(uri, options)
    except NoDataset:
        return None


def _check_ids(found: Sequence[Row], ids: Collection[str]) -> None:
    for one in ids:
        fitting = [row["rejection_id"] for row in found if row["rejection_id"].startswith(one)] if one else []
        if len(fitting) != 1 and one not in fitting:
            said = f"{len(fitting)} rejections of {len(found)} begin" if fitting else f"no rejection of {len(found)} begins"
            raise NotFound(f"{said} with {one!r}")


def _check_concepts(found: Sequence[Row], concepts: Collection[str]) -> None:
    known = Counter(row["concept"] for row in found if row["concept"] is not None)
    keys = {_key(concept) for concept in known}
    for concept in concepts:
        if known and _key(concept) not in keys:
            near = get_close_matches(concept, known, MAX_NAMED, 0.4) or [name for name, _ in known.most_common(MAX_NAMED)]
            raise NotFound(f"no rejection is of the concept {concept!r}; there are {', '.join(near)}")


def _key(concept: str | None) -> str | None:
    """The concept as seeds are compared: white space and case do not count."""
    return None if concept is None else concept_key(concept)
