"""The same scene from another camera: answers in metres stay, those about sides change where they must.

`SKG_VIEWED_SCENES`: how many solved scenes with further cameras are judged.
"""

import os
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest

from gpu_workers.renderers import capabilities_of
from schemas.events import Scene, SeedOptions
from schemas.graph import SpatialGraph
from schemas.pictures import SeenView
from schemas.world import Camera
from spatial.knowledge.knowledge_base import scene_kinds
from spatial.questions import KINDS, ask
from spatial.verify import verify
from spatial.world.pinhole import Pinhole, as_pinhole
from tests.fakes.seen_twice import looking, seen_by, seen_twice
from tools.fit_answer_odds import graph_in_metres, scene_in_metres

SCENES = 40
VIEWED = int(os.environ.get("SKG_VIEWED_SCENES", "8"))

IN_SPACE = (
    "distance_metric", "real_size", "free_space", "viewpoint", "path", "object_frame", "facing", "support_chain",
)  # fmt: skip
OF_SIDES = ("direction_open", "direction_choice", "direction_yes_no")


def from_behind(seed: int) -> Scene:
    """A scene from the front, and from the other side of its things."""
    scene = seen_twice(seed, views=0)
    assert scene.world is not None
    bodies = zip(scene.objects, scene.world.bodies, strict=True)
    named = [(thing.id, thing.category, thing.attributes, body) for thing, body in bodies]
    return seen_by([scene.world.camera, looking((0.0, 11.0, 1.2), 180.0)], named)


def sides(picture: Scene | SeenView) -> dict[int, float]:
    """Where across the picture each thing's middle is, by its id."""
    return {thing.id: thing.box[0] + thing.box[2] / 2 for thing in picture.objects}


def test_from_behind_a_side_is_the_one_that_is_seen_there_and_mostly_the_other_one():
    found: Counter[str] = Counter()
    for seed in range(SCENES):
        scene = from_behind(seed)
        before, behind = sides(scene), sides(scene.views[0])
        for question in ask(scene, seed, without=frozenset(KINDS) - {*OF_SIDES}):
            verdict = verify(question.question, question.choices, scene, views=(1,))
            if verdict.answer is None or len(question.objects) != 2 or not is_sideways(question.question):
                continue
            a, b = question.objects
            is_exchanged = (before[a] < before[b]) != (behind[a] < behind[b])
            assert (verdict.answer != question.answer) is is_exchanged, question
            found["exchanged" if is_exchanged else "kept"] += 1
    assert found["exchanged"] > 3 * found["kept"]


def is_sideways(text: str) -> bool:
    return "left" in text or "right" in text


def test_from_behind_nothing_in_metres_has_another_answer():
    proven: Counter[str] = Counter()
    for seed in range(SCENES):
        scene = from_behind(seed)
        for question in ask(scene, seed, without=frozenset(KINDS) - {*IN_SPACE}):
            verdict = verify(question.question, question.choices, scene, views=(1,))
            assert verdict.answer in (None, question.answer), question
            proven[question.kind] += verdict.entailed
    assert proven.total() > SCENES
    assert min(proven[kind] for kind in ("distance_metric", "real_size", "viewpoint")) > 0


def viewed(first: int, scenes: int) -> Iterator[Scene]:
    """Solved scenes with what their further cameras see of the bodies' boxes."""
    shown, number = sorted(scene_kinds()), first
    few = SeedOptions(min_objects=3, max_objects=6)
    while scenes:
        graph = graph_in_metres(shown[number % len(shown)], number // len(shown), few, capabilities_of("solid", 1.0))
        number += 1
        if graph is not None and graph.world is not None and graph.world.views:
            scenes -= 1
            scene = scene_in_metres(graph)
            yield scene.model_copy(update={"views": tuple(view_of(scene, graph, one) for one in graph.world.views)})


def view_of(scene: Scene, graph: SpatialGraph, camera: Camera) -> SeenView:
    """What a further camera sees, if each body were its box; what reaches out of the frame is left out."""
    assert graph.world is not None
    pinhole, side = as_pinhole(camera), graph.layout.canvas[0]
    things = []
    for thing in scene.objects:
        body = graph.world.bodies[thing.id]
        box, depth = box_of(pinhole, np.array(body.position), np.array(body.size), body.heading)
        if min(box[:2]) >= 0 and max(box[2:]) <= side and body.rotation is None:
            left, top, right, bottom = (round(value) for value in box)
            seen = {"box": (left, top, max(1, right - left), max(1, bottom - top)), "depth": depth, "visible": 1.0}
            things.append(thing.model_copy(update=seen))
    return SeenView(canvas=scene.canvas, objects=tuple(things), camera=camera)


def box_of(camera: Pinhole, middle: np.ndarray, size: np.ndarray, heading: float) -> tuple[list[float], float]:
    """Left, top, right, bottom in pixels of an upright box, and its middle's depth in metres."""
    turn = np.radians(heading)
    axes = np.array([[np.sin(turn), -np.cos(turn), 0], [np.cos(turn), np.sin(turn), 0], [0, 0, 1]])
    corners = middle + (np.array(list(np.ndindex(2, 2, 2))) - 0.5) * size @ axes
    pixels, _ = camera.project(corners)
    return [*pixels.min(axis=0).tolist(), *pixels.max(axis=0).tolist()], float(camera.project(middle[None])[1][0])


@pytest.mark.thorough
def test_further_cameras_of_solved_scenes_give_the_same_answers_in_metres():
    proven, asked = Counter[str](), Counter[str]()
    for number, scene in enumerate(viewed(0, VIEWED)):
        for seed in range(4):
            for question in ask(scene, seed, without=frozenset(KINDS) - {*IN_SPACE}):
                for view in range(1, len(scene.views) + 1):
                    verdict = verify(question.question, question.choices, scene, views=(view,))
                    assert verdict.answer in (None, question.answer), (number, question, verdict)
                    asked[question.kind] += set(question.objects) <= {thing.id for thing in scene.views[view - 1].objects}
                    proven[question.kind] += verdict.entailed
    assert proven.total() > 0.5 * asked.total() > VIEWED
