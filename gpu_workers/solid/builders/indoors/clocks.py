"""Clocks: on walls, on shelves, beside beds."""

from math import pi

import numpy as np

from gpu_workers.solid.builders.build_request import Builders, BuildRequest, Built
from gpu_workers.solid.builders.fittings import (
    BLACK,
    BRASS,
    STEEL,
    facing,
    four,
    front_plate,
    hoop,
    standing_outline,
)
from gpu_workers.solid.builders.indoors.wall_things import arched_outline
from gpu_workers.solid.kit.materials import material
from gpu_workers.solid.kit.mesh import Mesh
from gpu_workers.solid.kit.primitives import (
    ball,
    box,
    cylinder,
    lathe,
    rounded_profile,
    tube,
)

PAPER = material("paper", "white")


def clock_face(built: Built, radius: float, x: float, y: float, z: float) -> Built:
    """A white face with twelve marks and two hands, looking to the front, about a middle."""
    built.add(PAPER, facing(cylinder(radius, 0.004)).moved(x, y, z))
    for k in range(12):
        a = pi * k / 6
        long = radius * (0.2 if k % 3 == 0 else 0.11)
        mark = box(radius * 0.05, 0.002, long, 0.0005).moved(0, 0, radius * 0.92 - long).turned(x=-30 * k)
        built.add(BLACK, mark.moved(x + 0.005, y + 0 * a, z))
    for length, thick, angle in ((0.5, 0.07, -55), (0.76, 0.045, 60)):
        hand = box(radius * thick, 0.002, radius * length, 0.0005).moved(0, 0, -radius * 0.1).turned(x=angle)
        built.add(BLACK, hand.moved(x + 0.007, y, z))
    return built.add(STEEL, facing(cylinder(radius * 0.05, 0.01)).moved(x, y, z))


def round_wall_clock(request: BuildRequest) -> Built:
    """A round clock with a rim."""
    r, d = request.width / 2, request.depth
    rim = [(0, 0), (r * 0.96, 0), (r, d * 0.5), (r * 0.97, d), (r * 0.88, d), (r * 0.86, d * 0.5), (0, d * 0.5)]
    built = Built().add(request.made_of("plastic"), facing(lathe(rounded_profile(rim, d * 0.12))).moved(0, 0, r))
    return clock_face(built, r * 0.87, d * 0.5, 0, r)


def wooden_wall_clock(request: BuildRequest) -> Built:
    """A round clock in a square wooden case."""
    w, d, h = request.width, request.depth, request.height
    built = Built().add(request.made_of("wood"), front_plate(standing_outline(w, h, w * 0.12), d * 0.6, 0.006))
    built.add(BRASS, hoop(w * 0.41, d * 0.2).turned(y=90).moved(d * 0.72, 0, h / 2))
    return clock_face(built, w * 0.41, d * 0.6, 0, h / 2)


def bell_alarm_clock(request: BuildRequest) -> Built:
    """A round clock on two feet with two bells and a hammer."""
    w, d, h = request.width, request.depth, request.height
    r = w * 0.47
    z = h * 0.06 + r
    drum = facing(cylinder(r, d * 0.8, round_by=0.006)).moved(-d * 0.4, 0, z)
    built = Built().add(
        request.made_of("paint"),
        drum,
        *(tube([(0, y * r * 0.55, z - r * 0.7), (0, y * r * 0.9, 0)], [0.005, 0.007]) for y in (-1, 1)),
    )
    bells = [ellipsoid_cap(r * 0.5).turned(x=-34 * y).moved(0, y * r * 0.62, z + r * 0.83) for y in (-1, 1)]
    built.add(STEEL, *bells, tube([(0, 0, z + r), (0, 0, h)], 0.003), box(0.02, 0.008, 0.012).moved(0, 0, h - 0.012))
    built.add(STEEL, hoop(r * 0.94, 0.004).turned(y=90).moved(d * 0.41, 0, z))
    return clock_face(built, r * 0.92, d * 0.4, 0, z)


def ellipsoid_cap(radius: float) -> Mesh:
    """Half a hollow-looking ball that stands on its rim."""
    return lathe(
        [
            (0, 0),
            (radius, 0),
            (radius * 0.97, radius * 0.3),
            (radius * 0.8, radius * 0.58),
            (radius * 0.45, radius * 0.78),
            (0, radius * 0.86),
        ],
        24,
    )


def square_alarm_clock(request: BuildRequest) -> Built:
    """A case with round corners, a round face and a button on top."""
    w, d, h = request.width, request.depth, request.height
    body = h * 0.9
    built = Built().add(
        request.made_of("plastic"), front_plate(standing_outline(w, body, w * 0.2), d * 0.9, 0.008).moved(-d / 2, 0, 0.004)
    )
    built.add(STEEL, box(w * 0.34, d * 0.4, h * 0.12, 0.004).moved(-d * 0.05, 0, body - 0.004))
    built.add(BLACK, *four(cylinder(0.006, 0.008), d * 0.3, w * 0.36))
    built.add(
        STEEL,
        hoop(w * 0.37, 0.003).turned(y=90).moved(d * 0.4, 0, body / 2 + 0.004),
        facing(cylinder(0.006, d * 0.1)).moved(d * 0.4, 0, 0.012),
    )
    return clock_face(built, w * 0.36, d * 0.4 - 0.002, 0, body / 2 + 0.004)


def arched_mantel_clock(request: BuildRequest) -> Built:
    """A wooden case with a round top on a wide foot."""
    w, d, h = request.width, request.depth, request.height
    case = [(y * 0.78, z * 0.9) for y, z in arched_outline(w, h)]
    built = Built().add(
        request.made_of("wood"), front_plate(case, d * 0.7, 0.006).moved(-d * 0.36, 0, h * 0.08), box(w, d, h * 0.1, 0.008)
    )
    r, z = w * 0.27, h * 0.62
    built.add(
        BRASS,
        hoop(r, 0.006).turned(y=90).moved(d * 0.35, 0, z),
        box(w * 0.4, 0.008, h * 0.12, 0.003).moved(d * 0.34, 0, h * 0.16),
        ball(h * 0.03, 16).moved(0, 0, h * 0.97),
    )
    return clock_face(built, r, d * 0.34, 0, z)


def curved_mantel_clock(request: BuildRequest) -> Built:
    """A case that slopes down to both sides."""
    w, d, h = request.width, request.depth, request.height
    y = np.linspace(-1, 1, 33)
    rise = 0.22 + 0.78 * np.exp(-((np.abs(y) / 0.52) ** 3))
    case = [(-w / 2, 0.0), (w / 2, 0.0), *((v * w / 2, h * r) for v, r in zip(y[::-1], rise[::-1], strict=True))]
    built = Built().add(
        request.made_of("wood"), front_plate(case, d * 0.9, 0.004).moved(-d * 0.46), box(w * 1.02, d, h * 0.06, 0.004)
    )
    r, z = h * 0.33, h * 0.56
    built.add(BRASS, hoop(r, 0.006).turned(y=90).moved(d * 0.44, 0, z))
    return clock_face(built, r, d * 0.43, 0, z)


BUILDERS: Builders = {
    "wall clock": {"round": round_wall_clock, "wooden": wooden_wall_clock},
    "alarm clock": {"bells": bell_alarm_clock, "square": square_alarm_clock},
    "mantel clock": {"arched": arched_mantel_clock, "curved": curved_mantel_clock},
}
