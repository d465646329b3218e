"""Names that people have for things lead to the categories: synonyms, plurals, kinds."""

import json
from collections import Counter

import pytest

from agents.concepts.concept_reading import read_concept
from agents.planner import RulePlanner
from gpu_workers.renderers import capabilities_of
from schemas.errors import BadKnowledge
from schemas.events import SeedOptions
from schemas.graph import SpatialGraph
from spatial.knowledge.annotation_names import known_name
from spatial.knowledge.category_names import (
    category_name,
    excluded_names,
    is_known,
    kinds,
    known_names,
    members_of,
    plural_of,
)
from spatial.knowledge.knowledge_base import FOLDER, categories, scene_kinds
from spatial.knowledge.knowledge_merge import merge
from spatial.knowledge.scene_search import tokens
from spatial.knowledge.vocabulary import entries, nearest
from spatial.layout.solver import knowledge
from streams.operations.seeds import SeedRequest, seeds_of

NAMES_UNDERSTOOD = 974


def planned(concept: str, **options: object) -> list[SpatialGraph]:
    """The graphs of a concept that are not rejected."""
    request = SeedRequest(concept=concept, count=8, options=SeedOptions(**options))
    planner = RulePlanner(capabilities_of("collage"))
    found = [planner.plan_now(seed, index) for seed in seeds_of(request) for index in range(seed.count)]
    return [graph for graph in found if isinstance(graph, SpatialGraph)]


def test_nearly_a_thousand_names_are_understood():
    singular = {word for one in categories().values() for word in (one.name, *one.synonyms)}
    assert len(singular) >= NAMES_UNDERSTOOD


def test_each_name_means_one_category_in_singular_and_plural():
    written = Counter(
        words for one in categories().values() for words in {tokens(word) for word in (one.name, one.plural, *one.synonyms)}
    )
    assert [word for word, count in written.items() if count > 1] == []
    assert all(word == word.lower() for one in categories().values() for word in one.synonyms)


def test_a_kind_is_no_category_and_has_known_ones_in_some_scene():
    for kind, members in kinds().items():
        assert kind not in known_names(), kind
        assert set(members) <= set(categories()), kind
        assert any(set(members) & set(scene.categories) for scene in scene_kinds().values()), kind


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("couch", "sofa"), ("couches", "sofa"), ("The Fridge", "refrigerator"), ("automobile", "car"), ("TV", "television"),
        ("women", "person"), ("cherries", "pair of cherries"), ("sofa", "sofa"), ("mice", "mouse"), ("unicorn", "unicorn"),
    ],
)  # fmt: skip
def test_a_name_means_its_category(written: str, name: str):
    assert category_name(written) == name
    assert is_known(written) == (name != "unicorn")


def test_a_kind_means_what_the_scene_is_likeliest_to_have_and_excludes_all_of_it():
    assert category_name("fruit", "kitchen") == "apple"
    assert category_name("furniture", "living room") == "sofa"
    assert category_name("animals", "farm") == "cow"
    assert category_name("vehicle", "kitchen") == members_of("vehicle")[0], "none of it belongs there"
    assert category_name("fruit") == "fruit"
    assert set(excluded_names("fruits")) == set(members_of("fruit"))
    assert excluded_names("couch") == ("sofa",)


@pytest.mark.parametrize("word", ["box", "dish", "toy", "woman", "watch", "couch", "knife"])
def test_the_plural_of_a_plural_is_itself(word: str):
    assert plural_of(plural_of(word)) == plural_of(word) != word


def test_a_concept_may_use_any_name():
    reading = read_concept("a red automobile beside two couches and some fruit in the living room")
    assert [(thing.category, thing.count) for thing in reading.things][:2] == [("car", 1), ("sofa", 2)]
    assert reading.things[2].category in members_of("fruit")
    assert [thing.count for thing in read_concept("trousers on a bed").things] == [1, 1], "a pair is one"


def test_what_is_required_or_excluded_may_have_any_name():
    graphs = planned("living room", required_objects=("couch", "pet"), excluded=("telly", "carpets", "plant"))
    assert graphs
    for graph in graphs:
        there = {item.category for item in graph.objects}
        assert "sofa" in there
        assert there & set(members_of("pet"))
        assert not there & {"television", "rug", *members_of("plant")}
        assert {"television", "rug", "potted plant"} <= set(graph.excluded)
        assert "palm tree" not in graph.excluded, "nobody looks for one in a living room"


def test_a_relation_may_be_required_of_any_names():
    for graph in planned("kitchen", required_relations=(("fruit", "on", "dining table"),)):
        assert any(item.category == "table" for item in graph.objects)


def test_synonyms_are_listed_searched_and_offered():
    assert entries("categories", "couch")[0]["name"] == "sofa"
    assert "couch" in entries("categories", "sofa")[0]["synonyms"]
    assert nearest("automobil", "categories")[0] == "car"


def test_a_layout_and_an_annotation_know_them_too():
    assert knowledge().category("Couch") is knowledge().category("sofa")
    assert known_name("fridge") == "refrigerator"
    assert known_name("truck") == "truck", "an annotation says no more than it says"


def test_a_synonym_that_means_another_thing_is_refused_with_its_place(tmp_path):
    row = {"name": "chesterfield", "plural": "chesterfields", "size_m": [2, 1, 1], "rests_on": ["floor"], "aspect": 2}
    (tmp_path / "categories_mine.json").write_text(json.dumps([row | {"synonyms": ["davenport"]}]))
    assert merge([tmp_path], FOLDER)[0]["chesterfield"].row["synonyms"] == ["davenport"]
    (tmp_path / "categories_mine.json").write_text(json.dumps([row | {"synonyms": ["couch"]}]))
    with pytest.raises(BadKnowledge, match=r"categories_mine.json:1: .*'couch' means 'sofa' already"):
        merge([tmp_path], FOLDER)
