"""Checks that a certificate has every premise that its form needs in metres: bodies, cameras, walls, boxes in two pictures.

In: the premises of a certificate, its row and parsed question.  Out: descriptions of what is missing.
Whether a premise is so is another check; certificates of before say of cameras where they are, later ones the projection.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from dataset.audit.questions.parsed_questions import IN_METRES, ParsedQuestion
from dataset.audit.tar_rows import Row
from spatial.verify.lexicon import may_be_called
from spatial.verify.referents import NotProven

Premise = Mapping[str, Any]

OF_BODY = ("position", "size", "heading", "has_front", "support")

OF_TWO = ("moved_sideways", "moved_along", "only_second", "same_box")
"""Forms about two pictures."""

BEFORE_CAMERA = ("nearest_camera", "floor_area", "fits_left", "fits_right", *OF_TWO)
"""Forms whose rule reads where the camera is, or what it sees."""

BESIDE = ("fits_left", "fits_right")
"""Forms whose rule reads where everything is, in a room its walls too."""

COVERED = ("hides", "half_seen")
"""Forms whose rule reads what hides how much of a thing."""

PLACE_M = 1e-4
"""Metres; the place of a camera is rounded."""

SAME = 1e-6


def missing_premises(premises: Sequence[Any], row: Row, parsed: ParsedQuestion, objects: Sequence[int]) -> Iterator[str]:
    """What premises lack that the question needs; nothing of forms that are not in metres."""
    stated = [premise for premise in premises if isinstance(premise, dict)]
    yield from _bodies(stated, row, parsed, objects)
    if parsed.form.ask in BEFORE_CAMERA and not any({"camera", "projection"} & premise.keys() for premise in stated):
        yield "does not say what the camera is"
    in_room = parsed.form.ask == "floor_area" or (parsed.form.ask in BESIDE and row.get("room") is not None)
    if in_room and not any("room" in premise for premise in stated):
        yield "does not say where the walls are"
    if parsed.form.ask in OF_TWO:
        yield from _of_first(stated, parsed)
    yield from _of_unseen(stated, row, parsed)


def _of_unseen(stated: Sequence[Premise], row: Row, parsed: ParsedQuestion) -> Iterator[str]:
    """The bodies of what the words name and the picture does not show, and the camera."""
    if parsed.form.ask not in ("known_side", "known_far"):
        return
    word = parsed.reader.nouns[parsed.form.nouns[0]]
    colour = parsed.form.word.replace("_", " ")
    unseen = {
        thing["id"]
        for thing in row.get("unseen") or ()
        if may_be_called(thing["category"], word) and (not colour or colour in thing["attributes"])
    }
    said = {premise.get("object") for premise in stated if premise.get("unseen") is True}
    if unseen != said:
        yield f"says of objects {sorted(map(str, said))} that they are not seen, of {sorted(map(str, unseen))} it is so"
    if unseen and not any("projection" in premise for premise in stated):
        yield "does not say what the camera is"


def _bodies(stated: Sequence[Premise], row: Row, parsed: ParsedQuestion, objects: Sequence[int]) -> Iterator[str]:
    """Every object that the question is about, as a body, with what the form reads of it."""
    if parsed.form.ask in OF_TWO and any("projection" in premise for premise in stated):
        objects = _referents(parsed)
    elif parsed.form.ask in BESIDE:
        objects = [thing["id"] for thing in row["objects"]]
    elif parsed.form.ask not in (*IN_METRES, "known_far"):
        return
    leaning = {thing["id"] for thing in row["objects"] if thing.get("rotation") is not None}
    for number in objects:
        bodies = [premise for premise in stated if premise.get("object") == number and "position" in premise]
        wanted = [*OF_BODY, *(["rotation"] if number in leaning else []), *_asked_of(parsed)]
        lacking = [name for name in wanted if not any(name in body for body in bodies)]
        if lacking:
            yield f"does not say {', '.join(lacking)} of object {number} in metres"


def _asked_of(parsed: ParsedQuestion) -> list[str]:
    """What is said of bodies where a question is about what is to be seen of them."""
    visible = ["visible"] if parsed.form.ask == "half_seen" else []
    return ["hidden_by", *visible] if parsed.form.ask in COVERED else []


def _of_first(stated: Sequence[Premise], parsed: ParsedQuestion) -> Iterator[str]:
    """The first picture's camera, and the box there of what the words name."""
    if not any({"first_camera", "first_projection"} & premise.keys() for premise in stated):
        yield "does not say what the camera of the first picture is"
    shown = {"first_box", *(["first_depth"] if any("projection" in premise for premise in stated) else [])}
    boxed = {premise.get("object") for premise in stated if shown <= premise.keys()}
    unseen = sorted(set(_referents(parsed)) - boxed)
    if unseen:
        yield f"has no box of object {', '.join(map(str, unseen))} in the first picture"


def _referents(parsed: ParsedQuestion) -> list[int]:
    """The objects that the words name; none where that is not proven, which is a fault of its own."""
    try:
        return parsed.referents()
    except NotProven:
        return []


def is_place(place: Any, row: Mapping[str, Any]) -> bool:
    """Whether the camera of a row or view stands there: what its pose sends to the origin."""
    camera = row.get("camera")
    if camera is None or not isinstance(place, list) or len(place) != 3:
        return False
    turn = np.array(camera["world_to_camera"], float).reshape(4, 4)
    return bool(np.abs(turn @ [*place, 1.0])[:3].max() <= PLACE_M)


def is_projection(stated: Any, row: Mapping[str, Any]) -> bool:
    """Whether a camera is that of a row or view: its place, lens and pose."""
    camera = row.get("camera")
    if camera is None or not isinstance(stated, dict) or stated.keys() != {"position", "intrinsics", "world_to_camera"}:
        return False
    return is_place(stated["position"], row) and all(
        len(stated[name]) == len(camera[name]) and np.allclose(stated[name], camera[name], rtol=0, atol=SAME)
        for name in ("intrinsics", "world_to_camera")
    )
