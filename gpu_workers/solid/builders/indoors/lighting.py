"""Lamps that light: on tables, on floors, from ceilings, candles."""

from math import cos, pi, sin

from gpu_workers.solid.builders.build_request import Builders, BuildRequest, Built
from gpu_workers.solid.builders.fittings import BRASS, DARK_METAL, STEEL, hoop
from gpu_workers.solid.kit.materials import Lamp, Material, glowing, material
from gpu_workers.solid.kit.mesh import Mesh
from gpu_workers.solid.kit.primitives import ball, cylinder, ellipsoid, lathe, rounded_profile, tube

BULB = glowing((1.0, 0.86, 0.62), 6.0)
WARM = (1.0, 0.78, 0.5)


def lit_shade(request: BuildRequest) -> Material:
    """Cloth of the thing's own colour with light behind it."""
    return Material("light", request.colour, glow=0.7)


def drum_shade(low: float, high: float, height: float) -> list[Mesh]:
    """A shade open above and below, with its thin wall; stands on the ground."""
    outer = [(low, 0.0), (high, height), (high - 0.004, height), (low - 0.004, 0.0), (low, 0.0)]
    return [lathe(outer)]


def bell_shade(radius: float, height: float, neck: float = 0.03) -> Mesh:
    """A metal shade like a bell, closed above."""
    turn = [(radius - (radius - neck) * (1 - cos(a)), height * sin(a)) for a in (0, 0.3, 0.6, 0.9, 1.2, 1.45, pi / 2)]
    inner = [(max(0.001, r - 0.004), z - 0.003) for r, z in turn]
    return lathe([*inner[::-1], *turn, (0.0, height)])


def add_bulb(built: Built, z: float, watts: float, x: float = 0.0, y: float = 0.0) -> Built:
    """A bulb that shines."""
    built.lamps.append(Lamp((x, y, z), watts, WARM, 0.05))
    return built.add(BULB, ball(0.03, 16).moved(x, y, z))


def shaded_lamp(request: BuildRequest) -> Built:
    """A turned ceramic base under a cloth shade."""
    r, h = request.width / 2, request.height
    base = [
        (0, 0),
        (r * 0.5, 0),
        (r * 0.52, 0.015),
        (r * 0.24, 0.04),
        (r * 0.5, h * 0.2),
        (r * 0.42, h * 0.36),
        (r * 0.1, h * 0.48),
        (r * 0.08, h * 0.6),
        (0, h * 0.6),
    ]
    built = Built().add(material("ceramic", "cream"), lathe(rounded_profile(base, 0.02, 5)))
    built.add(lit_shade(request), *(m.moved(z=h * 0.57) for m in drum_shade(r, r * 0.68, h * 0.43)))
    built.add(BRASS, cylinder(0.008, h * 0.16).moved(z=h * 0.58))
    return add_bulb(built, h * 0.75, 14)


def stick_lamp(request: BuildRequest) -> Built:
    """A brass stick on a round foot under a straight shade."""
    r, h = request.width / 2, request.height
    built = Built().add(BRASS, cylinder(r * 0.62, 0.02), cylinder(0.01, h * 0.74))
    built.add(lit_shade(request), *(m.moved(z=h * 0.58) for m in drum_shade(r, r * 0.92, h * 0.42)))
    return add_bulb(built, h * 0.75, 14)


def shaded_floor_lamp(request: BuildRequest) -> Built:
    """A cloth shade on a high metal stick."""
    r, h = request.width / 2, request.height
    built = Built().add(DARK_METAL, cylinder(r * 0.72, 0.022), cylinder(0.012, h * 0.86))
    built.add(lit_shade(request), *(m.moved(z=h * 0.81) for m in drum_shade(r, r * 0.72, h * 0.19)))
    return add_bulb(built, h * 0.89, 32)


def tripod_floor_lamp(request: BuildRequest) -> Built:
    """A straight shade on three wooden legs."""
    r, h = request.width / 2, request.height
    feet = [(r * 0.95 * cos(a), r * 0.95 * sin(a)) for a in (0, 2.1, 4.2)]
    built = Built().add(
        material("wood", "oak"), *(tube([(x, y, 0), (x * 0.12, y * 0.12, h * 0.8)], [0.013, 0.018]) for x, y in feet)
    )
    built.add(BRASS, cylinder(0.045, 0.04).moved(z=h * 0.77), cylinder(0.01, h * 0.1).moved(z=h * 0.78))
    built.add(lit_shade(request), *(m.moved(z=h * 0.79) for m in drum_shade(r, r * 0.96, h * 0.21)))
    return add_bulb(built, h * 0.89, 32)


def _hung(request: BuildRequest, height: float) -> Built:
    """A cord from a rose at the ceiling down to a shade of some height."""
    built = Built().add(material("paint", "white"), cylinder(0.05, 0.025).moved(z=request.height - 0.025))
    return built.add(material("plastic", "black"), cylinder(0.004, request.height - height + 0.01).moved(z=height - 0.01))


def bell_pendant(request: BuildRequest) -> Built:
    """A metal bell on a cord."""
    r = request.width / 2
    tall = r * 1.15
    built = _hung(request, tall + 0.03).add(request.made_of("paint"), bell_shade(r, tall))
    built.add(BRASS, cylinder(0.028, 0.05).moved(z=tall - 0.01))
    return add_bulb(built, tall * 0.3, 40)


def globe_pendant(request: BuildRequest) -> Built:
    """A globe that shines, on a cord."""
    r = request.width / 2
    built = _hung(request, 2 * r).add(glowing(request.colour, 2.2), ball(r).moved(z=r))
    built.add(BRASS, cylinder(0.04, 0.05).moved(z=2 * r - 0.03))
    built.lamps.append(Lamp((0, 0, -0.05), 40, WARM, r))
    return built


def candle_chandelier(request: BuildRequest) -> Built:
    """Eight arms with candles about a turned stem."""
    r, h = request.width / 2, request.height
    low = h * 0.16
    stem = [
        (0, 0),
        (0.03, 0.02),
        (0.05, 0.08),
        (0.02, 0.14),
        (0.045, h * 0.4),
        (0.015, h * 0.5),
        (0.008, h * 0.6),
        (0.008, h),
        (0, h),
    ]
    built = Built().add(request.made_of("metal"), lathe(rounded_profile(stem, 0.02)))
    for k in range(8):
        c, s = cos(pi * k / 4), sin(pi * k / 4)
        path = [
            (t * r * 0.9 * c, t * r * 0.9 * s, low + 0.04 - 0.1 * h * sin(pi * t)) for t in (0.02, 0.2, 0.4, 0.6, 0.8, 1.0)
        ]
        x, y = r * 0.9 * c, r * 0.9 * s
        built.add(request.made_of("metal"), tube(path, 0.009, 8), cylinder(r * 0.09, 0.02).moved(x, y, low + 0.03))
        built.add(material("ceramic", "cream"), cylinder(0.014, h * 0.16).moved(x, y, low + 0.05))
        built.add(BULB, ellipsoid(0.026, 0.026, 0.06, 16).moved(x, y, low + 0.07 + h * 0.16))
    built.lamps.append(Lamp((0, 0, low + h * 0.2), 60, WARM, r * 0.5))
    return built


def ring_chandelier(request: BuildRequest) -> Built:
    """A hoop of candles hung by chains."""
    r, h = request.width / 2, request.height
    iron = request.made_of("metal")
    built = Built().add(iron, hoop(r * 0.95, r * 0.05).moved(z=r * 0.06), cylinder(0.04, 0.03).moved(z=h - 0.03))
    for k in range(4):
        c, s = cos(pi * k / 2 + 0.4), sin(pi * k / 2 + 0.4)
        built.add(iron, tube([(r * 0.95 * c, r * 0.95 * s, 0.05), (0.01 * c, 0.01 * s, h * 0.94)], 0.006, 6))
    for k in range(10):
        x, y = r * 0.95 * cos(pi * k / 5), r * 0.95 * sin(pi * k / 5)
        built.add(iron, cylinder(0.03, 0.016).moved(x, y, r * 0.1)).add(
            material("ceramic", "cream"), cylinder(0.014, h * 0.17).moved(x, y, r * 0.1)
        )
        built.add(BULB, ellipsoid(0.026, 0.026, 0.06, 16).moved(x, y, r * 0.13 + h * 0.17))
    built.lamps.append(Lamp((0, 0, h * 0.3), 60, WARM, r * 0.5))
    return built


def bare_candle(request: BuildRequest) -> Built:
    """A thick candle with its flame."""
    r, h = request.width / 2, request.height
    return _flame(Built().add(request.made_of("skin"), cylinder(r, h * 0.78, round_by=r * 0.15)), h * 0.78, h)


def held_candle(request: BuildRequest) -> Built:
    """A slender candle in a brass holder."""
    r, h = request.width / 2, request.height
    dish = [
        (0, 0),
        (r * 0.8, 0),
        (r, h * 0.1),
        (r * 0.92, h * 0.1),
        (r * 0.4, h * 0.05),
        (r * 0.4, h * 0.16),
        (0, h * 0.16),
    ]
    built = Built().add(BRASS, lathe(rounded_profile(dish, 0.003)))
    return _flame(built.add(request.made_of("skin"), cylinder(r * 0.32, h * 0.74).moved(z=h * 0.06)), h * 0.8, h)


def _flame(built: Built, z: float, top: float) -> Built:
    tall = top - z
    flame = lathe(
        [
            (0, 0),
            (tall * 0.16, tall * 0.12),
            (tall * 0.2, tall * 0.3),
            (tall * 0.12, tall * 0.6),
            (tall * 0.04, tall * 0.85),
            (0, tall),
        ],
        20,
    )
    built.add(material("paper", "black"), cylinder(tall * 0.03, tall * 0.3).moved(z=z))
    built.lamps.append(Lamp((0, 0, z + tall * 0.5), 1.5, (1.0, 0.62, 0.25), 0.01))
    return built.add(glowing((1.0, 0.66, 0.22), 7.0), flame.moved(z=z + tall * 0.0).scaled(1, 1, 1))


def paper_globe(request: BuildRequest) -> Built:
    """A ribbed round lantern of paper."""
    return _lantern(request, 1.0)


def paper_drum(request: BuildRequest) -> Built:
    """A ribbed long lantern of paper."""
    return _lantern(request, 0.45)


def _lantern(request: BuildRequest, power: float) -> Built:
    r, h = request.width / 2, request.height
    body, low = h * 0.86, h * 0.07
    ribs = 11
    profile = [(r * 0.4, low)]
    for k in range(ribs * 2 + 1):
        share = k / (2 * ribs)
        swell = 0.4 + 0.6 * sin(pi * share) ** power
        profile.append((r * swell * (1.0 if k % 2 else 0.965), low + body * share))
    built = Built().add(glowing(request.colour, 1.1), lathe([(0, low), *profile, (0, low + body)]))
    rim = cylinder(r * 0.42, h * 0.05)
    built.add(
        material("plastic", "black"),
        rim.moved(z=low - h * 0.04),
        rim.moved(z=low + body - h * 0.01),
        cylinder(0.006, h * 0.05).moved(z=h * 0.95),
        cylinder(0.012, low),
    )
    built.lamps.append(Lamp((0, 0, h / 2), 10, WARM, r * 0.6))
    return built


def screw_bulb(request: BuildRequest) -> Built:
    """A pear-shaped bulb with its thread."""
    return _bulb(request, ((0.36, 0.34), (0.42, 0.42), (0.86, 0.6), (1.0, 0.74), (0.86, 0.9), (0.45, 0.985)))


def globe_bulb(request: BuildRequest) -> Built:
    """A round bulb with its thread."""
    return _bulb(request, ((0.36, 0.34), (0.7, 0.44), (0.96, 0.56), (1.0, 0.68), (0.9, 0.82), (0.55, 0.95)))


def _bulb(request: BuildRequest, glass: tuple[tuple[float, float], ...]) -> Built:
    r, h = request.width / 2, request.height
    thread = [(0, 0), (r * 0.14, 0), (r * 0.3, h * 0.05)]
    for k in range(5):
        thread += [(r * 0.42, h * (0.08 + 0.045 * k)), (r * 0.36, h * (0.1 + 0.045 * k))]
    built = Built().add(STEEL, lathe([*thread, (r * 0.38, h * 0.34), (0, h * 0.34)]))
    return built.add(
        glowing((1.0, 0.92, 0.75), 1.6), lathe(rounded_profile([*((q * r, z * h) for q, z in glass), (0, h)], h * 0.08, 5))
    )


BUILDERS: Builders = {
    "table lamp": {"ceramic": shaded_lamp, "stick": stick_lamp},
    "floor lamp": {"stick": shaded_floor_lamp, "tripod": tripod_floor_lamp},
    "pendant lamp": {"bell": bell_pendant, "globe": globe_pendant},
    "chandelier": {"arms": candle_chandelier, "hoop": ring_chandelier},
    "candle": {"bare": bare_candle, "held": held_candle},
    "paper lantern": {"round": paper_globe, "long": paper_drum},
    "light bulb": {"pear": screw_bulb, "globe": globe_bulb},
}
