"""Things turned on a wheel or a lathe: cups, pots, bottles, glasses, bowls, plates, pans and what lies in them.

Their shapes are data (`turned_*.json`): profiles in shares of radius and height, handles and spouts as paths.
Builders here add what is not turned: noodles, leaves of salad, straws, berries.
"""

import json
from dataclasses import dataclass, replace
from functools import cache
from math import cos, pi, sin
from pathlib import Path
from typing import Any

import numpy as np

from gpu_workers.solid.builders.build_request import Builder, Builders, BuildRequest, Built
from gpu_workers.solid.kit.curves import arc, hollow, spline
from gpu_workers.solid.kit.materials import COLOURS, Colour, Material
from gpu_workers.solid.kit.mesh import Mesh
from gpu_workers.solid.kit.primitives import ball, cylinder, ellipsoid, lathe, leaf, rounded_profile, tube

TABLES = Path(__file__).parent


@dataclass(frozen=True)
class Frame:
    """What shares are of: `radius` and `height` of the turned body, and how far handles reach beyond it on each side."""

    radius: float
    height: float
    reach: float


@cache
def turned_table(family: str = "vessels") -> dict[str, dict[str, Any]]:
    """Category to form to its row, of a family."""
    found: dict[str, dict[str, Any]] = json.loads((TABLES / f"turned_{family}.json").read_text())
    return found


def turned(category: str, form: str, family: str = "vessels") -> Builder:
    """A builder of a row of a table."""
    row = turned_table(family)[category][form]

    def build(request: BuildRequest) -> Built:
        sides = {grip.get("side", 1) for grip in row.get("grips", ())}
        reach = (request.width - request.depth) / (2 if len(sides) > 1 or 0 in sides else 1)
        frame = Frame(request.depth / 2, request.height, reach)
        built = Built()
        for part in row["parts"]:
            built.add(_finish(request, part), _turned_part(part, row["parts"][0], frame))
        for grip in row.get("grips", ()):
            built.add(_finish(request, grip), *_grip(grip, frame))
        return built

    return build


def _finish(request: BuildRequest, row: dict[str, Any]) -> Material:
    return Material(row.get("kind", "ceramic"), _row_colour(row.get("colour"), request.colour))


def _row_colour(given: Any, own: Colour) -> Colour:
    if given is None:
        return own
    return COLOURS[given] if isinstance(given, str) else (given[0], given[1], given[2])


def _turned_part(part: dict[str, Any], body: dict[str, Any], frame: Frame) -> Mesh:
    if "fills" in part:
        return _drink(part["fills"], body, frame)
    outer = [(r * frame.radius, z * frame.height) for r, z in part["outer"]]
    if part.get("curved"):
        outer = [(max(0.0, float(r)), float(z)) for r, z in spline(outer, 5)]
    round_by = part.get("round", 0.03) * frame.radius
    if "floor" not in part:
        return lobed(lathe(rounded_profile(outer, round_by)), *part.get("lobes", (0, 0.0)))
    return lathe(hollow(outer, part.get("wall", 0.05) * frame.radius, part["floor"] * frame.height, round_by / 3))


def lobed(mesh: Mesh, count: int, deep: float) -> Mesh:
    """Bulges around the z axis, as pumpkins have; `deep`: by what share the radius falls between two."""
    x, y, z = mesh.points.T
    swell = 1 - deep * (0.5 - 0.5 * np.cos(count * np.arctan2(y, x))) if count else np.ones(len(x))
    return Mesh(np.stack([x * swell, y * swell, z], axis=1), mesh.corners, mesh.counts)


def _drink(levels: tuple[float, float], body: dict[str, Any], frame: Frame) -> Mesh:
    """What fills a glass between two heights: seen through glass, it seems to reach its outside, and is built so."""
    low, high = levels
    outer = np.asarray(spline(body["outer"], 5) if body.get("curved") else body["outer"], dtype=float)
    heights = np.linspace(low, high, 24)
    radii = 1.012 * np.interp(heights, outer[:, 1], outer[:, 0])
    side = [(r * frame.radius, z * frame.height) for r, z in zip(radii.tolist(), heights.tolist(), strict=True)]
    return lathe([(0.0, side[0][1]), *side, (0.86 * side[-1][0], side[-1][1]), (0.0, side[-1][1])])


def _grip(grip: dict[str, Any], frame: Frame) -> list[Mesh]:
    """Handles and spouts: a path of (1: the body's side, 2: as far out as it reaches; height as a share; aside)."""
    points = [(x * frame.radius, _out(u, frame), z * frame.height) for u, z, x in _padded(grip["path"])]
    path = spline(points, 1 if grip.get("straight") else 7)
    radii = np.asarray(grip["radius"], dtype=float) * frame.radius
    if radii.ndim:
        radii = np.interp(np.linspace(0, 1, len(path)), np.linspace(0, 1, len(radii)), radii)
    made = tube(path, radii)
    if grip.get("wide"):
        made = made.scaled(grip["wide"], 1, 1)
    side = grip.get("side", 1)
    return [made, made.turned(z=180)] if side == 0 else [made if side > 0 else made.turned(z=180)]


def _padded(path: list[list[float]]) -> list[list[float]]:
    return [[*point, 0.0][:3] for point in path]


def _out(u: float, frame: Frame) -> float:
    return frame.radius * u if u <= 1 else frame.radius + (u - 1) * frame.reach


def bail(radius: float, low: float, top: float, thick: float) -> Mesh:
    """The bow of a bucket: half round over it from side to side."""
    across = [(0.0, radius * cos(a), low + (top - thick - low) * sin(a)) for a in np.linspace(0, pi, 25)]
    return tube(across, thick)


def bucket(form: str) -> Builder:
    """A bucket with its bow up."""

    def build(request: BuildRequest) -> Built:
        built, r = turned("bucket", form)(request), request.depth / 2
        built.add(Material("metal", COLOURS["steel"]), bail(r * 0.97, request.height * 0.64, request.height, 0.004))
        grip = tube([(0, -0.05, request.height - 0.008), (0, 0.05, request.height - 0.008)], 0.0085)
        return built.add(Material("plastic", COLOURS["black"]), grip)

    return build


def wire_wastebasket(request: BuildRequest) -> Built:
    """A wastebasket of wire, with crumpled paper in it."""
    r, h, count = request.depth / 2, request.height, 36
    levels = [(0.7 + 0.3 * t, max(0.01, t)) for t in np.linspace(0, 0.985, 8)]
    rings = [tube([(x, y, z * h) for x, y in arc(far * r - 0.003, 0, 350, 35)], 0.0025, 6, True) for far, z in levels]
    angles = np.linspace(0, 2 * pi, count, endpoint=False)
    rods = [tube([(0.7 * r * cos(a), 0.7 * r * sin(a), 0), (r * cos(a), r * sin(a), h)], 0.002, 6) for a in angles]
    built = Built().add(request.made_of("metal"), *rings, *rods, cylinder(0.69 * r, 0.01))
    rim = tube([(x, y, h - 0.005) for x, y in arc(r - 0.005, 0, 350, 35)], 0.006, 8, True)
    return built.add(request.made_of("metal"), rim).add(Material("paper", COLOURS["white"]), *crumpled(request, r, h))


def crumpled(request: BuildRequest, radius: float, height: float) -> list[Mesh]:
    """Balls of paper that fill a basket nearly to its rim."""
    found = []
    for level in (0.2, 0.5, 0.78):
        for k in range(6):
            paper = ball(0.3 * radius, 10)
            dents = 1 + 0.16 * np.array([request.random.uniform(-1, 1) for _ in range(len(paper.points))])
            paper = Mesh(paper.points * dents[:, None], paper.corners, paper.counts)
            angle, far = 2.4 * k + level, 0.46 * radius * (k > 0)
            found.append(paper.moved(far * cos(angle), far * sin(angle), level * height))
    return found


def noodles(category: str, form: str, kind_colour: Colour, steep: float = 0.5) -> Builder:
    """A vessel with strands wound in it."""

    def build(request: BuildRequest) -> Built:
        built, r, h = turned(category, form)(request), request.depth / 2, request.height
        top = turned_table()[category][form]["level"] * h
        strands = []
        for _ in range(34):
            reach, turn, tilt = (
                request.random.uniform(0.2, 0.62) * r,
                request.random.uniform(0, 360),
                request.random.uniform(-9, 9),
            )
            ring = np.column_stack([arc(reach, 0, 250, 16), np.full(17, 0.0)])
            strand = tube(ring, 0.026 * r, around=6).turned(x=tilt, y=tilt / 2, z=turn)
            height = top + (0.68 - reach / r) * steep * h + request.random.uniform(-0.02, 0.02) * h
            strands.append(
                strand.moved(request.random.uniform(-0.1, 0.1) * r, request.random.uniform(-0.1, 0.1) * r, height)
            )
        return built.add(Material("food", kind_colour), *strands)

    return build


def scattered(request: BuildRequest, count: int, reach: float, mesh: Mesh) -> list[Mesh]:
    """Copies turned at random over a disc of radius `reach`, domed: lower towards the rim."""
    found = []
    for k in range(count):
        far, angle = reach * ((k + 0.5) / count) ** 0.5, 2.4 * k + request.random.uniform(-0.3, 0.3)
        place = far * cos(angle), far * sin(angle), -0.3 * reach * (far / reach) ** 2
        found.append(
            mesh.turned(request.random.uniform(-25, 25), request.random.uniform(-25, 25), np.degrees(angle)).moved(*place)
        )
    return found


def salad(form: str) -> Builder:
    """A bowl heaped with leaves and tomatoes."""

    def build(request: BuildRequest) -> Built:
        built, r, h = turned("bowl of salad", form)(request), request.depth / 2, request.height
        for shade, size in (((0.30, 0.52, 0.12), 0.62), ((0.45, 0.65, 0.2), 0.5)):
            leaves = scattered(request, 26, 0.66 * r, leaf(size * r, size * 0.8 * r, 0.2).moved(-size * r / 2))
            built.add(Material("leaf", shade), *(one.moved(z=0.84 * h) for one in leaves))
        tomatoes = scattered(request, 7, 0.6 * r, ball(0.13 * r, 16))
        return built.add(Material("food", COLOURS["red"]), *(one.moved(z=0.93 * h) for one in tomatoes))

    return build


def rice(form: str) -> Builder:
    """A bowl of rice, grain by grain, with chopsticks that lie on it and on the rim."""

    def build(request: BuildRequest) -> Built:
        built, r, h = turned("bowl of rice", form)(request), request.depth / 2, request.height
        grain, grains = ellipsoid(0.11 * r, 0.036 * r, 0.036 * r, 8), []
        for _ in range(220):
            far, turn = 0.86 * r * request.random.random() ** 0.5, request.random.uniform(0, 2 * pi)
            place = far * cos(turn), far * sin(turn), h * (0.985 - 0.27 * (far / r) ** 2)
            grains.append(grain.turned(y=request.random.uniform(-30, 30), z=request.random.uniform(0, 360)).moved(*place))
        end = request.width - r
        sticks = [
            tube([((0.1 - a) * r, -0.3 * r, 1.05 * h), ((0.5 + a) * r, end, 0.82 * h)], 0.03 * r, 8) for a in (-0.06, 0.06)
        ]
        return built.add(Material("snow", (0.97, 0.96, 0.93)), *grains).add(Material("paint", (0.45, 0.08, 0.05)), *sticks)

    return build


def with_straw(category: str, form: str, colour: str) -> Builder:
    """A drink with a straw that stands out of it."""

    def build(request: BuildRequest) -> Built:
        built, r, h = turned(category, form)(request), request.depth / 2, request.height
        straw = tube([(0.1 * r, -0.3 * r, 0.2 * h), (-0.1 * r, 0.38 * r, h)], 0.09 * r)
        return built.add(Material("plastic", COLOURS[colour]), straw)

    return build


def bubble_tea(form: str) -> Builder:
    """Milk tea with a straw and dark pearls at the bottom."""

    def build(request: BuildRequest) -> Built:
        built, r, h = with_straw("bubble tea", form, "pink")(request), request.depth / 2, request.height
        rings = [(0.72 * r, (0.06 + 0.05 * k) * h, 11, k) for k in range(4)]
        pearls = [
            ball(0.1 * r, 12).moved(far * cos(2 * pi * (n + k / 2) / count), far * sin(2 * pi * (n + k / 2) / count), z)
            for far, z, count, k in rings
            for n in range(count)
        ]
        return built.add(Material("food", (0.06, 0.03, 0.02)), *pearls)

    return build


def shaker(form: str) -> Builder:
    """A shaker with holes in its top."""

    def build(request: BuildRequest) -> Built:
        built, r, h = turned("salt shaker", form)(request), request.depth / 2, request.height
        hole = ball(0.075 * r, 12).scaled(1, 1, 0.4)
        around = [hole.moved(0.36 * r * cos(a), 0.36 * r * sin(a), 0.99 * h) for a in np.linspace(0, 2 * pi, 7)[1:]]
        return built.add(Material("rubber", COLOURS["black"]), *around, hole.moved(z=h - 0.02 * r))

    return build


def with_cup(category: str, form: str) -> Builder:
    """A bottle with the cup beside it that it is poured into."""
    bottle = turned(category, form)

    def build(request: BuildRequest) -> Built:
        deep, wide, built = request.depth, request.width, Built()
        for part in bottle(replace(request, width=deep)).parts:
            built.add(part.material, part.mesh.moved(0, (wide - deep) / 2))
        r, h = 0.34 * deep, 0.3 * request.height
        cup = hollow([(0, 0), (0.55 * r, 0), (0.55 * r, 0.14 * h), (0.85 * r, 0.4 * h), (r, h)], 0.08 * r, 0.2 * h, 0.001)
        band = lathe([(0.97 * r, 0.72 * h), (1.02 * r, 0.73 * h), (1.03 * r, 0.84 * h), (0.98 * r, 0.86 * h)])
        beside = 0.06 * deep, r - wide / 2
        built.add(request.made_of("ceramic"), lathe(cup).moved(*beside))
        return built.add(Material("ceramic", COLOURS["navy"]), band.moved(*beside))

    return build


SPECIAL: Builders = {
    "bowl of rice": {form: rice(form) for form in ("round", "wide")},
    "salt shaker": {form: shaker(form) for form in ("glass", "china")},
    "sake bottle": {form: with_cup("sake bottle", form) for form in ("tokkuri", "straight")},
    "cocktail": {"hurricane": with_straw("cocktail", "hurricane", "white"), "tall": with_straw("cocktail", "tall", "pink")},
    "bucket": {form: bucket(form) for form in ("tin", "plastic")},
    "wastebasket": {"wire": wire_wastebasket, "pedal": turned("wastebasket", "pedal")},
    "bowl of noodles": {form: noodles("bowl of noodles", form, (0.88, 0.70, 0.36)) for form in ("deep", "wide")},
    "plate of spaghetti": {
        form: noodles("plate of spaghetti", form, (0.89, 0.72, 0.38), 0.95) for form in ("flat", "deep")
    },
    "bowl of salad": {form: salad(form) for form in ("wooden", "china")},
    "bubble tea": {form: bubble_tea(form) for form in ("domed", "flat")},
}

BUILDERS: Builders = {
    category: {form: turned(category, form) for form in forms} for category, forms in turned_table().items()
} | SPECIAL
