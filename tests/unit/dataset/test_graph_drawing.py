"""The drawn graph: arrows end at the edges of boxes, every relation is there, no two share a line."""

import re
from itertools import combinations, product

import pytest

from dataset.gallery.views.graph_drawing import GAP, PLACE_WORD, graph_drawing
from dataset.gallery.views.row_views import cost_pairs, grouped


def things(count: int) -> list[dict]:
    return [{"id": n, "name": f"thing number {n}", "colour": n} for n in range(count)]


def relation(subject: int, predicate: str, thing: int | None, others=None) -> dict:
    return {"subject": subject, "predicate": predicate, "object": thing, "others": others}


def ends(edge: dict) -> list[tuple[float, float]]:
    numbers = [float(number) for number in re.findall(r"-?\d+\.\d", edge["path"])]
    return [(numbers[0], numbers[1]), (numbers[4], numbers[5])]


def beyond(node: dict, point: tuple[float, float]) -> float:
    """How far a point lies outside a node's box; negative inside."""
    return max(abs(point[0] - node["x"]) - node["w"] / 2, abs(point[1] - node["y"]) - node["h"] / 2)


@pytest.mark.parametrize("count", [2, 3, 5, 8, 12])
def test_arrows_begin_at_the_edge_of_one_box_and_end_at_the_edge_of_the_other(count):
    relations = [relation(a, "left_of", b) for a in range(count) for b in range(count) if a != b]
    drawing = graph_drawing(things(count), relations)
    nodes = {node["id"]: node for node in drawing["nodes"]}
    assert len(drawing["edges"]) == len(relations)
    for edge in drawing["edges"]:
        (first, last), (start, end) = ends(edge), edge["points"]
        assert abs(beyond(nodes[start], first)) < 0.2
        assert abs(beyond(nodes[end], last) - GAP) < 0.2


def test_relations_of_the_same_two_share_an_arrow_and_opposite_ones_bend_apart():
    relations = [relation(0, "left_of", 1), relation(0, "far", 1), relation(1, "right_of", 0)]
    there, back = graph_drawing(things(2), relations)["edges"]
    assert (there["label"], back["label"]) == ("left of · far from", "right of")
    assert (there["x"], there["y"]) != (back["x"], back["y"])


def test_a_relation_to_several_has_an_arrow_to_each_and_a_place_has_none():
    drawing = graph_drawing(things(3), [relation(0, "between", 1, [2]), relation(1, "top_left", None)])
    assert [edge["points"] for edge in drawing["edges"]] == [[0, 1], [0, 2]]
    assert [node["places"] for node in drawing["nodes"]] == ["", "in the top left corner", ""]


def test_nodes_lie_in_the_drawing_and_have_the_colours_of_their_things():
    for count in (1, 2, 4, 7, 12):
        drawing = graph_drawing(things(count), [])
        for node, thing in zip(drawing["nodes"], things(count), strict=True):
            assert node["colour"] == thing["colour"]
            assert node["w"] / 2 <= node["x"] <= drawing["width"] - node["w"] / 2
            assert node["h"] / 2 <= node["y"] <= drawing["height"] - node["h"] / 2


def test_cost_says_what_was_paid_for_as_far_as_it_is_known():
    assert cost_pairs({}) == [("language models", "none: planned by rules")]
    ledger = '[{"model":"m","tokens_in":900,"tokens_out":100,"seconds":1.5},{"model":"m","tokens_in":50,"tokens_out":0}]'
    assert cost_pairs({"notes": {"attempt": "1", "trace_s": "2.31", "ledger": ledger}}) == [
        ("pictures drawn", "2"), ("trace", "2.31 s"), ("language models", "1,050 tokens in 2 replies of m, 1.5 s"),
    ]  # fmt: skip
    assert cost_pairs({"notes": {"ledger": "damaged"}}) == [("language models", "none: planned by rules")]


def test_groups_keep_the_order_of_what_comes_first():
    assert grouped([{"n": 2}, {"n": 1}, {"n": 2}], lambda each: str(each["n"])) == [
        ("2", [{"n": 2}] * 2),
        ("1", [{"n": 1}]),
    ]


@pytest.mark.parametrize(
    "pairs",
    [
        [(0, 2), (1, 3)],
        [(0, 2), (1, 3), (2, 0), (3, 1)],
        [(0, 2), (1, 3), (0, 1), (1, 2), (2, 3), (3, 0)],
    ],
)
def test_no_label_covers_another_where_edges_cross(pairs: list[tuple[int, int]]):
    edges = graph_drawing(things(4), [relation(a, "in_front_of", b) for a, b in pairs])["edges"]
    assert len(edges) == len(pairs)
    for one, other in combinations(edges, 2):
        apart = abs(one["x"] - other["x"]) >= (one["w"] + other["w"]) / 2 or abs(one["y"] - other["y"]) >= 18
        assert apart, (one, other)


def test_a_label_that_covers_nothing_is_in_the_middle_of_its_edge():
    drawing = graph_drawing(things(2), [relation(0, "left_of", 1)])
    (edge,) = drawing["edges"]
    left, right = sorted((node["x"] + side * node["w"] / 2) for node, side in zip(drawing["nodes"], (1, -1), strict=True))
    assert abs(edge["x"] - (left + right) / 2) <= GAP


def test_words_lie_in_the_drawing():
    told = ("left_of", "in_front_of", "next_to", "near", "touching", "below", "facing", "leaning_on", "larger_than")
    relations = [relation(0, name, 1) for name in told] + [relation(1, "facing_away_from", 2)]
    relations += [relation(number, place, None) for number in range(4) for place in ("top_left", "background", "centre")]
    for count in (2, 4, 8):
        drawing = graph_drawing(things(count), relations)
        for edge in drawing["edges"]:
            assert edge["x"] - edge["w"] / 2 >= 0
            assert edge["x"] + edge["w"] / 2 <= drawing["width"]
        for node in drawing["nodes"]:
            half = len(node["places"]) * PLACE_WORD / 2
            assert half <= node["places_x"] <= drawing["width"] - half


def inner_points(edge: dict) -> list[tuple[float, float]]:
    """Points of an edge between its ends."""
    (x1, y1), (x2, y2) = ends(edge)
    cx, cy = [float(number) for number in re.findall(r"-?\d+\.\d", edge["path"])][2:4]
    shares = [number / 40 for number in range(1, 40)]
    return [((1 - t) ** 2 * x1 + 2 * t * (1 - t) * cx + t * t * x2, (1 - t) ** 2 * y1 + 2 * t * (1 - t) * cy + t * t * y2)
            for t in shares]  # fmt: skip


@pytest.mark.parametrize("count", [4, 5, 6, 7, 8, 9, 10])
def test_no_arrow_runs_behind_a_thing_at_which_it_does_not_end(count):
    """Neighbours around the oval and those one thing further, of which the straight line may cross that thing."""
    pairs = [(n, (n + step) % count) for n in range(count) for step in (1, 2) if (n + 2 * step) % count != n or step == 1]
    drawing = graph_drawing(things(count), [relation(a, "left_of", b) for a, b in pairs])
    for edge in drawing["edges"]:
        for node in drawing["nodes"]:
            if node["id"] not in edge["points"]:
                assert all(beyond(node, point) > 0 for point in inner_points(edge)), (edge["points"], node["id"])


def test_things_with_long_names_at_the_same_height_have_room_beside_each_other():
    names = [{**thing, "name": f"a thing with a long name {thing['id']}"} for thing in things(7)]
    relations = [relation(n, "in_front_of", (n + 1) % 7) for n in range(7)]
    drawing = graph_drawing(names, relations)
    for one, other in combinations(drawing["nodes"], 2):
        assert abs(one["x"] - other["x"]) >= (one["w"] + other["w"]) / 2 or abs(one["y"] - other["y"]) >= one["h"]
    for edge, node in product(drawing["edges"], drawing["nodes"]):
        assert (
            abs(edge["x"] - node["x"]) >= (edge["w"] + node["w"]) / 2 or abs(edge["y"] - node["y"]) >= (18 + node["h"]) / 2
        )
