"""Depths for boxes: the stated order holds, and apart from that they stay close to the preferred depths.

In: a problem and preferred depths.  Out: one depth for every object, from 0 (nearest) to 1.
Does not look at boxes.
"""

from collections.abc import Sequence
from heapq import heapify, heappop, heappush

from spatial.layout.placement_problem import Problem

STEP = 0.04
"""Least difference of depths for a depth relation."""

CARRIED_STEP = 0.01
"""How much nearer an object is than its carrier: it is drawn over it, but stands at the same distance."""

DECIMALS = 4
"""Depths are rounded to this, far finer than a step."""

Edge = tuple[int, int, float]


def depths(problem: Problem, preferred: Sequence[float]) -> tuple[float, ...] | None:
    """Depths in which every stated order holds; None when the stated orders form a cycle.

    A carried object is a little nearer than its carrier, unless that contradicts a stated order.
    """
    stated = [(*f.pair, STEP) for f in problem.facts if f.predicate == "in_front_of"]
    carried = [(i, j, CARRIED_STEP) for i, below in enumerate(problem.carriers) for j in below]
    wanted = list(preferred)
    for i in _from_the_ground_up(problem):
        if problem.carriers[i]:
            wanted[i] = min(wanted[j] for j in problem.carriers[i]) - CARRIED_STEP
    for edges in ([*stated, *carried], stated):
        found = _spread_depths(edges, wanted)
        if found is not None:
            return found
    return None


def _from_the_ground_up(problem: Problem) -> list[int]:
    """Carriers before what they carry (any order where they carry each other)."""
    order: list[int] = []
    seen: set[int] = set()

    def visit(i: int) -> None:
        if i not in seen:
            seen.add(i)
            for j in problem.carriers[i]:
                visit(j)
            order.append(i)

    for i in range(len(problem.things)):
        visit(i)
    return order


def _spread_depths(edges: Sequence[Edge], wanted: Sequence[float]) -> tuple[float, ...] | None:
    """Go from near to far, the nearest preferred depth first, and push back what is not far enough behind."""
    behind: list[list[tuple[int, float]]] = [[] for _ in wanted]
    open_edges = [0] * len(wanted)
    for near, far, step in edges:
        behind[near].append((far, step))
        open_edges[far] += 1
    depth = list(wanted)
    ready = [(depth[i], i) for i in range(len(wanted)) if not open_edges[i]]
    heapify(ready)
    done = 0
    while ready:
        _, i = heappop(ready)
        done += 1
        for j, step in behind[i]:
            depth[j] = max(depth[j], depth[i] + step)
            open_edges[j] -= 1
            if not open_edges[j]:
                heappush(ready, (depth[j], j))
    return _normalised(depth) if done == len(wanted) else None


def _normalised(depth: Sequence[float]) -> tuple[float, ...]:
    """Shifted and scaled into 0 to 1 where they exceed it."""
    least = min(0.0, *depth) if depth else 0.0
    width = max(1.0, *depth, 0.0) - least if depth else 1.0
    return tuple(round((d - least) / width, DECIMALS) for d in depth)
