"""From a concept in words to a scene."""

import pytest

from spatial.knowledge.knowledge_base import NEAREST_THRESHOLD, find_scene, nearest_scenes, scene_kinds
from spatial.knowledge.scene_search import tokens


@pytest.mark.parametrize("kind", scene_kinds().values(), ids=lambda kind: kind.name)
def test_a_scene_is_found_by_its_name_and_by_each_of_its_words(kind):
    for phrase in (kind.name, *kind.words):
        match = find_scene(phrase)
        assert match is not None
        assert (match.scene, match.exact) == (kind.name, True), phrase


@pytest.mark.parametrize(
    ("concept", "scene"),
    [
        ("busy street market at dawn", "street market"),
        ("Street Markets", "street market"),
        ("the cosy kitchen", "kitchen"),
        ("harbor", "harbour"),
        ("living-room", "living room"),
        ("a cafe", "café"),
    ],
)
def test_fillers_case_plurals_and_spelling_do_not_matter(concept, scene):
    match = find_scene(concept)
    assert match is not None
    assert match.scene == scene
    assert match.exact


@pytest.mark.parametrize(
    ("concept", "scene"),
    [
        ("kitchn", "kitchen"),
        ("grandmother's kitchen", "kitchen"),
        ("airport terminal", "airport"),
        ("birthday cake", "birthday party"),
        ("sailboats", "open sea"),
    ],
)
def test_a_near_concept_finds_the_nearest_scene_and_says_that_it_is_not_exact(concept, scene):
    match = find_scene(concept)
    assert match is not None
    assert match.scene == scene
    assert not match.exact
    assert NEAREST_THRESHOLD <= match.score < 1


@pytest.mark.parametrize("concept", ["quantum chromodynamics", "justice", "tax law", "xyzzy", "the", "4711"])
def test_what_is_no_place_is_not_made_up(concept):
    assert find_scene(concept) is None


def test_words_are_compared_in_the_singular():
    assert tokens("Children's Parties, benches & glasses") == ("children", "party", "bench", "glass")


@pytest.mark.parametrize("concept", ["kitchen", "a street market in the rain", "cat on sofa", "kichen", "zzyzx", "the"])
def test_as_many_nearest_scenes_as_are_asked_for_come_best_first(concept: str):
    found = nearest_scenes(concept, 5)
    assert len({match.scene for match in found}) == 5
    assert [match.score for match in found] == sorted((match.score for match in found), reverse=True)
    chosen = find_scene(concept)
    if chosen is not None:
        assert found[0].scene == chosen.scene, "the first is the one that is taken"
    assert [match.scene for match in found if match.exact] == ([concept] if concept == "kitchen" else [])
