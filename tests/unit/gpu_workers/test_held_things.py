"""Things in bowls, buckets and baskets: each is seen above the rim, none behind another."""

from itertools import combinations

import pytest

from gpu_workers.collage.collage_renderer import CollageRenderer
from gpu_workers.collage.containers import ASIDE, HOLDERS, MOST_HIDDEN, placed_inside, placed_together
from gpu_workers.collage.sprites.fetch import default_sprites_dir, is_complete
from schemas.graph import GraphObject, Layout, Relation, SpatialGraph
from schemas.reference.examples import graph as example_graph

REAL = pytest.mark.skipif(not is_complete(default_sprites_dir()), reason="no sprites; fetch them with make setup")

RIMMED = sorted(name for name, holder in HOLDERS.items() if holder.manner == "rim")
OUTER = (100, 100, 120, 110)
ABOVE_EACH_OTHER = [(130, 110, 40, 44), (134, 160, 40, 44)]


def test_what_lies_above_each_other_in_the_layout_stands_beside_each_other_at_the_rim():
    first, second = placed_together(HOLDERS["bowl"], OUTER, ABOVE_EACH_OTHER)
    assert first[0] + first[2] <= second[0]
    assert first[0] >= OUTER[0]
    assert second[0] + second[2] <= OUTER[0] + OUTER[2]
    assert [box[1:] for box in (first, second)] == [
        placed_inside(HOLDERS["bowl"], OUTER, box)[1:] for box in ABOVE_EACH_OTHER
    ]


def test_the_order_from_left_to_right_stays():
    placed = placed_together(HOLDERS["basket"], OUTER, ABOVE_EACH_OTHER[::-1])
    assert placed[0][0] > placed[1][0]


def test_what_is_apart_stays_where_it_is_across():
    apart = [(110, 120, 30, 30), (160, 160, 30, 30)]
    assert [box[0] for box in placed_together(HOLDERS["bucket"], OUTER, apart)] == [110, 160]


def test_what_makes_room_for_another_stays_as_near_to_where_it_was_as_can_be():
    given = [(130, 120, 20, 20), (140, 150, 20, 20), (190, 120, 16, 20)]
    lefts = [box[0] for box in placed_together(HOLDERS["crate"], OUTER, given)]
    assert lefts[1] - lefts[0] == 20
    assert max(abs(left - box[0]) for left, box in zip(lefts, given, strict=True)) <= 10


def test_a_row_that_is_full_at_one_side_stays_within_the_holder_at_both():
    wide = [(101, 120, 28, 24), (104, 150, 28, 24), (172, 120, 28, 24)]
    placed = placed_together(HOLDERS["basket"], OUTER, wide)
    assert all(OUTER[0] < box[0] and box[0] + box[2] < OUTER[0] + OUTER[2] for box in placed)


def test_what_is_seen_through_glass_or_stands_on_a_board_stays_at_its_height():
    for name in ("aquarium", "bookshelf"):
        assert placed_together(HOLDERS[name], OUTER, ABOVE_EACH_OTHER) == ABOVE_EACH_OTHER


def test_more_than_find_room_overlap_evenly_within_the_holder():
    wide = [(105 + 5 * k, 120, 50, 40) for k in range(3)]
    placed = placed_together(HOLDERS["crate"], OUTER, wide)
    lefts = [box[0] for box in placed]
    assert lefts[1] - lefts[0] == pytest.approx(lefts[2] - lefts[1], abs=1)
    assert lefts[0] >= OUTER[0] + ASIDE * OUTER[2] - 1
    assert lefts[-1] + 50 <= OUTER[0] + OUTER[2] * (1 - ASIDE) + 1


def holding(name: str, held: str) -> SpatialGraph:
    """A vessel on a table top with two of a kind in it, one planned above the other."""
    things = tuple(GraphObject(id=i, category=category) for i, category in enumerate((name, held, held)))
    inside = tuple(Relation(subject=i, predicate="inside", object=0) for i in (1, 2))
    boxes = ((180, 260, 170, 150), (230, 280, 50, 56), (236, 340, 50, 56))
    layout = Layout(canvas=(512, 512), boxes=boxes, depth=(0.5, 0.49, 0.48))
    given = {"objects": things, "relations": inside, "excluded": (), "layout": layout, "scene": "fruit still life"}
    return example_graph().model_copy(update=given)


@REAL
@pytest.mark.parametrize("name", RIMMED)
def test_two_fruits_in_a_vessel_are_both_seen_and_inside(name: str):
    truth = CollageRenderer(default_sprites_dir()).compose(holding(name, "orange"), 5).truth
    fruits = [thing for thing in truth.objects if thing.category == "orange"]
    assert [fruit.visible > 0.55 for fruit in fruits] == [True, True], [fruit.visible for fruit in fruits]
    for a, b in combinations(fruits, 2):
        shared = min(a.box[0] + a.box[2], b.box[0] + b.box[2]) - max(a.box[0], b.box[0])
        assert shared <= MOST_HIDDEN * 50
    assert {relation.predicate for relation in truth.drawn} == {"inside"}
    assert len(truth.drawn) == 2
