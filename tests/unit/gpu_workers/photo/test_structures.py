"""Structures of pictures: where things are, how near, what surrounds them, and what ControlNets are shown of them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from agents.planner import RulePlanner
from gpu_workers.collage import CollageRenderer
from gpu_workers.photo.around_objects import heights, painted_surface, surface_in_metres
from gpu_workers.photo.condition_pictures import class_of, depth_picture, edge_picture, segmentation_picture
from gpu_workers.photo.edges import canny
from gpu_workers.photo.resizing import resized
from gpu_workers.photo.structure import SURFACES, Structure
from gpu_workers.photo.structure_sources import CollageStructures, LayeredStructures, structure_source
from gpu_workers.renderers import capabilities_of
from schemas.errors import PermanentError
from schemas.graph import SpatialGraph
from schemas.picture_layers import read_layers
from schemas.world import World
from spatial.knowledge.knowledge_base import categories
from spatial.world.pinhole import Pinhole, look_at
from tests.fakes.boxed_bodies import BodyBoxesRenderer
from tests.fakes.boxes_renderer import BoxesRenderer
from tests.fakes.collage import Thing, make_scene, make_sprites
from tests.fakes.events import make_seed

WALL, FLOOR = SURFACES.index("wall"), SURFACES.index("floor")


def flat(depth: np.ndarray, metric: bool = False) -> Structure:
    size = depth.shape
    return Structure(
        np.zeros((*size, 3), np.uint8),
        depth.astype(np.float32),
        np.zeros(size, np.uint16),
        np.zeros(size, np.uint8),
        (),
        metric,
    )


def solid_graph(concept: str) -> SpatialGraph:
    event = RulePlanner(capabilities_of("solid")).plan_now(make_seed(concept), 0)
    assert isinstance(event, SpatialGraph), event
    return event


@pytest.fixture(scope="module")
def collages(tmp_path_factory: pytest.TempPathFactory) -> CollageStructures:
    return CollageStructures(CollageRenderer(make_sprites(tmp_path_factory.mktemp("sprites"))))


def test_metres_become_their_inverse_and_other_depths_a_line():
    metres = flat(np.array([[1.0, 2.0, 4.0, np.inf]]), metric=True).nearness()
    assert metres.tolist() == [[1.0, 0.5, 0.25, 0.0]]
    units = flat(np.array([[1.0, 2.0, 3.0]])).nearness()
    assert units.tolist() == [[1.0, 0.5, 0.0]]
    assert flat(np.array([[np.inf]])).nearness().tolist() == [[0.0]]
    assert flat(np.array([[2.0, 2.0]])).nearness().tolist() == [[1.0, 1.0]]
    picture = np.asarray(depth_picture(flat(np.array([[1.0, 2.0, 3.0]]))))
    assert picture.tolist() == [[[255] * 3, [128] * 3, [0] * 3]], "grey, the nearest white"


def test_edges_are_thin_lines_where_colours_change():
    pixels = np.full((40, 60), 30, np.uint8)
    pixels[10:30, 20:45] = 220
    found = canny(Image.fromarray(pixels))
    rows = np.flatnonzero(found.any(axis=1))
    assert {*rows} <= {9, 10, *range(11, 29), 29, 30}
    across = found[20]
    assert across.sum() == 2, "one pixel at each side"
    assert set(np.flatnonzero(across)) <= {19, 20, 44, 45}
    assert not found[:, :15].any()
    assert not found[15:25, 25:40].any()


def test_faint_changes_are_edges_only_where_they_go_on_from_strong_ones():
    ramp = np.full((20, 40), 100, np.uint8)
    ramp[:, 20:] = 100 + 40  # four times forty is between the thresholds
    assert not canny(Image.fromarray(ramp)).any()
    ramp[:6, 20:] = 255
    assert canny(Image.fromarray(ramp))[12].any(), "the faint part continues a strong one"


def test_outlines_of_things_of_one_colour_are_edges_too():
    index = np.zeros((20, 20), np.uint16)
    index[5:15, 5:15] = 1
    one = flat(np.ones((20, 20)))
    same = Structure(one.picture, one.depth, index, one.surface, ("cat",))
    assert np.asarray(edge_picture(same))[5, 10].tolist() == [255] * 3
    assert np.asarray(edge_picture(same))[10, 10].tolist() == [0] * 3


@pytest.mark.parametrize(
    ("category", "name"),
    [
        ("cat", "animal"), ("person", "person"), ("car", "car"), ("apple", "food"), ("floor lamp", "lamp"),
        ("sofa", "sofa"), ("coffee table", "coffee table"), ("bookshelf", "bookcase"), ("my own table", "table"),
        ("zorb", "box"),
    ],
)  # fmt: skip
def test_a_category_is_one_of_the_classes_that_published_networks_know(category: str, name: str):
    assert class_of(category) == name


def test_every_category_of_the_knowledge_base_has_a_class_of_its_own_choice():
    import json

    read = json.loads((Path(class_of.__code__.co_filename).parent / "ade20k_classes.json").read_text("utf-8"))
    assert len(read["classes"]) == 150
    listed = [word for words in read["categories"].values() for word in words]
    assert sorted(listed) == sorted(set(listed))
    assert set(listed) >= set(categories()), "say in ade20k_classes.json what class a new category is of"
    assert set(read["categories"]) <= set(read["classes"])


def test_a_segmentation_has_the_colours_of_the_classes():
    graph = make_scene("kitchen", [Thing("cat", (100, 300, 100, 100), 0.5)])
    index = np.zeros((4, 4), np.uint16)
    index[2:, 2:] = 1
    surface = np.full((4, 4), FLOOR, np.uint8)
    surface[:2] = WALL
    one = flat(np.ones((4, 4)))
    picture = np.asarray(segmentation_picture(Structure(one.picture, one.depth, index, surface, ("cat",))))
    assert picture[0, 0].tolist() == [120, 120, 120]  # wall
    assert picture[3, 0].tolist() == [80, 50, 50]  # floor
    assert picture[3, 3].tolist() == [255, 0, 122]  # animal
    assert graph.scene == "kitchen"


def test_what_surrounds_a_collage_follows_its_horizon():
    found = painted_surface("street", 3, (4, 8))
    assert [SURFACES[number] for number in found[:, 0]] == ["sky"] * 3 + ["road"] * 5
    assert SURFACES[painted_surface("unheard of", 3, (4, 8))[7, 0]] == "earth"


def test_points_in_metres_lie_on_floors_walls_and_ceilings():
    """A camera 1.5 m high looks along y at a wall 5 m ahead, in a room 3 m high."""
    camera = Pinhole((100.0, 100.0, 50.0, 50.0), look_at(np.array([0.0, 0.0, 1.5]), np.array([0.0, 5.0, 1.5])))
    rows = np.arange(100) + 0.5
    down = (rows - 50) / 100
    with np.errstate(divide="ignore"):
        far = np.where(down > 0, 1.5 / np.abs(down), 1.5 / np.abs(down))
    depth = np.repeat(np.minimum(far, 5.0)[:, None], 100, axis=1).astype(np.float32)
    above = heights(depth, camera)
    assert above[99, 50] == pytest.approx(0.0, abs=1e-5)
    assert above[0, 50] == pytest.approx(3.0, abs=1e-5)
    space = {"kind": "room", "ground": 0.0, "left": -3, "right": 3, "front": 0, "back": 5, "height": 3.0}
    plain = {"intrinsics": camera.intrinsics, "world_to_camera": tuple(camera.world_to_camera.ravel())}
    world = World.model_validate({"space": space, "bodies": (), "camera": plain})
    found = surface_in_metres(depth, camera, world, "room")
    assert [SURFACES[found[row, 50]] for row in (0, 50, 99)] == ["ceiling", "wall", "floor"]


@pytest.mark.thorough
def test_a_collage_says_where_each_object_is_and_how_near(collages: CollageStructures):
    things = [Thing("cat", (60, 340, 90, 90), 0.7), Thing("bench", (300, 330, 150, 120), 0.2)]
    [structure] = collages.structures([make_scene("park", things)], [3])
    assert structure.size == (512, 512)
    assert structure.claimed is not None
    assert structure.claimed.renderer == "collage-1"
    for seen in structure.claimed.truth.objects:
        rows, columns = np.nonzero(structure.mask(seen.id))
        box = (int(columns.min()), int(rows.min()), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1)
        assert box == seen.box, "its pixels are those that its truth is about"
        assert (structure.depth[structure.mask(seen.id)] == np.float32(seen.depth)).all()
    near = structure.nearness()
    assert near[structure.mask(1)].min() > near[structure.mask(0)].max()
    assert near[:100].max() < near[structure.mask(0)].min(), "the sky is behind all"
    for number in (0, 1):
        row = int(np.nonzero(structure.mask(number))[0].max()) + 1
        assert structure.depth[row, 0] == pytest.approx(things[number].depth, abs=0.02), "it stands on its ground"
    free = structure.depth[:, 5]
    assert (np.diff(free) <= 0).all(), "the ground comes nearer downwards"


@pytest.mark.thorough
@pytest.mark.parametrize("concept", ["kitchen", "park", "breakfast table"])
def test_a_scene_in_metres_is_the_layers_of_its_file(concept: str):
    graph, renderer = solid_graph(concept), BodyBoxesRenderer(192)
    [structure] = structure_source(renderer).structures([graph], [1])
    [drawing] = renderer.render([graph], [1])
    layers = read_layers(drawing.data)
    assert structure.metric
    assert structure.claimed is not None
    assert structure.claimed.layers == layers
    assert structure.claimed.truth == drawing.truth
    assert structure.depth[structure.index > 0].max() < 80
    assert set(np.unique(structure.index)) <= set(range(len(graph.objects) + 1))


def test_a_renderer_whose_files_say_nothing_of_pixels_is_refused():
    with pytest.raises(PermanentError, match="too little"):
        LayeredStructures(BoxesRenderer()).structures([make_scene("park", [Thing("cat", (60, 340, 90, 90), 0.7)])], [1])


@pytest.mark.thorough
def test_a_structure_of_another_size_claims_what_is_left_of_it(collages: CollageStructures):
    things = [Thing("cat", (60, 340, 90, 90), 0.7), Thing("bench", (300, 330, 150, 120), 0.2)]
    [structure] = collages.structures([make_scene("park", things)], [3])
    small = resized(structure, (128, 64))
    assert small.size == (128, 64)
    assert small.picture.shape == (64, 128, 3)
    assert small.claimed is not None
    for seen in small.claimed.truth.objects:
        rows, columns = np.nonzero(small.mask(seen.id))
        assert seen.box == (int(columns.min()), int(rows.min()), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1)
    assert resized(structure, structure.size) is structure


@pytest.mark.thorough
def test_layers_follow_a_size_of_the_same_shape_and_are_left_out_of_any_other():
    graph = solid_graph("kitchen")
    [structure] = structure_source(BodyBoxesRenderer(128)).structures([graph], [1])
    assert structure.claimed is not None
    assert structure.claimed.layers is not None
    large = resized(structure, (256, 256)).claimed
    assert large is not None
    assert large.layers is not None
    assert large.layers.covers == structure.claimed.layers.covers
    assert large.layers.amodal[0] == pytest.approx([2 * value for value in structure.claimed.layers.amodal[0]])
    wide = resized(structure, (256, 128)).claimed
    assert wide is not None
    assert wide.layers is None, "its camera would be another one"
