"""The factor on the margins of questions: a larger one asks fewer, and nothing that is not certain without it."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.questions import KINDS, answer, ask, parse
from spatial.questions.descriptions.claims import Claim, truth_of
from spatial.questions.object_names import NamedScene
from spatial.verify import verify
from tests.fakes.scenes import random_scene

NUMBERS = range(60)

COMPOSED = ("description", "false_description")
"""Kinds whose words alone have no answer: each of their sentences is judged."""


@pytest.mark.thorough
@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000), st.floats(1, 8))
def test_what_is_asked_with_wider_margins_is_certain_without_them(seed: int, strictness: float):
    scene = random_scene(seed)
    for question in ask(NamedScene(scene, strictness), seed):
        if question.kind not in COMPOSED:
            assert answer(parse(question.question), scene).text == question.answer
        for claim in json.loads(question.certificate).get("claims", ()):
            held = truth_of(NamedScene(scene), Claim(query=claim["query"], said=claim["said"])).holds
            assert held is claim["holds"]
        assert verify(question.question, question.choices, scene, question.answer).answer == question.answer


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000), st.floats(1, 8))
def test_wider_margins_turn_judgements_into_doubt_and_never_into_their_opposite(seed: int, strictness: float):
    scene = random_scene(seed)
    usual, strict = NamedScene(scene), NamedScene(scene, strictness)
    for i in range(len(scene.objects)):
        assert strict.place(i, "top_left").value in (usual.place(i, "top_left").value, None)
        for j in range(len(scene.objects)):
            for predicate in ("left_of", "above", "in_front_of", "on"):
                assert strict.relation(i, predicate, j).value in (usual.relation(i, predicate, j).value, None)
            assert strict.closer(i, j, 0).value in (usual.closer(i, j, 0).value, None)


@pytest.mark.thorough
def test_the_usual_margins_are_a_factor_of_one():
    for seed in NUMBERS:
        scene = random_scene(seed)
        assert ask(NamedScene(scene, 1.0), seed) == ask(scene, seed)


@pytest.mark.thorough
@pytest.mark.parametrize("kind", ["direction_open", "distance_comparison", "depth_order", "place"])
def test_a_larger_factor_asks_fewer_questions(kind: str):
    """Of the kind alone: where others are asked too, they make room for it."""
    others = frozenset(KINDS) - {kind}
    counts = [
        sum(len(ask(NamedScene(random_scene(seed), factor), seed, without=others)) for seed in NUMBERS)
        for factor in (1.0, 6.0, 12.0)
    ]
    assert counts[0] > counts[1] > counts[2], counts
