"""Proofs in words: what is known is said, what is not is shown as it stands."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataset.analysis.certificate_text import names_of, proof_in_words, relation_in_words
from spatial.relations.predicate_table import PREDICATES

CATS = [{"id": 0, "category": "cat"}, {"id": 1, "category": "cat"}, {"id": 2, "category": "dog"}]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def test_things_of_one_category_are_told_apart():
    assert names_of(CATS) == {0: "cat 1", 1: "cat 2", 2: "dog"}


def test_a_relation_reads_as_a_sentence():
    names = {**names_of(CATS), 3: "trousers", 4: "desk"}
    assert relation_in_words((2, "left_of", 0), names) == "the dog is left of cat 1"
    assert relation_in_words((2, "far", 4), names) == "the dog is far from the desk"
    assert relation_in_words((3, "facing_away_from", 4), names) == "the trousers face away from the desk"
    assert relation_in_words((2, "between", 0, 1), names) == "the dog is between cat 1 and cat 2"
    assert relation_in_words((4, "supports", 2), names) == "the desk supports the dog"
    assert relation_in_words((2, "top_left", None), names) == "the dog is in the top left corner"
    assert relation_in_words((0, "somewhere", None), {}) == "object 0 is somewhere"


@pytest.mark.parametrize("predicate", PREDICATES)
def test_every_relation_has_a_verb_and_its_words_end_before_the_next_thing(predicate):
    words = relation_in_words((2, predicate, 4), {2: "dog", 4: "desk"})
    assert words.startswith("the dog ")
    assert words.split()[2].endswith("s")
    assert words.endswith(" the desk")
    assert "far the" not in words


def test_cameras_are_said_to_be_somewhere_and_to_look_somewhere():
    pose = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, -1.0, 1.5, 0.0, 1.0, 0.0, 4.0, 0.0, 0.0, 0.0, 1.0]
    camera = {"position": [0.0, -4.0, 1.5], "intrinsics": [400.0, 400.0, 200.0, 200.0], "world_to_camera": pose}
    premises = [{"projection": camera}, {"first_projection": camera}, {"camera": [0.0, -4.0, 1.5]}, {"projection": {}}]
    at = "is at 0.00, -4.00, 1.50 m"
    assert proof_in_words(json.dumps({"premises": premises}), []) == [
        f"The camera {at}, looks along 0.00, 1.00, 0.00, focal length 400.00 px.",
        f"The first camera {at}, looks along 0.00, 1.00, 0.00, focal length 400.00 px.",
        f"The camera {at}.",
        "The camera is {}.",
    ]


def test_bodies_in_metres_read_as_sentences():
    body = {"position": [-2.8964, 2.8411, 0.4016], "size": [1.5298, 0.5928, 0.8031], "heading": -120.0, "has_front": True}
    premises = [
        {"object": 0, **body, "support": None},
        {"object": 2, **body, "support": 0, "hidden_by": [{"object": 1, "share": 0.0198}]},
        {"object": 7, "category": "fox", "unseen": True, **body, "support": None},
    ]
    sides = "is 1.53 m wide, 0.59 m deep and 0.80 m high, its centre at -2.90, 2.84, 0.40 m, turned by -120°"
    assert proof_in_words(json.dumps({"premises": premises}), CATS) == [
        f"Cat 1 {sides}.",
        f"The dog {sides}, on cat 1, 2% of it hidden by cat 2.",
        f"The fox {sides}, not to be seen.",
    ]


def test_a_proof_reads_as_sentences():
    certificate = json.dumps(
        {
            "references": [{"text": "the dog", "object": 2}, {"text": "the leftmost cat", "object": 0}],
            "premises": [
                {"object": 2, "category": "dog", "box": [1, 2, 30, 40], "depth": 0.5, "attributes": ["red"]},
                {"relation": [2, "on", 0], "drawn": True},
                {"excluded": "tree"},
            ],
            "rules": ["right_of: centres"],
            "margin": 0.515625,
        }
    )
    assert proof_in_words(certificate, CATS) == [
        "“the leftmost cat” is cat 1.",
        "The dog covers 30 × 40 px at 1, 2, depth 0.50, red.",
        "The dog is on cat 1 (drawn).",
        "There is no tree in the scene.",
        "Rule: right of, by centres.",
        "Margin: 0.52.",
    ]


def test_a_certificate_that_is_no_json_is_shown_as_it_stands():
    assert proof_in_words("because I say so", CATS) == ["because I say so"]


@pytest.mark.thorough
@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(["references", "premises", "rules", "rule", "margin", "other"]), json_values))
def test_any_certificate_can_be_shown(proof):
    assert proof_in_words(json.dumps(proof), CATS)
