"""All that a question may say."""

import pytest

from spatial.questions import parse, readings, realise, variants
from spatial.questions.question_kinds import Closer, Directed, Find, Outermost, Query, Ref

CAT, DOG, CAR = Ref(category="cat"), Ref(category="dog"), Ref(category="car")


def beside(ref: Ref, predicate: str, anchor: Ref) -> Ref:
    return Ref.model_validate({"category": ref.category, "predicate": predicate, "anchor": anchor})


def test_a_plain_question_says_one_thing():
    for query in (
        Directed(subject=CAT, predicate="left_of", object=DOG),
        Closer(subject=CAT, anchor=DOG, other=CAR),
        Find(predicate="on", anchor=CAT),
        Outermost(extreme="leftmost"),
    ):
        for number in range(variants(query)):
            assert readings(realise(query, number)) == (query,)


def test_nested_relations_may_be_cut_in_two_places_and_both_ways_are_found():
    one = Directed(subject=CAT, predicate="above", object=beside(DOG, "left_of", CAR))
    two = Directed(subject=beside(CAT, "above", DOG), predicate="left_of", object=CAR)
    text = "In the picture, is the cat above the dog to the left of the car?"
    assert realise(one) == realise(two) == text
    found = readings(text)
    assert found[0] == parse(text)
    assert {one, two} <= set(found)


@pytest.mark.parametrize(
    "query",
    [
        Closer(subject=CAT, anchor=beside(DOG, "left_of", CAR), other=beside(CAT, "on", CAR)),
        Directed(subject=beside(CAT, "on", CAR), predicate="above", object=beside(DOG, "under", CAR)),
        Find(predicate="left_of", anchor=beside(CAT, "on", beside(DOG, "left_of", CAR))),
    ],
)
def test_what_was_meant_is_among_the_readings(query: Query):
    for number in range(variants(query)):
        assert query in readings(realise(query, number))


@pytest.mark.parametrize(
    "text", ["", "What?", "Is the cat happy?", "Is the cat behind the " + "dog behind the " * 200 + "car?"]
)
def test_what_is_no_question_says_nothing(text: str):
    assert readings(text) == ()
