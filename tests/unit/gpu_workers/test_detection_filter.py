"""Detectors that err in every way: what they say is believed where it is clear, and casts doubt where it is not."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpu_workers.exam_policy import Policy
from gpu_workers.examine import ExamineHandler, Examiners
from gpu_workers.perception.depth_order import box_depths
from gpu_workers.perception.detection_filter import FilteredDetections, Thresholds, confirmed_attributes, filter_detections
from gpu_workers.perception.interfaces import Detection
from gpu_workers.perception.label_prompts import descriptions_of, labels_of
from gpu_workers.perception.matching import ExpectedObject, ambiguous_detections
from gpu_workers.perception.perceived_scene import SceneDetector
from schemas.events import QAEvent, Rejection
from schemas.interfaces import StoredObject
from spatial.relations.scene_extraction import MIN_VISIBLE
from tests.fakes.collage import Thing, make_scene
from tests.fakes.store import InMemoryStore
from tests.unit.gpu_workers.test_scene_detector import (
    BENCH,
    CAT,
    GRAPH,
    RED_CAT,
    SIDE,
    Scripted,
    Sloping,
    examined,
    rendered,
)

NAN, INF = math.nan, math.inf
SURE = Thresholds()
BICYCLE = Detection("bicycle", (100, 20, 60, 40), 0.9)


def sorted_out(*found: Detection) -> FilteredDetections:
    return filter_detections(GRAPH, found, (SIDE, SIDE), SURE)


def sample_of(*found: Detection) -> QAEvent:
    [sample] = examined(*found)
    assert isinstance(sample, QAEvent)
    return sample


def asked_words(sample: QAEvent) -> str:
    return " ".join(question.question for question in sample.questions)


def test_scores_decide_what_counts_and_what_is_only_doubted():
    firm, weak, nothing = (replace(BICYCLE, score=score) for score in (0.35, 0.2, 0.19))
    assert sorted_out(firm) == FilteredDetections((firm,), ())
    assert sorted_out(weak) == FilteredDetections((), (weak,))
    assert sorted_out(nothing) == FilteredDetections((), ())


def test_one_thing_that_is_found_twice_is_one():
    again = Detection("cat", (22, 152, 50, 50), 0.5)
    assert sorted_out(again, CAT, BENCH) == FilteredDetections((CAT, BENCH), ())


@pytest.mark.thorough
@pytest.mark.parametrize(
    "part",
    [(22, 152, 30, 30), (45, 150, 50, 50), (30, 150, 50, 50), (0, 120, 120, 120)],
    ids=["part", "half", "most", "around"],
)
def test_a_box_that_may_be_a_part_of_another_one_is_not_counted_and_nothing_is_counted_beside_it(part):
    sample = sample_of(CAT, BENCH, Detection("cat", part, 0.6))
    assert [(o.category, o.visible >= MIN_VISIBLE) for o in sample.scene.objects] == [
        ("cat", True), ("bench", True), ("cat", False)
    ]  # fmt: skip
    assert "How many cats" not in asked_words(sample)
    assert "the cat" not in asked_words(sample)


@pytest.mark.thorough
def test_two_words_for_one_place_are_both_doubted_if_both_are_firm():
    rival = Detection("bicycle", (20, 150, 50, 51), 0.78)
    assert sorted_out(CAT, BENCH, rival) == FilteredDetections((BENCH,), (CAT, rival))
    rejection = examined(CAT, BENCH, rival)[0]
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "missing_object"


def test_a_doubtful_second_word_for_a_place_forbids_to_claim_its_absence():
    rival = Detection("bicycle", (20, 150, 50, 51), 0.3)
    assert sorted_out(CAT, BENCH, rival) == FilteredDetections((CAT, BENCH), (rival,))
    assert sample_of(CAT, BENCH, rival).scene.excluded == ()


def test_a_word_that_is_a_kind_of_the_other_does_not_speak_against_it():
    graph = make_scene("kitchen", [Thing("mug", (0, 0, 100, 100), 1.0)], [], excluded=["cup"])
    mug, cup = Detection("mug", (0, 0, 50, 50), 0.8), Detection("cup", (0, 0, 50, 50), 0.7)
    assert filter_detections(graph, [cup, mug], (SIDE, SIDE), SURE) == FilteredDetections((mug,), (cup,))


@pytest.mark.parametrize("word", ["bicycles", "Bicycle", "BICYCLE ", "a bicycle", "two bicycles"])
def test_a_thing_under_another_form_of_its_name_is_doubted_and_not_called_absent(word: str):
    sample = sample_of(CAT, BENCH, replace(BICYCLE, label=word))
    assert sample.scene.excluded == ()
    assert sample.scene.objects[2].visible < MIN_VISIBLE


def test_one_more_of_a_kind_under_another_form_of_its_name_is_not_counted_past():
    sample = sample_of(CAT, BENCH, Detection("cats", (100, 20, 40, 40), 0.9))
    assert "How many cats" not in asked_words(sample)


@pytest.mark.parametrize("label", ["", "  ", "x" * 500])
def test_words_of_any_length_are_taken(label: str):
    assert sample_of(CAT, BENCH, Detection(label, (100, 20, 40, 40), 0.9))


def test_what_only_a_description_finds_is_doubted_where_nothing_of_its_kind_is_known():
    elsewhere = Detection("red cat", (100, 20, 40, 40), 0.9)
    assert sorted_out(CAT, BENCH, RED_CAT, elsewhere).doubtful == (replace(elsewhere, label="cat"),)


@pytest.mark.parametrize(
    "box",
    [
        (NAN, 1, 9, 9),
        (0, 1, INF, 9),
        (-INF, 1, 9, 9),
        (900, 900, 50, 50),
        (-60, 20, 60, 60),
        (90, 90, -50, 50),
        (90, 90, 0, 5),
    ],
)
def test_a_box_that_cannot_be_is_nothing_but_its_absence_is_not_claimed(box):
    sample = sample_of(CAT, BENCH, Detection("bicycle", box, 0.9))
    assert [o.category for o in sample.scene.objects if o.visible >= MIN_VISIBLE] == ["cat", "bench"]
    assert sample.scene.excluded == ()


def test_a_score_that_is_no_number_casts_doubt():
    assert sample_of(CAT, BENCH, replace(BICYCLE, score=NAN)).scene.excluded == ()


def test_boxes_are_cut_to_the_picture():
    found = sorted_out(Detection("cat", (-30, 230, 60, 100), 0.9)).firm
    assert [each.box for each in found] == [(0, 230, 30, 26)]


def test_nothing_found_at_all_is_a_missing_object_and_another_attempt_until_the_budget_is_spent():
    for attempt, length in ((0, 2), (1, 2), (2, 1), (3, 1)):
        results = examined(policy=Policy(retries=2), attempt=attempt)
        assert len(results) == length
        assert isinstance(results[0], Rejection)
        assert results[0].reason == "missing_object"
        assert results[0].retried is (length == 2)


def test_one_box_over_two_wanted_places_may_be_two_things():
    places = [ExpectedObject(0, "cat", (0, 0, 40, 40)), ExpectedObject(1, "cat", (50, 0, 40, 40))]
    merged, one = Detection("cat", (0, 0, 90, 40), 0.9), Detection("cat", (0, 0, 45, 40), 0.9)
    assert ambiguous_detections(places, [merged]) == [merged]
    assert ambiguous_detections(places, [one]) == []
    assert ambiguous_detections(places, [merged, one]) == [], "as many as were wanted"
    assert ambiguous_detections([*places, ExpectedObject(2, "dog", (0, 50, 9, 9))], [merged]) == [merged]


def test_two_boxes_in_one_wanted_place_may_be_parts_of_one_thing():
    place = [ExpectedObject(0, "cat", (0, 0, 100, 40))]
    head, tail, other = (Detection("cat", box, 0.9) for box in ((0, 0, 45, 40), (50, 0, 45, 40), (0, 100, 45, 40)))
    assert ambiguous_detections(place, [head, tail]) == [head, tail]
    assert ambiguous_detections(place, [head, other]) == []
    assert ambiguous_detections([*place, ExpectedObject(1, "cat", (200, 0, 10, 10))], [head, tail]) == [], (
        "as many as were wanted"
    )


def test_a_split_object_is_drawn_again_and_not_counted_as_two():
    halves = (Detection("cat", (20, 150, 24, 50), 0.8), Detection("cat", (46, 150, 24, 50), 0.8))
    rejection = examined(*halves, BENCH)[0]
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "missing_object"


def test_descriptions_are_asked_for_with_contrasts_that_cannot_be_taken_for_them():
    assert descriptions_of(GRAPH) == {"red cat": "cat", "yellow cat": "cat", "green cat": "cat"}
    several = make_scene("park", [Thing("cat", (0, 0, 100, 100), 1.0, ("black", "sleeping"))], [])
    assert labels_of(several) == [
        "cat", "black sleeping cat", "white sleeping cat", "orange sleeping cat", "black awake cat"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("others", "believable"),
    [
        ([], True),
        ([("yellow cat", 0.2)], True),
        ([("yellow cat", 0.5)], True),
        ([("yellow cat", 0.51)], False),
        ([("green cat", 0.9)], False),
    ],
)
def test_an_attribute_counts_only_where_no_other_one_is_nearly_as_sure(others, believable: bool):
    here = (22, 151, 50, 50)
    texts = [RED_CAT, *(Detection(label, here, score) for label, score in others)]
    assert confirmed_attributes(GRAPH.objects[0], CAT, texts, SURE.firm) == (("red",) if believable else ())


def test_an_attribute_does_not_count_elsewhere_or_without_a_firm_score():
    away, weak = replace(RED_CAT, box=(60, 150, 50, 50)), replace(RED_CAT, score=0.34)
    for text in (away, weak):
        assert confirmed_attributes(GRAPH.objects[0], CAT, [text], SURE.firm) == ()
    assert confirmed_attributes(GRAPH.objects[1], BENCH, [replace(BENCH, label="bench")], SURE.firm) == ()


def flat(value: float) -> np.ndarray:
    return np.full((SIDE, SIDE), value, np.float32)


NOISE = np.random.default_rng(3).random((SIDE, SIDE)).astype(np.float32)
NEAR_AND_FAR = [(20, 150, 50, 50), (170, 150, 55, 55)]


def test_depth_is_the_median_of_a_boxs_middle():
    steps = flat(9.0)
    steps[160:190, 30:60] = 2.0
    assert box_depths(steps, NEAR_AND_FAR) == [2.0, 9.0]


@pytest.mark.parametrize("name", ["constant", "noise", "faint noise", "not a number", "infinite", "too small"])
def test_a_map_that_tells_nothing_puts_nothing_in_front_of_anything(name: str):
    maps = {
        "constant": flat(3.0), "noise": NOISE, "faint noise": 3 + 1e-6 * NOISE, "not a number": flat(NAN),
        "infinite": flat(INF), "too small": flat(1.0)[:8, :8],
    }  # fmt: skip
    assert len(set(box_depths(maps[name], NEAR_AND_FAR))) == 1
    assert box_depths(None, NEAR_AND_FAR) == [0.0, 0.0]
    assert box_depths(maps[name], []) == []


def test_a_map_that_is_turned_around_breaks_the_relation_and_is_not_believed_of_the_graph():
    class TurnedAround(Sloping):
        def measure(self, pictures):
            return [-each for each in super().measure(pictures)]

    event, data = rendered()
    store = InMemoryStore()
    store.put_if_absent(event.image.key, StoredObject(data, "image/png"))
    detector = SceneDetector(Scripted(CAT, BENCH), TurnedAround())
    [outcome] = ExamineHandler(store, store, Examiners(detector), Policy(salvage=False)).begin([event])()
    assert isinstance(outcome, list)
    assert isinstance(outcome[0], Rejection)
    assert [relation.predicate for relation in outcome[0].conflict] == ["in_front_of"]


numbers = st.one_of(st.floats(-400, 700), st.sampled_from([NAN, INF, -INF, 0.0, 1e300]))
words = st.sampled_from(["cat", "bench", "bicycle", "red cat", "yellow cat", "cats", "bicycles", "Bench", "sky", ""])
noises = st.builds(
    Detection, words, st.tuples(numbers, numbers, numbers, numbers), st.one_of(st.floats(0, 1), st.just(NAN))
)


@pytest.mark.thorough
@settings(max_examples=150, deadline=None)
@given(st.lists(noises, max_size=8), st.booleans())
def test_whatever_a_detector_says_a_picture_has_an_outcome_and_no_absence_is_claimed_against_it(found, with_both: bool):
    found = [CAT, BENCH, *found] if with_both else found
    [result, *_] = examined(*found)
    if isinstance(result, Rejection):
        return
    assert isinstance(result, QAEvent)
    said = {each.label.casefold().rstrip("s") for each in found if not each.score < SURE.weak}
    assert not said & set(result.scene.excluded)
    clear = [thing.category for thing in result.scene.objects if thing.visible >= MIN_VISIBLE]
    firm = [each.label for each in found if each.score >= SURE.firm]
    assert all(clear.count(name) <= firm.count(name) for name in clear)
    assert all(0 <= x < x + w <= SIDE and 0 <= y < y + h <= SIDE for x, y, w, h in (o.box for o in result.scene.objects))
