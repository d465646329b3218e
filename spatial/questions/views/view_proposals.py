"""Proposes queries about two pictures of one scene.

In and out: as in `query_proposals`, of the second picture with the first as its view; nothing where there is one alone.
Every two pictures are shown in both orders, so that each way of the camera is asked as often as its opposite.
"""

import random
from collections.abc import Iterator

from spatial.questions.answer_rules import SIDES
from spatial.questions.object_names import NamedScene
from spatial.questions.proposals.metric_proposals import CAMERA
from spatial.questions.proposals.query_proposals import Proposal, shuffled
from spatial.questions.question_kinds import CameraAxis, CameraMoved, OnlySecond, SameBox
from spatial.questions.rules.grounding_rules import location_text
from spatial.questions.views.view_rules import COURSES, are_alike, is_asked

WAYS: dict[CameraAxis, tuple[str, str]] = {"sideways": SIDES, "along": COURSES}


def view_change(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """What is new in the second picture, how the camera moved, which box shows a thing again: the rarest first."""
    if len(scene.scene.views) == 1:
        for form in (_news, _moves, _boxes):
            yield from form(scene, rng)


def _moves(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """One way of each axis is drawn and asked about, whether the camera went it or not. Not beside another camera."""
    names = {thing.category for thing in scene.objects} | set(scene.scene.excluded)
    if any(CAMERA in name for name in names):
        return
    axes = list(WAYS)
    rng.shuffle(axes)
    for axis in axes:
        target = rng.choice(WAYS[axis])
        for i in shuffled(rng, scene.plainly_named):
            yield CameraMoved(axis=axis, subject=scene.ref(i)), target


def _news(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    before = {thing.id for thing in scene.scene.views[0].objects}
    new = [text for i, text in scene.labels.items() if scene.objects[i].id not in before]
    for i in shuffled(rng, scene.plainly_named):
        yield from ((OnlySecond(subject=scene.ref(i)), text) for text in new)


def _boxes(scene: NamedScene, rng: random.Random) -> Iterator[Proposal]:
    """Of a thing with others of its size, any of which could be asked about as well."""
    asked = [i for i in scene.clear if is_asked(scene, i)]
    for i in shuffled(rng, (i for i in scene.plainly_named if i in asked)):
        box = scene.objects[i].box
        if any(j != i and are_alike(scene.objects[j].box, box) for j in asked):
            yield SameBox(subject=scene.ref(i)), location_text(box, "box")
