"""Kitchen and bathroom: refrigerators, stoves, washing machines, small appliances, toilets, baths, basins."""

from gpu_workers.solid.builders.build_request import Builders, BuildRequest, Built
from gpu_workers.solid.builders.fittings import (
    BLACK,
    DARK_GLASS,
    STEEL,
    bar_handle,
    facing,
    feet,
    four,
)
from gpu_workers.solid.builders.indoors.standing_open import open_oven, open_refrigerator
from gpu_workers.solid.kit.materials import Material, glowing, material
from gpu_workers.solid.kit.mesh import Mesh
from gpu_workers.solid.kit.primitives import (
    box,
    cylinder,
    disc_outline,
    lathe,
    plate,
    rounded_profile,
)

CERAMIC = material("ceramic", "white")


HOT = glowing((1.0, 0.35, 0.1), 1.5)


def dial(radius: float, turn: float = 30) -> list[Mesh]:
    """A knob to be turned, which points to the front from x = 0."""
    ridge = box(radius * 0.35, 0.008, radius * 1.8, 0.002).moved(0.016, 0, -radius * 0.9).turned(x=turn)
    return [facing(cylinder(radius, 0.016, radius * 0.85)), ridge]


def freezer_refrigerator(request: BuildRequest) -> Built:
    """A small door over a large one, each with a bar."""
    return _refrigerator(request, 0.68, 0.012)


def round_refrigerator(request: BuildRequest) -> Built:
    """A large door over a small one, with round edges."""
    return _refrigerator(request, 0.36, 0.05)


def _refrigerator(request: BuildRequest, split: float, soft: float) -> Built:
    w, d, h = request.width, request.depth, request.height
    look, x = request.made_of("paint"), d / 2 - 0.06
    low, cut = 0.04, split * h
    built = Built().add(look, box(w, d - 0.1, h - low, soft).moved(-0.05, 0, low), flat=True)
    doors = [
        box(w, 0.06, cut - low - 0.006, soft / 2).moved(x, 0, low),
        box(w, 0.06, h - cut - 0.006, soft / 2).moved(x, 0, cut),
    ]
    built.add(look, *doors, flat=True).add(BLACK, *feet(w, d * 0.85, low + 0.01, 0.02))
    lower, upper = min(0.5, (cut - low) * 0.5), min(0.5, (h - cut) * 0.5)
    y = -w / 2 + 0.05
    bars = [
        box(0.035, 0.03, lower, 0.01).moved(x + 0.045, y, cut - 0.05 - lower),
        box(0.035, 0.03, upper, 0.01).moved(x + 0.045, y, cut + 0.05),
    ]
    gap = box(w * 0.99, 0.05, 0.016, 0.001).moved(x, 0, cut - 0.011)
    return built.add(material("plastic", "charcoal"), *bars, gap)


def gas_stove(request: BuildRequest) -> Built:
    """Four burners under grates, knobs, an oven with a window."""
    w, d, h = request.width, request.depth, request.height
    built = _oven(request, h - 0.03)
    rods = []
    for x in (-1, 1):
        for y in (-1, 1):
            at = (x * d * 0.2 - 0.02, y * w * 0.24)
            built.add(BLACK, cylinder(0.045, 0.016).moved(*at, h - 0.03), cylinder(0.03, 0.008).moved(*at, h - 0.016))
            rods += [box(0.2, 0.012, 0.014).moved(*at, h - 0.014), box(0.012, 0.2, 0.014).moved(*at, h - 0.014)]
        rods += [box(w * 0.9, 0.012, 0.014).moved(x * d * 0.4 - 0.02, 0, h - 0.014)]
    legs = four(box(0.012, 0.012, 0.03), d * 0.39, w * 0.44, h - 0.03)
    return built.add(BLACK, *rods, *(m.moved(-0.02) for m in legs))


def ceramic_stove(request: BuildRequest) -> Built:
    """Four round fields on dark glass, one of them hot, over an oven."""
    w, d, h = request.width, request.depth, request.height
    built = _oven(request, h - 0.012).add(
        DARK_GLASS, box(w * 0.97, d * 0.92, 0.012, 0.003).moved(-0.02, 0, h - 0.013), flat=True
    )
    for x in (-1, 1):
        for y in (-1, 1):
            hot = x == 1 and y == -1
            ring = plate(disc_outline(0.085, 0.085), 0.0008)
            built.add(
                HOT if hot else material("plastic", (0.16, 0.16, 0.17)),
                ring.moved(x * d * 0.2 - 0.02, y * w * 0.23, h - 0.0008),
            )
    return built


def _oven(request: BuildRequest, height: float) -> Built:
    """A case with an oven's door, its window and bar, and knobs in a row."""
    w, d = request.width, request.depth
    look, x = request.made_of("paint"), d / 2 - 0.07
    built = Built().add(look, box(w, d - 0.06, height - 0.04, 0.006).moved(-0.03, 0, 0.04), flat=True)
    built.add(BLACK, box(w * 0.96, d * 0.8, 0.05).moved(-0.03))
    built.add(look, box(w * 0.97, 0.03, height * 0.62, 0.005).moved(x + 0.02, 0, height * 0.2), flat=True)
    built.add(DARK_GLASS, box(w * 0.74, 0.006, height * 0.36, 0.002).moved(x + 0.036, 0, height * 0.28))
    built.add(STEEL, bar_handle(w * 0.78).scaled(1.0, 1, 1.5).moved(x + 0.034, 0, height * 0.76))
    knobs = [m.moved(x + 0.01, y * w, height * 0.91) for y in (-0.36, -0.22, 0.22, 0.36) for m in dial(0.022)]
    return built.add(BLACK, *knobs, box(w * 0.22, 0.006, 0.05, 0.001).moved(x + 0.01, 0, height * 0.88))


def washing_machine(request: BuildRequest) -> Built:
    """A round door of glass in a ring of steel."""
    return _washer(request, STEEL)


def dark_washing_machine(request: BuildRequest) -> Built:
    """The same with a dark ring and a display."""
    built = _washer(request, BLACK)
    display = box(request.width * 0.3, 0.004, 0.05, 0.001).moved(
        request.depth / 2 - 0.03, -request.width * 0.12, request.height - 0.09
    )
    return built.add(glowing((0.5, 0.8, 1.0), 1.0), display)


def _washer(request: BuildRequest, rim: Material) -> Built:
    w, d, h = request.width, request.depth, request.height
    look, x = request.made_of("paint"), d / 2 - 0.03
    built = (
        Built()
        .add(look, box(w, d - 0.03, h - 0.02, 0.012).moved(-0.015, 0, 0.02), flat=True)
        .add(BLACK, *feet(w, d * 0.9, 0.03, 0.02))
    )
    r, z = w * 0.29, h * 0.46
    ring = lathe(rounded_profile([(r * 0.78, 0), (r, 0), (r, 0.02), (r * 0.86, 0.03), (r * 0.78, 0.015)], 0.004))
    built.add(rim, facing(ring).moved(x, 0, z)).add(
        DARK_GLASS, facing(lathe([(r * 0.82, 0), (r * 0.6, 0.024), (r * 0.3, 0.016), (0, 0.012)])).moved(x, 0, z)
    )
    built.add(
        material("plastic", "gray"),
        box(w * 0.34, 0.005, h * 0.1, 0.002).moved(x, w * 0.29, h * 0.84),
        box(w * 0.96, 0.003, 0.006, 0.001).moved(x, 0, h * 0.8),
    )
    return built.add(
        STEEL,
        *(m.moved(x, -w * 0.32, h * 0.89) for m in dial(0.032)),
        *(facing(cylinder(0.009, 0.006)).moved(x, y * w, h * 0.89) for y in (-0.14, -0.06, 0.02)),
    )


BUILDERS: Builders = {
    "refrigerator": {"freezer above": freezer_refrigerator, "round": round_refrigerator, "open": open_refrigerator},
    "stove": {"gas": gas_stove, "ceramic": ceramic_stove, "open": open_oven},
    "washing machine": {"steel ring": washing_machine, "dark ring": dark_washing_machine},
}
