"""Animals as smooth bodies: round limbs that melt into each other, by coat, from `animals.json`.

A limb is (x, y, z, x, y, z, radius, radius at its end), a ball (x, y, z, radius), in shares of the height, the nose to +x;
what lies to the left has its like to the right.
"""

import json
from functools import cache
from pathlib import Path

from gpu_workers.solid.builders.build_request import Builder, Builders, BuildRequest, Built
from gpu_workers.solid.kit.blobs import Limb, blob, limb, tufted
from gpu_workers.solid.kit.materials import COLOURS, Colour, Kind, Material

TABLE = Path(__file__).with_name("animals.json")

COATS: dict[str, tuple[Kind, Colour]] = {
    "white": ("fur", (0.90, 0.89, 0.86)), "pale": ("fur", (0.86, 0.76, 0.62)), "dark": ("fur", (0.13, 0.09, 0.07)),
    "black": ("rubber", (0.03, 0.03, 0.03)), "charcoal": ("rubber", COLOURS["charcoal"]),
    "pink": ("skin", (0.85, 0.50, 0.50)), "orange": ("plastic", (0.90, 0.48, 0.06)),
    "cream": ("ceramic", (0.92, 0.88, 0.78)), "head": ("fur", (0.05, 0.26, 0.14)), "wool": ("snow", (0.90, 0.88, 0.82)),
    "shell": ("stone", (0.26, 0.22, 0.09)), "snow": ("snow", (0.93, 0.94, 0.96)), "red": ("fabric", COLOURS["red"]),
    "brown": ("wood", COLOURS["brown"]), "spines": ("fur", (0.30, 0.22, 0.15)), "eyes": ("ceramic", (0.62, 0.66, 0.16)),
    "ink": ("ceramic", (0.012, 0.011, 0.011)), "claws": ("leather", (0.42, 0.33, 0.22)),
    "spots": ("fur", (0.24, 0.16, 0.10)),
}  # fmt: skip
"""What parts of animals are covered with, apart from the coat that they are named by."""

SHADES = {"ears": 0.88, "stripes": 0.58, "saddle": 0.42}
"""Coats that are darker than what an animal is named by, and how much."""

SKINS: dict[str, Kind] = {"pig": "skin", "elephant": "skin", "turtle": "skin"}
SOFT = 0.07
SHARP = 0.012
TUFTS, WOOL = 260, 0.05
"""Tufts of a fleece, and how deep it is between them, a share of the height."""

SOFTLY = ("coat", "wool", "ears", "shell", "spines", "snow", "white", "head", "saddle")
FINE_CELLS, CELLS = 64, 40
"""Of the grid of coats that take much of an animal, and of all others."""


@cache
def animal_table() -> dict[str, dict[str, dict[str, list[list[float]]]]]:
    """Category to form to coat to limbs."""
    found: dict[str, dict[str, dict[str, list[list[float]]]]] = json.loads(TABLE.read_text())
    return found


def animal(category: str, form: str) -> Builder:
    """A builder of a row of the table."""
    row = animal_table()[category][form]

    def build(request: BuildRequest) -> Built:
        built = Built()
        for coat, rows in row.items():
            skin = _skin(category, coat, request)
            soft, fine = coat in SOFTLY, coat in (*SOFTLY, "stripes")
            mesh = blob(_limbs(rows), SOFT if soft else SHARP, FINE_CELLS if fine else CELLS)
            mesh = tufted(mesh, TUFTS, WOOL) if coat == "wool" else mesh
            built.add(skin, mesh.scaled(*[request.height / _height(category, form)] * 3))
        return built

    return build


def _limbs(rows: list[list[float]]) -> list[Limb]:
    found = []
    for row in rows:
        start, end, radii = (row[:3], row[3:6], row[6:]) if len(row) > 4 else (row[:3], row[:3], row[3:] * 2)
        end = [*end[:2], end[2] + 1e-4]
        found.append(limb(start, end, *radii))
        if start[1] > 0 or end[1] > 0:
            found.append(limb([start[0], -start[1], start[2]], [end[0], -end[1], end[2]], *radii))
    return found


def _skin(category: str, coat: str, request: BuildRequest) -> Material:
    if coat in COATS:
        kind, colour = COATS[coat]
        return Material(kind, colour, scale=0.5)
    shade = SHADES.get(coat, 1.0)
    red, green, blue = request.colour
    return Material(SKINS.get(category, "fur"), (red * shade, green * shade, blue * shade), scale=0.7)


@cache
def _height(category: str, form: str) -> float:
    """Of the row as it is written, from the lowest to the highest point of its balls."""
    levels = [(z, r) for rows in animal_table()[category][form].values() for row in rows for z, r in _levels(row)]
    return max(z + r for z, r in levels) - min(z - r for z, r in levels)


def _levels(row: list[float]) -> list[tuple[float, float]]:
    return [(row[2], row[6]), (row[5], row[-1])] if len(row) > 4 else [(row[2], row[3])]


BUILDERS: Builders = {
    category: {form: animal(category, form) for form in forms} for category, forms in animal_table().items()
}
