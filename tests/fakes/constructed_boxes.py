"""Boxes made so that a wanted predicate holds of them: uniformly random boxes almost never do.

In: a random generator and the boxes that are there.  Out: one more box.  Edges are drawn from the edges and centres of
the others, so that the corner cases of every rule (equal edges, equal centres, exact contact) come up all the time.
"""

import random
from collections.abc import Sequence

from spatial.relations.boxes import Rect, edges
from spatial.relations.predicate_geometry import TRUTH

CANVAS = (64, 64)


def any_box(rng: random.Random, others: Sequence[Rect] = ()) -> Rect:
    """A box with whole numbers, some of its edges in line with those of the others."""
    (left, right), (top, bottom) = (_extent(rng, others, axis) for axis in (0, 1))
    return (left, top, right - left, bottom - top)


def _extent(rng: random.Random, others: Sequence[Rect], axis: int) -> tuple[int, int]:
    lines = [rng.randrange(0, 65) for _ in range(2)]
    for box in others:
        start, size = int(box[axis]), int(box[axis + 2])
        at = rng.choice((start, start + size, start + size // 2))
        lines.append(at + rng.choice((-1, 0, 0, 1)))
    a, b = rng.sample(lines, 2)
    return (min(a, b), max(a, b)) if a != b else (a, a + rng.randrange(1, 20))


def box_with(name: str, other: Rect, rng: random.Random) -> Rect:
    """A box of which the predicate holds towards `other`. Raises AssertionError when none is found."""
    rule, there = TRUTH[name], edges(other)
    for _ in range(3000):
        box = any_box(rng, [other])
        if rng.random() < 0.5:
            box = rng.choice((_small_in, _small_in, _small_beyond))(other, rng)
        if rule(edges(box), there):
            return box
    raise AssertionError(f"no box found that is {name} {other}")


def _small_in(other: Rect, rng: random.Random) -> Rect:
    """A box around or within the other's extent, whose sides are some of the other's."""
    x, y, width, height = (int(value) for value in other)
    left, right = sorted((x + rng.randrange(-3, width + 3), x + rng.randrange(-3, width + 3)))
    top, bottom = sorted((y + rng.randrange(-3, height + 3), y + rng.randrange(-3, height + 3)))
    return (left, top, max(1, right - left), max(1, bottom - top))


def _small_beyond(other: Rect, rng: random.Random) -> Rect:
    """A box beyond one side of the other, at about its middle along that side."""
    x, y, width, height = (int(value) for value in other)
    w, h, away = rng.randrange(1, 24), rng.randrange(1, 24), rng.randrange(0, 60)
    shift = rng.randrange(-6, 7)
    if rng.random() < 0.5:
        return (rng.choice((x - away - w, x + width + away)), y + (height - h) // 2 + shift, w, h)
    return (x + (width - w) // 2 + shift, rng.choice((y - away - h, y + height + away)), w, h)


def large_box(rng: random.Random) -> Rect:
    """A box in the middle with room inside and around it."""
    return (rng.randrange(8, 24), rng.randrange(8, 24), rng.randrange(12, 32), rng.randrange(12, 32))
