"""A shot shows bodies where the world says; what else is in it is none of them and never stands before them."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from agents.planner import RulePlanner
from gpu_workers.solid.scene_shot import scene_shot
from gpu_workers.solid.scenery.fillers import fillers
from gpu_workers.solid.scenery.room_table import room_of
from gpu_workers.solid.shot import TraceSettings
from gpu_workers.solid.silhouettes import Silhouette, covers, silhouette
from schemas.errors import PermanentError
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from schemas.world import Space
from spatial.knowledge.knowledge_base import scene_kinds
from spatial.knowledge.renderer_capabilities import pictures_only
from spatial.world.body_table import bodies
from spatial.world.footprints import box_corners
from spatial.world.pinhole import Pinhole, intrinsics, look_at
from spatial.world.solid_capabilities import solids_only
from spatial.world.views.room_views import side_walls

SCENES = ("living room", "breakfast table", "park", "city street")


@pytest.fixture(scope="module", params=SCENES)
def graph(request: pytest.FixtureRequest) -> SpatialGraph:
    planner = RulePlanner(solids_only("solid"))
    found = (planner.plan_now(make_seed(request.param, 9), k) for k in range(9))
    return next(one for one in found if isinstance(one, SpatialGraph))


@pytest.mark.thorough
def test_parts_of_an_object_lie_in_its_bodys_box(graph: SpatialGraph):
    scene = scene_shot(graph, 3, TraceSettings())
    assert graph.world is not None
    assert sorted(scene.triangles) == [thing.id for thing in graph.objects]
    for number, body in enumerate(graph.world.bodies):
        corners = box_corners(np.array([body.position]), np.array(body.size), np.array([body.heading]))[0]
        points = scene.triangles[number].reshape(-1, 3)
        assert (points.min(axis=0) >= corners.min(axis=0) - 1e-6).all()
        assert (points.max(axis=0) <= corners.max(axis=0) + 1e-6).all()


@pytest.mark.thorough
def test_the_same_seed_gives_the_same_surroundings_and_their_words_are_told(graph: SpatialGraph):
    first, again = (scene_shot(graph, 3, TraceSettings()) for _ in range(2))
    assert first.elements == again.elements
    assert len(first.shot.parts) == len(again.shot.parts)
    assert first.elements >= ({"sky"} if graph.scene in ("park", "city street") else {"wall"})


@pytest.mark.thorough
def test_what_fills_a_scene_is_nothing_of_the_graph_and_stands_behind_all_of_it(graph: SpatialGraph):
    assert graph.world is not None
    farthest = max(body.position[1] for body in graph.world.bodies)
    taken = {thing.category for thing in graph.objects} | set(graph.excluded)
    found = [filler for k in range(20) for filler in fillers(graph, Random(k))]
    assert found
    assert not {filler.category for filler in found} & taken
    reach = [filler.body.position[1] + max(filler.body.size) for filler in found]
    assert min(reach) > farthest


@pytest.mark.thorough
def test_what_fills_a_scene_stands_by_itself_and_closed(graph: SpatialGraph):
    leaning = {name for name, kind in bodies().items() if not kind.stands_somehow}
    places = [name for name, kind in scene_kinds().items() if leaning & set(kind.categories)]
    for place in places:
        for filler in fillers(graph.model_copy(update={"scene": place}), Random(place)):
            kind, form = bodies()[filler.category], filler.body.form
            assert kind.is_upright(form), (place, filler.category)
            assert kind.is_closed(form), (place, filler.category)


def test_a_graph_that_was_planned_on_a_canvas_is_refused():
    flat = RulePlanner(pictures_only("collage")).plan_now(make_seed("kitchen"), 0)
    assert isinstance(flat, SpatialGraph)
    with pytest.raises(PermanentError, match="no world"):
        scene_shot(flat, 1, TraceSettings())


def test_a_silhouette_covers_what_a_square_before_the_camera_covers():
    camera = Pinhole(intrinsics(512, 36), look_at(np.array([0.0, -2.0, 0.0]), np.zeros(3)))
    a, b, c, d = np.array([[-0.5, 0, -0.5], [0.5, 0, -0.5], [0.5, 0, 0.5], [-0.5, 0, 0.5]])
    shape = silhouette(np.array([[a, b, c], [a, c, d]]), camera, (512, 512))
    assert shape.area == pytest.approx(256**2, rel=0.01)
    assert shape.extent == pytest.approx((128, 128, 256, 256), abs=0.01)


def test_a_silhouette_counts_what_lies_outside_of_the_frame_and_its_extent_does_not():
    camera = Pinhole(intrinsics(512, 36), look_at(np.array([0.0, -2.0, 0.0]), np.zeros(3)))
    a, b, c, d = np.array([[0.5, 0, -0.5], [1.5, 0, -0.5], [1.5, 0, 0.5], [0.5, 0, 0.5]])
    shape = silhouette(np.array([[a, b, c], [a, c, d]]), camera, (512, 512))
    assert shape.area == pytest.approx(256**2, rel=0.01)
    assert shape.extent == pytest.approx((384, 128, 128, 256), abs=0.01)


def test_every_room_of_the_knowledge_names_bodies_and_colours_that_exist():
    for name in scene_kinds():
        room = room_of(name)
        assert room.floors
        assert room.walls
        assert set(room.along) <= set(bodies())


def test_walls_keep_clear_of_the_region_where_things_stand():
    space = Space(kind="room", ground=0.0, left=-3.0, right=0.4, front=-1.0, back=2.0, height=2.6)
    left, right = side_walls(space.left, space.right)
    assert left < space.left
    assert right > 2.0


def square(low: int, high: int, area: float | None = None) -> Silhouette:
    """A silhouette of the pixels from `low` to `high` across and down, in a picture of 32."""
    inside = np.zeros((32, 32), bool)
    inside[low:high, low:high] = True
    return Silhouette((low, low, high, high), float((high - low) ** 2) if area is None else area, inside)


def test_what_is_seen_at_a_rim_alone_hides_nothing():
    index, shapes = np.zeros((32, 32), np.uint16), [square(4, 14), square(10, 30)]
    index[10:30, 10:30] = 2
    index[4:14, 4:14] = 1
    index[4:14, 13] = 2  # a column at the edge of the first, seen of what is behind it
    assert covers(index, shapes)[0] == ()
    index[4:14, 9:14] = 2  # and now it stands before it
    assert covers(index, shapes)[0] == ((1, 0.5),)


def test_what_hides_a_thing_and_what_is_seen_of_it_are_never_more_than_all_of_it():
    index = np.zeros((32, 32), np.uint16)
    index[4:14, 4:9], index[4:14, 9:14] = 1, 2
    for area in (90.0, 100.0, 140.0):  # square pixels are not whole: pixels inside may be more
        [(_, share)], _ = covers(index, [square(4, 14, area), square(9, 14)])
        assert share + 50 / area <= 1 + 1e-4
        assert share >= 0.35


def test_what_is_seen_beyond_all_of_a_thing_as_through_the_back_of_a_chair_hides_nothing():
    index, depth = np.zeros((32, 32), np.uint16), np.full((32, 32), 2.0)
    index[4:14, 4:14] = 1
    index[6:12, 6:8], depth[6:12, 6:8] = 2, 3.5
    chair = replace(square(4, 14), far=2.5)
    assert covers(index, [chair, square(4, 30)], depth)[0] == ()
    depth[6:12, 6:8] = 1.5
    assert covers(index, [chair, square(4, 30)], depth)[0] == ((1, 0.12),)
