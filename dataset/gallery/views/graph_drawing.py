"""The graph of a sample as a drawing: things as boxes around an oval, relations as arrows that end at their edges.

In: the objects and relations of a sample's view.  Out: coordinates for the template that writes them as SVG.
Relations between the same two things share one arrow a direction, so that no word lies on another.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from dataset.analysis.certificate_text import PLACES, ids_of

SIZES = ((2, 480, 130), (3, 480, 230), (5, 480, 320), (8, 480, 430))
"""For up to so many things the drawing's width and height, in the units of its SVG."""

LARGEST = (660, 680)

LETTER, PADDING, NODE_HEIGHT = 7.6, 26, 32
"""Width of a letter, what a box has beside its word, and its height."""

GAP = 4
"""Between the end of an arrow and the box that it points to."""

BEND = 26
"""How far an arrow bends away from the straight line, so that its opposite has a line of its own."""

Drawing = dict[str, Any]
Views = Sequence[Mapping[str, Any]]
Point = tuple[float, float]


def graph_drawing(objects: Views, relations: Views) -> Drawing:
    """Nodes and edges of the graph. Absolute places have no arrow: they are words under the thing."""
    width, height = next((size for most, *size in SIZES if len(objects) <= most), LARGEST)
    nodes = _nodes(objects, relations, (width, height))
    words: dict[tuple[int, int], list[str]] = defaultdict(list)
    for relation in relations:
        for end in ids_of(relation)[2:]:
            if end in nodes and relation["subject"] in nodes and end != relation["subject"]:
                words[relation["subject"], end].append(str(relation["predicate"]).replace("_", " "))
    edges = [
        _edge(nodes[start], nodes[end], " · ".join(dict.fromkeys(names)), BEND if (end, start) in words else 0)
        for (start, end), names in words.items()
    ]
    return {"width": width, "height": height, "nodes": list(nodes.values()), "edges": edges}


def _nodes(objects: Views, relations: Views, size: tuple[float, float]) -> dict[int, Drawing]:
    nodes, (width, height) = {}, size
    for number, thing in enumerate(objects):
        wide = PADDING + LETTER * len(thing["name"])
        turn = 2 * math.pi * number / max(1, len(objects)) + (math.pi if len(objects) == 2 else -math.pi / 2)
        across = (width - wide) / 2 - 4 if abs(math.cos(turn)) > 0.01 else 0.0
        x, y = width / 2 + across * math.cos(turn), height / 2 + (height / 2 - NODE_HEIGHT) * math.sin(turn)
        nodes[thing["id"]] = {
            "x": round(x, 1), "y": round(y, 1), "w": round(wide, 1), "h": NODE_HEIGHT, "id": thing["id"],
            "name": thing["name"], "colour": thing["colour"], "places": _places(thing["id"], relations),
        }  # fmt: skip
    return nodes


def _places(thing: int, relations: Views) -> str:
    return ", ".join(
        PLACES.get(r["predicate"], str(r["predicate"]).replace("_", " "))
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
    word = tuple(0.25 * a + 0.5 * c + 0.25 * b for a, c, b in zip(first, control, last, strict=True))
    return {
        "path": f"M{first[0]:.1f} {first[1]:.1f}Q{control[0]:.1f} {control[1]:.1f} {last[0]:.1f} {last[1]:.1f}",
        "end": [round(value, 1) for value in last], "label": text, "points": [start["id"], end["id"]],
        "x": round(word[0], 1), "y": round(word[1], 1), "w": round(12 + 6.2 * len(text), 1),
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
