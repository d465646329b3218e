"""Proposes questions with one text about two pictures of a scene: one picture tells the answer, the other does not.

In: the pictures of a scene, each as a scene of its own, random numbers.  Out: for each text the pictures that are asked
about, with the query and its answer there.
A text is asked of the picture that does not tell, and of the one that does, as often as a blind guess would find that it
cannot be known; else of the one that does alone.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from itertools import permutations

from spatial.questions.answer_rules import SIDES
from spatial.questions.object_names import NamedScene
from spatial.questions.proposals.query_proposals import pairs, shuffled
from spatial.questions.question_kinds import Beyond, KnownFar, KnownNext, KnownSide, Query
from spatial.questions.rules.metric_facts import has_scale
from spatial.questions.rules.metric_rules import CHOICES
from spatial.questions.rules.unknown_rules import UNKNOWN, known_far, known_next, known_side, number_of_choices
from spatial.questions.wording.referring_expressions import Unanswerable, resolve

Asked = tuple[int, Query, str]
"""The number of a picture, a query, and its answer there."""

PictureTwins = Callable[[Sequence[NamedScene], random.Random], Iterator[tuple[Asked, ...]]]

Open = KnownSide | KnownFar | KnownNext

WAYS: tuple[Beyond, ...] = ("left_of", "right_of", "behind")


def picture_twins(pictures: Sequence[NamedScene], rng: random.Random) -> Iterator[tuple[Asked, ...]]:
    """The twins of every two pictures, in random order: the one that does not tell first, or the one that tells alone."""
    drawn, both = rng.random(), list(permutations(range(len(pictures)), 2))
    for blind, seeing in rng.sample(both, len(both)):
        for query, text in _twins(pictures[blind], pictures[seeing], rng):
            told = (seeing, query, text)
            is_asked_of_both = drawn * (_choices(query, pictures[seeing]) - 1) < 1
            yield ((blind, query, UNKNOWN), told) if is_asked_of_both else (told,)


def _choices(query: Open, scene: NamedScene) -> int:
    """How many choices the question has."""
    if isinstance(query, KnownSide):
        return len(SIDES) + 1
    return CHOICES if isinstance(query, KnownFar) else number_of_choices(len(scene.labels))


def _twins(blind: NamedScene, seeing: NamedScene, rng: random.Random) -> Iterator[tuple[Open, str]]:
    """What the first picture does not tell, with the answer that the second one tells."""
    for query in _queries(blind, seeing, rng):
        text = _answer(query, seeing)
        if text is not None and text != UNKNOWN and _answer(query, blind) == UNKNOWN:
            yield query, text


def _queries(blind: NamedScene, seeing: NamedScene, rng: random.Random) -> Iterator[Open]:
    """What the first picture may leave open and the second may tell: the rarest first."""
    if has_scale(blind) is False and has_scale(seeing):
        for i, j in pairs(rng, seeing.plainly_named):
            yield from _about(seeing, i, j, far_alone=True)
    shown = {thing.id for thing in blind.objects}
    for i, j in pairs(rng, seeing.plainly_named):
        if seeing.objects[i].id not in shown and seeing.objects[j].id in shown:
            yield from _about(seeing, i, j, far_alone=False)
    assert seeing.scene.world is not None
    if seeing.scene.world.plain:  # elsewhere there is more around than the things
        for anchor in shuffled(rng, seeing.plainly_named):
            yield from (KnownNext(predicate=way, anchor=seeing.ref(anchor)) for way in rng.sample(WAYS, len(WAYS)))


def _about(scene: NamedScene, i: int, j: int, far_alone: bool) -> Iterator[KnownFar | KnownSide]:
    """How far a thing is from another, and on which side of it."""
    named = scene.ref(i)
    if named.category is not None:
        yield KnownFar(category=named.category, attribute=named.attribute, object=scene.ref(j))
        if not far_alone:
            yield KnownSide(category=named.category, attribute=named.attribute, object=scene.ref(j))


def _answer(query: Open, scene: NamedScene) -> str | None:
    """The answer, None where there is none."""
    try:
        if isinstance(query, KnownNext):
            return known_next(scene, query, [resolve(scene, query.anchor)])[0]
        found = [resolve(scene, query.object)]
        return known_side(scene, query, found)[0] if isinstance(query, KnownSide) else known_far(scene, query, found)[0]
    except Unanswerable:
        return None
