"""What has a screen, keys or a voice: televisions, computers, telephones, radios, cameras, loudspeakers."""

from math import cos, sin

import numpy as np

from gpu_workers.solid.builders.build_request import Builders, BuildRequest, Built
from gpu_workers.solid.builders.fittings import (
    BLACK,
    DARK_GLASS,
    STEEL,
    facing,
    front_plate,
    hoop,
    side_plate,
    standing_outline,
    upright_loft,
)
from gpu_workers.solid.kit.materials import glowing, material
from gpu_workers.solid.kit.mesh import Mesh, joined
from gpu_workers.solid.kit.primitives import ball, box, cylinder, lathe, tube

SCREEN = glowing((0.16, 0.36, 0.62), 0.9)


PALE_KEYS = material("plastic", (0.82, 0.82, 0.8))


def keys(width: float, depth: float, grid: tuple[int, int], height: float = 0.004) -> list[Mesh]:
    """Rows × columns of keys over width × depth about the origin."""
    rows, columns = grid
    cap = box(width / columns * 0.82, depth / rows * 0.82, height, 0.001, 1)
    return [
        cap.moved(((r + 0.5) / rows - 0.5) * depth, ((c + 0.5) / columns - 0.5) * width)
        for r in range(rows)
        for c in range(columns)
    ]


def flat_screen(built: Built, width: float, height: float, thick: float, at: tuple[float, float, float]) -> Built:
    """A panel that looks to the front, its lower middle at a place, with a picture of light on it."""
    x, y, z = at
    built.add(BLACK, box(width, thick, height, 0.006).moved(x, y, z), flat=True)
    rim = 0.012
    built.add(SCREEN, box(width - 2 * rim, 0.002, height - 2 * rim, 0.0005).moved(x + thick / 2, y, z + rim))
    glow = [(glowing((0.85, 0.62, 0.4), 1.0), -0.22, 0.4, 0.3), (glowing((0.25, 0.55, 0.42), 0.9), 0.18, 0.18, 0.42)]
    for look, across, up, size in glow:
        patch = box(size * width, 0.002, size * height, 0.0005)
        built.add(look, patch.moved(x + thick / 2 + 0.001, y + across * width, z + up * height))
    return built


def television_on_stand(request: BuildRequest) -> Built:
    """A flat screen on one foot in the middle."""
    w, d, h = request.width, request.depth, request.height
    built = Built().add(request.made_of("plastic"), box(w * 0.42, d, 0.014, 0.005), box(0.09, 0.03, 0.1).moved(z=0.01))
    built.add(
        request.made_of("plastic"),
        box(w, 0.03, h - 0.07, 0.006).moved(z=0.07),
        box(w * 0.6, 0.05, h * 0.4, 0.02).moved(-0.02, 0, h * 0.2),
    )
    return built.add(DARK_GLASS, box(w - 0.02, 0.004, h - 0.1, 0.001).moved(0.015, 0, 0.085))


def television_on_feet(request: BuildRequest) -> Built:
    """A flat screen on two feet, showing a picture."""
    w, d, h = request.width, request.depth, request.height
    built = Built()
    for y in (-1, 1):
        legs = [tube([(x * (d / 2 - 0.006), y * w * 0.38, 0.006), (0, y * w * 0.34, 0.09)], 0.006, 8) for x in (-1, 1)]
        built.add(STEEL, *legs)
    return flat_screen(built, w, h - 0.08, 0.03, (0, 0, 0.08))


def handset(length: float, thick: float) -> Mesh:
    """A telephone's handset along y on z = 0: an arched grip between two cups."""
    half = length / 2
    grip = tube([(0, half * t, thick * (0.75 + 0.55 * (1 - t * t))) for t in np.linspace(-0.85, 0.85, 9)], thick * 0.36)
    cup = lathe([(0, 0), (thick * 0.7, 0), (thick * 0.78, thick * 0.3), (thick * 0.5, thick * 0.95), (0, thick * 1.05)], 24)
    return joined([grip, cup.moved(y=half - thick * 0.78), cup.moved(y=-half + thick * 0.78)])


def dial_telephone(request: BuildRequest) -> Built:
    """A telephone with a round dial, its handset on the cradle."""
    w, d, h = request.width, request.depth, request.height
    levels = [
        (0, d, w * 0.92, 0.3, 0),
        (h * 0.12, d, w * 0.92, 0.3, 0),
        (h * 0.38, d * 0.74, w * 0.74, 0.35, -d * 0.08),
        (h * 0.62, d * 0.4, w * 0.5, 0.4, -d * 0.16),
    ]
    built = Built().add(request.made_of("plastic"), upright_loft(levels))
    lean, at = 52, (d * 0.24, 0.0, h * 0.36)
    built.add(PALE_KEYS, cylinder(d * 0.27, 0.006).turned(y=lean).moved(*at))
    holes = [
        cylinder(d * 0.04, 0.004).moved(d * 0.2 * cos(a), d * 0.2 * sin(a), 0.006).turned(y=lean).moved(*at)
        for a in np.linspace(0.6, 5.8, 10)
    ]
    built.add(BLACK, *holes).add(STEEL, cylinder(d * 0.1, 0.009).turned(y=lean).moved(*at))
    built.add(
        request.made_of("plastic"),
        *(box(0.02, d * 0.2, h * 0.12).moved(-d * 0.16, y * w * 0.17, h * 0.56) for y in (-1, 1)),
    )
    return built.add(request.made_of("plastic"), handset(w, h * 0.27).moved(-d * 0.16, 0, h * 0.64))


def key_telephone(request: BuildRequest) -> Built:
    """A sloping telephone with keys, its handset at the left side."""
    w, d, h = request.width, request.depth, request.height
    wedge = [(-d / 2, 0), (d / 2, 0), (d / 2, h * 0.22), (-d / 2, h * 0.66)]
    slope = np.degrees(np.arctan2(h * 0.44, d))
    built = Built().add(request.made_of("plastic"), side_plate(wedge, w, 0.006))
    built.add(
        PALE_KEYS, *(m.turned(y=slope).moved(d * 0.12, -w * 0.18, h * 0.4) for m in keys(w * 0.42, d * 0.46, (4, 3), 0.008))
    )
    built.add(DARK_GLASS, box(w * 0.44, d * 0.16, 0.004, 0.001).turned(y=slope).moved(-d * 0.3, -w * 0.18, h * 0.57))
    return built.add(BLACK, handset(d * 0.94, h * 0.3).turned(z=90).turned(y=slope).moved(0, w * 0.32, h * 0.44))


def wooden_radio(request: BuildRequest) -> Built:
    """A radio of wood with a round grille, a dial and knobs."""
    w, d, h = request.width, request.depth, request.height
    built = Built().add(
        request.made_of("wood"),
        front_plate(standing_outline(w, h * 0.96, h * 0.2), d * 0.9, 0.008).moved(-d / 2, 0, h * 0.04),
    )
    built.add(BLACK, box(w * 0.8, d * 0.6, h * 0.05).moved(-d * 0.05))
    x = d * 0.4
    built.add(material("fabric", "cream"), facing(cylinder(h * 0.33, 0.004)).moved(x, w * 0.2, h * 0.54))
    built.add(
        material("metal", "brass"),
        hoop(h * 0.33, 0.005).turned(y=90).moved(x + 0.002, w * 0.2, h * 0.54),
        *(box(0.004, 0.006, h * 0.6, 0.001).moved(x + 0.003, w * 0.2 + k * h * 0.1, h * 0.24) for k in (-1, 0, 1)),
    )
    built.add(glowing((0.95, 0.85, 0.6), 0.6), box(w * 0.34, 0.005, h * 0.2, 0.002).moved(x, -w * 0.22, h * 0.6)).add(
        material("plastic", "red"), box(0.004, 0.004, h * 0.2, 0.0005).moved(x + 0.003, -w * 0.2, h * 0.6)
    )
    return built.add(BLACK, *(facing(cylinder(h * 0.09, d * 0.1)).moved(x, -w * y, h * 0.32) for y in (0.12, 0.32)))


def portable_radio(request: BuildRequest) -> Built:
    """A radio with two loudspeakers, a handle and an aerial."""
    w, d, h = request.width, request.depth, request.height
    body = h * 0.74
    built = Built().add(request.made_of("plastic"), box(w, d * 0.9, body, 0.012).moved(-d * 0.05))
    x = d * 0.4
    for y in (-1, 1):
        built.add(BLACK, facing(cylinder(body * 0.32, 0.006)).moved(x - 0.002, y * w * 0.32, body * 0.42))
        built.add(
            STEEL,
            hoop(body * 0.32, 0.005).turned(y=90).moved(x + 0.004, y * w * 0.32, body * 0.42),
            facing(cylinder(body * 0.1, d * 0.08)).moved(x, y * w * 0.32, body * 0.42),
        )
    built.add(PALE_KEYS, box(w * 0.26, 0.006, body * 0.16, 0.001).moved(x, 0, body * 0.7)).add(
        BLACK, box(w * 0.26, 0.006, body * 0.34, 0.002).moved(x, 0, body * 0.16)
    )
    built.add(STEEL, *(facing(cylinder(0.01, 0.012)).moved(x, y * w, body * 0.58) for y in (-0.09, 0, 0.09)))
    grip = [(0, -w * 0.36, body), (0, -w * 0.36, h - 0.008), (0, w * 0.36, h - 0.008), (0, w * 0.36, body)]
    return built.add(BLACK, tube(grip, 0.008)).add(
        STEEL, tube([(-d * 0.3, w * 0.4, body), (-d * 0.3, -w * 0.05, h - 0.003)], 0.003, 8)
    )


def reflex_camera(request: BuildRequest) -> Built:
    """A camera with a large lens, a grip and a hump."""
    w, d, h = request.width, request.depth, request.height
    built = _camera_body(request, 0.5, h * 0.8)
    built.add(
        request.made_of("plastic"),
        box(w * 0.34, d * 0.42, h * 0.26, 0.01).moved(-d * 0.24, 0, h * 0.74),
        box(w * 0.2, d * 0.66, h * 0.78, 0.014).moved(-d * 0.1, w * 0.4),
    )
    return _lens(built, request, h * 0.36, d * 0.52)


def compact_camera(request: BuildRequest) -> Built:
    """A flat camera with a silver top, a lens, a flash and a button."""
    w, d, h = request.width, request.depth, request.height
    built = _camera_body(request, 0.56, h * 0.72)
    built.add(
        STEEL,
        box(w * 0.99, d * 0.5, h * 0.24, 0.006).moved(-d * 0.22, 0, h * 0.7),
        cylinder(w * 0.05, h * 0.06).moved(-d * 0.22, w * 0.36, h * 0.94),
        cylinder(w * 0.08, h * 0.05).moved(-d * 0.22, -w * 0.3, h * 0.93),
    )
    built.add(glowing((1, 1, 0.95), 0.4), box(w * 0.16, 0.004, h * 0.12, 0.001).moved(d * 0.04, -w * 0.3, h * 0.76)).add(
        DARK_GLASS, box(w * 0.12, 0.004, h * 0.1, 0.001).moved(d * 0.04, w * 0.05, h * 0.77)
    )
    return _lens(built, request, h * 0.3, d * 0.46)


def _camera_body(request: BuildRequest, share: float, height: float) -> Built:
    return Built().add(
        request.made_of("leather"),
        box(request.width, request.depth * share, height, 0.012).moved(-request.depth * (1 - share) / 2),
    )


def _lens(built: Built, request: BuildRequest, radius: float, length: float) -> Built:
    x, z = request.depth / 2 - length, request.height * 0.4
    barrel = [
        (0, 0),
        (radius, 0),
        (radius, length * 0.3),
        (radius * 0.94, length * 0.34),
        (radius * 0.94, length * 0.9),
        (radius, length * 0.92),
        (radius, length),
        (radius * 0.8, length),
        (radius * 0.7, length * 0.8),
        (0, length * 0.8),
    ]
    built.add(BLACK, facing(lathe(barrel)).moved(x, 0, z)).add(
        STEEL,
        facing(
            lathe([(radius * 1.01, length * 0.12), (radius * 1.03, length * 0.2), (radius * 1.01, length * 0.28)])
        ).moved(x, 0, z),
    )
    return built.add(
        material("screen", (0.1, 0.1, 0.25)), ball(radius * 0.66, 24).scaled(0.3, 1, 1).moved(x + length * 0.8, 0, z)
    )


def loudspeaker(request: BuildRequest) -> Built:
    """A wooden case with a large and a small cone."""
    return _speaker(request, ((0.36, 0.36), (0.78, 0.2)))


def tall_loudspeaker(request: BuildRequest) -> Built:
    """The same with three cones."""
    return _speaker(request, ((0.24, 0.34), (0.57, 0.3), (0.83, 0.15)))


def _speaker(request: BuildRequest, cones: tuple[tuple[float, float], ...]) -> Built:
    w, d, h = request.width, request.depth, request.height
    built = Built().add(request.made_of("wood"), box(w, d * 0.97, h, 0.008).moved(-d * 0.015), flat=True)
    for up, share in cones:
        r = w * share
        cone = lathe(
            [(0, -0.2 * r), (r * 0.3, -0.12 * r), (r * 0.35, -0.2 * r), (r * 0.8, 0.0), (r * 0.88, 0.06 * r), (r, 0.0)]
        )
        at = (d * 0.472, 0.0, h * up)
        built.add(
            BLACK,
            facing(cone.moved(z=0.2 * r * 0.2)).moved(*at),
            facing(cylinder(r * 0.98, 0.003)).moved(d * 0.47, 0, h * up),
        )
        built.add(STEEL, hoop(r, 0.008).turned(y=90).moved(*at)).add(
            material("plastic", "gray"), ball(r * 0.3, 20).scaled(0.5, 1, 1).moved(*at)
        )
    return built


BUILDERS: Builders = {
    "television": {"stand": television_on_stand, "feet": television_on_feet},
    "telephone": {"dial": dial_telephone, "keys": key_telephone},
    "radio": {"wooden": wooden_radio, "portable": portable_radio},
    "camera": {"reflex": reflex_camera, "compact": compact_camera},
    "loudspeaker": {"two cones": loudspeaker, "three cones": tall_loudspeaker},
}
