"""A scene seen by whoever asks: which objects can be named, and how.

In: a scene.  Out: `NamedScene`, the view with one reference for every object that words can single out.
Does not choose what is asked.
"""

import re
from functools import cached_property

from schemas.events import Scene
from spatial.questions.answer_rules import label
from spatial.questions.certain_facts import View
from spatial.questions.question_kinds import Hop, Ref
from spatial.questions.wording.lexicon import fits, is_mass, is_plural, surely_fits, word_list
from spatial.questions.wording.referring_expressions import fitting, refs_for

_SPEAKABLE = re.compile(r"[^\W\d_][\w'’-]*( [^\W\d_][\w'’-]*)*")
"""Words of letters, digits, apostrophes and hyphens. Other categories are never spoken of."""


INNER_HOPS: tuple[Hop, ...] = ("left_of", "right_of", "above", "below", "on", "inside", "under", "in_front_of", "behind")
"""Relations by which a nameless thing is found."""

SIDEWAYS_WORDS = ("leftmost", "rightmost")
VERTICAL_WORDS = ("highest", "lowest")


def is_speakable(category: str) -> bool:
    """Whether a sentence can hold the word without being read otherwise.

    Not "the cat", which would become "the the cat", nor "two dogs" or "cat and dog", which are no one thing.
    """
    words = category.lower().split()
    if not _SPEAKABLE.fullmatch(category) or category.lower() in word_list("reserved"):
        return False
    return words[0] not in word_list("determiners") and not word_list("joining").intersection(words)


class NamedScene(View):
    """A view with names."""

    def __init__(self, scene: Scene, strictness: float = 1.0) -> None:
        super().__init__(scene, strictness)
        self._names: dict[int, Ref | None] = {}

    def name(self, index: int) -> Ref | None:
        """The simplest words that single the object out, if there are any."""
        if index not in self._names:
            speakable = is_speakable(self.objects[index].category)
            self._names[index] = next(refs_for(self, index), None) if speakable else None
        return self._names[index]

    def ref(self, index: int) -> Ref:
        """The name of an object that has one. Raises KeyError for another."""
        name = self.name(index)
        if name is None:
            raise KeyError(index)
        return name

    def named_across(self, predicate: str) -> tuple[int, ...]:
        """The objects whose name does not tell of their place along the predicate's axis, as `the leftmost` would."""
        words = SIDEWAYS_WORDS if predicate in ("left_of", "right_of") else VERTICAL_WORDS
        return tuple(i for i in self.named if self.ref(i).extreme not in words)

    @cached_property
    def named(self) -> tuple[int, ...]:
        """The objects that have a name."""
        return tuple(i for i in self.clear if self.name(i) is not None)

    @cached_property
    def plainly_named(self) -> tuple[int, ...]:
        """The objects whose category alone, or with a colour, names them: no word of place is in the name."""
        return tuple(i for i in self.named if self.ref(i).extreme is None and self.ref(i).predicate is None)

    @cached_property
    def labels(self) -> dict[int, str]:
        """Short words for the objects that can be an answer, all different."""
        speakable = [i for i in self.clear if is_speakable(self.objects[i].category)]
        return {i: text for i in speakable if (text := label(self, i)) is not None}

    @cached_property
    def things(self) -> dict[int, list[Ref]]:
        """For each object, the ways in which a relation to one named object singles it out as "the thing …"."""
        found: dict[int, list[Ref]] = {}
        for anchor in self.plainly_named:
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
        return tuple(category for category in seen if is_speakable(category))

    @cached_property
    def absent(self) -> tuple[str, ...]:
        """Excluded categories that nothing in the scene might be called by."""
        return tuple(c for c in dict.fromkeys(self.scene.excluded) if is_speakable(c) and not self._might_be_seen(c))

    def _might_be_seen(self, category: str) -> bool:
        return any(fits(category, o.category) or fits(o.category, category) for o in self.objects)

    @cached_property
    def countable(self) -> dict[str, tuple[int, ...]]:
        """The categories that can be counted, with their objects, all of them clearly seen."""
        groups = {c: fitting(self, c) for c in self.present if not (is_plural(c) or is_mass(c))}
        return {c: group for c, group in groups.items() if all(self._counts(i, c) for i in group)}

    def _counts(self, index: int, category: str) -> bool:
        return index in self.clear and surely_fits(category, self.objects[index].category)
