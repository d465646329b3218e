"""Which predicates take an object, which several, and which none.

In: nothing.  Out: closed sets and the checks that both kinds of relations share.
Their meaning is in `spatial.relations.predicate_table`; a test keeps that table equal to these sets.  Unknown names are
accepted: a newer version may know them, and the examiner rejects a graph with relations that it cannot judge.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from pydantic_core import PydanticCustomError

PLACES = frozenset(
    {"top_left", "top", "top_right", "left", "center", "right", "bottom_left", "bottom", "bottom_right"}
)  # fmt: skip
"""Predicates of one object, by thirds of the picture."""

BORDERS = frozenset({"at_edge", "in_corner"})
"""Predicates of one object, by its distance from the sides of the picture."""

BINARY = frozenset(
    {"left_of", "right_of", "above", "below", "in_front_of", "behind", "on", "supports", "over", "under", "inside",
     "contains", "touching", "next_to", "near", "far", "aligned_with", "opposite", "leaning_on", "props_up"}
)  # fmt: skip
"""Predicates of two objects."""


ORIENTED = frozenset({"facing", "facing_away_from"})
"""Predicates of two objects that depend on how the subject is turned."""

GROUPS: Mapping[str, tuple[int, int]] = {
    "between": (1, 1), "among": (2, 9), "surrounding": (2, 5), "in_row_with": (1, 9), "on_stack": (1, 4),
}  # fmt: skip
"""Predicates that take an object and `others`, with the least and the greatest number of `others`.

The others are with the object, but of `surrounding`: there they are around the object with the subject.  Of `on_stack` the
object is the top of the stack, the others are below it, from top to bottom."""


class Triple(Protocol):
    """A relation of either kind: of a graph, or seen in a picture."""

    @property
    def subject(self) -> int:
        """The id of its subject."""

    @property
    def predicate(self) -> str:
        """The name of its predicate."""

    @property
    def object(self) -> int | None:
        """The id of its object; None for a place."""

    @property
    def others(self) -> Sequence[int]:
        """The ids of its further objects."""


def ends(relation: Triple) -> Iterator[int]:
    """The ids of all objects that a relation names: the subject, the object if it has one, the others."""
    yield relation.subject
    if relation.object is not None:
        yield relation.object
    yield from relation.others


def check_arity(relation: Triple) -> None:
    """Raise for a place with an object, for another predicate without one, and for a wrong number of others."""
    name, count = relation.predicate, len(relation.others)
    if name in (*PLACES, *BORDERS) and relation.object is not None:
        raise PydanticCustomError("arity", "{predicate} is a place and takes no object", {"predicate": name})
    binary = name in BINARY or name in ORIENTED
    if (binary or name in GROUPS or count) and relation.object is None:
        raise PydanticCustomError("arity", "{predicate} needs an object", {"predicate": name})
    least, most = GROUPS.get(name, (0, 0))
    if (binary or name in GROUPS) and not least <= count <= most:
        raise PydanticCustomError(
            "arity", "{predicate} takes {wanted} others, not {count}",
            {"predicate": name, "wanted": least if least == most else f"{least} to {most}", "count": count},
        )  # fmt: skip


def check_others(relation: Triple) -> None:
    """Raise where one of the others is named twice, or is the relation's subject or object."""
    if relation.others and len(set(ends(relation))) < 2 + len(relation.others):
        raise PydanticCustomError("others", "{predicate} names an object twice", {"predicate": relation.predicate})


def check_distinct(subject: int, other: int | None) -> None:
    """Raise where an object is related to itself."""
    if subject == other:
        raise PydanticCustomError("self_relation", "object {number} is related to itself", {"number": subject})
