"""Things that are near each other stand at about the same depth.

In: a problem.  Out: rules and gaps for bottom edges on the ground, depths pulled together, and whether they are together.
One that carries the other needs no rule: its depth is that of what it stands on.
"""

from collections.abc import Collection, Sequence

from spatial.layout.constraints.linear import Linear, Rule, at_most, high
from spatial.layout.placement_problem import Problem, ancestors, group_of
from spatial.relations.relation_truth import NEAR_DEPTH, NEARNESS, TOGETHER, apart_in_depth

WALL_DEPTH = 0.97
"""Depth of what hangs on the wall at the far end."""

BAND = 0.012
"""How far a bottom edge may deviate from its planned line, share of the canvas height."""


def near_pairs(problem: Problem) -> list[tuple[int, int]]:
    """Pairs that a fact says are near, next to or touching each other, or of which one is between the other and a third,
    where neither carries the other."""
    pairs = [
        (fact.subject, i) if fact.predicate in NEARNESS else (i, fact.subject)  # two cannot pull one to both
        for fact in problem.facts
        if fact.predicate in TOGETHER
        for i in group_of(fact)
    ]
    return [(a, b) for a, b in pairs if b not in ancestors(problem.carriers, a) and a not in ancestors(problem.carriers, b)]


def foot(problem: Problem, i: int) -> int:
    """The object that stands on the ground for `i`: itself, or the lowest of its carriers."""
    seen = {i}
    while problem.carriers[i] and problem.carriers[i][0] not in seen:
        i = problem.carriers[i][0]
        seen.add(i)
    return i


def near_feet(problem: Problem) -> list[tuple[int, int]]:
    """The near pairs in both orders, each object replaced by its `foot`."""
    pairs = [(foot(problem, a), foot(problem, b)) for a, b in near_pairs(problem)]
    return [pair for a, b in pairs if a != b for pair in ((a, b), (b, a))]


def back_line(problem: Problem) -> int:
    """The lowest bottom edge that is still near the wall, in pixels."""
    return round(problem.horizon + (1 - WALL_DEPTH + NEAR_DEPTH) * _ground(problem))


def near_gaps(problem: Problem) -> list[tuple[int, int, int]]:
    """(a, b, c) for each near pair of feet, in both orders: b ends at least c (negative) lower than a, in pixels."""
    reach = max(0, round(NEAR_DEPTH * _ground(problem) - 2 * BAND * problem.canvas[1]))
    return [(*pair, -reach) for pair in near_feet(problem)]


def at_the_wall(problem: Problem, where: Sequence[str]) -> list[int]:
    """What stands on the ground and is near a thing on the wall."""
    return [a for a, b in near_feet(problem) if (where[a], where[b]) == ("ground", "wall")]


def near_rules(problem: Problem, where: Sequence[str]) -> list[Rule]:
    """Bottom edges of near pairs on the ground differ little; what is near the wall stands at the back."""
    reach = NEAR_DEPTH * _ground(problem)
    level = [pair for pair in near_feet(problem) if where[pair[0]] == where[pair[1]] == "ground"]
    found: list[Rule] = [((at_most(high("y", a), high("y", b), -reach),),) for a, b in level]
    return found + [((Linear(high("y", i), back_line(problem)),),) for i in at_the_wall(problem, where)]


def pulled_together(problem: Problem, depths: Sequence[float], movable: Collection[int]) -> list[float]:
    """The depths, where of two near feet that are apart a movable one takes the other's."""
    found, pairs = list(depths), near_feet(problem)
    for _ in problem.things:  # as often as a chain of near pairs can be long
        for a, b in pairs:
            if a in movable and apart_in_depth(found[a], found[b]):
                found[a] = found[b]
    return found


def spread_depths(problem: Problem, order: Sequence[int]) -> list[float]:
    """Depths where no ground shows any: evenly spread in the order; what is near another takes its depth."""
    return pulled_together(problem, [(k + 1) / (len(order) + 1) for k in order], order)


def are_together(problem: Problem, depths: Sequence[float]) -> bool:
    """Whether all near pairs are at about the same depth."""
    return not any(apart_in_depth(depths[a], depths[b]) for a, b in near_pairs(problem))


def _ground(problem: Problem) -> int:
    """The height of the ground in the picture, in pixels."""
    return max(1, problem.canvas[1] - problem.horizon)
