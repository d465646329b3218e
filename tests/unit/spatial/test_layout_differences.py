"""Differences with bounds: exact intervals, without backtracking."""

import random
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.layout.constraints.difference_constraints import Differences


@pytest.mark.thorough
@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(-3, 3)), max_size=6))
def test_intervals_are_exactly_what_brute_force_finds(stated):
    stated = [edge for edge in stated if edge[0] != edge[1]]
    system = Differences([0, 0, 0], [4, 4, 4])
    solvable = all([system.add(*edge) for edge in stated])
    solutions = [p for p in product(range(5), repeat=3) if all(p[j] - p[i] >= c for i, j, c in stated)]
    assert solvable == bool(solutions)
    if solvable:
        for i in range(3):
            values = sorted({p[i] for p in solutions})
            assert values == list(range(system.low[i], system.high[i] + 1))


def test_any_value_of_an_interval_leaves_the_rest_solvable():
    rng = random.Random(1)
    for _ in range(200):
        system = Differences([0] * 6, [100] * 6)
        for _ in range(8):
            saved = system.save()
            i, j = rng.sample(range(6), 2)
            if not system.add(i, j, rng.randint(-20, 30)):
                system.restore(saved)
        for i in rng.sample(range(6), 6):
            value = rng.randint(system.low[i], system.high[i])
            assert system.limit(i, value, value)


def test_a_cycle_is_noticed_without_walking_through_all_values():
    system = Differences([0, 0], [10**9, 10**9])
    assert system.add(0, 1, 1)
    assert not system.add(1, 0, 1)


def test_what_is_restored_is_as_it_was():
    system = Differences([0, 0], [10, 10])
    saved = system.save()
    assert not system.add(0, 1, 11)
    system.restore(saved)
    assert (system.low, system.high) == ([0, 0], [10, 10])
    assert system.add(0, 1, 3)
    assert (system.low, system.high) == ([0, 3], [7, 10])
