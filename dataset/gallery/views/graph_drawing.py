"""The graph of a sample as a drawing: things as boxes around an oval, relations as arrows that end at their edges.

In: the objects and relations of a sample's view.  Out: coordinates for the template that writes them as SVG.
Relations between the same two things share one arrow a direction, so that no word lies on another.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from dataset.analysis.certificate_text import PLACES, ids_of, predicate_in_words

SIZES = ((2, 480, 130), (3, 480, 230), (5, 480, 320), (8, 480, 430))
"""For up to so many things the drawing's width and height, in the units of its SVG."""

LARGEST = (660, 680)

GROWTHS = (1.0, 1.12, 1.25, 1.4, 1.6)
"""By how much a drawing grows, until all words have room."""

LETTER, PADDING, NODE_HEIGHT = 7.6, 26, 32
"""Width of a letter, what a box has beside its word, and its height."""

GAP = 4
"""Between the end of an arrow and the box that it points to."""

BEND = 26
"""How far an arrow bends away from the straight line, so that its opposite has a line of its own."""

BENDS = (0, BEND, 2 * BEND, 80, 110, 150, 200, 260, 330)
"""Bends of an arrow, the best first: it goes around other things where there is room."""

STEPS = 24
"""Points of a curve that are looked at."""

APART = 14
"""Least room between two things beside each other, for an arrow; half as much beside a label."""

LABEL_HEIGHT, PLACE_HEIGHT = 18, 13

WORD, ENDS, PLACE_WORD = 6.2, 12, 5.8
"""Width of a letter of a label, what a label has beside its words, and width of a letter of the places under a thing."""

EDGE = 2
"""Left free at the sides of the drawing."""

SHARES = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82)
"""Places of a label along its edge, from 0 to 1, the best first."""

BESIDE = (0, -9, 9, -18, 18, -27, 27, -36, 36)
"""How far below its edge a label may be, where it has no room on it."""

Drawing = dict[str, Any]
Views = Sequence[Mapping[str, Any]]
Point = tuple[float, float]


@dataclass(frozen=True)
class _Box:
    """A rectangle by its centre, width and height."""

    x: float
    y: float
    w: float
    h: float

    def shared(self, other: "_Box") -> float:
        """The area that both cover."""
        wide = (self.w + other.w) / 2 - abs(self.x - other.x)
        high = (self.h + other.h) / 2 - abs(self.y - other.y)
        return max(0.0, wide) * max(0.0, high)

    def holds(self, point: Point) -> bool:
        """Whether a point lies in it, or nearer to it than GAP."""
        return abs(point[0] - self.x) <= self.w / 2 + GAP and abs(point[1] - self.y) <= self.h / 2 + GAP


@dataclass(frozen=True)
class _Obstacles:
    """What an arrow goes around: boxes, and the sides of the drawing."""

    boxes: Sequence[_Box]
    width: float
    height: float

    def met(self, points: Sequence[Point]) -> int:
        """How many of some points lie in a box or outside the drawing."""
        return sum(
            not (0 <= x <= self.width and 0 <= y <= self.height) or any(box.holds((x, y)) for box in self.boxes)
            for x, y in points
        )


def graph_drawing(objects: Views, relations: Views) -> Drawing:
    """Nodes and edges of the graph. Absolute places have no arrow: they are words under the thing.

    The drawing grows where names and labels would cover each other.
    """
    width, height = next((size for most, *size in SIZES if len(objects) <= most), LARGEST)
    words = _words({thing["id"] for thing in objects}, relations)
    width = max([width, *(math.ceil(_wide(names)) + 2 * EDGE for names in words.values())])
    best: tuple[float, Drawing] = (math.inf, {})
    for growth in GROWTHS:
        size = math.ceil(growth * width), math.ceil(growth * height)
        drawing = _drawn(_nodes(objects, relations, size), words, size)
        best = min(best, (_covered(drawing), drawing), key=lambda each: each[0])
        if not best[0]:
            break
    return best[1]


def _drawn(nodes: dict[int, Drawing], words: Mapping[tuple[int, int], Sequence[str]], size: tuple[int, int]) -> Drawing:
    width, height = size
    taken = {number: _boxes_of(node) for number, node in nodes.items()}
    edges = []
    for (start, end), names in words.items():
        others = [box for number, boxes in taken.items() if number not in {start, end} for box in boxes]
        bends = _bends((end, start) in words)
        edges.append(_around((nodes[start], nodes[end]), _label(names), bends, _Obstacles(others, width, height)))
    labelled = _with_labels_apart(edges, [box for boxes in taken.values() for box in boxes], width)
    return {"width": width, "height": height, "nodes": list(nodes.values()), "edges": labelled}


def _covered(drawing: Drawing) -> float:
    """The area that names and labels cover of each other, or where an arrow between things has no room."""
    boxes = [_Box(node["x"], node["y"], node["w"] + APART, node["h"]) for node in drawing["nodes"]]
    boxes += [_Box(edge["x"], edge["y"], edge["w"], LABEL_HEIGHT) for edge in drawing["edges"]]
    return sum(one.shared(other) for one, other in combinations(boxes, 2))


def _boxes_of(node: Mapping[str, Any]) -> list[_Box]:
    """What a node covers: its box, and the words beneath it."""
    box = _Box(node["x"], node["y"], node["w"], node["h"])
    under = _Box(node["places_x"], node["y"] + node["h"] / 2 + 9, PLACE_WORD * len(node["places"]), PLACE_HEIGHT)
    return [box, under] if node["places"] else [box]


def _bends(has_opposite: bool) -> list[float]:
    """To both sides; to one alone where the opposite arrow has the other."""
    if has_opposite:
        return [bend for bend in BENDS if bend]
    return [side * bend for bend in BENDS for side in ((1, -1) if bend else (1,))]


def _around(ends: tuple[Drawing, Drawing], text: str, bends: Sequence[float], others: _Obstacles) -> Drawing:
    """The edge that bends least of those that meet the fewest other things."""
    edges = [_edge(*ends, text, bend) for bend in bends]
    return min(edges, key=lambda edge: others.met(_inner_points(*edge["curve"])))


def _inner_points(first: Point, control: Point, last: Point) -> list[Point]:
    """Points of a curve between its ends."""
    return [_on_curve(first, control, last, number / STEPS) for number in range(1, STEPS)]


def _words(things: set[int], relations: Views) -> dict[tuple[int, int], list[str]]:
    """What is said of each pair of things, in that order."""
    words: dict[tuple[int, int], list[str]] = defaultdict(list)
    for relation in relations:
        for end in ids_of(relation)[2:]:
            if end in things and relation["subject"] in things and end != relation["subject"]:
                words[relation["subject"], end].append(predicate_in_words(str(relation["predicate"])))
    return words


def _label(names: Sequence[str]) -> str:
    return " · ".join(dict.fromkeys(names))


def _wide(names: Sequence[str]) -> float:
    return ENDS + WORD * len(_label(names))


def _within(x: float, wide: float, width: float) -> float:
    """The middle of words so wide, moved so that they lie in the drawing."""
    return min(max(x, wide / 2 + EDGE), max(width - wide / 2 - EDGE, width / 2))


def _with_labels_apart(edges: Sequence[Drawing], taken: Sequence["_Box"], width: float) -> list[Drawing]:
    """The edges with the places of their labels: each in the middle, or nearest to it where it lies on no box and on no
    other label; where there is no such place, where it covers least. Those with the least room come first."""
    boxes = list(taken)
    for edge in sorted(edges, key=_room):
        first, control, last = edge["curve"]
        places = [_on_curve(first, control, last, share) for share in SHARES]
        labels = [
            _Box(_within(x, edge["w"], width), y + beside, edge["w"], LABEL_HEIGHT) for beside in BESIDE for x, y in places
        ]
        best = min(labels, key=lambda label: sum(label.shared(box) for box in boxes))
        boxes.append(best)
        edge |= {"x": round(best.x, 1), "y": round(best.y, 1)}
    return [{name: value for name, value in edge.items() if name != "curve"} for edge in edges]


def _room(edge: Drawing) -> float:
    """How many labels of its size an edge has place for."""
    (x1, y1), _, (x2, y2) = edge["curve"]
    return float(abs(x2 - x1) / edge["w"] + abs(y2 - y1) / LABEL_HEIGHT)


def _on_curve(first: Point, control: Point, last: Point, share: float) -> Point:
    """The point of a quadratic curve at a share of its way, from 0 to 1."""
    weights = (1 - share) ** 2, 2 * share * (1 - share), share**2
    x, y = (sum(w * p for w, p in zip(weights, axis, strict=True)) for axis in zip(first, control, last, strict=True))
    return x, y


def _nodes(objects: Views, relations: Views, size: tuple[float, float]) -> dict[int, Drawing]:
    nodes, (width, height) = {}, size
    for number, thing in enumerate(objects):
        wide = PADDING + LETTER * len(thing["name"])
        turn = 2 * math.pi * number / max(1, len(objects)) + (math.pi if len(objects) == 2 else -math.pi / 2)
        across = (width - wide) / 2 - 4 if abs(math.cos(turn)) > 0.01 else 0.0
        x, y = width / 2 + across * math.cos(turn), height / 2 + (height / 2 - NODE_HEIGHT) * math.sin(turn)
        places = _places(thing["id"], relations)
        nodes[thing["id"]] = {
            "x": round(x, 1), "y": round(y, 1), "w": round(wide, 1), "h": NODE_HEIGHT, "id": thing["id"],
            "name": thing["name"], "colour": thing["colour"], "places": places,
            "places_x": round(_within(x, PLACE_WORD * len(places), width), 1),
        }  # fmt: skip
    return nodes


def _places(thing: int, relations: Views) -> str:
    return ", ".join(
        PLACES.get(r["predicate"], predicate_in_words(str(r["predicate"])))
        for r in relations
        if r["subject"] == thing and r["object"] is None
    )


def _edge(start: Drawing, end: Drawing, text: str, bend: float) -> Drawing:
    """A curve from box to box. Its control point lies beside the straight line, to the left as one walks along it; on it
    where the boxes are too close to each other.
    """
    dx, dy = end["x"] - start["x"], end["y"] - start["y"]
    length = math.hypot(dx, dy) or 1.0
    middle = ((start["x"] + end["x"]) / 2, (start["y"] + end["y"]) / 2)
    control = (middle[0] + bend * dy / length, middle[1] - bend * dx / length)
    if _covers(start, control) or _covers(end, control):
        control = middle
    first, last = _on_border(start, control, 0), _on_border(end, control, GAP)
    return {
        "path": f"M{first[0]:.1f} {first[1]:.1f}Q{control[0]:.1f} {control[1]:.1f} {last[0]:.1f} {last[1]:.1f}",
        "end": [round(value, 1) for value in last], "label": text, "points": [start["id"], end["id"]],
        "curve": (first, control, last), "w": round(ENDS + WORD * len(text), 1),
    }  # fmt: skip


def _covers(node: Mapping[str, Any], place: Point) -> bool:
    return bool(abs(place[0] - node["x"]) <= node["w"] / 2 + GAP and abs(place[1] - node["y"]) <= node["h"] / 2 + GAP)


def _on_border(node: Mapping[str, Any], towards: Point, gap: float) -> Point:
    """Where the line from a node's centre to a point leaves its box, widened by a gap."""
    dx, dy = towards[0] - node["x"], towards[1] - node["y"]
    share = min(
        (node["w"] / 2 + gap) / abs(dx) if dx else math.inf,
        (node["h"] / 2 + gap) / abs(dy) if dy else math.inf,
        1.0,
    )
    return node["x"] + share * dx, node["y"] + share * dy
