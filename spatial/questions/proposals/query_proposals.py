"""What might be asked, kind by kind, once the answer has been drawn.

In: a scene with names, and a random generator that knows nothing of the scene.  Out: queries with the answer that was
drawn for them, in the order in which they should be tried.
Every kind draws its answer before it looks at objects, and asks only where the other answers could have been asked
too; so the words of a question say nothing of its answer.  Whether a proposal stands is for `answering` to say.
"""

import random
from collections.abc import Callable, Iterable, Iterator
from itertools import permutations

from spatial.questions.answer_rules import ALONG, BEARINGS, SIDES, YES_NO
from spatial.questions.certain_facts import DIRECTIONS
from spatial.questions.counting import numbers_of, sides_of
from spatial.questions.object_names import NamedScene
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
"""A query and the answer that it was sought for."""

Proposer = Callable[[NamedScene, random.Random], Iterator[Proposal]]

SIMPLE_SHARE = 0.05
"""Share of questions about existence and number that name one category and nothing else. What is often seen, or often
in numbers, gives their answers away (measured: 10 points above chance on planned scenes), so they are few; the others
set a seen category against an unseen one, or one side of a thing against the other, and give nothing away."""

TRIPLES = 60
"""How many triples of objects are looked at: enough to find one, and bounded in crowded scenes."""


def shuffled(rng: random.Random, items: Iterable[int]) -> list[int]:
    """The items in an order drawn from the generator."""
    drawn = list(items)
    rng.shuffle(drawn)
    return drawn


def pairs(rng: random.Random, among: tuple[int, ...]) -> list[tuple[int, int]]:
    """All ordered pairs, in a drawn order."""
    drawn = list(permutations(among, 2))
    rng.shuffle(drawn)
    return drawn


def triples(rng: random.Random, among: tuple[int, ...]) -> Iterator[tuple[int, int, int]]:
    """Some ordered triples, in a drawn order."""
    if len(among) < 3:
        return
    for _ in range(TRIPLES):
        a, b, c = rng.sample(among, 3)
        yield a, b, c


def existence(asked: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """One category that is seen against one that is not; sometimes one of them alone."""
    target, simple = rng.choice(YES_NO), rng.random() < SIMPLE_SHARE
    if not asked.present or not asked.absent:
        return
    for _ in range(4):
        seen, unseen = rng.choice(asked.present), rng.choice(asked.absent)
        first, second = (seen, unseen) if target == "yes" else (unseen, seen)
        yield Exists(category=first, without=None if simple else second), target


def count(asked: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """How many of a category are on one side of something; every number that could be asked is as likely."""
    if rng.random() < SIMPLE_SHARE:
        yield from _count_all(asked, rng)
        return
    options = [(category, sides_of(asked, category)) for category in asked.countable]
    rng.shuffle(options)
    options.sort(key=lambda option: -len(option[1]))
    for category, by_number in options:
        if len(by_number) < 2:
            return
        number = rng.choice(sorted(by_number))
        for side, anchor in rng.sample(by_number[number], len(by_number[number])):
            yield Count(category=category, predicate=side, anchor=asked.ref(anchor)), str(number)


def _count_all(asked: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    by_number = numbers_of(asked)
    if len(by_number) > 1:
        number = rng.choice(sorted(by_number))
        for category in rng.sample(by_number[number], len(by_number[number])):
            yield Count(category=category), str(number)


def direction_yes_no(asked: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """A direction between two objects; the order in which they are named makes the answer."""
    target, flip = rng.choice(YES_NO), rng.random() < 0.5
    axes: list[tuple[Direction, Direction]] = [("left_of", "right_of"), ("above", "below")]
    rng.shuffle(axes)
    for axis in axes:
        predicate = axis[1 if flip else 0]
        for i, j in pairs(rng, asked.named_across(predicate)):
            if asked.relation(i, predicate, j).value is (target == "yes"):
                yield Directed(subject=asked.ref(i), predicate=predicate, object=asked.ref(j)), target


def direction_open(asked: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """On which side one is of the other."""
    target = rng.choice(SIDES)
    for i, j in pairs(rng, asked.plainly_named):
        if asked.relation(i, "left_of", j).value is (target == "left"):
            yield Side(subject=asked.ref(i), object=asked.ref(j)), target


def direction_choice(asked: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """The diagonal that leads from one to the other."""
    target = rng.choice(BEARINGS)
    up, left = target.startswith("above"), target.endswith("left")
    for i, j in pairs(rng, asked.plainly_named):
        if asked.relation(i, "above", j).value is up and asked.relation(i, "left_of", j).value is left:
            yield Bearing(subject=asked.ref(i), object=asked.ref(j)), target


def distance_comparison(asked: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """Which of two is closer to a third; the order in which the two are named makes the answer."""
    target = rng.choice(YES_NO)
    for i, j, anchor in triples(rng, asked.named):
        value = asked.closer(i, j, anchor).value
        if value is not None:
            a, b = (i, j) if value is (target == "yes") else (j, i)
            yield Closer(subject=asked.ref(a), anchor=asked.ref(anchor), other=asked.ref(b)), target


def chain(asked: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """Three in a row; the order in which they are named makes the answer."""
    target, courses = rng.choice(YES_NO), list(ALONG)
    rng.shuffle(courses)
    for course in courses:
        predicate = ALONG[course]
        for trio in triples(rng, asked.named_across(predicate)):
            if any(asked.relation(i, predicate, j).value is None for i, j in zip(trio, trio[1:] + trio[:1], strict=True)):
                continue
            axis, sign = DIRECTIONS[predicate]
            row = sorted(trio, key=lambda k: sign * (2 * asked.objects[k].box[axis] + asked.objects[k].box[axis + 2]))
            orders = list(permutations(row))
            first, second, third = orders[0] if target == "yes" else rng.choice(orders[1:])
            names = {"first": asked.ref(first), "second": asked.ref(second), "third": asked.ref(third)}
            yield InOrder(course=course, **names), target


def depth_order(asked: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """Which of two is nearer to the viewer, where the picture shows it: by the ground, or by covering."""
    predicates: tuple[Depth, Depth] = ("in_front_of", "behind")
    target, predicate = rng.choice(YES_NO), rng.choice(predicates)
    for i, j in pairs(rng, asked.named):
        if asked.relation(i, predicate, j).value is (target == "yes") and _shows_depth(asked, i, j):
            yield Deeper(subject=asked.ref(i), predicate=predicate, object=asked.ref(j)), target


def _shows_depth(asked: NamedScene, i: int, j: int) -> bool:
    a, b = asked.objects[i], asked.objects[j]
    if any({a.id, b.id} == {s, o} for s, _, o in asked.drawn):
        return False  # a cup on a table is neither before nor behind it for most people
    near, far = (a.box, b.box) if a.depth < b.depth else (b.box, a.box)
    overlap = all(near[k] < far[k] + far[k + 2] and far[k] < near[k] + near[k + 2] for k in (0, 1))
    return overlap or near[1] + near[3] > far[1] + far[3]
