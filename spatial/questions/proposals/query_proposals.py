"""Proposes queries kind by kind, for an answer that is drawn first.

In: a scene with names, and a random generator independent of the scene.  Out: queries with the answer that was drawn
for them, in the order in which they should be tried.
Every kind draws its answer before it looks at objects, and proposes only where the other answers were possible too, so
the words of a question reveal nothing about its answer.  `answering` decides whether a proposal is valid.
"""

import random
from collections.abc import Callable, Iterable, Iterator
from itertools import permutations

from spatial.questions.answer_odds import is_kept
from spatial.questions.answer_rules import ALONG, BEARINGS, SIDES, YES_NO
from spatial.questions.certain_facts import DIRECTIONS
from spatial.questions.object_names import SIDES as SIDEWAYS
from spatial.questions.object_names import NamedScene, counts_by_side, counts_in_total
from spatial.questions.question_kinds import (
    Bearing,
    Closer,
    Count,
    Deeper,
    Depth,
    Directed,
    Direction,
    Exists,
    InOrder,
    Query,
    Side,
)

Proposal = tuple[Query, str]
"""A query and the answer that was drawn for it."""

Proposer = Callable[[NamedScene, random.Random], Iterator[Proposal]]

SIMPLE_SHARE = 0.05
"""Share of questions about existence and number that name only one category. How often a category is seen, or in what
numbers, gives their answers away (measured: 10 points above chance on planned scenes), so they are few; the others
contrast a seen category with an unseen one, or the two sides of an object, and give nothing away."""

EXISTENCE_TRIES = 24
"""How many pairs of a seen and an unseen category are tried."""

TRIPLES = 60
"""How many triples of objects are tried: enough to find one, and bounded in crowded scenes."""


def shuffled(rng: random.Random, items: Iterable[int]) -> list[int]:
    """The items in random order."""
    drawn = list(items)
    rng.shuffle(drawn)
    return drawn


def pairs(rng: random.Random, among: tuple[int, ...]) -> list[tuple[int, int]]:
    """All ordered pairs, in random order."""
    drawn = list(permutations(among, 2))
    rng.shuffle(drawn)
    return drawn


def triples(rng: random.Random, among: tuple[int, ...]) -> Iterator[tuple[int, int, int]]:
    """Some ordered triples, in random order."""
    if len(among) < 3:
        return
    for _ in range(TRIPLES):
        a, b, c = rng.sample(among, 3)
        yield a, b, c


def existence(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """A category that is seen and one that is not; sometimes one of them alone."""
    target, simple = rng.choice(YES_NO), rng.random() < SIMPLE_SHARE
    if not scene.present or not scene.absent:
        return
    for _ in range(EXISTENCE_TRIES):
        seen, unseen = rng.choice(scene.present), rng.choice(scene.absent)
        if not is_kept(scene, "seen", seen, unseen):
            continue
        first, second = (seen, unseen) if target == "yes" else (unseen, seen)
        yield Exists(category=first, without=None if simple else second), target


def count(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """How many of a category are on one side of an object; every possible number is equally likely."""
    if rng.random() < SIMPLE_SHARE:
        yield from _count_all(scene, rng)
        return
    options = [(category, counts_by_side(scene, category)) for category in scene.countable]
    rng.shuffle(options)
    options.sort(key=lambda option: -len(option[1]))
    for category, by_number in options:
        if len(by_number) < 2:
            return
        number = rng.choice(sorted(by_number))
        for side, anchor in rng.sample(by_number[number], len(by_number[number])):
            yield Count(category=category, predicate=side, anchor=scene.ref(anchor)), str(number)


def _count_all(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    by_number = counts_in_total(scene)
    if len(by_number) > 1:
        number = rng.choice(sorted(by_number))
        for category in rng.sample(by_number[number], len(by_number[number])):
            yield Count(category=category), str(number)


def direction_yes_no(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """A direction between two objects; the order in which they are named decides the answer."""
    target, flip = rng.choice(YES_NO), rng.random() < 0.5
    axes: list[tuple[Direction, Direction]] = [("left_of", "right_of"), ("above", "below")]
    rng.shuffle(axes)
    for axis in axes:
        predicate = axis[1 if flip else 0]
        for i, j in pairs(rng, scene.named_across(predicate)):
            if scene.relation(i, predicate, j).value is not (target == "yes"):
                continue
            if predicate in SIDEWAYS or _is_even(scene, i, j):
                yield Directed(subject=scene.ref(i), predicate=predicate, object=scene.ref(j)), target


def _is_even(scene: NamedScene, i: int, j: int) -> bool:
    """Whether a question about the heights of two things is kept: a lamp above a cat as seldom as the opposite."""
    high, low = (i, j) if scene.relation(i, "above", j).value else (j, i)
    return is_kept(scene, "above", scene.objects[high].category, scene.objects[low].category)


def direction_open(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """On which side of one object the other is."""
    target = rng.choice(SIDES)
    for i, j in pairs(rng, scene.plainly_named):
        if scene.relation(i, "left_of", j).value is (target == "left"):
            yield Side(subject=scene.ref(i), object=scene.ref(j)), target


def direction_choice(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """The diagonal that leads from one to the other."""
    target = rng.choice(BEARINGS)
    up, left = target.startswith("above"), target.endswith("left")
    for i, j in pairs(rng, scene.plainly_named):
        if scene.relation(i, "above", j).value is not up or scene.relation(i, "left_of", j).value is not left:
            continue
        if _is_even(scene, i, j):
            yield Bearing(subject=scene.ref(i), object=scene.ref(j)), target


def closer_pairs(scene: NamedScene, rng: random.Random) -> Iterator[tuple[int, int, int]]:
    """Named things of which the first is certainly closer to the third than the second is, in random order.

    None of the three carries another: a cup is closest to its table.
    """
    for i, j, anchor in triples(rng, scene.named):
        value = scene.closer(i, j, anchor).value
        if value is not None and len({scene.piles[k] for k in (i, j, anchor)}) == 3:
            yield (i, j, anchor) if value else (j, i, anchor)


def distance_comparison(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """Which of two is closer to a third; the order in which the two are named decides the answer.

    What the names make likely is asked as seldom as its opposite.
    """
    target = rng.choice(YES_NO)
    for near, far, anchor in closer_pairs(scene, rng):
        if is_kept(scene, "closer", scene.objects[near].category, scene.objects[far].category):
            a, b = (near, far) if target == "yes" else (far, near)
            yield Closer(subject=scene.ref(a), anchor=scene.ref(anchor), other=scene.ref(b)), target


def chain(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """Three in a row; the order in which they are named decides the answer."""
    target, courses = rng.choice(YES_NO), list(ALONG)
    rng.shuffle(courses)
    for course in courses:
        predicate = ALONG[course]
        for trio in triples(rng, scene.named_across(predicate)):
            if any(scene.relation(i, predicate, j).value is None for i, j in zip(trio, trio[1:] + trio[:1], strict=True)):
                continue
            axis, sign = DIRECTIONS[predicate]
            row = sorted(trio, key=lambda k: sign * (2 * scene.objects[k].box[axis] + scene.objects[k].box[axis + 2]))
            orders = list(permutations(row))
            first, second, third = orders[0] if target == "yes" else rng.choice(orders[1:])
            names = {"first": scene.ref(first), "second": scene.ref(second), "third": scene.ref(third)}
            yield InOrder(course=course, **names), target


def depth_order(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """Which of two is nearer to the viewer, where the picture shows it (`visible_depth`)."""
    predicates: tuple[Depth, Depth] = ("in_front_of", "behind")
    target, predicate = rng.choice(YES_NO), rng.choice(predicates)
    for i, j in pairs(rng, scene.named):
        if scene.relation(i, predicate, j).value is (target == "yes") and _is_even_in_depth(scene, i, j):
            yield Deeper(subject=scene.ref(i), predicate=predicate, object=scene.ref(j)), target


def _is_even_in_depth(scene: NamedScene, i: int, j: int) -> bool:
    """Whether a question about the depths of two things is kept: a sofa behind a table as seldom as the opposite."""
    far, near = (i, j) if scene.relation(i, "behind", j).value else (j, i)
    return is_kept(scene, "behind", scene.objects[far].category, scene.objects[near].category)
