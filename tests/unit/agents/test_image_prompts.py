"""The words that a diffusion renderer is given."""

from agents.image_prompts import phrase_of, prompt_of, with_article
from schemas.graph import GraphObject, Relation
from spatial.knowledge.knowledge_base import scene_kinds


def thing(i: int, category: str, *attributes: str) -> GraphObject:
    return GraphObject(id=i, category=category, attributes=attributes)


def test_articles_fit_the_noun():
    assert with_article("apple") == "an apple"
    assert with_article("slice of cake") == "a slice of cake"


def test_what_comes_after_a_noun_is_said_after_it():
    assert phrase_of(thing(0, "car", "red", "facing left")) == "a red car facing left"


def test_a_prompt_says_things_and_relations_and_never_what_is_absent():
    objects = (thing(0, "cat"), thing(1, "table", "white"), thing(2, "cat"))
    relations = (
        Relation(subject=0, predicate="on", object=1),
        Relation(subject=2, predicate="left_of", object=1),
        Relation(subject=1, predicate="center", object=None),
    )
    prompt = prompt_of(scene_kinds()["kitchen"], objects, relations, ("dog", "stove"))
    assert prompt.positive == (
        "A kitchen with a cat, a white table, and a cat. The first cat is on the table. "
        "The second cat is to the left of the table. The table is at the center of the picture."
    )
    assert prompt.negative.startswith("dog, stove, ")
    assert prompt.background.startswith("a kitchen, ")
    assert prompt.phrases == ("a cat", "a white table", "a cat")


def test_the_background_shows_nothing_that_is_excluded():
    bedroom = scene_kinds()["bedroom"]
    assert "made bed" in prompt_of(bedroom, (thing(0, "chair"),), (), ()).background
    assert "bed," not in f"{prompt_of(bedroom, (thing(0, 'chair'),), (), ('bed',)).background},"


def test_things_of_one_kind_are_told_apart_by_their_attributes():
    objects = (thing(0, "car", "red"), thing(1, "car", "blue"))
    prompt = prompt_of(scene_kinds()["suburb"], objects, (Relation(subject=0, predicate="near", object=1),), ())
    assert "The red car is near the blue car." in prompt.positive
