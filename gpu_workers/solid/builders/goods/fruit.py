"""Fruit and vegetables: turned ones from `turned_fruit.json`, long ones that lie, bunches, heads of leaves, slices."""

from collections.abc import Sequence
from math import cos, pi, sin

import numpy as np

from gpu_workers.solid.builders.build_request import Builder, Builders, BuildRequest, Built
from gpu_workers.solid.builders.fittings import loft
from gpu_workers.solid.builders.goods.turnery import turned, turned_table
from gpu_workers.solid.kit.blobs import blob, limb, pitted
from gpu_workers.solid.kit.curves import Profile, arc, spline
from gpu_workers.solid.kit.materials import COLOURS, Colour, Material, glowing, material
from gpu_workers.solid.kit.mesh import Mesh, Points, grid_mesh, joined
from gpu_workers.solid.kit.primitives import ball, ellipsoid, lathe, leaf, plate, tube

LEAFY: Colour = (0.20, 0.42, 0.10)
STEM: Colour = (0.33, 0.27, 0.10)


def lying(profile: Sequence[tuple[float, float]], length: float, radius: float) -> Mesh:
    """A profile of (radius, way) in shares that lies along y on the ground, its end to the left."""
    smooth: Profile = [(max(0.0, float(r)) * radius, (float(z) - 0.5) * length) for r, z in spline(profile, 5)]
    return lathe(smooth, 32).turned(x=-90).moved(z=radius)


def tuft(count: int, length: float, width: float, lift: float, bend: float = 0.4) -> list[Mesh]:
    """Leaves in a star from the origin, each lifted by degrees."""
    return [leaf(length, width, bend).turned(y=-lift).turned(z=360 * k / count + 11 * (k % 2)) for k in range(count)]


def leafed(category: str, form: str, share: tuple[float, float], at: float, lift: float) -> Builder:
    """A turned fruit with leaves at its stem; `share`: length and width of a leaf against the radius."""
    count = LEAVES.get(category, 1)

    def build(request: BuildRequest) -> Built:
        r = request.depth / 2
        leaves = tuft(count, share[0] * r, share[1] * r, lift)
        return turned(category, form, "fruit")(request).add(
            material("leaf", LEAFY), *(m.moved(z=at * request.height) for m in leaves)
        )

    return build


def peach(form: str) -> Builder:
    """A peach with a blush and the furrow from its stem down one side."""
    plain = leafed("peach", form, (1.0, 0.42), 0.92, 5) if form == "leafed" else turned("peach", form, "fruit")

    def build(request: BuildRequest) -> Built:
        whole = plain(request).parts
        skin = Material("food", (0.95, 0.62, 0.30), (0.82, 0.24, 0.16), scale=2.2)
        built = Built().add(skin, furrowed(whole[0].mesh, request.height, 0.5))
        for part in whole[1:]:
            built.add(part.material, part.mesh)
        return built

    return build


def furrowed(mesh: Mesh, height: float, angle: float) -> Mesh:
    """A turned fruit with a furrow down its side at an angle (radians)."""
    x, y, z = mesh.points.T
    level = np.clip(1 - (2 * z / height - 0.95) ** 4, 0, 1)
    deep = 0.2 * np.exp(-(((np.arctan2(y, x) - angle) / 0.15) ** 2)) * level
    return Mesh(np.stack([x * (1 - deep), y * (1 - deep), z], axis=1), mesh.corners, mesh.counts)


def banana(count: int) -> Builder:
    """Bananas that lie on their sides, joined at the stem where there are more."""

    def build(request: BuildRequest) -> Built:
        w, d, r = request.width, request.depth, request.height / 2
        built = Built()
        for k in range(count):
            deep = d - 1.8 * r if k == 0 else 0.45 * (d - 2 * r)
            aside = np.linspace(-0.48, 0.48, 25)
            path = np.stack([deep * 1.12 * (1 - 4 * aside**2), aside * w, np.full(25, r)], axis=1)
            widths = np.interp(
                np.linspace(0, 1, len(path)), [0, 0.08, 0.2, 0.5, 0.8, 0.95, 1], [0.3, 0.34, 0.85, 1, 0.9, 0.4, 0.2]
            )
            built.add(Material("food", request.colour), tube(path, widths * r))
            built.add(
                material("food", (0.2, 0.13, 0.05)), tube(path[-2:], 0.3 * r), tube(path[:2] - (0, 0.002, 0), 0.33 * r)
            )
        return built

    return build


LEAVES = {"orange": 2, "tomato": 5}

LONG: dict[str, dict[str, Profile]] = {
    "carrot": {
        "slender": [(0, 0), (0.1, 0.01), (0.45, 0.25), (0.8, 0.6), (1, 0.76), (0.8, 0.8), (0, 0.81)],
        "stout": [(0, 0), (0.3, 0.02), (0.75, 0.2), (0.95, 0.5), (1, 0.72), (0.7, 0.78), (0, 0.78)],
    },
    "cucumber": {
        "straight": [(0, 0), (0.7, 0.03), (0.95, 0.12), (1, 0.5), (0.95, 0.88), (0.6, 0.97), (0, 1)],
        "waisted": [(0, 0), (0.6, 0.04), (1, 0.2), (0.92, 0.5), (1, 0.8), (0.5, 0.96), (0, 1)],
    },
    "eggplant": {
        "bellied": [(0, 0), (0.7, 0.06), (1, 0.28), (0.8, 0.55), (0.55, 0.76), (0.4, 0.86), (0, 0.88)],
        "long": [(0, 0), (0.7, 0.05), (1, 0.2), (0.92, 0.45), (0.75, 0.7), (0.5, 0.86), (0, 0.88)],
    },
    "lemon": {
        "pointed": [(0, 0), (0.16, 0.02), (0.3, 0.1), (0.85, 0.3), (1, 0.5), (0.85, 0.7), (0.3, 0.9), (0.18, 0.98), (0, 1)],
        "round": [(0, 0), (0.15, 0.03), (0.5, 0.1), (0.94, 0.34), (1, 0.5), (0.94, 0.66), (0.5, 0.9), (0.2, 0.96), (0, 1)],
    },
    "mango": {
        "plump": [(0, 0), (0.6, 0.08), (0.95, 0.32), (1, 0.55), (0.8, 0.84), (0.4, 0.97), (0, 1)],
        "slim": [(0, 0), (0.5, 0.06), (0.85, 0.25), (1, 0.6), (0.85, 0.85), (0.4, 0.98), (0, 1)],
    },
    "avocado": {
        "whole": [(0, 0), (0.6, 0.04), (1, 0.3), (0.85, 0.6), (0.5, 0.86), (0.3, 0.97), (0, 1)],
    },
}  # fmt: skip
"""Fruit that lies along y: profiles of (radius, way) in shares."""


def mango(form: str) -> Builder:
    """A mango with a blush on its yellow skin and its stem at one end."""

    def build(request: BuildRequest) -> Built:
        w, r = request.width, request.height / 2
        skin = Material("food", (0.93, 0.62, 0.10), (0.80, 0.18, 0.08), scale=2.6)
        built = Built().add(skin, lying(LONG["mango"][form], w * 0.94, r).moved(y=-0.03 * w))
        stem = tube([(0, 0.42 * w, r), (0, 0.46 * w, 1.1 * r), (0, 0.5 * w, 1.15 * r)], 0.06 * r, 8)
        return built.add(material("wood", STEM), stem)

    return build


def halved_avocado(request: BuildRequest) -> Built:
    """Half an avocado, its cut side up, with the stone in it."""
    w, d, h = request.width, request.depth, request.height
    ring = [
        (d / 2 * (1 - 0.22 * sin(a)) * cos(a) / 1.02, w / 2 * sin(a)) for a in np.linspace(0, 2 * pi, 48, endpoint=False)
    ]
    levels = [(0.35, 0.0), (0.72, 0.12), (0.93, 0.36), (1.0, 0.72), (0.98, 0.78)]
    rings = np.array([[(x * s, y * s, z * h) for x, y in ring] for s, z in levels])
    flesh = np.array([[(x * s, y * s, z * h) for x, y in ring] for s, z in ((0.98, 0.77), (0.94, 0.8), (0.9, 0.8))])
    rim = np.array([[(x * s, y * s, 0.785 * h) for x, y in ring] for s in (0.99, 0.95)])
    built = Built().add(material("food", (0.13, 0.20, 0.07)), loft(rings))
    built.add(material("food", (0.50, 0.62, 0.16)), loft(rim)).add(material("food", (0.86, 0.85, 0.45)), loft(flesh))
    return built.add(
        material("wood", (0.36, 0.19, 0.09)), ellipsoid(0.46 * d, 0.36 * w, 0.4 * h, 32).moved(0, -0.1 * w, 0.8 * h)
    )


def long_fruit(category: str, form: str) -> Builder:
    """A fruit of the table `LONG` without leaves."""

    def build(request: BuildRequest) -> Built:
        return Built().add(request.made_of("food"), lying(LONG[category][form], request.width, request.height / 2))

    return build


def carrot(form: str) -> Builder:
    """A carrot with rings and green leaves at its thick end."""

    def build(request: BuildRequest) -> Built:
        w, r = request.width, request.height / 2
        built = Built().add(request.made_of("food"), lying(LONG["carrot"][form], w, r))
        for k in range(7):
            turn, reach = 2.4 * k, 0.26 * w
            end = (0.6 * r * cos(turn), 0.26 * w + reach * (0.7 + 0.03 * k), r * (1 + 0.6 * sin(turn)))
            stalk = spline([(0, 0.24 * w, r), (0.3 * end[0], 0.37 * w, r * 1.1), end], 4)
            built.add(material("leaf", LEAFY), tube(stalk, np.linspace(0.12, 0.05, len(stalk)) * r, 6))
            blades = [
                leaf(0.6 * r, 0.3 * r, 0.2).turned(z=side * 50 + 90).moved(*stalk[n])
                for n in (4, 5, 6, 7)
                for side in (-1, 1)
            ]
            built.add(material("leaf", LEAFY), *blades)
        return built

    return build


def eggplant(form: str) -> Builder:
    """An eggplant with its green cap."""

    def build(request: BuildRequest) -> Built:
        w, r = request.width, request.height / 2
        built = Built().add(request.made_of("ceramic"), lying(LONG["eggplant"][form], w, r))
        cap = [(0.0, 0.87), (0.46, 0.86), (0.66, 0.76), (0.6, 0.8), (0.3, 0.9), (0.12, 0.94), (0.12, 1.0), (0, 1)]
        green = material("leaf", (0.25, 0.40, 0.12))
        return built.add(green, lying(cap, w, r))

    return build


def corn(kernels: int) -> Builder:
    """An ear of corn with kernels in rows, its husk open at one end."""

    def build(request: BuildRequest) -> Built:
        w, r = request.width, request.height / 2
        built = Built()
        for row in range(26):
            way = 0.48 - row * 0.72 / 26
            far = 0.8 * r * min(1.0, (0.52 - way) * 5) ** 0.5
            grain = ellipsoid(0.34 * r, 0.03 * w, 0.34 * r, 8)
            turns = [2 * pi * (k + row % 2 / 2) / kernels for k in range(kernels)]
            built.add(
                request.made_of("ceramic"), joined(grain.moved(far * cos(a), way * w, r + far * sin(a)) for a in turns)
            )
        built.add(request.made_of("food"), lying([(0, 0.2), (0.6, 0.22), (0.7, 0.8), (0, 0.98)], w, r).moved(z=0))
        for k in range(6):
            blade = leaf(0.62 * w, 1.0 * r, -0.05).turned(x=60 * k + 30).turned(z=90)
            a = pi * k / 3
            built.add(material("leaf", (0.45, 0.62, 0.22)), blade.moved(0.5 * r * cos(a), -0.5 * w, r + 0.5 * r * sin(a)))
        return built

    return build


def potato(bumps: Sequence[tuple[float, float, float, float]]) -> Builder:
    """A lump of a few balls (along y, aside, up in shares, radius as a share of half the height)."""

    def build(request: BuildRequest) -> Built:
        r = request.height / 2
        limbs = [
            limb((x * r, y * request.width, r + z * r), (x * r, y * request.width + 1e-3, r + z * r), s * r)
            for y, x, z, s in bumps
        ]
        return Built().add(request.made_of("food"), pitted(blob(limbs, 0.6 * r, 48), 22, 0.05 * r))

    return build


def strawberry(form: str) -> Builder:
    """A strawberry with seeds and a star of leaves."""

    def build(request: BuildRequest) -> Built:
        r, h = request.depth / 2, request.height
        shape = [(0, 0), (0.4, 0.06), (0.8, 0.35), (1, 0.65), (0.75, 0.86), (0.2, 0.9), (0, 0.9)]
        if form == "round":
            shape = [(0, 0), (0.6, 0.06), (0.96, 0.35), (1, 0.55), (0.8, 0.82), (0.2, 0.9), (0, 0.9)]
        profile = [(max(0.0, float(a)) * r, float(z) * h) for a, z in spline(shape, 5)]
        built = Built().add(request.made_of("ceramic"), lathe(profile))
        seed = ellipsoid(0.05 * r, 0.05 * r, 0.06 * h, 6)
        for level in range(6):
            z = (0.14 + 0.12 * level) * h
            far = float(np.interp(z, [p[1] for p in profile], [p[0] for p in profile]))
            turns = [2 * pi * (k + level % 2 / 2) / 9 for k in range(9)]
            built.add(material("food", "yellow"), joined(seed.moved(far * cos(a), far * sin(a), z) for a in turns))
        built.add(material("leaf", LEAFY), *(m.moved(z=0.88 * h) for m in tuft(7, 0.8 * r, 0.36 * r, 12)))
        return built.add(material("leaf", LEAFY), tube([(0, 0, 0.88 * h), (0, 0, h)], 0.06 * r))

    return build


def pineapple(rows: int) -> Builder:
    """A pineapple: scales in spirals and a crown of stiff leaves."""

    def build(request: BuildRequest) -> Built:
        r, h = request.depth / 2, request.height
        body = lathe(
            [(0, 0), *((r * 0.9 * sin(pi * (0.17 + 0.66 * t)), 0.58 * h * t) for t in np.linspace(0, 1, 12)), (0, 0.58 * h)]
        )
        built = Built().add(request.made_of("food"), body)
        scale = ellipsoid(0.26 * r, 0.42 * r, 0.62 * h / rows, 10)
        for row in range(rows):
            t = (row + 0.5) / rows
            far = r * 0.88 * sin(pi * (0.17 + 0.66 * t))
            scales = [scale.moved(far).turned(z=360 * (k + row % 2 / 2) / 13).moved(z=0.58 * h * t) for k in range(13)]
            built.add(request.made_of("food"), joined(scales))
        for ring, (lift, length) in enumerate(((42, 0.26), (62, 0.36), (80, 0.42))):
            crown = tuft(8 - ring, length * h, 0.3 * r, lift, 0.06)
            built.add(material("leaf", (0.18, 0.38, 0.16)), *(m.turned(z=20 * ring).moved(z=0.57 * h) for m in crown))
        return built

    return build


def grapes(rows: int) -> Builder:
    """A bunch that lies: a wedge of balls, a woody stem at its wide end."""

    def build(request: BuildRequest) -> Built:
        w, d, h = request.width, request.depth, request.height
        r = 0.42 * w / rows
        built = Built()
        for k in range(rows):
            wide = 1 - 0.85 * abs(k - 0.62 * rows) / rows - 0.3 * max(0.0, 0.6 - k / rows)
            for a in np.linspace(0, pi, max(3, round(9 * wide))):
                for inner in (1.0, 0.45):
                    place = (
                        (d / 2 - r) * wide * inner * cos(a),
                        (k + 0.5) / rows * 0.86 * w - w / 2,
                        r + (h - 2 * r) * wide * inner * sin(a),
                    )
                    built.add(request.made_of("ceramic"), ball(r * request.random.uniform(0.95, 1.1), 14).moved(*place))
        stem = spline([(0, 0.3 * w, 0.5 * h), (0, 0.42 * w, 0.6 * h), (0.02 * d, 0.5 * w, 0.75 * h)], 3)
        return built.add(material("wood", STEM), tube(stem, 0.18 * r))

    return build


def cherries(leaves: int) -> Builder:
    """Two cherries on stalks that meet."""

    def build(request: BuildRequest) -> Built:
        w, d, h = request.width, request.depth, request.height
        r = min(d / 2, 0.24 * w)
        built = Built()
        for side in (-1, 1):
            built.add(request.made_of("ceramic"), ball(r, 28).moved(0, side * (w / 2 - r), r))
            stalk = spline([(0, side * (w / 2 - r), 1.9 * r), (0, side * 0.22 * w, 0.7 * h), (0, 0, h)], 5)
            built.add(material("leaf", (0.35, 0.45, 0.14)), tube(stalk, 0.07 * r, 8))
        blades = [leaf(0.45 * w, 0.2 * w, 0.3).turned(z=90 + 180 * k).moved(0, 0, 0.97 * h) for k in range(leaves)]
        return built.add(material("leaf", LEAFY), *blades)

    return build


def broccoli(heads: int) -> Builder:
    """A head of broccoli that stands on its thick stalk."""

    def build(request: BuildRequest) -> Built:
        r, h = request.depth / 2, request.height
        built = Built().add(
            material("food", (0.62, 0.72, 0.38)),
            lathe([(0, 0), (0.36 * r, 0), (0.3 * r, 0.3 * h), (0.6 * r, 0.6 * h), (0, 0.66 * h)]),
        )
        for k in range(heads):
            far, a = 0.7 * r * ((k + 0.3) / heads) ** 0.5, 2.4 * k
            size = request.random.uniform(0.24, 0.3) * r
            place = (far * cos(a), far * sin(a), 0.83 * h - 0.28 * h * (far / r) ** 2)
            floret = ball(size, 12)
            bumps = 1 + 0.14 * np.array([request.random.uniform(-1, 1) for _ in range(len(floret.points))])
            rough = Mesh(floret.points * bumps[:, None], floret.corners, floret.counts)
            built.add(Material("leaf", request.colour, scale=0.4), rough.moved(*place))
        return built

    return build


def lettuce(layers: int) -> Builder:
    """A head of loose, frilled leaves."""

    def build(request: BuildRequest) -> Built:
        r, h = request.depth / 2, request.height
        built = Built().add(material("leaf", (0.62, 0.76, 0.34)), ellipsoid(1.45 * r, 1.45 * r, 0.96 * h).moved(z=0.48 * h))
        for layer in range(layers):
            open_by = layer / max(1, layers - 1)
            shade = (0.55 - 0.25 * open_by, 0.74 - 0.16 * open_by, 0.26 - 0.1 * open_by)
            blade = frilled_leaf(h * (1 - 0.12 * open_by), r * (0.62 + 0.38 * open_by), 0.9 * r)
            built.add(material("leaf", shade), *(blade.turned(z=360 * (k + layer / 2) / 6) for k in range(6)))
        return built

    return build


def frilled_leaf(height: float, reach: float, width: float) -> Mesh:
    """A cupped leaf that rises from the middle outwards, its rim in waves."""
    up, across = np.meshgrid(np.linspace(0, 1, 10), np.linspace(-1, 1, 17), indexing="ij")
    wave = 0.1 * reach * up**3 * np.sin(across * 14)
    x = reach * np.sin(up * 2.4) ** 0.8 - 0.35 * reach * (across * up) ** 2 + wave
    return grid_mesh(
        np.stack([x, across * width * np.sin(0.25 + up * 2.2) * 0.75, up * height * (1 - 0.12 * across**2)], axis=-1)
    )


def watermelon(stands: bool) -> Builder:
    """A wedge of watermelon with seeds that stands on its rind, or lies flat."""

    def build(request: BuildRequest) -> Built:
        w, d, h = (request.width, request.depth, request.height)
        radius = w / 2
        layers = (((0.13, 0.38, 0.12), 1.0, 1.0), ((0.86, 0.90, 0.70), 0.94, 1.02), (COLOURS["red"], 0.87, 1.04))
        built = Built()
        for colour, share, thick in layers:
            half = [(share * x, share * y) for x, y in arc(radius, 180, 360, 32)]
            slab = plate(half, d * thick).moved(z=-d * thick / 2).turned(x=90).turned(z=90)
            built.add(material("food", colour), slab.moved(z=radius))
        seeds = [(-0.55, 0.25), (-0.3, 0.4), (0, 0.2), (0.3, 0.42), (0.55, 0.22), (-0.15, 0.62), (0.18, 0.64)]
        grain = ellipsoid(0.1 * d, 0.035 * w, 0.055 * w, 8)
        places = [(x, y * radius, radius * (1 - z)) for y, z in seeds for x in (-0.51 * d, 0.51 * d)]
        built.add(material("ceramic", "black"), *(grain.moved(*place) for place in places))
        return built if not stands else tapered(built, h)

    return build


def tapered(built: Built, height: float) -> Built:
    """Every part drawn together towards its top, as a wedge cut out of a ball is."""
    thinned = Built()
    for part in built.parts:
        x, y, z = part.mesh.points.T
        points = np.stack([x * (1 - 0.75 * np.clip(z / height, 0, 1)), y, z], axis=1)
        thinned.add(part.material, Mesh(points, part.mesh.corners, part.mesh.counts))
    return thinned


def lantern(form: str) -> Builder:
    """A pumpkin with a lit face."""

    def build(request: BuildRequest) -> Built:
        r, h = request.depth / 2, request.height
        outer = spline(turned_table("fruit")["jack-o'-lantern"][form]["parts"][0]["outer"], 5)
        lower, upper = np.linspace(-0.55, 0.55, 15), np.linspace(-0.6, 0.6, 15)
        jag = np.where(np.arange(15) % 4 < 2, 0.0, 0.05)
        mouth = [
            np.stack([lower, 0.2 + 0.32 * lower**2 + jag], axis=1),
            np.stack([upper, 0.32 + 0.3 * upper**2 + jag], axis=1),
        ]
        eye = [
            np.stack([np.linspace(0.16, 0.5, 8), np.full(8, 0.48)], axis=1),
            np.stack([np.linspace(0.31, 0.33, 8), np.full(8, 0.68)], axis=1),
        ]
        nose = [
            np.stack([np.linspace(-0.08, 0.08, 6), np.full(6, 0.41)], axis=1),
            np.stack([np.linspace(-0.01, 0.01, 6), np.full(6, 0.5)], axis=1),
        ]
        other = [edge[::-1] * (-1, 1) for edge in eye]
        holes = [on_skin(bottom, top, outer, (r, h)) for bottom, top in (mouth, eye, other, nose)]
        return turned("jack-o'-lantern", form, "fruit")(request).add(glowing((1.0, 0.72, 0.2), 1.6), *holes)

    return build


def on_skin(bottom: Points, top: Points, outer: Points, size: tuple[float, float]) -> Mesh:
    """A patch between two edges (aside, up in shares) laid on the front of a turned body of radius and height."""
    radius, height = size
    share = np.linspace(0, 1, 5)[:, None, None]
    aside, up = np.moveaxis(bottom * (1 - share) + top * share, -1, 0)
    far = np.interp(up, outer[:, 1], outer[:, 0]) * 0.995
    x = np.sqrt(np.clip(far**2 - aside**2, 0, None))
    return grid_mesh(np.stack([x * radius, aside * radius, up * height], axis=-1))


LUMPS = {
    "round": [(-0.22, 0, 0, 0.85), (0, 0.1, 0.05, 0.95), (0.22, -0.05, -0.05, 0.85), (0.1, 0.2, 0, 0.75)],
    "long": [(-0.28, 0.2, 0, 0.66), (-0.1, 0, 0.05, 0.92), (0.12, -0.25, 0, 0.9), (0.3, 0.05, -0.1, 0.66)],
}

BUILDERS: Builders = {
    category: {form: turned(category, form, "fruit") for form in forms}
    for category, forms in turned_table("fruit").items()
} | {
    category: {form: long_fruit(category, form) for form in LONG[category]}
    for category in ("cucumber", "lemon")
} | {
    "mango": {form: mango(form) for form in LONG["mango"]},
    "avocado": {"whole": long_fruit("avocado", "whole"), "halved": halved_avocado},
    "apple": {form: leafed("apple", form, (0.8, 0.4), 0.86, 20) for form in ("round", "tall")},
    "orange": {"plain": turned("orange", "plain", "fruit"), "leafed": leafed("orange", "leafed", (0.9, 0.4), 0.94, 10)},
    "peach": {form: peach(form) for form in ("plain", "leafed")},
    "pear": {form: leafed("pear", form, (0.8, 0.36), 0.92, 15) for form in ("plump", "slim")},
    "tomato": {form: leafed("tomato", form, (0.62, 0.2), 0.87, -2) for form in ("ribbed", "smooth")},
    "banana": {"single": banana(1), "pair": banana(2)},
    "carrot": {form: carrot(form) for form in ("slender", "stout")},
    "eggplant": {form: eggplant(form) for form in ("bellied", "long")},
    "ear of corn": {"fine": corn(16), "coarse": corn(12)},
    "potato": {form: potato(lumps) for form, lumps in LUMPS.items()},
    "strawberry": {form: strawberry(form) for form in ("pointed", "round")},
    "pineapple": {"fine": pineapple(10), "coarse": pineapple(7)},
    "bunch of grapes": {"small": grapes(9), "large": grapes(7)},
    "pair of cherries": {"plain": cherries(0), "leafed": cherries(1)},
    "head of broccoli": {"dense": broccoli(46), "loose": broccoli(26)},
    "head of lettuce": {"open": lettuce(3), "tight": lettuce(2)},
    "watermelon slice": {"wedge": watermelon(True), "slab": watermelon(False)},
    "jack-o'-lantern": {form: lantern(form) for form in ("wide", "tall")},
}  # fmt: skip
