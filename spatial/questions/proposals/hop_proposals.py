"""Proposes queries about a thing that has no name: only its relation to a named object finds it.

In and out: as in `query_proposals`.
Each form draws its answer before it looks at objects, as the plain kinds do.  A thing that is found by a direction is not
asked for a direction: one would give the other away.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest

from spatial.questions.answer_odds import Aspect, is_kept
from spatial.questions.answer_rules import SIDES, YES_NO
from spatial.questions.object_names import SIDES as LEFT_AND_RIGHT
from spatial.questions.object_names import SIDEWAYS_WORDS, VERTICAL_WORDS, NamedScene
from spatial.questions.proposals.query_proposals import Proposal, shuffled
from spatial.questions.proposals.search_proposals import SIDEWAYS, mirrored_places, telling_family
from spatial.questions.question_kinds import AttributeOf, Deeper, Depth, Directed, Find, Larger, Nearest, Ref, Side
from spatial.questions.rules.size_rules import looks_larger

NO_SIDE = ("on", "inside", "under", "nearest")
"""Relations that do not say on which side the thing is."""

DEPTHS: tuple[Depth, Depth] = ("in_front_of", "behind")

NAMELESS = ""
"""The category of which the words of a question say nothing: its odds are even."""

Thing = tuple[int, Ref]
"""An object and the words that find it."""

Form = Callable[[NamedScene, random.Random, Sequence[Thing]], Iterator[Proposal]]


def multi_hop(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """Questions of every form, the forms in random order."""
    things = [(i, ref) for i, refs in scene.things.items() for ref in refs]
    rng.shuffle(things)
    anywhere = [thing for thing in things if thing[1].predicate in NO_SIDE or thing[1].extreme in VERTICAL_WORDS]
    at_sides = [thing for thing in things if thing[1].extreme in SIDEWAYS_WORDS]
    forms: list[tuple[Form, list[Thing]]] = [
        (_beside, things), (_colour, things), (_on_a_side, anywhere), (_side, anywhere), (_third, anywhere),
        (_deeper, at_sides), (_larger, at_sides),
    ]  # fmt: skip
    rng.shuffle(forms)
    for proposals in zip_longest(*(form(scene, rng, found_by) for form, found_by in forms)):
        yield from (each for each in proposals if each is not None)  # in turn: one form alone has hundreds


def _beside(scene: NamedScene, rng: random.Random, things: Sequence[Thing]) -> Iterator[Proposal]:
    """What stands in a relation to the thing, or is nearest to it; the answer's object is drawn first."""
    for target in shuffled(rng, scene.labels):
        options: list[Proposal] = []
        for middle, ref in things:
            if middle != target:
                hops = [hop for hop in SIDEWAYS if scene.relation(target, hop, middle).value]
                options += [(Find(predicate=hop, anchor=ref), scene.labels[target]) for hop in hops]
                if scene.stands_alone(middle):
                    options.append((Nearest(anchor=ref), scene.labels[target]))
        rng.shuffle(options)
        yield from options


def _colour(scene: NamedScene, _rng: random.Random, things: Sequence[Thing]) -> Iterator[Proposal]:
    """The colour, or another attribute, of the thing."""
    for i, ref in things:
        for value in scene.objects[i].attributes:
            family = telling_family(scene.objects[i].category, value)
            if family is not None:
                yield AttributeOf(family=family, subject=ref), value


def _on_a_side(scene: NamedScene, rng: random.Random, things: Sequence[Thing]) -> Iterator[Proposal]:
    """Whether the thing is on a side of a named object."""
    target, predicate = rng.choice(YES_NO), rng.choice(LEFT_AND_RIGHT)
    for i, ref in things:
        for j in shuffled(rng, scene.plainly_named):
            if i != j and scene.relation(i, predicate, j).value is (target == "yes"):
                yield Directed(subject=ref, predicate=predicate, object=scene.ref(j)), target


def _side(scene: NamedScene, rng: random.Random, things: Sequence[Thing]) -> Iterator[Proposal]:
    """On which side of a named object the thing is."""
    target = rng.choice(SIDES)
    for i, ref in things:
        for j in shuffled(rng, scene.plainly_named):
            if i != j and scene.relation(i, "left_of", j).value is (target == "left"):
                yield Side(subject=ref, object=scene.ref(j)), target


def _deeper(scene: NamedScene, rng: random.Random, things: Sequence[Thing]) -> Iterator[Proposal]:
    """Whether the thing is in front of a named object or behind it; seldom where that object's name tells."""
    target, predicate = rng.choice(YES_NO), rng.choice(DEPTHS)
    for i, ref in things:
        for j in shuffled(rng, scene.plainly_named):
            holds = scene.relation(i, predicate, j).value if i != j else None
            is_farther = holds is (predicate == "behind")
            if holds is (target == "yes") and _tells_little(scene, "behind", j, last=is_farther):
                yield Deeper(subject=ref, predicate=predicate, object=scene.ref(j)), target


def _larger(scene: NamedScene, rng: random.Random, things: Sequence[Thing]) -> Iterator[Proposal]:
    """Whether the thing looks larger than a named object; seldom where that object's name tells."""
    target = rng.choice(YES_NO)
    for i, ref in things:
        for j in shuffled(rng, scene.plainly_named):
            larger = looks_larger(scene, i, j).value if i != j else None
            if larger is (target == "yes") and _tells_little(scene, "larger", j, last=larger):
                yield Larger(subject=ref, object=scene.ref(j)), target


def _tells_little(scene: NamedScene, aspect: Aspect, named: int, last: bool) -> bool:
    """Whether to ask although the words name one of the two: as seldom as the opposite occurs. `last`: it comes last."""
    category = scene.objects[named].category
    return is_kept(scene, aspect, *((NAMELESS, category) if last else (category, NAMELESS)))


def _third(scene: NamedScene, rng: random.Random, things: Sequence[Thing]) -> Iterator[Proposal]:
    """Whether the thing is in a third of the picture, or its mirror image."""
    yield from mirrored_places(scene, rng, things, rng.choice(YES_NO))
