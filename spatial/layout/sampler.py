"""Random placement of boxes of fixed size: exact for linear rules, by rejection sampling for overlaps.

In: sizes, rules, pairs to keep apart, a random generator.  Out: positions, or None when this attempt failed.
Proves nothing: a failed attempt says nothing about the problem.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from spatial.layout.constraints.difference_constraints import Differences
from spatial.layout.constraints.linear import AXES, Axis, Linear, Option, Rule

Size = tuple[int, int]
Point = tuple[int, int]

TRIES = 40
"""Random positions tried for one box before the attempt fails; more of them help less than smaller boxes do."""


@dataclass(frozen=True)
class Frame:
    """Input of one attempt: the free area (left, top, right, bottom), sizes, and pairs kept `gap` pixels apart."""

    room: tuple[int, int, int, int]
    sizes: Sequence[Size]
    apart: frozenset[tuple[int, int]]
    gap: int = 0


def sample(frame: Frame, rules: Iterable[Rule], rng: Random, preferences: Iterable[Rule] = ()) -> list[Point] | None:
    """Positions for every box under `rules`, or None. Preferences are met as far as they leave the rules solvable."""
    axes = _free_area(frame)
    if axes is None:
        return None
    open_rules = []
    for rule in rules:
        if len(rule) == 1:
            if not _impose(axes, rule[0], frame.sizes):
                return None
        else:
            open_rules.append(rule)
    for preference in preferences:
        _choose(axes, preference, frame.sizes, rng)
    rng.shuffle(open_rules)
    if not all(_choose(axes, rule, frame.sizes, rng) for rule in open_rules):
        return None
    return _place(axes, frame, rng)


def _free_area(frame: Frame) -> dict[Axis, Differences] | None:
    left, top, right, bottom = frame.room
    if any(w > right - left or h > bottom - top for w, h in frame.sizes):
        return None
    count = len(frame.sizes)
    return {
        "x": Differences([left] * count, [right - w for w, _ in frame.sizes]),
        "y": Differences([top] * count, [bottom - h for _, h in frame.sizes]),
    }


def _choose(axes: dict[Axis, Differences], rule: Rule, sizes: Sequence[Size], rng: Random) -> bool:
    """Commit to the first option, in random order, that the differences still allow."""
    for option in rng.sample(rule, len(rule)):
        saved = {axis: axes[axis].save() for axis in AXES}
        if _impose(axes, option, sizes):
            return True
        for axis in AXES:
            axes[axis].restore(saved[axis])
    return False


def _impose(axes: dict[Axis, Differences], option: Option, sizes: Sequence[Size]) -> bool:
    return all(_add(axes, linear, sizes) for linear in option)


def _add(axes: dict[Axis, Differences], linear: Linear, sizes: Sequence[Size]) -> bool:
    """Add `linear` with the sizes substituted: at most two positions on one axis remain, with opposite coefficients."""
    bound = linear.bound
    positions: list[tuple[float, Axis, int]] = []
    for factor, kind, i in linear.terms:
        if kind in ("x", "y"):
            positions.append((factor, kind, i))
        else:
            bound -= factor * measure(kind, sizes[i])
    if not positions:
        return bound >= 0
    factor, axis, i = positions[0]
    if len(positions) == 1:
        if factor > 0:
            return axes[axis].limit(i, None, math.floor(bound / factor))
        return axes[axis].limit(i, math.ceil(bound / factor), None)
    _, _, j = positions[1]
    if factor < 0:
        i, j = j, i
    return axes[axis].add(i, j, math.ceil(-bound / abs(factor)))


def measure(kind: str, size: Size) -> float:
    """The value of a size variable."""
    if kind == "s":
        return math.sqrt(size[0] * size[1])
    return size[0] if kind == "w" else size[1]


def _place(axes: dict[Axis, Differences], frame: Frame, rng: Random) -> list[Point] | None:
    """Place the boxes one by one, the most constrained first, each at a random free point within its exact intervals."""
    x, y, sizes = axes["x"], axes["y"], frame.sizes
    rivals: list[list[int]] = [[] for _ in sizes]
    for i, j in frame.apart:
        rivals[i].append(j)
        rivals[j].append(i)
    placed: dict[int, Point] = {}
    waiting = set(range(len(sizes)))
    while waiting:
        i = min(waiting, key=lambda k: _freedom(x, y, sizes, k))
        blocks = [(*placed[j], *sizes[j]) for j in rivals[i] if j in placed]
        point = _free_point(x, y, i, (sizes[i], blocks, frame.gap), rng)
        if point is None or not (x.limit(i, point[0], point[0]) and y.limit(i, point[1], point[1])):
            return None
        placed[i] = point
        waiting.remove(i)
    return [placed[i] for i in range(len(sizes))]


def _freedom(x: Differences, y: Differences, sizes: Sequence[Size], i: int) -> tuple[float, int]:
    """Area of possible positions in units of the box's own area; ties in order of the objects."""
    room = (x.high[i] - x.low[i] + 1) * (y.high[i] - y.low[i] + 1)
    return room / (sizes[i][0] * sizes[i][1]), i


def _free_point(
    x: Differences, y: Differences, i: int, body: tuple[Size, list[tuple[int, int, int, int]], int], rng: Random
) -> Point | None:
    (w, h), blocks, gap = body
    lx, ly, wx, wy = x.low[i], y.low[i], x.high[i] - x.low[i] + 1, y.high[i] - y.low[i] + 1
    for _ in range(TRIES):
        px, py = lx + int(rng.random() * wx), ly + int(rng.random() * wy)
        right, bottom = px + w + gap, py + h + gap
        if all(right <= bx or bx + bw + gap <= px or bottom <= by or by + bh + gap <= py for bx, by, bw, bh in blocks):
            return px, py
    return None
