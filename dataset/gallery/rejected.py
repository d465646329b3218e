"""Finds rejections: by stage, gate, reason and words.

In: the address of the table of rejections, what is sought.  Out: rows for a page, counts of every word to choose.
The events that were judged stay in the table; everything else is small and is looked up in a copy.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from dataset.gallery.duck import Copy, Shape
from dataset.proofs import relation_in_words
from dataset.table import Options
from schemas.reasons import GATES, REASONS

ROWS = 50
"""Rejections of one page."""

_SHOWN = ("rejection_id", "seed_id", "stage", "gate", "reason", "detail", "graph_id", "image_id", "evidence")

REJECTIONS = Shape(
    columns={
        **{name: name for name in _SHOWN},
        "number": '"index"::INTEGER',
        "conflict": "[[r.subject::VARCHAR, r.predicate, r.object::VARCHAR] for r in conflict]",
        "words": "lower(concat_ws(' ', replace(reason, '_', ' '), detail, seed_id, graph_id, image_id, evidence))",
    },
    leaves=frozenset({*_SHOWN, "index", "conflict.subject", "conflict.predicate", "conflict.object"}),
)

_READ = (*_SHOWN, "number", "conflict")


@dataclass(frozen=True)
class Sought:
    """What rejections must have; an empty text asks for nothing."""

    stage: str = ""
    gate: str = ""
    reason: str = ""
    words: str = ""


@dataclass(frozen=True)
class Reasons:
    """How many rejections there are, and of each word that can be chosen."""

    rejections: int = 0
    stage: tuple[tuple[str, int], ...] = ()
    gate: tuple[tuple[str, int], ...] = ()
    reason: tuple[tuple[str, int], ...] = ()


class Rejected:
    """Thread-safe. A table that does not exist yet has no rejections."""

    def __init__(self, uri: str, options: Options = None) -> None:
        self._copy = Copy(uri, options, REJECTIONS)
        self.facets = Reasons()

    def refresh(self) -> bool:
        """Take over what changed in the table; whether anything did. Raises TryLater."""
        changed = self._copy.refresh()
        if changed:
            self.facets = self._count()
        return changed

    def search(self, sought: Sought, page: int) -> tuple[int, list[dict[str, Any]]]:
        """How many rejections fit, and one page of them (from 1), newest first."""
        condition, values = _where(sought)
        total = self._copy.query(f"SELECT count(*) FROM rows WHERE {condition}", values)[0][0]
        found = self._copy.query(
            f"SELECT {', '.join(_READ)} FROM rows WHERE {condition} ORDER BY file DESC, row DESC LIMIT {ROWS} OFFSET ?",
            [*values, ROWS * (page - 1)],
        )
        return total, [_shown(dict(zip(_READ, row, strict=True))) for row in found]

    def _count(self) -> Reasons:
        counted = {
            name: tuple(self._copy.query(f"SELECT {name}, count(*) FROM rows GROUP BY 1 ORDER BY 2 DESC, 1"))
            for name in ("stage", "gate", "reason")
        }
        return Reasons(self._copy.query("SELECT count(*) FROM rows")[0][0], **counted)


def _where(sought: Sought) -> tuple[str, list[str]]:
    exact = {f.name: getattr(sought, f.name) for f in fields(sought) if f.name != "words" and getattr(sought, f.name)}
    words = sought.words.lower().split()
    conditions = ["true", *(f"{name} = ?" for name in exact), *("contains(words, ?)" for _ in words)]
    return " AND ".join(conditions), [*exact.values(), *words]


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """With what the words of the closed sets mean, the conflict in words, and the evidence as pairs."""
    conflict = [relation_in_words([_end(a), predicate, _end(b)], {}) for a, predicate, b in row["conflict"] or ()]
    return {
        **row,
        "meaning": REASONS.get(row["reason"], ""),
        "checked": GATES.get(row["gate"], ""),
        "conflict": conflict,
        "evidence": _pairs(row["evidence"]),
    }


def _end(number: str | None) -> int | None:
    return None if number is None else int(number)


def _pairs(evidence: str | None) -> list[tuple[str, str]]:
    try:
        found = json.loads(evidence or "{}")
    except ValueError:
        return [("evidence", evidence or "")]
    values = found.items() if isinstance(found, dict) else [("evidence", found)]
    return [(name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)) for name, value in values]
