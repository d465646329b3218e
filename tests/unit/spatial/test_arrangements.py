"""Rows, groups, alignment, opposition and borders: one truth for writer, audit, proof and layouts."""

import random
from collections.abc import Iterator

import pytest

from dataset.audit.box_relations import holds_in
from schemas.graph import Relation
from schemas.predicate_names import BORDERS, GROUPS, ORIENTED
from spatial.layout import Unsatisfiable, solve
from spatial.layout.constraints.infeasibility_proof import _necessary
from spatial.layout.constraints.linear import Rule
from spatial.layout.layout_check import Body
from spatial.layout.placement_problem import facts_of
from spatial.reasoning.closure import closure
from spatial.reasoning.conflicts import contradictions
from spatial.reasoning.draft import Draft
from spatial.relations.boxes import edges
from spatial.relations.group_geometry import GROUP_MARGIN, GROUP_TRUTH
from spatial.relations.phrases import normalise, normalise_place
from spatial.relations.predicate_table import entailed
from spatial.relations.relation_truth import borders, members, relation_holds

CANVAS = (512, 512)
PAIRS = ("aligned_with", "opposite", "leaning_on", "props_up")
LEFT = ("brown", "facing left")


def relation(name: str, count: int) -> Relation:
    """A relation of the first of `count` objects to all others."""
    if name in BORDERS:
        return Relation(subject=0, predicate=name)
    return Relation(subject=0, predicate=name, object=1, others=tuple(range(2, count)))


def sized(name: str, rng: random.Random) -> int:
    least, most = GROUPS.get(name, (0, 0))
    return 2 + rng.randint(least, min(most, least + 1))


def boxes_near_the_limits(name: str, rng: random.Random, count: int) -> list[tuple[int, int, int, int]]:
    """Boxes side by side on a line, about as often right as wrong."""
    side, step = rng.randint(40, 60), rng.choice((45, 60, 70, 110))
    order = rng.sample(range(count), count)
    start = rng.choice((0, 15, 30))
    return (
        [
            (
                start + step * k,
                200 + rng.choice((0, 0, 5, 12, -20)),
                side + rng.choice((0, 0, 5)),
                side + rng.choice((0, 0, -6)),
            )
            for k in order
        ]
        if name not in (*BORDERS, "on_stack")
        else stacked_boxes(rng, count)
        if name == "on_stack"
        else [(rng.randint(0, 60), rng.randint(0, 60), 50, 50), (300, 300, 50, 50)]
    )


def stacked_boxes(rng: random.Random, count: int) -> list[tuple[int, int, int, int]]:
    """Boxes one above another, each end near the top of the next one."""
    tops = [200 + 50 * k for k in range(count)]
    return [(100 + rng.choice((0, 10, 55)), top, 50, 50 + rng.choice((0, 0, 5, 24, -1))) for top in tops]


def cases(name: str, times: int = 400) -> Iterator[tuple[Relation, list[tuple[int, int, int, int]]]]:
    rng = random.Random(name)
    for _ in range(times):
        count = sized(name, rng)
        yield relation(name, count), boxes_near_the_limits(name, rng, count)


NEW = [*PAIRS, *sorted(ORIENTED), *sorted(BORDERS), *GROUPS]


@pytest.mark.parametrize("name", NEW)
def test_writer_and_audit_judge_alike_and_either_verdict_occurs(name: str):
    seen = set()
    for stated, boxes in cases(name):
        things = {i: {"id": i, "box": list(box), "depth": 0.5, "attributes": LEFT} for i, box in enumerate(boxes)}
        verdict = relation_holds(stated, {i: Body(box, 0.5, LEFT) for i, box in enumerate(boxes)}, CANVAS)
        assert verdict == holds_in(things, stated.model_dump() | {"others": list(stated.others)}, CANVAS), (stated, boxes)
        seen.add(verdict)
    assert seen == {True, False}


def is_met(rule: Rule, boxes: list[tuple[int, int, int, int]], scale: float) -> bool:
    def value(kind: str, i: int) -> float:
        x, y, w, h = boxes[i]
        return scale * {"x": x, "y": y, "w": w, "h": h, "s": (w * h) ** 0.5}[kind]

    return any(
        all(sum(f * value(kind, i) for f, kind, i in linear.terms) <= linear.bound + 1e-6 for linear in option)
        for option in rule
    )


@pytest.mark.parametrize("name", NEW)
def test_what_is_true_meets_the_necessary_conditions(name: str):
    scale = 6 * 4096 / 512
    for stated, boxes in cases(name):
        if relation_holds(stated, {i: Body(box, 0.5) for i, box in enumerate(boxes)}, CANVAS):
            for fact in facts_of(Draft(tuple("abcdefghijkl"[: len(boxes)]), (stated,))):
                assert all(is_met(rule, boxes, scale) for rule in _necessary(fact, (6 * 4096, 6 * 4096))), (stated, boxes)


@pytest.mark.parametrize("name", GROUPS)
def test_a_group_that_holds_has_a_margin(name: str):
    for stated, boxes in cases(name):
        shapes = [edges(box) for box in boxes]
        group = [shapes[i] for i in members(stated)]
        margin = GROUP_MARGIN[name](shapes[0], group, CANVAS)
        assert margin >= 0 if GROUP_TRUTH[name](shapes[0], group) else margin <= 0, (stated, boxes)


@pytest.mark.parametrize("scene", ["living room", None])
@pytest.mark.parametrize("name", NEW)
def test_a_layout_makes_it_true(name: str, scene: str | None):
    count = 2 + GROUPS.get(name, (0, 0))[0]
    draft = Draft(("cat", "chair", "chair", "sofa")[:count], (relation(name, count),), scene)
    for seed in range(3):
        assert not isinstance(solve(draft, CANVAS, seed), Unsatisfiable)  # it verifies what it returns


def test_what_is_opposite_is_far_and_not_near():
    near = Relation(subject=1, predicate="near", object=0)
    found = contradictions(Draft(("chair", "sofa"), (relation("opposite", 2), near)))
    assert found is not None
    assert found.indices == (0, 1)


def test_a_corner_is_at_the_edge_and_the_middle_is_not():
    assert set(borders((2, 3, 50, 50), CANVAS)) == {"at_edge", "in_corner"}
    assert set(borders((2, 200, 50, 50), CANVAS)) == {"at_edge"}
    assert borders((200, 200, 50, 50), CANVAS) == {}


@pytest.mark.parametrize(
    ("phrase", "says"),
    [
        ("surrounded by", "among"), ("is in a row with", "in_row_with"), ("across from", "opposite"),
        ("surrounds", "surrounding"), ("is in line with", "in_row_with"), ("aligned with", "aligned_with"),
        ("ahead of", "in_front_of"), ("beyond", "behind"), ("at the edge of", "near"), ("attached to", "touching"),
    ],
)  # fmt: skip
def test_phrases_say_what_a_reader_would_conclude(phrase: str, says: str):
    assert normalise(phrase)[0] == says


def test_a_corner_and_an_edge_are_places():
    assert normalise_place("in the corner of the picture") == "in_corner"
    assert normalise_place("at the edge of the picture") == "at_edge"
    assert normalise_place("in the middle of the picture") == "center"


@pytest.mark.parametrize(
    ("attributes", "x", "predicates"),
    [
        (("facing right",), 300, {"facing"}),
        (("facing left",), 300, {"facing_away_from"}),
        (("brown",), 300, set()),
        (("facing left", "facing right"), 300, set()),
        (("facing right",), 110, set()),
        (None, 300, {"facing", "facing_away_from"}),
    ],
)
def test_what_a_thing_faces_is_known_only_where_its_turn_is(
    attributes: tuple[str, ...] | None, x: int, predicates: set[str]
):
    placed = {0: Body((100, 100, 60, 60), 0.5, attributes), 1: Body((x, 100, 20, 60), 0.5, ())}
    stated = {name: Relation(subject=0, predicate=name, object=1) for name in ORIENTED}
    assert {name for name, each in stated.items() if relation_holds(each, placed, CANVAS)} == predicates


def test_facing_and_facing_away_exclude_each_other_and_are_read_from_words():
    assert contradictions(Draft(("cat", "dog"), (relation("facing", 2), relation("facing_away_from", 2)))) is not None
    assert (normalise("is facing"), normalise("facing away from")) == (("facing",), ("facing_away_from",))


def test_what_leans_on_a_thing_touches_it_and_is_not_on_it():
    assert entailed("leaning_on") == ("leaning_on", "touching", "near")
    on = Relation(subject=0, predicate="on", object=1)
    assert contradictions(Draft(("ladder", "tree"), (relation("leaning_on", 2), on))) is not None
    for phrase in ("leaning against", "leaning on", "leans on", "propped up against"):
        assert normalise(phrase) == ("leaning_on",)


def test_a_layout_lets_the_upper_end_of_what_leans_reach_the_other_and_its_foot_stand_a_little_lower():
    for seed in range(5):
        layout = solve(Draft(("ladder", "tree"), (relation("leaning_on", 2),), "park"), CANVAS, seed)
        assert not isinstance(layout, Unsatisfiable)
        (x, y, w, h), (left, top, width, height) = layout.boxes
        assert top + height <= y + h <= top + 1.13 * height
        assert left < x + w
        assert x < left + width


def test_a_stack_states_that_each_is_on_the_next():
    stacked = relation("on_stack", 4)
    found = {step.fact for step in closure(Draft(("book", "book", "book", "table"), (stacked,)))}
    assert {("supports", 1, 0), ("supports", 2, 1), ("above", 0, 2), ("above", 1, 3)} <= found
    below = Relation(subject=2, predicate="on", object=1)
    conflict = contradictions(Draft(("book", "book", "book", "table"), (stacked, below)))
    assert conflict is not None
    assert conflict.indices == (0, 1)


def test_the_order_of_a_stack_matters():
    boxes = {0: Body((100, 100, 40, 40), 0.5), 1: Body((100, 140, 40, 40), 0.5), 2: Body((100, 180, 40, 40), 0.5)}
    assert relation_holds(Relation(subject=0, predicate="on_stack", object=1, others=(2,)), boxes, CANVAS)
    assert not relation_holds(Relation(subject=0, predicate="on_stack", object=2, others=(1,)), boxes, CANVAS)
    assert normalise("on top of a stack of") == ("on_stack",)
