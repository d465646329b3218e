"""Makes a template's values from a row.

In: a row as plain Python, and its picture's address.  Out: plain values for a template.
Reads no files and writes no HTML.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from dataset.analysis.certificate_text import ids_of, names_of, relation_in_words
from dataset.gallery.views.graph_drawing import graph_drawing
from dataset.gallery.views.label_places import label_places
from dataset.gallery.views.proof_drawing import second_marks
from dataset.gallery.views.question_views import question_views
from schemas.llm.contract import ledger_totals
from spatial.relations.predicate_table import PREDICATES

COLOURS = 16
"""The style sheet's number of box colours."""

IDS = ("seed_id", "index", "graph_id", "image_id", "sha256", "renderer", "scene_hash")
ADDRESSES = ("image_bucket", "image_key", "media_type")

SPENT = ("trace_s",)
"""Notes that say how many seconds something took."""

View = dict[str, Any]
"""The values of a template."""


def tile(row: Mapping[str, Any], picture: str) -> View:
    """The template values of a picture on the contact sheet. `picture` is its address."""
    names = names_of(row["objects"])
    return {
        **{name: row[name] for name in ("sample_id", "width", "height", "scene", "split", "concept", "asked")},
        "picture": picture,
        "in_metres": row.get("camera") is not None,
        "objects": _labelled([_object_view(thing, names, number) for number, thing in enumerate(row["objects"])], row),
    }


def view(row: Mapping[str, Any], picture: str) -> View:
    """The template values of a sample. `picture` is the picture's address."""
    names = names_of(row["objects"])
    provenance = _json_object(row["provenance"])
    graph = _json_object(provenance.get("graph"))
    relations = [{"text": relation_in_words(ids_of(r), names), "points": _points(r), **r} for r in row["relations"]]
    objects = _labelled([_object_view(thing, names, number) for number, thing in enumerate(row["objects"])], row)
    drawn = [r for r in relations if r["drawn"]]
    in_order = grouped(row["questions"], lambda question: str(question["kind"]))
    names_at = [thing["label"].area for thing in objects]
    questions = question_views(row, [question for _, group in in_order for question in group], names_at)
    return {
        **{name: row[name] for name in ("sample_id", "width", "height", "scene", "split", "excluded")},
        "picture": picture,
        "concept": graph.get("concept", ""),
        "asked": len(questions),
        "in_metres": row.get("camera") is not None,
        "ids": _present_pairs(provenance, IDS),
        "lineage": _lineage_pairs(provenance, graph),
        "producers": _json_object(provenance.get("producers")),
        "cost": cost_pairs(provenance),
        "objects": objects,
        "drawn": drawn,
        "derived": grouped((r for r in relations if not r["drawn"]), _family),
        "relations": len(relations),
        "graph": graph_drawing(objects, drawn),
        "questions": questions,
        "following": sum(question["follows"] for question in questions),
        "by_kind": grouped(questions, lambda question: str(question["kind"])),
        "kinds": sorted({question["kind"] for question in questions}),
        "searched": searched_words(row, str(graph.get("concept", "")), objects),
    }


def searched_words(row: Mapping[str, Any], concept: str, objects: Sequence[View]) -> str:
    """The words by which a sample is found: id, scene, split, concept, things and relations, not its questions."""
    things = [word for thing in objects for word in (thing["category"], *(thing["attributes"] or ()))]
    predicates = dict.fromkeys(str(relation["predicate"]).replace("_", " ") for relation in row["relations"])
    return " ".join([row["sample_id"], row["scene"].replace("_", " "), row["split"], concept, *things, *predicates])


def grouped(items: Iterable[View], name_of: Callable[[View], str]) -> list[tuple[str, list[View]]]:
    """The items by a word, the words in the order in which they come."""
    groups: dict[str, list[View]] = defaultdict(list)
    for item in items:
        groups[name_of(item)].append(item)
    return list(groups.items())


def _family(relation: View) -> str:
    row = PREDICATES.get(relation["predicate"])
    return "other" if row is None else row.family


def cost_pairs(provenance: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a sample cost, as far as its provenance says: seconds, attempts, tokens of language models."""
    notes = _json_object(provenance.get("notes"))
    spent = [(name.removesuffix("_s"), f"{notes[name]} s") for name in SPENT if notes.get(name)]
    attempt = notes.get("attempt")
    tries = [("pictures drawn", str(int(attempt) + 1))] if isinstance(attempt, str) and attempt.isdecimal() else []
    return [*tries, *spent, ("language models", _tokens(notes.get("ledger")))]


def _tokens(ledger: object) -> str:
    """The tokens that the replies of language models took."""
    replies, tokens, seconds, models = ledger_totals(ledger)
    if not replies:
        return "none: planned by rules"
    return f"{tokens:,} tokens in {replies} replies of {', '.join(models)}, {seconds:.1f} s"


def other_views(row: Mapping[str, Any], views: Sequence[Mapping[str, Any]], address: str = "") -> list[View]:
    """The template values of what further cameras see: things have the names and colours that they have in the row.

    `address` of their pictures has `{}` for the camera's number; by default it is where they are served.
    """
    address = address or f"/view/{row['sample_id']}/{{}}"
    names, numbers = names_of(row["objects"]), {thing["id"]: number for number, thing in enumerate(row["objects"])}
    return [
        {
            "sample_id": row["sample_id"],
            "scene": row["scene"],
            "picture": address.format(number),
            "layers": [],
            "questions": [{"id": each["id"], "marks": second_marks(each, number)} for each in row["questions"]],
            **{name: seen[name] for name in ("width", "height")},
            "objects": _labelled(
                [_object_view(thing, names, numbers[thing["id"]]) for thing in seen["objects"] if thing["id"] in numbers],
                seen,
            ),
        }
        for number, seen in enumerate(views, start=1)
    ]


def _points(relation: Mapping[str, Any]) -> list[int]:
    """The ids of the objects that a relation names."""
    subject, _, *objects = ids_of(relation)
    return [number for number in (subject, *objects) if number is not None]


def object_label(name: str, attributes: Sequence[str]) -> str:
    """An object with its attributes in English word order: `red dog facing left`."""
    before = [word for word in attributes if " " not in word.strip()]
    after = [word for word in attributes if " " in word.strip()]
    return " ".join([*before, name, *after])


def _object_view(thing: Mapping[str, Any], names: Mapping[int, str], number: int) -> View:
    name = names[thing["id"]]
    return {**thing, "name": name, "said": object_label(name, thing["attributes"] or ()), "colour": number % COLOURS}


def _labelled(objects: Sequence[View], picture: Mapping[str, Any]) -> list[View]:
    """The things of a picture, each with the place of its name over it."""
    places = label_places(objects, picture["width"], picture["height"])
    return [{**thing, "label": place} for thing, place in zip(objects, places, strict=True)]


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
