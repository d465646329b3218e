"""What is answered, and what is left unanswered because a careful viewer would not say."""

import pytest

from schemas.events import Scene
from spatial.questions import Query, Ref, Unanswerable, answer
from spatial.questions.question_kinds import (
    AttributeOf,
    Bearing,
    Closer,
    Count,
    Deeper,
    Directed,
    Exists,
    Find,
    InOrder,
    InPlace,
    Nearest,
    Outermost,
    Side,
)
from tests.fakes.rooms import kitchen, room, thing

TABLE, STOVE, LAMP = Ref(category="table"), Ref(category="stove"), Ref(category="lamp")
RED_CUP, BLUE_CUP = Ref(category="cup", attribute="red"), Ref(category="cup", attribute="blue")


@pytest.mark.parametrize(
    ("query", "text"),
    [
        (Exists(category="stove"), "yes"),
        (Exists(category="dog"), "no"),
        (Exists(category="stove", without="dog"), "yes"),
        (Exists(category="dog", without="stove"), "no"),
        (Count(category="cup"), "2"),
        (Count(category="mirror"), "0"),
        (Count(category="cup", predicate="left_of", anchor=STOVE), "1"),
        (AttributeOf(family="colour", subject=Ref(category="cup", extreme="rightmost")), "blue"),
        (InPlace(subject=LAMP, place="top_right"), "yes"),
        (InPlace(subject=LAMP, place="top"), "yes"),
        (InPlace(subject=LAMP, place="left"), "no"),
        (Directed(subject=TABLE, predicate="left_of", object=STOVE), "yes"),
        (Directed(subject=LAMP, predicate="below", object=STOVE), "no"),
        (Side(subject=RED_CUP, object=STOVE), "left"),
        (Bearing(subject=LAMP, object=RED_CUP), "above and to the right"),
        (Closer(subject=RED_CUP, anchor=TABLE, other=BLUE_CUP), "yes"),
        (Outermost(extreme="rightmost"), "lamp"),
        (Find(predicate="on", anchor=TABLE), "red cup"),
        (Find(predicate="right_of", anchor=Ref(category="cup", extreme="rightmost")), "lamp"),
        (InOrder(course="left_to_right", first=TABLE, second=STOVE, third=LAMP), "yes"),
        (InOrder(course="left_to_right", first=STOVE, second=TABLE, third=LAMP), "no"),
        (Deeper(subject=BLUE_CUP, predicate="in_front_of", object=STOVE), "yes"),
        (Deeper(subject=STOVE, predicate="in_front_of", object=BLUE_CUP), "no"),
    ],
)
def test_the_kitchen_is_read_as_a_person_would(query: Query, text: str):
    assert answer(query, kitchen()).text == text


def refused(query: Query, scene: Scene) -> str:
    with pytest.raises(Unanswerable) as doubt:
        answer(query, scene)
    return str(doubt.value)


def test_a_word_that_fits_two_things_refers_to_neither():
    assert "fits 2 objects" in refused(Side(subject=Ref(category="cup"), object=STOVE), kitchen())


def test_a_thing_that_is_hardly_visible_still_makes_a_word_ambiguous():
    scene = room(
        thing("cat", (10, 10, 40, 40)), thing("dog", (300, 10, 40, 40)), thing("dog", (300, 300, 9, 9), visible=0.1)
    )
    assert "fits 2 objects" in refused(Side(subject=Ref(category="cat"), object=Ref(category="dog")), scene)


def test_the_outermost_of_a_kind_needs_two_that_are_clearly_seen_since_a_doubtful_one_may_not_be_there():
    def two(visible: float) -> Scene:
        left = thing("cup", (20, 100, 20, 20), visible=visible)
        return room(left, thing("cup", (300, 100, 20, 20)), thing("stove", (150, 20, 20, 20)))

    rightmost = Directed(subject=Ref(category="cup", extreme="rightmost"), predicate="right_of", object=STOVE)
    assert answer(rightmost, two(1.0)).text == "yes"
    assert "clearly seen" in refused(rightmost, two(0.2))


def test_a_narrower_thing_makes_a_word_ambiguous_but_not_the_other_way_round():
    scene = room(thing("cup", (10, 10, 40, 40)), thing("coffee cup", (300, 10, 40, 40)), thing("dog", (150, 300, 40, 40)))
    refused(Side(subject=Ref(category="cup"), object=Ref(category="dog")), scene)
    assert answer(Side(subject=Ref(category="coffee cup"), object=Ref(category="dog")), scene).text == "right"


def test_nothing_is_asked_of_what_is_hardly_visible():
    scene = room(thing("cat", (10, 10, 40, 40), visible=0.3), thing("dog", (300, 10, 40, 40)))
    assert "hardly visible" in refused(Side(subject=Ref(category="cat"), object=Ref(category="dog")), scene)


def test_a_colour_does_not_single_out_while_another_may_have_it_too():
    plain = room(thing("cup", (10, 10, 40, 40), "red"), thing("cup", (300, 10, 40, 40)), thing("dog", (150, 300, 40, 40)))
    orange = room(
        thing("cup", (10, 10, 40, 40), "red"), thing("cup", (300, 10, 40, 40), "orange"), thing("dog", (150, 300, 40, 40))
    )
    for scene in (plain, orange):
        assert "may be red too" in refused(Side(subject=RED_CUP, object=Ref(category="dog")), scene)


def side_by_side(second_x: int, width: int = 20) -> Scene:
    return room(thing("cat", (100, 100, width, 20)), thing("dog", (second_x, 200, width, 20)))


def test_a_direction_needs_five_percent_of_the_canvas():
    query = Side(subject=Ref(category="cat"), object=Ref(category="dog"))
    assert answer(query, side_by_side(120)).text == "left"
    assert answer(query, side_by_side(120)).margin == pytest.approx(0.05)
    refused(query, side_by_side(119))


def test_a_direction_needs_centres_outside_of_each_others_extents():
    query = Side(subject=Ref(category="cat"), object=Ref(category="dog"))
    refused(query, side_by_side(130, width=60))
    assert answer(query, side_by_side(131, width=60)).text == "left"


def test_contact_is_answered_only_where_it_was_drawn_and_the_boxes_agree():
    table, cup = thing("table", (100, 200, 100, 100)), thing("cup", (130, 170, 30, 40))
    query = Find(predicate="on", anchor=Ref(category="table"))
    assert answer(query, room(table, cup, drawn=((1, "on", 0),))).text == "cup"
    assert answer(query, room(table, cup, drawn=((0, "supports", 1),))).text == "cup"
    refused(query, room(table, cup))
    refused(query, room(table, thing("cup", (300, 10, 30, 40)), drawn=((1, "on", 0),)))


def test_a_find_is_refused_when_a_second_thing_might_do():
    scene = room(thing("cat", (10, 10, 30, 30)), thing("dog", (200, 10, 30, 30)), thing("bird", (190, 200, 30, 30)))
    refused(Find(predicate="left_of", anchor=Ref(category="dog")), scene)


def test_two_hops_are_followed_and_counted():
    scene = room(
        thing("sofa", (250, 250, 120, 60)), thing("desk", (40, 250, 120, 80)), thing("vase", (80, 215, 30, 40)),
        drawn=((2, "on", 1),),
    )  # fmt: skip
    desk = Ref(predicate="under", anchor=Ref(category="vase"))
    refused(Find(predicate="on", anchor=desk), scene)
    found = answer(Find(predicate="left_of", anchor=Ref(predicate="on", anchor=Ref(category="desk"))), kitchen_like())
    assert (found.text, found.hops) == ("plant", 2)


def kitchen_like() -> Scene:
    return room(
        thing("desk", (200, 250, 120, 80)), thing("vase", (240, 215, 30, 40)), thing("plant", (20, 250, 60, 60)),
        drawn=((1, "on", 0),),
    )  # fmt: skip


def test_absence_is_claimed_only_of_excluded_categories_that_nothing_could_be_taken_for():
    scene = room(thing("coffee cup", (10, 10, 30, 30)), excluded=("cup", "mug", "dog"))
    assert answer(Exists(category="dog"), scene).text == "no"
    refused(Exists(category="cup"), scene)
    refused(Exists(category="horse"), scene)


def test_similar_depths_and_similar_gaps_are_left_alone():
    scene = room(
        thing("cat", (10, 300, 30, 30), depth=1.0),
        thing("dog", (200, 300, 30, 30), depth=1.05),
        thing("cow", (370, 290, 30, 30), depth=9.0),
    )
    refused(Deeper(subject=Ref(category="cat"), predicate="behind", object=Ref(category="dog")), scene)
    refused(Closer(subject=Ref(category="cat"), anchor=Ref(category="dog"), other=Ref(category="cow")), scene)
    refused(Nearest(anchor=Ref(category="dog")), scene)


def test_what_looks_closer_and_stands_far_behind_is_not_called_closer():
    def yard(depth: float) -> Scene:
        return room(
            thing("cat", (150, 300, 30, 30), depth=depth),
            thing("dog", (200, 300, 30, 30), depth=0.1),
            thing("cow", (370, 300, 30, 30), depth=0.2),
        )

    question = Closer(subject=Ref(category="cat"), anchor=Ref(category="dog"), other=Ref(category="cow"))
    assert answer(question, yard(0.1)).text == answer(question, yard(0.3)).text == "yes"
    refused(question, yard(0.4))
    refused(Nearest(anchor=Ref(category="dog")), yard(0.4))


def test_a_question_about_a_thing_and_itself_is_no_question():
    refused(Side(subject=TABLE, object=TABLE), kitchen())
    refused(Directed(subject=RED_CUP, predicate="above", object=Ref(category="cup", extreme="leftmost")), kitchen())


def test_an_attribute_that_was_not_drawn_is_not_known():
    refused(AttributeOf(family="colour", subject=STOVE), kitchen())
