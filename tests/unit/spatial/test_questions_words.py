"""Sentences: they say what they mean, in English, and can be read back."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.events import Scene, SeenObject
from spatial.knowledge.knowledge_base import categories
from spatial.questions import Unanswerable, answer, parse, realise, variants
from spatial.questions.object_names import is_nameable
from spatial.questions.question_kinds import Count, Directed, Exists, Find, Query, Ref, Side, from_json, to_json
from spatial.questions.wording.lexicon import (
    fits,
    indefinite,
    is_mass,
    is_plural,
    plural,
    singular,
    surely_fits,
    word_lists,
)
from spatial.questions.wording.question_parsing import parsed_today
from spatial.questions.wording.realisation import SLOT, retired_templates, shape_of, templates
from spatial.verify import verify
from spatial.verify.lexicon import is_surely_called
from tests.fakes.queries import NOUNS, queries
from tests.fakes.rooms import room, thing


@pytest.mark.thorough
@settings(max_examples=1500, deadline=None)
@given(queries(NOUNS), st.integers(0, 127))
def test_whatever_is_said_is_read_back_as_the_same_query(query: Query, variant: int):
    assert parse(realise(query, variant)) == query


@pytest.mark.thorough
@settings(max_examples=300, deadline=None)
@given(queries(NOUNS))
def test_a_query_survives_its_json_form(query: Query):
    assert from_json(to_json(query)) == query


def test_every_template_is_said_by_some_variant():
    query = Directed(subject=Ref(category="cat"), predicate="above", object=Ref(category="dog"))
    said = {realise(query, variant) for variant in range(variants(query))}
    assert len(said) == len(templates()["directed"])


def test_every_shape_of_question_can_be_said_in_at_least_twenty_five_ways():
    assert {shape: len(sentences) for shape, sentences in templates().items() if len(set(sentences)) < 25} == {}


@pytest.mark.parametrize("shape", ["count_side", "directed", "side", "bearing", "closer", "outermost", "find", "nearest",
                                   "in_order", "deeper", "row_order", "compare_sides", "larger",
                                   "count_where", "odd_one_out", "known_side", "known_next"])  # fmt: skip
def test_whose_view_is_meant_is_said_wherever_a_side_or_a_depth_is_asked(shape: str):
    unsaid = [text for text in templates()[shape] if not re.search("picture|image|photo|viewer", text)]
    assert unsaid == []


@pytest.mark.parametrize(("shape", "sentence"), [(k, s) for k, texts in retired_templates().items() for s in texts])
def test_sentences_of_older_datasets_are_read_and_no_longer_written(shape: str, sentence: str):
    slots = {"subject": "the cat", "object": "the dog", "anchor": "the dog", "other": "the cow", "many": "cups"}
    slots |= {"first": "the cat", "second": "the dog", "third": "the cow", "direction": "above", "further": "higher up"}
    slots |= {"family": "material", "depth": "behind", "hop": "above", "course": "left to right"}
    slots |= {"one": "a cat", "other": "a cow"} if shape == "exists_without" else {}
    text = SLOT.sub(lambda match: match[1] if match[2] else slots[match[1]], sentence)
    assert parsed_today(text) is None
    query = parse(text)
    assert shape_of(query) == shape
    assert text not in {realise(query, variant) for variant in range(variants(query))}


@pytest.mark.parametrize(
    ("category", "phrase"),
    [
        ("cat", "a cat"),
        ("umbrella", "an umbrella"),
        ("hourglass", "an hourglass"),
        ("uniform", "a uniform"),
        ("scissors", "scissors"),
        ("pair of scissors", "a pair of scissors"),
        ("bread", "bread"),
        ("loaf of bread", "a loaf of bread"),
        ("glasses", "glasses"),
    ],
)
def test_articles_suit_their_noun(category: str, phrase: str):
    assert indefinite(category) == phrase


def test_plural_nouns_take_plural_verbs():
    scissors = Ref(category="scissors")
    side = realise(Side(subject=scissors, object=Ref(category="cup")))
    assert side == "On which side of the cup are the scissors in the picture?"
    said = {realise(Exists(category="scissors"), variant) for variant in range(50)}
    assert "Do scissors appear in the picture?" in said
    assert realise(Exists(category="bus"), 0) == "Is there a bus in the picture?"


def test_a_bus_is_one_and_glasses_are_several():
    assert not any(map(is_plural, ("bus", "glass", "cactus", "octopus", "lens", "tennis racket", "pair of glasses")))
    assert all(map(is_plural, ("scissors", "sunglasses", "jeans")))


def test_what_is_plural_without_an_s_takes_no_article_either():
    assert indefinite("men") == "men"
    assert plural("people") == "people"
    assert not is_plural("group of people")


@pytest.mark.parametrize(("one", "many"), [("X", "Xs"), ("SUV", "SUVs"), ("red SUV", "red SUVs"), ("猫", "猫")])
def test_capitals_do_not_make_the_plural_shout(one: str, many: str):
    assert plural(one) == many
    assert singular(many) == one


@pytest.mark.parametrize("category", ["the cat", "a cat", "two dogs", "some bread", "cat and dog", "my cup"])
def test_words_that_would_stumble_in_a_sentence_are_not_spoken(category: str):
    assert not is_nameable(category)


def test_a_thing_with_an_article_in_its_name_does_not_hide_the_words_of_other_questions():
    things = [("the picture", (10, 10, 60, 60)), ("cat", (30, 300, 60, 60)), ("dog", (300, 300, 60, 60))]
    objects = tuple(
        SeenObject(id=i, category=name, attributes=(), box=box, depth=0.1 * i, visible=1.0)
        for i, (name, box) in enumerate(things)
    )
    scene = Scene(canvas=(512, 512), scene="room", objects=objects, relations=(), excluded=())
    assert verify("In the picture, is the cat to the left of the dog?", None, scene).answer == "yes"


def test_every_known_category_can_be_counted_and_read_back():
    for name in categories():
        if not (is_plural(name) or is_mass(name)):
            query = Count(category=name)
            assert parse(realise(query)) == query
            assert singular(plural(name)) == name


def test_no_known_category_makes_a_template_artefact():
    for name in categories():
        text = realise(Exists(category=name, without="dog"))
        assert not re.search(r"\b(\w+) \1\b|\ban? (scissors|an?|the)\b|  |\{|\}", text), text


def test_a_thing_without_a_name_is_a_thing_or_an_object():
    query = Find(predicate="on", anchor=Ref(predicate="left_of", anchor=Ref(category="sofa")))
    assert realise(query) == "In the picture, what is on the thing to the left of the sofa?"
    assert "the object to the left" in realise(query, variants(query) // 2)


@pytest.mark.parametrize(
    "text", ["", "What?", "Is the cat to the left of dog?", "Are the cat above the dog?", "Is the cat"]
)
def test_what_is_not_a_question_of_the_grammar_is_refused(text: str):
    with pytest.raises(ValueError, match="not a question"):
        parse(text)


def test_words_fit_narrower_things_and_what_things_are_full_of():
    assert fits("cup", "coffee cup")
    assert fits("person", "runner")
    assert fits("bowl", "bowl of rice")
    assert fits("rice", "bowl of rice")
    assert all(fits(name, name) for name in categories())
    assert not fits("coffee cup", "cup")
    assert not fits("cup", "cupboard")


def test_a_kick_scooter_is_no_motorcycle_and_is_not_counted_as_one():
    assert fits("motorcycle", "motor scooter")
    assert not fits("motorcycle", "kick scooter")
    assert fits("vehicle", "kick scooter")


def test_only_what_everybody_would_call_so_is_counted():
    assert surely_fits("car", "police car")
    assert surely_fits("bowl", "bowl of rice")
    assert not surely_fits("car", "cable car")
    assert not surely_fits("dog", "hot dog")
    assert not surely_fits("books", "stack of books")


@pytest.mark.parametrize(("word", "other"), [("car", "cable car"), ("dog", "hot dog"), ("chair", "stool")])
def test_what_may_or_may_not_be_meant_leaves_a_count_open(word: str, other: str):
    scene = room(thing(word, (20, 300, 80, 80)), thing(other, (300, 300, 80, 80)))
    with pytest.raises(Unanswerable, match="may be called"):
        answer(Count(category=word), scene)
    verdict = verify(f"How many {word}s are there?", None, scene)
    assert (verdict.answer, verdict.entailed) == (None, False)
    assert "matter of taste" in verdict.reason
    assert answer(Count(category=other), scene).text == "1"
    assert verify(f"How many {other}s are there?", None, scene).answer == "1"


def test_writer_and_verifier_doubt_the_same_names():
    pairs = [(word, name) for word, names in word_lists("doubtful").items() for name in (*names, word)]
    assert [surely_fits(*pair) for pair in pairs] == [is_surely_called(name, word) for word, name in pairs]
