"""What hangs on walls: pictures, mirrors, boards, windows."""

from math import cos, pi, sin

import numpy as np

from gpu_workers.solid.builders.build_request import Builders, BuildRequest, Built
from gpu_workers.solid.builders.fittings import (
    BLACK,
    BRASS,
    GLASS,
    STEEL,
    circle,
    front_plate,
)
from gpu_workers.solid.kit.materials import Colour, Material, glowing, material, wood
from gpu_workers.solid.kit.mesh import Mesh
from gpu_workers.solid.kit.primitives import (
    ball,
    box,
    cylinder,
    disc_outline,
    tube,
)

PAPER = material("paper", "white")


LANDSCAPE: tuple[tuple[Colour, list[tuple[float, float]]], ...] = (
    ((0.55, 0.74, 0.86), [(-0.5, 0), (0.5, 0), (0.5, 1), (-0.5, 1)]),
    ((0.45, 0.55, 0.66), [(-0.5, 0), (0.5, 0), (0.5, 0.5), (0.3, 0.7), (0.1, 0.5), (-0.15, 0.8), (-0.5, 0.45)]),
    ((0.32, 0.48, 0.24), [(-0.5, 0), (0.5, 0), (0.5, 0.42), (0.2, 0.34), (-0.1, 0.42), (-0.5, 0.3)]),
    ((0.16, 0.38, 0.55), [(-0.32, 0.08), (0.3, 0.04), (0.42, 0.16), (0.1, 0.24), (-0.3, 0.2)]),
)
"""Sky, mountains, a meadow, a lake: colours, and outlines of (y, z) as shares of the picture."""


def frame(width: float, height: float, rail: float, deep: float) -> list[Mesh]:
    """Four rails about a rectangle that stands on zero, their backs at x = 0."""
    upright, level = box(rail, deep, height, 0.006), box(width - 2 * rail + 0.002, deep, rail, 0.006)
    return [
        *(upright.moved(deep / 2, y * (width - rail) / 2) for y in (-1, 1)),
        level.moved(deep / 2),
        level.moved(deep / 2, 0, height - rail),
    ]


def landscape_picture(request: BuildRequest) -> Built:
    """Hills, a lake and the sun in a wooden frame with a white border."""
    w, d, h = request.width, request.depth, request.height
    rail = 0.03
    built = Built().add(request.made_of("wood"), *frame(w, h, rail, d), flat=True)
    built.add(PAPER, box(w - rail, d * 0.3, h - rail, 0.001).moved(d * 0.2, 0, rail / 2))
    inner_w, inner_h = w * 0.68, h * 0.64
    return _paint(built, d * 0.36, (inner_w, inner_h, (h - inner_h) / 2))


def _paint(built: Built, x: float, area: tuple[float, float, float]) -> Built:
    """A landscape of flat colours on width × height from z on."""
    w, h, z = area
    for k, (colour, outline) in enumerate(LANDSCAPE):
        shape = front_plate([(y * w, v * h) for y, v in outline], 0.001)
        built.add(Material("paper", colour), shape.moved(x + 0.001 * k, 0, z))
    sun = front_plate(disc_outline(h * 0.09, h * 0.09, 24), 0.001)
    return built.add(material("paper", "yellow"), sun.moved(x + 0.002, w * 0.28, z + h * 0.82))


def abstract_picture(request: BuildRequest) -> Built:
    """Round and square shapes in a thin frame."""
    w, d, h = request.width, request.depth, request.height
    built = Built().add(request.made_of("paint"), *frame(w, h, 0.016, d), flat=True)
    built.add(material("paper", "cream"), box(w - 0.01, d * 0.4, h - 0.01, 0.001).moved(d * 0.25, 0, 0.005))
    x = d * 0.46
    shapes = [
        ("terracotta", 0.15, 0.62, 0.2),
        ("teal", -0.16, 0.42, 0.24),
        ("yellow", 0.08, 0.28, 0.14),
        ("navy", -0.2, 0.76, 0.09),
    ]
    for k, (name, y, z, r) in enumerate(shapes):
        outline = (
            disc_outline(r * h, r * h, 32)
            if k % 2 == 0
            else [(s * r * h, v * r * h) for s, v in ((-1, -0.7), (0.8, -1), (1, 0.7), (-0.7, 1))]
        )
        built.add(material("paper", name), front_plate(outline, 0.001).moved(x + 0.001 * k, y * w, z * h))
    return built


def framed_mirror(request: BuildRequest) -> Built:
    """A mirror with an arched top in a wooden frame."""
    w, d, h = request.width, request.depth, request.height
    outline = arched_outline(w, h)
    built = Built().add(request.made_of("wood"), front_plate(outline, d * 0.7, 0.004))
    inner = [(y * 0.88, (z - h / 2) * 0.92 + h / 2) for y, z in outline]
    built.add(
        request.made_of("wood"),
        tube([(d * 0.72, y * 0.91, (z - h / 2) * 0.94 + h / 2) for y, z in outline], d * 0.28, 8, closed=True),
    )
    return built.add(material("mirror", (0.9, 0.93, 0.95)), front_plate(inner, 0.003).moved(d * 0.7))


def arched_outline(width: float, height: float) -> list[tuple[float, float]]:
    """A rectangle with a round top that stands on zero (y, z)."""
    spring = height - width * 0.4
    top = [(width / 2 * cos(a), spring + width * 0.4 * sin(a)) for a in np.linspace(0, pi, 17)]
    return [
        (-width / 2, 0.0),
        (-width / 6, 0.0),
        (width / 6, 0.0),
        (width / 2, 0.0),
        (width / 2, height * 0.3),
        *top,
        (-width / 2, height * 0.3),
    ]


def oval_mirror(request: BuildRequest) -> Built:
    """An oval mirror in a gilded frame of beads."""
    w, d, h = request.width, request.depth, request.height
    ring = [(d * 0.5, w * 0.46 * cos(a), h / 2 + h * 0.472 * sin(a)) for a in np.linspace(0, 2 * pi, 48, endpoint=False)]
    built = Built().add(
        material("metal", "gold"),
        tube(ring, [min(d / 2, w * 0.04)] * 48, 10, closed=True),
        *(ball(w * 0.022, 10).moved(d * 0.7, y * 1.06, (z - h / 2) * 1.03 + h / 2) for _, y, z in ring[::2]),
    )
    return built.add(
        material("mirror", (0.9, 0.93, 0.95)), front_plate(disc_outline(w * 0.45, h * 0.46), d * 0.3).moved(0, 0, h / 2)
    )


def blackboard(request: BuildRequest) -> Built:
    """A green board in a wooden frame with a tray for chalk."""
    return _board(request, wood("oak", "y"), Material("paper", (0.07, 0.17, 0.13)), PAPER)


def black_blackboard(request: BuildRequest) -> Built:
    """The same, black, in metal."""
    return _board(request, STEEL, Material("paper", (0.05, 0.055, 0.06)), PAPER)


def whiteboard(request: BuildRequest) -> Built:
    """A white board in a metal frame with pens in its tray."""
    return _board(request, STEEL, material("ceramic", (0.94, 0.94, 0.95)), material("plastic", "red"))


def wooden_whiteboard(request: BuildRequest) -> Built:
    """The same in a black frame."""
    return _board(request, BLACK, material("ceramic", (0.94, 0.94, 0.95)), material("plastic", "blue"))


def _board(request: BuildRequest, rim: Material, surface: Material, sticks: Material) -> Built:
    w, d, h = request.width, request.depth, request.height
    built = Built().add(surface, box(w - 0.02, d * 0.3, h - 0.02, 0.001).moved(d * 0.15 - d / 2, 0, 0.01), flat=True)
    built.add(
        rim,
        *(m.moved(-d / 2) for m in frame(w, h, 0.03, d * 0.45)),
        box(w * 0.7, d * 0.75, 0.014).moved(d * 0.125, 0, 0.0),
        flat=True,
    )
    lying = [cylinder(0.007, 0.1, round_by=0.001).turned(x=90).moved(d * 0.22, y * w, 0.022) for y in (-0.2, -0.08, 0.12)]
    built.add(sticks, *lying)
    line = [[(-0.34, 0.7), (-0.1, 0.72)], [(-0.34, 0.56), (0.02, 0.57)], [(-0.34, 0.43), (-0.16, 0.42)]]
    strokes = [tube([(-d * 0.19, y * w, z * h) for y, z in row], 0.005, 6) for row in line]
    ring = circle(h * 0.16, 24)
    strokes.append(tube([(-d * 0.19, w * 0.24 + y, h * 0.56 + x) for x, y, _ in ring.tolist()], 0.005, 6, closed=True))
    return built.add(sticks if sticks is not PAPER else material("paper", (0.85, 0.85, 0.85)), *strokes)


def paned_window(request: BuildRequest) -> Built:
    """A window of six panes in a frame with a sill."""
    return _window(request, 2, 3)


def sash_window(request: BuildRequest) -> Built:
    """Two casements in a frame with a sill."""
    return _window(request, 2, 1)


def _window(request: BuildRequest, columns: int, rows: int) -> Built:
    w, d, h = request.width, request.depth, request.height
    look = request.made_of("paint")
    built = Built().add(
        look,
        *(m.moved(-d / 2, 0, 0.03) for m in frame(w * 0.96, h - 0.03, 0.06, d * 0.7)),
        box(w, d, 0.035, 0.006),
        flat=True,
    )
    built.add(glowing((0.62, 0.78, 0.93), 0.9), box(w * 0.9, 0.004, h - 0.1, 0.001).moved(-d * 0.45, 0, 0.06)).add(
        GLASS, box(w * 0.9, 0.004, h - 0.1, 0.001).moved(-d * 0.3, 0, 0.06)
    )
    bars = [
        box(0.035 if columns * rows > 2 else 0.07, d * 0.4, h - 0.08, 0.004).moved(
            -d * 0.2, (k / columns - 0.5) * w * 0.92, 0.05
        )
        for k in range(1, columns)
    ]
    cross = [box(w * 0.92, d * 0.4, 0.03, 0.004).moved(-d * 0.2, 0, 0.03 + k / rows * (h - 0.05)) for k in range(1, rows)]
    built.add(look, *bars, *cross, flat=True)
    return built.add(BRASS, box(0.016, 0.03, 0.1, 0.005).moved(d * 0.04, 0.02, h * 0.45))


BUILDERS: Builders = {
    "framed picture": {"landscape": landscape_picture, "abstract": abstract_picture},
    "mirror": {"arched": framed_mirror, "oval": oval_mirror},
    "blackboard": {"green": blackboard, "black": black_blackboard},
    "whiteboard": {"metal": whiteboard, "black": wooden_whiteboard},
    "window": {"panes": paned_window, "casements": sash_window},
}
