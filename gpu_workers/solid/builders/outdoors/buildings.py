"""What people and dogs live in, and what stands about it: houses, huts, tents, kennels, letter boxes, haystacks."""

from math import cos, pi, sin

import numpy as np

from gpu_workers.solid.builders.build_request import Builder, Builders, BuildRequest, Built
from gpu_workers.solid.builders.fittings import BLACK, BRASS, DARK_GLASS, DARK_METAL, facing, front_plate, knob, side_plate
from gpu_workers.solid.builders.outdoors.greenery import above_ground, foliage
from gpu_workers.solid.kit.materials import Material, material
from gpu_workers.solid.kit.mesh import Mesh, mesh_of
from gpu_workers.solid.kit.primitives import box, cylinder, lathe, rounded_profile, sheet, tube

TRIM = material("paint", "white")
TILES = Material("brick", (0.42, 0.21, 0.16), scale=1.6)
STRAW = Material("fabric", (0.62, 0.50, 0.28), scale=3.0)
STONE = material("stone", (0.6, 0.59, 0.57))
HAY = Material("fabric", (0.78, 0.64, 0.30), scale=2.0)


def _gable(width: float, depth: float, low: float, top: float, along: str) -> Mesh:
    """A roof over width × depth, its ridge along y (`across`) or along x (`deep`)."""
    x, y = depth / 2, width / 2
    if along == "across":
        corners = [(-x, -y, low), (x, -y, low), (x, y, low), (-x, y, low), (0, -y, top), (0, y, top)]
        return mesh_of(corners, [(0, 3, 2, 1), (1, 2, 5, 4), (3, 0, 4, 5), (0, 1, 4), (2, 3, 5)])
    corners = [(-x, -y, low), (x, -y, low), (x, y, low), (-x, y, low), (-x, 0, top), (x, 0, top)]
    return mesh_of(corners, [(0, 3, 2, 1), (0, 1, 5, 4), (2, 3, 4, 5), (1, 2, 5), (3, 0, 4)])


def _window(built: Built, at: tuple[float, float, float], width: float, height: float) -> None:
    x, y, z = at
    built.add(DARK_GLASS, box(width, 0.04, height, 0.005).moved(x, y, z))
    bars = [box(0.08, 0.1, height + 0.1, 0.01).moved(x, y + s * (width / 2), z - 0.05) for s in (-1, 0, 1)]
    levels = [box(width + 0.1, 0.1, 0.08, 0.01).moved(x, y, z + up) for up in (-0.05, height / 2, height)]
    built.add(TRIM, *bars, *levels, box(width + 0.3, 0.22, 0.07, 0.01).moved(x + 0.04, y, z - 0.1))


def _door(built: Built, at: tuple[float, float], width: float, height: float, look: Material) -> None:
    x, y = at
    leaf = box(width, 0.08, height, 0.01).moved(x, y, 0.12)
    panels = [box(width * 0.32, 0.1, height * 0.34, 0.01).moved(x + 0.01, y + s * width * 0.22, z * height + 0.12)
              for s in (-1, 1) for z in (0.1, 0.54)]  # fmt: skip
    frame = [box(0.12, 0.14, height + 0.2, 0.01).moved(x, y + s * (width / 2 + 0.06), 0) for s in (-1, 1)]
    built.add(look, leaf, *panels, flat=True).add(TRIM, *frame, box(width + 0.24, 0.14, 0.12).moved(x, y, height + 0.12))
    built.add(BRASS, knob(0.04).moved(x + 0.06, y - width * 0.38, height * 0.5))
    built.add(STONE, box(width + 0.6, 0.7, 0.14, 0.02).moved(x + 0.2, y))


def house(front_gable: bool) -> Builder:
    """A house of two floors with a chimney; its gable is at the side, or in front."""

    def build(request: BuildRequest) -> Built:
        w, d, h = request.width, request.depth, request.height
        wide, deep, eaves = w - 0.8, d - 0.9, h * 0.6
        wall = Material("plaster", request.colour)
        built = Built().add(wall, box(wide, deep, eaves, 0.03), flat=True)
        built.add(STONE, box(wide + 0.1, deep + 0.1, 0.35, 0.03))
        ridge = "deep" if front_gable else "across"
        built.add(wall, _gable(wide, deep, eaves - 0.02, h - 0.55, ridge))
        built.add(TILES, *_tiled(w, d, (eaves - 0.25, h - 0.4), ridge))
        x, columns = deep / 2, (-0.34, 0.0, 0.34)
        for k, share in enumerate(columns):
            if k != 1:
                _window(built, (x, share * wide, eaves * 0.17), 1.2, 1.3)
            _window(built, (x, share * wide, eaves * 0.62), 1.2, 1.25)
        for s in (-1, 1):
            pane = [box(0.04, 1.1, 1.25, 0.005).moved(share * deep, s * wide / 2, eaves * z)
                    for share in (-0.22, 0.22) for z in (0.18, 0.62)]  # fmt: skip
            built.add(DARK_GLASS, *pane)
        _door(built, (x, 0.0), 1.05, 2.05, material("paint", "navy" if front_gable else "green"))
        stack = box(0.7, 0.6, h * 0.3, 0.02).moved(-deep * 0.2, wide * 0.27, h * 0.7 - 0.02)
        return built.add(Material("brick", (0.55, 0.27, 0.2)), stack)

    return build


def _tiled(width: float, depth: float, heights: tuple[float, float], ridge: str) -> list[Mesh]:
    """Two slabs that reach beyond the walls."""
    low, top = heights
    run = (depth if ridge == "across" else width) / 2
    thick, rise = 0.22, top - low
    outline = [(0.0, rise - thick), (run, -0.0), (run, thick), (0.0, rise)]
    if ridge == "across":
        slab = side_plate(outline, width).moved(z=low)
        return [slab, slab.turned(z=180)]
    slab = front_plate(outline, depth).moved(-depth / 2, 0, low)
    return [slab, slab.turned(z=180)]


def round_hut(request: BuildRequest) -> Built:
    """A round wall of clay under a cone of straw."""
    w, h = request.width, request.height
    r = w / 2
    wall = cylinder(r * 0.8, h * 0.48, round_by=0.03)
    roof = lathe(
        rounded_profile([(0, h * 0.44), (r, h * 0.4), (r * 0.98, h * 0.46), (0.06 * r, h * 0.97), (0, h)], 0.05), 56
    )
    built = Built().add(Material("plaster", request.colour), wall).add(STRAW, roof)
    ring = [lathe([(r * share, h * up), (r * share * 1.015, h * up - 0.04), (r * share * 0.99, h * up - 0.08)], 56)
            for share, up in ((0.75, 0.6), (0.5, 0.74), (0.26, 0.87))]  # fmt: skip
    built.add(Material("fabric", (0.5, 0.39, 0.2)), *ring)
    door = front_plate([(-0.45, 0), (0.45, 0), (0.45, 1.5), (0.3, 1.72), (-0.3, 1.72), (-0.45, 1.5)], 0.16)
    frame = tube([(0, -0.5, 0), (0, -0.5, 1.55), (0, 0, 1.85), (0, 0.5, 1.55), (0, 0.5, 0)], 0.06, 8)
    built.add(material("plastic", (0.05, 0.04, 0.03)), door.moved(r * 0.8 - 0.14))
    return built.add(material("wood", (0.25, 0.17, 0.11)), frame.moved(r * 0.8 - 0.01))


def log_hut(request: BuildRequest) -> Built:
    """Walls of logs under a steep roof of straw."""
    w, d, h = request.width, request.depth, request.height
    wide, deep, eaves = w * 0.84, d * 0.84, h * 0.5
    count = 9
    logs = []
    for k in range(count):
        z, r = (k + 0.5) * eaves / count, eaves / count * 0.54
        logs += [cylinder(r, wide + 0.3).turned(x=-90).moved(s * deep / 2, -wide / 2 - 0.15, z) for s in (-1, 1)]
        logs += [cylinder(r, deep + 0.3).turned(y=90).moved(-deep / 2 - 0.15, s * wide / 2, z) for s in (-1, 1)]
    built = Built().add(Material("wood", request.colour, grain="y"), *logs)
    built.add(Material("wood", request.colour), _gable(wide, deep, eaves - 0.05, h * 0.95, "deep"))
    built.add(STRAW, *_tiled(w, d, (h * 0.42, h), "deep"))
    _door(built, (deep / 2 + 0.16, 0.0), 0.85, 1.6, material("wood", (0.24, 0.15, 0.09)))
    built.add(DARK_GLASS, *(box(0.5, 0.06, 0.5).moved(deep / 2 + 0.19, s * wide * 0.3, eaves * 0.5) for s in (-1, 1)))
    return built


def ridge_tent(request: BuildRequest) -> Built:
    """Two slopes over a pole, the front open, pegs beside it."""
    w, d, h = request.width, request.depth, request.height
    wide, deep = w * 0.8, d * 0.94
    look = request.made_of("fabric")
    slope = [(0.0, h - 0.02), (-wide / 2, 0.0), (-wide / 2 + 0.03, 0.0), (0.0, h - 0.06)]
    cloth = front_plate(slope, deep).moved(-deep / 2)
    back = mesh_of([(-deep / 2, -wide / 2, 0), (-deep / 2, wide / 2, 0), (-deep / 2, 0, h - 0.03)], [(0, 1, 2), (0, 2, 1)])
    built = Built().add(look, cloth, cloth.scaled(1, -1, 1), back)
    hems = [[(deep / 2, s * wide / 2, 0), (deep / 2, s * wide * 0.2, 0), (deep / 2, 0, h - 0.04)] for s in (-1, 1)]
    flaps = [mesh_of(hem, [(0, 1, 2), (0, 2, 1)]) for hem in hems]
    built.add(look, *flaps).add(material("fabric", (0.10, 0.10, 0.11)), box(wide * 0.96, deep * 0.9, 0.01))
    ropes = [tube([(x, s * wide * 0.25, h * 0.5), (x, s * w / 2, 0.0)], 0.008, 6) for x in (-d / 2, d / 2) for s in (-1, 1)]
    poles = [cylinder(0.02, h).moved(s * (deep / 2 - 0.02)) for s in (-1, 1)]
    return built.add(material("fabric", "cream"), *ropes).add(DARK_METAL, *poles)


def dome_tent(request: BuildRequest) -> Built:
    """A round tent with a door and bent poles."""
    w, d, h = request.width, request.depth, request.height
    angle = np.linspace(0, pi / 2, 12)
    shell = lathe([(float(cos(a)) ** 0.8, float(sin(a)) ** 0.95) for a in angle], 40).scaled(d / 2, w / 2, h)
    arcs = [[(cos(t) * d / 2 * c, cos(t) * w / 2 * s, sin(t) ** 0.95 * h * 0.995) for t in np.linspace(0.02, pi - 0.02, 21)]
            for c, s in ((0.72, 0.72), (0.72, -0.72))]  # fmt: skip
    built = Built().add(request.made_of("fabric"), shell)
    built.add(material("plastic", "gray"), *(tube(arc, 0.014, 8) for arc in arcs))
    rows = [[(0.0, y, z) for y in np.linspace(-0.26, 0.26, 7)] for z in np.linspace(0.02, 0.62, 9)]
    door = np.array(rows) * (1, w, h)
    door[..., 1] *= 1 - (door[..., 2:].squeeze() / h / 0.62) ** 2 * 0.65
    level = np.clip(door[..., 2] / h, 0, 1) ** (1 / 0.95)
    reach = np.sqrt(np.clip(np.cos(np.arcsin(level)) ** 1.6 - (door[..., 1] / (w / 2)) ** 2, 0, 1))
    door[..., 0] = reach * d / 2 * 1.015
    return built.add(material("fabric", (0.16, 0.17, 0.2)), sheet(door, 0.01))


def kennel(flat: bool) -> Builder:
    """A small house of boards with a round opening, under a gable or a sloping roof."""

    def build(request: BuildRequest) -> Built:
        w, d, h = request.width, request.depth, request.height
        wide, deep, eaves = w * 0.86, d * 0.88, h * (0.8 if flat else 0.58)
        look = Material("wood", request.colour)
        built = Built().add(look, box(wide, deep, eaves, 0.008), flat=True)
        if flat:
            slope = [(-d / 2, h - 0.12), (d / 2, h - 0.2), (d / 2, h - 0.12), (-d / 2, h)]
            fill = [(-deep / 2, eaves - 0.02), (deep / 2, eaves - 0.02), (deep / 2, h - 0.19), (-deep / 2, h - 0.1)]
            built.add(look, side_plate(fill, wide)).add(material("paint", "red"), side_plate(slope, w))
        else:
            built.add(look, _gable(wide, deep, eaves - 0.01, h - 0.06, "deep"))
            thick, run = 0.05, w / 2
            outline = [(0.0, h - thick), (run, eaves - 0.06), (run, eaves - 0.06 + thick), (0.0, h)]
            slab = front_plate(outline, d).moved(-d / 2)
            built.add(material("paint", "red"), slab, slab.turned(z=180))
        half, top = wide * 0.24, eaves * 0.62
        arch = [(half * cos(a), top - half + half * sin(a)) for a in np.linspace(0, pi, 13)]
        hole = front_plate([(-half, 0.06), (half, 0.06), *arch], 0.012)
        built.add(material("plastic", (0.03, 0.03, 0.03)), hole.moved(deep / 2 - 0.004))
        sign = front_plate([(-wide * 0.16, 0), (wide * 0.16, 0), (wide * 0.16, 0.09), (-wide * 0.16, 0.09)], 0.015)
        return built.add(TRIM, sign.moved(deep / 2, 0, eaves * 0.72))

    return build


def letter_box(plain: bool) -> Builder:
    """A letter box with a round top and a flag, on a post."""

    def build(request: BuildRequest) -> Built:
        w, d, h = request.width, request.depth, request.height
        wide, base = w * 0.86, h * 0.72
        tall = h - base
        half = wide / 2
        arch = [(half * cos(a), tall - half + half * sin(a)) for a in np.linspace(0, pi, 17)]
        outline = [(-half, 0.0), (half, 0.0), *arch]
        built = Built().add(request.made_of("paint"), front_plate(outline, d, 0.004).moved(-d / 2, 0, base))
        lid = [(y * 0.9, z * 0.93 + tall * 0.03) for y, z in outline]
        built.add(material("paint", "gray"), front_plate(lid, 0.012).moved(d / 2 - 0.012, 0, base))
        built.add(BLACK, facing(cylinder(0.012, 0.02)).moved(d / 2 - 0.02, 0, base + tall * 0.8))
        post = box(0.1, 0.1, base + 0.01, 0.006) if plain else cylinder(0.035, base + 0.01)
        built.add(
            Material("wood", (0.4, 0.28, 0.18)) if plain else DARK_METAL,
            post,
            box(wide * 0.8, d * 0.5, 0.03).moved(z=base - 0.03),
        )
        flag = [box(0.014, 0.02, tall * 0.62).moved(-d * 0.1, -w / 2 + 0.01, base + tall * 0.4)]
        flag.append(box(0.012, 0.11, 0.07).moved(-d * 0.1 + 0.05, -w / 2 + 0.008, base + tall * 0.84))
        return built.add(material("paint", "red"), *flag)

    return build


def haystack(tall: bool) -> Builder:
    """A heap of loose hay, round or drawn up to a point."""

    def build(request: BuildRequest) -> Built:
        w, d, h, rng = request.width, request.depth, request.height, request.random
        angle = np.linspace(0, pi / 2, 14)
        power = 1.35 if tall else 0.75
        profile = [(float(cos(a)) ** power * 0.96, float(sin(a)) * 0.97) for a in angle]
        core = lathe(profile, 40).scaled(d / 2, w / 2, h)
        built = Built().add(HAY, core)
        rows = [(cos(k * 2.4), sin(k * 2.4), profile[1 + k % (len(profile) - 2)]) for k in range(90)]
        spots = [(c * d / 2 * r * 0.97, s * w / 2 * r * 0.97, up * h * 0.97) for c, s, (r, up) in rows]
        wisps = foliage(spots, h * 0.07, 3000, rng)
        wisps = above_ground(wisps)
        return built.add(Material("fabric", (0.86, 0.72, 0.36)), wisps)

    return build


BUILDERS: Builders = {
    "house": {"side gable": house(front_gable=False), "front gable": house(front_gable=True)},
    "hut": {"round": round_hut, "logs": log_hut},
    "tent": {"ridge": ridge_tent, "dome": dome_tent},
    "dog house": {"gable": kennel(flat=False), "slope": kennel(flat=True)},
    "mailbox": {"wooden post": letter_box(plain=True), "iron post": letter_box(plain=False)},
    "haystack": {"round": haystack(tall=False), "pointed": haystack(tall=True)},
}
