"""Proposes queries of which the picture may not tell the answer.

In and out: as in `query_proposals`.
Each form draws first whether the picture tells, with the odds of a blind guess among its choices, and asks only where it
might as well be the other way round with the same things: the choice `UNKNOWN` says nothing, and the names do not either.
"""

import random
from collections.abc import Callable, Iterator
from itertools import islice, zip_longest

from spatial.questions.answer_odds import is_kept
from spatial.questions.answer_rules import SIDES
from spatial.questions.object_names import NamedScene
from spatial.questions.proposals.query_proposals import Proposal, pairs, shuffled
from spatial.questions.proposals.search_proposals import exchanged_colours
from spatial.questions.question_kinds import SIDEWAYS, KnownFar, KnownNext, KnownSide, Sideways
from spatial.questions.rules.metric_facts import are_joined, has_scale, is_plain_length, may_be_joined
from spatial.questions.rules.metric_rules import length_between
from spatial.questions.rules.unknown_rules import OPPOSITE, UNKNOWN, next_on, number_of_choices
from spatial.questions.wording.lexicon import alike
from spatial.questions.wording.referring_expressions import Unanswerable, matching_objects
from spatial.world.unscaled import is_of_any_size

Named = tuple[str, str | None]
"""A category and a colour, or none."""

Rival = Callable[[NamedScene, random.Random, int, int], tuple[Named, Named] | None]
"""How an object may be named beside an anchor, and what may be asked for in its place that the picture does not tell; None
where nothing may, or where the names would reveal which of the two it is."""

WITHOUT_SCALE = 0.08
"""Share of the scenes without a scale that are asked so: with half of them one in two questions about two bare shapes
could not be answered, with these one in four, which is how often a blind guess would say so."""

TRIES = 24
"""Pairs of objects tried for one form."""


def unanswerable(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """Questions of every form: first of those of which few scenes have any, then of the others in random order.

    In metres only where nothing shows how large things are: else another picture of the scene has to tell what one does
    not (`views.picture_twins`).
    """
    if scene.scene.world is not None:
        yield from _of_any_size(scene, rng) if scene.scene.world.plain else ()
        return
    forms = [_next(scene, rng), _beside(scene, rng, _absent), _beside(scene, rng, _coloured)]
    rng.shuffle(forms)
    yield from _behind(scene, rng)
    yield from _beside(scene, rng, _several)
    for proposals in zip_longest(*forms):
        yield from (each for each in proposals if each is not None)


def _beside(scene: NamedScene, rng: random.Random, rival: Rival) -> Iterator[Proposal]:
    """On which side of a named object a thing is, or its rival."""
    side, is_known = rng.choice(SIDES), rng.randrange(len(SIDES) + 1) > 0
    is_left = side == SIDES[0]
    beside = ((i, j) for i, j in pairs(rng, scene.plainly_named) if scene.relation(i, "left_of", j).value is is_left)
    for i, j in islice(beside, TRIES):
        found = rival(scene, rng, i, j)
        if found is not None:
            category, attribute = found[0 if is_known else 1]
            query = KnownSide(category=category, attribute=attribute, object=scene.ref(j))
            yield query, side if is_known else UNKNOWN


def _of_any_size(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """How many metres two bare shapes are apart on plain ground: known beside a thing of known size, else not."""
    is_unknown = has_scale(scene) is False
    if is_unknown and rng.random() >= WITHOUT_SCALE:
        return
    for i, j in islice(pairs(rng, scene.plainly_named), TRIES):
        are_shapes = all(is_of_any_size(scene.objects[k].category) for k in (i, j))
        if are_shapes and not may_be_joined(scene, i, j) and is_plain_length(scene, i, j):
            named = scene.ref(i)
            length = UNKNOWN if is_unknown else _length(scene, i, j)
            if named.category is not None and length is not None:
                yield KnownFar(category=named.category, attribute=named.attribute, object=scene.ref(j)), length


def _length(scene: NamedScene, i: int, j: int) -> str | None:
    """The distance of two things of which none carries the other; None where it is not asked."""
    try:
        return length_between(scene, i, j) if not are_joined(scene, i, j) and is_plain_length(scene, i, j) else None
    except Unanswerable:
        return None


def _absent(scene: NamedScene, rng: random.Random, i: int, _anchor: int) -> tuple[Named, Named] | None:
    """A category that is there once, and one that is not there."""
    if not scene.absent or scene.ref(i).attribute is not None:
        return None
    seen, unseen = scene.objects[i].category, rng.choice(scene.absent)
    return ((seen, None), (unseen, None)) if is_kept(scene, "seen", seen, unseen) else None


def _several(scene: NamedScene, rng: random.Random, i: int, anchor: int) -> tuple[Named, Named] | None:
    """A category that is there once, and one that is there on both sides of the anchor."""
    if scene.ref(i).attribute is not None:
        return None
    options = [
        category
        for category, group in scene.countable.items()
        if {scene.relation(k, "left_of", anchor).value if k != anchor else None for k in group} == {True, False}
    ]
    if not options:
        return None
    once, often = scene.objects[i].category, rng.choice(options)
    return ((once, None), (often, None)) if is_kept(scene, "more", often, once) else None


def _coloured(scene: NamedScene, rng: random.Random, i: int, _anchor: int) -> tuple[Named, Named] | None:
    """A thing by its colour, and by a colour that nothing of its category has."""
    category = scene.objects[i].category
    seen = [value for k in matching_objects(scene, category) for value in scene.objects[k].attributes]
    options = [
        (own, other) for own, other in exchanged_colours(scene).get(i, ()) if not any(alike(other, value) for value in seen)
    ]
    if not options:
        return None
    own, other = rng.choice(options)
    return (category, own), (category, other)


def _next(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """What comes next to a thing at an end of the picture's things: inwards it is known, outwards it is not."""
    is_known = _draw_known(scene, rng)
    for anchor in shuffled(rng, scene.plainly_named):
        inwards = _inwards(scene, anchor)
        if inwards is not None:
            predicate, neighbour = inwards
            if is_known:
                yield KnownNext(predicate=predicate, anchor=scene.ref(anchor)), scene.labels[neighbour]
            else:
                outwards = SIDEWAYS[1 - SIDEWAYS.index(predicate)]
                yield KnownNext(predicate=outwards, anchor=scene.ref(anchor)), UNKNOWN


def _inwards(scene: NamedScene, anchor: int) -> tuple[Sideways, int] | None:
    """The side on which all other things are, and the one that comes next there; None where they are on both."""
    try:
        found = {side: next_on(scene, side, anchor) for side in SIDEWAYS}
    except Unanswerable:
        return None
    there = [(side, hit[0]) for side, hit in found.items() if hit is not None and hit[0] in scene.labels]
    return there[0] if len(there) == 1 and None in found.values() else None


def _draw_known(scene: NamedScene, rng: random.Random) -> bool:
    """Whether a thing is the answer: as often as a blind guess among the choices would find that it cannot be known."""
    return rng.randrange(max(2, number_of_choices(len(scene.labels)))) > 0


def _behind(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """What comes next behind one of the two farthest things: of the nearer it is the farthest, of that it is hidden."""
    is_known = _draw_known(scene, rng)
    for far in shuffled(rng, scene.plainly_named):
        near = _next_to_farthest(scene, far)
        if near is None or not is_kept(scene, "behind", scene.objects[far].category, scene.objects[near].category):
            continue
        if is_known:
            yield KnownNext(predicate="behind", anchor=scene.ref(near)), scene.labels[far]
        else:
            yield KnownNext(predicate="behind", anchor=scene.ref(far)), UNKNOWN


def _next_to_farthest(scene: NamedScene, far: int) -> int | None:
    """The plainly named object before the farthest one; None where this is not the farthest."""
    try:
        if next_on(scene, "behind", far) is not None:
            return None
        before = next_on(scene, OPPOSITE["behind"], far)
        if before is None or before[0] not in scene.plainly_named or next_on(scene, "behind", before[0]) is None:
            return None
    except Unanswerable:
        return None
    return before[0]
