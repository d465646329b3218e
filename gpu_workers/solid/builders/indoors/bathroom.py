"""Toilets, baths, washbasins."""

import numpy as np

from gpu_workers.solid.builders.build_request import Builders, BuildRequest, Built
from gpu_workers.solid.builders.fittings import (
    BLACK,
    STEEL,
    bar_handle,
    hoop,
    loft,
    upright_loft,
)
from gpu_workers.solid.builders.indoors.appliances import CERAMIC
from gpu_workers.solid.kit.materials import material, wood
from gpu_workers.solid.kit.primitives import (
    box,
    cylinder,
    plate,
    rounded_outline,
    tube,
)

BATH_RIM = 0.87
"""Height of a bath without its tap, as a share of the whole."""


def close_toilet(request: BuildRequest) -> Built:
    """A bowl with its lid down and a tank behind it."""
    return _toilet(request, lid_up=False)


def open_toilet(request: BuildRequest) -> Built:
    """The same with its lid up."""
    return _toilet(request, lid_up=True)


def _toilet(request: BuildRequest, lid_up: bool) -> Built:
    w, d, h = request.width, request.depth, request.height
    rim, back = h * 0.5, -d / 2
    long = d * 0.7
    x = d / 2 - long / 2
    levels = [
        (0, long * 0.7, w * 0.55, 0.8, x - d * 0.07),
        (rim * 0.35, long * 0.66, w * 0.5, 0.8, x - d * 0.07),
        (rim * 0.75, long * 0.92, w * 0.88, 0.95, x - d * 0.02),
        (rim, long, w * 0.95, 0.97, x),
    ]
    built = Built().add(CERAMIC, upright_loft(levels))
    seat = [(px + x, py) for px, py in rounded_outline(w * 0.97, long, w * 0.47, 9)]
    built.add(
        CERAMIC,
        box(w, d * 0.26, h * 0.46, 0.025, 4).moved(back + d * 0.13, 0, rim * 1.0),
        box(w * 1.0, d * 0.28, h * 0.05, 0.012).moved(back + d * 0.14, 0, h * 0.95),
    )
    built.add(STEEL, cylinder(0.022, h * 0.012).moved(back + d * 0.14, 0, h * 0.995 - 0.004))
    if not lid_up:
        return built.add(material("plastic", (0.9, 0.9, 0.88)), plate(seat, 0.028, 0.01).moved(z=rim))
    ring = [(px + x, py, rim + 0.014) for px, py in rounded_outline(w * 0.78, long * 0.84, w * 0.37, 9)]
    lid = (
        plate(rounded_outline(w * 0.93, long * 0.82, w * 0.45, 9), 0.02, 0.006)
        .turned(y=-84)
        .moved(back + d * 0.32, 0, rim + long * 0.42)
    )
    built.add(material("plastic", (0.9, 0.9, 0.88)), tube(ring, w * 0.09, 12, closed=True), lid)
    return built.add(
        material("water", (0.3, 0.36, 0.38)),
        plate([(px * 0.66 + x, py * 0.66) for px, py in rounded_outline(w * 0.97, long, w * 0.47, 9)], 0.006).moved(z=rim),
    )


def footed_bathtub(request: BuildRequest) -> Built:
    """A free-standing bath with a rolled rim on four feet."""
    w, d, h = request.width, request.depth, request.height * BATH_RIM
    shape = [(0.16, 0.62), (0.26, 0.78), (0.6, 0.9), (0.94, 0.97)]
    built = _bath(request, shape)
    rim = [(x, y, h * 0.965) for x, y in rounded_outline(w * 0.97, d * 0.97, d * 0.47, 9)]
    built.add(CERAMIC, tube(rim, h * 0.035, 10, closed=True))
    claws = [
        tube(
            [
                (sx * d * 0.3, sy * w * 0.3, h * 0.26),
                (sx * d * 0.36, sy * w * 0.33, h * 0.1),
                (sx * d * 0.32, sy * w * 0.32, 0.012),
            ],
            [0.04, 0.025, 0.02],
        )
        for sx in (-1, 1)
        for sy in (-1, 1)
    ]
    return _taps(built.add(material("metal", "brass"), *claws), request)


def panel_bathtub(request: BuildRequest) -> Built:
    """A bath in a straight case."""
    return _taps(_bath(request, [(0.0, 1.0), (0.97, 1.0), (1.0, 0.985)], 0.08), request)


def _bath(request: BuildRequest, outside: list[tuple[float, float]], soft: float = 0.92) -> Built:
    """The shell: outside rings by height and share of the plan, inside down to a floor; water in it."""
    w, d, h = request.width, request.depth, request.height * BATH_RIM
    inside = [(0.95, 0.88), (0.6, 0.82), (0.34, 0.7), (0.28, 0.4)]
    rings = [
        np.array(
            [(x * share, y * (1 - (1 - share) * d / w), up * h) for x, y in rounded_outline(w, d, d / 2 * round_by, 9)]
        )
        for rows, round_by in ((outside, soft), (inside, 0.92))
        for up, share in rows
    ]
    built = Built().add(request.made_of("ceramic"), loft(rings))
    surface = [(x * 0.8, y * (1 - 0.2 * d / w)) for x, y in rounded_outline(w, d, d * 0.46, 9)]
    return built.add(material("water", (0.55, 0.75, 0.8)), plate(surface, 0.004).moved(z=h * 0.62))


def _taps(built: Built, request: BuildRequest) -> Built:
    w, h = request.width, request.height * BATH_RIM
    spout = [(0, -w * 0.46, h * 0.9), (0, -w * 0.46, h * 1.1), (0, -w * 0.42, h * 1.13), (0, -w * 0.37, h * 1.06)]
    return built.add(
        STEEL, tube(spout, 0.014), *(cylinder(0.02, h * 0.1).moved(x * 0.09, -w * 0.455, h * 0.95) for x in (-1, 1))
    )


def pedestal_washbasin(request: BuildRequest) -> Built:
    """A basin on a foot."""
    w, d, h = request.width, request.depth, request.height
    top = h * 0.88
    levels = [
        (0, d * 0.42, w * 0.4, 0.8, -d * 0.1),
        (h * 0.06, d * 0.34, w * 0.3, 0.9, -d * 0.1),
        (top * 0.78, d * 0.36, w * 0.3, 0.9, -d * 0.1),
    ]
    built = Built().add(CERAMIC, upright_loft(levels))
    return _basin(built, request, (top, 0.75))


def cabinet_washbasin(request: BuildRequest) -> Built:
    """A basin on a cupboard with two doors."""
    w, d, h = request.width, request.depth, request.height
    top = h * 0.88
    built = Built().add(wood("oak"), box(w * 0.94, d * 0.9, top - 0.17, 0.008).moved(-d * 0.03, 0, 0.04), flat=True)
    doors = [box(w * 0.45, 0.016, top - 0.22, 0.004).moved(d * 0.42 + 0.008, y * w * 0.23, 0.06) for y in (-1, 1)]
    built.add(wood("oak"), *doors, flat=True).add(
        STEEL, *(bar_handle(0.14, True).moved(d * 0.42 + 0.016, y * 0.03, top * 0.66) for y in (-1, 1))
    )
    return _basin(built.add(BLACK, box(w * 0.88, d * 0.8, 0.05).moved(-d * 0.04)), request, (top, 0.3))


def _basin(built: Built, request: BuildRequest, shape: tuple[float, float]) -> Built:
    """A bowl with a flat rim at a height, its corners round by a share, and a tap behind it."""
    w, d, h = request.width, request.depth, request.height
    top, soft = shape
    rows = [
        (top - 0.16, 0.62, 0.0),
        (top - 0.06, 0.94, 0.0),
        (top - 0.02, 1.0, 0.0),
        (top, 0.98, 0.0),
        (top, 0.8, 0.02),
        (top - 0.06, 0.72, 0.02),
        (top - 0.1, 0.4, 0.02),
    ]
    rings = [
        np.array([(x * share + shift, y * share, z) for x, y in rounded_outline(w, d, soft * d / 2, 7)])
        for z, share, shift in rows
    ]
    built.add(CERAMIC, loft(rings)).add(STEEL, cylinder(0.02, 0.006).moved(0.02, 0, top - 0.1))
    x = -d * 0.41
    spout = [(x, 0, top), (x, 0, h - 0.03), (x + 0.03, 0, h - 0.011), (x + 0.1, 0, h - 0.03)]
    return built.add(
        STEEL,
        tube(spout, 0.011),
        *(cylinder(0.016, 0.05).moved(x, y * 0.09, top) for y in (-1, 1)),
        hoop(0.02, 0.004).moved(0.02, 0, top - 0.1),
    )


BUILDERS: Builders = {
    "toilet": {"closed": close_toilet, "open": open_toilet},
    "bathtub": {"footed": footed_bathtub, "panels": panel_bathtub},
    "washbasin": {"pedestal": pedestal_washbasin, "cabinet": cabinet_washbasin},
}
