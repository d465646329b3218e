"""Scenes in metres: what is planned holds as the camera sees it, stands on what carries it, and keeps apart."""

from itertools import combinations

import numpy as np
import pytest

from agents.planner import RulePlanner
from schemas.codec import decode, encode
from schemas.events import SeedOptions
from schemas.graph import Relation, SpatialGraph
from schemas.ids import make_seed
from schemas.topics import GRAPHS
from schemas.world import Body
from spatial.knowledge.renderer_capabilities import pictures_only
from spatial.layout import NoLayout, Unsatisfiable
from spatial.layout.layout_check import verify
from spatial.reasoning.draft import Draft, draft_of
from spatial.world import bodies, solve_world
from spatial.world.pinhole import Pinhole
from spatial.world.solid_capabilities import solids_only

pytestmark = pytest.mark.thorough

CONCEPTS = ("living room", "bedroom", "kitchen", "home office", "breakfast table")
EACH = 3
MOST_REJECTED = 0.1
"""Of requests: the planner redraws what has no place."""

ROUNDING_PX = 1.0
TOUCH_M = 0.005


def planned(concept: str, count: int, **options: object) -> list[SpatialGraph]:
    """The accepted ones of `count` requests."""
    planner = RulePlanner(solids_only("solid"))
    seed = make_seed(concept, count=count, options=SeedOptions.model_validate(options))
    return [graph for k in range(count) if isinstance(graph := planner.plan_now(seed, k), SpatialGraph)]


@pytest.fixture(scope="module")
def graphs() -> list[SpatialGraph]:
    return [graph for concept in CONCEPTS for graph in planned(concept, EACH)]


def corners(body: Body, shrink: float = 0.0) -> np.ndarray:
    """The eight corners of a body's box, by formulas of this test's own."""
    width, depth, height = (side - 2 * shrink for side in body.size)
    forward = np.array([np.cos(np.radians(body.heading)), np.sin(np.radians(body.heading)), 0.0])
    left = np.array([-forward[1], forward[0], 0.0])
    return np.array(
        [
            np.array(body.position) + a * depth / 2 * forward + b * width / 2 * left + (0, 0, c * height / 2)
            for a in (-1, 1) for b in (-1, 1) for c in (-1, 1)
        ]
    )  # fmt: skip


def meet(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two upright boxes share a point inside, by the theorem of separating axes."""
    axes = [np.array([0.0, 0.0, 1.0])]
    for box in (a, b):
        axes += [box[4] - box[0], box[2] - box[0]]
    return all(max((a @ axis).min(), (b @ axis).min()) < min((a @ axis).max(), (b @ axis).max()) for axis in axes)


def test_nearly_every_request_of_a_room_with_bodies_is_planned(graphs: list[SpatialGraph]):
    assert len(graphs) >= (1 - MOST_REJECTED) * EACH * len(CONCEPTS)


def test_every_relation_holds_in_what_the_camera_sees(graphs: list[SpatialGraph]):
    assert sum(len(graph.relations) for graph in graphs) > len(graphs)
    for graph in graphs:
        assert verify(draft_of(graph), graph.layout) == ()


def test_a_box_bounds_the_projected_corners_of_its_body_and_lies_in_the_picture(graphs: list[SpatialGraph]):
    for graph in graphs:
        assert graph.world is not None
        camera = Pinhole(graph.world.camera.intrinsics, np.array(graph.world.camera.world_to_camera).reshape(4, 4))
        for body, (x, y, w, h), depth in zip(graph.world.bodies, graph.layout.boxes, graph.layout.depth, strict=True):
            pixels, _ = camera.project(corners(body))
            assert np.abs(pixels.min(axis=0) - (x, y)).max() <= ROUNDING_PX
            assert np.abs(pixels.max(axis=0) - (x + w, y + h)).max() <= ROUNDING_PX
            assert x >= 0
            assert y >= 0
            assert x + w <= 512
            assert y + h <= 512
            assert depth == pytest.approx(float(camera.project(np.array([body.position]))[1][0]), abs=1e-3)


def test_bodies_keep_apart(graphs: list[SpatialGraph]):
    for graph in graphs:
        assert graph.world is not None
        for (i, a), (j, b) in combinations(enumerate(graph.world.bodies), 2):
            if a.support == j or b.support == i:
                continue  # what is on a seat is within the box of the chair, not within the chair
            assert not meet(corners(a, TOUCH_M), corners(b, TOUCH_M)), (
                graph.objects[i].category,
                graph.objects[j].category,
            )


def test_what_stands_on_the_ground_reaches_it_and_what_is_carried_rests_on_a_surface(graphs: list[SpatialGraph]):
    for graph in graphs:
        assert graph.world is not None
        for thing, body in zip(graph.objects, graph.world.bodies, strict=True):
            foot = body.position[2] - body.size[2] / 2
            if body.where == "floor":
                assert foot == pytest.approx(graph.world.space.ground, abs=TOUCH_M), thing
            if body.support is not None:
                below = graph.world.bodies[body.support]
                base = below.position[2] - below.size[2] / 2
                surfaces = bodies()[graph.objects[body.support].category].surfaces
                assert min(abs(base + surface.at * below.size[2] - foot) for surface in surfaces) < TOUCH_M


def test_what_is_asked_to_be_on_another_thing_is_carried_by_it():
    found = planned("living room", 4, required_relations=[("stool", "left_of", "sofa")])
    assert found
    for graph in found:
        stated = [(graph.objects[r.subject].category, r.predicate, r.object) for r in graph.relations]
        assert any(a == "stool" and predicate == "left_of" for a, predicate, _ in stated)


def test_a_thing_that_faces_left_is_turned_to_the_left_of_the_picture():
    turned = solve_world(Draft(("sofa",), (), "living room"), [("facing left",)], (512, 512), 3)
    assert not isinstance(turned, Unsatisfiable)
    body = turned[1].bodies[0]
    front = np.array([np.cos(np.radians(body.heading)), np.sin(np.radians(body.heading)), 0.0])
    camera = np.array(turned[1].camera.world_to_camera).reshape(4, 4)
    assert (camera[:3, :3] @ front)[0] < -0.9


def test_a_circle_is_refuted_with_its_relations_and_no_others():
    circle = [Relation(subject=a, predicate="left_of", object=b) for a, b in ((0, 1), (1, 2), (2, 0))]
    circle.append(Relation(subject=0, predicate="near", object=1))
    found = solve_world(Draft(("stool", "chair", "sofa"), tuple(circle), "living room"), [(), (), ()], (512, 512), 1)
    assert found == Unsatisfiable((0, 1, 2))


def test_a_category_without_a_body_is_named():
    name = next(name for name in ("volcano", "mermaid", "space invader", "cloud") if name not in bodies())
    with pytest.raises(NoLayout, match=f"no body is known for {name}"):
        solve_world(Draft((name,), (), None), [()], (512, 512), 1)


def test_the_same_seed_gives_the_same_world_and_another_one_another():
    first, again = (planned("living room", 2) for _ in range(2))
    assert first == again
    assert first[0].world != first[1].world


def test_a_world_travels_with_its_graph_and_a_flat_graph_is_written_as_before(graphs: list[SpatialGraph]):
    assert decode(GRAPHS, encode(graphs[0])) == graphs[0]
    flat = RulePlanner(pictures_only("collage")).plan_now(make_seed("kitchen"), 0)
    assert isinstance(flat, SpatialGraph)
    assert "world" not in flat.model_dump(mode="json")
