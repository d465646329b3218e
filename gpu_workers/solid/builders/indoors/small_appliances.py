"""Small appliances of the kitchen: microwaves, toasters, kettles, coffee machines."""

from math import cos, pi, sin

import numpy as np

from gpu_workers.solid.builders.build_request import Builders, BuildRequest, Built
from gpu_workers.solid.builders.fittings import (
    BLACK,
    DARK_GLASS,
    GLASS,
    STEEL,
    bar_handle,
    facing,
    feet,
)
from gpu_workers.solid.builders.indoors.appliances import CERAMIC, dial
from gpu_workers.solid.kit.materials import Material, glowing, material
from gpu_workers.solid.kit.primitives import (
    box,
    cylinder,
    lathe,
    rounded_profile,
    tube,
)


def key_microwave(request: BuildRequest) -> Built:
    """A wide window, a display and keys at the right."""
    built = _microwave(request)
    w, d, h = request.width, request.depth, request.height
    from_right = -w * 0.38
    caps = [
        facing(box(0.022, 0.03, 0.004, 0.001, 1)).moved(d / 2 - 0.03, from_right + c * w * 0.055, h * (0.2 + 0.13 * r))
        for r in range(4)
        for c in (-1, 0, 1)
    ]
    built.add(
        glowing((0.4, 1.0, 0.6), 1.5), box(w * 0.14, 0.004, h * 0.12, 0.001).moved(d / 2 - 0.028, from_right, h * 0.74)
    )
    return built.add(material("plastic", "gray"), *caps)


def dial_microwave(request: BuildRequest) -> Built:
    """A wide window and two dials at the right."""
    built = _microwave(request)
    return built.add(
        STEEL,
        *(
            m.moved(request.depth / 2 - 0.03, -request.width * 0.38, request.height * z)
            for z in (0.32, 0.7)
            for m in dial(0.036)
        ),
    )


def _microwave(request: BuildRequest) -> Built:
    w, d, h = request.width, request.depth, request.height
    x = d / 2 - 0.04
    built = (
        Built()
        .add(request.made_of("paint"), box(w, d - 0.03, h - 0.015, 0.012).moved(-0.015, 0, 0.015), flat=True)
        .add(BLACK, *feet(w, d * 0.9, 0.02, 0.014))
    )
    built.add(BLACK, box(w * 0.72, 0.02, h * 0.84, 0.006).moved(x, w * 0.12, h * 0.09)).add(
        BLACK, box(w * 0.22, 0.014, h * 0.84, 0.004).moved(x, -w * 0.38, h * 0.09)
    )
    built.add(DARK_GLASS, box(w * 0.52, 0.006, h * 0.56, 0.002).moved(x + 0.012, w * 0.16, h * 0.23))
    return built.add(STEEL, bar_handle(h * 0.6, True).moved(x + 0.01, -w * 0.2, h * 0.5))


def round_toaster(request: BuildRequest) -> Built:
    """A toaster of steel with round edges, two slices of bread in it."""
    return _toaster(request, 0.48)


def square_toaster(request: BuildRequest) -> Built:
    """The same, square."""
    return _toaster(request, 0.16)


def _toaster(request: BuildRequest, soft: float) -> Built:
    w, d, h = request.width, request.depth, request.height
    body = h * 0.86
    built = Built().add(BLACK, box(w * 0.9, d * 0.92, h * 0.1, 0.008))
    built.add(request.made_of("paint"), box(w * 0.92, d, body - h * 0.06, soft * d / 1.2, 5).moved(0, w * 0.04, h * 0.06))
    slots = [box(w * 0.6, d * 0.16, 0.012, 0.003).moved(x * d * 0.19, w * 0.04, body - 0.01) for x in (-1, 1)]
    bread = [box(w * 0.52, d * 0.1, h * 0.3, 0.02, 3).moved(x * d * 0.19, w * 0.04, h * 0.7) for x in (-1, 1)]
    built.add(BLACK, *slots).add(Material("food", (0.62, 0.38, 0.16)), *bread)
    lever = [
        box(0.012, d * 0.12, h * 0.5, 0.003).moved(0, -w * 0.425, h * 0.2),
        box(w * 0.09, d * 0.26, h * 0.08, 0.006).moved(0, -w * 0.46, h * 0.52),
    ]
    built.add(BLACK, *lever)
    return built.add(STEEL, facing(cylinder(0.014, 0.012)).turned(z=-90).moved(d * 0.28, -w * 0.42, h * 0.24))


KETTLE_BODY = (
    (0, 0.02),
    (0.94, 0.02),
    (1.0, 0.08),
    (0.94, 0.3),
    (0.78, 0.6),
    (0.62, 0.82),
    (0.6, 0.84),
    (0.3, 0.9),
    (0, 0.92),
)


def electric_kettle(request: BuildRequest) -> Built:
    """A jug that narrows upwards, on a round base, with a beak and a handle behind."""
    d, h = request.depth, request.height
    r = request.width / 2
    shift = d / 2 - r * 1.05
    built = Built().add(
        request.made_of("paint"),
        lathe(rounded_profile([(q * r, z * h) for q, z in KETTLE_BODY], 0.006)).moved(shift - r * 0.02),
    )
    built.add(BLACK, cylinder(r, h * 0.04).moved(shift), cylinder(r * 0.1, h * 0.08).moved(shift, 0, h * 0.92))
    beak = [(shift + r * 0.56, 0, h * 0.7), (shift + r * 0.8, 0, h * 0.8), (shift + r * 0.98, 0, h * 0.88)]
    built.add(request.made_of("paint"), tube(beak, [r * 0.26, r * 0.2, r * 0.1]))
    grip = [
        (shift - r * 0.6, 0, h * 0.8),
        (-d * 0.4, 0, h * 0.84),
        (-d / 2 + 0.012, 0, h * 0.74),
        (-d / 2 + 0.012, 0, h * 0.34),
        (-d * 0.42, 0, h * 0.22),
        (shift - r * 0.9, 0, h * 0.22),
    ]
    return built.add(BLACK, tube(grip, 0.012))


def stove_kettle(request: BuildRequest) -> Built:
    """A round kettle with a curved spout and a handle over its lid."""
    d, h = request.depth, request.height
    r = request.width / 2
    x, tall = -d / 2 + r, h * 0.62
    body = [
        (0, 0),
        (r * 0.86, 0),
        (r, tall * 0.16),
        (r * 0.96, tall * 0.45),
        (r * 0.66, tall * 0.8),
        (r * 0.4, tall * 0.9),
        (r * 0.36, tall * 0.95),
        (0, tall),
    ]
    built = (
        Built()
        .add(request.made_of("paint"), lathe(rounded_profile(body, r * 0.12, 5)).moved(x))
        .add(BLACK, cylinder(r * 0.12, h * 0.08).moved(x, 0, tall * 0.98))
    )
    spout = [(x + r * 0.8, 0, tall * 0.4), (x + r * 1.15, 0, tall * 0.58), (d / 2 - 0.012, 0, tall * 0.95)]
    built.add(request.made_of("paint"), tube(spout, [r * 0.24, r * 0.17, r * 0.11]))
    bow = [(x + r * 0.8 * cos(a), 0, tall * 0.7 + (h * 0.97 - tall * 0.7) * sin(a)) for a in np.linspace(0.1, pi - 0.1, 13)]
    return built.add(BLACK, tube(bow, [0.006, 0.008, *[0.012] * 9, 0.008, 0.006]))


def filter_coffee_machine(request: BuildRequest) -> Built:
    """A machine with a glass pot of coffee on its hot plate."""
    w, d, h = request.width, request.depth, request.height
    look = request.made_of("plastic")
    built = Built().add(
        look,
        box(w, d, h * 0.1, 0.012),
        box(w * 0.97, d * 0.38, h * 0.96, 0.016).moved(-d * 0.31),
        box(w, d * 0.94, h * 0.26, 0.02).moved(-d * 0.03, 0, h * 0.74),
    )
    r, x = w * 0.36, d * 0.17
    pot = [(0, 0), (r, 0), (r * 1.12, h * 0.14), (r, h * 0.3), (r * 0.6, h * 0.4), (r * 0.66, h * 0.44), (0, h * 0.44)]
    built.add(
        Material("screen", (0.07, 0.035, 0.02)),
        lathe(rounded_profile([(q * 0.97, z * 0.66) for q, z in pot[:4]] + [(0, h * 0.2)], 0.006)).moved(x, 0, h * 0.12),
    )
    built.add(GLASS, lathe(rounded_profile(pot[:-1], 0.008)).moved(x, 0, h * 0.115)).add(
        BLACK, cylinder(r * 0.68, h * 0.05).moved(x, 0, h * 0.54)
    )
    grip = [(x + r * 0.55, 0, h * 0.52), (d * 0.48, 0, h * 0.5), (d * 0.48, 0, h * 0.3), (x + r, 0, h * 0.26)]
    built.add(BLACK, tube(grip, 0.009), cylinder(r * 1.1, 0.008).moved(x, 0, h * 0.1))
    return built.add(glowing((1, 0.3, 0.1), 3), box(0.004, 0.012, 0.008, 0.001).moved(d / 2 - 0.001, w * 0.3, h * 0.04))


def espresso_machine(request: BuildRequest) -> Built:
    """A machine with a portafilter, a cup under it, dials and a steam pipe."""
    w, d, h = request.width, request.depth, request.height
    built = Built().add(
        request.made_of("paint"),
        box(w, d * 0.94, h * 0.12, 0.01).moved(-d * 0.03),
        box(w * 0.97, d * 0.45, h * 0.9, 0.014).moved(-d * 0.27),
        box(w, d * 0.82, h * 0.26, 0.014).moved(-d * 0.09, 0, h * 0.7),
    )
    built.add(
        STEEL,
        box(w * 0.8, d * 0.4, 0.008, 0.002).moved(d * 0.18, 0, h * 0.12),
        box(w * 0.9, d * 0.5, h * 0.04, 0.004).moved(-d * 0.2, 0, h * 0.96),
    )
    at = d * 0.14
    built.add(STEEL, cylinder(0.034, h * 0.09).moved(at, 0, h * 0.62)).add(
        BLACK, tube([(at + 0.03, 0, h * 0.66), (d / 2 - 0.01, 0, h * 0.64)], [0.01, 0.013])
    )
    built.add(
        STEEL, tube([(at, -w * 0.4, h * 0.7), (at + 0.02, -w * 0.4, h * 0.4), (at + 0.04, -w * 0.42, h * 0.3)], 0.005, 8)
    )
    cup = [(0, 0), (0.022, 0), (0.034, 0.045), (0.031, 0.045), (0.028, 0.04), (0, 0.04)]
    built.add(CERAMIC, lathe(cup).moved(at, 0, h * 0.14))
    x = d * 0.32
    return built.add(BLACK, *(m.moved(x, y * w, h * 0.83) for y in (-0.3, 0.3) for m in dial(0.02))).add(
        material("paper", "white"), facing(cylinder(0.022, 0.005)).moved(x, 0, h * 0.83)
    )


BUILDERS: Builders = {
    "microwave": {"keys": key_microwave, "dials": dial_microwave},
    "toaster": {"round": round_toaster, "square": square_toaster},
    "kettle": {"electric": electric_kettle, "stove": stove_kettle},
    "coffee machine": {"filter": filter_coffee_machine, "espresso": espresso_machine},
}
