"""Musical instruments: pianos, guitars, drums."""

from math import cos, pi, sin

import numpy as np

from gpu_workers.solid.builders.build_request import Builders, BuildRequest, Built
from gpu_workers.solid.builders.fittings import BLACK, BRASS, STEEL, front_plate, hoop
from gpu_workers.solid.kit.materials import Material, material, wood
from gpu_workers.solid.kit.primitives import ball, box, cylinder, lathe, tube

IVORY = material("plastic", (0.93, 0.92, 0.88))


def panel_piano(request: BuildRequest) -> Built:
    """An upright piano down to the ground."""
    return _piano(request, 1.0)


def legged_piano(request: BuildRequest) -> Built:
    """An upright piano with legs under its keys, a sheet of music on its rest."""
    w, d, h = request.width, request.depth, request.height
    built = _piano(request, 0.94)
    x = d * 0.36
    built.add(request.made_of("paint"), *(cylinder(0.03, h * 0.55, 0.045).moved(x, y * w * 0.46) for y in (-1, 1)))
    return built.add(
        material("paper", "white"),
        *(box(0.22, 0.004, 0.3, 0.001).turned(y=-14).moved(d * 0.02, y * 0.115, h * 0.66) for y in (-1, 1)),
    )


def _piano(request: BuildRequest, share: float) -> Built:
    w, d, h = request.width, request.depth, request.height
    look, deep = request.made_of("paint"), d * 0.58
    back, bed = -d / 2 + deep / 2, h * 0.56
    built = Built().add(
        look,
        box(w * 0.98, deep, h - 0.03, 0.01).moved(back),
        box(w, deep + 0.02, 0.035, 0.01).moved(back + 0.01, 0, h - 0.035),
        flat=True,
    )
    built.add(
        look,
        box(w * 0.98, d * 0.46, 0.07, 0.01).moved(d * 0.27, 0, bed),
        *(box(0.06, d * 0.44, 0.17, 0.02).moved(d * 0.26, y * (w * 0.49 - 0.03), bed) for y in (-1, 1)),
        flat=True,
    )
    built.add(
        look,
        box(w * 0.86, 0.012, h * 0.26, 0.006).moved(back + deep / 2, 0, h * 0.16),
        box(w * 0.5, 0.05, 0.02).moved(back + deep / 2 + 0.02, 0, h * 0.67),
        box(w * 0.94, 0.04, 0.06).moved(d * 0.1, 0, bed + 0.06),
        flat=True,
    )
    if share == 1.0:
        built.add(look, *(box(0.06, d * 0.12, bed, 0.01).moved(d * 0.4, y * (w * 0.49 - 0.03)) for y in (-1, 1)), flat=True)
    keys, field, z = 36, w * 0.98 - 0.13, bed + 0.07
    step = field / keys
    built.add(
        IVORY,
        *(box(step * 0.93, d * 0.3, 0.02, 0.002, 1).moved(d * 0.33, (k + 0.5) * step - field / 2, z) for k in range(keys)),
    )
    blacks = [k for k in range(1, keys) if k % 7 not in (0, 3)]
    built.add(
        BLACK,
        *(box(step * 0.5, d * 0.19, 0.016, 0.002, 1).moved(d * 0.275, k * step - field / 2, z + 0.018) for k in blacks),
    )
    return built.add(BRASS, *(box(0.05, 0.1, 0.02, 0.006).moved(back + deep / 2 + 0.04, y * 0.1, 0.05) for y in (-1, 0, 1)))


def _outline(shape: tuple[tuple[float, float], ...], width: float, height: float) -> list[tuple[float, float]]:
    """A figure's right half by shares (y, z), mirrored and made smooth."""
    ring = [(y, z) for y, z in shape] + [(-y, z) for y, z in shape[::-1]]
    points = np.array(ring)
    for _ in range(3):
        after = np.roll(points, -1, axis=0)
        points = np.stack([0.75 * points + 0.25 * after, 0.25 * points + 0.75 * after], axis=1).reshape(-1, 2)
    low, high = points.min(axis=0), points.max(axis=0)
    points = (points - (0, low[1])) / (2 * high[0], high[1] - low[1]) * (width, height)
    return [(float(y), float(z)) for y, z in points]


ACOUSTIC = ((0.0, 0.0), (0.6, 0.0), (0.98, 0.15), (1.0, 0.4), (0.66, 0.6), (0.72, 0.82), (0.6, 1.0), (0.0, 1.0))
ELECTRIC = (
    (0.0, 0.0),
    (0.62, 0.0),
    (1.0, 0.2),
    (0.86, 0.5),
    (0.7, 0.62),
    (0.9, 0.9),
    (0.8, 1.06),
    (0.4, 0.78),
    (0.0, 0.76),
)


def acoustic_guitar(request: BuildRequest) -> Built:
    """A guitar with a sound hole, on a stand."""
    w, h = request.width, request.height
    body = h * 0.47
    built = Built().add(
        wood("walnut"),
        *(m.turned(y=-8).moved(-0.02, 0, h * 0.08) for m in [front_plate(_outline(ACOUSTIC, w, body), 0.09, 0.006)]),
    )
    face = front_plate(_outline(ACOUSTIC, w * 0.96, body * 0.97), 0.003).moved(0.09, 0, body * 0.015)
    hole = front_plate(
        [(w * 0.13 * cos(a), body * 0.6 + w * 0.13 * sin(a)) for a in np.linspace(0, 2 * pi, 32, endpoint=False)], 0.002
    ).moved(0.0925)
    built.add(request.made_of("wood"), face.turned(y=-8).moved(-0.02, 0, h * 0.08)).add(
        BLACK, hole.turned(y=-8).moved(-0.02, 0, h * 0.08)
    )
    return _neck(built, request, (0.094, body))


def electric_guitar(request: BuildRequest) -> Built:
    """A guitar with horns, pickups and knobs, on a stand."""
    w, _, h = request.width, request.depth, request.height
    body = h * 0.47
    built = Built().add(
        request.made_of("paint"),
        front_plate(_outline(ELECTRIC, w, body), 0.045, 0.008).moved(0.045).turned(y=-8).moved(-0.02, 0, h * 0.08),
    )
    pickups = [box(w * 0.24, 0.012, 0.025, 0.003).moved(0.094, 0, body * z) for z in (0.34, 0.54)]
    knobs = [ball(0.012, 12).moved(0.096, -w * 0.3, body * (0.14 + 0.1 * k)) for k in range(3)]
    guard = front_plate(_outline(ACOUSTIC, w * 0.5, body * 0.6), 0.003).moved(0.089, -w * 0.08, body * 0.2)
    built.add(IVORY, guard.turned(y=-8).moved(-0.02, 0, h * 0.08))
    built.add(STEEL, *(m.turned(y=-8).moved(-0.02, 0, h * 0.08) for m in [*pickups, *knobs]))
    return _neck(built, request, (0.094, body))


def _neck(built: Built, request: BuildRequest, place: tuple[float, float]) -> Built:
    """Neck, frets, head with pegs, strings, and the stand that holds all of it."""
    h, d = request.height, request.depth
    x, body = place
    long, start = h * 0.5, body * 0.72
    top = start + long * 0.86
    parts = [
        (wood("walnut"), box(0.05, 0.018, long * 0.86, 0.004).moved(x, 0, start)),
        (
            wood("walnut"),
            front_plate([(-0.028, 0), (0.028, 0), (0.04, h * 0.13), (0, h * 0.14), (-0.04, h * 0.13)], 0.016)
            .turned(y=-6)
            .moved(x - 0.008, 0, top),
        ),
    ]
    parts += [
        (STEEL, box(0.05, 0.002, 0.003, 0.0005).moved(x + 0.0095, 0, start + long * 0.86 * (1 - 0.94**k) * 1.6))
        for k in range(1, 14)
    ]
    parts += [
        (STEEL, ball(0.011, 10).moved(x - 0.005, y * 0.045, top + h * (0.03 + 0.035 * k)))
        for y in (-1, 1)
        for k in range(3)
    ]
    parts += [
        (STEEL, tube([(x + 0.014, y * 0.007, body * 0.26), (x + 0.014, y * 0.006, top)], 0.0012, 4))
        for y in (-2.5, -1.5, -0.5, 0.5, 1.5, 2.5)
    ]
    parts += [(wood("walnut", "y"), box(0.13, 0.014, 0.025, 0.004).moved(x, 0, body * 0.25))]
    for look, mesh in parts:
        built.add(look, mesh.turned(y=-8).moved(-0.02, 0, h * 0.08))
    feet = [tube([(-0.06, 0, h * 0.3), (d / 2 - 0.012, y * request.width * 0.4, 0.01)], 0.009, 8) for y in (-1, 1)]
    rest = [
        tube(
            [(-0.06, y * 0.02, h * 0.14), (0.05, y * 0.1, h * 0.07), (0.11, y * 0.1, h * 0.07), (0.12, y * 0.1, h * 0.1)],
            0.008,
            8,
        )
        for y in (-1, 1)
    ]
    return built.add(BLACK, *feet, *rest, tube([(-0.06, 0, h * 0.3), (-d / 2 + 0.012, 0, 0.01)], 0.009, 8))


def side_drum(request: BuildRequest) -> Built:
    """A drum between two metal hoops with rods, two sticks on it."""
    w, h = request.width, request.height
    shell = h * 0.92
    built = _drum(request, STEEL, shell)
    r = w / 2 * 0.965
    rods = [
        tube([(r * cos(a), r * sin(a), shell * 0.06), (r * cos(a), r * sin(a), shell * 0.94)], 0.005, 6)
        for a in np.linspace(0, 2 * pi, 8, endpoint=False)
    ]
    return built.add(
        STEEL,
        *rods,
        *(ball(0.012, 12).moved(r * cos(a), r * sin(a), shell / 2) for a in np.linspace(0, 2 * pi, 8, endpoint=False)),
    )


def rope_drum(request: BuildRequest) -> Built:
    """A drum with wooden hoops laced by a rope, two sticks on it."""
    w, h = request.width, request.height
    shell = h * 0.92
    built = _drum(request, wood("pine"), shell)
    r, count = w / 2 * 0.955, 20
    lace = [
        (r * cos(2 * pi * k / count), r * sin(2 * pi * k / count), shell * (0.08 if k % 2 else 0.92)) for k in range(count)
    ]
    return built.add(material("fabric", "cream"), tube(lace, 0.005, 6, closed=True))


def _drum(request: BuildRequest, rim: Material, shell: float) -> Built:
    r = request.width / 2
    built = Built().add(request.made_of("paint"), lathe([(r * 0.93, 0.01), (r * 0.93, shell - 0.01)]))
    built.add(IVORY, cylinder(r * 0.94, 0.012).moved(z=shell - 0.016), cylinder(r * 0.94, 0.01).moved(z=0.006))
    band = lathe([(r * 0.94, 0), (r, 0), (r, 0.035), (r * 0.94, 0.035), (r * 0.94, 0)])
    built.add(rim, band, band.moved(z=shell - 0.032), hoop(r * 0.97, 0.006).moved(z=shell))
    sticks = [
        tube(
            [(-r * 0.6, y * r * 0.25, shell + 0.012), (r * 0.62, -y * r * 0.1 + y * 0.08, shell + 0.012)], [0.008, 0.005], 8
        )
        for y in (-1, 1)
    ]
    tips = [ball(0.011, 12).moved(r * 0.62, -y * r * 0.1 + y * 0.08, shell + 0.013) for y in (-1, 1)]
    return built.add(wood("pine"), *sticks, *tips)


def trestled_xylophone(request: BuildRequest) -> Built:
    """Wooden bars of falling length on a frame, two mallets on it."""
    return _xylophone(request, ("red", "orange", "yellow", "green", "teal", "blue", "purple", "pink"))


def plain_xylophone(request: BuildRequest) -> Built:
    """The same with bars of wood."""
    return _xylophone(request, ())


def _xylophone(request: BuildRequest, colours: tuple[str, ...]) -> Built:
    w, d, h = request.width, request.depth, request.height
    low = h * 0.5
    built = Built().add(
        wood("oak", "y"),
        *(tube([(x * d * 0.34, w * 0.49, low / 2), (x * d * 0.2, -w * 0.49, low / 2)], low / 2, 4) for x in (-1, 1)),
    )
    bars = 8 if colours else 13
    for k in range(bars):
        look = material("paint", colours[k]) if colours else request.made_of("wood")
        bar = box(w / bars * 0.78, d * (1 - 0.5 * k / (bars - 1)), h * 0.22, 0.004).moved(
            0, w / 2 - (k + 0.5) * w / bars, low * 0.98
        )
        built.add(look, bar).add(
            STEEL,
            *(
                ball(h * 0.06, 10).moved(x * d * (0.33 - 0.16 * k / bars), w / 2 - (k + 0.5) * w / bars, low + h * 0.22)
                for x in (-1, 1)
            ),
        )
    sticks = [tube([(d * 0.1 * s, -w * 0.2, h * 0.78), (d * 0.16 * s, w * 0.32, h * 0.82)], h * 0.04, 8) for s in (-1, 1)]
    return built.add(wood("pine"), *sticks).add(
        material("rubber", "red"), *(ball(h * 0.15, 16).moved(d * 0.16 * s, w * 0.32, h * 0.85) for s in (-1, 1))
    )


BUILDERS: Builders = {
    "piano": {"panel": panel_piano, "legs": legged_piano},
    "guitar": {"acoustic": acoustic_guitar, "electric": electric_guitar},
    "drum": {"rods": side_drum, "rope": rope_drum},
    "xylophone": {"coloured": trestled_xylophone, "plain": plain_xylophone},
}
