"""A photograph beside the picture that it was drawn over.

In: a lineage.  Out: one picture of both, each object in its own colour's box: on the left where the structure has it, on
the right where eyes saw it; as a picture, or as text for a terminal.
"""

import json
from collections.abc import Iterator, Mapping
from io import BytesIO

from PIL import Image, ImageDraw

from dataset.reading.lineage import Lineage
from schemas.errors import UserError
from schemas.picture_layers import Claim

GAP = 8
"""Pixels between the pictures."""

COLOURS = (
    "#e6194b", "#3cb44b", "#4363d8", "#f58231", "#911eb4", "#42d4f4", "#f032e6", "#bfef45",
    "#fabed4", "#469990", "#dcbeff", "#9a6324", "#fffac8", "#800000", "#ffe119", "#a9a9a9",
)  # fmt: skip
"""By an object's id, over again after the last."""

UPPER = "▀"
"""Its colour fills the upper half of a character's place, the background's the lower."""

Boxes = Mapping[int, tuple[float, float, float, float]]
"""By object: [x, y, width, height] in pixels of the photograph."""


SPOILT = (OSError, SyntaxError, ValueError, KeyError, TypeError, AttributeError, Image.DecompressionBombError)
"""What reading a claim's truth and picture raises where a file was changed or cut."""


class NoStructure(UserError):
    """The picture was drawn over none, or over one that cannot be read."""


def side_by_side(found: Lineage) -> Image.Image:
    """Structure and photograph, both of the photograph's height. Raises NoStructure."""
    sample, claim = found.row["sample_id"], found.claim
    if found.claim_fault is not None:
        raise NoStructure(f"what {sample} was drawn over cannot be read: {found.claim_fault}")
    if claim is None:
        raise NoStructure(f"{sample} is no photograph over a structure: there is nothing beside it")
    photograph = _with_boxes(found.picture, None, _seen(found))
    try:
        structure = _with_boxes(claim.picture, photograph.size, _claimed(claim))
    except SPOILT as error:
        raise NoStructure(f"what {sample} was drawn over cannot be read: {type(error).__name__}: {error}") from error
    both = Image.new("RGB", (structure.width + GAP + photograph.width, photograph.height), "white")
    both.paste(structure, (0, 0))
    both.paste(photograph, (structure.width + GAP, 0))
    return both


def terminal_lines(picture: Image.Image, columns: int) -> Iterator[str]:
    """The picture in so many columns of text with 24-bit colours, two rows of pixels a line."""
    rows = max(2, round(picture.height * columns / picture.width / 2) * 2)
    small = picture.convert("RGB").resize((columns, rows), Image.Resampling.BOX)
    for row in range(0, rows, 2):
        pairs = (((small.getpixel((x, row))), small.getpixel((x, row + 1))) for x in range(columns))
        yield "".join(f"\x1b[38;2;{_numbers(up)};48;2;{_numbers(low)}m{UPPER}" for up, low in pairs) + "\x1b[0m"


def _numbers(colour: object) -> str:
    assert isinstance(colour, tuple)
    return ";".join(map(str, colour))


def _claimed(claim: Claim) -> Boxes:
    """Where the structure has its objects."""
    return {thing["id"]: tuple(thing["box"]) for thing in json.loads(claim.truth)["objects"] if thing["visible"] > 0}


def _seen(found: Lineage) -> Boxes:
    """Where eyes saw the graph's objects, as provenance notes it, by the claim's numbers."""
    notes = found.provenance.get("notes", {})
    noted, claimed_as = json.loads(notes.get("boxes_by_eyes", "{}")), json.loads(notes.get("claimed_as", "{}"))
    return {int(claimed_as.get(number, number)): tuple(box) for number, (box, _) in noted.items()}


def _with_boxes(file: bytes, size: tuple[int, int] | None, boxes: Boxes) -> Image.Image:
    with Image.open(BytesIO(file)) as opened:
        picture = opened.convert("RGB")
    if size is not None and picture.size != size:
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    draw = ImageDraw.Draw(picture)
    for number, (x, y, width, height) in boxes.items():
        draw.rectangle((x, y, x + width - 1, y + height - 1), outline=COLOURS[number % len(COLOURS)], width=2)
    return picture
