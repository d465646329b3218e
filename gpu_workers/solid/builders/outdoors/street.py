"""What stands in streets: benches, lamps, cones, hydrants, signals, bollards, fences, boxes, signs."""

from math import cos, pi, sin

import numpy as np

from gpu_workers.solid.builders.build_request import Builders, BuildRequest, Built
from gpu_workers.solid.builders.fittings import (
    BLACK,
    DARK_METAL,
    STEEL,
    facing,
    front_plate,
    side_plate,
)
from gpu_workers.solid.kit.materials import Lamp, Material, glowing, material
from gpu_workers.solid.kit.primitives import box, cylinder, lathe, rounded_profile, tube

WHITE_BAND = material("plastic", (0.93, 0.93, 0.93))


LAMPLIGHT = glowing((1.0, 0.86, 0.6), 4.0)


def slatted_bench(request: BuildRequest) -> Built:
    """Planks for seat and back on curved iron ends with arms."""
    w, d, h = request.width, request.depth, request.height
    seat = h * 0.54
    planks = [box(w, d * 0.13, 0.028, 0.006).moved(d * (0.36 - 0.15 * k), 0, seat - 0.028) for k in range(5)]
    back = [
        box(w, 0.028, 0.085, 0.006).turned(y=-10).moved(-d * 0.36 - 0.02 * k, 0, seat + h * (0.1 + 0.12 * k))
        for k in range(3)
    ]
    built = Built().add(Material("wood", request.colour, grain="y"), *planks, *back, flat=True)
    for y in (-w * 0.4, w * 0.4):
        side = [(-d * 0.46, y, h - 0.018), (-d * 0.34, y, seat), (-d * 0.36, y, h * 0.3), (-d / 2 + 0.02, y, 0.018)]
        front = [(-d * 0.34, y, seat - 0.04), (d * 0.38, y, seat - 0.04), (d * 0.42, y, h * 0.3), (d / 2 - 0.02, y, 0.018)]
        arm = [
            (-d * 0.38, y, seat + h * 0.24),
            (d * 0.3, y, seat + h * 0.26),
            (d * 0.42, y, seat + h * 0.2),
            (d * 0.38, y, seat - 0.03),
        ]
        built.add(DARK_METAL, *(tube(path, 0.018, 10) for path in (side, front, arm)))
    return built


def park_bench(request: BuildRequest) -> Built:
    """A heavy wooden bench with upright legs and a straight back."""
    w, d, h = request.width, request.depth, request.height
    seat = h * 0.54
    look = Material("wood", request.colour, grain="y")
    planks = [box(w * 0.98, d * 0.21, 0.035, 0.006).moved(d * (0.38 - 0.24 * k), 0, seat - 0.035) for k in range(4)]
    back = [box(w * 0.98, 0.03, h * 0.16, 0.006).moved(-d * 0.42, 0, h * z) for z in (0.62, 0.83)]
    built = Built().add(look, *planks, *back, flat=True)
    legs = [
        box(0.07, 0.07, tall, 0.006).moved(x * (d / 2 - 0.036), y * (w / 2 - 0.06))
        for y in (-1, 1)
        for x, tall in ((-1, h), (1, h * 0.75))
    ]
    arms = [box(0.08, d * 0.96, 0.04, 0.008).moved(0, y * (w / 2 - 0.06), h * 0.74) for y in (-1, 1)]
    return built.add(Material("wood", request.colour), *legs, *arms, flat=True)


def arm_street_lamp(request: BuildRequest) -> Built:
    """A steel pole that bends over the street."""
    d, h = request.depth, request.height
    x = -d / 2 + 0.09
    path = [
        (x, 0, 0),
        (x, 0, h * 0.86),
        (x + d * 0.08, 0, h * 0.95),
        (x + d * 0.3, 0, h * 0.985),
        (x + d * 0.55, 0, h * 0.985),
    ]
    built = Built().add(STEEL, tube(path, [0.075, 0.055, 0.05, 0.045, 0.04]), cylinder(0.09, 0.5).moved(x))
    head = [(d * 0.1, h * 0.97), (d / 2, h * 0.972), (d / 2, h * 0.985), (d * 0.3, h), (d * 0.1, h * 0.995)]
    built.add(DARK_METAL, side_plate(head, request.width, 0.01)).add(
        LAMPLIGHT, box(request.width * 0.8, d * 0.34, 0.02).moved(d * 0.3, 0, h * 0.968)
    )
    built.lamps.append(Lamp((d * 0.3, 0, h * 0.95), 400, (1.0, 0.78, 0.5), 0.15))
    return built


def lantern_street_lamp(request: BuildRequest) -> Built:
    """Two lanterns on an iron post."""
    w, d, h = request.width, request.depth, request.height
    post = [
        (0, 0),
        (0.13, 0),
        (0.13, h * 0.03),
        (0.08, h * 0.05),
        (0.1, h * 0.16),
        (0.055, h * 0.19),
        (0.045, h * 0.84),
        (0.06, h * 0.86),
        (0.03, h * 0.89),
        (0, h * 0.92),
    ]
    built = Built().add(
        DARK_METAL,
        lathe(rounded_profile(post, 0.015)),
        tube([(-d / 2 + 0.16, 0, h * 0.83), (0, 0, h * 0.8), (d / 2 - 0.16, 0, h * 0.83)], 0.022),
    )
    for s in (-1, 1):
        x, r = s * (d / 2 - 0.16), min(0.16, w / 2)
        glass = lathe([(0, 0), (r * 0.55, 0), (r * 0.95, h * 0.11), (0, h * 0.11)], 8)
        roof = lathe([(0, 0), (r, 0), (r * 0.35, h * 0.035), (r * 0.1, h * 0.05), (0, h * 0.06)], 8)
        built.add(LAMPLIGHT, glass.moved(x, 0, h * 0.83)).add(DARK_METAL, roof.moved(x, 0, h * 0.94))
        built.lamps.append(Lamp((x, 0, h * 0.8), 150, (1.0, 0.78, 0.5), 0.12))
    return built


def domed_hydrant(request: BuildRequest) -> Built:
    """A hydrant with a domed bonnet, three outlets with caps, and bolts."""
    return _hydrant(request, ((0.66, 0.72), (0.6, 0.8), (0.42, 0.89), (0.16, 0.94), (0.13, 0.95)))


def flat_hydrant(request: BuildRequest) -> Built:
    """The same with a stepped bonnet."""
    return _hydrant(request, ((0.7, 0.72), (0.7, 0.79), (0.5, 0.82), (0.46, 0.9), (0.16, 0.92)))


def _hydrant(request: BuildRequest, bonnet: tuple[tuple[float, float], ...]) -> Built:
    h, w = request.height, request.width
    r = w * 0.4
    look = request.made_of("paint")
    profile = [
        (0, 0),
        (1.0, 0),
        (1.0, 0.05),
        (0.64, 0.06),
        (0.6, 0.12),
        (0.58, 0.6),
        (0.82, 0.64),
        (0.82, 0.69),
        (0.66, 0.7),
        *bonnet,
        (0.12, 1.0),
        (0, 1.0),
    ]
    built = Built().add(look, lathe(rounded_profile([(q * r, z * h) for q, z in profile], 0.006)))
    out = cylinder(r * 0.3, w * 0.42)
    cap = cylinder(r * 0.38, w * 0.06)
    for turn in (-1, 1):
        built.add(look, out.turned(x=-90 * turn).moved(0, 0, h * 0.5)).add(
            STEEL,
            cap.turned(x=-90 * turn).moved(0, turn * w * 0.42, h * 0.5),
            cylinder(r * 0.12, w * 0.02, round_by=0.001).turned(x=-90 * turn).moved(0, turn * w * 0.48, h * 0.5),
        )
    built.add(look, facing(cylinder(r * 0.4, w * 0.38)).moved(0, 0, h * 0.42)).add(
        STEEL,
        facing(cylinder(r * 0.5, w * 0.07)).moved(w * 0.36, 0, h * 0.42),
        facing(cylinder(r * 0.14, w * 0.05)).moved(w * 0.43, 0, h * 0.42),
    )
    bolts = [
        cylinder(0.012, 0.02).moved(r * 0.74 * cos(a), r * 0.74 * sin(a), h * z)
        for z in (0.05, 0.69)
        for a in np.linspace(0, 2 * pi, 8, endpoint=False)
    ]
    return built.add(look, *bolts)


def picket_fence(request: BuildRequest) -> Built:
    """Pointed pales on two rails."""
    w, d, h = request.width, request.depth, request.height
    count = round(w / 0.125)
    look = Material("wood", request.colour)
    pale = front_plate([(-0.04, 0), (0.04, 0), (0.04, h - 0.05), (0, h), (-0.04, h - 0.05)], 0.02)
    built = Built().add(look, *(pale.moved(d / 2 - 0.02, (k + 0.5) / count * w - w / 2) for k in range(count)))
    rails = [box(w - 0.02, 0.03, 0.07).moved(d / 2 - 0.036, 0, h * z) for z in (0.2, 0.7)]
    posts = [box(0.08, d - 0.04, h * 0.9).moved(-0.02, y * (w / 2 - 0.06)) for y in (-1, 1)]
    return built.add(Material("wood", request.colour, grain="y"), *rails, flat=True).add(look, *posts, flat=True)


def rail_fence(request: BuildRequest) -> Built:
    """Three boards between square posts."""
    w, d, h = request.width, request.depth, request.height
    posts = [box(d, d, h, 0.012).moved(0, y * (w / 2 - d / 2)) for y in (-1, 0, 1)]
    boards = [box(w - d, 0.025, 0.12).moved(d / 2 - 0.0126, 0, h * z) for z in (0.2, 0.5, 0.8)]
    return (
        Built()
        .add(Material("wood", request.colour), *posts, flat=True)
        .add(Material("wood", request.colour, grain="y"), *boards, flat=True)
    )


def board_fence(request: BuildRequest) -> Built:
    """Upright boards with narrow gaps on two rails, a board over their tops."""
    w, d, h = request.width, request.depth, request.height
    count = round(w / 0.15)
    wide, (red, green, blue) = w / count, (0.72 * part for part in request.colour)
    dark = Material("wood", (red, green, blue))
    built = Built()
    for k in range(count):
        board = box(wide - 0.012, d, h - 0.04, 0.004).moved(0, (k + 0.5) * wide - w / 2, 0.02)
        built.add(dark if k % 3 == 1 else Material("wood", request.colour), board, flat=True)
    rails = [box(w - 0.02, d * 0.4, 0.08).moved(z=h * at) for at in (0.15, 0.75)]
    posts = [box(0.07, d * 0.9, h * 0.5).moved(0, y * (w / 2 - 0.04)) for y in (-1, 1)]
    return built.add(dark, *rails, *posts).add(
        Material("wood", request.colour, grain="y"), box(w, d, 0.03).moved(z=h - 0.03)
    )


def pillar_postbox(request: BuildRequest) -> Built:
    """A round pillar with a cap, a slot and a door."""
    w, h = request.width, request.height
    r = w / 2
    pillar = [
        (0, 0),
        (r * 0.95, 0),
        (r * 0.95, h * 0.07),
        (r * 0.86, h * 0.08),
        (r * 0.86, h * 0.84),
        (r, h * 0.86),
        (r, h * 0.9),
        (r * 0.8, h * 0.95),
        (r * 0.4, h * 0.99),
        (0, h),
    ]
    built = (
        Built()
        .add(BLACK, lathe([(r * 0.955, 0), (r * 0.955, h * 0.065)]))
        .add(request.made_of("paint"), lathe(rounded_profile(pillar, 0.01)))
    )
    built.add(BLACK, box(r * 0.9, 0.03, 0.035, 0.006).moved(r * 0.83, 0, h * 0.76)).add(
        request.made_of("paint"), box(r * 1.0, 0.05, 0.02, 0.006).moved(r * 0.84, 0, h * 0.79)
    )
    built.add(WHITE_BAND, box(r * 0.6, 0.01, h * 0.12, 0.002).moved(r * 0.855, 0, h * 0.58))
    return built.add(
        BLACK,
        *(
            tube(
                [(r * 0.87 * cos(a), r * 0.87 * sin(a), h * 0.14), (r * 0.87 * cos(a), r * 0.87 * sin(a), h * 0.7)],
                0.005,
                6,
            )
            for a in (-0.62, 0.62)
        ),
    )


def legged_postbox(request: BuildRequest) -> Built:
    """A box with a round top on four short legs, a flap in front."""
    w, d, h = request.width, request.depth, request.height
    body = [(x, z) for x, z in [(-d / 2, 0), (d / 2, 0)]] + [
        (d / 2 * cos(a), h * 0.5 + h * 0.32 * sin(a)) for a in np.linspace(0, pi, 17)
    ]
    built = Built().add(request.made_of("paint"), side_plate(body, w, 0.01).moved(0, 0, h * 0.18))
    built.add(
        DARK_METAL,
        *(box(0.06, 0.06, h * 0.2, 0.004).moved(x * (d / 2 - 0.06), y * (w / 2 - 0.06)) for x in (-1, 1) for y in (-1, 1)),
    )
    built.add(BLACK, box(w * 0.74, 0.03, h * 0.1, 0.004).turned(y=-28).moved(d * 0.43, 0, h * 0.78)).add(
        STEEL, tube([(d * 0.5, -w * 0.2, h * 0.79), (d * 0.5, w * 0.2, h * 0.79)], 0.01, 8)
    )
    return built.add(WHITE_BAND, box(w * 0.4, 0.01, h * 0.14, 0.002).moved(d * 0.5, 0, h * 0.46))


BUILDERS: Builders = {
    "bench": {"iron ends": slatted_bench, "wooden": park_bench},
    "street lamp": {"arm": arm_street_lamp, "lanterns": lantern_street_lamp},
    "fire hydrant": {"dome": domed_hydrant, "steps": flat_hydrant},
    "fence": {"pickets": picket_fence, "rails": rail_fence, "boards": board_fence},
    "postbox": {"pillar": pillar_postbox, "legs": legged_postbox},
}
