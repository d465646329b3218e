"""The table is in order with itself, and every rule in it is sound over boxes."""

import random
from itertools import pairwise

import pytest

from spatial.relations.boxes import edges
from spatial.relations.predicate_geometry import TRUTH
from spatial.relations.predicate_table import BANDS, BINARY, CONTACT, PLACES, PREDICATES, entailed, inverse, predicate
from spatial.relations.relation_truth import places
from tests.fakes.constructed_boxes import any_box, box_with, large_box

TIMES = 500
"""How often each rule's premises are made to hold."""

MEASURED = tuple(TRUTH)
"""Depth is a comparison of two numbers and needs no boxes."""

IMPLICATIONS = [(p, q) for p in MEASURED for q in PREDICATES[p].implies]
EXCLUSIONS = [(p, q) for p in MEASURED for q in PREDICATES[p].excludes]
COMPOSITIONS = [(p, q, r) for p in MEASURED for q, r in PREDICATES[p].compositions.items()]
CHAINS = [p for p in MEASURED if PREDICATES[p].transitive]


def pair_with(name, rng):
    b = large_box(rng)
    return box_with(name, b, rng), b


def is_true(name, a, b):
    return TRUTH[name](edges(a), edges(b))


@pytest.mark.thorough
@pytest.mark.parametrize(("p", "q"), IMPLICATIONS)
def test_what_a_predicate_implies_holds_wherever_it_does(p, q):
    rng = random.Random(f"{p} implies {q}")
    for _ in range(TIMES):
        a, b = pair_with(p, rng)
        assert is_true(q, a, b), (a, b)


@pytest.mark.thorough
@pytest.mark.parametrize(("p", "q"), EXCLUSIONS)
def test_what_a_predicate_excludes_holds_nowhere_with_it(p, q):
    rng = random.Random(f"{p} excludes {q}")
    for _ in range(TIMES):
        a, b = pair_with(p, rng)
        assert not is_true(q, a, b), (a, b)


@pytest.mark.thorough
@pytest.mark.parametrize(("p", "q", "r"), COMPOSITIONS + [(p, p, p) for p in CHAINS])
def test_a_composition_holds_of_every_chain_of_its_premises(p, q, r):
    rng = random.Random(f"{p} then {q}")
    for _ in range(TIMES):
        b = large_box(rng)
        a, c = box_with(p, b, rng), box_with(inverse(q), b, rng)
        assert is_true(q, b, c)
        if a == c:
            continue
        assert is_true(r, a, c), (a, b, c)


@pytest.mark.thorough
@pytest.mark.parametrize("p", MEASURED)
def test_a_predicate_says_the_same_as_its_inverse_of_the_pair_turned_round(p):
    rng = random.Random(f"inverse of {p}")
    for _ in range(TIMES):
        a, b = pair_with(p, rng)
        assert is_true(inverse(p), b, a)


def test_a_rule_that_only_sounds_right_is_not_in_the_table():
    assert "left_of" not in PREDICATES["inside"].compositions
    rng = random.Random("unsound")
    seen = set()
    for _ in range(TIMES):
        b = large_box(rng)
        seen.add(is_true("left_of", box_with("inside", b, rng), box_with("right_of", b, rng)))
    assert seen == {True, False}


def test_over_does_not_give_on():
    assert "over" in entailed("on")
    assert "on" not in entailed("over")


def test_inverse_of_inverse_is_the_predicate_itself():
    for name in BINARY:
        assert inverse(inverse(name)) == name
        assert PREDICATES[name].symmetric == (inverse(name) == name)


def test_a_place_has_no_inverse():
    with pytest.raises(ValueError, match="place"):
        inverse("top_left")


def test_an_unknown_name_is_refused_by_name():
    with pytest.raises(ValueError, match="abobe"):
        predicate("abobe")


def test_every_row_agrees_with_the_row_of_its_inverse():
    for name in BINARY:
        row, turned = PREDICATES[name], PREDICATES[inverse(name)]
        assert row.transitive == turned.transitive
        assert {inverse(q) for q in row.implies} == set(turned.implies)
        assert {inverse(q) for q in row.excludes} == set(turned.excludes)


def test_every_composition_is_listed_with_its_mirror():
    for p in BINARY:
        for q, r in PREDICATES[p].compositions.items():
            assert PREDICATES[inverse(q)].compositions[inverse(p)] == inverse(r), (p, q)


def test_exclusions_are_mutual_and_complete():
    for p in PREDICATES.values():
        for name in p.excludes:
            assert p.name in PREDICATES[name].excludes
        follows = {q for s in entailed(p.name) for q in PREDICATES[s].excludes}
        assert follows <= set(p.excludes), p.name
        for q in PREDICATES:
            if set(entailed(q)) & set(p.excludes):
                assert q in p.excludes, (p.name, q)


def test_contact_is_support_containment_and_touching():
    families = {name: PREDICATES[name].family for name in CONTACT}
    assert {name for name, family in families.items() if family == "distance"} == {"touching"}
    assert {name for name in BINARY if PREDICATES[name].family in ("support", "containment")} < CONTACT


def test_places_exclude_each_other_just_where_no_centre_is_in_both():
    centres = [places((x, y, 2, 2), (90, 90)) for x in range(4, 90, 10) for y in range(4, 90, 10)]
    for p in PLACES:
        assert BANDS[p] != (None, None)
        for q in PLACES:
            together = any(p in found and q in found for found in centres)
            assert together != (q in PREDICATES[p].excludes), (p, q)
            always = all(q in found for found in centres if p in found)
            assert always == (q in entailed(p)), (p, q)


def test_orders_have_no_loops_over_random_boxes():
    rng = random.Random(4)
    for _ in range(200):
        boxes = [any_box(rng) for _ in range(5)]
        for name in ("left_of", "above"):
            ranked = sorted(boxes, key=lambda box: (2 * box[0] + box[2]) if name == "left_of" else 2 * box[1] + box[3])
            assert not any(is_true(name, b, a) for a, b in pairwise(ranked))
