"""What guides traffic: cones, signals, bollards, signs, barriers."""

from math import cos, pi, sin

import numpy as np

from gpu_workers.solid.builders.build_request import Builders, BuildRequest, Built
from gpu_workers.solid.builders.fittings import (
    BLACK,
    DARK_METAL,
    STEEL,
    front_plate,
    standing_outline,
)
from gpu_workers.solid.builders.outdoors.street import WHITE_BAND
from gpu_workers.solid.kit.materials import Material, glowing, material
from gpu_workers.solid.kit.primitives import ball, box, cylinder, lathe, plate, rounded_outline, rounded_profile, tube


def banded_cone(request: BuildRequest) -> Built:
    """A cone with a white band on a square foot."""
    return _cone(request, ((0.5, 0.72),))


def twice_banded_cone(request: BuildRequest) -> Built:
    """A cone with two white bands on an eight-sided foot."""
    return _cone(request, ((0.36, 0.52), (0.68, 0.82)))


def _cone(request: BuildRequest, bands: tuple[tuple[float, float], ...]) -> Built:
    w, h = request.width, request.height
    foot = rounded_outline(w, w, w * (0.1 if len(bands) == 1 else 0.3), 4)
    low, high = w * 0.38, w * 0.08

    def radius(share: float) -> float:
        return low + (high - low) * share

    built = Built().add(request.made_of("plastic"), plate(foot, h * 0.05, 0.006))
    cone = [(low, h * 0.04), (high, h), (high * 0.7, h), (high * 0.7, h * 0.9), (0, h * 0.9)]
    built.add(request.made_of("plastic"), lathe(cone))
    return built.add(
        WHITE_BAND,
        *(
            lathe([(radius(a) + 0.002, h * (0.04 + 0.96 * a)), (radius(b) + 0.002, h * (0.04 + 0.96 * b))])
            for a, b in bands
        ),
    )


def pole_traffic_light(request: BuildRequest) -> Built:
    """Three lights on a pole, red shining."""
    return _signal(request, lit=0, board=False)


def board_traffic_light(request: BuildRequest) -> Built:
    """The same before a board, green shining."""
    return _signal(request, lit=2, board=True)


def _signal(request: BuildRequest, lit: int, board: bool) -> Built:
    w, d, h = request.width, request.depth, request.height
    low, tall = h * 0.72, h * 0.28
    x = -d * 0.12
    built = Built().add(DARK_METAL, cylinder(0.05, h * 0.95).moved(-d / 2 + 0.05), cylinder(0.1, 0.04).moved(-d / 2 + 0.1))
    case = w * (0.72 if board else 1.0)
    built.add(
        BLACK,
        front_plate(standing_outline(case, tall * 0.94, case * 0.2), d * 0.4, 0.01).moved(
            x - d * 0.1, 0, low + tall * 0.03
        ),
    )
    if board:
        built.add(BLACK, front_plate(standing_outline(w, tall, w * 0.15), 0.012).moved(x - d * 0.1, 0, low))
        built.add(
            WHITE_BAND,
            tube(
                [(x - d * 0.1 + 0.012, y, z + low + tall / 2) for z, y in rounded_outline(w * 0.96, tall * 0.97, w * 0.14)],
                0.008,
                6,
                closed=True,
            ),
        )
    r = tall * 0.125
    for k, colour in enumerate(((1.0, 0.08, 0.05), (1.0, 0.65, 0.05), (0.1, 0.9, 0.35))):
        z = low + tall * (0.8 - 0.3 * k)
        look = glowing(colour, 3.0) if k == lit else Material("plastic", tuple(0.28 * c + 0.02 for c in colour))  # type: ignore[arg-type]
        built.add(look, ball(r, 24).scaled(0.3, 1, 1).moved(x + d * 0.3, 0, z))
        visor = [(x + d * 0.3, r * 1.1 * cos(a), z + r * 1.1 * sin(a)) for a in np.linspace(0, pi, 12)]
        hood = np.array([visor, [(px + d * 0.28, y, zz) for px, y, zz in visor]])
        built.add(
            BLACK,
            *(
                tube(row.tolist(), 0.006, 6)
                for row in (hood[0], hood[0] + (d * 0.1, 0, 0), hood[0] + (d * 0.2, 0, 0), hood[1])
            ),
        )
    return built


def round_bollard(request: BuildRequest) -> Built:
    """An iron post with a ball on top."""
    r, h = request.width / 2, request.height
    post = [
        (0, 0),
        (r, 0),
        (r, h * 0.06),
        (r * 0.7, h * 0.1),
        (r * 0.6, h * 0.74),
        (r * 0.8, h * 0.77),
        (r * 0.8, h * 0.8),
        (r * 0.4, h * 0.82),
        (0, h * 0.82),
    ]
    return Built().add(request.made_of("paint"), lathe(rounded_profile(post, 0.006)), ball(r * 0.72).moved(z=h - r * 0.72))


def banded_bollard(request: BuildRequest) -> Built:
    """A straight post with bands that shine."""
    r, h = request.width / 2, request.height
    built = Built().add(
        request.made_of("plastic"),
        cylinder(r, h * 0.05),
        lathe(rounded_profile([(0, 0), (r * 0.8, 0), (r * 0.8, h * 0.94), (r * 0.5, h), (0, h)], 0.02)),
    )
    return built.add(WHITE_BAND, *(lathe([(r * 0.81, h * z), (r * 0.81, h * (z + 0.08))]) for z in (0.64, 0.8)))


def stop_sign(request: BuildRequest) -> Built:
    """An eight-sided plate with a white rim on a pole."""
    return _sign(request, two_posts=False)


def double_stop_sign(request: BuildRequest) -> Built:
    """The same with two posts."""
    return _sign(request, two_posts=True)


def _sign(request: BuildRequest, two_posts: bool) -> Built:
    w, d, h = request.width, request.depth, request.height
    r = w / 2 / cos(pi / 8)

    def octagon(share: float) -> list[tuple[float, float]]:
        return [(share * r * cos(a), share * r * sin(a)) for a in np.arange(8) * pi / 4 + pi / 8]

    z, x = h - w / 2, d * 0.2
    ys = (-w * 0.2, w * 0.2) if two_posts else (0.0,)
    built = Built().add(STEEL, *(cylinder(d * 0.3, h - w * 0.2).moved(-d * 0.2, y) for y in ys))
    built.add(WHITE_BAND, front_plate(octagon(1.0), d * 0.16).moved(x, 0, z))
    return built.add(request.made_of("paint"), front_plate(octagon(0.92), d * 0.04).moved(x + d * 0.16, 0, z))


def striped_barrier(request: BuildRequest) -> Built:
    """A board striped red and white on two feet, lamps on it."""
    return _barrier(request, 1)


def double_barrier(request: BuildRequest) -> Built:
    """The same with two boards."""
    return _barrier(request, 2)


def _barrier(request: BuildRequest, boards: int) -> Built:
    w, d, h = request.width, request.depth, request.height
    built = Built()
    for y in (-1, 1):
        legs = [tube([(x * (d / 2 - 0.02), y * w * 0.38, 0.02), (0, y * w * 0.38, h * 0.92)], 0.02, 4) for x in (-1, 1)]
        built.add(STEEL, *legs).add(glowing((1.0, 0.6, 0.1), 2.0), ball(0.045, 16).moved(0.02, y * w * 0.38, h - 0.045))
    tall = h * 0.26
    for k in range(boards):
        z = h * 0.6 - k * h * 0.36
        x = 0.02 + k * d * 0.16
        built.add(WHITE_BAND, box(w, 0.025, tall, 0.003).moved(x, 0, z), flat=True)
        stripes = [
            front_plate(
                [
                    (y, 0.004),
                    (y + w * 0.1, 0.004),
                    (y + w * 0.1 - tall * 0.5, tall - 0.004),
                    (y - tall * 0.5, tall - 0.004),
                ],
                0.003,
            )
            for y in np.arange(-0.42, 0.42, 0.2) * w
        ]
        built.add(material("paint", "red"), *(m.moved(x + 0.012, 0, z) for m in stripes))
    return built


BUILDERS: Builders = {
    "traffic cone": {"one band": banded_cone, "two bands": twice_banded_cone},
    "traffic light": {"pole": pole_traffic_light, "board": board_traffic_light},
    "bollard": {"ball": round_bollard, "bands": banded_bollard},
    "stop sign": {"one post": stop_sign, "two posts": double_stop_sign},
    "traffic barrier": {"one board": striped_barrier, "two boards": double_barrier},
}
