"""Names for the objects of a scene: which objects can be named and counted, and how.

In: a scene.  Out: `NamedScene`, the view with one reference for every object that words can identify; counts by number.
Does not choose questions.
"""

import re
from functools import cached_property

from schemas.events import Scene
from schemas.ids import content_id
from spatial.knowledge.knowledge_base import categories
from spatial.questions.answer_rules import label
from spatial.questions.certain_facts import View
from spatial.questions.question_kinds import Direction, Extreme, Hop, Ref
from spatial.questions.wording.lexicon import fits, is_mass, is_plural, surely_fits, word_list
from spatial.questions.wording.referring_expressions import matching_objects, refs_for

_NAMEABLE = re.compile(r"[^\W\d_][\w'’-]*( [^\W\d_][\w'’-]*)*")
"""Words of letters, digits, apostrophes and hyphens. Other categories are never named in a question."""


INNER_HOPS: tuple[Hop, ...] = ("left_of", "right_of", "above", "below", "on", "inside", "under")
"""Relations by which an object without a name is identified. Not depth: "the thing in front of the chair" may be meant from
the chair's side."""

CARRIED = ("on", "inside")
"""Predicates whose subject is carried by its object."""

SIDEWAYS_WORDS: tuple[Extreme, ...] = ("leftmost", "rightmost")
VERTICAL_WORDS: tuple[Extreme, ...] = ("highest", "lowest")
ENDS_OF_THINGS: tuple[Extreme, ...] = (*SIDEWAYS_WORDS, "lowest")
"""By which an object without a name is identified. Not the highest: clouds, lamps and windows of the background compete."""

SIDES: tuple[Direction, Direction] = ("left_of", "right_of")


def is_nameable(category: str) -> bool:
    """Whether a sentence with this word can be parsed unambiguously.

    Not "the cat", which would become "the the cat", nor "two dogs" or "cat and dog", which are not one object.
    """
    words = category.lower().split()
    if not _NAMEABLE.fullmatch(category) or category.lower() in word_list("reserved"):
        return False
    return words[0] not in word_list("determiners") and not word_list("joining").intersection(words)


class NamedScene(View):
    """A view with names."""

    def __init__(self, scene: Scene, strictness: float = 1.0) -> None:
        super().__init__(scene, strictness)
        self._names: dict[int, Ref | None] = {}

    @cached_property
    def content(self) -> str:
        """The id of the scene's content."""
        return content_id("scene", self.scene.model_dump(mode="json"))

    def name(self, index: int) -> Ref | None:
        """The simplest reference that identifies the object, if there is one."""
        if index not in self._names:
            self._names[index] = next(refs_for(self, index), None) if self._is_nameable(index) else None
        return self._names[index]

    def _is_nameable(self, index: int) -> bool:
        """Whether its category names it: of a keyboard it does not beside a computer, whose picture has a keyboard too.

        Things that are like each other, as a chair and a stool, are distinguished where both are named.
        """
        category = self.objects[index].category
        others = self._seen_in.get(category, frozenset())
        return is_nameable(category) and all(category in self._seen_in[other] for other in others)

    @cached_property
    def _seen_in(self) -> dict[str, frozenset[str]]:
        """Category → those of other things whose pictures show one, or that may be called so."""
        known = categories()
        there = {each.category for each in self.objects}
        parts = {name: known[name].parts for name in there if name in known}
        return {name: frozenset(other for other in parts if other != name and name in parts[other]) for name in there}

    def ref(self, index: int) -> Ref:
        """The name of an object that has one. Raises KeyError for another."""
        name = self.name(index)
        if name is None:
            raise KeyError(index)
        return name

    def named_across(self, predicate: str) -> tuple[int, ...]:
        """The objects whose name does not reveal their position on the predicate's axis, as `the leftmost` would."""
        words = SIDEWAYS_WORDS if predicate in ("left_of", "right_of") else VERTICAL_WORDS
        return tuple(i for i in self.named if self.ref(i).extreme not in words)

    @cached_property
    def named(self) -> tuple[int, ...]:
        """The objects that have a name."""
        return tuple(i for i in self.clear if self.name(i) is not None)

    @cached_property
    def plainly_named(self) -> tuple[int, ...]:
        """The objects that their category identifies, alone or with a colour: the name reveals no position."""
        return tuple(i for i in self.named if self.ref(i).extreme is None and self.ref(i).predicate is None)

    @cached_property
    def piles(self) -> tuple[int, ...]:
        """For each object the id of the lowest thing that carries it, its own where nothing does."""
        below = {subject: base for subject, predicate, base in self.drawn if predicate in CARRIED}
        found = []
        for thing in self.objects:
            foot, seen = thing.id, set[int]()
            while foot in below and foot not in seen:
                seen.add(foot)
                foot = below[foot]
            found.append(foot)
        return tuple(found)

    def stands_alone(self, index: int) -> bool:
        """Whether nothing carries the object, and it carries nothing."""
        return self.piles.count(self.piles[index]) == 1

    @cached_property
    def labels(self) -> dict[int, str]:
        """Short words for the objects that can be an answer, all different."""
        nameable = [i for i in self.clear if self._is_nameable(i)]
        return {i: text for i in nameable if (text := label(self, i)) is not None}

    @cached_property
    def things(self) -> dict[int, list[Ref]]:
        """For each object, what identifies it as "the thing …": a relation to one named object, or being outermost."""
        found: dict[int, list[Ref]] = {}
        everything = tuple(range(len(self.objects)))
        for extreme in ENDS_OF_THINGS:
            if len(everything) > 1 and (best := self.outermost(extreme, everything)) and best[0] in self.clear:
                found.setdefault(best[0], []).append(Ref(extreme=extreme))
        for anchor in self.named:
            near = self.nearest(anchor, tuple(i for i in everything if i != anchor))
            if near is not None and near[0] in self.clear:
                found.setdefault(near[0], []).append(Ref(predicate="nearest", anchor=self.ref(anchor)))
            for hop in INNER_HOPS:
                others = [i for i in range(len(self.objects)) if i != anchor]
                values = [self.relation(i, hop, anchor).value for i in others]
                if values.count(True) == 1 and None not in values and (i := others[values.index(True)]) in self.clear:
                    found.setdefault(i, []).append(Ref(predicate=hop, anchor=self.ref(anchor)))
        return found

    @cached_property
    def present(self) -> tuple[str, ...]:
        """Categories that are clearly seen."""
        seen = dict.fromkeys(self.objects[i].category for i in self.clear)
        return tuple(category for category in seen if is_nameable(category))

    @cached_property
    def absent(self) -> tuple[str, ...]:
        """Excluded categories that nothing in the scene might be called."""
        return tuple(c for c in dict.fromkeys(self.scene.excluded) if is_nameable(c) and not self._might_be_seen(c))

    def _might_be_seen(self, category: str) -> bool:
        return any(fits(category, o.category) or fits(o.category, category) for o in self.objects)

    @cached_property
    def countable(self) -> dict[str, tuple[int, ...]]:
        """The categories that can be counted, with their objects, all of them clearly seen."""
        told_apart = (c for c in self.present if not self._seen_in[c])
        groups = {c: matching_objects(self, c) for c in told_apart if not (is_plural(c) or is_mass(c))}
        return {c: group for c, group in groups.items() if all(self._is_countable(i, c) for i in group)}

    def _is_countable(self, index: int, category: str) -> bool:
        return index in self.clear and surely_fits(category, self.objects[index].category)


def counts_by_side(scene: NamedScene, category: str) -> dict[int, list[tuple[Direction, int]]]:
    """Number → (side, object): that many of the category are certainly on this side of the object, and the rest not."""
    group = scene.countable.get(category, ())
    found: dict[int, list[tuple[Direction, int]]] = {}
    for anchor in scene.plainly_named:
        if anchor in group:
            continue
        for side in SIDES:
            values = [scene.relation(i, side, anchor).value for i in group]
            if group and None not in values:
                found.setdefault(values.count(True), []).append((side, anchor))
    return found


def counts_in_total(scene: NamedScene) -> dict[int, list[str]]:
    """Number → the categories that are seen that often, with certainly absent ones under 0."""
    found: dict[int, list[str]] = {}
    for category, group in scene.countable.items():
        found.setdefault(len(group), []).append(category)
    absent = [category for category in scene.absent if not (is_plural(category) or is_mass(category))]
    return {**found, 0: absent} if absent else found
