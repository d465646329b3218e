"""Cars, vans, buses, trucks, bicycles and boats. Their front is where they drive."""

from dataclasses import dataclass

from gpu_workers.solid.builders.build_request import Builders, BuildRequest, Built
from gpu_workers.solid.builders.fittings import (
    BLACK,
    DARK_GLASS,
    STEEL,
    add_wheel,
    long_loft,
    upright_loft,
)
from gpu_workers.solid.kit.materials import Material, glowing, material
from gpu_workers.solid.kit.primitives import box, cylinder, ellipsoid, tube

HEADLAMP = material("ceramic", (0.92, 0.94, 0.95))


TAIL_LAMP = material("ceramic", (0.65, 0.03, 0.03))


@dataclass(frozen=True)
class CarShape:
    """Shares of length (-0.5 rear, 0.5 front) and height. `lower`: x, width, lowest, highest of the body's sections.

    `cabin`: where its glass begins and ends, first at the belt (rear, front), then at the roof.  `wheels`: rear, front.
    """

    lower: tuple[tuple[float, float, float, float], ...]
    cabin: tuple[float, float, float, float]
    belt: float
    wheels: tuple[float, float] = (-0.31, 0.31)
    radius: float = 0.22
    pillars: tuple[float, ...] = (0.5,)


SALOON = CarShape(
    (
        (-0.5, 0.84, 0.26, 0.56),
        (-0.48, 0.94, 0.18, 0.62),
        (-0.36, 0.99, 0.14, 0.65),
        (0.0, 1.0, 0.13, 0.64),
        (0.22, 1.0, 0.13, 0.63),
        (0.4, 0.97, 0.14, 0.57),
        (0.48, 0.9, 0.17, 0.5),
        (0.5, 0.8, 0.22, 0.42),
    ),
    (-0.36, 0.24, -0.22, 0.07),
    0.62,
)


HATCHBACK = CarShape(
    (
        (-0.5, 0.86, 0.26, 0.56),
        (-0.485, 0.95, 0.17, 0.64),
        (-0.36, 0.99, 0.14, 0.66),
        (0.0, 1.0, 0.13, 0.64),
        (0.24, 1.0, 0.13, 0.62),
        (0.42, 0.96, 0.14, 0.55),
        (0.485, 0.9, 0.17, 0.48),
        (0.5, 0.8, 0.22, 0.4),
    ),
    (-0.485, 0.25, -0.4, 0.06),
    0.61,
)


VAN = CarShape(
    (
        (-0.5, 0.94, 0.16, 0.62),
        (-0.49, 0.98, 0.13, 0.64),
        (0.0, 1.0, 0.12, 0.62),
        (0.36, 1.0, 0.12, 0.56),
        (0.47, 0.96, 0.13, 0.48),
        (0.5, 0.86, 0.16, 0.38),
    ),
    (-0.49, 0.42, -0.48, 0.24),
    0.55,
    (-0.3, 0.32),
    0.16,
    (0.3, 0.55),
)


PICKUP = CarShape(
    (
        (-0.5, 0.95, 0.2, 0.56),
        (-0.49, 0.98, 0.18, 0.58),
        (0.0, 1.0, 0.16, 0.58),
        (0.24, 1.0, 0.16, 0.58),
        (0.42, 0.97, 0.17, 0.55),
        (0.49, 0.93, 0.2, 0.5),
        (0.5, 0.86, 0.24, 0.44),
    ),
    (-0.12, 0.25, -0.1, 0.12),
    0.57,
    (-0.31, 0.32),
    0.21,
    (0.5,),
)


def build_car(request: BuildRequest, shape: CarShape, look: Material | None = None) -> Built:
    """A body of sections, a cabin of glass under a roof, four wheels, lamps, mirrors, handles."""
    w, d, h = request.width * 0.93, request.depth, request.height
    paint = look or request.made_of("paint")
    lower = long_loft((x * d, wide * w, low * h, high * h, 0.42) for x, wide, low, high in shape.lower)
    built = Built().add(paint, lower)
    _cabin(built, (w, d, h), shape, paint)
    radius = shape.radius * h
    for x in shape.wheels:
        for y in (-1, 1):
            arch = cylinder(radius * 1.16, 0.05).turned(x=90).moved(x * d, y * (w / 2 - 0.02) + 0.025, radius * 1.05)
            built.add(BLACK, arch)
            add_wheel(built, radius, 0.2, (x * d, y * (w / 2 - 0.07), radius))
    return _trim(built, request, shape, paint)


def _cabin(built: Built, size: tuple[float, float, float], shape: CarShape, paint: Material) -> Built:
    w, d, h = size
    rear, front, rear_top, front_top = (share * d for share in shape.cabin)
    belt, roof = shape.belt * h, h * 0.955
    levels = [
        (belt - 0.05, front - rear, w * 0.94, 0.25, (front + rear) / 2),
        (roof, front_top - rear_top, w * 0.76, 0.3, (front_top + rear_top) / 2),
    ]
    built.add(DARK_GLASS, upright_loft(levels))
    top = [
        (roof - 0.02, (front_top - rear_top) + 0.04, w * 0.79, 0.3, (front_top + rear_top) / 2),
        (roof + 0.02, (front_top - rear_top) + 0.02, w * 0.78, 0.3, (front_top + rear_top) / 2),
        (h, (front_top - rear_top) * 0.8, w * 0.66, 0.5, (front_top + rear_top) / 2),
    ]
    built.add(paint, upright_loft(top))
    ends = [(rear + 0.06, rear_top + 0.05), (front - 0.06, front_top - 0.05)]
    ends += [(rear + s * (front - rear), rear_top + s * (front_top - rear_top)) for s in shape.pillars]
    bars = [
        tube([(low, y * w * 0.455, belt - 0.02), (high, y * w * 0.365, roof)], 0.035, 8)
        for low, high in ends
        for y in (-1, 1)
    ]
    return built.add(paint, *bars)


def _trim(built: Built, request: BuildRequest, shape: CarShape, paint: Material) -> Built:
    w, d, h = request.width * 0.93, request.depth, request.height
    lamp = ellipsoid(0.1, w * 0.2, h * 0.1, 20)
    built.add(HEADLAMP, *(lamp.moved(d * 0.492, y * w * 0.33, h * 0.36) for y in (-1, 1)))
    built.add(
        TAIL_LAMP, *(ellipsoid(0.08, w * 0.16, h * 0.12, 20).moved(-d * 0.497, y * w * 0.36, h * 0.47) for y in (-1, 1))
    )
    built.add(
        BLACK,
        box(w * 0.46, 0.05, h * 0.1, 0.02).moved(d * 0.496, 0, h * 0.33),
        box(w * 0.8, 0.05, h * 0.06, 0.02).moved(d * 0.49, 0, h * 0.2),
    )
    built.add(material("paper", "white"), *(box(0.4, 0.02, 0.1, 0.004).moved(x * d * 0.501, 0, h * 0.26) for x in (-1, 1)))
    front = shape.cabin[1] * d
    built.add(
        paint,
        *(
            ellipsoid(0.14, 0.16, 0.12, 16).moved(front - 0.3, y * (request.width / 2 - 0.08), shape.belt * h + 0.04)
            for y in (-1, 1)
        ),
    )
    for y in (-1, 1):
        doors = [
            box(0.008, 0.01, (shape.belt - 0.2) * h, 0.002).moved(x * d, y * w * 0.4985, h * 0.19)
            for x in (-0.17, 0.02, 0.17)
        ]
        handles = [box(0.02, 0.13, 0.022, 0.008).moved(x * d, y * w * 0.5, h * (shape.belt - 0.09)) for x in (-0.12, 0.06)]
        built.add(BLACK, *doors).add(STEEL, *handles)
    return built


def saloon(request: BuildRequest) -> Built:
    """A car with a boot."""
    return build_car(request, SALOON)


def hatchback(request: BuildRequest) -> Built:
    """A car whose cabin ends at its rear."""
    return build_car(request, HATCHBACK)


def _under_roof(request: BuildRequest, share: float) -> BuildRequest:
    return BuildRequest(request.width, request.depth, request.height * share, request.colour, request.random)


def saloon_taxi(request: BuildRequest) -> Built:
    """A taxi with a boot: a lit sign on its roof, a band of squares along its sides."""
    return _taxi(request, SALOON, -0.08)


def hatchback_taxi(request: BuildRequest) -> Built:
    """The same without a boot."""
    return _taxi(request, HATCHBACK, -0.14)


def _taxi(request: BuildRequest, shape: CarShape, x: float) -> Built:
    w, d, h = request.width * 0.93, request.depth, request.height
    built = build_car(_under_roof(request, 0.91), shape)
    built.add(BLACK, box(0.44, 0.2, h * 0.03).moved(x * d, 0, h * 0.9)).add(
        glowing((1.0, 0.85, 0.35), 2.0), box(0.4, 0.16, h * 0.08, 0.03, 4).moved(x * d, 0, h * 0.92)
    )
    squares = [
        box(0.01, 0.085, 0.06, 0.001).moved((k - 11.5) * 0.09, y * w * 0.4985, h * (0.42 + 0.043 * (k % 2)))
        for k in range(24)
        for y in (-1, 1)
    ]
    return built.add(BLACK, *squares)


def saloon_police_car(request: BuildRequest) -> Built:
    """A police car with a boot: a bar of blue and red lights, doors of another colour."""
    return _police(request, SALOON, -0.08)


def hatchback_police_car(request: BuildRequest) -> Built:
    """The same without a boot."""
    return _police(request, HATCHBACK, -0.14)


def _police(request: BuildRequest, shape: CarShape, x: float) -> Built:
    w, d, h = request.width * 0.93, request.depth, request.height
    built = build_car(_under_roof(request, 0.92), shape, material("paint", "white"))
    built.add(STEEL, box(w * 0.6, 0.16, h * 0.02).moved(x * d, 0, h * 0.915))
    for y, colour in ((0.17, (0.1, 0.3, 1.0)), (-0.17, (1.0, 0.1, 0.1))):
        built.add(glowing(colour, 2.5), box(w * 0.26, 0.18, h * 0.07, 0.02, 4).moved(x * d, y * w, h * 0.93))
    panel = box(0.012, d * 0.36, h * 0.24, 0.004)
    built.add(request.made_of("paint"), *(panel.moved(0, y * w * 0.4975, h * 0.26) for y in (-1, 1)))
    return built


def glazed_van(request: BuildRequest) -> Built:
    """A van with windows all along."""
    return build_car(request, VAN)


def panel_van(request: BuildRequest) -> Built:
    """A van whose rear half is closed."""
    w, d, h = request.width * 0.93, request.depth, request.height
    built = build_car(request, VAN)
    levels = [
        (h * 0.5, d * 0.62, w * 0.985, 0.1, -d * 0.182),
        (h * 0.7, d * 0.62, w * 0.95, 0.1, -d * 0.182),
        (h * 0.93, d * 0.61, w * 0.8, 0.12, -d * 0.178),
    ]
    return built.add(request.made_of("paint"), upright_loft(levels)).add(
        BLACK, *(box(0.01, d * 0.4, 0.012, 0.002).moved(-d * 0.2, y * w * 0.494, h * 0.56) for y in (-1, 1))
    )


def open_pickup(request: BuildRequest) -> Built:
    """A pickup with an open bed."""
    return _pickup(request)


def loaded_pickup(request: BuildRequest) -> Built:
    """The same with boxes piled on its bed up to the roof of its cab."""
    w, d, h = request.width, request.depth, request.height
    pile = [
        (0.8, 0.7, 0.24, -0.2, 0.2, 0.56), (0.72, 0.6, 0.2, -0.2, -0.22, 0.56), (0.8, 0.62, 0.21, -0.37, 0.19, 0.56),
        (0.6, 0.66, 0.25, -0.38, -0.2, 0.56), (0.62, 0.55, 0.17, -0.24, 0.14, 0.8), (0.5, 0.5, 0.14, -0.37, -0.17, 0.81),
    ]  # fmt: skip
    boxes = [box(0.5 * w * a, b, h * c, 0.01).moved(d * x, w * y, h * z) for a, b, c, x, y, z in pile]
    tape = [box(0.05, b * 1.01, 0.003, 0.001).moved(d * x, w * y, h * (z + c)) for _, b, c, x, y, z in pile]
    return _pickup(request).add(material("paper", "cardboard"), *boxes).add(material("paper", "cream"), *tape)


def _pickup(request: BuildRequest) -> Built:
    w, d, h = request.width * 0.93, request.depth, request.height
    built = build_car(request, PICKUP)
    built.add(BLACK, box(w * 0.8, d * 0.34, 0.02).moved(-d * 0.31, 0, h * 0.575))
    walls = [box(w * 0.08, d * 0.36, h * 0.08, 0.02).moved(-d * 0.31, y * w * 0.44, h * 0.54) for y in (-1, 1)]
    return built.add(request.made_of("paint"), *walls, box(w * 0.94, 0.07, h * 0.08, 0.02).moved(-d * 0.487, 0, h * 0.54))


BUILDERS: Builders = {
    "car": {"saloon": saloon, "hatchback": hatchback},
    "taxi": {"saloon": saloon_taxi, "hatchback": hatchback_taxi},
    "police car": {"saloon": saloon_police_car, "hatchback": hatchback_police_car},
    "van": {"windows": glazed_van, "panels": panel_van},
    "pickup truck": {"open": open_pickup, "loaded": loaded_pickup},
}
