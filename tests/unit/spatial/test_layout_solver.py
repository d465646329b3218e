"""Layouts as a user sees them: relations in, boxes or a proof out."""

import random
from functools import partial
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.graph import Layout, Relation
from spatial.knowledge.categories import Category
from spatial.layout import Catalog, NoLayout, Unsatisfiable, faults, solve, verify
from spatial.layout.layout_faults import share_of_smaller
from spatial.reasoning.draft import Draft
from spatial.relations.predicate_table import BINARY, PLACES
from spatial.relations.relation_truth import holds, relate
from tests.fakes.cpu_speed import reference_cpu_s

CANVAS = (512, 512)
PLAIN = Catalog()


def rel(subject: int, predicate: str, other: int | None = None) -> Relation:
    return Relation(subject=subject, predicate=predicate, object=other)


def things(count: int, *relations: Relation) -> Draft:
    return Draft(tuple(f"thing {i}" for i in range(count)), relations)


def laid_out(draft: Draft, canvas: tuple[int, int] = CANVAS, seed: int = 1) -> Layout:
    found = solve(draft, canvas, seed, catalog=PLAIN)
    assert isinstance(found, Layout), found
    return found


def assert_sound(draft: Draft, layout: Layout) -> None:
    assert verify(draft, layout) == ()
    assert faults(draft.objects, draft.relations, layout.canvas, layout.boxes, layout.depth) == ()


def read_off(rng: random.Random, objects: int, relations: int, apart: bool) -> Draft:
    """A graph that random boxes fulfil, so that it cannot be unsatisfiable."""
    boxes: list[tuple[int, int, int, int]] = []
    while len(boxes) < objects:
        w, h = rng.randint(24, 120), rng.randint(24, 120)
        box = (rng.randint(0, 512 - w), rng.randint(0, 512 - h), w, h)
        if not apart or all(share_of_smaller(box, other) == 0 for other in boxes):
            boxes.append(box)
    stated: list[Relation] = []
    while len(stated) < relations:
        a, b = rng.sample(range(objects), 2)
        true = sorted(relate(boxes[a], boxes[b], CANVAS, a, b))
        stated.append(rel(a, rng.choice(true), b))
    return things(objects, *stated)


@pytest.mark.parametrize("predicate", BINARY)
def test_a_single_relation_is_laid_out_whatever_it_is(predicate):
    draft = things(2, rel(0, predicate, 1))
    for seed in range(20):
        assert_sound(draft, laid_out(draft, seed=seed))


@pytest.mark.parametrize("place", PLACES)
def test_a_single_place_is_laid_out_whatever_it_is(place):
    draft = things(1, rel(0, place))
    for seed in range(20):
        assert_sound(draft, laid_out(draft, seed=seed))


@pytest.mark.thorough
@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.integers(2, 10), st.integers(1, 16), st.booleans())
def test_what_random_boxes_show_is_laid_out_or_left_open_but_never_called_impossible(seed, objects, relations, apart):
    draft = read_off(random.Random(seed), objects, relations, apart)
    try:
        found = solve(draft, CANVAS, seed, catalog=PLAIN)
    except NoLayout:
        return
    assert isinstance(found, Layout)
    assert_sound(draft, found)


def test_nearly_every_graph_that_random_boxes_show_is_laid_out():
    found = 0
    for seed in range(100):
        draft = read_off(random.Random(seed), 8, 12, apart=seed % 2 == 0)
        try:
            found += isinstance(solve(draft, CANVAS, seed, catalog=PLAIN), Layout)
        except NoLayout:
            continue
    assert found >= 98


@pytest.mark.thorough
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_conflict_is_irreducible(data):
    count = data.draw(st.integers(2, 4))
    pairs = st.tuples(st.integers(0, count - 1), st.sampled_from(BINARY), st.integers(0, count - 1))
    stated = data.draw(st.lists(pairs.filter(lambda t: t[0] != t[2]), min_size=2, max_size=7))
    draft = things(count, *(rel(*triple) for triple in stated))
    try:
        found = solve(draft, CANVAS, 1, catalog=PLAIN)
    except NoLayout:
        return
    if not isinstance(found, Unsatisfiable):
        return
    for k in found.indices:
        rest = things(count, *(draft.relations[i] for i in found.indices if i != k))
        try:
            assert isinstance(solve(rest, CANVAS, 1, catalog=PLAIN), Layout)
        except NoLayout:
            continue


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ([(0, "left_of", 1), (2, "above", 0), (1, "left_of", 0)], (0, 2)),
        ([(0, "left_of", 1), (1, "left_of", 2), (2, "left_of", 0)], (0, 1, 2)),
        ([(0, "near", 1), (0, "above", 1), (0, "far", 1)], (0, 2)),
        ([(0, "right", None), (1, "left", None), (0, "inside", 1)], (0, 1, 2)),
        ([(0, "in_front_of", 1), (0, "behind", 1)], (0, 1)),
    ],
)
def test_contradictions_come_back_as_the_relations_that_conflict(stated, expected):
    draft = things(3, *(rel(*triple) for triple in stated))
    assert solve(draft, CANVAS, 1, catalog=PLAIN) == Unsatisfiable(expected)


def test_a_relation_of_a_thing_with_itself_and_a_dangling_index_are_conflicts_of_their_own():
    assert solve(things(2, rel(0, "left_of", 1), rel(1, "near", 1)), CANVAS, 1, catalog=PLAIN) == Unsatisfiable((1,))
    assert solve(things(2, rel(0, "left_of", 5)), CANVAS, 1, catalog=PLAIN) == Unsatisfiable((0,))


@pytest.mark.thorough
def test_a_full_canvas_is_no_proof():
    crowd = things(40, *(rel(i, "left_of", i + 1) for i in range(39)))
    with pytest.raises(NoLayout):
        solve(crowd, (16, 16), 1, catalog=PLAIN)


def test_a_seed_gives_the_same_layout_again_and_another_seed_a_visibly_different_one():
    draft = things(4, rel(0, "left_of", 1), rel(2, "on", 3))
    layouts = [laid_out(draft, seed=seed) for seed in range(20)]
    assert layouts == [laid_out(draft, seed=seed) for seed in range(20)]
    ways = [
        sum(abs(a[0] - b[0]) + abs(a[1] - b[1]) for a, b in zip(one.boxes, two.boxes, strict=True)) / 4
        for one, two in combinations(layouts, 2)
    ]
    assert min(ways) > 20


@pytest.mark.parametrize("canvas", [(16, 16), (64, 48), (300, 1000), (1920, 240), (8192, 8192)])
def test_any_canvas_will_do(canvas):
    draft = things(3, rel(0, "left_of", 1), rel(1, "above", 2), rel(2, "near", 0))
    for seed in range(5):
        assert_sound(draft, laid_out(draft, canvas, seed))


def test_a_canvas_of_no_size_is_a_plain_error():
    with pytest.raises(ValueError, match="canvas"):
        solve(things(1), (0, 512), 1, catalog=PLAIN)


def test_no_objects_make_an_empty_layout():
    assert laid_out(Draft(())).boxes == ()


def test_unrelated_boxes_never_overlap():
    draft = things(9, rel(0, "on", 1), rel(2, "inside", 3), rel(4, "next_to", 5))
    for seed in range(40):
        boxes = laid_out(draft, seed=seed).boxes
        for i, j in combinations(range(9), 2):
            if (i, j) not in ((0, 1), (2, 3)):
                assert share_of_smaller(boxes[i], boxes[j]) == 0


def test_directions_can_be_asked_of_nearly_every_layout():
    """Centres differ by 5 % of the canvas, and neither lies within the other's extent."""
    clear = 0
    for seed in range(100):
        draft = things(6, rel(0, "left_of", 1), rel(2, "above", 3), rel(4, "right_of", 5), rel(1, "below", 4))
        boxes = laid_out(draft, seed=seed).boxes
        a, b = boxes[0], boxes[1]
        centre_a, centre_b = a[0] + a[2] / 2, b[0] + b[2] / 2
        clear += centre_b - centre_a >= 0.05 * 512 and centre_a < b[0] and centre_b > a[0] + a[2]
    assert clear >= 95


def test_distances_keep_off_their_thresholds():
    for seed in range(30):
        draft = things(3, rel(0, "near", 1), rel(1, "far", 2))
        boxes = laid_out(draft, seed=seed).boxes
        near, far = relate(boxes[0], boxes[1], CANVAS)["near"], relate(boxes[1], boxes[2], CANVAS)["far"]
        assert near > 0.02
        assert far > 0.02


def test_known_sizes_and_shapes_are_kept():
    house = Category("house", "houses", 8, 6, 8, 1.4, ("floor",))
    cup = Category("cup", "cups", 0.1, 0.1, 0.1, 0.8, ("surface",))
    catalog = Catalog({"house": house, "cup": cup})
    for seed in range(20):
        found = solve(Draft(("red house", "cup", "gizmo")), CANVAS, seed, catalog=catalog)
        assert isinstance(found, Layout)
        (_, _, hw, hh), (_, _, cw, ch), (_, _, gw, gh) = found.boxes
        assert abs(hw / hh - 1.4) < 0.03
        assert abs(cw / ch - 0.8) < 0.04
        assert gw == gh
        assert hw * hh > gw * gh > cw * ch


def test_what_carries_is_behind_what_it_carries_unless_stated_otherwise():
    plain = laid_out(things(2, rel(0, "on", 1)))
    assert plain.depth[0] < plain.depth[1]
    stated = laid_out(things(2, rel(0, "on", 1), rel(1, "in_front_of", 0)))
    assert stated.depth[1] < stated.depth[0]


@pytest.mark.thorough
@pytest.mark.parametrize(("objects", "relations", "seconds"), [(10, 12, 0.05), (20, 24, 1.0)])
def test_speed_of_layouts(objects, relations, seconds):
    """95 of 100 within the bound, three times which is allowed for machines busy with other tests."""
    times = []
    for seed in range(60):
        draft = read_off(random.Random(seed), objects, relations, apart=True)
        times.append(reference_cpu_s(partial(laid_out, draft, seed=seed), tries=1))
    assert sorted(times)[int(0.95 * len(times))] < 3 * seconds


def test_the_verifier_names_what_is_violated():
    draft = things(2, rel(0, "left_of", 1), rel(0, "above", 1), rel(0, "near", 7), rel(1, "in_front_of", 0))
    layout = Layout(canvas=CANVAS, boxes=((300, 0, 50, 50), (0, 300, 50, 50)), depth=(0.2, 0.4))
    assert verify(draft, layout) == (0, 2, 3)
    assert holds("above", layout.boxes[0], layout.boxes[1], CANVAS)


@pytest.mark.parametrize("seed", range(10))
def test_things_beside_and_over_each_other_overlap_by_a_corner_and_stay_large(seed):
    draft = things(
        3, rel(0, "over", 1), rel(0, "next_to", 1), rel(2, "next_to", 1), rel(2, "under", 1), rel(0, "behind", 1)
    )
    layout = laid_out(draft, (1920, 1080), seed)
    assert_sound(draft, layout)
    assert min(min(box[2:]) for box in layout.boxes) > 100
