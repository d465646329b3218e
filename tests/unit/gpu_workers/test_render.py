"""The render handler: stored before announced, drawn once, whole again on redelivery, one bad graph harms no other."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event

import pytest

from dataset.audit.content_ids import picture_ids
from gpu_workers.collage import CollageRenderer
from gpu_workers.render import RenderHandler
from schemas.errors import PermanentError, RetryableError
from schemas.events import RenderedImage, Truth
from schemas.graph import SpatialGraph
from schemas.ids import content_id, derived_seed, image_id, image_key, make_seed
from schemas.interfaces import Drawing, StoredObject
from spatial.splits import DEFAULT_HELD_OUT_PER_MILLE
from tests.fakes.collage import Thing, make_scene, make_sprites
from tests.fakes.store import InMemoryStore

PARK = make_scene(
    "park", [Thing("dog", (60, 300, 90, 90), 0.4), Thing("cat", (300, 340, 80, 80), 0.3)], [(0, "left_of", 1)]
)
BEACH = make_scene("beach", [Thing("crab", (60, 380, 60, 60), 0.4)])
NOWHERE = make_scene("nowhere at all", [Thing("dog", (60, 300, 90, 90), 0.4)])


class CountingRenderer:
    """The collage, counting what it draws; `twist` makes its bytes differ from another machine's."""

    def __init__(self, inner: CollageRenderer, twist: int = 0) -> None:
        self._inner, self._twist, self.drawn = inner, twist, 0

    @property
    def name(self) -> str:
        return self._inner.name

    @property
    def parameters(self) -> dict[str, object]:
        return self._inner.parameters

    def render(self, graphs: Sequence[SpatialGraph], seeds: Sequence[int]) -> list[Drawing]:
        drawings = self._inner.render(graphs, [seed + self._twist for seed in seeds])
        self.drawn += len(graphs)
        return drawings

    def read_truth(self, data: bytes) -> Truth | None:
        return self._inner.read_truth(data)


class RacedStore(InMemoryStore):
    """Another worker stores `theirs` between this one's look and its put."""

    def __init__(self, theirs: bytes) -> None:
        super().__init__()
        self._theirs = theirs

    def put_if_absent(self, key: str, stored: StoredObject) -> bool:
        self.objects.setdefault(key, StoredObject(self._theirs, "image/webp"))
        return super().put_if_absent(key, stored)


class DownStore(InMemoryStore):
    """A store that cannot be reached for reading, or for writing."""

    def __init__(self, failing: str) -> None:
        super().__init__()
        self._failing = failing

    def get(self, key: str) -> StoredObject | None:
        if self._failing == "get":
            raise RetryableError("503 from the store")
        return super().get(key)

    def put_if_absent(self, key: str, stored: StoredObject) -> bool:
        if self._failing == "put":
            raise RetryableError("503 from the store")
        return super().put_if_absent(key, stored)


@pytest.fixture(scope="module")
def collage(tmp_path_factory: pytest.TempPathFactory) -> CollageRenderer:
    return CollageRenderer(make_sprites(tmp_path_factory.mktemp("sprites") / "all"))


def only_image(result: object) -> RenderedImage:
    assert isinstance(result, list)
    assert len(result) == 1
    assert isinstance(result[0], RenderedImage)
    return result[0]


@pytest.mark.thorough
def test_a_graph_becomes_a_stored_picture_and_an_event_that_names_it(collage: CollageRenderer) -> None:
    store = InMemoryStore("bucket-of-pictures")
    image = only_image(RenderHandler(collage, store).begin([PARK])()[0])
    expected = image_id(PARK.graph_id, collage.name, collage.parameters, 0)
    stored = store.objects[image_key(expected, "webp")]
    reference = image.image
    assert (reference.image_id, reference.key) == (expected, image_key(expected, "webp"))
    assert (reference.bucket, reference.media_type) == ("bucket-of-pictures", "image/webp")
    assert reference.sha256 == hashlib.sha256(stored.data).hexdigest()
    assert (reference.size, reference.width, reference.height) == (len(stored.data), 512, 512)
    assert (image.graph, image.renderer, image.attempt) == (PARK, "collage-1", 0)
    assert image.seed == derived_seed("render", PARK.graph_id, 0)
    assert image.truth == collage.read_truth(stored.data)
    assert image.seconds > 0
    assert PARK.graph_id in image.provenance.parents


def test_a_redelivered_graph_is_not_drawn_again_and_its_event_is_whole(collage: CollageRenderer) -> None:
    store, renderer = InMemoryStore(), CountingRenderer(collage)
    first = only_image(RenderHandler(renderer, store).begin([PARK])()[0])
    again = only_image(RenderHandler(renderer, store).begin([PARK])()[0])
    assert renderer.drawn == 1
    assert again == first.model_copy(update={"seconds": 0.0})
    assert again.truth is not None


def test_a_graph_twice_in_one_batch_is_drawn_once(collage: CollageRenderer) -> None:
    renderer, store = CountingRenderer(collage), InMemoryStore()
    first, second = RenderHandler(renderer, store).begin([PARK, PARK])()
    assert renderer.drawn == 1
    assert only_image(first) == only_image(second)


def test_pictures_are_stored_while_the_next_ones_are_drawn(collage: CollageRenderer) -> None:
    stored = Event()

    class Telling(InMemoryStore):
        """Says when something was put."""

        def put_if_absent(self, key: str, stored_object: StoredObject) -> bool:
            done = super().put_if_absent(key, stored_object)
            stored.set()
            return done

    class Waiting(CountingRenderer):
        """Draws the second call's graph only when the first one's picture is in the store."""

        def render(self, graphs: Sequence[SpatialGraph], seeds: Sequence[int]) -> list[Drawing]:
            assert len(graphs) == 1
            assert self.drawn == 0 or stored.wait(20), "the first picture waits for the second one"
            return super().render(graphs, seeds)

    results = RenderHandler(Waiting(collage), Telling(), at_once=1).begin([PARK, BEACH])()
    assert [only_image(result).graph for result in results] == [PARK, BEACH]


def test_begun_pictures_are_encoded_and_stored_while_the_caller_goes_on(collage: CollageRenderer) -> None:
    gate = Event()

    class Gated(InMemoryStore):
        """Takes nothing before the gate opens."""

        def put_if_absent(self, key: str, stored: StoredObject) -> bool:
            assert gate.wait(20)
            return super().put_if_absent(key, stored)

    renderer = CountingRenderer(collage)
    handler = RenderHandler(renderer, Gated())
    first = handler.begin([PARK])
    second = handler.begin([BEACH])
    assert renderer.drawn == 2, "the second one does not wait for the first one's place in the store"
    gate.set()
    assert [only_image(results()[0]).graph for results in (first, second)] == [PARK, BEACH]


def test_graphs_of_one_size_are_drawn_in_one_call_however_they_are_mixed(collage: CollageRenderer) -> None:
    calls: list[list[SpatialGraph]] = []

    class Noting(CountingRenderer):
        """Notes what each call is given."""

        def render(self, graphs: Sequence[SpatialGraph], seeds: Sequence[int]) -> list[Drawing]:
            calls.append(list(graphs))
            return super().render(graphs, seeds)

    wide = PARK.model_copy(update={"layout": PARK.layout.model_copy(update={"canvas": (1024, 512)}), "graph_id": "b" * 64})
    again = wide.model_copy(update={"graph_id": "c" * 64})
    results = RenderHandler(Noting(collage), InMemoryStore(), at_once=2).begin([PARK, wide, BEACH, again])()
    assert calls == [[PARK, BEACH], [wide, again]]
    assert [only_image(result).graph for result in results] == [PARK, wide, BEACH, again]


def test_another_attempt_is_another_picture_of_the_same_graph(collage: CollageRenderer) -> None:
    store = InMemoryStore()
    again = PARK.model_copy(update={"attempt": 1})
    first, second = (only_image(result) for result in RenderHandler(collage, store).begin([PARK, again])())
    assert (first.attempt, second.attempt) == (0, 1)
    assert first.graph == second.graph == PARK
    assert first.image.image_id != second.image.image_id
    assert first.seed != second.seed
    assert len(store.objects) == 2


def test_the_loser_of_a_race_announces_what_the_winner_stored(collage: CollageRenderer) -> None:
    theirs = CountingRenderer(collage, twist=1).render([PARK], [derived_seed("render", PARK.graph_id, 0)])[0]
    store = RacedStore(theirs.data)
    image = only_image(RenderHandler(collage, store).begin([PARK])()[0])
    assert next(iter(store.objects.values())).data == theirs.data
    assert image.image.sha256 == hashlib.sha256(theirs.data).hexdigest()
    assert image.truth == theirs.truth


def test_an_unknown_scene_is_never_drawn_and_its_neighbours_are(collage: CollageRenderer) -> None:
    store = InMemoryStore()
    results = RenderHandler(collage, store).begin([PARK, NOWHERE, BEACH])()
    assert [type(result) for result in results] == [list, PermanentError, list]
    failure = results[1]
    assert isinstance(failure, PermanentError)
    assert failure.reason == "failed"
    assert [only_image(results[k]).graph for k in (0, 2)] == [PARK, BEACH]
    assert len(store.objects) == 2


@pytest.mark.parametrize("failing", ["get", "put"])
def test_a_store_that_cannot_be_reached_is_tried_later(collage: CollageRenderer, failing: str) -> None:
    results = RenderHandler(collage, DownStore(failing)).begin([PARK, BEACH])()
    assert [type(result) for result in results] == [RetryableError, RetryableError]


def test_an_object_that_is_no_picture_is_not_announced(collage: CollageRenderer) -> None:
    store = InMemoryStore()
    key = image_key(image_id(PARK.graph_id, collage.name, collage.parameters, 0), "webp")
    store.objects[key] = StoredObject(b"half an upload", "image/webp")
    assert isinstance(RenderHandler(collage, store).begin([PARK])()[0], PermanentError)


def test_other_events_are_refused_one_by_one(collage: CollageRenderer) -> None:
    results = RenderHandler(collage, InMemoryStore()).begin([make_seed("park"), PARK])()
    assert [type(result) for result in results] == [PermanentError, list]


def test_an_empty_batch_asks_nothing_of_anyone(tmp_path: Path) -> None:
    assert RenderHandler(CollageRenderer(tmp_path), DownStore("get")).begin([])() == []


def test_every_picture_states_the_held_out_share_of_the_setting(collage: CollageRenderer) -> None:
    store = InMemoryStore()
    ours = only_image(RenderHandler(collage, store, held_out_per_mille=250).begin([PARK])()[0])
    usual = only_image(RenderHandler(collage, store).begin([PARK])()[0])
    assert (ours.held_out_per_mille, usual.held_out_per_mille) == (250, DEFAULT_HELD_OUT_PER_MILLE)
    assert ours.image == usual.image


WEIGHTS = {"model": "someone/weights", "revision": "0" * 40, "licence": "mit", "sha256": "5" * 64}


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ({"side": 512, "quality": 92, "method": 4, "looks": 3}, "2af81b611cf4fdb2cccc27d669dd58ea"),
        ({"edition": 7, "side": 512, "samples": 8, "denoise": True}, "1c2ee58c7225646b6240f3bc3a8620e2"),
        ({"picture": "ab" * 32, "annotations": "x"}, "4eb0a8ae4b69d8adab8a9d1fa0afd6a7"),
        ({"weights": {"sha256": "a"}, "list": [1, (2, 3)]}, "e9a85fa99d850ab6eee9a5a846934c82"),
    ],
)
def test_ids_of_pictures_without_weights_are_what_they_were(parameters: dict[str, object], name: str):
    assert image_id("0" * 32, "collage-1", parameters, 0) == name


@pytest.mark.parametrize("put", [dict, lambda each: {"models": [each], "steps": 4}, lambda each: {"refined": each}])
def test_weights_are_known_by_their_hash_and_by_no_name_of_theirs(put: Callable[[dict[str, str]], dict[str, object]]):
    def named(**changes: str) -> str:
        return image_id("0" * 32, "gligen-1", put({**WEIGHTS, **changes}), 0)

    assert named(model="copy", revision="local", licence="unknown") == named()
    assert named(sha256="6" * 64) != named()
    assert named(variant="fp16") != named()


def test_a_name_without_a_hash_beside_it_counts():
    assert image_id("0" * 32, "x-1", {"model": "a"}, 0) != image_id("0" * 32, "x-1", {"model": "b"}, 0)


@pytest.mark.parametrize("put", [dict, lambda each: {"models": [each], "steps": 4}, lambda each: {"refined": each}])
def test_the_audit_derives_the_same_ids_in_code_of_its_own(put: Callable[[dict[str, str]], dict[str, object]]):
    stated = put(WEIGHTS)
    defined, of_old = picture_ids("0" * 32, "gligen-1", stated, 2)
    assert defined == image_id("0" * 32, "gligen-1", stated, 2)
    assert of_old == content_id("image", "0" * 32, "gligen-1", stated, 2) != defined
    plain: dict[str, object] = {"side": 512, "looks": [1, {"sha256": "a"}]}
    assert {*picture_ids("0" * 32, "collage-1", plain, 0)} == {image_id("0" * 32, "collage-1", plain, 0)}
