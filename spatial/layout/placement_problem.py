"""The placement problem: objects with a preferred size, and facts in a canonical form.

In: a draft, a canvas, knowledge of categories.  Out: a frozen `Problem`.
Places nothing and uses no random numbers.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from schemas.predicate_names import ends
from spatial.knowledge.categories import Category, Rest, SceneKind
from spatial.reasoning.draft import Draft
from spatial.relations.predicate_table import CHAINED

DEFAULT_SIDE_M = 0.6
"""Side in metres assumed for a category that is not known: between a cat and a chair."""

LOW_SURFACE = 0.3
"""An object has room under it if its standing surface lies at most this share of its height below its top."""

SUPPORT = ("on", "inside")
"""Facts whose subject is carried by its object."""

SWAPPED = {
    "right_of": "left_of",
    "below": "above",
    "behind": "in_front_of",
    "supports": "on",
    "over": "under",
    "contains": "inside",
    "props_up": "leaning_on",
}
"""Predicates that are replaced by their inverse, with subject and object swapped, before they are encoded."""


@dataclass(frozen=True)
class Catalog:
    """The knowledge that layouts use."""

    categories: Mapping[str, Category] = field(default_factory=dict)
    scenes: Mapping[str, SceneKind] = field(default_factory=dict)

    def category(self, name: str) -> Category | None:
        """The category called `name`, or by its last word ("red apple" is an apple)."""
        plain = " ".join(name.lower().replace("_", " ").split())
        return self.categories.get(plain) or self.categories.get(plain.rsplit(" ", 1)[-1])


@dataclass(frozen=True)
class Fact:
    """A relation in canonical form. `index` is its position in the draft; `others` are in ascending order."""

    predicate: str
    subject: int
    object: int | None
    index: int
    others: tuple[int, ...] = ()

    @property
    def pair(self) -> tuple[int, int]:
        """Subject and object of a fact that has both."""
        assert self.object is not None
        return self.subject, self.object


def group_of(fact: Fact) -> tuple[int, ...]:
    """The objects of a fact's group: its object and the others."""
    return () if fact.object is None else (fact.object, *fact.others)


@dataclass(frozen=True)
class Thing:
    """One object: `side` in metres (square root of its area), `aspect` (width over height), what it rests on.

    `surface`: depth of its standing surface below its top, as a share of its height.  `place`: as of a category.
    """

    side: float = DEFAULT_SIDE_M
    aspect: float = 1.0
    rests_on: tuple[Rest, ...] = ("floor",)
    surface: float | None = None
    place: str | None = None


@dataclass(frozen=True)
class Problem:
    """Objects, facts and the canvas. `ground` is the scene, or None to ignore the ground plane.

    `carriers[i]`: what carries `i` directly.  `free_pairs`: pairs (i < j) whose boxes a fact lets overlap.
    """

    canvas: tuple[int, int]
    things: tuple[Thing, ...]
    facts: tuple[Fact, ...]
    carriers: tuple[tuple[int, ...], ...]
    free_pairs: frozenset[tuple[int, int]]
    ground: SceneKind | None = None

    @property
    def horizon(self) -> int:
        """The line where the ground begins, in pixels from the top (0 without a ground plane)."""
        return round(self.canvas[1] * self.ground.horizon) if self.ground else 0


def problem_of(draft: Draft, canvas: tuple[int, int], catalog: Catalog) -> Problem:
    """The problem of laying `draft` out on `canvas`."""
    facts = facts_of(draft)
    count = len(draft.objects)
    carriers = tuple(
        tuple(sorted({f.pair[1] for f in facts if f.predicate in SUPPORT and f.subject == i})) for i in range(count)
    )
    ground = catalog.scenes.get(draft.scene) if draft.scene is not None else None
    leaning = {f.subject for f in facts if f.predicate == "leaning_on"}
    things = tuple(_thing(catalog.category(name), i in leaning) for i, name in enumerate(draft.objects))
    return Problem(canvas, things, facts, carriers, _free_pairs(facts, carriers), ground)


def facts_of(draft: Draft) -> tuple[Fact, ...]:
    """The relations of `draft` in canonical form, without duplicates."""
    facts: dict[tuple[object, ...], Fact] = {}
    for index, r in enumerate(draft.relations):
        if r.object is not None and r.predicate in CHAINED:
            for upper, lower in pairwise(ends(r)):
                link = Fact(CHAINED[r.predicate], upper, lower, index)
                facts.setdefault((link.predicate, upper, lower, ()), link)
            continue
        if r.object is not None and r.predicate in SWAPPED:
            fact = Fact(SWAPPED[r.predicate], r.object, r.subject, index)
        elif r.object is not None and r.others:
            first, *rest = sorted((r.object, *r.others))
            fact = Fact(r.predicate, r.subject, first, index, tuple(rest))
        else:
            fact = Fact(r.predicate, r.subject, r.object, index)
        facts.setdefault((fact.predicate, fact.subject, fact.object, fact.others), fact)
    return tuple(facts.values())


def ancestors(carriers: Sequence[Collection[int]], i: int) -> set[int]:
    """All objects that carry `i`, directly or through others."""
    found: set[int] = set()
    waiting = list(carriers[i])
    while waiting:
        j = waiting.pop()
        if j not in found:
            found.add(j)
            waiting.extend(carriers[j])
    return found


def relaxed(problem: Problem) -> Problem:
    """The same problem without a ground plane, where every pair whose relation permits an overlap may overlap."""
    pairs = {f.pair for f in problem.facts if f.predicate in ("touching", "under", "in_front_of")}
    free = problem.free_pairs | {(min(p), max(p)) for p in pairs if p[0] != p[1]}
    return replace(problem, free_pairs=free, ground=None)


def pairs_tucked_under(problem: Problem) -> frozenset[tuple[int, int]]:
    """Pairs (a, b) where `a` stands between the legs of `b`, on the same ground, as a cat under a table does."""
    if problem.ground is None:
        return frozenset()
    return frozenset(f.pair for f in problem.facts if f.predicate == "under" and _has_room_below(problem, *f.pair))


def _has_room_below(problem: Problem, a: int, b: int) -> bool:
    surface = problem.things[b].surface
    on_foot = not problem.carriers[a] and not problem.carriers[b]
    return on_foot and surface is not None and surface < LOW_SURFACE and "floor" in problem.things[b].rests_on


def separated_pairs(problem: Problem) -> frozenset[tuple[int, int]]:
    """Pairs (i < j) whose boxes must not overlap."""
    free = problem.free_pairs | {(min(p), max(p)) for p in pairs_tucked_under(problem)}
    count = len(problem.things)
    return frozenset((i, j) for i in range(count) for j in range(i + 1, count) if (i, j) not in free)


def corner_overlap_pairs(facts: Sequence[Fact]) -> frozenset[tuple[int, int]]:
    """Pairs (i < j) that are next to and above each other at once: they overlap by a corner."""
    pairs = {name: {(min(f.pair), max(f.pair)) for f in facts if f.predicate == name} for name in ("under", "next_to")}
    return frozenset(pairs["under"] & pairs["next_to"])


def _thing(category: Category | None, leans: bool) -> Thing:
    if category is None:
        return Thing()
    leaning = category.leaning if leans else None
    if leaning is not None:
        aspect = leaning.width_m / leaning.height_m
        return Thing(leaning.side_m, aspect, category.rests_on or ("floor",), None, category.place)
    return Thing(category.side_m, category.aspect, category.rests_on or ("floor",), category.surface, category.place)


def _free_pairs(facts: Sequence[Fact], carriers: Sequence[tuple[int, ...]]) -> frozenset[tuple[int, int]]:
    """Pairs whose boxes overlap: one carries the other, both hold the same thing, or they are `staggered`."""
    free = {*corner_overlap_pairs(facts)} | {f.pair for f in facts if f.predicate == "leaning_on"}
    free |= {(i, j) for i in range(len(carriers)) for j in ancestors(carriers, i)}
    held = [f.pair for f in facts if f.predicate == "inside"]
    for thing, holder in held:
        free |= {(holder, other) for other in carriers[thing] if other != holder}
    return frozenset((min(p), max(p)) for p in free if p[0] != p[1])
