"""Which predicates take an object and which do not, as far as their names are known here.

In: nothing.  Out: two closed sets and the check that both kinds of relations share.
What they mean is in `spatial.relations.predicate_table`, whose table a test holds equal to these sets.  A name that is
in neither is let through: a newer version may know it, and the examiner rejects a graph that states what it cannot judge.
"""

from pydantic_core import PydanticCustomError

PLACES = frozenset(
    {"top_left", "top", "top_right", "left", "center", "right", "bottom_left", "bottom", "bottom_right"}
)  # fmt: skip
"""Said of one thing alone."""

BINARY = frozenset(
    {"left_of", "right_of", "above", "below", "in_front_of", "behind", "on", "supports", "over", "under", "inside",
     "contains", "touching", "next_to", "near", "far"}
)  # fmt: skip
"""Said of one thing and another."""


def check_arity(predicate: str, has_object: bool) -> None:
    """Raise for a place with an object, and for a relation between two things that names only one."""
    if predicate in PLACES and has_object:
        raise PydanticCustomError("arity", "{predicate} is a place and takes no object", {"predicate": predicate})
    if predicate in BINARY and not has_object:
        raise PydanticCustomError("arity", "{predicate} needs an object", {"predicate": predicate})


def check_distinct(subject: int, other: int | None) -> None:
    """Raise where a thing is related to itself."""
    if subject == other:
        raise PydanticCustomError("self_relation", "object {number} is related to itself", {"number": subject})
