"""From detections to the truth of a picture: matching, doubt, attributes, depth; no torch needed."""

from collections.abc import Sequence
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from gpu_workers.exam_policy import Policy
from gpu_workers.examine import WHOLE_SCENE_KINDS, ExamineHandler, Examiners
from gpu_workers.judge.interfaces import Judgement, PictureContext
from gpu_workers.perception.interfaces import DepthMap, Detection
from gpu_workers.perception.label_prompts import labels_of
from gpu_workers.perception.matching import ExpectedObject, match_objects
from gpu_workers.perception.perceived_scene import SceneDetector, expected_objects
from schemas.base import Event
from schemas.bounds import MAX_SEEN
from schemas.errors import RetryableError
from schemas.events import QAEvent, Rejection, RenderedImage
from schemas.graph import SpatialGraph
from schemas.interfaces import StoredObject
from spatial.questions import ask
from spatial.relations.boxes import iou
from tests.fakes.collage import Thing, make_scene
from tests.fakes.events import make_image
from tests.fakes.store import InMemoryStore

SIDE = 256
GRAPH = make_scene(
    "desert",
    [Thing("cat", (40, 300, 100, 100), 0.4, ("red",)), Thing("bench", (340, 300, 110, 110), 0.3)],
    [(0, "left_of", 1), (1, "in_front_of", 0)],
    excluded=["bicycle"],
)
CAT, BENCH = Detection("cat", (20, 150, 50, 50), 0.8), Detection("bench", (170, 150, 55, 55), 0.7)
RED_CAT = Detection("red cat", (21, 151, 50, 50), 0.6)


class Scripted:
    """Finds what it was told to find, and remembers what it was asked."""

    name = "scripted-1"

    def __init__(self, *found: Detection) -> None:
        self._found = list(found)
        self.asked: list[Sequence[str]] = []

    def detect(self, pictures: Sequence[Image.Image], labels: Sequence[Sequence[str]]) -> list[list[Detection]]:
        self.asked += labels
        return [self._found for _ in pictures]


class Down(Scripted):
    """Cannot be reached."""

    def detect(self, pictures: Sequence[Image.Image], labels: Sequence[Sequence[str]]) -> list[list[Detection]]:
        raise RetryableError("the device is gone")


class Sloping:
    """Everything to the right is nearer."""

    name = "sloping-1"

    def measure(self, pictures: Sequence[Image.Image]) -> list[DepthMap]:
        return [np.tile(np.linspace(1, 0, p.width, dtype=np.float32), (p.height, 1)) for p in pictures]


def picture(seed: int = 0) -> bytes:
    noise = np.random.default_rng(seed).integers(0, 255, (SIDE, SIDE, 3), np.uint8)
    file = BytesIO()
    Image.fromarray(noise).save(file, "PNG")
    return file.getvalue()


def rendered(graph: SpatialGraph = GRAPH, attempt: int = 0) -> tuple[RenderedImage, bytes]:
    data = picture(attempt)
    image = make_image(graph, data).model_copy(update={"width": SIDE, "height": SIDE})
    provenance = {"producer": "render", "version": "1", "parents": (graph.graph_id,)}
    return RenderedImage(
        image=image, graph=graph, renderer="gligen-1", seed=7, attempt=attempt, seconds=1.0, provenance=provenance
    ), data  # fmt: skip


def examined(*found: Detection, policy: Policy | None = None, attempt: int = 0, depth: bool = True) -> list[Event]:
    event, data = rendered(attempt=attempt)
    store = InMemoryStore()
    store.put_if_absent(event.image.key, StoredObject(data, "image/png"))
    detector = SceneDetector(Scripted(*found), Sloping() if depth else None)
    [outcome] = ExamineHandler(store, store, Examiners(detector), policy).begin([event])()
    assert isinstance(outcome, list), outcome
    return outcome


def test_a_detector_is_asked_for_categories_descriptions_and_what_should_be_absent():
    assert labels_of(GRAPH) == ["cat", "bench", "bicycle", "red cat", "yellow cat", "green cat"]
    assert expected_objects(GRAPH, (1024, 128))[0] == ExpectedObject(0, "cat", (80.0, 75.0, 200.0, 25.0))
    assert expected_objects(GRAPH, (SIDE, SIDE))[0] == ExpectedObject(0, "cat", (20.0, 150.0, 50.0, 50.0))


def test_two_of_a_kind_are_told_apart_by_place_as_a_whole():
    left, right = ExpectedObject(0, "cat", (0, 0, 10, 10)), ExpectedObject(1, "cat", (30, 0, 10, 10))
    near_right, near_left = Detection("cat", (28, 0, 10, 10), 0.9), Detection("cat", (14, 0, 10, 10), 0.5)
    matched = match_objects([left, right], [near_right, near_left], 100)
    assert matched.found == {0: near_left, 1: near_right}
    assert matched.left == ()


def test_an_object_in_the_wrong_place_is_still_that_object_and_another_label_never_is():
    far = Detection("cat", (90, 90, 5, 5), 0.4)
    matched = match_objects([ExpectedObject(0, "cat", (0, 0, 10, 10))], [far, Detection("bench", (0, 0, 10, 10), 0.9)], 140)
    assert matched.found == {0: far}
    assert [each.label for each in matched.left] == ["bench"]


def test_the_overlap_of_boxes_is_their_common_share():
    assert iou((0, 0, 10, 10), (5, 0, 10, 10)) == pytest.approx(1 / 3)
    assert iou((0, 0, 10, 10), (20, 0, 10, 10)) == 0


def test_an_attribute_counts_when_the_whole_description_is_seen_in_the_same_place():
    event, data = rendered()
    [seen] = SceneDetector(Scripted(CAT, BENCH, RED_CAT), Sloping()).perceive([data], [event])
    assert [(o.category, o.attributes) for o in seen.objects] == [("cat", ("red",)), ("bench", ())]
    [unsure] = SceneDetector(Scripted(CAT, BENCH), Sloping()).perceive([data], [event])
    assert unsure.objects[0].attributes == ()


def test_each_picture_of_a_batch_gets_what_was_found_in_it_and_its_own_depth():
    class ByNumber(Scripted):
        def detect(self, pictures: Sequence[Image.Image], labels: Sequence[Sequence[str]]) -> list[list[Detection]]:
            return [[CAT, BENCH], [BENCH], []][: len(pictures)]

    class Levels:
        name = "levels-1"

        def measure(self, pictures: Sequence[Image.Image]) -> list[DepthMap]:
            return [i + Sloping().measure([each])[0] for i, each in enumerate(pictures)]

    event, data = rendered()
    found = SceneDetector(ByNumber(), Levels()).perceive([data] * 3, [event] * 3)
    assert [[thing.category for thing in truth.objects] for truth in found] == [["cat", "bench"], ["bench"], []]
    assert found[0].objects[1].depth < 1
    assert found[0].objects[0].depth < 1


def test_depth_decides_who_is_in_front():
    event, data = rendered()
    [seen] = SceneDetector(Scripted(CAT, BENCH), Sloping()).perceive([data], [event])
    assert seen.objects[1].depth < seen.objects[0].depth


def test_a_picture_that_obeys_its_graph_is_accepted_and_asked_about_what_was_found():
    [sample] = examined(CAT, BENCH)
    assert isinstance(sample, QAEvent)
    assert [thing.box for thing in sample.scene.objects] == [(20, 150, 50, 50), (170, 150, 55, 55)]
    assert sample.provenance.notes["eyes"] == "scripted-1, sloping-1"
    assert sample.provenance.notes["doubtful_attributes"] == "red cat"


SWAPPED = (Detection("cat", (180, 20, 40, 40), 0.9), Detection("bench", (20, 150, 60, 60), 0.9))
FAULTS = {
    "a missing object": ((CAT,), "missing_object"),
    "one too many": ((CAT, BENCH, Detection("bench", (100, 20, 40, 40), 0.9)), "wrong_count"),
    "an excluded object": ((CAT, BENCH, Detection("bicycle", (100, 20, 60, 40), 0.9)), "extra_object"),
    "a swapped side": (SWAPPED, "violated_relation"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_without_salvage_a_fault_asks_for_another_picture_within_the_budget(name: str):
    found, reason = FAULTS[name]
    rejection, again = examined(*found, policy=Policy(salvage=False, retries=1))
    assert isinstance(rejection, Rejection)
    assert (rejection.reason, rejection.retried, rejection.evidence["next_attempt"]) == (reason, True, 1)
    assert isinstance(again, SpatialGraph)
    assert (again.graph_id, again.attempt) == (GRAPH.graph_id, 1)
    [last] = examined(*found, policy=Policy(salvage=False, retries=1), attempt=1)
    assert isinstance(last, Rejection)
    assert (last.reason, last.retried) == (reason, False)


@pytest.mark.parametrize("name", ["one too many", "an excluded object", "a swapped side"])
def test_what_is_there_instead_is_described_with_its_lineage(name: str):
    found, reason = FAULTS[name]
    [sample] = examined(*found)
    assert isinstance(sample, QAEvent)
    assert sample.provenance.notes["salvaged"] == reason
    assert sample.graph.provenance.parents[0] == GRAPH.graph_id
    assert (sample.graph.seed_id, sample.graph.index) == (GRAPH.seed_id, GRAPH.index)
    assert len(sample.graph.objects) == len(found)
    assert "bicycle" not in sample.scene.excluded or name != "an excluded object"


def test_a_picture_too_poor_to_describe_is_drawn_again():
    assert [type(event) for event in examined(CAT)] == [Rejection, SpatialGraph]


def test_a_doubtful_detection_is_no_fault_but_its_absence_is_not_claimed():
    [sample] = examined(CAT, BENCH, Detection("bicycle", (100, 20, 60, 40), 0.25))
    assert isinstance(sample, QAEvent)
    assert "bicycle" not in sample.scene.excluded
    [sure] = examined(CAT, BENCH)
    assert isinstance(sure, QAEvent)
    assert "bicycle" in sure.scene.excluded


def test_nothing_is_asked_of_all_that_a_picture_shows_since_nobody_looked_for_all_of_it():
    [sample] = examined(CAT, BENCH)
    assert isinstance(sample, QAEvent)
    assert {question.kind for question in ask(sample.scene, 7)} & WHOLE_SCENE_KINDS, "it could be asked"
    for attempt in range(6):
        [sample] = examined(CAT, BENCH, attempt=attempt)
        assert isinstance(sample, QAEvent)
        assert not {question.kind for question in sample.questions} & WHOLE_SCENE_KINDS


def test_without_depth_nothing_is_in_front_of_anything():
    rejection = examined(CAT, BENCH, depth=False, policy=Policy(salvage=False))[0]
    assert isinstance(rejection, Rejection)
    assert [r.predicate for r in rejection.conflict] == ["in_front_of"]


def test_a_broken_relation_comes_with_what_holds_instead_and_by_how_much():
    found, _ = FAULTS["a swapped side"]
    rejection = examined(*found, policy=Policy(salvage=False))[0]
    assert isinstance(rejection, Rejection)
    measured = rejection.evidence["relations"]
    assert isinstance(measured, list)
    assert measured[0]["instead"]["right_of"] == pytest.approx(150 / SIDE, abs=0.01)


def test_a_picture_that_a_classifier_flags_is_not_kept_however_right_it_is():
    class Strict:
        def score(self, picture: bytes) -> float:
            return 0.9

    rejection = examined(CAT, BENCH, policy=Policy(retries=0, censor=Strict(), max_nsfw=0.5))[0]
    assert isinstance(rejection, Rejection)
    assert (rejection.gate, rejection.reason) == ("image", "nsfw")
    [sample] = examined(CAT, BENCH, policy=Policy(censor=Strict(), max_nsfw=0.95))
    assert isinstance(sample, QAEvent)


def test_an_unreachable_detector_is_retried_later():
    event, data = rendered()
    store = InMemoryStore()
    store.put_if_absent(event.image.key, StoredObject(data, "image/png"))
    [outcome] = ExamineHandler(store, store, Examiners(SceneDetector(Down()))).begin([event])()
    assert isinstance(outcome, RetryableError)


@pytest.mark.thorough
def test_a_detector_that_sees_things_everywhere_is_heard_as_far_as_a_truth_can_hold():
    places = [(x, y, 6, 6) for x in range(0, 248, 8) for y in range(0, 248, 8)]
    event, data = rendered()
    cats, doubt = [Detection("cat", place, 0.9) for place in places], Detection("bicycle", places[5], 0.25)
    [truth] = SceneDetector(Scripted(*cats, doubt)).perceive([data], [event])
    assert len(cats) > len(truth.objects) == MAX_SEEN
    assert "bicycle" in {thing.category for thing in truth.objects}


def test_the_next_pictures_are_looked_at_while_a_judge_is_waited_for():
    """What needs the device is over when a batch is begun; judging is what its second half does."""
    event, data = rendered()
    store, detector = InMemoryStore(), Scripted(CAT, BENCH, RED_CAT)
    store.put_if_absent(event.image.key, StoredObject(data, "image/png"))
    judged = list[str]()

    class Waits:
        def judge(self, picture: bytes, known: PictureContext) -> Judgement:
            judged.append(known.sample)
            return Judgement(None, known.scene, known.questions, {})

    handler = ExamineHandler(store, InMemoryStore(), Examiners(SceneDetector(detector, Sloping()), Waits()))
    first = handler.begin([event])
    assert len(detector.asked) == 1
    assert not judged
    second = handler.begin([event])
    assert len(detector.asked) == 2
    assert not judged, "the device is not waited for"
    assert [len(outcomes) for outcomes in (first(), second())] == [1, 1]
    assert len(judged) == 2
