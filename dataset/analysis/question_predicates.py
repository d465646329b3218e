"""Which relations a question is about, read from the query in its certificate.

In: a certificate, or names of relations and families.  Out: names of predicates.
Checks no answer.
"""

import json
from collections.abc import Iterable, Mapping, Set
from typing import Any

from schemas.errors import BadInput
from spatial.questions.kind_table import HEIGHTS, QUERIES, SIDES
from spatial.relations.predicate_table import PREDICATES

FAMILIES: Mapping[str, frozenset[str]] = {
    family: frozenset(name for name, row in PREDICATES.items() if row.family == family)
    for family in sorted({row.family for row in PREDICATES.values()})
}

_PREDICATES_OF_OP: Mapping[str, frozenset[str]] = {row.op: row.about for row in QUERIES.values()}
"""Predicates that an operation asks about without naming them."""

_PREDICATES_OF_WORD: Mapping[str, Set[str]] = {
    "leftmost": {"left_of"},
    "rightmost": {"right_of"},
    "highest": {"above"},
    "lowest": {"below"},
    "left_to_right": SIDES,
    "right_to_left": SIDES,
    "top_to_bottom": HEIGHTS,
    "bottom_to_top": HEIGHTS,
}
"""Predicates that a word of a query stands for."""


def predicates_of(certificate: str) -> frozenset[str] | None:
    """The predicates that the answer depends on; none for existence, plain counts and attributes.

    None for a certificate without a query of a known type.  Raises ValueError for one that is not JSON.
    """
    proof = json.loads(certificate)
    query = proof.get("query") if isinstance(proof, dict) else None
    if not isinstance(query, dict) or query.get("op") not in _PREDICATES_OF_OP:
        return None
    claims = [claim["query"] for claim in proof.get("claims", ())]
    return frozenset((*_PREDICATES_OF_OP[query["op"]], *(name for part in (query, *claims) for name in _words(part))))


def _words(part: Mapping[str, Any]) -> Iterable[str]:
    for name, value in part.items():
        if isinstance(value, dict):
            yield from _words(value)
        elif name in {"predicate", "place"}:
            yield value
        elif name in {"extreme", "course"}:
            yield from _PREDICATES_OF_WORD[value]


def expand_families(names: Iterable[str]) -> frozenset[str]:
    """Predicates and families as predicates. Raises BadInput for a name that is neither."""
    found: set[str] = set()
    for name in names:
        if name not in FAMILIES and name not in PREDICATES:
            known = ", ".join([*FAMILIES, *PREDICATES])
            raise BadInput(f"there is no relation or family {name!r}; there are {known}")
        found |= FAMILIES.get(name, {name})
    return frozenset(found)
