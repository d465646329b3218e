"""Finds rejections: by outcome, stage, gate, reason and words.

In: the address of the table of rejections, what is sought.  Out: rows for a page, counts of every word to choose.
The events that were judged stay in the table; everything else is small and is looked up in a copy.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import pyarrow as pa

from dataset.analysis.certificate_text import names_of, relation_in_words
from dataset.gallery.duckdb_index import Copy, Shape
from dataset.gallery.result_cache import PLACE, Searches
from dataset.reading.rejection_outcomes import DRAWN_AGAIN, ENDED, OUTCOMES, SETTLE, SUPERSEDED
from dataset.table.delta_table import Options
from dataset.table.rejection_table import ADDED_LATER, WENT_ON
from schemas.reasons import GATES, REASONS

ROWS = 50
"""Rejections of one page."""

_SHOWN = ("rejection_id", "seed_id", "stage", "gate", "reason", "detail", "graph_id", "image_id", "evidence")

REJECTIONS = Shape(
    columns={
        **{name: name for name in _SHOWN},
        "number": '"index"::INTEGER',
        "outcome": f"CASE WHEN {WENT_ON} THEN '{DRAWN_AGAIN}' ELSE '{ENDED}' END",
        "kept_at": "epoch_us(kept_at::TIMESTAMPTZ)",
        "things": "things",
        "conflict": "[[r.subject::VARCHAR, r.predicate, r.object::VARCHAR] for r in conflict]",
        "words": "lower(concat_ws(' ', replace(reason, '_', ' '), detail, seed_id, graph_id, image_id, evidence))",
    },
    leaves=frozenset(
        {*_SHOWN, "index", "retried", "kept_at", "things", "conflict.subject", "conflict.predicate", "conflict.object"}
    ),
    later=ADDED_LATER,
)

_READ = (*_SHOWN, "number", "outcome", "things", "conflict")
_CHOSEN = ("outcome", "stage", "gate", "reason")


@dataclass(frozen=True)
class RejectionFilter:
    """What rejections must have; an empty text asks for nothing."""

    outcome: str = ""
    stage: str = ""
    gate: str = ""
    reason: str = ""
    words: str = ""


@dataclass(frozen=True)
class Reasons:
    """How many rejections there are, how many of them ended a request or not, and of each word that can be chosen."""

    rejections: int = 0
    ended: int = 0
    drawn_again: int = 0
    superseded: int = 0
    outcome: tuple[tuple[str, int], ...] = ()
    stage: tuple[tuple[str, int], ...] = ()
    gate: tuple[tuple[str, int], ...] = ()
    reason: tuple[tuple[str, int], ...] = ()


class Rejected:
    """Thread-safe. A table that does not exist yet has no rejections."""

    def __init__(self, uri: str, options: Options = None) -> None:
        self._copy = Copy(uri, options, REJECTIONS)
        self._searches = Searches(self._copy)
        self.facets = Reasons()

    def refresh(self) -> bool:
        """Take over what changed in the table; whether anything did. Raises RetryableError."""
        changed = self._copy.refresh()
        if changed:
            self.facets = self._count()
        return changed

    def settle(self, requests: pa.Table) -> None:
        """Say which are superseded, given what has a sample (`seed_id`, `number`)."""
        self._copy.work_over(SETTLE, {"sampled": requests})
        self.facets = self._count()

    def search(self, sought: RejectionFilter, page: int) -> tuple[int, list[dict[str, Any]]]:
        """How many rejections fit, and one page of them (from 1), newest first."""
        found = self._searches.places(sought, *_where(sought))
        here = ", ".join(str(int(place)) for place in found[ROWS * (page - 1) : ROWS * page])
        if not here:
            return len(found), []
        rows = self._copy.query(f"SELECT {', '.join(_READ)} FROM rows WHERE {PLACE} IN ({here}) ORDER BY {PLACE} DESC")
        return len(found), [_shown(dict(zip(_READ, row, strict=True))) for row in rows]

    def _count(self) -> Reasons:
        counted = {
            name: tuple(self._copy.query(f"SELECT {name}, count(*) FROM rows GROUP BY 1 ORDER BY 2 DESC, 1"))
            for name in _CHOSEN
        }
        told = dict(counted["outcome"])
        ended, again, superseded = (int(told.get(outcome, 0)) for outcome in OUTCOMES)
        return Reasons(ended + again + superseded, ended, again, superseded, **counted)


def _where(sought: RejectionFilter) -> tuple[str, list[str]]:
    exact = {f.name: getattr(sought, f.name) for f in fields(sought) if f.name != "words" and getattr(sought, f.name)}
    words = sought.words.lower().split()
    conditions = ["true", *(f"{name} = ?" for name in exact), *("contains(words, ?)" for _ in words)]
    return " AND ".join(conditions), [*exact.values(), *words]


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """With what the words of the closed sets mean, the conflict in words, and the evidence as pairs."""
    names = names_of([{"id": number, "category": name} for number, name in enumerate(row["things"] or ())])
    conflict = [relation_in_words([_end(a), predicate, _end(b)], names) for a, predicate, b in row["conflict"] or ()]
    return {
        **row,
        "meaning": REASONS.get(row["reason"], ""),
        "checked": GATES.get(row["gate"], ""),
        "conflict": conflict,
        "again": {DRAWN_AGAIN: "drawn again", SUPERSEDED: "judged otherwise since"}.get(row["outcome"], ""),
        "evidence": _pairs(row["evidence"], names),
    }


def _end(number: str | None) -> int | None:
    return None if number is None else int(number)


def _pairs(evidence: str | None, names: Mapping[int, str]) -> list[tuple[str, str]]:
    try:
        found = json.loads(evidence or "{}")
    except ValueError:
        return [("evidence", evidence or "")]
    values = found.items() if isinstance(found, dict) else [("evidence", found)]
    said = [(name, _in_words(value, names)) for name, value in values]
    return [(name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)) for name, value in said]


def _in_words(value: object, names: Mapping[int, str]) -> object:
    """With relations between numbers as phrases, wherever they stand."""
    if isinstance(value, list):
        return [_in_words(one, names) for one in value]
    if not isinstance(value, dict):
        return value
    match value.get("relation"):
        case [int() as a, str() as predicate, int() | None as b]:
            value = {**value, "relation": relation_in_words([a, predicate, b], names)}
    return {name: _in_words(one, names) for name, one in value.items()}
