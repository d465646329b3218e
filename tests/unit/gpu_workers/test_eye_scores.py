"""How well eyes see is counted as it is usually counted, and settings follow from enough of it."""

import numpy as np
import pytest

from gpu_workers.perception.eye_scores import FACTORS, SHARES, EyeScores, absent_labels
from gpu_workers.perception.interfaces import Detection
from schemas.events import SeenObject

SIZE = (200, 100)
BOX = (10, 10, 40, 40)


def thing(category: str, box: tuple[int, int, int, int] = BOX, visible: float = 1.0, depth: float = 0.0) -> SeenObject:
    return SeenObject(id=0, category=category, box=box, depth=depth, visible=visible)


def seen(label: str, score: float, box: tuple[float, float, float, float] = BOX) -> Detection:
    return Detection(label, box, score)


def counted(things: list[SeenObject], *detections: Detection, asked: tuple[str, ...] = ("cat", "dog")) -> EyeScores:
    scores = EyeScores()
    scores.add(things, asked, detections, SIZE)
    return scores


def test_a_detection_is_right_where_a_thing_of_its_label_is():
    scores = counted([thing("cat")], seen("cat", 0.9), seen("dog", 0.4))
    assert [(one.label, one.right) for one in scores.judged] == [("cat", True), ("dog", False)]
    assert scores.rates(0.1) == (0.5, 1.0)
    assert scores.rates(0.5) == (1.0, 1.0)
    assert scores.rates(0.95) == (None, 0.0)
    assert scores.rates(0.1, "dog") == (0.0, None)
    assert scores.asked_absent == 1


def test_two_detections_of_one_thing_are_one_right_and_one_wrong_unless_they_are_one_place():
    beside = (20.0, 10.0, 40.0, 40.0)  # IoU 0.6
    scores = counted([thing("cat")], seen("cat", 0.5, beside), seen("cat", 0.9))
    assert [(one.score, one.right) for one in scores.judged] == [(0.9, True), (0.5, False)]
    assert len(counted([thing("cat")], seen("cat", 0.5, (11.0, 10.0, 40.0, 40.0)), seen("cat", 0.9)).judged) == 1


def test_nothing_is_said_of_what_overlaps_a_thing_that_is_hardly_seen():
    scores = counted([thing("cat", visible=0.1)], seen("cat", 0.9))
    assert not scores.judged
    assert scores.things["cat"] == 0


@pytest.mark.parametrize(
    ("box", "judged"),
    [((10, 10, 30, 60), 0), ((80, 10, 40, 40), 0), ((81, 10, 40, 40), 1), ((150, 10, 30, 60), 1)],
    ids=["inside", "half", "less", "beside"],
)
def test_nothing_is_said_of_a_detection_of_which_half_lies_in_a_crowd_of_its_label(
    box: tuple[float, float, float, float], judged: int
):
    scores = EyeScores()
    crowd = (0.0, 0.0, 100.0, 100.0)
    scores.add([thing("cat", (150, 50, 40, 40))], ("cat", "dog"), [seen("cat", 0.9, box)], SIZE, [("cat", crowd)])
    assert [one.right for one in scores.judged] == [False] * judged
    scores.add([], ("dog",), [seen("dog", 0.9)], SIZE, [("cat", crowd)])
    assert len(scores.judged) == judged + 1, "a crowd of cats says nothing of dogs"


def test_a_thing_that_stands_in_a_crowd_is_found_as_any_other():
    scores = EyeScores()
    two = [seen("cat", 0.9), seen("cat", 0.8, (30.0, 10.0, 40.0, 40.0))]
    scores.add([thing("cat")], ("cat",), two, SIZE, [("cat", (0.0, 0.0, 100.0, 100.0))])
    assert scores.rates(0.1) == (1.0, 1.0)
    assert len(scores.judged) == 1


def test_two_things_are_found_by_two_detections_in_order_of_score():
    two = [thing("cat"), thing("cat", (20, 10, 40, 40))]
    scores = counted(two, seen("cat", 0.9), seen("cat", 0.8, (20.0, 10.0, 40.0, 40.0)))
    assert scores.rates(0.1) == (1.0, 1.0)
    assert scores.rates(0.85) == (1.0, 0.5)


def test_calibration_compares_scores_with_the_share_that_is_right():
    scores = EyeScores()
    for number in range(10):
        scores.add([thing("cat")] if number < 9 else [], ("cat",), [seen("cat", 0.75)], SIZE)
    assert scores.calibration() == [(10, pytest.approx(0.75), pytest.approx(0.9))]
    assert scores.calibration_error() == pytest.approx(0.15)
    assert EyeScores().calibration_error() is None


def simulated(right: int, wrong: int, low: float) -> EyeScores:
    """Right detections from 0.3 on and 0.9, wrong ones at `low`."""
    scores = EyeScores()
    for number in range(right):
        scores.add([thing("cat")], ("cat",), [seen("cat", 0.3 if number % 10 == 0 else 0.9)], SIZE)
    for _ in range(wrong):
        scores.add([], ("cat",), [seen("cat", low)], SIZE)
    return scores


def test_the_settings_that_follow_keep_wrong_ones_out_and_right_ones_at_least_in_doubt():
    scores = simulated(200, 50, 0.42)
    assert scores.firm() == 0.45, "the least threshold above the wrong ones"
    assert scores.weak() == 0.3, "the highest that the weakest right ones reach"
    assert simulated(10, 0, 0.5).firm() is None, "ten detections say too little"
    assert simulated(59, 0, 0.5).firm() is None, "of 59 none is wrong, and still one in 20 may be"
    assert simulated(60, 0, 0.5).firm() == 0.1
    assert simulated(149, 50, 0.42).weak() is None
    assert simulated(30, 300, 0.93).firm() is None, "no threshold keeps the wrong ones out"
    assert simulated(30, 300, 0.93).weak() is None


def test_what_is_lacking_for_a_setting_is_counted():
    assert EyeScores().lacking() == {
        "firm": "not enough pictures: 0 (0 detections of 60)", "weak": "not enough pictures: 0 (0 things found of 150)",
        "depth": "not enough pictures: 0 (0 pairs apart and 0 at one depth of 150 each)",
    }  # fmt: skip
    assert simulated(200, 0, 0.5).lacking().keys() == {"depth"}


BOXES = [(0, 0, 40, 40), (50, 0, 40, 40), (100, 0, 40, 40)]


def scored(pictures: int, seen: tuple[float, ...], true: tuple[float, ...]) -> EyeScores:
    """Things at these depths, of which a map says others; a pixel is off by 0.1."""
    rng, scores = np.random.default_rng(1), EyeScores()
    for _ in range(pictures):
        depth = np.zeros((100, 200), np.float32)
        for (x, y, w, h), middle in zip(BOXES, seen, strict=True):
            depth[y : y + h, x : x + w] = middle + rng.normal(0, 0.1, (h, w))
        scores.add_depths([thing("cat", box, depth=far) for box, far in zip(BOXES, true, strict=True)], depth)
    return scores


def test_an_order_of_depths_is_counted_by_how_many_spreads_and_by_what_share_it_takes():
    """Of two things one is nearer by six pixel spreads, in truth it is farther; two others are told rightly by seventy."""
    scores = scored(30, (10.0, 9.4, 3.0), (5.0, 6.0, 1.0))
    assert scores.pairs == {"apart": 90}
    assert scores.spread.apart[0.0] == {True: 60, False: 30}
    assert scores.spread.apart[6.0] == {True: 60}
    assert scores.shared.apart[0.0] == {True: 60, False: 30}
    assert scores.shared.apart[0.1] == {True: 60}
    assert scores.spreads() is None, "nothing is at one depth"


def test_things_at_one_depth_are_not_to_be_ordered():
    scores = scored(150, (5.0, 5.25, 1.0), (5.0, 5.0, 1.0))
    assert scores.pairs == {"apart": 300, "level": 150}
    assert scores.spread.level[0.0] == 150
    assert scores.spread.level[3.0] == 0
    assert scores.spreads() == min(factor for factor in FACTORS if factor > 0.25 / (0.1 * 2**0.5))
    assert scores.share() == SHARES[0], "three spreads do already"
    assert EyeScores().spreads() is None


def test_of_smooth_maps_a_share_of_the_depth_is_what_keeps_things_at_one_depth_together():
    scores = scored(150, (5.0, 6.0, 1.0), (5.0, 5.0, 1.0))
    assert scores.shared.level[0.15] == 150
    assert scores.share() == 0.2


def test_nothing_follows_from_few_pairs_nor_where_no_order_is_believed():
    assert scored(149, (5.0, 5.25, 1.0), (5.0, 5.0, 1.0)).spreads() is None
    blind = scored(150, (5.0, 5.0, 5.0), (5.0, 5.0, 1.0))
    assert blind.spreads() is None
    assert blind.share() is None


def test_labels_that_are_not_there_are_asked_for_in_turn():
    known = ["bus", "cat", "cup", "dog"]
    asked = [absent_labels(["cat"], known, 2, number) for number in range(3)]
    assert asked == [["bus", "cup"], ["dog", "bus"], ["cup", "dog"]]
    assert absent_labels(known, known, 2, 0) == []
    assert absent_labels([], ["bus"], 3, 0) == ["bus"]
