"""Examining pictures: each way in which one can fail, and what a good one becomes."""

import hashlib
from collections.abc import Sequence
from io import BytesIO
from itertools import permutations

import pytest
from PIL import Image, ImageDraw

from gpu_workers.exam_policy import Policy
from gpu_workers.examine import ExamineHandler, Examiners
from gpu_workers.picture_file import decoded
from schemas.codec import decode
from schemas.errors import PermanentError, RetryableError
from schemas.events import QAEvent, Rejection, RenderedImage, SeedConcept, SeenObject, Truth
from schemas.graph import Relation, SpatialGraph
from schemas.ids import derived_seed, image_id, image_key, make_seed, sample_id, with_graph_id
from schemas.interfaces import StoredObject
from schemas.reasons import GATES, REASONS
from spatial.questions import ask
from spatial.splits import SPLITS, split_of
from spatial.verify import verify
from tests.fakes.events import make_graph as graph_of_two
from tests.fakes.store import InMemoryStore

SIZE = (256, 256)
BOXES = ((20, 150, 60, 60), (170, 140, 70, 80), (180, 100, 40, 42))
OBJECTS = ("cat", "table", "cup")
RELATIONS = (
    Relation(subject=0, predicate="left_of", object=1),
    Relation(subject=2, predicate="on", object=1),
    Relation(subject=0, predicate="left", object=None),
)


def make_graph(index: int = 0, relations: tuple[Relation, ...] = RELATIONS) -> SpatialGraph:
    return with_graph_id(
        {
            "seed_id": make_seed("a cat by a table").seed_id,
            "index": index,
            "concept": "a cat by a table",
            "scene": "kitchen",
            "objects": [{"id": i, "category": name} for i, name in enumerate(OBJECTS)],
            "relations": relations,
            "excluded": ("dog", "lamp"),
            "layout": {"canvas": SIZE, "boxes": BOXES, "depth": (1.0, 2.0, 1.9)},
            "prompt": {"positive": "a cat left of a table"},
            "provenance": {"producer": "agents", "version": "1"},
        }
    )


def make_picture(shade: str = "#88aacc") -> bytes:
    picture = Image.new("RGB", SIZE, shade)
    draw = ImageDraw.Draw(picture)
    for (x, y, w, h), colour in zip(BOXES, ("#ff8800", "#774411", "#ffffff"), strict=True):
        draw.rectangle((x, y, x + w, y + h), fill=colour)
    return encoded(picture)


def encoded(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def make_truth(graph: SpatialGraph, **changes: dict[int, object]) -> Truth:
    """Everything wholly visible; `visible={2: 0.1}` or `box={0: (…)}` changes single objects."""
    objects = []
    for thing, box, depth in zip(graph.objects, graph.layout.boxes, graph.layout.depth, strict=True):
        fields = {"id": thing.id, "category": thing.category, "box": box, "depth": depth, "visible": 1.0}
        fields |= {name: values[thing.id] for name, values in changes.items() if thing.id in values}
        objects.append(SeenObject.model_validate(fields))
    return Truth(objects=tuple(objects), drawn=graph.relations)


def rendered(
    graph: SpatialGraph, store: InMemoryStore, data: bytes | None = None, truth: Truth | None = None
) -> RenderedImage:
    data = make_picture() if data is None else data
    image = image_id(graph.graph_id, "boxes-1", {}, 0)
    key = image_key(image, "png")
    store.put_if_absent(key, StoredObject(data, "image/png"))
    return RenderedImage(
        image={
            "image_id": image,
            "bucket": store.bucket,
            "key": key,
            "sha256": hashlib.sha256(data).hexdigest(),
            "size": len(data),
            "media_type": "image/png",
            "width": SIZE[0],
            "height": SIZE[1],
        },
        graph=graph,
        renderer="boxes-1",
        seed=7,
        seconds=0.1,
        truth=truth if truth is not None else make_truth(graph),
        provenance={"producer": "render", "version": "boxes-1", "parents": (graph.graph_id,)},
    )


def judged(event: RenderedImage, store: InMemoryStore) -> QAEvent | Rejection:
    [outcome] = ExamineHandler(store, store).begin([event])()
    assert isinstance(outcome, list), outcome
    [result] = outcome
    assert isinstance(result, QAEvent | Rejection)
    return result


def rejected(event: RenderedImage, store: InMemoryStore) -> Rejection:
    result = judged(event, store)
    assert isinstance(result, Rejection)
    assert result.gate in GATES
    assert result.reason in REASONS
    assert decode(result.source_topic, result.source) == event
    return result


@pytest.fixture
def store() -> InMemoryStore:
    return InMemoryStore()


def test_a_picture_that_obeys_its_graph_becomes_a_sample_with_proven_questions(store: InMemoryStore):
    event = rendered(make_graph(), store)
    sample = judged(event, store)
    assert isinstance(sample, QAEvent)
    assert sample.sample_id == sample_id(event.image.image_id)
    assert len({q.id for q in sample.questions}) == len(sample.questions) >= 6
    for question in sample.questions:
        assert verify(question.question, question.choices, sample.scene, question.answer).answer == question.answer
    assert sample.provenance.parents == (event.image.image_id, event.graph.graph_id)


def test_the_same_picture_gives_the_same_sample(store: InMemoryStore):
    event = rendered(make_graph(), store)
    assert judged(event, store) == judged(event, store)


def test_stored_bytes_that_were_not_announced_are_rejected(store: InMemoryStore):
    event = rendered(make_graph(), store)
    store.objects[event.image.key] = StoredObject(make_picture("#112233"), "image/png")
    rejection = rejected(event, store)
    assert (rejection.gate, rejection.reason) == ("image", "hash_mismatch")
    assert rejection.evidence["announced"] == event.image.sha256


def test_a_picture_of_another_size_than_announced_is_rejected(store: InMemoryStore):
    picture = Image.effect_noise((128, 64), 80)
    assert rejected(rendered(make_graph(), store, encoded(picture)), store).reason == "hash_mismatch"


def test_a_missing_object_in_the_store_is_a_dead_letter(store: InMemoryStore):
    event = rendered(make_graph(), store)
    store.objects.clear()
    [failure] = ExamineHandler(store, store).begin([event])()
    assert isinstance(failure, PermanentError)
    assert failure.reason == "missing_image"


def test_bytes_that_are_no_picture_are_a_dead_letter(store: InMemoryStore):
    [failure] = ExamineHandler(store, store).begin([rendered(make_graph(), store, b"not a picture")])()
    assert isinstance(failure, PermanentError)


def test_a_picture_cut_short_is_a_dead_letter(store: InMemoryStore):
    [failure] = ExamineHandler(store, store).begin([rendered(make_graph(), store, make_picture()[:-200])])()
    assert isinstance(failure, PermanentError)


@pytest.mark.parametrize(("shade", "reason"), [("#88aacc", "blank"), ("#000000", "blank")])
def test_a_blank_picture_is_rejected(store: InMemoryStore, shade: str, reason: str):
    event = rendered(make_graph(), store, encoded(Image.new("RGB", SIZE, shade)))
    assert rejected(event, store).reason == reason


def test_a_picture_too_dark_to_see_is_rejected_but_a_lit_window_at_night_is_not(store: InMemoryStore):
    night = Image.new("RGB", SIZE, "#020204")
    ImageDraw.Draw(night).rectangle((0, 128, 256, 256), fill="#1a1a1a")
    assert rejected(rendered(make_graph(), store, encoded(night)), store).reason == "too_dark"
    ImageDraw.Draw(night).rectangle((100, 40, 170, 110), fill="#ffe9a0")
    assert isinstance(judged(rendered(make_graph(1), store, encoded(night)), store), QAEvent)


def test_an_object_that_is_hidden_too_far_is_missing(store: InMemoryStore):
    graph = make_graph()
    rejection = rejected(rendered(graph, store, truth=make_truth(graph, visible={0: 0.1})), store)
    assert (rejection.gate, rejection.reason) == ("presence", "missing_object")
    assert rejection.evidence["objects"] == [{"id": 0, "category": "cat", "visible": 0.1}]


def test_an_excluded_object_that_is_seen_is_named(store: InMemoryStore):
    graph = make_graph()
    dog = SeenObject(id=3, category="dog", box=(100, 20, 30, 30), depth=3.0, visible=1.0)
    truth = make_truth(graph)
    rejection = rejected(rendered(graph, store, truth=truth.model_copy(update={"objects": (*truth.objects, dog)})), store)
    assert rejection.reason == "extra_object"


def test_a_swapped_side_is_a_violated_relation_with_its_boxes(store: InMemoryStore):
    graph = make_graph()
    truth = make_truth(graph, box={0: (190, 20, 30, 30)})
    rejection = rejected(rendered(graph, store, truth=truth), store)
    assert rejection.reason == "violated_relation"
    assert rejection.conflict[0] == RELATIONS[0]
    assert rejection.evidence["relations"][0]["boxes"] == [[190, 20, 30, 30], [170, 140, 70, 80]]


def test_a_contact_that_was_not_drawn_is_violated_even_if_boxes_agree(store: InMemoryStore):
    graph = make_graph()
    truth = make_truth(graph).model_copy(update={"drawn": (RELATIONS[0],)})
    rejection = rejected(rendered(graph, store, truth=truth), store)
    assert rejection.conflict == (RELATIONS[1],)


def test_a_relation_that_nobody_knows_is_an_invalid_graph(store: InMemoryStore):
    graph = make_graph(relations=(Relation(subject=0, predicate="orbits", object=1),))
    rejection = rejected(rendered(graph, store), store)
    assert (rejection.gate, rejection.reason) == ("consistency", "invalid_graph")


def test_without_truth_a_picture_needs_a_detector(store: InMemoryStore):
    event = rendered(make_graph(), store).model_copy(update={"truth": None})
    [failure] = ExamineHandler(store, store).begin([event])()
    assert isinstance(failure, PermanentError)

    class Eyes:
        name = "detector-1"

        def perceive(self, pictures: Sequence[bytes], seen: Sequence[RenderedImage]) -> list[Truth]:
            return [make_truth(each.graph) for each in seen]

    [outcome] = ExamineHandler(store, store, Examiners(Eyes())).begin([event])()
    assert isinstance(outcome, list)
    assert isinstance(outcome[0], QAEvent)


def test_a_bad_event_does_not_spoil_its_batch(store: InMemoryStore):
    good, gone, dark = (rendered(make_graph(index), store) for index in range(3))
    del store.objects[gone.image.key]
    other = SeedConcept(seed_id="0" * 32, concept="a cat")
    outcomes = ExamineHandler(store, store).begin([gone, good, other, dark])()
    assert [type(outcome) for outcome in outcomes] == [PermanentError, list, PermanentError, list]


def test_a_picture_is_decoded_once_while_three_more_batches_are_looked_at_ahead(store: InMemoryStore):
    handler, batch = ExamineHandler(store, store), 8
    events = [rendered(make_graph(n), store, make_picture(f"#{n:02x}88cc")) for n in range(4 * batch)]
    before = decoded.cache_info().misses
    begun = [handler.begin(events[first : first + batch]) for first in range(0, len(events), batch)]
    assert sum(len(settle()) for settle in begun) == len(events)
    assert decoded.cache_info().misses - before == len(events)


def test_a_store_that_cannot_be_reached_is_tried_later_for_that_event_alone(store: InMemoryStore):
    good, slow = rendered(make_graph(0), store), rendered(make_graph(1), store)

    class Shaky(InMemoryStore):
        def get(self, key: str) -> StoredObject | None:
            if key == slow.image.key:
                raise RetryableError("the store does not answer")
            return store.get(key)

    outcomes = ExamineHandler(Shaky(), InMemoryStore()).begin([slow, good])()
    assert isinstance(outcomes[0], RetryableError)
    assert isinstance(outcomes[1], list)


def test_a_picture_that_nothing_can_be_asked_of_is_rejected(store: InMemoryStore):
    whole = make_graph().model_dump(exclude={"graph_id"})
    layout = {"canvas": SIZE, "boxes": ((85, 85, 86, 86),), "depth": (1.0,)}
    alone = {"objects": whole["objects"][:1], "relations": (), "excluded": (), "layout": layout}
    graph = with_graph_id({**whole, **alone})
    speck = make_truth(graph, box={0: (85, 85, 15, 15)})
    assert rejected(rendered(graph, store, truth=speck), store).reason == "no_questions"


def test_with_wider_margins_fewer_questions_are_asked_and_the_sample_says_so(store: InMemoryStore):
    event = rendered(make_graph(), store)
    usual = judged(event, store)
    [[strict]] = ExamineHandler(store, InMemoryStore(), None, Policy(question_margin=12.0)).begin([event])()
    assert isinstance(usual, QAEvent)
    assert isinstance(strict, QAEvent)
    assert len(strict.questions) < len(usual.questions)
    assert strict.provenance.notes["question_margin"] == "12"
    assert "question_margin" not in usual.provenance.notes


@pytest.mark.thorough
@pytest.mark.parametrize("held_out", [50, 400])
def test_questions_are_asked_in_the_split_of_the_pictures_own_share_which_the_sample_hands_on(held_out: int):
    splits = set()
    for n, pair in enumerate(permutations(("cat", "dog", "cup", "lamp", "chair", "ball", "plate", "apple"), 2)):
        graph = graph_of_two(index=n, categories=pair, scene=f"scene {n}")
        store = InMemoryStore()  # of its own: these pictures look alike
        result = judged(rendered(graph, store).model_copy(update={"held_out_per_mille": held_out}), store)
        if isinstance(result, QAEvent):
            split, sample = split_of(graph, held_out), result.sample_id
            assert result.held_out_per_mille == held_out
            assert result.questions == tuple(ask(result.scene, derived_seed("ask", sample), sample, split))
            splits.add(split)
    assert splits == set(SPLITS)
