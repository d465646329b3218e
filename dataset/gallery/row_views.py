"""Makes a template's values from a row.

In: a row as plain Python, and its picture's address.  Out: plain values for a template.
Reads no files and writes no HTML.
"""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from dataset.analysis.certificate_text import ids_of, names_of, proof_in_words, relation_in_words

COLOURS = 8
"""The style sheet's number of box colours."""

IDS = ("seed_id", "index", "graph_id", "image_id", "sha256", "renderer", "scene_hash")
ADDRESSES = ("image_bucket", "image_key", "media_type")

GRAPH_SIZE = (520, 300)
"""Width and height of the drawn graph, in the units of its SVG."""

View = dict[str, Any]
"""The values of a template."""


def view(row: Mapping[str, Any], picture: str) -> View:
    """The template values of a sample. `picture` is the picture's address."""
    names = names_of(row["objects"])
    provenance = _json_object(row["provenance"])
    graph = _json_object(provenance.get("graph"))
    relations = [{"text": relation_in_words(ids_of(r), names), "points": _points(r), **r} for r in row["relations"]]
    objects = [_object_view(thing, names, number) for number, thing in enumerate(row["objects"])]
    drawn = [r for r in relations if r["drawn"]]
    return {
        **{name: row[name] for name in ("sample_id", "width", "height", "scene", "split", "excluded")},
        "picture": picture,
        "concept": graph.get("concept", ""),
        "ids": _present_pairs(provenance, IDS),
        "lineage": _lineage_pairs(provenance, graph),
        "producers": _json_object(provenance.get("producers")),
        "objects": objects,
        "drawn": drawn,
        "derived": [r for r in relations if not r["drawn"]],
        "graph": graph_drawing(objects, drawn),
        "questions": [
            {**q, "proof": proof_in_words(q["certificate"], row["objects"]), "shown": shown_pictures(q.get("views"))}
            for q in row["questions"]
        ],
        "kinds": sorted({question["kind"] for question in row["questions"]}),
    }


def other_views(row: Mapping[str, Any], views: Sequence[Mapping[str, Any]]) -> list[View]:
    """The template values of what further cameras see: things have the names and colours that they have in the row."""
    names, numbers = names_of(row["objects"]), {thing["id"]: number for number, thing in enumerate(row["objects"])}
    return [
        {
            "sample_id": row["sample_id"],
            "scene": row["scene"],
            "picture": f"/view/{row['sample_id']}/{number}",
            **{name: seen[name] for name in ("width", "height")},
            "objects": [
                _object_view(thing, names, numbers[thing["id"]]) for thing in seen["objects"] if thing["id"] in numbers
            ],
        }
        for number, seen in enumerate(views, start=1)
    ]


def shown_pictures(views: Sequence[int] | None) -> str:
    """Which pictures a question shows, in words; nothing where it shows the sample's own alone."""
    words = ["the picture" if number == 0 else f"camera {number + 1}" for number in views or ()]
    return f"first {words[0]}, then {words[1]}" if len(words) == 2 else ", ".join(words)


def _points(relation: Mapping[str, Any]) -> list[int]:
    """The ids of the objects that a relation names."""
    subject, _, *objects = ids_of(relation)
    return [number for number in (subject, *objects) if number is not None]


def object_label(name: str, attributes: Sequence[str]) -> str:
    """An object with its attributes in English word order: `red dog facing left`."""
    before = [word for word in attributes if " " not in word.strip()]
    after = [word for word in attributes if " " in word.strip()]
    return " ".join([*before, name, *after])


def graph_drawing(objects: Sequence[View], relations: Sequence[View]) -> View:
    """The graph as nodes around an oval and arrows between them. Absolute places have no arrow."""
    width, height = GRAPH_SIZE
    nodes = {}
    for number, thing in enumerate(objects):
        turn = 2 * math.pi * number / max(1, len(objects)) - math.pi / 2
        x, y = width / 2 + (width / 2 - 90) * math.cos(turn), height / 2 + (height / 2 - 30) * math.sin(turn)
        nodes[thing["id"]] = {"x": round(x), "y": round(y), "name": thing["name"], "colour": thing["colour"]}
    edges = [
        _arrow(nodes[r["subject"]], nodes[end], r["predicate"])
        for r in relations
        for end in ids_of(r)[2:]
        if end in nodes and r["subject"] in nodes
    ]
    return {"width": width, "height": height, "nodes": list(nodes.values()), "edges": edges}


def _arrow(start: View, end: View, label: str) -> View:
    """An arrow that stops before the nodes' labels; its own label is nearer to its start."""
    dx, dy = end["x"] - start["x"], end["y"] - start["y"]
    first, last, word = 0.16, 0.82, 0.42
    return {
        "x1": round(start["x"] + first * dx), "y1": round(start["y"] + first * dy),
        "x2": round(start["x"] + last * dx), "y2": round(start["y"] + last * dy),
        "x": round(start["x"] + word * dx), "y": round(start["y"] + word * dy), "label": label,
    }  # fmt: skip


def _object_view(thing: Mapping[str, Any], names: Mapping[int, str], number: int) -> View:
    name = names[thing["id"]]
    return {**thing, "name": name, "said": object_label(name, thing["attributes"] or ()), "colour": number % COLOURS}


def _lineage_pairs(provenance: Mapping[str, Any], graph: Mapping[str, Any]) -> list[tuple[str, str]]:
    prompt = _json_object(graph.get("prompt"))
    values = [
        *_present_pairs(provenance, (*IDS, *ADDRESSES)),
        *_json_object(provenance.get("notes")).items(),
        *((f"prompt {name}", text) for name, text in prompt.items() if text),
    ]
    return [(name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)) for name, value in values]


def _present_pairs(provenance: Mapping[str, Any], names: Sequence[str]) -> list[tuple[str, Any]]:
    return [(name, provenance[name]) for name in names if provenance.get(name) is not None]


def _json_object(value: object) -> dict[str, Any]:
    """A JSON object, parsed if it is text; empty where there is none."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return {}
    return value if isinstance(value, dict) else {}
