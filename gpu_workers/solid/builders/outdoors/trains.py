"""Trains on a length of track of their own: steam locomotives, railway carriages; and small ones of wood, for children."""

from gpu_workers.solid.builders.build_request import Builder, Builders, BuildRequest, Built
from gpu_workers.solid.builders.fittings import BLACK, BRASS, DARK_GLASS, DARK_METAL, STEEL, add_wheel, facing, long_loft
from gpu_workers.solid.builders.outdoors.vehicles import HEADLAMP
from gpu_workers.solid.kit.materials import Material, material, wood
from gpu_workers.solid.kit.primitives import box, cylinder, lathe, rounded_profile, tube

GAUGE_M = 1.435
RAIL_M = 0.34
"""Height of a rail's upper side above the foot of the ballast."""

BALLAST = material("stone", (0.42, 0.40, 0.38))
SLEEPER = material("wood", (0.22, 0.16, 0.12))


def _track(built: Built, width: float, length: float) -> None:
    """Ballast, sleepers and two rails along x, as long as the train."""
    bed = [(-length / 2, width, 0.0, 0.16, 0.02), (length / 2, width, 0.0, 0.16, 0.02)]
    built.add(BALLAST, long_loft(bed))
    count = max(2, round(length / 0.62))
    places = [(k + 0.5) * length / count - length / 2 for k in range(count)]
    built.add(SLEEPER, *(box(min(2.4, width * 0.94), 0.24, 0.1, 0.01).moved(x, 0, 0.12) for x in places))
    rails = [box(0.07, length, RAIL_M - 0.22, 0.006).moved(0, s * GAUGE_M / 2, 0.22) for s in (-1, 1)]
    built.add(STEEL, *rails)


def steam_locomotive(tender: bool) -> Builder:
    """A boiler with chimney and dome, a cab, three driving wheels a side; with its coal behind or with side tanks."""

    def build(request: BuildRequest) -> Built:
        d, h = request.depth, request.height
        built, axle = Built(), RAIL_M + h * 0.16
        _track(built, request.width, d)
        start, front = -d / 2 + (0.26 * d if tender else 0.0), d / 2
        _boiler(built, request, (start, front), axle)
        _chimney(built, request, (start, front))
        _cab(built, request, start)
        _running_gear(built, request, (start, front), axle)
        (_tender if tender else _tanks)(built, request, start, axle)
        return built

    return build


def _boiler(built: Built, request: BuildRequest, span: tuple[float, float], axle: float) -> None:
    """The boiler with its rings, the smokebox with its door, the frame below."""
    w, d, h = request.width, request.depth, request.height
    start, front = span
    radius, middle = h * 0.165, RAIL_M + h * 0.44
    boiler = facing(cylinder(radius, front - start - 0.25 * d, round_by=0.04)).moved(start + 0.2 * d, 0, middle)
    smokebox = facing(cylinder(radius * 1.04, 0.12 * d, round_by=0.03)).moved(front - 0.15 * d, 0, middle)
    frame = box(w * 0.72, front - start - 0.02 * d, 0.12).moved((front + start) / 2, 0, axle + 0.06)
    built.add(request.made_of("paint"), boiler).add(BLACK, smokebox, frame)
    ring = facing(cylinder(radius * 1.02, 0.06, round_by=0.01))
    built.add(BRASS, *(ring.moved(start + (0.3 + 0.13 * k) * d, 0, middle) for k in range(3)))
    door = facing(lathe(rounded_profile([(radius * 0.8, 0), (radius * 0.7, 0.04), (0, 0.05)], 0.01), 32))
    built.add(DARK_METAL, door.moved(front - 0.03 * d, 0, middle))


def _chimney(built: Built, request: BuildRequest, span: tuple[float, float]) -> None:
    """Chimney, dome and lamp."""
    d, h = request.depth, request.height
    start, front = span
    radius, middle = h * 0.165, RAIL_M + h * 0.44
    base = middle + radius * 0.9
    tall = h - base
    pipe = [(0.42, 0.0), (0.34, 0.17), (0.36, 0.7), (0.62, 0.91), (0.5, 1.0), (0.0, 1.0)]
    profile = rounded_profile([(radius * r, tall * z) for r, z in pipe], 0.02)
    built.add(BLACK, lathe(profile, 32).moved(front - 0.09 * d, 0, base))
    dome = [(radius * 0.5, 0), (radius * 0.5, 0.07 * h), (radius * 0.3, 0.12 * h), (0, 0.13 * h)]
    built.add(BRASS, lathe(rounded_profile(dome, 0.05), 32).moved(start + 0.42 * d, 0, base))
    lamp = (front - 0.03 * d, 0, middle + radius * 1.1)
    built.add(BRASS, facing(cylinder(0.13, 0.14)).moved(*lamp))
    built.add(HEADLAMP, facing(cylinder(0.1, 0.02)).moved(lamp[0] + 0.13, 0, lamp[2]))


def _tender(built: Built, request: BuildRequest, _start: float, axle: float) -> None:
    """The coal on wheels of its own behind."""
    w, d, h = request.width, request.depth, request.height
    x = -d / 2 + 0.125 * d
    bunker = box(w * 0.8, 0.23 * d, h * 0.34, 0.03).moved(x, 0, axle + 0.1)
    heap = lathe([(0.42 * w, 0), (0.3 * w, 0.08 * h), (0, 0.1 * h)], 12).scaled(0.22 * d / (0.84 * w), 0.9, 1)
    built.add(request.made_of("paint"), bunker, flat=True)
    built.add(material("stone", (0.03, 0.03, 0.03)), heap.moved(x, 0, axle + 0.1 + h * 0.33))
    for share in (0.06, 0.19):
        for s in (-1, 1):
            add_wheel(built, h * 0.1, 0.12, (-d / 2 + share * d, s * GAUGE_M / 2, RAIL_M + h * 0.1), DARK_METAL)


def _tanks(built: Built, request: BuildRequest, start: float, axle: float) -> None:
    """Water at both sides of the boiler."""
    w, d, h = request.width, request.depth, request.height
    tank = box(w * 0.2, 0.34 * d, h * 0.24, 0.03).moved(start + 0.42 * d, 0, axle + 0.12)
    built.add(request.made_of("paint"), *(tank.moved(y=s * w * 0.36) for s in (-1, 1)), flat=True)


def _cab(built: Built, request: BuildRequest, start: float) -> None:
    w, d, h = request.width, request.depth, request.height
    low, tall, x = RAIL_M + h * 0.2, h * 0.52, start + 0.11 * d
    look = request.made_of("paint")
    lower = box(w * 0.86, 0.2 * d, tall * 0.55, 0.03).moved(x, 0, low)
    posts = [
        box(0.1, 0.1, tall * 0.45).moved(x + a * 0.092 * d, b * w * 0.4, low + tall * 0.54)
        for a in (-1, 1)
        for b in (-1, 1)
    ]
    wall = box(w * 0.8, 0.06, tall * 0.45).moved(x + 0.09 * d, 0, low + tall * 0.54)
    roof = long_loft(
        [
            (x - 0.125 * d, w * 0.94, low + tall * 0.97, low + tall * 1.07, 0.5),
            (x + 0.125 * d, w * 0.94, low + tall * 0.97, low + tall * 1.07, 0.5),
        ]
    )
    panes = [box(w * 0.26, 0.08, tall * 0.26).moved(x + 0.09 * d, s * w * 0.2, low + tall * 0.62) for s in (-1, 1)]
    built.add(look, lower, *posts, wall, flat=True).add(BLACK, roof).add(DARK_GLASS, *panes)


def _running_gear(built: Built, request: BuildRequest, span: tuple[float, float], axle: float) -> None:
    """Wheels with rods, cylinders, buffers and a beam in front."""
    w, d = request.width, request.depth
    start, front = span
    big = axle - RAIL_M
    places = [start + (front - start) * share for share in (0.2, 0.41, 0.62)]
    red = material("paint", "red")
    for s in (-1, 1):
        y = s * GAUGE_M / 2
        for x in places:
            add_wheel(built, big, 0.13, (x, y, axle), red)
        add_wheel(built, big * 0.6, 0.12, (front - 0.1 * d, y, RAIL_M + big * 0.6), red)
        built.add(
            STEEL,
            tube([(places[0], y + s * 0.14, axle - big * 0.45), (places[2], y + s * 0.14, axle - big * 0.45)], 0.045, 8),
        )
        built.add(
            STEEL, tube([(places[1], y + s * 0.18, axle - big * 0.45), (front - 0.16 * d, y + s * 0.18, axle)], 0.035, 8)
        )
        built.add(BLACK, facing(cylinder(0.2, 0.12 * d)).moved(front - 0.19 * d, y + s * 0.18, axle))
        built.add(DARK_METAL, facing(cylinder(0.16, 0.06)).moved(front - 0.06, s * w * 0.3, axle + 0.02))
        built.add(DARK_METAL, facing(cylinder(0.06, 0.3)).moved(front - 0.34, s * w * 0.3, axle + 0.02))
    built.add(red, box(w * 0.9, 0.1, 0.34, 0.02).moved(front - 0.3, 0, axle - 0.16))


def railway_carriage(doors: tuple[float, ...], windows: int) -> Builder:
    """A long carriage with windows and a roof, its doors at the ends or in the middle too."""

    def build(request: BuildRequest) -> Built:
        w, d, h = request.width, request.depth, request.height
        built = Built()
        _track(built, w, d)
        low, wide = RAIL_M + 0.55, w * 0.94
        body = [
            (x * d, share * wide, low, h * 0.93, 0.08)
            for x, share in ((-0.49, 0.97), (-0.47, 1.0), (0.47, 1.0), (0.49, 0.97))
        ]
        roof = [
            (x * d, share * wide, h * 0.84, h, 0.9) for x, share in ((-0.49, 0.95), (-0.46, 1.0), (0.46, 1.0), (0.49, 0.95))
        ]
        built.add(request.made_of("paint"), long_loft(body)).add(material("paint", "gray"), long_loft(roof))
        built.add(
            material("paint", "cream"), *(box(0.03, d * 0.95, h * 0.035).moved(0, s * wide / 2, h * 0.44) for s in (-1, 1))
        )
        pitch = d * 0.82 / windows
        spots = [-d * 0.41 + (k + 0.5) * pitch for k in range(windows)]
        for s in (-1, 1):
            panes = [box(0.05, pitch * 0.72, h * 0.24, 0.03).moved(x, s * wide / 2, h * 0.53) for x in spots
                     if all(abs(x - at * d) > 0.06 * d for at in doors)]  # fmt: skip
            leaves = [box(0.07, d * 0.06, h * 0.56, 0.02).moved(at * d, s * wide / 2, low + 0.06) for at in doors]
            lights = [box(0.08, d * 0.036, h * 0.22, 0.02).moved(at * d, s * wide / 2, h * 0.54) for at in doors]
            built.add(DARK_GLASS, *panes, *lights).add(material("paint", "charcoal"), *leaves)
            for x in (-0.36, -0.27, 0.27, 0.36):
                add_wheel(built, 0.42, 0.12, (x * d, s * GAUGE_M / 2, RAIL_M + 0.42), DARK_METAL)
            built.add(
                DARK_METAL,
                *(
                    box(0.12, d * 0.16, 0.24, 0.03).moved(x * d, s * (GAUGE_M / 2 + 0.14), RAIL_M + 0.34)
                    for x in (-0.315, 0.315)
                ),
            )
        ends = [box(wide * 0.3, 0.06, h * 0.5, 0.02).moved(s * d * 0.492, 0, low + 0.1) for s in (-1, 1)]
        buffers = [
            facing(cylinder(0.16, 0.09)).moved(s * d * 0.49 - (0.0 if s > 0 else 0.09), y * w * 0.3, low + 0.06)
            for s in (-1, 1)
            for y in (-1, 1)
        ]
        return built.add(material("paint", "charcoal"), *ends).add(DARK_METAL, *buffers)

    return build


def toy_train(waggons: int) -> Builder:
    """A wooden locomotive with coloured parts, and waggons behind it."""

    def build(request: BuildRequest) -> Built:
        w, d, h = request.width, request.depth, request.height
        built, count = Built(), waggons + 1
        length = d / count
        front = d / 2 - length / 2
        _toy_locomotive(built, request, front, length * 0.9)
        for k in range(1, count):
            x = front - k * length
            tub = Material("paint", ((0.85, 0.65, 0.12), (0.16, 0.45, 0.2), (0.14, 0.3, 0.6))[k % 3])
            built.add(tub, box(w * 0.9, length * 0.84, h * 0.26, 0.006).moved(x, 0, h * 0.24), flat=True)
            load = [
                cylinder(w * 0.17, length * 0.7).turned(y=90).moved(x - length * 0.35, s * w * 0.2, h * 0.58)
                for s in (-1, 1)
            ]
            built.add(
                wood("pine", "x"), *load, box(w * 0.5, length * 1.1, h * 0.06, 0.003).moved(x + length * 0.1, 0, h * 0.2)
            )
            _toy_wheels(built, request, (x, length * 0.84))
        return built

    return build


def _toy_locomotive(built: Built, request: BuildRequest, x: float, length: float) -> None:
    w, h = request.width, request.height
    base, radius = h * 0.22, w * 0.33
    built.add(wood("pine", "x"), box(w * 0.86, length, h * 0.14, 0.006).moved(x, 0, base))
    boiler = facing(cylinder(radius, length * 0.6, round_by=0.006)).moved(x - length * 0.12, 0, base + h * 0.12 + radius)
    built.add(request.made_of("paint"), boiler)
    cab = box(w * 0.84, length * 0.34, h * 0.5, 0.008).moved(x - length * 0.3, 0, base + h * 0.13)
    roof = box(w, length * 0.44, h * 0.08, 0.01).moved(x - length * 0.3, 0, base + h * 0.62)
    built.add(material("paint", "blue"), cab, flat=True).add(material("paint", "red"), roof)
    built.add(BLACK, box(w * 0.3, 0.004, h * 0.2).moved(x - length * 0.125, 0, base + h * 0.36))
    top = base + h * 0.1 + 2 * radius
    chimney = [
        (radius * 0.34, 0),
        (radius * 0.34, (h - top) * 0.55),
        (radius * 0.6, (h - top) * 0.7),
        (radius * 0.6, h - top),
        (0, h - top),
    ]
    built.add(material("paint", "yellow"), lathe(rounded_profile(chimney, 0.003), 24).moved(x + length * 0.32, 0, top))
    _toy_wheels(built, request, (x, length))


def _toy_wheels(built: Built, request: BuildRequest, span: tuple[float, float]) -> None:
    w, r = request.width, request.height * 0.17
    x, length = span
    for share in (-0.3, 0.3):
        for s in (-1, 1):
            wheel = cylinder(r, w * 0.1, round_by=0.004).turned(x=-90 * s).moved(x + share * length, s * w * 0.4, r)
            built.add(material("paint", "red"), wheel)


BUILDERS: Builders = {
    "steam locomotive": {"tender": steam_locomotive(tender=True), "tank": steam_locomotive(tender=False)},
    "railway carriage": {"ends": railway_carriage((-0.43, 0.43), 9), "middle": railway_carriage((-0.2, 0.2), 8)},
    "toy train": {"two waggons": toy_train(2), "one waggon": toy_train(1)},
}
