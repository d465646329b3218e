"""What is long and leans on something when nobody holds it: brooms, mops, rakes, shovels, ladders, boards, crutches.

Each is built upright in its own box; `leans` in `spatial/world/bodies/long_tools.json` says where in it the foot and the
line are that touch when it is tilted.
"""

from math import cos, pi, sin

import numpy as np

from gpu_workers.solid.builders.build_request import Builder, Builders, BuildRequest, Built
from gpu_workers.solid.builders.fittings import BLACK, DARK_METAL, RUBBER, STEEL, front_plate, sideways, upright_loft
from gpu_workers.solid.kit.materials import material, wood
from gpu_workers.solid.kit.mesh import Mesh
from gpu_workers.solid.kit.primitives import box, cylinder, lathe, rounded_profile, sheet, tube

SHAFT_M = 0.0125
"""Radius of a wooden shaft."""

STRAW = (0.72, 0.55, 0.27)


def _shaft(height: float, foot: float, radius: float = SHAFT_M) -> Mesh:
    return cylinder(radius, height - foot, round_by=0.002).moved(z=foot)


def brush_broom(request: BuildRequest) -> Built:
    """A broom whose bristles are in a coloured block."""
    w, d, h = request.width, request.depth, request.height
    bristles = upright_loft(
        [(0.0, d, w, 0.08, 0.0), (0.05, d * 0.9, w * 0.97, 0.1, 0.0), (0.085, d * 0.6, w * 0.9, 0.1, 0.0)]
    )
    block = upright_loft([(0.08, d * 0.75, w * 0.95, 0.3, 0.0), (0.125, d * 0.65, w * 0.9, 0.4, 0.0)])
    socket = cylinder(SHAFT_M * 1.7, 0.09, SHAFT_M * 1.1).moved(z=0.12)
    built = Built().add(material("fabric", "charcoal"), bristles)
    built.add(request.made_of("plastic"), block, socket)
    return built.add(request.made_of("paint"), _shaft(h, 0.14))


def straw_broom(request: BuildRequest) -> Built:
    """A broom of straw, bound with coloured cord."""
    w, d, h = request.width, request.depth, request.height
    levels = [(0.0, d, w, 0.2, 0.0), (0.16, d * 0.8, w * 0.78, 0.4, 0.0), (0.27, d * 0.62, w * 0.36, 0.8, 0.0),
              (0.34, 0.04, 0.045, 1.0, 0.0)]  # fmt: skip
    built = Built().add(material("fabric", STRAW), upright_loft(levels))
    for z, wide, deep in ((0.19, w * 0.73, d * 0.8), (0.225, w * 0.6, d * 0.74)):
        ring = [(z, deep, wide, 0.5, 0.0), (z + 0.012, deep * 0.98, wide * 0.96, 0.5, 0.0)]
        built.add(request.made_of("fabric"), upright_loft(ring))
    return built.add(wood("pine"), _shaft(h, 0.3))


def yarn_mop(request: BuildRequest) -> Built:
    """A mop of thick threads that hang from a clasp."""
    w, d, h = request.width, request.depth, request.height
    threads = []
    for k in range(34):
        turn, out = 2 * pi * k * 0.382, 0.35 + 0.65 * ((k * 7) % 10) / 9
        x, y = out * (d / 2 - 0.011) * cos(turn), out * (w / 2 - 0.011) * sin(turn)
        path = [(x * 0.25, y * 0.25, 0.26), (x * 0.8, y * 0.8, 0.17), (x, y, 0.06), (x, y, 0.0)]
        threads.append(tube(path, [0.009, 0.011, 0.011, 0.009], 6))
    rim = [(0.0, d, w, 1.0, 0.0), (0.03, d * 0.9, w * 0.9, 1.0, 0.0)]
    built = Built().add(material("fabric", "cream"), *threads, upright_loft(rim))
    built.add(request.made_of("plastic"), cylinder(0.032, 0.07, 0.018).moved(z=0.24))
    return built.add(STEEL, _shaft(h, 0.3, 0.011))


def flat_mop(request: BuildRequest) -> Built:
    """A mop with a flat cloth under a plate."""
    w, d, h = request.width, request.depth, request.height
    cloth = upright_loft(
        [(0.0, d, w, 0.15, 0.0), (0.025, d * 0.97, w * 0.98, 0.2, 0.0), (0.03, d * 0.9, w * 0.94, 0.2, 0.0)]
    )
    plate = upright_loft([(0.028, d * 0.6, w * 0.84, 0.3, 0.0), (0.045, d * 0.5, w * 0.8, 0.4, 0.0)])
    joint = cylinder(0.02, 0.09, 0.013).moved(z=0.04)
    built = Built().add(request.made_of("fabric"), cloth).add(BLACK, plate, joint)
    return built.add(STEEL, _shaft(h, 0.11, 0.011))


def bow_rake(request: BuildRequest) -> Built:
    """A rake with short iron teeth below a bar."""
    w, h = request.width, request.height
    bar = sideways(cylinder(0.011, w)).moved(0, -w / 2, 0.075)
    places = np.linspace(-w / 2 + 0.006, w / 2 - 0.006, 14)
    teeth = [tube([(0, y, 0.075), (0, y, 0.0)], [0.0075, 0.006], 6) for y in places]
    arms = [tube([(0, s * w * 0.3, 0.08), (0, s * w * 0.12, 0.16), (0, 0, 0.22)], 0.008, 8) for s in (-1, 1)]
    built = Built().add(DARK_METAL, bar, *teeth, *arms, cylinder(0.02, 0.12, 0.015).moved(z=0.2))
    return built.add(wood("pine"), _shaft(h, 0.28, 0.014))


def leaf_rake(request: BuildRequest) -> Built:
    """A rake with a fan of coloured tines."""
    w, h = request.width, request.height
    tines = []
    for share in np.linspace(-1, 1, 15):
        y = share * (w / 2 - 0.006)
        low = 0.05 * share**2
        tines.append(tube([(0, y * 0.12, 0.36), (0, y * 0.62, 0.17), (0, y, low + 0.02), (0, y, low)], 0.006, 6))
    band = [(0, share * w * 0.33, 0.165 + 0.012 * share**2) for share in np.linspace(-1, 1, 9)]
    built = Built().add(request.made_of("plastic"), *tines, tube(band, 0.009, 6))
    built.add(request.made_of("plastic"), cylinder(0.02, 0.12, 0.016).moved(z=0.34))
    return built.add(wood("pine"), _shaft(h, 0.42, 0.014))


def shovel(pointed: bool) -> Builder:
    """A shovel whose blade is down; it is pointed or square."""

    def build(request: BuildRequest) -> Built:
        w, d, h = request.width, request.depth, request.height
        rows = []
        for z in np.linspace(0.0, 0.3, 9):
            half = w / 2 * (min(1.0, (z / 0.14) ** 0.55) if pointed else 1.0)
            half = max(half, 0.012)
            rows.append([(d * (y / (w / 2)) ** 2 - d / 2, y, z) for y in np.linspace(-half, half, 9)])
        blade = sheet(np.array(rows), 0.003)
        rim = tube([(d / 2 - 0.004, -w / 2, 0.3), (-d / 2 + 0.006, 0, 0.3), (d / 2 - 0.004, w / 2, 0.3)], 0.006, 6)
        neck = tube([(-d / 2 + 0.01, 0, 0.16), (-d / 4, 0, 0.3), (0, 0, 0.44)], [0.008, 0.017, 0.018], 10)
        built = Built().add(STEEL if pointed else DARK_METAL, blade, rim, neck)
        return built.add(wood("oak"), _shaft(h, 0.4, 0.016))

    return build


def rung_ladder(request: BuildRequest) -> Built:
    """A straight ladder of two rails."""
    w, d, h = request.width, request.depth, request.height
    thick = 0.036
    rails = [box(thick, d, h, 0.003).moved(0, s * (w - thick) / 2) for s in (-1, 1)]
    count = max(4, round(h / 0.29))
    rungs = [sideways(cylinder(0.016, w - thick)).moved(0, -(w - thick) / 2, h * (k + 0.5) / count) for k in range(count)]
    look = request.made_of("wood")
    return Built().add(look, *rails, flat=True).add(look, *rungs)


def step_ladder(request: BuildRequest) -> Built:
    """A ladder with steps in front and a stay behind, that stands by itself."""
    w, d, h = request.width, request.depth, request.height
    front, back, top = d / 2, -d / 2, d * 0.04
    built = Built()
    for side in (-1, 1):
        y = side * (w / 2 - 0.016)
        built.add(request.made_of("paint"), tube([(front - 0.02, y, 0.0), (top, y * 0.8, h - 0.03)], 0.016, 10))
        built.add(STEEL, tube([(back + 0.02, y, 0.0), (top - 0.03, y * 0.75, h - 0.06)], 0.013, 10))
        built.add(RUBBER, box(0.045, 0.05, 0.03).moved(front - 0.03, y), box(0.045, 0.05, 0.03).moved(back + 0.03, y))
    for k in range(1, 6):
        share = k / 6
        x, wide = front - 0.02 + (top - front + 0.02) * share, w * (1 - 0.2 * share) - 0.04
        built.add(STEEL, box(wide, 0.1, 0.022, 0.004).moved(x, 0, h * share), flat=True)
    built.add(request.made_of("paint"), box(w * 0.82, 0.2, 0.035, 0.008).moved(top, 0, h - 0.035), flat=True)
    stays = [tube([(back + 0.12, -w * 0.4, h * s), (back + 0.12, w * 0.4, h * s)], 0.008, 8) for s in (0.22,)]
    return built.add(STEEL, *stays)


def surfboard(pointed: bool) -> Builder:
    """A board that stands on its tail, its deck to the front with a stripe."""

    def build(request: BuildRequest) -> Built:
        w, d, h = request.width, request.depth, request.height
        outline = _board(w, h, pointed)
        built = Built().add(request.made_of("paint"), front_plate(outline, d * 0.94, 0.004).moved(-d / 2))
        stripe = [(y * 0.16, z) for y, z in _board(w, h * 0.94, pointed)]
        return built.add(material("paint", "white"), front_plate(stripe, 0.004).moved(d / 2 - 0.006, 0, h * 0.03))

    return build


def _board(width: float, height: float, pointed: bool) -> list[tuple[float, float]]:
    """Half its outline up on the left, half down on the right: counter-clockwise seen from the front."""
    rise = np.linspace(0, 1, 33)
    nose = 0.62 if pointed else 0.4
    half = np.where(rise < 0.45, 0.32 + 0.68 * np.sin(np.clip(rise, 0, 0.45) / 0.45 * pi / 2) ** 0.8, 1.0)
    half = np.where(rise >= 0.45, np.cos(np.clip(rise - 0.45, 0, 0.55) / 0.55 * pi / 2).clip(0) ** nose, half) * width / 2
    half = np.maximum(half, 0.004)
    right = [(float(y), float(z * height)) for y, z in zip(half, rise, strict=True)]
    return [*right, *[(-y, z) for y, z in reversed(right)]]


def underarm_crutch(request: BuildRequest) -> Built:
    """Two struts from a pad down to a post with a rubber foot."""
    w, d, h = request.width, request.depth, request.height
    struts = [
        tube([(0, s * w * 0.36, h - 0.05), (0, s * w * 0.34, h * 0.62), (0, s * 0.012, h * 0.3)], 0.011, 10)
        for s in (-1, 1)
    ]
    pad = sideways(cylinder(d / 2, w, round_by=0.008)).moved(0, -w / 2, h - d / 2)
    grip = sideways(cylinder(0.015, w * 0.7)).moved(0, -w * 0.35, h * 0.64)
    built = Built().add(request.made_of("wood"), *struts, cylinder(0.014, h * 0.36).moved(z=0.03))
    return built.add(RUBBER, pad, grip, cylinder(0.02, 0.05, 0.016))


def elbow_crutch(request: BuildRequest) -> Built:
    """A single post with a grip and a cuff."""
    w, d, h = request.width, request.depth, request.height
    cuff = [(d / 2 * cos(a), w / 2 * sin(a), h - 0.03) for a in np.linspace(-2.6, 2.6, 17)]
    built = Built().add(STEEL, cylinder(0.012, h * 0.97).moved(-d / 2 + 0.014, 0, 0.02))
    built.add(
        request.made_of("plastic"),
        *(tube([(x * 0.92, y * 0.92, z - up) for x, y, z in cuff], 0.008, 8) for up in (0, 0.03)),
    )
    built.add(request.made_of("plastic"), box(w, 0.01, 0.05, 0.004).moved(-d / 2 + 0.006, 0, h - 0.05))
    grip = tube([(-d / 2 + 0.014, 0, h * 0.76), (d / 2, 0, h * 0.77)], 0.016, 10)
    return built.add(RUBBER, grip, cylinder(0.018, 0.05).moved(-d / 2 + 0.018))


def closed_umbrella(slim: bool) -> Builder:
    """A rolled umbrella on its tip, its handle bent to the side or straight."""

    def build(request: BuildRequest) -> Built:
        w, d, h = request.width, request.depth, request.height
        r = d / 2
        folds = [
            (0.004, 0.05),
            (r * 0.55, h * 0.12),
            (r, h * 0.42),
            (r * 0.8, h * 0.6),
            (r * 0.3, h * 0.72),
            (0.006, h * 0.73),
        ]
        canopy = lathe(rounded_profile(folds, 0.01), 24)
        ripple = 1 - 0.16 * (np.cos(8 * np.arctan2(canopy.points[:, 1], canopy.points[:, 0])) < 0)
        canopy = Mesh(
            canopy.points * np.stack([ripple, ripple, np.ones_like(ripple)], axis=1), canopy.corners, canopy.counts
        )
        built = Built().add(request.made_of("fabric"), canopy)
        built.add(STEEL, cylinder(0.004, h * 0.2), tube([(0, 0, 0.0), (0, 0, h * 0.86)], 0.0055, 8))
        tie = [(0.002 + r * 0.93, h * 0.46), (r * 0.99, h * 0.46), (r * 0.98, h * 0.48), (0.002 + r * 0.9, h * 0.48)]
        built.add(request.made_of("fabric"), lathe(tie, 24))
        if slim:
            return built.add(
                BLACK, sideways(cylinder(0.012, w)).moved(0, -w / 2, h - 0.012), cylinder(0.011, h * 0.15).moved(z=h * 0.84)
            )
        bend = w / 2 - 0.01
        hook = [(0, -bend, h * 0.8), (0, -bend, h - bend - 0.01)]
        hook += [(0, bend * -cos(a), h - 0.01 - bend + bend * sin(a)) for a in np.linspace(0.2, pi, 9)]
        moved = [part.mesh.moved(y=-bend) for part in built.parts]
        shifted = Built()
        for part, mesh in zip(built.parts, moved, strict=True):
            shifted.add(part.material, mesh)
        return shifted.add(wood("walnut"), tube([*hook, (0, bend, h - bend - 0.035)], 0.01, 10))

    return build


BUILDERS: Builders = {
    "broom": {"brush": brush_broom, "straw": straw_broom},
    "mop": {"yarn": yarn_mop, "flat": flat_mop},
    "rake": {"bow": bow_rake, "leaf": leaf_rake},
    "shovel": {"pointed": shovel(pointed=True), "square": shovel(pointed=False)},
    "ladder": {"rungs": rung_ladder, "steps": step_ladder},
    "surfboard": {"pointed": surfboard(pointed=True), "round": surfboard(pointed=False)},
    "crutch": {"underarm": underarm_crutch, "elbow": elbow_crutch},
    "closed umbrella": {"hooked": closed_umbrella(slim=False), "straight": closed_umbrella(slim=True)},
}
