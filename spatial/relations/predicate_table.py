"""The spatial predicates with their rules of inference, in one readable table.

In: nothing.  Out: `PREDICATES`, `PLACES`, `CONTACT` and small look-ups on them.
Does not measure boxes (`spatial.relations.relation_truth`) nor draw conclusions (`spatial.reasoning.closure`): it only
states the rules, and a property test over boxes verifies each of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

Family = Literal["direction", "depth", "support", "containment", "distance", "place", "arrangement"]


@dataclass(frozen=True)
class Predicate:
    """A predicate p with its rules.

    `phrase`: its words between two objects ("the cup is … the table") or for a place ("at the … of the picture").
    `inverse`: p(a, b) is equivalent to inverse(b, a); a symmetric predicate is its own inverse, a place has none, nor has a
    predicate of a group or of a thing that is turned, from which nothing follows by rules.
    `implies`: p(a, b) ⇒ q(a, b), direct steps only (`entailed` follows them to the end).
    `excludes`: every q that cannot hold of the same pair in the same order.
    `compositions`: {q: r} for p(a, b) and q(b, c) ⇒ r(a, c), besides transitivity.
    """

    name: str
    family: Family
    phrase: str
    inverse: str | None
    symmetric: bool = False
    transitive: bool = False
    implies: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    compositions: Mapping[str, str] = field(default_factory=dict)


def _order(name: str, family: Family, phrase: str, inverse: str) -> Predicate:
    """One direction of a strict order, such as left_of for the centres from left to right."""
    return Predicate(name, family, phrase, inverse, transitive=True, excludes=(inverse,))


def _place(name: str, implies: tuple[str, ...], excludes: tuple[str, ...]) -> Predicate:
    return Predicate(name, "place", name.replace("_", " "), None, implies=implies, excludes=excludes)


_BINARY = (
    _order("left_of", "direction", "to the left of", "right_of"),
    _order("right_of", "direction", "to the right of", "left_of"),
    Predicate("above", "direction", "above", "below", transitive=True, excludes=("below", "supports", "under")),
    Predicate("below", "direction", "below", "above", transitive=True, excludes=("above", "on", "over")),
    _order("in_front_of", "depth", "in front of", "behind"),
    _order("behind", "depth", "behind", "in_front_of"),
    Predicate(
        "on", "support", "on", "supports",
        implies=("over", "touching"),
        excludes=(
            "supports", "below", "under", "inside", "contains", "next_to", "far", "opposite", "leaning_on", "props_up",
        ),
    ),
    Predicate(
        "supports", "support", "under", "on",
        implies=("under", "touching"),
        excludes=("on", "above", "over", "inside", "contains", "next_to", "far", "opposite", "leaning_on", "props_up"),
        compositions={"contains": "below"},
    ),
    Predicate("over", "support", "over", "under", implies=("above",), excludes=("below", "under", "supports")),
    Predicate("under", "support", "under", "over", implies=("below",), excludes=("above", "over", "on")),
    Predicate(
        "inside", "containment", "inside", "contains", transitive=True,
        implies=("touching",),
        excludes=("contains", "on", "supports", "next_to", "far", "opposite"),
        compositions={"on": "above", "far": "far"},
    ),
    Predicate(
        "contains", "containment", "containing", "inside", transitive=True,
        implies=("touching",),
        excludes=("inside", "on", "supports", "next_to", "far", "opposite"),
        compositions={"touching": "touching", "near": "near"},
    ),
    Predicate(
        "touching", "distance", "touching", "touching", symmetric=True,
        implies=("near",), excludes=("far", "opposite"), compositions={"inside": "touching"},
    ),
    Predicate(
        "next_to", "distance", "next to", "next_to", symmetric=True,
        implies=("near",), excludes=("on", "supports", "inside", "contains", "far", "opposite"),
    ),
    Predicate(
        "near", "distance", "near", "near", symmetric=True,
        excludes=("far", "opposite"), compositions={"inside": "near"},
    ),
    Predicate(
        "far", "distance", "far from", "far", symmetric=True,
        excludes=("near", "touching", "next_to", "on", "supports", "inside", "contains", "leaning_on", "props_up"),
        compositions={"contains": "far"},
    ),
    Predicate("aligned_with", "arrangement", "aligned with", "aligned_with", symmetric=True),
    Predicate(
        "opposite", "arrangement", "opposite", "opposite", symmetric=True,
        implies=("far",),
        excludes=("near", "touching", "next_to", "on", "supports", "inside", "contains", "leaning_on", "props_up"),
    ),
    Predicate(
        "leaning_on", "support", "leaning on", "props_up",
        implies=("touching",), excludes=("on", "supports", "far", "opposite"),
    ),
    Predicate(
        "props_up", "support", "propping up", "leaning_on",
        implies=("touching",), excludes=("on", "supports", "far", "opposite"),
    ),
)  # fmt: skip

# The canvas is divided into thirds on both axes. `top` is the whole upper third, `top_left` its left end, so that
# an object at the top may be at the top left too; `center` is the middle third of both.
_UNARY = (
    _place("top_left", ("top", "left"), ("top_right", "right", "center", "bottom_left", "bottom", "bottom_right")),
    _place("top", (), ("center", "bottom_left", "bottom", "bottom_right")),
    _place("top_right", ("top", "right"), ("top_left", "left", "center", "bottom_left", "bottom", "bottom_right")),
    _place("left", (), ("top_right", "right", "center", "bottom_right")),
    _place("center", (), ("top_left", "top", "top_right", "left", "right", "bottom_left", "bottom", "bottom_right")),
    _place("right", (), ("top_left", "left", "center", "bottom_left")),
    _place("bottom_left", ("bottom", "left"), ("top_left", "top", "top_right", "center", "right", "bottom_right")),
    _place("bottom", (), ("top_left", "top", "top_right", "center")),
    _place("bottom_right", ("bottom", "right"), ("top_left", "top", "top_right", "left", "center", "bottom_left")),
)

# By the distance of a box from the sides of the picture.
_BORDERS = (
    Predicate("at_edge", "place", "edge", None),
    Predicate("in_corner", "place", "corner", None, implies=("at_edge",)),
)

# By the side on which the object is, and how the subject is turned.
_ORIENTED = (
    Predicate("facing", "arrangement", "facing", None, excludes=("facing_away_from",)),
    Predicate("facing_away_from", "arrangement", "facing away from", None, excludes=("facing",)),
)

# Of an object, and of several others together.
_OF_GROUPS = (
    Predicate("between", "arrangement", "between", None),
    Predicate("among", "arrangement", "among", None),
    Predicate("surrounding", "arrangement", "surrounding", None),
    Predicate("in_row_with", "arrangement", "in a row with", None),
    Predicate("on_stack", "support", "on a stack of", None),
)

PREDICATES: Mapping[str, Predicate] = {row.name: row for row in (*_BINARY, *_UNARY, *_BORDERS, *_ORIENTED, *_OF_GROUPS)}
BINARY: tuple[str, ...] = tuple(row.name for row in _BINARY)
BORDERS: tuple[str, ...] = tuple(row.name for row in _BORDERS)
ORIENTED: tuple[str, ...] = tuple(row.name for row in _ORIENTED)
OF_GROUPS: tuple[str, ...] = tuple(row.name for row in _OF_GROUPS)
PLACES: tuple[str, ...] = tuple(row.name for row in _UNARY)

BANDS: Mapping[str, tuple[int | None, int | None]] = {
    "top_left": (0, 0), "top": (None, 0), "top_right": (2, 0),
    "left": (0, None), "center": (1, 1), "right": (2, None),
    "bottom_left": (0, 2), "bottom": (None, 2), "bottom_right": (2, 2),
}  # fmt: skip
"""The column and the row (thirds, numbered from the top left) of a place; None for any."""

CONTACT = frozenset(
    {"on", "supports", "under", "over", "inside", "contains", "touching", "leaning_on", "props_up", "on_stack"}
)
"""Predicates that boxes alone do not prove: stated and asked only of contacts that the renderer drew on purpose."""


CHAINED: Mapping[str, str] = {"on_stack": "on"}
"""Predicates of a group that only say that another one holds of each and the next: the subject, the object, the others."""


def inverse(name: str) -> str:
    """The equivalent predicate for the swapped pair. Raises ValueError for a place, one of a group or an unknown name."""
    found = predicate(name).inverse
    if found is None:
        what = "of a group" if name in OF_GROUPS else "of one that is turned" if name in ORIENTED else "a place"
        raise ValueError(f"{name} is {what} and has no inverse")
    return found


def predicate(name: str) -> Predicate:
    """The table's row. Raises ValueError for a name that is not in it."""
    try:
        return PREDICATES[name]
    except KeyError:
        raise ValueError(f"{name!r} is no predicate") from None


@lru_cache(maxsize=len(PREDICATES))
def entailed(name: str) -> tuple[str, ...]:
    """Every predicate that follows from `name` for the same pair, itself first."""
    found = [name]
    for step in found:
        found.extend(q for q in predicate(step).implies if q not in found)
    return tuple(found)
