"""House fronts: walls with windows and doors under a roof, for the far side of streets and yards.

In: a width, random numbers, whether windows are lit.  Out: parts; the front lies in the plane y = 0 and looks along −y.
"""

from collections.abc import Sequence
from random import Random

from gpu_workers.solid.kit.materials import Colour, Kind, Material, glowing, material
from gpu_workers.solid.kit.mesh import Mesh, joined, mesh_of
from gpu_workers.solid.scenery.landforms import slab
from gpu_workers.solid.shot import Part

WALLS: Sequence[tuple[Kind, Colour]] = (
    ("brick", (0.58, 0.28, 0.20)), ("brick", (0.66, 0.42, 0.30)), ("plaster", (0.88, 0.82, 0.68)),
    ("plaster", (0.85, 0.70, 0.52)), ("plaster", (0.80, 0.82, 0.80)), ("plaster", (0.72, 0.78, 0.80)),
    ("plaster", (0.86, 0.62, 0.50)), ("plaster", (0.90, 0.88, 0.84)),
)  # fmt: skip
ROOFS: Sequence[Colour] = ((0.48, 0.22, 0.15), (0.36, 0.20, 0.16), (0.26, 0.26, 0.29), (0.42, 0.30, 0.22))
DOORS = ("green", "red", "navy", "brown", "teal")
PANE = material("screen", (0.10, 0.14, 0.19))
FRAME = material("paint", "white")

FLOOR_M = 2.9
DEEP_M = 7.0

OPENING_M = 2.4
"""Width of wall for each window or door."""


def house(width: float, floors: int, rng: Random, lit: bool, roof: str = "gable") -> list[Part]:
    """A house of that width about x = 0. `roof`: gable, flat, or snowy."""
    kind, colour = rng.choice(WALLS)
    high = FLOOR_M * floors + 0.3
    parts = [Part(slab((-width / 2, width / 2), (0, DEEP_M), (-0.3, high)), Material(kind, colour, grain="y"))]
    door = rng.randrange(_columns(width))
    places = _openings(width, floors)
    windows = [place for place in places if place != (door, 0)]
    parts += _windows([_at(place, width) for place in windows], rng, lit)
    parts += _door(_at((door, 0), width)[0], rng)
    return [*parts, _roof(width, high, roof, rng)]


def _openings(width: float, floors: int) -> list[tuple[int, int]]:
    return [(column, row) for column in range(_columns(width)) for row in range(floors)]


def _columns(width: float) -> int:
    """Openings side by side."""
    return max(1, int(width / OPENING_M))


def _at(place: tuple[int, int], width: float) -> tuple[float, float]:
    """The middle of an opening across, and the sill's height."""
    columns = _columns(width)
    return (place[0] + 0.5) * width / columns - width / 2, 0.95 + FLOOR_M * place[1]


def _windows(places: Sequence[tuple[float, float]], rng: Random, lit: bool) -> list[Part]:
    dark, bright, frames = list[Mesh](), list[Mesh](), list[Mesh]()
    for x, z in places:
        pane = slab((x - 0.5, x + 0.5), (-0.02, 0.1), (z, z + 1.4))
        (bright if lit and rng.random() < 0.5 else dark).append(pane)
        frames += [slab((x + a, x + a + 0.07), (-0.06, 0.1), (z, z + 1.4)) for a in (-0.55, -0.035, 0.48)]
        frames += [slab((x - 0.55, x + 0.55), (-0.06, 0.1), (z + b, z + b + 0.07)) for b in (0.75, 1.36)]
        frames.append(slab((x - 0.65, x + 0.65), (-0.14, 0.1), (z - 0.07, z)))
    found = [Part(joined(frames), FRAME)]
    found += [Part(joined(dark), PANE)] if dark else []
    return [*found, Part(joined(bright), glowing((1.0, 0.78, 0.45), 2.2))] if bright else found


def _door(x: float, rng: Random) -> list[Part]:
    leaf = slab((x - 0.5, x + 0.5), (-0.03, 0.1), (0.05, 2.1))
    frame = joined([slab((x + a, x + a + 0.1), (-0.07, 0.1), (0, 2.2)) for a in (-0.6, 0.5)])
    lintel = slab((x - 0.6, x + 0.6), (-0.07, 0.1), (2.1, 2.25))
    step = slab((x - 0.8, x + 0.8), (-0.5, 0.0), (-0.1, 0.05))
    stone = material("stone", (0.6, 0.59, 0.57))
    return [Part(leaf, material("paint", rng.choice(DOORS))), Part(joined([frame, lintel]), FRAME), Part(step, stone)]


def _roof(width: float, high: float, roof: str, rng: Random) -> Part:
    half = width / 2 + 0.25
    if roof == "flat":
        return Part(slab((-half, half), (-0.25, DEEP_M), (high, high + 0.35)), material("stone", (0.55, 0.54, 0.52)))
    rise = rng.uniform(2.0, 3.2)
    low, top = high - 0.12, high + rise
    near, middle, far = -0.45, DEEP_M / 2, DEEP_M + 0.45
    corners = [(x, y, z) for x in (-half, half) for y, z in ((near, low), (middle, top), (far, low))]
    prism = mesh_of(corners, [(0, 3, 4, 1), (1, 4, 5, 2), (0, 1, 2), (3, 5, 4), (0, 2, 5, 3)])
    look = material("snow", (0.93, 0.94, 0.96)) if roof == "snowy" else material("brick", rng.choice(ROOFS), scale=1.6)
    return Part(prism, look)
