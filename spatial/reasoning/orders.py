"""Directions and depth as orders along three axes.

In: facts found by the rules.  Out: for each axis a directed graph, in which chains are paths and contradictions are
cycles.
Places are related to the two lines that divide the canvas into thirds: what is `left` comes before the first line, which
comes before the second, which comes before what is `right`.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field

from spatial.reasoning.inference import Fact, Found
from spatial.relations.predicate_table import BANDS

AXES: tuple[tuple[str, str, str], ...] = (
    ("left_of", "left", "right"),
    ("above", "top", "bottom"),
    ("in_front_of", "", ""),
)
"""Each axis: its predicate, and the places before its first and after its second line."""


@dataclass
class Order:
    """One axis over `count` objects; the nodes `count` and `count + 1` are its two lines.

    `after[a][b]` is the fact by which a comes before b, None from the first line to the second.
    `masks[a]` has a bit for every such b.
    """

    axis: int
    count: int
    after: list[dict[int, Fact | None]] = field(init=False)
    masks: list[int] = field(init=False)
    with_lines: bool = False

    def __post_init__(self) -> None:
        self.after = [{} for _ in range(self.count + 2)]
        self.masks = [0] * (self.count + 2)

    @property
    def predicate(self) -> str:
        """The predicate for "a before b"."""
        return AXES[self.axis][0]

    def add(self, a: int, b: int, fact: Fact | None) -> None:
        """Add the edge "a before b"."""
        if b not in self.after[a]:
            self.after[a][b] = fact
            self.masks[a] |= 1 << b

    def add_place(self, fact: Fact) -> None:
        """Add the edges between an object and the lines around its place; a border of the picture has none."""
        if fact[0] not in BANDS:
            return
        band, first, second = BANDS[fact[0]][self.axis], self.count, self.count + 1
        if band is None:
            return
        if not self.with_lines:
            self.with_lines = True
            self.add(first, second, None)
        if band > 0:
            self.add(first if band == 1 else second, fact[1], fact)
        if band < 2:
            self.add(fact[1], first if band == 0 else second, fact)

    def has_cycle(self) -> bool:
        """Whether the order is contradictory."""
        masks = self.masks
        left = [node for node, mask in enumerate(masks) if mask]
        alive = sum(1 << node for node in left)
        while left:
            stay = [node for node in left if masks[node] & alive]
            if len(stay) == len(left):
                return True
            left, alive = stay, sum(1 << node for node in stay)
        return False


def orders(found: Found, count: int) -> list[Order]:
    """The three orders over `count` objects that the facts state."""
    lines = [Order(axis, count) for axis in range(len(AXES))]
    by_name = {name: line for line, (name, _, _) in zip(lines, AXES, strict=True)}
    for fact in found:
        name, a, b = fact
        if b is None:
            lines[0].add_place(fact)
            lines[1].add_place(fact)
        elif name in by_name:
            by_name[name].add(a, b, fact)
    return lines


def shortest_cycle(order: Order, found: Found, limit: int) -> tuple[int, list[int]] | None:
    """The cycle with the fewest statements, as their number and its nodes; None if all need `limit` or more."""
    best: tuple[int, list[int]] | None = None
    for start in range(order.count):
        if order.masks[start]:
            path = _shortest_path_back(order, found, start, limit if best is None else best[0])
            best = path or best
    return best


def _shortest_path_back(order: Order, found: Found, start: int, limit: int) -> tuple[int, list[int]] | None:
    """The lightest path from a node to itself over higher-numbered nodes, lines included."""
    heap: list[tuple[int, int, int]] = [(0, start, -1)]
    predecessor: dict[int, int] = {}
    while heap:
        weight, node, previous = heapq.heappop(heap)
        if node == start and previous >= 0:
            return weight, _path(predecessor, previous, start)
        if node in predecessor:
            continue
        predecessor[node] = previous
        for after, fact in order.after[node].items():
            total = weight + (found[fact].weight if fact else 0)
            if total < limit and after >= start and (after not in predecessor or after == start):
                heapq.heappush(heap, (total, after, node))
    return None


def _path(predecessor: dict[int, int], node: int, start: int) -> list[int]:
    path = [start]
    while node != start:
        path.append(node)
        node = predecessor[node]
    return [start, *reversed(path[1:])]


def edges_of(order: Order, nodes: Sequence[int]) -> list[tuple[int, Fact | None]]:
    """The edges of a cycle: each node with the fact that leads to it."""
    ring = [*nodes[1:], nodes[0]]
    return [(after, order.after[before][after]) for before, after in zip(nodes, ring, strict=True)]
