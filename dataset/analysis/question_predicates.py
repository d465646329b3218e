"""Which relations a question is about, read from the query in its certificate.

In: a certificate, or names of relations and families.  Out: names of predicates.
Judges no answer.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from schemas.errors import UserError
from spatial.relations.predicate_table import PREDICATES

FAMILIES: Mapping[str, frozenset[str]] = {
    family: frozenset(name for name, row in PREDICATES.items() if row.family == family)
    for family in sorted({row.family for row in PREDICATES.values()})
}

_SIDES = frozenset({"left_of", "right_of"})
_HEIGHTS = frozenset({"above", "below"})
_NEARNESS = frozenset({"near", "far"})
_OF_OP = {"side": _SIDES, "bearing": _SIDES | _HEIGHTS, "closer": _NEARNESS, "nearest": _NEARNESS}
"""What an operation asks about without naming it."""

_OF_WORD = {
    "leftmost": {"left_of"},
    "rightmost": {"right_of"},
    "highest": {"above"},
    "lowest": {"below"},
    "left_to_right": _SIDES,
    "right_to_left": _SIDES,
    "top_to_bottom": _HEIGHTS,
    "bottom_to_top": _HEIGHTS,
}


def predicates_of(certificate: str) -> frozenset[str] | None:
    """The predicates that must be understood to answer; none for existence, plain counts and attributes.

    None for a certificate without a query.  Raises ValueError for one that is not JSON.
    """
    proof = json.loads(certificate)
    if not isinstance(proof, dict) or not isinstance(proof.get("query"), dict):
        return None
    return frozenset(_words(proof["query"]))


def _words(part: Mapping[str, Any]) -> Iterable[str]:
    yield from _OF_OP.get(part.get("op", ""), ())
    for name, value in part.items():
        if isinstance(value, dict):
            yield from _words(value)
        elif name in {"predicate", "place"}:
            yield value
        elif name in {"extreme", "course"}:
            yield from _OF_WORD[value]


def expanded(names: Iterable[str]) -> frozenset[str]:
    """Predicates and families as predicates. Raises UserError for a name that is neither."""
    found: set[str] = set()
    for name in names:
        if name not in FAMILIES and name not in PREDICATES:
            known = ", ".join([*FAMILIES, *PREDICATES])
            raise UserError(f"there is no relation or family {name!r}; there are {known}")
        found |= FAMILIES.get(name, {name})
    return frozenset(found)
