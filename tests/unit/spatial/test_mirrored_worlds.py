"""A scene in metres and its mirror image: lengths, heights and supports stay, left and right are exchanged."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import chain

import numpy as np
import pytest

from schemas.events import Question, Scene, SeenObject
from schemas.pictures import SeenBody, SeenRoom, SeenView
from schemas.world import Camera
from spatial.questions import KINDS, ask
from spatial.verify import verify
from tests.fakes.scenes import random_scene
from tests.fakes.seen_twice import seen_twice
from tests.fakes.worlds import with_random_world
from tools.fit_answer_odds import solved_scene

pytestmark = pytest.mark.thorough

SOLVED, SEEDS, RANDOM = 16, 6, 1200

EACH = 60
"""Questions of a kind."""

IN_METRES = frozenset(kind for kind, row in KINDS.items() if row.in_metres)

OF_SIDES = ("own_side", "viewed_side", "camera_moved")
"""Programs whose answer is a side."""

SIDED = ("passes", "fits_beside")
"""Programs whose words name a side."""

EXCHANGED = {"left": "right", "right": "left"}
FLIP = np.diag([-1.0, 1.0, 1.0, 1.0])


def exchanged(text: str) -> str:
    return re.sub(r"\b(left|right)\b", lambda match: EXCHANGED[match[0]], text)


def mirrored_body(body: SeenBody) -> SeenBody:
    x, y, z = body.position
    turned: dict[str, object] = {"position": (-x, y, z), "heading": (180 - body.heading) % 360}
    if body.rotation is not None:
        turn = FLIP[:3, :3] @ np.array(body.rotation).reshape(3, 3) @ FLIP[:3, :3]
        turned["rotation"] = tuple(float(value) for value in turn.reshape(-1))
    return body.model_copy(update=turned)


def mirrored_camera(camera: Camera, width: int) -> Camera:
    fx, fy, cx, cy = camera.intrinsics
    pose = FLIP @ np.array(camera.world_to_camera).reshape(4, 4) @ FLIP
    return Camera(intrinsics=(fx, fy, width - cx, cy), world_to_camera=tuple(float(value) for value in pose.reshape(-1)))


def mirrored_things(things: tuple[SeenObject, ...], width: int) -> tuple[SeenObject, ...]:
    return tuple(
        thing.model_copy(
            update={
                "box": (width - thing.box[0] - thing.box[2], *thing.box[1:]),
                "attributes": tuple(map(exchanged, thing.attributes)),
            }
        )
        for thing in things
    )


def mirrored(scene: Scene) -> Scene:
    assert scene.world is not None
    width, room = scene.canvas[0], scene.world.room
    world = scene.world.model_copy(
        update={
            "camera": mirrored_camera(scene.world.camera, width),
            "bodies": tuple(map(mirrored_body, scene.world.bodies)),
            "room": None if room is None else SeenRoom(left=-room.right, right=-room.left, back=room.back),
        }
    )
    views = tuple(
        SeenView(
            canvas=view.canvas, objects=mirrored_things(view.objects, view.canvas[0]),
            camera=mirrored_camera(view.camera, view.canvas[0]),
        )
        for view in scene.views
    )  # fmt: skip
    return scene.model_copy(update={"objects": mirrored_things(scene.objects, width), "world": world, "views": views})


def twin_of(question: Question, scene: Scene) -> tuple[str, list[str], str]:
    """The words, choices and answer of a question in the mirror image."""
    program = json.loads(question.certificate)["query"]["op"]
    text, choices, answer = question.question, list(question.choices), question.answer
    if program in SIDED:
        text = exchanged(text)
    if program in OF_SIDES:
        choices, answer = [*map(exchanged, choices)], exchanged(answer)
    if program == "same_box":
        width = scene.canvas[0]
        choices, answer = [moved(choice, width) for choice in choices], moved(answer, width)
    return text, choices, answer


def moved(box: str, width: int) -> str:
    x, *rest = json.loads(box)
    return json.dumps([width - x - rest[1], *rest])


@cache
def solved() -> tuple[Scene, ...]:
    found = (solved_scene(7 * number) for number in range(SOLVED))
    return tuple(scene for scene in found if scene is not None)


def asked(kind: str) -> Iterator[tuple[Scene, Question]]:
    """Questions of a kind, each with its scene: of solved ones, then of random ones until there are some."""
    others = frozenset(KINDS) - {kind}
    made = seen_twice if KINDS[kind].in_views else (lambda seed: with_random_world(random_scene(seed), seed))
    planned = () if KINDS[kind].in_views else ((scene, seed) for scene in solved() for seed in range(SEEDS))
    random_ones = ((made(seed), seed) for seed in range(RANDOM))
    found = 0
    for scene, seed in chain(planned, random_ones):
        for question in ask(scene, seed, without=others):
            yield scene, question
            found += 1
        if found >= EACH:
            return


@pytest.mark.parametrize("kind", sorted(IN_METRES - {"room_size"}))
def test_the_mirror_image_has_the_same_answers_with_sides_exchanged(kind: str):
    found = Counter[bool]()
    for scene, question in asked(kind):
        text, choices, answer = twin_of(question, scene)
        verdict = verify(text, choices, mirrored(scene), views=question.views)
        assert verdict.answer == answer, (question, text, verdict)
        found[verdict.entailed] += 1
    assert found[True] >= 3
