"""What stands open so that its inside is seen: a cabinet, a wardrobe, a refrigerator, an oven with its door down.

The case is at the back of the requested box, the doors reach to its front; `spatial/world/bodies` says where in the box
the boards are that carry things.
"""

from math import cos, radians, sin

from gpu_workers.solid.builders.build_request import BuildRequest, Built
from gpu_workers.solid.builders.fittings import (
    BLACK,
    BRASS,
    DARK_GLASS,
    GLASS,
    STEEL,
    bar_handle,
    carcass,
    facing,
    feet,
    knob,
    sideways,
    splayed_legs,
)
from gpu_workers.solid.builders.indoors.table_tops import timber
from gpu_workers.solid.kit.materials import Lamp, Material, material
from gpu_workers.solid.kit.mesh import Mesh
from gpu_workers.solid.kit.primitives import box, cylinder, disc_outline, plate, tube

BEYOND = 20.0
"""Degrees that doors are open beyond a right angle."""

THICK = 0.02
LINER = material("plastic", (0.93, 0.94, 0.95))
RACK = material("metal", "steel")

Case = tuple[float, float, float]
"""Width and depth of the case, metres, and where its middle is along the depth of the box."""


def _case(width: float, depth: float, doors: int) -> Case:
    """The case of a box that open doors, each as wide as its share of the case, reach to the sides and the front of."""
    out = sin(radians(BEYOND))
    own = width / (1 + out)
    deep = depth - own / doors * cos(radians(BEYOND))
    return own, deep, (deep - depth) / 2


def _hung(leaf: Mesh, hinge: tuple[float, float], side: int) -> Mesh:
    """A door that stands along y from its hinge towards the middle, swung open: `side` 1 on the left, -1 on the right."""
    return leaf.turned(z=side * (90 + BEYOND)).moved(*hinge)


def _leaf(width: float, height: float, side: int) -> Mesh:
    """A door in the plane of y and z, its outside to the front, from its hinge at the origin to the middle."""
    return box(width - 0.004, THICK, height, 0.004).moved(0, -side * width / 2)


def open_cabinet(request: BuildRequest) -> Built:
    """Two doors wide open, three boards behind them, on short legs."""
    h, foot = request.height, 0.06
    w, d, x = _case(request.width, request.depth, 2)
    built = Built().add(timber(request), *(m.moved(x, 0, foot) for m in carcass(w, d, h - foot)), flat=True)
    built.add(timber(request), *(m.moved(x) for m in splayed_legs(w * 0.96, d * 0.94, foot, 0.022, 0.01)))
    boards = [box(w - 0.04, d - 0.03, 0.02, 0.003).moved(x - 0.005, 0, at * h - 0.02) for at in (0.39, 0.69)]
    built.add(timber(request, "y"), *boards, box(w - 0.04, d - 0.03, 0.012).moved(x, 0, 0.085 * h - 0.012), flat=True)
    return _two_doors(built, request, (w, d, x), (foot, h - foot))


def _two_doors(built: Built, request: BuildRequest, case: Case, rise: tuple[float, float]) -> Built:
    """Doors from a height on, so and so high, hinged at both sides of the case's front."""
    (w, d, x), (low, tall) = case, rise
    for side in (-1, 1):
        hinge = x + d / 2, side * (w / 2 - THICK / 2)
        leaf = _leaf(w / 2, tall, side).moved(z=low)
        panel = box(w / 2 * 0.7, THICK + 0.008, tall * 0.84, 0.006).moved(0, -side * w / 4, low + tall * 0.08)
        grip = knob().moved(THICK / 2, -side * (w / 2 - 0.04), low + tall * 0.5)
        built.add(timber(request), _hung(leaf, hinge, side), _hung(panel, hinge, side), flat=True)
        built.add(BRASS, _hung(grip, hinge, side))
    return built


def open_wardrobe(request: BuildRequest) -> Built:
    """Two doors wide open: a rail with hangers on the left, boards on the right."""
    h = request.height
    w, d, x = _case(request.width, request.depth, 2)
    built = Built().add(timber(request), *(m.moved(x) for m in carcass(w, d, h, 0.025)), flat=True)
    floor = box(w - 0.05, d - 0.03, 0.02).moved(x, 0, 0.05 * h - 0.02)
    middle = box(0.02, d - 0.04, h - 0.05).moved(x, 0, 0.025)
    boards = [box(w / 2 - 0.03, d - 0.04, 0.02, 0.003).moved(x, -w / 4, at * h - 0.02) for at in (0.32, 0.59, 0.86)]
    built.add(timber(request), floor, middle, *boards, flat=True)
    rail = sideways(cylinder(0.013, w / 2 - 0.02)).moved(x, 0.01, h * 0.9)
    built.add(STEEL, rail)
    for k in range(4):
        y = w * (0.1 + 0.09 * k)
        arms = [(x - 0.18, y, h * 0.9 - 0.13), (x, y, h * 0.9 - 0.06), (x + 0.18, y, h * 0.9 - 0.13)]
        hook = tube([(x, y, h * 0.9 - 0.06), (x, y, h * 0.9 + 0.012)], 0.003, 6)
        built.add(STEEL, hook).add(material("wood", "pine"), tube(arms, 0.007, 8))
    return _two_doors(built, request, (w, d, x), (0.03, h - 0.06))


def open_refrigerator(request: BuildRequest) -> Built:
    """One door wide open to the left: boards of glass, a drawer, a lamp, and racks with an edge in the door."""
    h = request.height
    w, d, x = _case(request.width, request.depth, 1)
    y, wall, low = (w - request.width) / 2, 0.045, 0.04
    look = request.made_of("paint")
    sides = [box(wall, d, h - low, 0.008).moved(x, y + s * (w - wall) / 2, low) for s in (-1, 1)]
    ends = [box(w, d, wall, 0.008).moved(x, y, z) for z in (low, h - wall)]
    back = box(w, 0.03, h - low).moved(x - d / 2 + 0.015, y, low)
    built = (
        Built().add(look, *sides, *ends, back, flat=True).add(BLACK, *(m.moved(x, y) for m in feet(w, d, low + 0.01, 0.02)))
    )
    inner, deep = w - 2 * wall, d - 0.06
    lining = [box(inner, 0.004, h - low - 0.1).moved(x - d / 2 + 0.034, y, low + 0.05)]
    lining += [box(0.004, deep, h - low - 0.1).moved(x, y + s * (inner / 2 - 0.002), low + 0.05) for s in (-1, 1)]
    built.add(LINER, *lining, flat=True)
    drawer = box(inner - 0.02, deep - 0.04, 0.2 * h - 0.09, 0.012).moved(x, y, 0.09)
    grip = box(inner * 0.4, 0.02, 0.025, 0.006).moved(x + deep / 2 - 0.015, y, 0.16 * h)
    built.add(material("plastic", (0.72, 0.82, 0.86)), drawer).add(LINER, grip)
    for at in (0.24, 0.47, 0.70):
        built.add(GLASS, box(inner - 0.006, deep - 0.02, 0.008, 0.001).moved(x, y, at * h - 0.008))
        built.add(LINER, box(inner - 0.006, 0.016, 0.02, 0.003).moved(x + deep / 2 - 0.012, y, at * h - 0.021))
    lamp = x + d * 0.2, y, h - wall - 0.02
    built.add(material("plastic", "white"), plate(disc_outline(0.03, 0.03), 0.01).moved(*lamp))
    built.lamps.append(Lamp((lamp[0], lamp[1], lamp[2] - 0.03), 5.0, (0.95, 0.97, 1.0), 0.03))
    return _rack_door(built, look, (x + d / 2, y + w / 2 - 0.03, w), h)


def _rack_door(built: Built, look: Material, at: tuple[float, float, float], height: float) -> Built:
    """The refrigerator's door: where its hinge is, and its width."""
    hinge, w = at[:2], at[2]
    leaf = box(w - 0.004, 0.05, height - 0.05, 0.015).moved(0, -w / 2, 0.04)
    built.add(look, _hung(leaf, hinge, 1), flat=True)
    built.add(LINER, _hung(box(w * 0.86, 0.012, height * 0.86, 0.004).moved(-0.028, -w / 2, height * 0.08), hinge, 1))
    for share in (0.16, 0.4, 0.64):
        shelf = box(w * 0.8, 0.09, 0.012, 0.003).moved(-0.075, -w / 2, height * share)
        edge = box(w * 0.8, 0.008, 0.06, 0.003).moved(-0.118, -w / 2, height * share)
        built.add(LINER, _hung(shelf, hinge, 1), _hung(edge, hinge, 1))
    bar = box(0.03, 0.025, 0.45, 0.008).moved(0.035, -w + 0.06, height * 0.42)
    return built.add(material("plastic", "charcoal"), _hung(bar, hinge, 1))


def open_oven(request: BuildRequest) -> Built:
    """A stove with a flat hob, the door of its oven folded down, two racks in it."""
    w, h = request.width, request.height
    tall = 0.56 * h
    d = request.depth - tall
    x, low, look = -tall / 2, 0.2 * h, request.made_of("paint")
    walls = [box(0.05, d, h - 0.012, 0.006).moved(x, s * (w - 0.05) / 2) for s in (-1, 1)]
    built = Built().add(look, *walls, box(w, 0.04, h - 0.012).moved(x - d / 2 + 0.02), flat=True)
    built.add(
        look, box(w, d, low - 0.02, 0.006).moved(x, 0, 0.02), box(w, d, 0.18 * h).moved(x, 0, 0.82 * h - 0.012), flat=True
    )
    built.add(BLACK, box(w * 0.96, d * 0.9, 0.03).moved(x))
    built.add(DARK_GLASS, box(w * 0.98, d, 0.013, 0.003).moved(x, 0, h - 0.013), flat=True)
    inner = [box(w - 0.1, 0.006, 0.62 * h).moved(x - d / 2 + 0.044, 0, low)]
    inner += [box(0.004, d - 0.06, 0.62 * h).moved(x, s * (w / 2 - 0.053), low) for s in (-1, 1)]
    built.add(material("paint", (0.16, 0.16, 0.18)), *inner, box(w - 0.1, d - 0.05, 0.004).moved(x, 0, low))
    rods = [sideways(cylinder(0.004, w - 0.11)).moved(x + share * (d / 2 - 0.06), -w / 2 + 0.055, 0.42 * h - 0.01)
            for share in (-1.0, 0.0, 1.0)]  # fmt: skip
    tray = box(w - 0.13, d - 0.1, 0.006, 0.002).moved(x, 0, 0.42 * h - 0.006)
    built.add(RACK, *rods).add(material("metal", (0.3, 0.31, 0.33)), tray)
    door = box(w * 0.97, tall - 0.01, 0.03, 0.006).moved(x + d / 2 + tall / 2 - 0.01, 0, low)
    window = box(w * 0.7, tall * 0.55, 0.034, 0.003).moved(x + d / 2 + tall * 0.45, 0, low)
    built.add(look, door, flat=True).add(DARK_GLASS, window, flat=True)
    built.add(STEEL, bar_handle(w * 0.78).turned(y=90).moved(request.depth / 2 - 0.04, 0, low))
    knobs = [facing(cylinder(0.022, 0.02, 0.018)).moved(x + d / 2, y * w, h * 0.9) for y in (-0.36, -0.22, 0.22, 0.36)]
    return built.add(BLACK, *knobs)
