"""Near duplicates: found by graph, by picture, by questions; never found in a redelivery."""

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from io import BytesIO
from typing import TypeVar

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from dataset.audit.picture_hash import MAX_BIT_DISTANCE as audit_bit_distance
from dataset.audit.picture_hash import difference_hash
from gpu_workers.duplicates import VERDICTS, Duplicates
from gpu_workers.fingerprints import (
    MAX_BIT_DISTANCE,
    bands,
    bit_distance,
    graph_fingerprint,
    picture_fingerprint,
    question_fingerprint,
)
from schemas.errors import RetryableError
from schemas.events import RenderedImage
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from schemas.interfaces import ObjectStore, StoredObject
from tests.fakes.events import make_graph, make_image, make_qa, make_rendered
from tests.fakes.store import InMemoryStore

pytestmark = pytest.mark.thorough


def scenery(seed: int, file_format: str = "PNG", **options: int) -> bytes:
    """A picture of many patches, other ones for every seed."""
    rng = random.Random(seed)
    picture = Image.new("RGB", (256, 256), "#8899aa")
    draw = ImageDraw.Draw(picture)
    for _ in range(60):
        x, y = rng.randrange(256), rng.randrange(256)
        shade = rng.randrange(256)
        draw.rectangle((x, y, x + rng.randrange(8, 90), y + rng.randrange(8, 90)), fill=(shade, shade, 255 - shade))
    file = BytesIO()
    picture.save(file, file_format, **options)
    return file.getvalue()


def hashed(bits: int) -> bytes:
    """The picture of 9 × 8 pixels that has this hash."""
    shades = bytearray()
    for row in range(8):
        shade = 128
        shades.append(shade)
        for place in range(8):
            shade += 8 if bits >> (63 - 8 * row - place) & 1 else -8
            shades.append(shade)
    file = BytesIO()
    Image.frombytes("L", (9, 8), bytes(shades)).save(file, "PNG")
    return file.getvalue()


T = TypeVar("T")


class Died(Exception):
    """A worker's process ended in the middle."""


class Worker:
    """Implements `ObjectStore` for one worker: each of its calls waits for its turn. It dies after so many of them."""

    bucket = "notes"

    def __init__(self, shared: InMemoryStore, dies_after: int | None) -> None:
        self._shared, self._left = shared, dies_after
        self.turn, self.taken = threading.Semaphore(0), threading.Semaphore(0)
        self.end: object = None
        self.died = self.ended = False

    def run(self, work: Callable[["Worker"], object]) -> None:
        try:
            self.end = work(self)
        except Died:
            self.died = True
        finally:
            self.ended = True
            self.taken.release()

    def put_if_absent(self, key: str, stored: StoredObject) -> bool:
        return self._in_turn(lambda: self._shared.put_if_absent(key, stored))

    def get(self, key: str) -> StoredObject | None:
        return self._in_turn(lambda: self._shared.get(key))

    def keys(self, prefix: str) -> Iterator[str]:
        return iter(self._in_turn(lambda: list(self._shared.keys(prefix))))

    def _in_turn(self, call: Callable[[], T]) -> T:
        assert self.turn.acquire(timeout=10)
        try:
            if self._left == 0:
                raise Died
            self._left = None if self._left is None else self._left - 1
            return call()
        finally:
            self.taken.release()


def step_by_step(workers: Sequence[Worker], works: Sequence[Callable[[Worker], object]], order: Sequence[int]) -> None:
    """Run all works at once, one call of the store at a time: in this order, and then one after the other."""
    threads = [
        threading.Thread(target=worker.run, args=(work,), daemon=True) for worker, work in zip(workers, works, strict=True)
    ]
    for thread in threads:
        thread.start()
    for number in [*order, *[0] * 60, *[1] * 60]:
        if not workers[number].ended:
            workers[number].turn.release()
            assert workers[number].taken.acquire(timeout=10)
    for thread in threads:
        thread.join(10)


def moved(graph: SpatialGraph, by: int) -> SpatialGraph:
    boxes = tuple((x + by, y, w, h) for x, y, w, h in graph.layout.boxes)
    return graph.model_copy(update={"layout": graph.layout.model_copy(update={"boxes": boxes})})


@cache
def event_of(index: int) -> RenderedImage:
    graph = make_graph(make_seed("a cat beside a dog", 1000), index, categories=(f"cat {index}", "dog"))
    return make_rendered(graph)


def verdict(store: ObjectStore, event: RenderedImage, picture: bytes) -> object:
    finding = Duplicates(store).find(event, make_qa(event.graph).questions, picture)
    return None if finding is None else (finding.gate, finding.reason, finding.evidence["by"])


@pytest.fixture
def store() -> InMemoryStore:
    return InMemoryStore()


def test_the_first_of_its_kind_is_no_duplicate(store: InMemoryStore):
    assert verdict(store, event_of(0), scenery(0)) is None


def test_a_redelivered_picture_is_accepted_again(store: InMemoryStore):
    event = event_of(0)
    assert [verdict(store, event, scenery(0)) for _ in range(3)] == [None] * 3


def test_other_pictures_of_other_scenes_are_no_duplicates(store: InMemoryStore):
    assert {verdict(store, event_of(i), scenery(i)) for i in range(100)} == {None}


@pytest.mark.parametrize(("file_format", "quality"), [("WEBP", 80), ("JPEG", 75), ("JPEG", 95)])
def test_a_picture_encoded_anew_is_a_duplicate(store: InMemoryStore, file_format: str, quality: int):
    for i in range(10):
        assert verdict(store, event_of(i), scenery(i)) is None
    again = [verdict(store, event_of(100 + i), scenery(i, file_format, quality=quality)) for i in range(10)]
    assert again.count(("image", "duplicate", "picture")) >= 9


def test_a_duplicate_stays_one_when_it_is_redelivered(store: InMemoryStore):
    verdict(store, event_of(0), scenery(0))
    copy = event_of(1)
    assert [verdict(store, copy, scenery(0)) for _ in range(2)] == [("image", "duplicate", "picture")] * 2
    assert verdict(store, event_of(0), scenery(0)) is None


def test_the_same_things_nearly_at_the_same_places_are_a_duplicate(store: InMemoryStore):
    event = event_of(0)
    verdict(store, event, scenery(0))
    near = event.model_copy(update={"graph": moved(event.graph, 1), "image": make_image(make_graph(index=5))})
    assert verdict(store, near, scenery(1)) == ("image", "duplicate", "graph")


def test_the_same_questions_of_the_same_situation_are_a_duplicate(store: InMemoryStore):
    event = event_of(0)
    verdict(store, event, scenery(0))
    elsewhere = event.model_copy(update={"graph": moved(event.graph, 20), "image": make_image(make_graph(index=5))})
    assert verdict(store, elsewhere, scenery(1)) == ("questions", "duplicate", "questions")


def test_a_finding_names_who_was_first(store: InMemoryStore):
    first, second = event_of(0), event_of(1)
    verdict(store, first, scenery(0))
    finding = Duplicates(store).find(second, make_qa(second.graph).questions, scenery(0))
    assert finding is not None
    assert finding.evidence["first"] == first.image.image_id


@pytest.mark.parametrize("request_name", ["get", "put_if_absent", "keys"])
def test_a_store_that_is_away_is_tried_later(store: InMemoryStore, request_name: str):
    verdict(store, event_of(0), scenery(0))

    def away(*_: object) -> None:
        raise RetryableError("away")

    setattr(store, request_name, away)
    with pytest.raises(RetryableError):
        verdict(store, event_of(1), scenery(0))


def test_a_new_picture_asks_the_store_for_nothing():
    class Claimed(InMemoryStore):
        def get(self, key: str) -> StoredObject | None:
            raise AssertionError(f"read {key}")

        def keys(self, prefix: str) -> Iterator[str]:
            raise AssertionError(f"listed {prefix}")

    store = Claimed()
    assert [verdict(store, event_of(i), scenery(i)) for i in range(20)] == [None] * 20
    assert len(list(InMemoryStore.keys(store, ""))) == 20 * 6


def test_fingerprints_ignore_what_does_not_matter_and_nothing_else():
    graph = make_graph()
    assert graph_fingerprint(graph) == graph_fingerprint(
        graph.model_copy(update={"concept": "other words", "graph_id": "0" * 32})
    )
    striped = graph.model_copy(
        update={"objects": (graph.objects[0].model_copy(update={"attributes": ("striped",)}), *graph.objects[1:])}
    )
    others = [moved(graph, 20), make_graph(scene="kitchen"), make_graph(categories=("cat", "cow")), striped]
    assert len({graph_fingerprint(one) for one in [graph, *others]}) == 5
    questions = make_qa(graph).questions
    louder = [questions[0].model_copy(update={"question": questions[0].question.upper()}), questions[1]]
    assert question_fingerprint(graph, questions) == question_fingerprint(graph, [*reversed(louder)])
    turned = [questions[0].model_copy(update={"answer": "no"}), questions[1]]
    assert question_fingerprint(graph, questions) != question_fingerprint(graph, turned)


def test_the_auditor_computes_the_same_hashes_of_a_picture():
    for picture in (*(scenery(seed) for seed in range(12)), scenery(3, "JPEG", quality=30)):
        assert f"{difference_hash(picture):016x}" == picture_fingerprint(picture)
    assert audit_bit_distance == MAX_BIT_DISTANCE


@given(st.integers(0, 2**64 - 1), st.sets(st.integers(0, 63), max_size=3 * MAX_BIT_DISTANCE))
def test_near_hashes_share_a_part(bits: int, turned: set[int]):
    one, other = f"{bits:016x}", f"{bits ^ sum(1 << place for place in turned):016x}"
    assert bit_distance(one, other) == len(turned)
    shared = any(mine == theirs for mine, theirs in zip(bands(one), bands(other), strict=True))
    assert shared or len(turned) > MAX_BIT_DISTANCE


HASHES = st.integers(0, 2**64 - 1)
TURNED = st.sets(st.integers(0, 63), max_size=2 * MAX_BIT_DISTANCE)


@settings(deadline=None)
@given(HASHES, TURNED)
def test_two_pictures_find_each_other_in_either_order_if_they_are_near_and_only_then(bits: int, turned: set[int]):
    pictures = [hashed(bits), hashed(bits ^ sum(1 << place for place in turned))]
    assert picture_fingerprint(pictures[0]) == f"{bits:016x}"
    near = bit_distance(*map(picture_fingerprint, pictures)) <= MAX_BIT_DISTANCE
    for first, second in ((0, 1), (1, 0)):
        store = InMemoryStore()
        assert verdict(store, event_of(first), pictures[first]) is None
        found = verdict(store, event_of(second), pictures[second])
        assert found == (("image", "duplicate", "picture") if near else None)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=8))
def test_a_picture_that_is_delivered_again_ends_as_it_did_whatever_came_in_between(deliveries: list[tuple[int, bool]]):
    """Pictures 0 and 1 are near, 1 and 2 are near, 0 and 2 are not; some are not delivered for the first time."""
    store, ended = InMemoryStore(), dict[int, object]()
    pictures = [hashed(0), hashed(0b11), hashed(0b1111)]
    for number, again in deliveries:
        for _ in range(1 + again):
            found = verdict(store, event_of(number), pictures[number])
            assert ended.setdefault(number, found) == found


@settings(deadline=None)
@example([0, 1] * 20, None, True)
@example([0, 1] * 20, None, False)
@given(st.lists(st.integers(0, 1), min_size=24, max_size=40), st.sampled_from([None, *range(12)]), st.booleans())
def test_of_two_near_ones_one_is_kept_however_two_workers_step_in_between_and_even_if_one_dies(
    order: list[int], dies_after: int | None, alike: bool
):
    shared = InMemoryStore()
    events, pictures = [event_of(0), event_of(1)], [hashed(5), hashed(5 if alike else 4)]
    workers = [Worker(shared, dies_after if number == 0 else None) for number in (0, 1)]
    step_by_step(
        workers,
        [lambda store, n=n: verdict(store, events[n], pictures[n]) for n in (0, 1)],  # type: ignore[misc] # n is bound
        order,
    )
    again = [verdict(shared, event, picture) for event, picture in zip(events, pictures, strict=True)]
    assert again.count(None) == 1
    for worker, end in zip(workers, again, strict=True):
        assert worker.died or worker.end == end


@settings(deadline=None)
@given(st.lists(st.integers(0, 1), min_size=24, max_size=40), st.sampled_from([None, *range(12)]))
def test_a_picture_that_two_workers_have_at_once_is_no_duplicate_of_itself(order: list[int], dies_after: int | None):
    shared = InMemoryStore()
    workers = [Worker(shared, dies_after), Worker(shared, None)]
    step_by_step(workers, [lambda store: verdict(store, event_of(0), hashed(5))] * 2, order)
    assert workers[1].end is None
    assert workers[0].died or workers[0].end is None
    assert verdict(shared, event_of(0), hashed(5)) is None


def test_what_lost_counts_for_nothing(store: InMemoryStore):
    """The middle one lost to the first; the last is near the middle one alone."""
    assert verdict(store, event_of(0), hashed(0)) is None
    assert verdict(store, event_of(1), hashed(0b11)) is not None
    assert verdict(store, event_of(2), hashed(0b1111)) is None


def test_a_picture_that_comes_again_and_again_is_found_with_few_questions(store: InMemoryStore):
    asked: list[str] = []

    class Counting(InMemoryStore):
        def get(self, key: str) -> StoredObject | None:
            asked.append(key)
            return store.get(key)

        put_if_absent = staticmethod(store.put_if_absent)
        keys = staticmethod(store.keys)

    for number in range(50):
        asked.clear()
        found = verdict(Counting(), event_of(number), hashed(77))
        assert (found is None) == (number == 0)
    assert len(asked) <= 3


def test_a_picture_is_found_in_a_folder_that_another_one_claimed_first(store: InMemoryStore):
    """All three share the first part of their hash alone; the last two are near, the first is near to none."""
    other_parts = sum(1 << (63 - place) for place in range(64) if place % 3)
    one_of_each = 1 << (63 - 1) | 1 << (63 - 2)
    assert verdict(store, event_of(0), hashed(other_parts)) is None
    assert verdict(store, event_of(1), hashed(0)) is None
    shared = [mine == theirs for mine, theirs in zip(bands(f"{0:016x}"), bands(f"{one_of_each:016x}"), strict=True)]
    assert shared == [True, False, False]
    assert verdict(store, event_of(2), hashed(one_of_each)) == ("image", "duplicate", "picture")


def test_a_lost_picture_that_comes_again_wins_against_nobody(store: InMemoryStore):
    """It is near to one that was kept, by the last part of the hash, and by the first to one whose worker died."""
    kept, of_lost, of_died = (hashed(sum(1 << (63 - place) for place in places)) for places in ((), (0, 1), (0, 1, 4, 5)))
    lost, died = sorted((event_of(1), event_of(2)), key=lambda event: event.image.image_id)
    assert verdict(store, event_of(0), kept) is None
    assert verdict(store, lost, of_lost) is not None

    class Dies(InMemoryStore):
        get, keys = staticmethod(store.get), staticmethod(store.keys)

        def put_if_absent(self, key: str, stored: StoredObject) -> bool:
            if key.startswith(VERDICTS):
                raise Died
            return store.put_if_absent(key, stored)

    with pytest.raises(Died):
        verdict(Dies(), died, of_died)
    assert verdict(store, lost, of_lost) is not None
    assert verdict(store, died, of_died) is None
