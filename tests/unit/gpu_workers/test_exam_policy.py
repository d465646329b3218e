"""What is done about a picture, by what speaks against it: described, drawn again, or given up."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from gpu_workers.exam_policy import Policy
from gpu_workers.examine import WHOLE_SCENE_KINDS, ExamineHandler, Examiners
from gpu_workers.graph_check import Finding, compare
from gpu_workers.judge.interfaces import Judgement, PictureContext
from gpu_workers.perception.interfaces import Detection
from gpu_workers.perception.matching import ExpectedObject, match_objects
from schemas.base import Event
from schemas.errors import PermanentError, RetryableError
from schemas.events import QAEvent, Rejection, RenderedImage, SeenObject, Truth
from schemas.graph import Relation, SpatialGraph
from schemas.ids import with_graph_id
from schemas.interfaces import StoredObject
from spatial.questions import ask
from tests.fakes.collage import Thing, make_scene
from tests.fakes.store import InMemoryStore
from tests.unit.gpu_workers.test_scene_detector import GRAPH, SIDE, picture, rendered

RIGHT = (("cat", (20, 150, 50, 50), 2.0), ("bench", (170, 150, 55, 55), 1.0))
"""What a picture that obeys the graph shows: category, box, depth."""


def truth_of(*things: tuple[str, tuple[int, int, int, int], float], visible: float = 1.0) -> Truth:
    objects = [
        SeenObject(id=i, category=name, box=box, depth=depth, visible=visible)
        for i, (name, box, depth) in enumerate(things)
    ]
    return Truth(objects=tuple(objects))


class Seeing:
    """Eyes that see the same in every picture."""

    name = "seeing-1"

    def __init__(self, *truths: Truth) -> None:
        self._truths = list(truths)

    def perceive(self, pictures: Sequence[bytes], events: Sequence[RenderedImage]) -> list[Truth]:
        return [self._truths[i % len(self._truths)] for i in range(len(events))]


class Away:
    """Eyes that cannot be reached."""

    name = "away-1"

    def perceive(self, pictures: Sequence[bytes], events: Sequence[RenderedImage]) -> list[Truth]:
        raise RetryableError("the device is gone")


class Judge:
    """Says of every picture what it was told to say."""

    def __init__(self, finding: Finding | None = None, also: bool = False) -> None:
        self._finding, self._also = finding, also

    def judge(self, picture: bytes, known: PictureContext) -> Judgement:
        more = ask(known.scene, 5, known.sample) if self._also else ()
        return Judgement(self._finding, known.scene, (*known.questions, *more), {})


def stored(store: InMemoryStore, graph: SpatialGraph = GRAPH, data: bytes | None = None) -> RenderedImage:
    event, noise = rendered(graph)
    data = noise if data is None else data
    image = rendered(graph)[0].image
    if data != noise:
        image = image.model_copy(update={"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)})
    store.put_if_absent(image.key, StoredObject(data, "image/png"))
    return event.model_copy(update={"image": image})


def outcome(event: RenderedImage, store: InMemoryStore, examiners: Examiners, policy: Policy | None = None) -> list[Event]:
    [result] = ExamineHandler(store, store, examiners, policy).begin([event])()
    assert isinstance(result, list), result
    return result


def reasons(results: Sequence[Event]) -> tuple[str, bool, int]:
    rejection = results[0]
    assert isinstance(rejection, Rejection)
    return rejection.reason, rejection.retried, len(results)


SEEING = Examiners(Seeing(truth_of(*RIGHT)))


def test_a_blank_picture_is_drawn_again_if_its_renderer_does_not_know_what_it_drew():
    file, store = BytesIO(), InMemoryStore()
    Image.new("RGB", (SIDE, SIDE), "#445566").save(file, "PNG")
    event = stored(store, data=file.getvalue())
    assert reasons(outcome(event, store, SEEING)) == ("blank", True, 2)
    told = event.model_copy(update={"truth": truth_of(*RIGHT)})
    assert reasons(outcome(told, store, SEEING)) == ("blank", False, 1)


def test_a_graph_that_cannot_be_judged_is_neither_described_otherwise_nor_drawn_again():
    fields = GRAPH.model_dump(exclude={"graph_id"})
    odd = with_graph_id({**fields, "relations": (Relation(subject=0, predicate="orbits", object=1),)})
    store = InMemoryStore()
    assert reasons(outcome(stored(store, odd), store, SEEING)) == ("invalid_graph", False, 1)


def test_a_picture_of_which_nothing_can_be_asked_is_drawn_again():
    one = make_scene("park", [Thing("cat", (200, 200, 100, 100), 1.0)], [])
    store = InMemoryStore()
    detector = Seeing(truth_of(("cat", (240, 240, 15, 15), 1.0)))  # a speck
    assert reasons(outcome(stored(store, one), store, Examiners(detector))) == ("no_questions", True, 2)


def test_a_picture_that_a_judge_rejects_is_drawn_again():
    store = InMemoryStore()
    judge = Judge(Finding("judge", "quality", "smeared"))
    assert reasons(outcome(stored(store), store, Examiners(SEEING.detector, judge))) == ("quality", True, 2)


def test_a_judges_questions_about_all_that_is_seen_are_not_taken_of_a_measured_picture():
    store = InMemoryStore()
    [sample] = outcome(stored(store), store, Examiners(SEEING.detector, Judge(also=True)))
    assert isinstance(sample, QAEvent)
    assert {question.kind for question in ask(sample.scene, 5)} & WHOLE_SCENE_KINDS
    assert not {question.kind for question in sample.questions} & WHOLE_SCENE_KINDS


def test_a_duplicate_is_rejected_and_not_drawn_again():
    store = InMemoryStore()
    outcome(stored(store), store, SEEING)
    elsewhere = make_scene("beach", [Thing("cat", (40, 300, 100, 100), 0.4), Thing("bench", (340, 300, 110, 110), 0.3)], [])
    again = outcome(stored(store, elsewhere, picture()), store, SEEING)
    assert reasons(again) == ("duplicate", False, 1)


def test_a_score_at_the_threshold_is_still_let_pass():
    class Exact:
        def score(self, picture: bytes) -> float:
            return 0.5

    store = InMemoryStore()
    assert isinstance(outcome(stored(store), store, SEEING, Policy(censor=Exact(), max_nsfw=0.5))[0], QAEvent)
    event = stored(InMemoryStore())
    assert reasons(outcome(event, store, SEEING, Policy(censor=Exact(), max_nsfw=0.49))) == ("nsfw", True, 2)


def test_an_unreachable_detector_holds_up_only_pictures_that_need_it():
    store = InMemoryStore()
    blind = stored(store)
    told = stored(store, make_scene("beach", [Thing("cat", (9, 9, 9, 9), 1.0)], [])).model_copy(
        update={"truth": truth_of(*RIGHT)}
    )
    missing = blind.model_copy(update={"image": blind.image.model_copy(update={"key": "images/none"})})
    results = ExamineHandler(store, store, Examiners(Away())).begin([blind, told, missing])()
    assert [type(each) for each in results] == [RetryableError, list, PermanentError]


def test_each_picture_of_a_batch_is_judged_by_what_was_seen_in_it():
    store = InMemoryStore()
    events = [stored(store, make_scene(scene, *_PARTS)) for scene in ("park", "beach", "street")]
    swapped = truth_of(("cat", (170, 150, 55, 55), 2.0), ("bench", (20, 150, 50, 50), 1.0))
    detector = Seeing(truth_of(*RIGHT), swapped, truth_of())
    results = ExamineHandler(store, store, Examiners(detector), Policy(salvage=False, retries=0)).begin(events)()
    firsts = [each[0] for each in results if isinstance(each, list)]
    assert isinstance(firsts[0], QAEvent)
    assert [each.reason for each in firsts if isinstance(each, Rejection)] == ["violated_relation", "missing_object"]


_PARTS = (
    [Thing("cat", (40, 300, 100, 100), 0.4), Thing("bench", (340, 300, 110, 110), 0.3)],
    [(0, "left_of", 1)],
)


def test_a_contact_is_not_held_against_a_measured_picture_and_not_asked_of_it_either():
    graph = make_scene("kitchen", [Thing("mug", (200, 200, 60, 60), 0.2), Thing("table", (100, 260, 300, 200), 0.4)],
                       [(0, "on", 1)])  # fmt: skip
    detector, store = (
        Seeing(truth_of(("mug", (100, 102, 30, 30), 1.0), ("table", (50, 130, 150, 100), 2.0))),
        InMemoryStore(),
    )
    [sample] = outcome(stored(store, graph), store, Examiners(detector))
    assert isinstance(sample, QAEvent)
    assert "salvaged" not in sample.provenance.notes
    assert not any(relation.drawn for relation in sample.scene.relations)
    assert not any('"predicate":"on"' in question.certificate for question in sample.questions)
    said = [question.question for question in sample.questions if question.kind != "grounding"]  # a point lies on a thing
    assert not any(" on the " in text for text in said)


def test_a_doubtful_thing_beside_what_was_wanted_leaves_the_picture_as_its_graph_says():
    truth = truth_of(*RIGHT)
    doubtful = SeenObject(id=2, category="bicycle", box=(100, 20, 60, 40), depth=1.0, visible=0.2)
    seen = truth.model_copy(update={"objects": (*truth.objects, doubtful)})
    assert compare(GRAPH, seen, (SIDE, SIDE), measured=True) is None
    told = compare(GRAPH, seen.model_copy(update={"drawn": GRAPH.relations}), (SIDE, SIDE))
    assert told is not None
    assert told.reason == "extra_object", "a renderer that knows what it drew is believed even of what is hardly visible"


def test_an_object_of_another_category_than_wanted_is_missing():
    truth = truth_of(("dog", RIGHT[0][1], 2.0), RIGHT[1])
    finding = compare(GRAPH, truth, (SIDE, SIDE), measured=True)
    assert finding is not None
    assert (finding.reason, finding.evidence) == (
        "missing_object", {"objects": [{"id": 0, "category": "cat", "visible": 0.0}]}
    )  # fmt: skip


def test_a_graph_that_excludes_what_it_wants_is_never_obeyed():
    odd = GRAPH.model_copy(update={"excluded": ("cat",)})
    finding = compare(odd, truth_of(*RIGHT), (SIDE, SIDE), measured=True)
    assert finding is not None
    assert finding.gate == "presence"


def test_relations_that_nobody_drew_are_said_to_be_not_drawn():
    swapped = truth_of(("cat", (170, 150, 55, 55), 2.0), ("bench", (20, 150, 50, 50), 1.0))
    finding = compare(GRAPH, swapped, (SIDE, SIDE), measured=True)
    assert finding is not None
    [row] = finding.evidence["relations"]  # type: ignore[misc]
    assert row["drawn"] is False


@pytest.mark.parametrize("attempt", [0, 1, 2])
def test_the_attempts_of_a_request_are_counted_up_one_by_one(attempt: int):
    store = InMemoryStore()
    event = stored(store).model_copy(update={"attempt": attempt})
    again = outcome(event, store, Examiners(Seeing(truth_of())), Policy(retries=3))[1]
    assert isinstance(again, SpatialGraph)
    assert again.attempt == attempt + 1


def test_of_two_that_lie_nowhere_near_the_place_the_nearer_is_taken_however_sure_the_other_is():
    near, far = Detection("cat", (30, 0, 10, 10), 0.4), Detection("cat", (180, 0, 10, 10), 0.9)
    for order in ([near, far], [far, near]):
        assert match_objects([ExpectedObject(0, "cat", (0, 0, 10, 10))], order, 200).found == {0: near}


def test_two_detections_of_one_place_are_told_apart_by_score_alone():
    left, right = Detection("cat", (0, 0, 10, 10), 0.4), Detection("cat", (20, 0, 10, 10), 0.9)
    middle = ExpectedObject(0, "cat", (10, 0, 10, 10))
    for order in ([left, right], [right, left]):
        assert match_objects([middle], order, 100).found == {0: right}
    assert match_objects([middle], [replace(left, score=0.9), replace(right, score=0.4)], 100).found[0].box == left.box
