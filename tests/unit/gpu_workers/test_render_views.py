"""Pictures of further cameras: stored before their picture, announced with it, checked with it, drawn once."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from agents.planner import RulePlanner
from gpu_workers.examine import ExamineHandler
from gpu_workers.render import RenderHandler
from schemas.errors import PermanentError, RetryableError
from schemas.events import QAEvent, Rejection, RenderedImage, Truth
from schemas.graph import SpatialGraph
from schemas.ids import image_id, image_key, make_seed, view_id
from schemas.interfaces import Drawing, StoredObject
from spatial.world.solid_capabilities import solids_only
from tests.fakes.boxed_bodies import BodyBoxesRenderer
from tests.fakes.store import InMemoryStore


class Counted:
    """Boxes, and how often they were drawn."""

    name = "boxes-1"

    def __init__(self) -> None:
        self._inner, self.drawn = BodyBoxesRenderer(), 0
        self.parameters = self._inner.parameters

    def render(self, graphs: Sequence[SpatialGraph], seeds: Sequence[int]) -> list[Drawing]:
        self.drawn += len(graphs)
        return self._inner.render(graphs, seeds)

    def read_truth(self, data: bytes) -> Truth | None:
        return self._inner.read_truth(data)


class Failing(InMemoryStore):
    """Cannot be reached for one write, after so many."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self._left = after

    def put_if_absent(self, key: str, stored: StoredObject) -> bool:
        self._left -= 1
        if self._left == -1:
            raise RetryableError("503 from the store")
        return super().put_if_absent(key, stored)


@pytest.fixture(scope="module")
def graph() -> SpatialGraph:
    planner = RulePlanner(replace(solids_only("solid"), view_share=1.0))
    found = planner.plan_now(make_seed("park", 1), 0)
    assert isinstance(found, SpatialGraph)
    assert found.world is not None
    assert found.world.views
    return found


def rendered(graph: SpatialGraph, store: InMemoryStore, renderer: Counted | None = None) -> RenderedImage:
    (result,) = RenderHandler(renderer or Counted(), store).begin([graph])()
    assert isinstance(result, list), result
    assert isinstance(result[0], RenderedImage)
    return result[0]


def test_each_camera_has_a_stored_picture_with_an_id_that_follows_from_the_first(graph: SpatialGraph):
    store, renderer = InMemoryStore(), Counted()
    event = rendered(graph, store, renderer)
    first = image_id(graph.graph_id, renderer.name, renderer.parameters, 0)
    assert graph.world is not None
    assert [view.image.image_id for view in event.views] == [view_id(first, k + 1) for k in range(len(graph.world.views))]
    for view in event.views:
        assert view.image.key == image_key(view.image.image_id, "webp")
        assert len(store.objects[view.image.key].data) == view.image.size
        assert view.truth == renderer.read_truth(store.objects[view.image.key].data)
        assert view.truth != event.truth
    assert len(store.objects) == 1 + len(event.views)


def test_a_redelivered_graph_has_the_same_views_and_draws_none(graph: SpatialGraph):
    store, renderer = InMemoryStore(), Counted()
    first, again = (rendered(graph, store, renderer) for _ in range(2))
    assert renderer.drawn == 1
    assert again == first.model_copy(update={"seconds": 0.0})


def test_a_death_between_a_view_and_its_picture_loses_neither(graph: SpatialGraph):
    store, renderer = Failing(after=1), Counted()
    (failed,) = RenderHandler(renderer, store).begin([graph])()
    assert isinstance(failed, RetryableError)
    assert len(store.objects) == 1
    event = rendered(graph, store, renderer)
    assert event.model_copy(update={"seconds": 0.0}) == rendered(graph, store, renderer)
    assert renderer.drawn == 2
    assert len(store.objects) == 1 + len(event.views)


def test_a_sample_has_the_views_with_what_is_seen_in_each(graph: SpatialGraph):
    store = InMemoryStore()
    event = rendered(graph, store)
    (result,) = ExamineHandler(store, InMemoryStore()).begin([event])()
    assert isinstance(result, list), result
    sample = result[0]
    assert isinstance(sample, QAEvent), sample
    assert sample.views == tuple(view.image for view in event.views)
    for view, rendered_view in zip(sample.scene.views, event.views, strict=True):
        assert view.canvas == (rendered_view.image.width, rendered_view.image.height)
        assert {thing.id for thing in view.objects} == {t.id for t in rendered_view.truth.objects if t.visible > 0}
        assert {thing.id for thing in view.objects} <= {thing.id for thing in sample.scene.objects}


def test_a_view_that_is_missing_or_another_ends_the_examination_as_its_picture_would(graph: SpatialGraph):
    store = InMemoryStore()
    event = rendered(graph, store)
    key = event.views[0].image.key
    kept = store.objects.pop(key)
    (missing,) = ExamineHandler(store, InMemoryStore()).begin([event])()
    assert isinstance(missing, PermanentError)
    assert key in str(missing)
    store.objects[key] = StoredObject(kept.data + b"\0", kept.media_type)
    (altered,) = ExamineHandler(store, InMemoryStore()).begin([event])()
    assert isinstance(altered, list)
    assert isinstance(altered[0], Rejection)
    assert altered[0].reason == "hash_mismatch"
