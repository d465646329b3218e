"""Plants: in pots, trees, cacti."""

from functools import partial
from math import cos, pi, sin
from random import Random

import numpy as np

from gpu_workers.solid.builders.build_request import Builders, BuildRequest, Built
from gpu_workers.solid.kit.materials import Material, material
from gpu_workers.solid.kit.mesh import Mesh, grid_mesh, joined
from gpu_workers.solid.kit.primitives import ball, cylinder, ellipsoid, lathe, leaf, rounded_profile, tube

BARK = material("wood", (0.27, 0.19, 0.13))
GREENS = (material("leaf", (0.24, 0.44, 0.14)), material("leaf", (0.32, 0.53, 0.18)), material("leaf", (0.17, 0.36, 0.12)))
SOIL = material("earth", (0.16, 0.11, 0.08))
POT = ((0, 0), (0.7, 0), (0.94, 0.82), (1.0, 0.82), (1.0, 1.0), (0.88, 1.0), (0.84, 0.86), (0, 0.86))


def add_pot(built: Built, look: Material, radius: float, height: float) -> Built:
    """A pot that widens to its rim, with soil in it."""
    built.add(look, lathe(rounded_profile([(r * radius, z * height) for r, z in POT], radius * 0.03)))
    return built.add(SOIL, cylinder(radius * 0.86, 0.01).moved(z=height * 0.86))


def broad_potted_plant(request: BuildRequest) -> Built:
    """Broad leaves on stems that rise from a pot."""
    w, h, rng = request.width, request.height, request.random
    pot = h * 0.36
    built = add_pot(Built(), request.made_of("ceramic"), w * 0.29, pot)
    count = 26
    for k in range(count):
        turn, up = k * 137.5 + rng.uniform(-15, 15), 0.18 + 0.72 * k / count
        z = pot * 0.86 + (h - pot * 0.86) * up
        reach = w * 0.5 * (1 - 0.35 * up)
        blade = leaf(reach, reach * 0.62, 0.5).turned(y=-12 - 42 * up).moved(w * 0.02, 0, 0).turned(z=turn)
        built.add(GREENS[k % 3], blade.moved(0.02 * cos(k), 0.02 * sin(k), z))
    stems = [tube([(0, 0, pot * 0.8), (0.03 * cos(a), 0.03 * sin(a), h * 0.9)], [0.01, 0.005], 8) for a in (0, 2.1, 4.2)]
    return built.add(GREENS[0], *stems, leaf(0.12, 0.06).turned(y=-88).moved(0, 0, h - 0.12))


def arching_potted_plant(request: BuildRequest) -> Built:
    """Long narrow leaves that arch from a pot like a fountain."""
    w, h, rng = request.width, request.height, request.random
    pot = h * 0.36
    built = add_pot(Built(), request.made_of("ceramic"), w * 0.29, pot)
    for k in range(34):
        reach, rise = w * 0.49 * (0.5 + 0.5 * rng.random()), (h - pot) * (0.55 + 0.45 * rng.random())
        built.add(GREENS[k % 3], _blade(reach, rise, w * 0.045).turned(z=k * 137.5).moved(0, 0, pot * 0.86))
    straight = _blade(w * 0.1, h - pot * 0.86, w * 0.05)
    return built.add(
        GREENS[1],
        straight,
        *(_blade(w * 0.5, (h - pot) * 0.7, w * 0.05).turned(z=90 * k).moved(0, 0, pot * 0.86) for k in range(4)),
        straight.moved(0, 0, pot * 0.86),
    )


def _blade(reach: float, rise: float, wide: float) -> Mesh:
    """A narrow leaf that rises, bends over and hangs, from the origin towards +x."""
    t = np.linspace(0, 1, 10)
    x, z = reach * t**1.3, rise * (1.9 * t - 0.95 * t**2) / 0.95
    z = np.where(t > 0.75, z - rise * 0.5 * (t - 0.75) * min(1.0, reach / rise), z)
    half = wide / 2 * np.sin(pi * np.clip(t * 0.95 + 0.05, 0, 1)) ** 0.6
    return grid_mesh(np.stack([np.stack([x, s * half, z + abs(s) * half * 0.5], axis=1) for s in (-1, 0, 1)], axis=1))


def foliage(middles: list[tuple[float, float, float]], radius: float, count: int, rng: Random) -> Mesh:
    """Small leaves scattered through balls about middles, most of them near the surface."""
    draw = np.random.default_rng(rng.randrange(2**32))
    at = np.asarray(middles)[draw.integers(0, len(middles), count)]
    out = draw.normal(size=(count, 3))
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    places = at + out * radius * (draw.uniform(0.45, 1.0, count) ** 0.6)[:, None]
    along = draw.normal(size=(count, 3)) + out
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    across = np.cross(along, out + draw.normal(size=(count, 3)) * 0.4)
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    size = radius * draw.uniform(0.16, 0.3, count)[:, None]
    corners = np.stack(
        [
            places,
            places + along * size + across * size * 0.5,
            places + along * size * 2,
            places + along * size - across * size * 0.5,
        ],
        axis=1,
    )
    index = np.arange(count * 4, dtype=np.int32)
    return Mesh(corners.reshape(-1, 3), index, np.full(count, 4, np.int32))


def round_tree(request: BuildRequest) -> Built:
    """A broad round crown on a trunk with branches."""
    return _tree(request, 0.34, 1.0)


def tall_tree(request: BuildRequest) -> Built:
    """A crown that is higher and begins lower."""
    return _tree(request, 0.22, 0.8)


def _tree(request: BuildRequest, bare: float, broad: float) -> Built:
    w, h, rng = request.width, request.height, request.random
    low, middle = bare * h, (bare + 1) / 2 * h
    trunk = [(0, 0, 0), (0.02 * w, 0, low * 0.6), (0, 0.02 * w, low * 1.2), (0, 0, h * 0.75)]
    built = Built().add(BARK, tube(trunk, [h * 0.04, h * 0.028, h * 0.024, h * 0.008]))
    balls, r = [], w * 0.2
    for k in range(13):
        a, share = k * 2.4, ((k + 0.5) / 13)
        up = low + r * 0.7 + (h - low - 1.9 * r) * share
        out = (w / 2 - r * 1.15) * broad * max(0.15, sin(pi * min(1, 0.22 + share * 0.78))) ** 0.7
        balls.append((out * cos(a), out * sin(a), up))
    branches = [
        tube(
            [(0, 0, low * (0.8 + 0.03 * k)), (x * 0.5, y * 0.5, (low + z) / 2), (x, y, z)],
            [h * 0.014, h * 0.01, h * 0.004],
            8,
        )
        for k, (x, y, z) in enumerate(balls[::2])
    ]
    edges = [(sx * (w / 2 - r * 1.15), 0.0, middle * 0.95) for sx in (-1, 1)] + [
        (0.0, sy * (w / 2 - r * 1.15), middle) for sy in (-1, 1)
    ]
    clumps = [*balls, *edges, (0.0, 0.0, h - r * 1.15)]
    cores = [ellipsoid(1.3 * r, 1.3 * r, 1.2 * r, 16).moved(*at) for at in clumps]
    built.add(BARK, *branches).add(GREENS[2], joined(cores))
    for k, look in enumerate(GREENS):
        built.add(look, foliage(clumps, r * 1.02, (1400, 1800, 1000)[k], rng))
    return built


def bush(request: BuildRequest, flowering: bool) -> Built:
    """Foliage down to the ground; some of it blossoms."""
    w, d, h, rng = request.width, request.depth, request.height, request.random
    r = 0.24 * min(w, d, 1.4 * h)
    clumps = [(0.0, 0.0, h - r * 1.15), (0.0, 0.0, r)]
    for k in range(14):
        turn, up = k * 2.4, 0.15 + 0.85 * ((k * 5) % 14) / 14
        out = (1 - 0.55 * up**2) * 0.98
        clumps.append((out * (d / 2 - r) * cos(turn), out * (w / 2 - r) * sin(turn), r + (h - 2.2 * r) * up))
    clumps += [
        (sx * (d / 2 - r * 1.05), sy * (w / 2 - r * 1.05), h * 0.42) for sx, sy in ((1, 0), (-1, 0), (0, 1), (0, -1))
    ]
    cores = [ellipsoid(1.35 * r, 1.35 * r, 1.3 * r, 14).moved(*at) for at in clumps]
    stems = [tube([(0, 0, 0), (0.1 * w * cos(a), 0.1 * w * sin(a), h * 0.5)], [0.02, 0.008], 6) for a in (0.4, 2.4, 4.4)]
    built = Built().add(BARK, *stems).add(GREENS[2], joined(cores))
    for look, count in zip(GREENS, (1500, 1500, 900), strict=True):
        built.add(look, above_ground(foliage(clumps, r * 1.02, count, rng)))
    if flowering:
        blossom = material("leaf", (0.86, 0.42, 0.58))
        built.add(blossom, above_ground(foliage(clumps, r * 1.08, 260, rng)))
    return built


def above_ground(leaves: Mesh) -> Mesh:
    """Leaves that do not reach into the ground."""
    quads = leaves.points.reshape(-1, 4, 3)
    kept = quads[(quads[..., 2] > 0).all(axis=1)]
    return Mesh(kept.reshape(-1, 3), np.arange(4 * len(kept), dtype=np.int32), np.full(len(kept), 4, np.int32))


def dense_pine(request: BuildRequest) -> Built:
    """A fir: tiers of hanging boughs, narrower towards the top."""
    return _pine(request, 11, 0.1)


def open_pine(request: BuildRequest) -> Built:
    """The same with fewer tiers and a longer trunk."""
    return _pine(request, 7, 0.2)


def _pine(request: BuildRequest, tiers: int, bare: float) -> Built:
    w, h, rng = request.width, request.height, request.random
    built = Built().add(BARK, tube([(0, 0, 0), (0, 0, h * 0.97)], [h * 0.022, h * 0.004]))
    for k in range(tiers):
        share = k / tiers
        z, reach = h * (bare + 0.06 + (0.86 - bare) * share), w / 2 * (1 - share) ** 0.85 + w * 0.03
        drop = h * (0.9 - bare) / tiers * 0.85
        count = max(9, int(26 * (1 - share)))
        boughs = [
            _bough(reach * rng.uniform(0.86, 1.0), drop, reach * 0.34).turned(z=(j + rng.uniform(-0.2, 0.2)) * 360 / count)
            for j in range(count)
        ]
        built.add(GREENS[2] if k % 2 else GREENS[0], joined(boughs).moved(z=z))
        built.add(
            GREENS[2], lathe([(reach * 0.6, -drop * 0.4), (reach * 0.25, drop * 0.55), (0, drop * 1.3)], 20).moved(z=z)
        )
    return built.add(GREENS[0], lathe([(w * 0.03, h * 0.86), (w * 0.012, h * 0.94), (0, h)], 12))


def _bough(reach: float, drop: float, wide: float) -> Mesh:
    t = np.linspace(0, 1, 6)
    rib = np.stack([reach * t, np.zeros(6), drop * (0.5 - 0.2 * t - 0.75 * t**2)], axis=1)
    half = wide / 2 * np.array([0.3, 0.8, 1.0, 0.85, 0.55, 0.02])
    wings = [rib + np.stack([np.zeros(6), s * half, -np.abs(s) * half * 0.55], axis=1) for s in (-1, 0, 1)]
    return grid_mesh(np.stack(wings, axis=1))


def leaning_palm(request: BuildRequest) -> Built:
    """A palm with a curved trunk."""
    return _palm(request, 0.12)


def straight_palm(request: BuildRequest) -> Built:
    """A palm with a straight trunk."""
    return _palm(request, 0.0)


def _palm(request: BuildRequest, bend: float) -> Built:
    w, h, rng = request.width, request.height, request.random
    top = h * 0.82
    points = [(bend * w * ((t - 0.5) ** 2 * 4 - 1), 0.0, t * top) for t in np.linspace(0, 1, 26)]
    radii = [h * (0.032 - 0.014 * t + 0.002 * (k % 2)) for k, t in enumerate(np.linspace(0, 1, 26))]
    built = Built().add(material("wood", (0.42, 0.32, 0.22)), tube(points, radii))
    nuts = [ball(h * 0.02, 14).moved(h * 0.03 * cos(a), h * 0.03 * sin(a), top - h * 0.03) for a in (0, 1.6, 3.1, 4.7)]
    built.add(material("wood", (0.3, 0.2, 0.1)), *nuts)
    for k in range(18):
        rise = h * (0.2 if k % 3 == 0 else 0.12 if k % 3 == 1 else 0.02)
        frond = _frond(w * 0.5 * rng.uniform(0.93, 1.0), rise, w * 0.2).turned(z=k * 20 + rng.uniform(-4, 4))
        built.add(GREENS[k % 2], frond.moved(0, 0, top))
    return built


def _frond(reach: float, rise: float, wide: float) -> Mesh:
    """A feather of narrow leaves along an arching rib."""
    parts = []
    for k in range(14):
        t = 0.1 + 0.9 * k / 14
        x, z = reach * t, rise * 3.2 * t * (1 - 0.75 * t) - reach * 0.34 * t**2.4
        long = wide * (0.5 + 0.5 * sin(pi * t)) * (1.05 - 0.5 * t)
        for s in (-1, 1):
            parts.append(leaf(long, reach * 0.06, 0.45, 4).turned(z=s * (68 - 36 * t)).moved(x * 0.93, 0, z))
    path = [(reach * t * 0.95, 0.0, rise * 3.2 * t * (1 - 0.75 * t) - reach * 0.34 * t**2.4) for t in np.linspace(0, 1, 10)]
    return joined([tube(path, reach * 0.008, 5), *parts])


def column_cactus(request: BuildRequest) -> Built:
    """A ribbed column with two arms, in a pot."""
    w, h = request.width, request.height
    pot, r = h * 0.3, w * 0.16
    built = add_pot(Built(), material("ceramic", "terracotta"), w * 0.49, pot)
    body = _ribbed([(r * 0.9, pot * 0.8), (r, h * 0.5), (r, h * 0.86), (r * 0.75, h * 0.96), (0.001, h)])
    arms = [
        tube(
            [
                (0, y * r * 0.8, h * a),
                (0, y * w * 0.36, h * a),
                (0, y * w * 0.42, h * (a + 0.04)),
                (0, y * w * 0.42, h * (a + b)),
                (0, y * w * 0.42, h * (a + b) + 0.012),
            ],
            [r * 0.45, r * 0.5, r * 0.52, r * 0.5, r * 0.2],
        )
        for y, a, b in ((1, 0.5, 0.22), (-1, 0.6, 0.18))
    ]
    return built.add(GREENS[0], body, *arms)


def _ribbed(profile: list[tuple[float, float]], ribs: int = 12) -> Mesh:
    """A turned shape with upright ribs."""
    rows = np.asarray(rounded_profile(profile, 0.02))
    angle = np.linspace(0, 2 * pi, ribs * 6, endpoint=False)
    wave = 1 + 0.09 * np.cos(ribs * angle)
    grid = np.stack(
        [
            rows[:, :1] * wave * np.cos(angle),
            rows[:, :1] * wave * np.sin(angle),
            np.broadcast_to(rows[:, 1:], (len(rows), len(angle))),
        ],
        axis=-1,
    )
    return grid_mesh(grid, around=True)


def ball_cactus(request: BuildRequest) -> Built:
    """A ribbed ball with a flower on top, in a pot."""
    w, h = request.width, request.height
    pot = h * 0.4
    r, middle = w * 0.4, h * 0.62
    built = add_pot(Built(), material("ceramic", "terracotta"), w * 0.48, pot)
    turn = np.linspace(-1.2, pi / 2, 12)
    built.add(GREENS[0], _ribbed([(max(0.001, r * cos(a)), middle + h * 0.3 * sin(a)) for a in turn], 14))
    petals = [leaf(w * 0.15, w * 0.08).turned(y=-40, z=60 * k).moved(z=h * 0.91) for k in range(6)]
    return built.add(material("leaf", "pink"), *petals)


BUILDERS: Builders = {
    "potted plant": {"broad": broad_potted_plant, "arching": arching_potted_plant},
    "bush": {"green": partial(bush, flowering=False), "flowering": partial(bush, flowering=True)},
    "tree": {"round": round_tree, "tall": tall_tree},
    "pine tree": {"dense": dense_pine, "open": open_pine},
    "palm tree": {"leaning": leaning_palm, "straight": straight_palm},
    "cactus": {"column": column_cactus, "ball": ball_cactus},
}
