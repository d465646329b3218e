"""Where a thing is, in numbers: boxes and points that are asked, and boxes that are given."""

import json
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.events import OPEN_KINDS, Question
from spatial.questions import Unanswerable, answer, parse
from spatial.questions.kind_table import KINDS, choices_for
from spatial.questions.object_names import NamedScene
from spatial.questions.question_generation import _question_for, _Task, ask
from spatial.questions.question_kinds import BoxSide, Locate
from spatial.splits import Key, split_of_keys
from spatial.verify import verify
from tests.fakes.rooms import room, thing
from tests.fakes.scenes import random_scene

ROW = room(thing("cup", (10, 100, 31, 30)), thing("plate", (150, 90, 40, 20)), thing("lamp", (300, 20, 40, 60)))
BOX = "Where is the cup in the picture? Answer with a bounding box as [x, y, width, height] in pixels."
POINT = "Give a point on the cup in the picture as [x, y] in pixels."
CONTENT = "In the picture, what is in the bounding box [150, 90, 40, 20], given as x, y, width and height in pixels?"
SIDE = "In the picture, on which side of the {} is the thing in the bounding box [150, 90, 40, 20], given as x, y, "
SIDE += "width and height in pixels?"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BOX, "[10, 100, 31, 30]"),
        (POINT, "[25, 115]"),
        (CONTENT, "plate"),
        (SIDE.format("cup"), "right"),
        (SIDE.format("lamp"), "left"),
    ],
)
def test_writer_and_verifier_find_the_place(text: str, said: str):
    assert answer(parse(text), ROW).text == said
    assert verify(text, None, ROW).answer == said


@pytest.mark.parametrize("box", ["[151, 90, 40, 20]", "[0, 0, 400, 400]", "[400, 400, 20, 20]", "[150, 90, 40, 0]"])
def test_a_box_that_is_no_things_own_shows_nothing(box: str):
    text = CONTENT.replace("[150, 90, 40, 20]", box)
    with pytest.raises(Unanswerable):
        answer(parse(text), ROW)
    assert not verify(text, None, ROW).entailed


def test_a_box_that_another_thing_fills_too_shows_neither():
    crowded = room(thing("plate", (150, 90, 40, 20)), thing("fork", (152, 91, 38, 19)), thing("lamp", (300, 20, 40, 60)))
    for text in (CONTENT, SIDE.format("lamp")):
        with pytest.raises(Unanswerable):
            answer(parse(text), crowded)
        assert not verify(text, None, crowded).entailed


@pytest.mark.thorough
@pytest.mark.parametrize("box", [(-1, 100, 40, 30), (10, -5, 40, 30), (495, 100, 40, 30), (10, 500, 40, 30)])
def test_what_goes_beyond_the_edge_has_no_place_that_could_be_answered(box: tuple[int, int, int, int]):
    scene = room(thing("cup", box), thing("lamp", (300, 20, 40, 60)), thing("vase", (400, 20, 40, 60)))
    for text in (BOX, POINT, CONTENT.replace("[150, 90, 40, 20]", str(list(box)))):
        assert not verify(text, None, scene).entailed
    with pytest.raises(Unanswerable):
        answer(parse(BOX), scene)
    for seed in range(40):
        questions = [question for question in ask(scene, seed) if question.kind == "grounding"]
        assert all(0 not in question.objects or "side" in question.question for question in questions)
        assert all(str(list(box)) not in question.question for question in questions)


def test_the_thing_in_the_box_is_not_asked_for_its_side_of_itself():
    with pytest.raises(Unanswerable):
        answer(parse(SIDE.format("plate")), ROW)
    assert not verify(SIDE.format("plate"), None, ROW).entailed


def test_with_wider_margins_places_are_asked_of_larger_things_only():
    for text, least in ((BOX, 30 / 16), (CONTENT, 20 / 16)):
        assert answer(parse(text), NamedScene(ROW, least)).margin < 0.1
        with pytest.raises(Unanswerable, match="too small"):
            answer(parse(text), NamedScene(ROW, least + 0.01))


def test_a_scene_with_a_box_in_it_is_understood():
    scene = room(thing("box", (10, 100, 31, 30)), thing("plate", (150, 90, 40, 20)))
    text = BOX.replace("cup", "box")
    assert answer(parse(text), scene).text == verify(text, None, scene).answer == "[10, 100, 31, 30]"
    assert verify(SIDE.format("box"), ("left", "right"), scene).answer == "right"


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000))
def test_every_place_that_is_asked_is_that_of_an_object_and_only_open_questions_lack_choices(seed: int):
    scene, rng = NamedScene(random_scene(seed)), random.Random(seed)
    for query, target in list(KINDS["grounding"].propose(scene, rng))[:8]:
        question = _question_for(_Task(scene, "", None), query, target, rng)
        if question is None:
            continue
        assert verify(question.question, question.choices, scene.scene).answer == target
        assert (question.choices == ()) == isinstance(query, Locate)
        boxes = {thing.id: thing.box for thing in scene.objects}
        if isinstance(query, Locate):
            numbers, (x, y, width, height) = json.loads(target), boxes[question.objects[0]]
            assert numbers == [x, y, width, height] if query.form == "box" else [x + width // 2, y + height // 2]


def test_a_boxs_place_says_nothing_of_its_side_since_the_other_thing_decides():
    sides: Counter[str] = Counter()
    for seed in range(400):
        for query, target in KINDS["grounding"].propose(NamedScene(ROW), random.Random(seed)):
            if isinstance(query, BoxSide):
                assert query.box == (150, 90, 40, 20), "only of a thing between two others"
                sides[target] += 1
                break
    assert abs(sides["left"] - sides["right"]) < 80, sides


def test_wrong_names_are_of_things_about_as_large_as_the_box_that_are_asked_about_in_the_same_split():
    def home(name: str) -> str | None:
        return split_of_keys([Key("grounding", (name,))])

    others = ("plate", "bowl", "vase", "book", "hat", "shoe", "clock", "camera")
    [same, *_], [foreign, *_] = [
        [name for name in others if (home(name) == home("cup")) is wanted] for wanted in (True, False)
    ]
    scene = room(
        thing("cup", (10, 10, 40, 40)), thing(same, (100, 10, 50, 40)), thing(foreign, (200, 10, 50, 40)),
        thing("table", (10, 200, 400, 200)), thing("spoon", (300, 10, 20, 20)),
    )  # fmt: skip
    text = CONTENT.replace("[150, 90, 40, 20]", "[10, 10, 40, 40]")
    found = choices_for(NamedScene(scene), parse(text), answer(parse(text), scene), random.Random(1))
    assert found is not None
    assert set(found) == {"cup", same}


def test_only_places_and_descriptions_may_lack_choices():
    fields = {"id": "0" * 16, "question": "Where?", "answer": "[1, 2]", "objects": (), "certificate": "{}"}
    for kind in OPEN_KINDS:
        assert Question(kind=kind, choices=(), **fields).choices == ()
    for kind, choices in (("place", ()), ("grounding", ("[1, 2]",)), ("grounding", ("a", "b"))):
        with pytest.raises(ValidationError, match="choice"):
            Question(kind=kind, choices=choices, **fields)


@pytest.mark.thorough
def test_places_are_asked_in_every_split():
    for split in ("train", "validation", "test"):
        kinds = Counter(q.kind for seed in range(15) for q in ask(random_scene(seed), seed, f"{seed:08x}", split))
        assert kinds["grounding"] > 1, (split, kinds)
