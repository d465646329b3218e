"""Whatever graph the schemas let through is drawn, or refused with PermanentError: nothing else leaves the render
handler."""

import pytest
from hypothesis import given

from agents.planner import RulePlanner
from gpu_workers.collage import CollageRenderer
from gpu_workers.render import RenderHandler
from gpu_workers.renderers import capabilities_of
from schemas.bounds import MAX_PAYLOAD_BYTES
from schemas.codec import decode, encode
from schemas.errors import PermanentError
from schemas.events import RenderedImage, SeedOptions
from schemas.graph import SpatialGraph
from schemas.ids import make_seed, with_graph_id
from schemas.topics import GRAPHS, IMAGES
from spatial.knowledge.knowledge_base import scene_kinds
from tests.fakes.collage import Thing, make_scene, make_sprites
from tests.fakes.event_strategies import models
from tests.fakes.examples_count import examples
from tests.fakes.payload_strategies import altered_payloads, packed
from tests.fakes.store import InMemoryStore

pytestmark = pytest.mark.thorough

CARRYING = {"containment": 3.0, "support": 2.0, "direction": 1.0}


@pytest.fixture(scope="module")
def handler(tmp_path_factory: pytest.TempPathFactory) -> RenderHandler:
    return RenderHandler(CollageRenderer(make_sprites(tmp_path_factory.mktemp("sprites"))), InMemoryStore())


def outcome(handler: RenderHandler, graph: SpatialGraph) -> RenderedImage | PermanentError:
    """The picture's event, which must travel, or PermanentError; whatever else comes of it is raised."""
    [result] = handler.begin([graph])()
    if isinstance(result, Exception):
        if not isinstance(result, PermanentError):
            raise result
        return result
    [event] = result
    assert isinstance(event, RenderedImage)
    value = encode(event)
    assert len(value) > MAX_PAYLOAD_BYTES or decode(IMAGES, value) == event
    return event


def test_any_valid_graph_is_drawn_or_refused(handler: RenderHandler):
    @examples(150)
    @given(models(SpatialGraph))
    def check(graph: SpatialGraph) -> None:
        assert outcome(handler, graph)

    check()


def test_a_graph_with_anything_altered_that_still_decodes_is_drawn_or_refused(handler: RenderHandler):
    @examples(60)
    @given(altered_payloads(GRAPHS))
    def check(payload: dict[str, object]) -> None:
        try:
            graph = decode(GRAPHS, packed(payload))
        except PermanentError:
            return  # a dead letter, before any handler sees it
        assert isinstance(graph, SpatialGraph)
        assert outcome(handler, graph)

    check()


@pytest.mark.parametrize("scene", sorted(scene_kinds()))
def test_what_the_planner_makes_of_many_objects_is_drawn_whatever_carries_what(handler: RenderHandler, scene: str):
    options = SeedOptions(min_objects=6, max_objects=12, families=CARRYING)
    seed = make_seed(scene, count=3, options=options)
    for index in range(3):
        made = RulePlanner(capabilities_of("collage-1")).plan_now(seed, index)
        if isinstance(made, SpatialGraph):
            assert isinstance(outcome(handler, made), RenderedImage)


@pytest.mark.parametrize("index", range(5))
def test_a_living_room_full_of_things_is_drawn(handler: RenderHandler, index: int):
    seed = make_seed("living room", count=5, options=SeedOptions(min_objects=6, max_objects=12))
    made = RulePlanner(capabilities_of("collage-1")).plan_now(seed, index)
    assert isinstance(made, SpatialGraph)
    assert isinstance(outcome(handler, made), RenderedImage)


@pytest.mark.parametrize("foot", [2, 20, 28, 33, 60, 61, 62, 180, 296, 299, 300, 400])
def test_a_shelf_has_its_boards_wherever_things_stand_in_it(handler: RenderHandler, foot: int):
    held = [Thing("apple", (120 + 40 * i, foot - 20 - i, 30, 20), 0.4) for i in range(3)]
    graph = make_scene(
        "living room", [Thing("bookshelf", (100, 20, 160, 280), 0.5), *held], [(i + 1, "inside", 0) for i in range(3)]
    )
    assert isinstance(outcome(handler, graph), RenderedImage)


@pytest.mark.parametrize("canvas", [(16, 16), (8192, 8192), (16, 8192), (8192, 16), (1372, 309), (102, 1405), (2267, 327)])
@pytest.mark.parametrize("scene", ["living room", "city street", "library", "beach", "theatre stage", "open sea"])
def test_a_picture_of_any_shape_is_drawn(handler: RenderHandler, scene: str, canvas: tuple[int, int]):
    things = [Thing("bookshelf", (1, 1, 9, 9), 0.5), Thing("apple", (2, 2, 3, 3), 0.4)]
    drawn = make_scene(scene, things, [(1, "inside", 0)]).model_dump(exclude={"graph_id"})
    graph = with_graph_id({**drawn, "layout": {**drawn["layout"], "canvas": canvas}})
    assert isinstance(outcome(handler, graph), RenderedImage)
