"""Proposes queries about places in numbers: where a thing is, and what is in a box.

In and out: as in `query_proposals`.
"""

import random
from collections.abc import Iterator

from spatial.questions.answer_rules import SIDES
from spatial.questions.object_names import NamedScene
from spatial.questions.proposals.query_proposals import Proposal, shuffled
from spatial.questions.question_kinds import Boxed, BoxSide, Locate, Location
from spatial.questions.rules.grounding_rules import is_inside, location_text

LOCATIONS: tuple[Location, ...] = ("box", "point")


def grounding(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """A box or a point is asked, or a box is given and its thing or that thing's side is asked; one way is preferred."""
    target, ways = rng.choice(SIDES), [*LOCATIONS, "thing", "side"]
    rng.shuffle(ways)
    for way in ways:
        if way == "thing":
            yield from _things(scene, rng)
        elif way == "side":
            yield from _sides(scene, rng, target)
        else:
            yield from _located(scene, rng, "box" if way == "box" else "point")


def _located(scene: NamedScene, rng: random.Random, form: Location) -> Iterator[Proposal]:
    for i in shuffled(rng, (i for i in scene.named if is_inside(scene, scene.objects[i].box))):
        yield Locate(form=form, subject=scene.ref(i)), location_text(scene.objects[i].box, form)


def _things(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    for i in shuffled(rng, (i for i in scene.labels if is_inside(scene, scene.objects[i].box))):
        yield Boxed(box=scene.objects[i].box), scene.labels[i]


def _sides(scene: NamedScene, rng: random.Random, target: str) -> Iterator[Proposal]:
    """Of a thing between two others, so that its box says nothing of the answer: the other thing decides."""
    for i in shuffled(rng, (i for i in scene.clear if is_inside(scene, scene.objects[i].box))):
        left = {j: scene.relation(i, "left_of", j).value for j in scene.plainly_named if j != i}
        if {True, False} <= set(left.values()):
            for j in shuffled(rng, [j for j, is_left in left.items() if is_left is (target == SIDES[0])]):
                yield BoxSide(box=scene.objects[i].box, object=scene.ref(j)), target
