"""An oracle of questions in metres: words looked up in the text, answers from numpy alone, a thousand scenes by setting.

`SKG_METRIC_SCENES`: of bodies at random; `SKG_SOLVED_SCENES`: of the planner; `SKG_ORACLE_LOG`: a file for what was judged.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest

from schemas.events import Question, Scene
from schemas.pictures import SeenBody
from spatial.questions import KINDS, ask
from tests.fakes.scenes import random_scene
from tests.fakes.worlds import with_random_world
from tools.fit_answer_odds import solved_scene

pytestmark = pytest.mark.thorough

SCENES = int(os.environ.get("SKG_METRIC_SCENES", "40"))
SOLVED = int(os.environ.get("SKG_SOLVED_SCENES", "3"))
AT_ONCE = 10
"""Scenes judged by one test."""

LOG = os.environ.get("SKG_ORACLE_LOG")
TURNS = 8
IN_METRES = {kind for kind, row in KINDS.items() if row.in_metres and not row.in_views}

OTHERS = frozenset(KINDS) - IN_METRES


class Seen:
    """A scene as arrays, its things found by name."""

    def __init__(self, scene: Scene) -> None:
        world = scene.world
        assert world is not None
        self.names = [
            (
                " ".join([*[word for word in sorted(thing.attributes) if "facing" not in word][:1], thing.category]),
                thing.category,
            )
            for thing in scene.objects
        ]
        self.place = np.array([body.position for body in world.bodies])
        self.size = np.array([room_of(body) for body in world.bodies])
        self.heading = np.radians([body.heading for body in world.bodies])
        self.number = {thing.id: k for k, thing in enumerate(scene.objects)}
        self.ids, self.visible = [thing.id for thing in scene.objects], [thing.visible for thing in scene.objects]
        self.hidden_by = [[(cover.object, cover.share) for cover in body.hidden_by or ()] for body in world.bodies]
        self.support = [body.support for body in world.bodies]
        self.walls = (world.room.left, world.room.right, world.room.back) if world.room else (0.0, 0.0, 0.0)
        pose = np.array(world.camera.world_to_camera).reshape(4, 4)
        self.right, self.ahead = (row[:2] / np.linalg.norm(row[:2]) for row in (pose[0], pose[2]))
        self.eye = np.linalg.inv(np.array(world.camera.world_to_camera).reshape(4, 4))[:3, 3]

    def named(self, text: str) -> list[int]:
        """The things that the text names, in its order: of a category alone or with a colour."""
        found = []
        for k, (full, category) in enumerate(self.names):
            alone = [other for _, other in self.names].count(category) == 1
            pattern = rf"\bthe ({re.escape(full)}{f'|{re.escape(category)}' if alone else ''})(?=[ ,.:?]|$)"
            found += [(match.start(), -len(match[0]), k) for match in re.finditer(pattern, text, re.IGNORECASE)]
        starts = {start for start, *_ in found}
        return [min(each for each in found if each[0] == start)[2] for start in sorted(starts)]

    def name(self, k: int, text: str) -> str:
        full, category = self.names[k]
        return full if f"the {full}" in text else category

    def ahead_and_left(self, k: int, other: int) -> tuple[float, float]:
        """Metres ahead of a thing and to its left where another one's middle is."""
        step = (self.place[other] - self.place[k])[:2]
        front = np.array([np.cos(self.heading[k]), np.sin(self.heading[k])])
        return float(step @ front), float(step @ [-front[1], front[0]])

    def falls(self, k: int, base: int) -> bool:
        below = self.support[k]
        while below is not None and self.number[below] != base:
            below = self.support[self.number[below]]
        return below is not None


def room_of(body: SeenBody) -> np.ndarray:
    """Width, depth and height of what bounds a body, in the direction of its heading, from its eight corners."""
    if body.rotation is None:
        return np.array(body.size)
    ends = np.array(list(np.ndindex(2, 2, 2))) * np.array(body.size) @ np.array(body.rotation).reshape(3, 3).T
    turn = np.radians(body.heading)
    axes = np.array([[np.sin(turn), -np.cos(turn), 0], [np.cos(turn), np.sin(turn), 0], [0, 0, 1]])
    return np.ptp(ends @ axes.T, axis=0)


def nearest(seen: Seen, text: str) -> str:
    things = seen.named(text)
    return seen.name(min(things, key=lambda k: float(np.linalg.norm(seen.place[k] - seen.eye))), text)


def length(seen: Seen, text: str) -> str:
    a, b = seen.named(text)
    metres = float(np.linalg.norm(seen.place[a] - seen.place[b]))
    return f"{metres:.0f} m" if metres >= 9.95 else f"{metres:.1f} m" if metres >= 0.995 else f"{metres:.2f} m"


def higher(seen: Seen, text: str) -> str:
    a, b = seen.named(text)
    return seen.name(a if seen.size[a][2] > seen.size[b][2] else b, text)


def side(seen: Seen, text: str) -> str:
    things = seen.named(text)
    viewer, other = things if "on which side you would have" not in text else things[::-1]
    return "left" if seen.ahead_and_left(viewer, other)[1] > 0 else "right"


def faced(seen: Seen, text: str) -> str:
    ahead, left = seen.ahead_and_left(*seen.named(text))
    return "yes" if ahead > 0 and abs(left) <= ahead * np.tan(np.radians(20.01)) else "no"


def falling(seen: Seen, text: str) -> str:
    base, *things = seen.named(text)
    if "fall" not in text:
        return supporting(seen, text, things)
    hit = [k for k in things if seen.falls(k, base)]
    assert len(hit) == 1
    return seen.name(hit[0], text)


def supporting(seen: Seen, text: str, things: list[int]) -> str:
    held = seen.named(text)[0]
    hit = [k for k in things if seen.falls(held, k)]
    assert len(hit) == 1
    return seen.name(hit[0], text)


def side_of_way(seen: Seen, text: str) -> str:
    things = seen.named(text)
    at, toward, there = things if "on which side you would have" not in text else (*things[1:], things[0])
    (ax, ay), (bx, by) = (seen.place[k][:2] - seen.place[at][:2] for k in (toward, there))
    return "left" if ax * by - ay * bx > 0 else "right"


def fitting(seen: Seen, text: str) -> str:
    """By points along the sides of both: what is between the least and the largest gap is not asked."""
    if "directly" in text:
        return beside(seen, text)
    width = width_in(text)
    along = np.stack(np.meshgrid(np.linspace(-0.5, 0.5, 41), np.linspace(-0.5, 0.5, 41)), -1).reshape(-1, 2)
    points = [within(seen, k, along) for k in seen.named(text)]
    apart = np.linalg.norm(points[0][:, None] - points[1][None], axis=2).min()
    return "yes" if apart > width else "no"


def width_in(text: str) -> float:
    """Of what is to be put somewhere, metres."""
    return int(re.search(r"(\d+) cm", text)[1]) / 100  # type: ignore[index]


def beside(seen: Seen, text: str) -> str:
    """By the points of a square next to the thing: whether none of them is in another thing that stands there."""
    width, side = width_in(text), re.search(r"directly to the (left|right)", text)[1]  # type: ignore[index]
    [k] = seen.named(text)
    out = seen.right if side == "right" else -seen.right
    corners = within(seen, k, np.array([(-0.5, -0.5), (-0.5, 0.5), (0.5, 0.5), (0.5, -0.5)]))
    edge, depths = (corners @ out).max(), corners @ seen.ahead
    steps = np.stack(np.meshgrid(np.linspace(0.001, 1, 31), np.linspace(-0.5, 0.5, 31)), -1).reshape(-1, 2) * width
    points = (edge + steps[:, :1]) * out + (depths.min() / 2 + depths.max() / 2 + steps[:, 1:]) * seen.ahead
    others = [
        j for j in range(len(seen.ids))
        if j != k and not seen.falls(j, k) and seen.place[j][2] - seen.size[j][2] / 2 < 1.8
    ]  # fmt: skip
    return "no" if any(is_within(seen, j, points).any() for j in others) else "yes"


def within(seen: Seen, k: int, shares: np.ndarray) -> np.ndarray:
    """Points on the ground of a thing, by shares of its width and depth."""
    front = np.array([np.cos(seen.heading[k]), np.sin(seen.heading[k])])
    right = np.array([front[1], -front[0]])
    found: np.ndarray = (
        seen.place[k][:2] + shares[:, :1] * seen.size[k][0] * right + shares[:, 1:] * seen.size[k][1] * front
    )
    return found


def is_within(seen: Seen, k: int, points: np.ndarray) -> np.ndarray:
    """Which points are on the rectangle of a thing."""
    front = np.array([np.cos(seen.heading[k]), np.sin(seen.heading[k])])
    off = points - seen.place[k][:2]
    found: np.ndarray = (np.abs(off @ front) < seen.size[k][1] / 2) & (
        np.abs(off @ [front[1], -front[0]]) < seen.size[k][0] / 2
    )
    return found


def passed(seen: Seen, text: str) -> str:
    """Whoever looks from the start to the end has what is passed on a hand on that side, and neither before nor behind."""
    hand, named = re.search(r"\b(left|right)\b", text)[1], seen.named(text)  # type: ignore[index]
    start, end, *things = named
    way = (seen.place[end] - seen.place[start])[:2]
    off = [(seen.place[k] - seen.place[start])[:2] for k in things]
    left = [way[0] * y - way[1] * x for x, y in off]
    share = [float(each @ way) / float(way @ way) for each in off]
    hit = [k for k, s, t in zip(things, left, share, strict=True) if 0 < t < 1 and (s > 0) == (hand == "left")]
    assert len(hit) == 1
    return seen.name(hit[0], text)


def hiding(seen: Seen, text: str) -> str:
    anchor, *things = seen.named(text)
    shares = dict(seen.hidden_by[anchor])
    return seen.name(max(things, key=lambda k: shares.get(seen.ids[k], 0.0)), text)


def less_than_half(seen: Seen, text: str) -> str:
    return "yes" if seen.visible[seen.named(text)[0]] < 0.45 else "no"


def occluded(seen: Seen, text: str) -> str:
    return less_than_half(seen, text) if "half" in text or "larger part" in text else hiding(seen, text)


def floor(seen: Seen, _text: str) -> str:
    left, right, back = seen.walls
    return f"{(right - left) * abs(back - seen.eye[1]):.0f} m²"


ORACLE: dict[str, Callable[[Seen, str], str]] = {
    "camera_distance": nearest, "distance_metric": length, "real_size": higher, "object_frame": side, "facing": faced,
    "support_chain": falling, "viewpoint": side_of_way, "free_space": fitting, "occlusion": occluded, "path": passed,
    "room_size": floor,
}  # fmt: skip


def asked(scene: Scene, seeds: Iterable[int]) -> list[Question]:
    return [question for seed in seeds for question in ask(scene, seed, without=OTHERS)]


def wrongly_answered(scene: Scene, questions: Sequence[Question]) -> list[tuple[str, str, str, str]]:
    """Kind, text, answer, and what numpy finds."""
    seen = Seen(scene)
    found = [(each.kind, each.question, each.answer, ORACLE[each.kind](seen, each.question)) for each in questions]
    return [each for each in found if each[2] != each[3]]


@pytest.mark.parametrize("first", range(0, SOLVED, AT_ONCE))
def test_every_answer_in_a_solved_scene_is_what_numpy_finds(first: int):
    numbers = range(first, min(first + AT_ONCE, SOLVED))
    scenes = [scene for number in numbers if (scene := solved_scene(7 * number)) is not None]
    questions = [asked(scene, range(2 * TURNS)) for scene in scenes]
    wrong = [each for scene, some in zip(scenes, questions, strict=True) for each in wrongly_answered(scene, some)]
    assert wrong == []
    assert sum(map(len, questions)) >= 3 * len(scenes)
    tell("solved", len(scenes), questions)


@pytest.mark.parametrize("first", range(0, SCENES, AT_ONCE))
def test_every_answer_in_metres_is_what_numpy_finds(first: int):
    assert ORACLE.keys() == IN_METRES
    numbers = range(first, min(first + AT_ONCE, SCENES))
    scenes = [with_random_world(random_scene(seed), seed) for seed in numbers]
    questions = [asked(scene, range(seed * TURNS, (seed + 1) * TURNS)) for seed, scene in zip(numbers, scenes, strict=True)]
    wrong = [each for scene, some in zip(scenes, questions, strict=True) for each in wrongly_answered(scene, some)]
    assert wrong == []
    assert sum(map(len, questions)) >= 10 * len(numbers)
    tell("random", len(scenes), questions)


def tell(which: str, scenes: int, questions: Iterable[Iterable[Question]]) -> None:
    """Add a line of how many questions of which kind were judged to the file of `SKG_ORACLE_LOG`."""
    if LOG:
        kinds = Counter(question.kind for some in questions for question in some)
        with Path(LOG).open("a") as file:
            file.write(json.dumps({"worlds": which, "scenes": scenes, "questions": kinds.total(), **kinds}) + "\n")
