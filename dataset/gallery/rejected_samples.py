"""Searches rejections by outcome, stage, gate, reason and words.

In: the address of the table of rejections, a filter.  Out: the rows of a page, facet counts.
The rejected events stay in the table; all other columns are small and are queried in a copy in memory.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from dataset.analysis.certificate_text import ids_of, names_of, relation_in_words
from dataset.gallery.duckdb_index import CopySchema, TableCopy
from dataset.gallery.result_cache import LOCATION, SearchCache
from dataset.gallery.views.evidence_words import age_in_words, evidence_in_words, moment_of
from dataset.reading.rejection_outcomes import DRAWN_AGAIN, ENDED, OUTCOMES, SETTLE_OUTCOMES_SQL, SUPERSEDED
from dataset.reading.rejection_story import SUMMARY_FIELDS
from dataset.table.delta_table import Options
from dataset.table.rejection_table import ADDED_LATER, IS_RETRIED
from schemas.reasons import GATES, REASONS

ROWS = 50
"""Rejections on one page."""

_TEXT_COLUMNS = (
    "rejection_id", "seed_id", "stage", "gate", "reason", "detail", "graph_id", "image_id", "evidence", "image_key",
    "concept",
)  # fmt: skip

REJECTIONS = CopySchema(
    columns={
        **{name: name for name in _TEXT_COLUMNS},
        "number": '"index"::INTEGER',
        "outcome": f"CASE WHEN {IS_RETRIED} THEN '{DRAWN_AGAIN}' ELSE '{ENDED}' END",
        "kept_at": "epoch_us(kept_at::TIMESTAMPTZ)",
        "went_on": IS_RETRIED,
        "things": "things",
        "conflict": "[to_json(r)::VARCHAR for r in conflict]",  # as text, since relations of older files have no others
        "words": "lower(concat_ws(' ', replace(reason, '_', ' '), detail, concept, seed_id, graph_id, image_id, evidence))",
    },
    leaves=frozenset(
        {
            *_TEXT_COLUMNS,
            "index",
            "retried",
            "kept_at",
            "things",
            "conflict.subject",
            "conflict.predicate",
            "conflict.object",
            "conflict.others",
        }
    ),
    later=ADDED_LATER,
)

_PAGE_COLUMNS = (*_TEXT_COLUMNS, "number", "outcome", "things", "conflict", "kept_at")
_LISTED = {name: name for name in SUMMARY_FIELDS} | {"index": "number", "retried": "went_on", "time": "kept_at"}
"""Field of a listed rejection to its column."""

LISTED_AT_ONCE = 500

_FACETS = ("outcome", "stage", "gate", "reason")


@dataclass(frozen=True)
class RejectionFilter:
    """Values that rejections must have; an empty text matches all."""

    outcome: str = ""
    stage: str = ""
    gate: str = ""
    reason: str = ""
    words: str = ""


@dataclass(frozen=True)
class RejectionFacets:
    """The number of rejections, by outcome, and by each value that can be selected."""

    rejections: int = 0
    ended: int = 0
    drawn_again: int = 0
    superseded: int = 0
    outcome: tuple[tuple[str, int], ...] = ()
    stage: tuple[tuple[str, int], ...] = ()
    gate: tuple[tuple[str, int], ...] = ()
    reason: tuple[tuple[str, int], ...] = ()


class RejectionSearch:
    """Thread-safe. A table that does not exist yet has no rejections."""

    def __init__(self, uri: str, options: Options = None) -> None:
        self._copy = TableCopy(uri, options, REJECTIONS)
        self._searches = SearchCache(self._copy)
        self.facets = RejectionFacets()

    @property
    def reading(self) -> bool:
        """Whether a new version is being loaded; until then results may be incomplete."""
        return self._copy.reading

    def refresh(self) -> bool:
        """Apply the table's changes; returns whether there were any. Raises RetryableError; Damaged after what all whole
        files hold was taken."""
        return self._copy.refresh_and(self._recount)

    @property
    def changes(self) -> int:
        """Another number whenever the copy changed: whatever is made of it is old then."""
        return self._copy.changes

    def mark_superseded(self, requests: pa.Table) -> None:
        """Mark rejections whose request (`seed_id`, `number`) has a sample as superseded."""
        self._copy.update_rows(SETTLE_OUTCOMES_SQL, {"sampled": requests})
        self._recount()

    def search(self, wanted: RejectionFilter, page: int) -> tuple[int, list[dict[str, Any]]]:
        """The number of matching rejections, and one page of them (from 1), newest first."""
        found = self._searches.locations(wanted, *_where(wanted))
        here = ", ".join(str(int(location)) for location in found[ROWS * (page - 1) : ROWS * page])
        if not here:
            return len(found), []
        rows = self._copy.query(
            f"SELECT {', '.join(_PAGE_COLUMNS)} FROM rows WHERE {LOCATION} IN ({here}) ORDER BY {LOCATION} DESC"
        )
        return len(found), [_view(dict(zip(_PAGE_COLUMNS, row, strict=True))) for row in rows]

    def listed(self, wanted: RejectionFilter) -> Iterator[dict[str, Any]]:
        """The small fields of all matching rejections, newest first, as `skg rejections list --json` names them.

        `time` is None for older rows, which do not hold it.
        """
        found = self._searches.locations(wanted, *_where(wanted))
        for first in range(0, len(found), LISTED_AT_ONCE):
            here = ", ".join(str(int(location)) for location in found[first : first + LISTED_AT_ONCE])
            names = ", ".join(column for column in _LISTED.values())
            for row in self._copy.query(f"SELECT {names} FROM rows WHERE {LOCATION} IN ({here}) ORDER BY {LOCATION} DESC"):
                fields = dict(zip(_LISTED, row, strict=True))
                moment = moment_of(fields["time"])
                yield {**fields, "time": None if moment is None else moment.isoformat(timespec="milliseconds")}

    def ended(self, wanted: RejectionFilter) -> int:
        """The number of matching rejections that are their request's outcome."""
        outcome = replace(wanted, outcome=ENDED)
        return 0 if wanted.outcome not in ("", ENDED) else len(self._searches.locations(outcome, *_where(outcome)))

    def ended_ids(self, wanted: RejectionFilter) -> list[str]:
        """The ids of all matching rejections that are their request's outcome, newest first."""
        if wanted.outcome not in ("", ENDED):
            return []
        return [one["rejection_id"] for one in self.listed(replace(wanted, outcome=ENDED))]

    def one(self, rejection_id: str) -> dict[str, Any] | None:
        """A rejection as a page shows it, None where there is none."""
        found = self._copy.query(f"SELECT {', '.join(_PAGE_COLUMNS)} FROM rows WHERE rejection_id = ?", [rejection_id])
        return _view(dict(zip(_PAGE_COLUMNS, found[0], strict=True))) if found else None

    def query(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """The result of a query of the copy, whose table is `rows` with the columns of `REJECTIONS`."""
        return self._copy.query(sql, values)

    def picture_key(self, rejection_id: str) -> str | None:
        """Where the store has the rejected picture, None where there is no such rejection or no picture."""
        found = self._copy.query("SELECT image_key FROM rows WHERE rejection_id = ?", [rejection_id])
        return found[0][0] if found else None

    def _recount(self) -> None:
        self.facets = self._count()

    def _count(self) -> RejectionFacets:
        counted = {
            name: tuple(self._copy.query(f"SELECT {name}, count(*) FROM rows GROUP BY 1 ORDER BY 2 DESC, 1"))
            for name in _FACETS
        }
        counts = dict(counted["outcome"])
        ended, again, superseded = (int(counts.get(outcome, 0)) for outcome in OUTCOMES)
        return RejectionFacets(ended + again + superseded, ended, again, superseded, **counted)


def _where(wanted: RejectionFilter) -> tuple[str, list[str]]:
    exact = {f.name: getattr(wanted, f.name) for f in fields(wanted) if f.name != "words" and getattr(wanted, f.name)}
    words = wanted.words.lower().split()
    conditions = ["true", *(f"{name} = ?" for name in exact), *("contains(words, ?)" for _ in words)]
    return " AND ".join(conditions), [*exact.values(), *words]


def _view(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with the meanings of reason and gate, the conflict as text, the evidence in sentences and pairs."""
    names = names_of([{"id": number, "category": name} for number, name in enumerate(row["things"] or ())])
    conflict = [relation_in_words(ids_of(json.loads(relation)), names) for relation in row["conflict"] or ()]
    said, rest = evidence_in_words(row["evidence"], names)
    when = moment_of(row["kept_at"])
    return {
        **row,
        "meaning": REASONS.get(row["reason"], ""),
        "checked": GATES.get(row["gate"], ""),
        "conflict": conflict,
        "again": {DRAWN_AGAIN: "drawn again", SUPERSEDED: "judged otherwise since"}.get(row["outcome"], ""),
        "said": said,
        "evidence": rest,
        "time": "" if when is None else when.isoformat(timespec="seconds"),
        "age": age_in_words(when, datetime.now(UTC)),
    }
