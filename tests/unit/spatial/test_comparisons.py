"""More of one than of another, larger than another: asked only where nobody would see it otherwise."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.events import Scene
from spatial.questions import Unanswerable, answer, mirror, parse
from spatial.questions.kind_table import KINDS
from spatial.questions.object_names import NamedScene
from spatial.questions.question_generation import _question_for, _Task
from spatial.verify import verify
from tests.fakes.rooms import room, thing
from tests.fakes.scenes import random_scene

TABLE, SHELF = thing("table", (20, 200, 120, 120)), thing("shelf", (250, 200, 120, 120))


def cups(last_visible: float = 1.0, size: int = 30) -> Scene:
    """A table with two cups, a shelf with one, and a lamp."""
    return room(
        TABLE, SHELF, thing("cup", (30, 175, 30, 30)), thing("cup", (90, 175, 30, 30)),
        thing("cup", (300, 205 - size, size, size), visible=last_visible), thing("lamp", (180, 20, 20, 60)),
        drawn=((2, "on", 0), (3, "on", 0), (4, "on", 1)),
    )  # fmt: skip


def both(text: str, scene: Scene) -> str | None:
    """The answer of writer and verifier, who must agree; None where neither has one."""
    try:
        found: str | None = answer(parse(text), scene).text
    except Unanswerable:
        found = None
    assert verify(text, None, scene).answer == found
    return found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Are there more cups on the table than on the shelf in the picture?", "yes"),
        ("In the image, can you see more cups on the shelf than on the table?", "no"),
        ("Are there more cups to the left of the lamp than to the right of it in the picture?", "yes"),
        ("Would you count more cups to the right of the lamp than to the left of it in the photo?", "no"),
        ("Are there more cups than lamps in the picture?", "yes"),
        ("Are there more lamps than cups in the picture?", "no"),
        ("Are there more lamps than tables in the picture?", "no"),
        ("Are there more cups on the cup than on the table in the picture?", None),
        ("Are there more dogs than cups in the picture?", None),
    ],
)
def test_numbers_are_compared(text: str, said: str | None):
    assert both(text, cups()) == said


@pytest.mark.parametrize("scene", [cups(last_visible=0.7), cups(size=15)])
def test_one_that_is_partly_hidden_or_a_speck_makes_it_unasked(scene: Scene):
    assert both("Are there more cups on the table than on the shelf in the picture?", scene) is None
    asked = [
        query for seed in range(40) for query, _ in KINDS["compare_counts"].propose(NamedScene(scene), random.Random(seed))
    ]
    assert not any("cup" in (query.category, query.than) for query in asked)


@pytest.mark.parametrize(
    ("other", "visible", "said"),
    [((200, 40, 50, 50), 1.0, "yes"), ((200, 40, 53, 53), 1.0, None), ((200, 40, 30, 30), 0.8, None),
     ((200, 40, 5, 70), 1.0, None), ((200, 40, 100, 100), 1.0, "no")],
)  # fmt: skip
def test_sizes_differ_by_area_and_not_against_the_longer_side(other, visible: float, said: str | None):
    scene = room(thing("cup", (20, 40, 60, 60)), thing("plate", other, visible=visible))
    assert both("Does the cup look larger than the plate in the picture?", scene) == said
    assert both("In the image, does the cup take up more room than the plate?", scene) == said


@pytest.mark.parametrize("kind", ["compare_counts", "apparent_size"])
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 100_000))
def test_writer_and_verifier_agree_and_a_twin_says_the_opposite(kind: str, seed: int):
    scene, rng = NamedScene(random_scene(seed)), random.Random(seed)
    for query, target in list(KINDS[kind].propose(scene, rng))[:5]:
        question = _question_for(_Task(scene, "", None), query, target, rng)
        if question is None:
            continue
        assert question.kind == kind
        assert verify(question.question, question.choices, scene.scene).answer == target
        twin = mirror(question, scene.scene)
        assert twin is not None
        assert {twin.answer, question.answer} == {"yes", "no"}
        assert verify(twin.question, twin.choices, scene.scene).answer == twin.answer


@pytest.mark.thorough
@pytest.mark.parametrize("kind", ["compare_counts", "apparent_size"])
def test_both_answers_are_equally_frequent(kind: str):
    said = [
        next((target for _, target in KINDS[kind].propose(NamedScene(random_scene(seed)), random.Random(seed))), None)
        for seed in range(400)
    ]
    yes, no = said.count("yes"), said.count("no")
    assert yes + no > 150
    assert abs(yes - no) < 4 * (yes + no) ** 0.5
