"""Buses and trucks."""

from gpu_workers.solid.builders.build_request import Builders, BuildRequest, Built
from gpu_workers.solid.builders.fittings import (
    BLACK,
    DARK_GLASS,
    DARK_METAL,
    STEEL,
    add_wheel,
    long_loft,
)
from gpu_workers.solid.builders.outdoors.vehicles import HEADLAMP, TAIL_LAMP
from gpu_workers.solid.kit.materials import glowing, material
from gpu_workers.solid.kit.primitives import box, cylinder, ellipsoid


def city_bus(request: BuildRequest) -> Built:
    """A bus with large windows and two doors at its right side."""
    return _bus(request, 6, 0.42, (-0.1, 0.4))


def coach(request: BuildRequest) -> Built:
    """A bus with a high row of windows and a single door."""
    return _bus(request, 8, 0.5, (0.4,))


def _bus(request: BuildRequest, windows: int, belt: float, doors: tuple[float, ...]) -> Built:
    w, d, h = request.width * 0.96, request.depth, request.height
    body = [
        (-0.5, 0.9, 0.16, 0.92),
        (-0.49, 0.98, 0.12, 0.98),
        (-0.4, 1.0, 0.11, 1.0),
        (0.4, 1.0, 0.11, 1.0),
        (0.485, 0.98, 0.12, 0.98),
        (0.5, 0.9, 0.16, 0.92),
    ]
    built = Built().add(
        request.made_of("paint"), long_loft((x * d, wide * w, low * h, high * h, 0.16) for x, wide, low, high in body)
    )
    pane = d * 0.9 / windows
    for y in (-1, 1):
        panes = [
            box(0.02, pane * 0.93, h * (0.86 - belt), 0.008).moved(-d * 0.45 + (k + 0.5) * pane, y * w * 0.497, h * belt)
            for k in range(windows)
        ]
        built.add(DARK_GLASS, *panes).add(
            material("paint", "white"), box(0.012, d * 0.94, h * 0.04, 0.003).moved(0, y * w * 0.4985, h * (belt - 0.1))
        )
        built.add(BLACK, box(0.06, 0.05, 0.28, 0.02).moved(d * 0.49, y * (request.width / 2 - 0.03), h * 0.66))
    for x in doors:
        built.add(BLACK, box(0.022, d * 0.11, h * 0.7, 0.008).moved(x * d, -w * 0.498, h * 0.14)).add(
            DARK_GLASS,
            *(box(0.024, d * 0.045, h * 0.6, 0.006).moved((x + s * 0.026) * d, -w * 0.4985, h * 0.19) for s in (-1, 1)),
        )
    built.add(
        DARK_GLASS,
        box(w * 0.9, 0.03, h * 0.5, 0.03).moved(d * 0.4995, 0, h * 0.38),
        box(w * 0.8, 0.03, h * 0.3, 0.03).moved(-d * 0.4995, 0, h * 0.5),
    )
    built.add(glowing((1.0, 0.75, 0.3), 1.2), box(w * 0.6, 0.03, h * 0.06, 0.01).moved(d * 0.4995, 0, h * 0.885))
    for s, look in ((1, HEADLAMP), (-1, TAIL_LAMP)):
        built.add(look, *(ellipsoid(0.06, 0.3, 0.18, 20).moved(s * d * 0.5, y * w * 0.36, h * 0.26) for y in (-1, 1)))
    for x in (-0.28, 0.29):
        for y in (-1, 1):
            built.add(BLACK, cylinder(h * 0.185, 0.05).turned(x=90).moved(x * d, y * (w / 2 - 0.02) + 0.025, h * 0.165))
            add_wheel(built, h * 0.155, 0.26, (x * d, y * (w / 2 - 0.1), h * 0.155))
    return built


def box_truck(request: BuildRequest) -> Built:
    """A cab before a large box, with a parcel and a stripe painted on its sides."""
    return _painted(_truck(request, box_high=1.0), request, 0.487)


def flat_truck(request: BuildRequest) -> Built:
    """The same with ribs along its box."""
    built = _truck(request, box_high=1.0)
    w, d, h = request.width, request.depth, request.height
    ribs = [
        box(0.03, 0.05, h * 0.74, 0.005).moved(-d * 0.48 + k * d * 0.075, y * w * 0.488, h * 0.23)
        for k in range(10)
        for y in (-1, 1)
    ]
    return _painted(built.add(STEEL, *ribs), request, 0.494)


def _painted(built: Built, request: BuildRequest, side: float) -> Built:
    """A parcel with its tape in the middle of each side, and a stripe in the colour of the cab."""
    w, d, h = request.width, request.depth, request.height
    sheet = [
        (request.made_of("paint"), box(0.012, d * 0.66, h * 0.07, 0.002), 0.3),
        (material("paint", "cardboard"), box(0.016, h * 0.36, h * 0.34, 0.002), 0.48),
        (material("paint", "cream"), box(0.02, h * 0.07, h * 0.34, 0.002), 0.48),
        (material("paint", "cream"), box(0.02, h * 0.14, h * 0.07, 0.002).moved(h * 0.09), 0.54),
    ]
    for look, mesh, z in sheet:
        built.add(look, *(mesh.moved(-d * 0.14, y * w * side, h * z) for y in (-1, 1)))
    return built


def _truck(request: BuildRequest, box_high: float) -> Built:
    w, d, h = request.width, request.depth, request.height
    built = Built().add(
        material("paint", "white"),
        box(w * 0.97, d * 0.7, h * (box_high - 0.22), 0.03).moved(-d * 0.15, 0, h * 0.22),
        flat=True,
    )
    built.add(DARK_METAL, box(w * 0.5, d * 0.92, h * 0.08).moved(-d * 0.02, 0, h * 0.15))
    cab = [
        (0.22, 0.92, 0.12, 0.82),
        (0.34, 0.94, 0.11, 0.84),
        (0.42, 0.93, 0.11, 0.8),
        (0.485, 0.91, 0.12, 0.46),
        (0.5, 0.84, 0.15, 0.4),
    ]
    built.add(request.made_of("paint"), long_loft((x * d, wide * w, low * h, high * h, 0.2) for x, wide, low, high in cab))
    built.add(
        DARK_GLASS,
        box(w * 0.84, 0.03, h * 0.28, 0.02).turned(y=-23).moved(d * 0.48, 0, h * 0.49),
    )
    built.add(DARK_GLASS, *(box(0.02, d * 0.11, h * 0.22, 0.01).moved(d * 0.34, y * w * 0.466, h * 0.52) for y in (-1, 1)))
    built.add(
        BLACK,
        box(w * 0.86, 0.08, h * 0.07, 0.02).moved(d * 0.487, 0, h * 0.12),
        box(w * 0.4, 0.03, h * 0.1, 0.01).moved(d * 0.4995, 0, h * 0.27),
        *(box(0.06, 0.08, 0.26, 0.02).moved(d * 0.43, y * (w / 2 - 0.03), h * 0.52) for y in (-1, 1)),
    )
    built.add(HEADLAMP, *(ellipsoid(0.06, 0.22, 0.16, 20).moved(d * 0.4985, y * w * 0.34, h * 0.27) for y in (-1, 1)))
    for x in (-0.28, 0.34):
        for y in (-1, 1):
            add_wheel(built, h * 0.155, 0.26, (x * d, y * (w * 0.46 - 0.13), h * 0.155))
    return built


BUILDERS: Builders = {
    "bus": {"city": city_bus, "coach": coach},
    "delivery truck": {"smooth": box_truck, "ribbed": flat_truck},
}
