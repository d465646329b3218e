"""Preferred sizes: as true as they can be while the smallest thing stays visible."""

import math
import random

import pytest

from spatial.knowledge.categories import Category
from spatial.layout.object_sizes import SMALLEST, base_sides
from spatial.layout.placement_problem import ATTENUATIONS, Catalog, problem_of
from spatial.reasoning.draft import Draft

SIDES = {"ring": 0.06, "cup": 0.15, "ball": 0.25, "stool": 0.5, "wardrobe": 1.5, "house": 6.0}
CATALOG = Catalog({name: Category(name, name + "s", side, side, side, 1.0, ("floor",)) for name, side in SIDES.items()})


def sides(*names: str, seed: int = 0) -> dict[str, float]:
    found = base_sides(problem_of(Draft(names), (512, 512), CATALOG), random.Random(seed), jitter=0.0)
    return dict(zip(names, found, strict=True))


def exponent(small: str, large: str, found: dict[str, float]) -> float:
    return math.log(found[large] / found[small]) / math.log(SIDES[large] / SIDES[small])


@pytest.mark.parametrize("seed", range(20))
def test_things_of_like_size_keep_nearly_their_true_ratio(seed: int) -> None:
    assert exponent("ball", "stool", sides("ball", "stool", "stool", seed=seed)) == pytest.approx(ATTENUATIONS[0])


@pytest.mark.parametrize("seed", range(20))
def test_a_small_thing_beside_a_large_one_stays_visible(seed: int) -> None:
    found = sides("cup", "wardrobe", seed=seed)
    assert exponent("cup", "wardrobe", found) < ATTENUATIONS[0]
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
