"""Draws what a recipe says, stroke by stroke.

In: a row of `recipes_*.json` (or of `forms_*.json`: another form of a thing), a pen, a look.  Out: strokes.
A row has a `name`, `tones` (colours of the slot `tint`, one a variant) and `strokes`, lines of text:

    rect COLOUR x,y w,h     oval COLOUR x,y w,h     poly COLOUR x,y x,y x,y …     tube COLOUR x,y x,y …

Coordinates are shares of the width and the height in percent, y down.  COLOUR is a name of `COLOURS` or one that the look
chooses (`tint`, `wood`, `paint`, `fabric`), with `+20` or `-20` lighter or darker by so many percent.
Words at the end: `r=4` rounds corners, `d=3` is the width of a tube (both in percent of the height), a finish (`flat`,
`plush`, `grain`, `glass`), and `n=3 by=20,0` repeats the stroke, each time further by so much.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib import resources
from types import MappingProxyType
from typing import Any

from gpu_workers.collage.drawing_pen import FLAT, GLASS, PLUSH, RGB, SOFT, WOOD, Finish, Pen, Point, darker, lighter
from gpu_workers.collage.furniture.furniture_style import BRASS, CREAM, DARK_METAL, METAL, SKY, WHITE, DrawsThing, Look

COLOURS: Mapping[str, RGB] = {
    "metal": METAL, "dark": DARK_METAL, "white": WHITE, "cream": CREAM, "brass": BRASS, "sky": SKY,
    "black": (58, 54, 66), "red": (224, 74, 72), "green": (92, 164, 92), "blue": (76, 138, 214), "yellow": (248, 204, 84),
    "orange": (242, 142, 62), "brown": (150, 98, 64), "grey": (170, 172, 182), "stone": (178, 172, 172),
    "straw": (228, 188, 96), "clay": (206, 112, 76), "snow": (234, 242, 252), "pink": (240, 150, 176),
    "water": (108, 178, 232), "teal": (84, 168, 164), "purple": (140, 106, 190),
}  # fmt: skip

FINISHES: Mapping[str, Finish] = {"soft": SOFT, "flat": FLAT, "plush": PLUSH, "grain": WOOD, "glass": GLASS}


@dataclass(frozen=True)
class Stroke:
    """A shape with its points in percent; of a rectangle or an ellipse the second one is its size."""

    shape: str
    colour: str
    points: tuple[Point, ...]
    finish: Finish
    radius: float = 1.0
    width: float = 3.0
    times: int = 1
    step: Point = (0.0, 0.0)


@lru_cache(maxsize=1)
def recipe_drawings() -> Mapping[str, DrawsThing]:
    """The drawing of each recipe, by the name of its category."""
    return MappingProxyType({row["name"]: _drawing(row) for row in _rows("recipes_")})


@lru_cache(maxsize=1)
def other_forms() -> Mapping[str, tuple[DrawsThing, ...]]:
    """Drawings of things in other forms than their sprite's, or their usual drawing's, by the name of the category."""
    found: dict[str, tuple[DrawsThing, ...]] = {}
    for row in _rows("forms_"):
        found[row["name"]] = (*found.get(row["name"], ()), _drawing(row))
    return MappingProxyType(found)


def _rows(prefix: str) -> list[dict[str, Any]]:
    folder = resources.files("gpu_workers.collage.drawings")
    files = sorted((file for file in folder.iterdir() if file.name.startswith(prefix)), key=lambda file: file.name)
    return [row for file in files for row in json.loads(file.read_text("utf-8"))]


def stroke_of(line: str) -> Stroke:
    """The stroke that a line says. Raises ValueError or KeyError for one that says none."""
    shape, colour, *words = line.split()
    if shape not in _PAINTERS:
        raise ValueError(f"{shape!r} is no shape; there are {', '.join(_PAINTERS)}")
    points = tuple(_point(word) for word in words if word[0] in "-.0123456789")
    said = dict(word.split("=") for word in words if "=" in word)
    finish = next((FINISHES[word] for word in words if word.isalpha()), SOFT)
    return Stroke(
        shape, colour, points, finish, float(said.get("r", 1)), float(said.get("d", 3)), int(said.get("n", 1)),
        _point(said.get("by", "0,0")),
    )  # fmt: skip


def colour_of(text: str, look: Look, tones: tuple[RGB, ...]) -> RGB:
    """The colour that a word names in this look."""
    name, sign, share = text.partition("+") if "+" in text else text.partition("-")
    chosen: dict[str, Callable[[], RGB]] = {"wood": look.wood, "paint": look.paint, "fabric": look.fabric}
    if name == "tint":
        plain = look.colour or tones[look.variant % len(tones)]
    else:
        plain = chosen[name]() if name in chosen else COLOURS[name]
    change = int(share or 0) / 100
    return darker(plain, change) if sign == "-" else lighter(plain, change)


def _drawing(row: Mapping[str, object]) -> DrawsThing:
    lines, tones = row["strokes"], row.get("tones", ())
    assert isinstance(lines, list)
    assert isinstance(tones, list | tuple)
    return partial(_draw, tuple(map(stroke_of, lines)), tuple((r, g, b) for r, g, b in tones))


def _draw(strokes: tuple[Stroke, ...], tones: tuple[RGB, ...], pen: Pen, look: Look) -> None:
    for stroke in strokes:
        colour = colour_of(stroke.colour, look, tones)
        for number in range(stroke.times):
            dx, dy = stroke.step[0] * number, stroke.step[1] * number
            _PAINTERS[stroke.shape](pen, stroke, colour, (dx, dy))


def _point(text: str) -> Point:
    x, y = text.split(",")
    return float(x), float(y)


def _moved(pen: Pen, stroke: Stroke, by: Point) -> list[Point]:
    return [((x + by[0]) * pen.w / 100, y + by[1]) for x, y in stroke.points]


def _area(pen: Pen, stroke: Stroke, by: Point) -> tuple[float, float, float, float]:
    (x, y), (w, h) = stroke.points
    return (x + by[0]) * pen.w / 100, y + by[1], w * pen.w / 100, h


def _rect(pen: Pen, stroke: Stroke, colour: RGB, by: Point) -> None:
    pen.rect(_area(pen, stroke, by), colour, stroke.radius, stroke.finish)


def _oval(pen: Pen, stroke: Stroke, colour: RGB, by: Point) -> None:
    pen.oval(_area(pen, stroke, by), colour, stroke.finish)


def _poly(pen: Pen, stroke: Stroke, colour: RGB, by: Point) -> None:
    pen.poly(_moved(pen, stroke, by), colour, stroke.radius, stroke.finish)


def _tube(pen: Pen, stroke: Stroke, colour: RGB, by: Point) -> None:
    pen.tube(_moved(pen, stroke, by), stroke.width, colour, None if stroke.finish is SOFT else stroke.finish)


_PAINTERS: Mapping[str, Callable[[Pen, Stroke, RGB, Point], None]] = {
    "rect": _rect,
    "oval": _oval,
    "poly": _poly,
    "tube": _tube,
}
