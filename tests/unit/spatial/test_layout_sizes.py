"""Preferred sizes: as true as they can be while the smallest thing stays visible."""

import math
import random

import pytest

from schemas.graph import Layout, Relation
from spatial.knowledge.categories import Category, SceneKind
from spatial.knowledge.knowledge_base import categories
from spatial.layout import solve_on_ground
from spatial.layout.object_sizes import (
    MOST_RAISED,
    SEEN_EDGE,
    SEEN_SIDE,
    base_sides,
    fit_to_carriers,
    least_side,
    recognisable,
)
from spatial.layout.placement_problem import Catalog, problem_of
from spatial.layout.size_ratios import ATTENUATIONS, FAR_M, LARGEST, SMALLEST, look_true, seen_side
from spatial.reasoning.draft import Draft

SIDES = {"ring": 0.06, "cup": 0.15, "ball": 0.25, "stool": 0.5, "wardrobe": 1.5, "house": 6.0}
CATALOG = Catalog({name: Category(name, name + "s", side, side, side, 1.0, ("floor",)) for name, side in SIDES.items()})


def sides(*names: str, seed: int = 0) -> dict[str, float]:
    found = base_sides(problem_of(Draft(names), (512, 512), CATALOG), random.Random(seed), jitter=0.0)
    return dict(zip(names, found, strict=True))


def exponent(small: str, large: str, found: dict[str, float]) -> float:
    return math.log(found[large] / found[small]) / math.log(seen_side(SIDES[large]) / seen_side(SIDES[small]))


@pytest.mark.parametrize("seed", range(20))
def test_things_of_like_size_keep_nearly_their_true_ratio(seed: int) -> None:
    assert exponent("ball", "stool", sides("ball", "stool", "stool", seed=seed)) == pytest.approx(ATTENUATIONS[0])


@pytest.mark.parametrize("seed", range(20))
def test_a_small_thing_beside_a_large_one_stays_visible(seed: int) -> None:
    found = sides("cup", "house", seed=seed)
    assert exponent("cup", "house", found) < ATTENUATIONS[0]
    assert found["cup"] >= SMALLEST * 512


def test_where_nothing_keeps_the_smallest_visible_the_differences_are_least() -> None:
    found = sides("ring", "house", "house", "house")
    assert exponent("ring", "house", found) <= ATTENUATIONS[-1] + 1e-9
    assert found["ring"] < SMALLEST * 512


def test_two_of_a_kind_have_one_size_before_distance_tells_them_apart() -> None:
    problem = problem_of(Draft(("stool", "ball", "stool")), (512, 512), CATALOG)
    for seed in range(20):
        first, other, second = base_sides(problem, random.Random(seed))
        assert first == second != other


def test_a_house_counts_for_less_than_it_is_and_more_than_a_wardrobe() -> None:
    assert seen_side(SIDES["wardrobe"]) == SIDES["wardrobe"]
    assert FAR_M < seen_side(SIDES["house"]) < SIDES["house"]


@pytest.mark.parametrize(
    ("sides_m", "backdrop", "true"),
    [
        ((0.6, 1.2), "room", True),  # a dog beside a sofa
        ((0.08, 0.95), "room", True),  # a cup beside a table
        ((0.05, 0.3), "field", False),  # a snail beside a tulip in a wide field
        ((0.05, 0.3), "tabletop", True),  # an egg beside a loaf on a table
        ((0.1, 7.5), "field", False),  # a bottle beside a house
    ],
)
def test_what_would_be_too_small_beside_the_others_does_not_look_true(
    sides_m: tuple[float, ...], backdrop: str, true: bool
) -> None:
    assert look_true(sides_m, backdrop) is true


def test_no_thing_is_drawn_larger_than_the_view_of_its_scene_shows_it() -> None:
    scene = SceneKind("lawn", (), "field", 0.5, (), ("stool",))
    problem = problem_of(Draft(("stool",), scene="lawn"), (512, 512), Catalog(CATALOG.categories, {"lawn": scene}))
    for seed in range(20):
        (side,) = base_sides(problem, random.Random(seed), jitter=0.0)
        assert side <= 1.2 * 512 * SIDES["stool"] / 2.4


def test_others_shrink_with_a_thing_that_would_be_larger_than_the_picture_allows() -> None:
    found = sides("stool", "wardrobe")
    assert max(found.values()) <= LARGEST * 512 + 1
    assert exponent("stool", "wardrobe", found) == pytest.approx(ATTENUATIONS[0])


@pytest.mark.parametrize("name", ["bollard", "parking meter", "plate", "dog", "test tube", "bottle", "pencil"])
def test_every_shape_has_a_size_from_which_it_can_be_recognised(name: str) -> None:
    problem = problem_of(Draft((name,)), (512, 512), Catalog(categories()))
    side, root = 512 * least_side(problem, 0), math.sqrt(problem.things[0].aspect)
    width, height = side * root, side / root
    assert side >= SEEN_SIDE * 512
    assert min(width, height) >= SEEN_EDGE * 512 - 0.01 or side == pytest.approx(MOST_RAISED * SEEN_SIDE * 512)


def test_what_is_large_enough_keeps_its_size() -> None:
    problem = problem_of(Draft(("cup", "stool")), (512, 512), CATALOG)
    assert recognisable(problem, [3.0, 200.0]) == [pytest.approx(SEEN_SIDE * 512), 200.0]


def test_a_carrier_grows_until_what_it_carries_can_be_recognised() -> None:
    on = [Relation(subject=i, predicate="on", object=0) for i in (1, 2, 3)]
    problem = problem_of(Draft(("stool", "cup", "cup", "cup"), tuple(on)), (512, 512), CATALOG)
    stool, *cups = fit_to_carriers(problem, [40.0, 30.0, 30.0, 30.0])
    assert min(cups) >= SEEN_SIDE * 512 - 0.01
    assert stool > 40 * 4 / 3
    small = fit_to_carriers(problem, [10.0, 9.0, 9.0, 9.0])
    assert small[0] == pytest.approx(10 * 4 / 3), "where everything is small, nothing grows for a few"


@pytest.mark.parametrize("seed", range(30))
def test_in_a_street_with_a_house_the_small_things_are_still_seen(seed: int) -> None:
    names = ("house", "car", "person", "bollard", "parking meter", "dog", "bench", "fire hydrant")
    beside = tuple(Relation(subject=i, predicate="left_of", object=i + 1) for i in range(1, 7))
    found = solve_on_ground(Draft(names, beside, scene="city street"), (512, 512), seed)
    assert isinstance(found, Layout)
    areas = {name: math.sqrt(w * h) for name, (_, _, w, h) in zip(names, found.boxes, strict=True)}
    assert min(areas.values()) >= SEEN_SIDE * 512 - 1.5, areas
