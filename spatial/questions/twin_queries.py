"""The queries that mirror a query: subject and object swapped, or sides swapped.

In: a query.  Out: queries, the simplest twin first.
Does not know whether a twin has another answer (`counterfactuals` checks that).
"""

from collections.abc import Callable, Iterator
from itertools import permutations
from typing import TypeVar

from spatial.questions.proposals.search_proposals import MIRRORED
from spatial.questions.question_kinds import (
    Bearing,
    Closer,
    CompareCounts,
    Count,
    CountWhere,
    Course,
    Deeper,
    Directed,
    Exists,
    Extreme,
    Faces,
    Find,
    FitsBeside,
    Hop,
    InOrder,
    InPlace,
    IsBetween,
    KnownNext,
    Larger,
    Outermost,
    OwnSide,
    Passes,
    Query,
    RowOrder,
    Side,
    ViewedSide,
)

INVERSE: dict[Hop, Hop] = {
    "left_of": "right_of",
    "right_of": "left_of",
    "above": "below",
    "below": "above",
    "in_front_of": "behind",
    "behind": "in_front_of",
}
OPPOSITE: dict[Extreme, Extreme] = {
    "leftmost": "rightmost",
    "rightmost": "leftmost",
    "highest": "lowest",
    "lowest": "highest",
}
BACKWARDS: dict[Course, Course] = {
    "left_to_right": "right_to_left",
    "right_to_left": "left_to_right",
    "top_to_bottom": "bottom_to_top",
    "bottom_to_top": "top_to_bottom",
}

Q = TypeVar("Q")

TwinsOf = Callable[[Q], Iterator[Query]]
"""The twins of a query of one type."""


def no_twin(_query: Query) -> Iterator[Query]:
    """None: the query has no mirror image."""
    yield from ()


def swapped(query: Directed | Side | Bearing | Deeper | Larger | OwnSide | Faces) -> Iterator[Query]:
    """Subject and object swapped."""
    yield query.model_copy(update={"subject": query.object, "object": query.subject})


def turned_round(query: ViewedSide) -> Iterator[Query]:
    """The two between which somebody looks swapped."""
    yield query.model_copy(update={"anchor": query.other, "other": query.anchor})


def of_way(query: Passes) -> Iterator[Query]:
    """The other hand, then the way back."""
    yield query.model_copy(update={"hand": "left" if query.hand == "right" else "right"})
    yield query.model_copy(update={"anchor": query.other, "other": query.anchor})


def of_closer(query: Closer) -> Iterator[Query]:
    """The two compared objects swapped."""
    yield query.model_copy(update={"subject": query.other, "other": query.subject})


def of_existence(query: Exists) -> Iterator[Query]:
    """The two categories swapped, where there are two."""
    if query.without is not None:
        yield Exists(category=query.without, without=query.category)


def of_count(query: Count | CountWhere) -> Iterator[Query]:
    """The other side, where one is named."""
    if query.predicate is not None:
        yield query.model_copy(update={"predicate": INVERSE[query.predicate]})


def of_next(query: KnownNext) -> Iterator[Query]:
    """The other side, where it is a side."""
    if query.predicate != "behind":
        yield query.model_copy(update={"predicate": INVERSE[query.predicate]})


def of_room_beside(query: FitsBeside) -> Iterator[Query]:
    """The other side."""
    yield query.model_copy(update={"predicate": INVERSE[query.predicate]})


def of_place(query: InPlace) -> Iterator[Query]:
    """The place on the other side of the picture."""
    if query.place in MIRRORED:
        yield query.model_copy(update={"place": MIRRORED[query.place]})


def of_find(query: Find) -> Iterator[Query]:
    """The other side of the anchor, where the relation has sides."""
    if query.predicate in INVERSE:
        yield query.model_copy(update={"predicate": INVERSE[query.predicate]})


def of_outermost(query: Outermost) -> Iterator[Query]:
    """The opposite end."""
    yield Outermost(extreme=OPPOSITE[query.extreme])


def of_row(query: RowOrder) -> Iterator[Query]:
    """The course backwards."""
    yield query.model_copy(update={"course": BACKWARDS[query.course]})


def of_comparison(query: CompareCounts) -> Iterator[Query]:
    """What is compared swapped, or the other side."""
    if query.than is not None:
        yield CompareCounts(category=query.than, than=query.category)
    elif query.other is not None:
        yield query.model_copy(update={"anchor": query.other, "other": query.anchor})
    elif query.predicate is not None:
        yield query.model_copy(update={"predicate": INVERSE[query.predicate]})


def of_is_between(query: IsBetween) -> Iterator[Query]:
    """The subject exchanged with either of the two."""
    yield query.model_copy(update={"subject": query.first, "first": query.subject})
    yield query.model_copy(update={"subject": query.second, "second": query.subject})


def of_order(query: InOrder) -> Iterator[Query]:
    """The course backwards, then every other order of the three."""
    yield query.model_copy(update={"course": BACKWARDS[query.course]})
    for first, second, third in permutations((query.first, query.second, query.third)):
        yield InOrder(course=query.course, first=first, second=second, third=third)
