"""What is between what: its truth, its conflicts, its layouts, what pictures show of it, and the questions about it."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.events import Scene, SeenRelation
from schemas.graph import Relation
from schemas.predicate_names import GROUPS
from spatial.commands.jsonl_commands import check, solve
from spatial.layout import Unsatisfiable
from spatial.layout import solve as solve_draft
from spatial.layout.constraints.infeasibility_proof import check_necessary_conditions
from spatial.questions import Unanswerable, answer, mirror, parse
from spatial.questions.kind_table import KINDS
from spatial.questions.object_names import NamedScene
from spatial.questions.question_generation import _question_for, _Task
from spatial.questions.question_kinds import Between, IsBetween
from spatial.questions.wording.realisation import variants
from spatial.reasoning.conflicts import contradictions
from spatial.reasoning.draft import Draft
from spatial.reasoning.minimal_repair import repair
from spatial.relations.boxes import edges
from spatial.relations.group_extraction import derived_groups
from spatial.relations.group_geometry import GROUP_MARGIN, GROUP_TRUTH
from spatial.relations.relation_truth import NEAR_DEPTH
from spatial.verify import verify
from tests.fakes.constructed_boxes import CANVAS, any_box
from tests.fakes.rooms import room, thing

ROW = room(
    thing("cup", (10, 200, 60, 60)), thing("plate", (150, 210, 60, 40)), thing("stove", (300, 190, 80, 80)),
)  # fmt: skip
OPEN, CLOSED = (
    "In the picture, what is between the stove and the cup?",
    "Is the plate between the cup and the stove in the picture?",
)


def between(subject: int, first: int, second: int) -> Relation:
    return Relation(subject=subject, predicate="between", object=first, others=(second,))


def derived(scene: Scene, reach: float = NEAR_DEPTH) -> list[tuple[int, int, tuple[int, ...]]]:
    found = derived_groups(scene.objects, scene.canvas, [], set(), reach)
    return [(r.subject, r.object, r.others) for r in found if r.object is not None]


@pytest.mark.parametrize("others", [(), (2, 3), (1,), (0,), (2, 2)])
def test_between_takes_two_other_objects(others: tuple[int, ...]):
    for kind in (Relation, SeenRelation):
        with pytest.raises(ValidationError):
            kind(subject=0, predicate="between", object=1, others=others)
        assert kind(subject=0, predicate="between", object=1, others=(2,)).others == (2,)


def test_others_are_not_serialised_where_there_are_none_and_null_means_none():
    assert "others" not in Relation(subject=0, predicate="near", object=1).model_dump()
    row = {"subject": 0, "predicate": "near", "object": 1, "drawn": False, "others": None}
    assert SeenRelation.model_validate(row).others == ()
    with pytest.raises(ValidationError, match="takes 0 others, not 1"):
        Relation(subject=0, predicate="near", object=1, others=(2,))


def test_the_one_between_is_in_the_gap_and_shares_extent_with_both():
    a, left, right = (40, 20, 10, 10), (0, 15, 20, 20), (70, 18, 20, 20)
    rule = GROUP_TRUTH["between"]
    assert rule(edges(a), [edges(left), edges(right)])
    assert rule(edges(a), [edges(right), edges(left)])
    assert not rule(edges(left), [edges(a), edges(right)])
    assert not rule(edges((40, 60, 10, 10)), [edges(left), edges(right)])
    assert rule(edges((20, 40, 10, 10)), [edges((15, 0, 20, 20)), edges((18, 70, 20, 20))])


def test_of_three_boxes_at_most_one_is_between_the_others_and_margins_say_by_how_much():
    rng = random.Random("between")
    seen = 0
    for _ in range(4000):
        boxes = [any_box(rng)]
        boxes += [any_box(rng, boxes)]
        boxes += [any_box(rng, boxes)]
        held = []
        for i in range(3):
            members = [edges(boxes[j]) for j in range(3) if j != i]
            held.append(GROUP_TRUTH["between"](edges(boxes[i]), members))
            assert not held[-1] or GROUP_MARGIN["between"](edges(boxes[i]), members, CANVAS) >= 0
        seen += any(held)
        assert sum(held) <= 1, boxes
    assert seen > 50


def test_two_betweens_of_the_same_three_contradict_each_other_and_the_later_one_is_dropped():
    draft = Draft(("cat", "dog", "cup"), (between(0, 1, 2), between(1, 0, 2)))
    conflict = contradictions(draft)
    assert conflict is not None
    assert (conflict.indices, conflict.kind) == ((0, 1), "exclusion")
    assert repair(draft).dropped == (1,)
    assert contradictions(Draft(draft.objects, (between(0, 1, 2), between(0, 2, 1)))) is None


def test_sides_that_leave_no_gap_are_refuted_with_the_between_among_them():
    sides = [Relation(subject=0, predicate=p, object=o) for o in (1, 2) for p in ("left_of", "above")]
    draft = Draft(("cat", "dog", "cup"), (*sides, between(0, 1, 2)))
    found = solve_draft(draft, (512, 512), 1)
    assert isinstance(found, Unsatisfiable)
    assert 4 in found.indices
    rest = tuple(r for i, r in enumerate(draft.relations) if i in found.indices[:-1])
    assert check_necessary_conditions(Draft(draft.objects, rest), (512, 512), 1.0) != "impossible"


@pytest.mark.parametrize("scene", ["living room", None])
def test_a_layout_puts_the_one_between_plainly_there_at_the_depth_of_both(scene: str | None):
    for seed in range(6):
        found = solve_draft(Draft(("cat", "chair", "chair"), (between(0, 1, 2),), scene), (512, 512), seed)
        assert not isinstance(found, Unsatisfiable)
        boxes = [edges(box) for box in found.boxes]
        assert GROUP_MARGIN["between"](boxes[0], boxes[1:], found.canvas) >= 0.05
        assert max(abs(found.depth[0] - depth) for depth in found.depth[1:]) <= NEAR_DEPTH + 1e-6


def test_a_picture_shows_what_is_between_its_nearest_neighbours_once():
    scene = room(*(thing("cup", (10 + 70 * k, 200, 40, 40)) for k in range(5)))
    assert derived(scene) == [(1, 0, (2,)), (2, 1, (3,)), (3, 2, (4,))]
    assert derived(scene, reach=-1.0) == []


@pytest.mark.parametrize(
    "middle",
    [
        thing("plate", (50, 210, 60, 40)),
        thing("plate", (150, 150, 60, 40)),
        thing("plate", (150, 210, 60, 40), depth=1.3),
    ],
    ids=["hardly in the gap", "above the gap", "behind the gap"],
)
def test_what_some_would_not_call_between_is_neither_stated_nor_asked(middle):
    scene = room(thing("cup", (10, 200, 60, 60)), middle, thing("stove", (300, 190, 80, 80)))
    assert derived(scene) == []
    for text in (OPEN, CLOSED):
        with pytest.raises(Unanswerable):
            answer(parse(text), scene)
        assert not verify(text, None, scene).entailed


def test_what_is_between_is_named_and_any_of_three_may_be_asked_about():
    assert answer(parse(OPEN), ROW).text == verify(OPEN, None, ROW).answer == "plate"
    assert answer(parse(CLOSED), ROW).text == verify(CLOSED, None, ROW).answer == "yes"
    turned = "Is the cup between the plate and the stove in the picture?"
    assert answer(parse(turned), ROW).text == verify(turned, None, ROW).answer == "no"


def test_what_hangs_plainly_above_both_is_not_between():
    scene = room(*(thing(o.category, o.box) for o in ROW.objects), thing("lamp", (160, 20, 40, 60)))
    assert answer(parse(OPEN), scene).text == verify(OPEN, None, scene).answer == "plate"
    text = CLOSED.replace("plate", "lamp")
    assert answer(parse(text), scene).text == verify(text, None, scene).answer == "no"


def test_two_things_in_the_gap_have_no_answer():
    scene = room(*(thing(c, (10 + 90 * k, 200, 40, 40)) for k, c in enumerate(("cup", "plate", "fork", "stove"))))
    with pytest.raises(Unanswerable, match="not exactly one"):
        answer(parse(OPEN), scene)
    assert not verify(OPEN, None, scene).entailed


def test_there_are_many_ways_to_ask_it():
    cup, stove, plate = (parse(CLOSED).__getattribute__(name) for name in ("first", "second", "subject"))
    for query in (Between(first=cup, second=stove), IsBetween(subject=plate, first=cup, second=stove)):
        assert variants(query) >= 25


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_writer_and_verifier_agree_in_rows_of_things(seed: int):
    rng = random.Random(seed)
    names = rng.sample(["cup", "plate", "stove", "lamp", "fork", "chair", "table", "dog"], rng.randint(3, 6))
    at = sorted(rng.sample(range(0, 360, 12), len(names)))
    things = [
        thing(name, (x, rng.randint(180, 240), rng.randint(17, 50), rng.randint(30, 90)))
        for name, x in zip(names, at, strict=True)
    ]
    scene = NamedScene(room(*things))
    for query, target in list(KINDS["between"].propose(scene, rng))[:8]:
        question = _question_for(_Task(scene, "", None), query, target, rng)
        if question is None:
            continue
        assert verify(question.question, question.choices, scene.scene).answer == target
        twin = mirror(question, scene.scene)
        assert (twin is not None) == isinstance(query, IsBetween)
        assert twin is None or verify(twin.question, twin.choices, scene.scene).answer == twin.answer != target


def test_a_pipe_names_the_group_in_a_list():
    graph = {"objects": ["cat", "chair", "chair"], "relations": [[0, "in between", [1, 2]]], "canvas": [512, 512]}
    placed = solve({**graph, "seed": 3})
    judged = check({**graph, "boxes": placed["boxes"], "depth": placed["depth"]})
    assert (judged["violated"], judged["faults"]) == ([], [])
    judged = check({**graph, "boxes": [[0, 0, 9, 9], [40, 0, 9, 9], [80, 0, 9, 9]]})
    assert judged["violated"] == [0]
    as_object = {"subject": 0, "predicate": "between", "object": 1, "others": [9]}
    assert check({**graph, "relations": [as_object]})["conflict"] == [0]
    for bad, why in (([1], "takes 1 others, not 0"), ([1, 2, 0], "takes 1 others, not 2"), ([1, 1], "twice")):
        with pytest.raises(ValueError, match=why):
            check({**graph, "relations": [[0, "between", bad]]})
    with pytest.raises(ValueError, match="needs an object"):
        check({**graph, "relations": [[0, "between", None]]})


def test_every_predicate_of_a_group_says_how_many_others_it_takes():
    assert all(1 <= least <= most for least, most in GROUPS.values())
