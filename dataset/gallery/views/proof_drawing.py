"""The proof of an answer, drawn over the picture: arrows, margins, distances, counted things.

In: a question with its certificate, the boxes of the row, the picture's size.  Out: marks in pixels of the picture.
Checks nothing; of a question that has no drawing of its own the relations of the proof are drawn as arrows.
"""

import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from dataset.analysis.certificate_text import predicate_in_words
from dataset.gallery.views.label_places import Area
from dataset.gallery.views.proof_marks import (
    Box,
    Mark,
    Point,
    apart,
    area,
    arrow,
    dot,
    line,
    measure,
    middle,
    nearest_points,
    words,
)
from spatial.relations.predicate_table import BANDS

SIDEWAYS, UPRIGHT = ("left_of", "right_of"), ("above", "below")
DEEP = ("in_front_of", "behind")
BEFORE = ("left_of", "above", "in_front_of")
"""Of them those of the smaller coordinate."""

ENDS = {"leftmost": (0, 0), "rightmost": (0, 1), "highest": (1, 0), "lowest": (1, 1)}
"""Axis and end (0: the smaller) of the words for what is furthest to a side."""

COURSE_ENDS = {"left": (0, False), "right": (0, True), "top": (1, False), "bottom": (1, True)}
"""The axis of a row that begins at this side, and whether it runs against the axis."""

MOST_ARROWS = 6
"""Relations that are drawn where a question has no drawing of its own."""


@dataclass(frozen=True)
class Proof:
    """What a drawing is made of: `things` are the ids of the question's objects, `roles` those that the fields of its
    query name, `answer` its text. Boxes are by id.
    """

    query: Mapping[str, Any]
    roles: Mapping[str, Sequence[int]]
    things: Sequence[int]
    boxes: Mapping[int, Box]
    depths: Mapping[int, float]
    distances: Mapping[int, float | None]
    premises: Sequence[Mapping[str, Any]]
    answer: str
    size: tuple[int, int]
    in_metres: bool

    @property
    def width(self) -> int:
        """Of the picture, in pixels."""
        return self.size[0]

    def one(self, role: str) -> int | None:
        """The object of a role, None where there is none with a box."""
        return next((number for number in self.roles.get(role, ()) if number in self.boxes), None)

    def pairs(self, first: str, second: str) -> tuple[Box, Box] | None:
        """The boxes of two roles, None where one is unknown."""
        a, b = self.one(first), self.one(second)
        return None if a is None or b is None else (self.boxes[a], self.boxes[b])


def proof_marks(question: Mapping[str, Any], row: Mapping[str, Any], names: Sequence[Area] = ()) -> list[Mark]:
    """The drawing of a question's proof over the row's own picture, its words beside the `names` there, whose areas are
    shares of the picture's sides; nothing for an unreadable certificate.
    """
    if question.get("views"):
        return second_marks(question, 0)
    proof = _proof_of(question, row)
    if proof is None:
        return []
    draw = DRAWINGS.get(str(proof.query.get("op")))
    marks = [] if draw is None else list(draw(proof))
    return apart([*_hops(proof), *(marks or _relations(proof))], names, *proof.size)


def second_marks(question: Mapping[str, Any], number: int) -> list[Mark]:
    """What is drawn of a question about two pictures over one of them (0 is the row's own): an answer that is a box, over
    the second.
    """
    views: Sequence[int] = question.get("views") or []
    return list(_place_of(question["answer"])) if len(views) == 2 and views[1] == number else []


def _proof_of(question: Mapping[str, Any], row: Mapping[str, Any]) -> Proof | None:
    try:
        found = json.loads(question["certificate"])
    except ValueError:
        return None
    if not isinstance(found, dict) or not isinstance(found.get("query"), dict):
        return None
    premises = [each for each in _list(found.get("premises")) if isinstance(each, dict)]
    return Proof(
        query=found["query"],
        roles=_roles(found["query"], _list(found.get("references"))),
        things=list(question["objects"]),
        boxes={thing["id"]: thing["box"] for thing in row["objects"]},
        depths={thing["id"]: thing["depth"] for thing in row["objects"]},
        distances={thing["id"]: thing.get("distance") for thing in row["objects"]},
        premises=premises,
        answer=question["answer"],
        size=(row["width"], row["height"]),
        in_metres=row.get("camera") is not None,
    )


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _roles(query: Mapping[str, Any], references: Sequence[Any]) -> dict[str, list[int]]:
    """Which objects the fields of a query name: a certificate lists its references in the order of these fields."""
    named = iter([each.get("object") for each in references if isinstance(each, dict)])
    roles: dict[str, list[int]] = {}
    for field, value in query.items():
        refs = [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict)]
        found = [next(named, None) for _ in refs]
        if refs:
            roles[field] = [number for number in found if isinstance(number, int)]
    return roles


def _hops(proof: Proof) -> Iterator[Mark]:
    """How things are named by others, as `the thing on the stool`: an arrow from the one to the other."""
    for field, numbers in proof.roles.items():
        value = proof.query[field]
        for ref, number in zip(value if isinstance(value, list) else [value], numbers, strict=False):
            anchor = _next_of(proof.things, number) if isinstance(ref, dict) and "anchor" in ref else None
            if anchor is not None and {number, anchor} <= proof.boxes.keys():
                start, end = nearest_points(proof.boxes[anchor], proof.boxes[number])
                text = predicate_in_words(str(ref.get("predicate", "")))
                yield from arrow(start, end, proof.width, text, dashed=True)


def _next_of(things: Sequence[int], number: int) -> int | None:
    place = list(things).index(number) + 1 if number in things else len(things)
    return things[place] if place < len(things) else None


def _apart(a: Box, b: Box, axis: int, proof: Proof) -> Iterator[Mark]:
    """The centres of two boxes along an axis: a guide through each, and the distance between them."""
    first, second = middle(a), middle(b)
    level = min(max(a[1 - axis] + a[3 - axis], b[1 - axis] + b[3 - axis]) + 0.03 * proof.width, proof.size[1 - axis] * 0.96)
    ends: list[Point] = []
    for centre in (first, second):
        end = (centre[0], level) if axis == 0 else (level, centre[1])
        yield line(centre, end, dashed=True)
        yield dot(centre)
        ends.append(end)
    pixels = abs(first[axis] - second[axis])
    yield from measure(ends[0], ends[1], proof.width, f"{pixels:.0f} px, {pixels / proof.size[axis]:.0%}")


def _directed(proof: Proof) -> Iterator[Mark]:
    subject, other = proof.one("subject"), proof.one("object")
    if subject is not None and other is not None:
        yield from _related(proof, subject, other)


def _faces(proof: Proof) -> Iterator[Mark]:
    """An arrow from the thing to what it is asked whether it faces, dashed where it does not."""
    pair = proof.pairs("subject", "object")
    if pair is not None:
        is_so = proof.answer != "no"
        said = "faces" if is_so else "does not face"
        yield from arrow(middle(pair[0]), middle(pair[1]), proof.width, said, dashed=not is_so)


def _find(proof: Proof) -> Iterator[Mark]:
    """The relation of what is found to the thing that is named."""
    for other, anchor in _with_anchor(proof):
        yield from _related(proof, other, anchor)


def _with_anchor(proof: Proof) -> Iterator[tuple[int, int]]:
    """Each thing of the proof but the one that is named, with that one."""
    anchor = proof.one("anchor")
    if anchor is not None:
        yield from ((other, anchor) for other in proof.things if other != anchor and other in proof.boxes)


def _related(proof: Proof, subject: int, other: int) -> Iterator[Mark]:
    """The query's predicate between two things: what of it is measured, else an arrow with its name."""
    boxes, predicate = (proof.boxes[subject], proof.boxes[other]), proof.query.get("predicate")
    if predicate in (*SIDEWAYS, *UPRIGHT):
        yield from _apart(*boxes, 1 if predicate in UPRIGHT else 0, proof)
    elif predicate in DEEP:
        yield from _in_depth(proof, subject, other)
    else:
        start, end = (middle(box) for box in boxes)  # things that touch have no gap
        yield from arrow(start, end, proof.width, predicate_in_words(str(predicate or "")))


def _side(proof: Proof) -> Iterator[Mark]:
    boxes = proof.pairs("subject", "object")
    if boxes is not None:
        yield from _apart(*boxes, 0, proof)


def _bearing(proof: Proof) -> Iterator[Mark]:
    boxes = proof.pairs("subject", "object")
    if boxes is not None:
        yield from _apart(*boxes, 0, proof)
        yield from _apart(*boxes, 1, proof)


def _known_side(proof: Proof) -> Iterator[Mark]:
    """The thing that is not a reference is among the question's objects, where it is in the picture."""
    known = proof.one("object")
    other = next((number for number in proof.things if number != known and number in proof.boxes), None)
    if known is not None and other is not None and proof.answer in ("left", "right"):
        yield from _apart(proof.boxes[other], proof.boxes[known], 0, proof)


def _box_side(proof: Proof) -> Iterator[Mark]:
    known, box = proof.one("object"), proof.query.get("box")
    if known is not None and box is not None and _is_box(box):
        yield area(box)
        yield from _apart(box, proof.boxes[known], 0, proof)


def _deeper(proof: Proof) -> Iterator[Mark]:
    a, b = proof.one("subject"), proof.one("object")
    if a is not None and b is not None:
        yield from _in_depth(proof, a, b)


def _in_depth(proof: Proof, a: int, b: int) -> Iterator[Mark]:
    near, far = sorted((a, b), key=lambda number: proof.depths[number])
    yield from arrow(middle(proof.boxes[near]), middle(proof.boxes[far]), proof.width)
    yield from _depths(proof, (near, far))


def _depths(proof: Proof, numbers: Sequence[int]) -> Iterator[Mark]:
    for number in numbers:
        depth = proof.depths[number]
        yield words(_foot(proof.boxes[number]), f"depth {depth:.2f}{' m' if proof.in_metres else ''}")


def _foot(box: Box) -> Point:
    return box[0] + box[2] / 2, box[1] + box[3]


def _gap(proof: Proof, first: int, second: int) -> Iterator[Mark]:
    start, end = nearest_points(proof.boxes[first], proof.boxes[second])
    pixels = ((start[0] - end[0]) ** 2 + (start[1] - end[1]) ** 2) ** 0.5
    yield from measure(start, end, proof.width, f"{pixels:.0f} px")


def _closer(proof: Proof) -> Iterator[Mark]:
    anchor = proof.one("anchor")
    for role in ("subject", "other"):
        other = proof.one(role)
        if anchor is not None and other is not None:
            yield from _gap(proof, other, anchor)


def _nearest(proof: Proof) -> Iterator[Mark]:
    for other, anchor in _with_anchor(proof):
        yield from _gap(proof, other, anchor)


def _place(proof: Proof) -> Iterator[Mark]:
    """The part of the picture, and the centre of what may be there."""
    column, row = BANDS.get(str(proof.query.get("place")), (None, None))
    subject = proof.one("subject")
    width, height = proof.size
    if (column, row) != (None, None):
        x, w = (0.0, float(width)) if column is None else (column * width / 3, width / 3)
        y, h = (0.0, float(height)) if row is None else (row * height / 3, height / 3)
        yield {"form": "area", "x": round(x, 1), "y": round(y, 1), "w": round(w, 1), "h": round(h, 1)}
    if subject is not None:
        yield dot(middle(proof.boxes[subject]))


def _outermost(proof: Proof) -> Iterator[Mark]:
    """From what is furthest to the side of the picture that it is furthest to."""
    axis, end = ENDS.get(str(proof.query.get("extreme")), (0, 0))
    for number in [number for number in proof.things if number in proof.boxes][:1]:
        box = proof.boxes[number]
        edge, side = box[axis] + (box[axis + 2] if end else 0), proof.size[axis] if end else 0
        centre = middle(box)
        start, stop = ((edge, centre[1]), (side, centre[1])) if axis == 0 else ((centre[0], edge), (centre[0], side))
        yield from arrow(start, stop, proof.width, str(proof.query.get("extreme")))


def _counted(proof: Proof) -> Iterator[Mark]:
    """A number at each thing that fits the words, and the line that parts what counts from what does not."""
    anchor = proof.one("anchor")
    if anchor is not None and proof.query.get("predicate") in (*SIDEWAYS, *UPRIGHT):
        (x, y), (width, height) = middle(proof.boxes[anchor]), proof.size
        sideways = proof.query["predicate"] in SIDEWAYS
        yield line((x, 0.0), (x, height), dashed=True) if sideways else line((0.0, y), (width, y), dashed=True)
    counts = Counter[object]()
    for number in _fitting(proof):
        group = _group(proof, number)
        counts[group] += 1
        yield dot(middle(proof.boxes[number]), str(counts[group]))


def _fitting(proof: Proof) -> list[int]:
    """The things that are counted: of named ones those to which the predicate applies, if it is one of place or depth."""
    anchors = _anchors(proof)
    things = [number for number in proof.things if number in proof.boxes and number not in anchors]
    predicate = proof.query.get("predicate")
    if proof.query.get("op") not in ("count_where", "odd_one_out") or not anchors:
        return things
    if predicate in DEEP:
        place, at = proof.depths, proof.depths[anchors[0]]
    elif predicate in (*SIDEWAYS, *UPRIGHT):
        axis = 1 if predicate in UPRIGHT else 0
        place, at = {number: middle(proof.boxes[number])[axis] for number in things}, middle(proof.boxes[anchors[0]])[axis]
    else:
        return things
    return [number for number in things if (place[number] < at) == (predicate in BEFORE)]


def _anchors(proof: Proof) -> list[int]:
    return [number for role in ("anchor", "other") if (number := proof.one(role)) is not None]


def _group(proof: Proof, number: int) -> object:
    """With what a thing is counted, where two counts are compared: its category, its side of a thing, or what it is at."""
    if proof.query.get("op") != "compare_counts":
        return None
    anchors = _anchors(proof)
    if len(anchors) == 1:
        axis = 1 if proof.query.get("predicate") in UPRIGHT else 0
        return middle(proof.boxes[number])[axis] < middle(proof.boxes[anchors[0]])[axis]
    if anchors:
        return min(anchors, key=lambda anchor: math.dist(*nearest_points(proof.boxes[number], proof.boxes[anchor])))
    return next((each.get("category") for each in proof.premises if each.get("object") == number), None)


def _in_order(proof: Proof) -> Iterator[Mark]:
    """The three in the order of the question."""
    yield from _one_after_another(proof, _three(proof))


def _row_order(proof: Proof) -> Iterator[Mark]:
    """The three in the order in which they stand, which is the answer."""
    centres, (start, _, end) = _three(proof), str(proof.query.get("course")).partition("_to_")
    if {start, end} <= COURSE_ENDS.keys():
        axis, is_backwards = COURSE_ENDS[start]
        centres.sort(key=lambda centre: centre[axis], reverse=is_backwards)
    yield from _one_after_another(proof, centres)


def _three(proof: Proof) -> list[Point]:
    """The centres of the three that a question names, in its order."""
    numbers = [number for role in ("first", "second", "third") if (number := proof.one(role)) is not None]
    return [middle(proof.boxes[number]) for number in numbers]


def _one_after_another(proof: Proof, centres: Sequence[Point]) -> Iterator[Mark]:
    for start, end in pairwise(centres):
        yield from arrow(start, end, proof.width)
    for place, centre in enumerate(centres, start=1):
        yield dot(centre, str(place))


def _larger(proof: Proof) -> Iterator[Mark]:
    for role in ("subject", "object"):
        number = proof.one(role)
        if number is not None:
            x, y, width, height = proof.boxes[number]
            yield area(proof.boxes[number])
            yield words((x + width / 2, y + height / 2), f"{width * height:,} px²")


def _located(proof: Proof) -> Iterator[Mark]:
    """The box or the point that is the answer, or the box that is asked about."""
    box = proof.query.get("box")
    yield from _place_of(json.dumps(box) if _is_box(box) else proof.answer)


def _place_of(answer: str) -> Iterator[Mark]:
    """A box or a point, written as JSON."""
    try:
        found = json.loads(answer)
    except ValueError:
        return
    if _is_box(found):
        yield area(found)
        yield words((found[0] + found[2] / 2, found[1] + found[3] / 2), f"{found[2]} × {found[3]} px")
    elif isinstance(found, list) and len(found) == 2:
        yield dot((found[0], found[1]))
        yield words((found[0], found[1]), f"{found[0]}, {found[1]}")


def _is_box(value: object) -> bool:
    return isinstance(value, list) and len(value) == 4


def _between(proof: Proof) -> Iterator[Mark]:
    ends = [number for role in ("first", "second") if (number := proof.one(role)) is not None]
    inside = next((number for number in proof.things if number not in ends and number in proof.boxes), None)
    for end in ends if inside is not None else ():
        yield from arrow(*nearest_points(proof.boxes[int(inside or 0)], proof.boxes[end]), proof.width, dashed=True)


def _how_far(proof: Proof) -> Iterator[Mark]:
    boxes = proof.pairs("subject", "object")
    if boxes is not None:
        yield from measure(middle(boxes[0]), middle(boxes[1]), proof.width, proof.answer)


def _taller(proof: Proof) -> Iterator[Mark]:
    """The height of both, in metres where the premises state their bodies."""
    sizes = {each["object"]: each["size"][2] for each in proof.premises if _is_body(each)}
    for role in ("first", "second"):
        number = proof.one(role)
        if number is not None:
            x, y, width, height = proof.boxes[number]
            text = f"{sizes[number]:.2f} m" if number in sizes else f"{height} px"
            yield from measure((x + width, y), (x + width, y + height), proof.width, text)


def _is_body(premise: Mapping[str, Any]) -> bool:
    size = premise.get("size")
    return "object" in premise and isinstance(size, list) and len(size) == 3


def _from_camera(proof: Proof) -> Iterator[Mark]:
    """How far each thing is from the camera; its depth where that is not known."""
    for number in proof.things:
        if number in proof.boxes and proof.distances.get(number) is not None:
            yield words(_foot(proof.boxes[number]), f"{proof.distances[number]:.2f} m")
        elif number in proof.boxes:
            yield from _depths(proof, [number])


def _attribute(proof: Proof) -> Iterator[Mark]:
    subject = proof.one("subject")
    if subject is not None:
        yield words(_foot(proof.boxes[subject]), proof.answer)


def _relations(proof: Proof) -> Iterator[Mark]:
    """Arrows for the relations between the question's objects."""
    drawn = 0
    for premise in proof.premises:
        match premise.get("relation"):
            case [int() as subject, str() as predicate, int() as other, *_] if {subject, other} <= set(proof.things):
                if drawn < MOST_ARROWS and {subject, other} <= proof.boxes.keys():
                    start, end = middle(proof.boxes[subject]), middle(proof.boxes[other])
                    yield from arrow(start, end, proof.width, predicate_in_words(predicate))
                    drawn += 1


DRAWINGS: Mapping[str, Callable[[Proof], Iterator[Mark]]] = {
    "directed": _directed,
    "faces": _faces,
    "find": _find,
    "side": _side,
    "bearing": _bearing,
    "known_side": _known_side,
    "box_side": _box_side,
    "deeper": _deeper,
    "closer": _closer,
    "nearest": _nearest,
    "in_place": _place,
    "outermost": _outermost,
    "exists": _counted,
    "count": _counted,
    "count_where": _counted,
    "compare_counts": _counted,
    "odd_one_out": _counted,
    "in_order": _in_order,
    "row_order": _row_order,
    "larger": _larger,
    "locate": _located,
    "boxed": _located,
    "between": _between,
    "is_between": _between,
    "how_far": _how_far,
    "fits_between": _how_far,
    "taller": _taller,
    "nearest_camera": _from_camera,
    "attribute": _attribute,
}
"""By the `op` of a question's query."""
