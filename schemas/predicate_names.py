"""Which predicates take an object and which do not.

In: nothing.  Out: two closed sets and the check that both kinds of relations share.
Their meaning is in `spatial.relations.predicate_table`; a test keeps that table equal to these sets.  Unknown names are
accepted: a newer version may know them, and the examiner rejects a graph with relations that it cannot judge.
"""

from pydantic_core import PydanticCustomError

PLACES = frozenset(
    {"top_left", "top", "top_right", "left", "center", "right", "bottom_left", "bottom", "bottom_right"}
)  # fmt: skip
"""Predicates of one object."""

BINARY = frozenset(
    {"left_of", "right_of", "above", "below", "in_front_of", "behind", "on", "supports", "over", "under", "inside",
     "contains", "touching", "next_to", "near", "far"}
)  # fmt: skip
"""Predicates of two objects."""


def check_arity(predicate: str, has_object: bool) -> None:
    """Raise for a place with an object, and for a binary predicate without one."""
    if predicate in PLACES and has_object:
        raise PydanticCustomError("arity", "{predicate} is a place and takes no object", {"predicate": predicate})
    if predicate in BINARY and not has_object:
        raise PydanticCustomError("arity", "{predicate} needs an object", {"predicate": predicate})


def check_distinct(subject: int, other: int | None) -> None:
    """Raise where an object is related to itself."""
    if subject == other:
        raise PydanticCustomError("self_relation", "object {number} is related to itself", {"number": subject})
