"""The words that a seed may use are listed, searched, and offered where a word is misspelt."""

import pytest

from spatial.knowledge.knowledge_base import categories, scene_kinds
from spatial.knowledge.vocabulary import VOCABULARY, entries, nearest
from spatial.relations.phrases import normalise, normalise_place
from spatial.relations.predicate_table import PREDICATES


def test_without_a_search_everything_is_listed():
    assert {entry["name"] for entry in entries("scenes")} == set(scene_kinds())
    assert {entry["name"] for entry in entries("categories")} == set(categories())
    assert {entry["name"] for entry in entries("relations")} == set(PREDICATES)
    assert {entry["name"] for entry in entries("families")} == {row.family for row in PREDICATES.values()}


def test_each_phrase_of_a_relation_says_that_relation():
    for entry in entries("relations"):
        for phrase in entry["words"]:
            place = PREDICATES[entry["name"]].family == "place"
            assert (normalise_place(phrase) if place else normalise(phrase)) in (entry["name"], (entry["name"],))


@pytest.mark.parametrize(
    ("kind", "search", "first"),
    [
        ("scenes", "Kitchen", "kitchen"), ("scenes", "lounge", "living room"), ("categories", "cats", "cat"),
        ("relations", "left of", "left_of"), ("families", "behind", "depth"), ("attributes", "RED", "red"),
    ],
)  # fmt: skip
def test_the_entry_that_is_called_so_comes_first(kind: str, search: str, first: str):
    assert entries(kind, search)[0]["name"] == first


@pytest.mark.parametrize(
    ("kind", "word", "known"),
    [("scenes", "ktchen", "kitchen"), ("categories", "bycicle", "bicycle"), ("families", "dept", "depth")],
)
def test_a_misspelt_word_is_given_the_nearest_known_one(kind: str, word: str, known: str):
    assert nearest(word, kind)[0] == known


def test_what_is_like_nothing_is_given_nothing():
    for kind in VOCABULARY:
        assert entries(kind, "xyzzyq") == []
        assert nearest("xyzzyq", kind) == []


def test_states_that_no_composed_picture_shows_are_listed_as_drawn_from_text_alone():
    assert entries("attributes", "sleeping")[0]["only drawn from text"] == ["cat"]
    assert entries("categories", "laptop")[0]["only drawn from text"] == ["open"]
    assert entries("categories", "umbrella")[0]["only drawn from text"] == []
    assert entries("attributes", "red")[0]["only drawn from text"] == []
