"""What leans in a scene in metres stands on the ground, is tilted to what it leans on, and does not reach into anything."""

from itertools import combinations

import numpy as np
import pytest

from agents.planner import RulePlanner
from schemas.events import Rejection, SeedOptions
from schemas.graph import Relation, SpatialGraph
from schemas.ids import make_seed
from schemas.world import Body
from spatial.knowledge.knowledge_base import categories
from spatial.layout import NoLayout
from spatial.reasoning.draft import Draft
from spatial.world import solve_world
from spatial.world.footprints import box_corners, meet, turned_corners
from spatial.world.solid_capabilities import solids_only

SOLID = solids_only("solid")
ASKED = (("kitchen", "broom", "refrigerator"), ("office", "mop", "bookshelf"), ("beach", "surfboard", "fence"))
CANVAS = (512, 512)


def asked(scene: str, upper: str, lower: str, count: int = 2) -> list[SpatialGraph]:
    options = SeedOptions(required_relations=((upper, "leaning_on", lower),), max_objects=4)
    planner = RulePlanner(SOLID)
    found = [planner.plan_now(make_seed(scene, count, options=options), k) for k in range(count)]
    return [graph for graph in found if isinstance(graph, SpatialGraph)]


@pytest.fixture(scope="module")
def graphs() -> list[SpatialGraph]:
    return [graph for scene, upper, lower in ASKED for graph in asked(scene, upper, lower)]


def leaning_pairs(graph: SpatialGraph) -> list[tuple[Body, Body]]:
    assert graph.world is not None
    pairs = [(body, body.leans_on) for body in graph.world.bodies]
    return [(body, graph.world.bodies[other]) for body, other in pairs if other is not None]


def corners(body: Body) -> np.ndarray:
    """By formulas of this test's own."""
    axes = np.array(body.rotation).reshape(3, 3) if body.rotation else upright(body.heading)
    return np.array([body.position + axes @ (np.array(body.size) * half) for half in np.ndindex(2, 2, 2)]) - axes @ (
        np.array(body.size) / 2
    )


def upright(heading: float) -> np.ndarray:
    c, s = np.cos(np.radians(heading)), np.sin(np.radians(heading))
    return np.array([[s, c, 0], [-c, s, 0], [0, 0, 1]])


@pytest.mark.thorough
def test_what_is_asked_to_lean_leans_and_is_tilted_by_less_than_a_third_of_a_right_angle(graphs: list[SpatialGraph]):
    assert len(graphs) >= len(ASKED)
    for graph in graphs:
        [(body, _), *_] = leaning_pairs(graph)
        turn = np.array(body.rotation).reshape(3, 3)
        assert turn @ turn.T == pytest.approx(np.eye(3), abs=1e-6)
        assert np.linalg.det(turn) == pytest.approx(1)
        assert np.cos(np.radians(30)) < turn[2, 2] < np.cos(np.radians(4))


@pytest.mark.thorough
def test_the_top_of_what_leans_is_nearer_to_what_it_leans_on_than_its_foot(graphs: list[SpatialGraph]):
    for graph in graphs:
        for body, prop in leaning_pairs(graph):
            axes = np.array(body.rotation).reshape(3, 3)
            ends = [np.array(body.position) + share * body.size[2] * axes[:, 2] for share in (-0.5, 0.5)]
            own = [upright(prop.heading).T @ (end - np.array(prop.position)) for end in ends]
            beyond = [np.linalg.norm(np.maximum(np.abs(each[:2]) - np.array(prop.size[:2]) / 2, 0)) for each in own]
            assert beyond[1] < beyond[0] - 0.05


@pytest.mark.thorough
def test_what_leans_keeps_apart_from_all_but_what_it_leans_on(graphs: list[SpatialGraph]):
    for graph in graphs:
        assert graph.world is not None
        for (i, a), (j, b) in combinations(enumerate(graph.world.bodies), 2):
            if i not in (b.leans_on, b.support) and j not in (a.leans_on, a.support):
                assert not share_a_point(corners(a), corners(b)), (i, j)


def share_a_point(a: np.ndarray, b: np.ndarray) -> bool:
    """By the theorem of separating axes, for boxes turned in space."""
    edges = [[box[k] - box[0] for k in (1, 2, 4)] for box in (a, b)]
    axes = [*edges[0], *edges[1], *(np.cross(p, q) for p in edges[0] for q in edges[1])]
    real = [axis / np.linalg.norm(axis) for axis in axes if np.linalg.norm(axis) > 1e-9]
    return all(max((a @ n).min(), (b @ n).min()) < min((a @ n).max(), (b @ n).max()) - 1e-6 for n in real)


def test_what_cannot_stand_leans_on_the_wall_of_a_room_and_is_refused_out_of_doors():
    _, world = solved(Draft(("broom",), (), "kitchen"))
    [body] = world.bodies
    assert body.rotation is not None
    assert body.leans_on is None
    assert corners(body)[:, 1].max() == pytest.approx(world.space.back, abs=0.03)
    with pytest.raises(NoLayout, match="broom leans on something, and nothing is there"):
        solve_world(Draft(("broom",), (), "park"), [()], CANVAS, 1)


def solved(draft: Draft):
    found = solve_world(draft, [()] * len(draft.objects), CANVAS, 1)
    assert isinstance(found, tuple)
    return found


@pytest.mark.parametrize(
    ("upper", "lower", "why"),
    [
        ("chair", "wardrobe", "chair does not lean"),
        ("ladder", "sofa", "ladder does not lean on sofa"),
        ("ladder", "crate", "ladder does not lean on crate"),
        ("bicycle", "car", "bicycle does not lean on car"),
    ],
)
def test_what_does_not_lean_is_refused_with_the_reason(upper: str, lower: str, why: str):
    stated = Relation(subject=0, predicate="leaning_on", object=1)
    with pytest.raises(NoLayout, match=why):
        solve_world(Draft((upper, lower), (stated,), "garage"), [(), ()], CANVAS, 1)


@pytest.mark.parametrize(
    ("second", "why"), [("leaning_on", "broom leans on two things"), ("on", "broom leans on wardrobe, and another thing")]
)
def test_what_leans_has_one_thing_to_lean_on_and_stands_on_the_ground(second: str, why: str):
    stated = (Relation(subject=0, predicate="leaning_on", object=1), Relation(subject=0, predicate=second, object=2))
    with pytest.raises(NoLayout, match=why):
        solve_world(Draft(("broom", "wardrobe", "table"), stated, "garage"), [()] * 3, CANVAS, 1)


def test_a_request_that_nothing_can_lean_so_is_rejected_with_the_reason():
    options = SeedOptions(required_relations=(("chair", "leaning_on", "wardrobe"),))
    found = RulePlanner(SOLID).plan_now(make_seed("bedroom", 1, options=options), 0)
    assert isinstance(found, Rejection)
    assert "chair does not lean" in found.detail


def test_only_bodies_that_lean_are_planned_to_lean():
    known = categories()
    assert SOLID.leans_on(known["broom"], known["refrigerator"])
    assert SOLID.leans_on(known["ladder"], known["wardrobe"])
    assert not SOLID.leans_on(known["bicycle"], known["car"])
    assert not SOLID.leans_on(known["ladder"], known["crate"])
    assert not SOLID.leans_on(known["chair"], known["wardrobe"])


@pytest.mark.parametrize(("tilt", "met"), [(0.0, False), (20.0, True)])
def test_a_tilted_box_meets_what_an_upright_one_does_not(tilt: float, met: bool):
    wall = box_corners(np.array([[0.0, 0.0, 1.0]]), np.array([1.0, 0.2, 2.0]), np.array([0.0]))[0]
    c, s = np.cos(np.radians(tilt)), np.sin(np.radians(tilt))
    turn = np.array([[[0.0, c, -s], [-1.0, 0.0, 0.0], [0.0, s, c]]])
    board = turned_corners(np.array([[0.3, 0.0, 1.0]]), np.array([0.3, 0.05, 2.0]), turn)
    assert bool(meet(board, wall, 0.0)[0]) is met
    assert bool(share_a_point(board[0], wall)) is met
