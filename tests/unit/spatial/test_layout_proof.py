"""Proofs of impossibility: sound for boxes of every size and shape, irreducible, and independent of room."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.graph import Relation
from spatial.layout.constraints.infeasibility_proof import POSSIBLE, QUICK, check_necessary_conditions, refutation
from spatial.layout.solver_model import IMPOSSIBLE
from spatial.reasoning.draft import Draft
from spatial.relations.relation_truth import places, relate

CANVASES = [(512, 512), (1920, 240), (100, 700)]


def rel(subject: int, predicate: str, other: int | None = None) -> Relation:
    return Relation(subject=subject, predicate=predicate, object=other)


def draft_of(count: int, *triples: tuple[int, str, int | None]) -> Draft:
    return Draft(tuple(f"thing {i}" for i in range(count)), tuple(rel(*triple) for triple in triples))


def everything_true(rng: random.Random, count: int, canvas: tuple[int, int]) -> Draft:
    """All that holds of random boxes, from slivers to posters, some within others."""
    boxes: list[tuple[int, int, int, int]] = []
    for _ in range(count):
        x, y, w, h = boxes[-1] if boxes and rng.random() < 0.4 else (0, 0, *canvas)
        width, height = rng.randint(1, w), rng.randint(1, h)
        boxes.append((x + rng.randint(0, w - width), y + rng.randint(0, h - height), width, height))
    stated = [(a, p, b) for a in range(count) for b in range(count) if a != b
              for p in relate(boxes[a], boxes[b], canvas, a, b)]  # fmt: skip
    stated += [(a, p, None) for a in range(count) for p in places(boxes[a], canvas)]
    return draft_of(count, *rng.sample(stated, min(len(stated), 14)))


@pytest.mark.thorough
@settings(max_examples=120, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(CANVASES))
def test_nothing_that_boxes_show_is_ever_refuted(seed, canvas):
    rng = random.Random(seed)
    draft = everything_true(rng, rng.randint(2, 5), canvas)
    assert check_necessary_conditions(draft, canvas, QUICK) != IMPOSSIBLE


@pytest.mark.thorough
@pytest.mark.parametrize(
    "triples",
    [
        [(0, "right", None), (1, "left", None), (0, "inside", 1)],
        [(0, "inside", 1), (1, "far", 2), (0, "touching", 2)],
        [(0, "on", 1), (1, "on", 2), (2, "top", None), (0, "bottom", None)],
        [(0, "left_of", 1), (1, "left_of", 2), (2, "left_of", 0)],
        [(0, "under", 1), (0, "left", None), (1, "contains", 2), (2, "right", None), (1, "inside", 3), (3, "left", None)],
    ],
)
def test_what_no_boxes_can_show_is_refuted_by_an_irreducible_set(triples):
    draft = draft_of(4, *triples)
    found = refutation(draft, (512, 512), QUICK)
    assert isinstance(found, tuple)
    for k in found:
        rest = draft_of(4, *(triples[i] for i in found if i != k))
        assert refutation(rest, (512, 512), QUICK) == POSSIBLE


def test_relations_that_have_nothing_to_do_with_it_are_left_out():
    noise = [(i, "left_of", i + 1) for i in range(4, 12)]
    conflict = [(0, "right", None), (1, "left", None), (0, "inside", 1)]
    found = refutation(draft_of(13, *noise, *conflict), (512, 512), QUICK)
    assert found == (8, 9, 10)


def test_room_is_no_reason():
    chain = draft_of(50, *((i, "left_of", i + 1) for i in range(49)))
    assert check_necessary_conditions(chain, (16, 16), QUICK) == POSSIBLE
    nested = draft_of(40, *((i, "inside", i + 1) for i in range(39)))
    assert check_necessary_conditions(nested, (16, 16), QUICK) == POSSIBLE
