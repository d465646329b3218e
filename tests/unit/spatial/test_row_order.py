"""In which order do three things come: the answer is an order, and every two are plainly apart."""

import random
from collections import Counter
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.questions import Unanswerable, answer, mirror, parse
from spatial.questions.kind_table import KINDS, choices_for
from spatial.questions.object_names import NamedScene
from spatial.questions.question_generation import _question_for, _Task
from spatial.questions.rules.order_rules import THEN
from spatial.verify import verify
from tests.fakes.rooms import kitchen, room, thing
from tests.fakes.scenes import random_scene

ROW = room(thing("cup", (10, 100, 30, 30)), thing("plate", (150, 90, 40, 20)), thing("lamp", (300, 20, 40, 60)))
ASKED = "In the picture, in which order do the lamp, the cup and the plate come from left to right?"


def test_an_order_is_read_along_its_course():
    assert answer(parse(ASKED), ROW).text == "cup then plate then lamp"
    assert answer(parse(ASKED.replace("left to right", "right to left")), ROW).text == "lamp then plate then cup"
    assert verify(ASKED, None, ROW).answer == "cup then plate then lamp"


def test_a_colour_is_part_of_a_name():
    text = "What is the order of the red cup, the lamp and the blue cup from right to left in the picture?"
    assert answer(parse(text), kitchen()).text == verify(text, None, kitchen()).answer == "lamp then blue cup then red cup"


@pytest.mark.parametrize("x", [20, 155])
def test_two_that_are_hardly_apart_have_no_order(x: int):
    close = room(thing("cup", (x, 100, 30, 30)), thing("plate", (10, 90, 60, 20)), thing("lamp", (150, 20, 60, 60)))
    with pytest.raises(Unanswerable, match="doubtful"):
        answer(parse(ASKED), close)
    assert not verify(ASKED, None, close).entailed


def test_a_name_that_tells_a_place_is_not_put_in_order():
    text = "In the picture, in which order do the leftmost cup, the stove and the lamp come from left to right?"
    with pytest.raises(Unanswerable):
        answer(parse(text), kitchen())
    assert not verify(text, None, kitchen()).entailed


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000))
def test_writer_and_verifier_agree_and_choices_are_orders_that_come_with_their_reverse(seed: int):
    scene, rng = NamedScene(random_scene(seed)), random.Random(seed)
    for query, target in list(KINDS["row_order"].propose(scene, rng))[:5]:
        found = answer(query, scene)
        assert found.text == target
        choices = choices_for(scene, query, found, rng)
        assert choices is not None
        assert len(choices) == 4
        names = found.text.split(THEN)
        assert {tuple(choice.split(THEN)) for choice in choices} <= set(permutations(names))
        assert {THEN.join(choice.split(THEN)[::-1]) for choice in choices} == set(choices)
        question = _question_for(_Task(scene, "", None), query, target, rng)
        assert question is not None
        assert verify(question.question, question.choices, scene.scene).answer == target
        twin = mirror(question, scene.scene)
        assert twin is not None
        assert twin.answer == THEN.join(names[::-1])


def test_the_named_order_is_right_as_often_as_any_other():
    places: Counter[int] = Counter()
    for seed in range(600):
        for query, target in KINDS["row_order"].propose(NamedScene(ROW), random.Random(seed)):
            named = [query.first.category, query.second.category, query.third.category]
            places[list(permutations(named)).index(tuple(target.split(THEN)))] += 1
            break
    assert all(60 < places[k] < 140 for k in range(6)), places
