"""The commands as others use them: JSON in, JSON out."""

import json
import random

import pytest

from schemas.events import Scene
from spatial.commands.jsonl_commands import COMMANDS
from spatial.questions import KINDS
from spatial.relations.relation_truth import relate
from tests.fakes.cpu_speed import reference_cpu_s
from tests.fakes.scenes import random_scene
from tests.fakes.seen_twice import seen_twice
from tests.fakes.worlds import with_random_world

CANVAS = [200, 200]
NAN, INF = float("nan"), float("inf")


def run(name, **request):
    """The result of a command, through JSON both ways as on the command line."""
    return json.loads(json.dumps(COMMANDS[name](json.loads(json.dumps(request)))))


def check(relations, objects=3, **rest):
    return run("check", objects=[f"thing {i}" for i in range(objects)], relations=relations, canvas=CANVAS, **rest)


def test_normalise():
    assert run("normalise", phrase="on the left of, near") == {"predicates": ["left_of", "near"]}


def test_relate():
    held = run("relate", a=[0, 0, 20, 20], b=[100, 0, 20, 20], canvas=CANVAS, depth_a=1, depth_b=3)["holds"]
    assert held == {"left_of": 0.5, "far": 3.25, "aligned_with": 0.1, "opposite": 0.25, "in_front_of": 2}


def test_relate_without_depths_says_nothing_of_depth():
    held = run("relate", a=[0, 0, 20, 20], b=[100, 0, 20, 20], canvas=CANVAS, depth_a=None)["holds"]
    assert set(held) == {"left_of", "far", "aligned_with", "opposite"}


@pytest.mark.parametrize(
    ("name", "request_", "word"),
    [
        ("normalise", {}, "phrase is missing"),
        ("normalise", {"phrase": 7}, "phrase"),
        ("normalise", {"phrase": "not on"}, "'not'"),
        ("normalise", {"phrase": "near the blorp"}, "'blorp'"),
        ("relate", {"a": [0, 0, 5, 5], "canvas": CANVAS}, "b is missing"),
        ("relate", {"a": [0, 0, 5, 5], "b": [0, 0, 5, 5]}, "canvas is missing"),
        ("relate", {"a": [0, 0, 5], "b": [0, 0, 5, 5], "canvas": CANVAS}, "a: "),
        ("relate", {"a": [0, 0, 5, 5], "b": [0, 0, 5, 0], "canvas": CANVAS}, "b: .*positive"),
        ("relate", {"a": [0, 0, 5, NAN], "b": [0, 0, 5, 5], "canvas": CANVAS}, "a: .*finite"),
        ("relate", {"a": [0, 0, 5, 10**400], "b": [0, 0, 5, 5], "canvas": CANVAS}, "a: .*finite"),
        ("relate", {"a": [0, 0, 5, True], "b": [0, 0, 5, 5], "canvas": CANVAS}, "number"),
        ("relate", {"a": "box", "b": [0, 0, 5, 5], "canvas": CANVAS}, "list"),
        ("relate", {"a": [0, 0, 5, 5], "b": [0, 0, 5, 5], "canvas": [0, 5]}, "canvas"),
        ("relate", {"a": [0, 0, 5, 5], "b": [0, 0, 5, 5], "canvas": CANVAS, "depth_a": INF, "depth_b": 1}, "finite"),
        ("check", {"relations": []}, "objects is missing"),
        ("check", {"objects": ["a", "b"], "relations": [[0, "wobbles on", 1]]}, r"relations\[0\].*'wobbles'"),
        ("check", {"objects": ["a", "b"], "relations": [[0, "near", 1], [0, "near"]]}, r"relations\[1\]"),
        ("check", {"objects": ["a", "b"], "relations": [["0", "near", 1]]}, "whole number"),
        ("check", {"objects": ["a", "b"], "relations": [[0, "top_left", 1]]}, "takes no object"),
        ("check", {"objects": ["a", "b"], "relations": [[0, "left_of", None]]}, "needs an object"),
        ("check", {"objects": ["a"], "relations": {}, "boxes": []}, "relations"),
        ("check", {"objects": ["a"], "relations": [], "boxes": [[0, 0, 5, 5]]}, "canvas is missing"),
        ("check", {"objects": ["a"], "canvas": CANVAS, "boxes": [[0, 0, 5, 5], None]}, "2 entries for 1"),
        ("check", {"objects": ["a"], "canvas": CANVAS, "boxes": ["x"]}, "list"),
        ("check", {"objects": ["a"], "canvas": CANVAS, "depth": [1, 2]}, "2 entries for 1"),
        ("solve", {"objects": ["a"], "relations": [], "canvas": [200.5, 200]}, "whole pixels"),
        ("solve", {"objects": ["a"], "relations": [], "canvas": CANVAS, "scene": "nowhere"}, "nowhere"),
        ("solve", {"objects": ["a"], "relations": [], "canvas": CANVAS, "seed": "x"}, "seed"),
        ("ask", {"objects": [{"category": "cat"}], "canvas": CANVAS}, "box"),
        ("ask", {"objects": [{"category": "cat", "box": [0, 0, 0, 5]}], "canvas": CANVAS}, "positive"),
        ("ask", {"objects": ["cat"], "canvas": CANVAS}, r"objects\[0\]"),
        ("verify", {"objects": [{"category": "cat", "box": [0, 0, 9, 9]}], "canvas": CANVAS}, "question is missing"),
    ],
)
def test_what_is_malformed_is_refused_with_its_place_and_reason(name, request_, word):
    with pytest.raises(ValueError, match=word) as caught:
        COMMANDS[name](request_)
    assert "\n" not in str(caught.value)


def test_a_graph_without_boxes_is_checked_for_contradictions_alone():
    assert check([[0, "left_of", 1], [1, "left of", 2], [2, "on the left of, near", 0]]) == {
        "consistent": False,
        "conflict": [0, 1, 2],
        "violated": [],
        "faults": [],
    }


def test_the_conflict_is_given_in_indices_of_the_relations_and_not_of_what_they_say():
    found = check([[2, "near", 1], [0, "on top of, near", 1], [1, "behind and above", 0]])
    assert found["conflict"] == [1, 2]


def test_left_with_above_and_a_relation_with_its_inverse_are_consistent():
    assert check([[0, "left_of", 1], [0, "above", 1], [1, "right_of", 0], [1, "under", 2], [2, "over", 1]])["consistent"]


@pytest.mark.parametrize(
    "relation", [[0, "near", 3], [0, "near", 2**31], [-1, "near", 0], [3, "top", None], [1, "left_of", 1], [1, "near", 1]]
)
def test_a_dangling_index_and_a_self_relation_are_conflicts_by_themselves(relation):
    found = check([[0, "left_of", 1], relation], boxes=[[0, 0, 20, 20], [50, 0, 20, 20], [100, 0, 20, 20]])
    assert (found["consistent"], found["conflict"], found["violated"]) == (False, [1], [])


def test_places_conflict_and_are_judged():
    boxes = [[0, 0, 20, 20], [150, 150, 20, 20], None]
    found = check([[0, "top_left", None], [0, "bottom", None], [1, "in the top left corner", None]], boxes=boxes)
    assert found["conflict"] == [0, 1]
    assert found["violated"] == [1, 2]


def test_what_is_violated_is_judged_by_truth_and_not_by_margin():
    boxes = [[0, 0, 20, 20], [1, 0, 20, 20], [160, 0, 20, 20]]
    found = check([[0, "left_of", 1], [1, "left_of", 0], [0, "far", 2], [0, "near", 2]], boxes=boxes)
    assert found["violated"] == [1, 3]


def test_a_phrase_is_violated_where_any_part_of_it_is():
    boxes = [[0, 0, 20, 20], [100, 0, 20, 20]]
    assert check([[0, "to the left of, near", 1], [0, "left of", 1]], 2, boxes=boxes)["violated"] == [0]


def test_depth_is_judged_where_it_is_known():
    relations = [[0, "behind", 1], [0, "in_front_of", 1], [0, "behind", 2]]
    assert check(relations, depth=[1, 2, None])["violated"] == [0]
    assert check(relations)["violated"] == []
    assert check([[0, "behind", 1]], depth=[2, 2, 2])["violated"] == [0]


def test_nothing_is_judged_of_a_box_that_is_none():
    for box in (None, [0, 0, 0, 20], [0, 0, NAN, 20], [0, 0, 20], [0, 0, 20, 20, 20]):
        assert check([[0, "right_of", 1]], 2, boxes=[box, [100, 0, 20, 20]])["violated"] == []


@pytest.mark.parametrize(
    ("box", "kind"),
    [
        (None, "missing_object"),
        ([10, 10, 0, 20], "zero_size"),
        ([10, 10, 20, -3], "zero_size"),
        ([10, 10, 1e-300, 20], "zero_size"),
        ([10, NAN, 20, 20], "not_finite"),
        ([10, 10, INF, 20], "not_finite"),
        ([10, 10, 20], "not_finite"),
        ([10, "ten", 20, 20], "not_finite"),
        ([190, 10, 20, 20], "out_of_bounds"),
        ([1e300, 10, 20, 20], "out_of_bounds"),
        ([10**400, 10, 20, 20], "out_of_bounds"),
        ([0, 0, 200, 200], "full_canvas"),
    ],
)
def test_a_faulty_box_is_a_result_and_named(box, kind):
    found = check([], 2, boxes=[[100, 100, 20, 20], box])
    assert found["faults"] == [{"kind": kind, "objects": [1]}]


def test_objects_without_an_entry_are_missing():
    assert check([], 2, boxes=[[100, 100, 20, 20]])["faults"] == [{"kind": "missing_object", "objects": [1]}]


def test_faults_of_pairs_are_named():
    boxes = [[10, 10, 40, 40], [10, 10, 40, 40], [20, 20, 40, 40]]
    kinds = {
        (f["kind"], tuple(f["objects"])) for f in check([[0, "left_of", 2]], boxes=[boxes[0], None, boxes[2]])["faults"]
    }
    assert ("overlap", (0, 2)) in kinds
    kinds = {(f["kind"], tuple(f["objects"])) for f in check([[2, "left of", 0]], boxes=boxes)["faults"]}
    assert {("shared_box", (0, 1)), ("wrong_side", (2, 0))} <= kinds


def test_boxes_may_be_in_the_units_of_any_canvas():
    found = run("check", objects=["a", "b"], relations=[[0, "left", 1]], canvas=[1, 1],
                boxes=[[0.1, 0.1, 0.2, 0.2], [0.6, 0.1, 0.2, 0.2]])  # fmt: skip
    assert found == {"consistent": True, "conflict": [], "violated": [], "faults": []}


def test_solve_gives_boxes_that_check_clean():
    graph = {"objects": ["mug", "table", "cat"], "relations": [[0, "on top of", 1], [2, "to the left of", 1]]}
    found = run("solve", **graph, canvas=[512, 512], seed=3)
    clean = {"consistent": True, "conflict": [], "violated": [], "faults": []}
    assert run("check", **graph, canvas=[512, 512], **found) == clean
    assert run("solve", **graph, canvas=[512, 512], seed=3) == found


@pytest.mark.parametrize("canvas", [[1, 1], [100_000, 512]])
def test_a_canvas_that_no_layout_can_have_is_one_line(canvas):
    with pytest.raises(ValueError, match=r"^canvas must have 16 to 8192 pixels each way, not \[.*\]$"):
        run("solve", objects=["cat"], canvas=canvas)


def test_solve_names_the_relations_that_cannot_hold_together():
    relations = [[0, "near", 2], [0, "on, near", 1], [1, "above", 0]]
    assert run("solve", objects=["a", "b", "c"], relations=relations, canvas=CANVAS) == {"unsatisfiable": [1, 2]}
    assert run("solve", objects=["a"], relations=[[0, "near", 4]], canvas=CANVAS) == {"unsatisfiable": [0]}


SCENE = {
    "objects": [
        {"id": 0, "category": "cat", "attributes": [], "box": [20, 300, 100, 90], "depth": 1.0, "visible": 1.0},
        {"id": 1, "category": "sofa", "attributes": ["red"], "box": [200, 250, 220, 140], "depth": 2.0, "visible": 0.9},
        {"id": 2, "category": "lamp", "attributes": [], "box": [440, 120, 50, 250], "depth": 3.0, "visible": 1.0},
    ],
    "relations": [{"subject": 0, "predicate": "left_of", "object": 1, "drawn": True}],
    "excluded": ["dog"],
    "canvas": [512, 512],
}


def test_what_is_asked_is_answered_the_same_by_the_verifier():
    asked = run("ask", **SCENE, seed=5)["questions"]
    assert asked
    for question in asked:
        said = {name: question[name] for name in ("question", "choices", "answer")}
        verdict = run("verify", **SCENE, **said)
        assert verdict == {"answer": question["answer"], "entailed": True}
    assert run("ask", **SCENE, seed=5)["questions"] == asked


def test_relations_of_a_scene_may_be_triples():
    triples = {**SCENE, "relations": [[0, "on the left of", 1]]}
    assert run("ask", **triples, seed=1)["questions"]


def test_a_scene_that_names_what_is_not_there_is_refused():
    for relations in ([[0, "left_of", 9]], [{"subject": [], "predicate": "on", "object": 1}]):
        with pytest.raises(ValueError, match=r"relations\[0\]"):
            COMMANDS["ask"]({**SCENE, "relations": relations})
    with pytest.raises(ValueError, match="same id"):
        COMMANDS["ask"]({**SCENE, "objects": [SCENE["objects"][0]] * 2})


def test_a_question_that_is_not_understood_is_not_entailed():
    assert run("verify", **SCENE, question="Why?") == {"answer": None, "entailed": False}


def some_graph(rng):
    boxes = [[rng.randrange(300), rng.randrange(300), rng.randrange(20, 200), rng.randrange(20, 200)] for _ in range(6)]
    relations = []
    for _ in range(8):
        i, j = rng.sample(range(6), 2)
        true = [*relate(boxes[i], boxes[j], (512, 512)), "on the left of, near"]
        relations.append([i, rng.choice(true), j])
    return {"objects": list("abcdef"), "relations": relations, "canvas": [512, 512], "boxes": boxes, "depth": [1] * 6}


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["normalise", "relate", "check"])
def test_over_two_thousand_lines_are_worked_off_in_a_second(name):
    rng = random.Random(name)
    batches = iter([a_thousand_lines(name, rng) for _ in range(3)])
    work_off(name, a_thousand_lines(name, rng)[:10])
    assert reference_cpu_s(lambda: work_off(name, next(batches))) < 0.5


def a_thousand_lines(name, rng):
    graphs = [some_graph(rng) for _ in range(1_000)]
    requests = {
        "normalise": [{"phrase": shouted("is to the left of, and near to", rng)} for _ in range(1_000)],
        "relate": [{"a": g["boxes"][0], "b": g["boxes"][1], "canvas": g["canvas"]} for g in graphs],
        "check": graphs,
    }[name]
    return [json.dumps(request) for request in requests]


def work_off(name, lines):
    for line in lines:
        json.dumps(COMMANDS[name](json.loads(line)))


def shouted(phrase, rng):
    """The phrase with some letters in upper case, so that no answer is remembered."""
    return "".join(rng.choice((letter, letter.upper())) for letter in phrase)


def in_columns(scene: Scene) -> dict[str, object]:
    """The scene's part of a row: objects with their bodies, the camera, room and ground, and what other cameras see."""
    seen = scene.model_dump(mode="json")
    world = seen["world"]
    views = [
        {"width": view["canvas"][0], "height": view["canvas"][1], "camera": view["camera"], "objects": view["objects"]}
        for view in seen.get("views", ())
    ]
    return {
        "width": seen["canvas"][0],
        "height": seen["canvas"][1],
        "scene": seen["scene"],
        "objects": [{**thing, **body} for thing, body in zip(seen["objects"], world["bodies"], strict=True)],
        "relations": seen["relations"],
        "excluded": seen["excluded"],
        "camera": world["camera"],
        "room": world.get("room"),
        "plain_ground": None,
        "views": views or None,
    }


def test_a_row_in_metres_is_asked_in_metres_and_proven():
    kinds = set()
    for number in range(12):
        row = in_columns(with_random_world(random_scene(number), number))
        for question in run("ask", **row, seed=number)["questions"]:
            kinds.add(question["kind"])
            said = {name: question[name] for name in ("question", "choices", "answer")}
            assert run("verify", **row, **said) == {"answer": question["answer"], "entailed": True}
    assert len(kinds & {kind for kind, row in KINDS.items() if row.in_metres}) >= 4


def test_a_question_about_two_pictures_is_proven_of_those_that_it_shows():
    found = 0
    for number in range(8):
        row = in_columns(seen_twice(number))
        asked = [question for question in run("ask", **row, seed=number)["questions"] if question.get("views")]
        for question in asked:
            said = {name: question[name] for name in ("question", "choices", "answer")}
            assert run("verify", **row, **said, shows=question["views"])["answer"] == question["answer"]
            assert run("verify", **row, **said)["answer"] is None
        found += len(asked)
    assert found


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"camera": None}, "room is given without a camera"),
        ({"camera": None, "room": None}, r"objects\[0\].position is given without a camera"),
        ({"camera": 7}, "camera must be an object"),
        ({"camera": {"intrinsics": [1, 2, 3]}}, "intrinsics"),
        ({"room": [1, 2]}, "room must be an object"),
        ({"views": [{"objects": []}]}, r"camera is missing|canvas is missing"),
        ({"views": [7]}, r"views\[0\] must be an object"),
    ],
)
def test_a_scene_that_is_half_in_metres_is_refused(change: dict[str, object], word: str):
    row = in_columns(with_random_world(random_scene(3), 3))
    with pytest.raises(ValueError, match=word):
        run("ask", **{**row, **change}, seed=1)


def test_a_body_without_a_place_is_refused():
    row = in_columns(with_random_world(random_scene(3), 3))
    row["objects"][1]["position"] = None
    with pytest.raises(ValueError, match=r"objects\[1\] has no position: with a camera"):
        run("verify", **row, question="Is there a cup?")
    row["objects"][1]["position"] = [0, NAN, 0]
    with pytest.raises(ValueError, match=r"position"):
        run("verify", **row, question="Is there a cup?")
