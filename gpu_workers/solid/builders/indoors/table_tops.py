"""Tables, desks, nightstands, counters."""

from gpu_workers.solid.builders.build_request import Builders, BuildRequest, Built
from gpu_workers.solid.builders.fittings import (
    DARK_METAL,
    Front,
    add_fronts,
    carcass,
    four,
    splayed_legs,
)
from gpu_workers.solid.builders.seating import four_legs
from gpu_workers.solid.kit.materials import Grain, Material, material, wood
from gpu_workers.solid.kit.mesh import Mesh
from gpu_workers.solid.kit.primitives import ball, box, cylinder, plate, rounded_outline, tube

TOP_M = 0.03
"""Thickness of a table's top."""


def timber(request: BuildRequest, grain: Grain = "z") -> Material:
    """Wood of the thing's own colour."""
    return Material("wood", request.colour, grain=grain)


def top(request: BuildRequest, thick: float = TOP_M) -> Mesh:
    """A board over the whole of it, its upper side at full height."""
    return box(request.width, request.depth, thick, 0.006).moved(z=request.height - thick)


def round_cornered_top(request: BuildRequest, radius: float, thick: float = TOP_M) -> Mesh:
    """The same with round corners."""
    return plate(rounded_outline(request.width, request.depth, radius), thick, 0.006).moved(z=request.height - thick)


def apron(width: float, depth: float, height: float, z: float) -> list[Mesh]:
    """Boards under the edges of a top."""
    long, short = box(width, 0.02, height, 0.002), box(0.02, depth, height, 0.002)
    return [*(long.moved(x * depth / 2, 0, z) for x in (-1, 1)), *(short.moved(0, y * width / 2, z) for y in (-1, 1))]


def four_legged_table(request: BuildRequest) -> Built:
    """Square legs at the corners, boards between them."""
    w, d, h = request.width, request.depth, request.height
    thick = 0.035 + 0.02 * w
    built = Built().add(timber(request, "y"), top(request), flat=True)
    built.add(timber(request), *four_legs(w * 0.97, d * 0.96, h - TOP_M, thick), flat=True)
    return built.add(timber(request, "y"), *apron(w * 0.9, d * 0.86, h * 0.11, h * 0.89 - TOP_M), flat=True)


def splayed_table(request: BuildRequest) -> Built:
    """Round tapering legs that lean outwards under a top with round corners."""
    w, d, h = request.width, request.depth, request.height
    built = Built().add(timber(request, "y"), round_cornered_top(request, 0.45 * d if d < 0.7 else 0.12))
    legs = splayed_legs(w * 0.84, d * 0.84, h - TOP_M, 0.026, 0.09)
    return built.add(timber(request), *legs)


def trestle_table(request: BuildRequest) -> Built:
    """Two crossed pairs of legs with a bar between them."""
    w, d, h = request.width, request.depth, request.height
    built = Built().add(timber(request, "y"), top(request, 0.04), flat=True)
    reach, tall = d * 0.4, h - 0.04
    for y in (-w * 0.36, w * 0.36):
        legs = [tube([(s * reach, y, 0), (-s * reach, y, tall)], 0.035, 4) for s in (-1, 1)]
        built.add(timber(request), *legs)
    return built.add(timber(request, "y"), box(w * 0.72, 0.07, 0.05, 0.005).moved(z=tall / 2 - 0.03), flat=True)


def table_with_lower_shelf(request: BuildRequest) -> Built:
    """Square legs, and a board near the ground."""
    w, d, h = request.width, request.depth, request.height
    built = Built().add(timber(request, "y"), top(request, 0.035), flat=True)
    built.add(timber(request), *four_legs(w * 0.98, d * 0.97, h - 0.035, 0.05), flat=True)
    return built.add(timber(request, "y"), box(w * 0.92, d * 0.88, 0.022).moved(z=h * 0.28), flat=True)


def drawer_desk(request: BuildRequest) -> Built:
    """A top on a pedestal of drawers at one side and a panel at the other."""
    w, d, h = request.width, request.depth, request.height
    pedestal = w * 0.32
    y = (w - pedestal) / 2 - 0.01
    built = Built().add(timber(request, "y"), top(request), flat=True)
    built.add(timber(request), *(m.moved(-0.01, y) for m in carcass(pedestal, d * 0.92, h - TOP_M)), flat=True)
    built.add(timber(request), box(0.03, d * 0.92, h - TOP_M).moved(-0.01, -w / 2 + 0.025), flat=True)
    built.add(timber(request, "y"), box(w * 0.66, 0.018, h * 0.45).moved(-d * 0.36, -pedestal / 2, h * 0.5), flat=True)
    return add_fronts(
        built, timber(request, "y"), Front(d * 0.45 - 0.01, 0.04, pedestal - 0.01, h - TOP_M - 0.05, y), (1, 3), "bar"
    )


def writing_desk(request: BuildRequest) -> Built:
    """A top on four slender legs with two flat drawers."""
    w, d, h = request.width, request.depth, request.height
    deep = 0.11
    built = Built().add(timber(request, "y"), top(request, 0.025), flat=True)
    case = carcass(w * 0.94, d * 0.9, deep)
    built.add(timber(request, "y"), *(m.moved(-0.01, 0, h - 0.025 - deep) for m in case), flat=True)
    built.add(timber(request), *splayed_legs(w * 0.94, d * 0.92, h - 0.1, 0.024, 0.03))
    return add_fronts(built, timber(request, "y"), Front(d * 0.44, h - 0.02 - deep, w * 0.92, deep - 0.01), (2, 1), "knob")


def drawer_nightstand(request: BuildRequest) -> Built:
    """Two drawers on short legs."""
    w, d, h = request.width, request.depth, request.height
    foot = h * 0.22
    built = Built().add(timber(request, "y"), top(request, 0.022), flat=True)
    built.add(timber(request), *(m.moved(-0.012, 0, foot) for m in carcass(w * 0.96, d * 0.93, h - foot - 0.02)), flat=True)
    built.add(timber(request), *splayed_legs(w * 0.94, d * 0.9, foot, 0.02, 0.02))
    return add_fronts(built, timber(request, "y"), Front(d * 0.44, foot + 0.015, w * 0.9, h - foot - 0.045), (1, 2), "knob")


def open_nightstand(request: BuildRequest) -> Built:
    """One drawer over an open niche, square legs."""
    w, d, h = request.width, request.depth, request.height
    built = Built().add(timber(request, "y"), top(request, 0.022), flat=True)
    built.add(timber(request), *four_legs(w * 0.96, d * 0.94, h - 0.02, 0.035), flat=True)
    case = carcass(w * 0.9, d * 0.88, h * 0.3, 0.016)
    built.add(
        timber(request, "y"),
        *(m.moved(0, 0, h * 0.7 - 0.02) for m in case),
        box(w * 0.9, d * 0.88, 0.018).moved(z=h * 0.2),
        flat=True,
    )
    return add_fronts(built, timber(request, "y"), Front(d * 0.44, h * 0.7 - 0.005, w * 0.86, h * 0.27), (1, 1), "bar")


def niche_stand(request: BuildRequest) -> Built:
    """A low case on feet: a door at each side, open shelves between."""
    w, d, h = request.width, request.depth, request.height
    foot = h * 0.2
    built = Built().add(timber(request, "y"), *(m.moved(z=foot) for m in carcass(w, d * 0.97, h - foot, 0.022)), flat=True)
    walls = [box(0.02, d * 0.9, h - foot - 0.03).moved(-0.01, y * w / 6, foot + 0.015) for y in (-1, 1)]
    built.add(timber(request, "y"), *walls, box(w / 3, d * 0.85, 0.018).moved(-0.02, 0, foot + (h - foot) / 2), flat=True)
    built.add(DARK_METAL, *splayed_legs(w * 0.94, d * 0.9, foot, 0.018, 0.03))
    for y in (-1, 1):
        area = Front(d * 0.485 - 0.018, foot + 0.022, w / 3 - 0.03, h - foot - 0.044, y * w / 3)
        add_fronts(built, timber(request, "y"), area, (1, 1), "knob")
    return built


def drawer_stand(request: BuildRequest) -> Built:
    """A low case with two wide drawers under an open shelf."""
    w, d, h = request.width, request.depth, request.height
    built = Built().add(timber(request, "y"), *(m.moved(z=0.05) for m in carcass(w, d * 0.97, h - 0.05, 0.025)), flat=True)
    built.add(
        timber(request, "y"),
        box(w - 0.05, d * 0.9, 0.02).moved(-0.01, 0, h * 0.58),
        box(0.02, d * 0.9, h * 0.36).moved(-0.01, 0, h * 0.6),
        flat=True,
    )
    built.add(DARK_METAL, box(w * 0.9, d * 0.8, 0.05).moved(-0.02), flat=True)
    return add_fronts(built, timber(request, "y"), Front(d * 0.485 - 0.012, 0.08, w - 0.05, h * 0.58 - 0.08), (2, 1), "bar")


def kitchen_counter(request: BuildRequest) -> Built:
    """Cupboards and drawers under a stone top."""
    return _counter(request, (3, 1))


def drawer_counter(request: BuildRequest) -> Built:
    """Wide drawers under a thick wooden top."""
    return _counter(request, (2, 3))


def _counter(request: BuildRequest, grid: tuple[int, int]) -> Built:
    w, d, h = request.width, request.depth, request.height
    look = request.made_of("paint")
    doors = grid[1] == 1
    slab = material("stone", (0.20, 0.20, 0.21)) if doors else wood("oak", "y")
    built = Built().add(slab, top(request, 0.03 if doors else 0.05), flat=True)
    built.add(material("plastic", "charcoal"), box(w * 0.98, d * 0.84, 0.1).moved(-0.02), flat=True)
    built.add(look, box(w * 0.99, d * 0.9, h - 0.15).moved(-0.02, 0, 0.1), flat=True)
    front = d * 0.45 - 0.02
    if not doors:
        return add_fronts(built, look, Front(front, 0.11, w * 0.98, h - 0.17), grid, "bar")
    add_fronts(built, look, Front(front, h - 0.22, w * 0.98, 0.17), (3, 1), "bar")
    return add_fronts(built, look, Front(front, 0.11, w * 0.98, h - 0.34), (6, 1), "door bar")


def picnic_table(request: BuildRequest) -> Built:
    """A table of planks with a bench at either side, on slanting legs."""
    return _picnic(request, slanting=True)


def posted_picnic_table(request: BuildRequest) -> Built:
    """The same on upright posts."""
    return _picnic(request, slanting=False)


def _picnic(request: BuildRequest, slanting: bool) -> Built:
    w, d, h = request.width, request.depth, request.height
    seat, plank = h * 0.6, 0.035
    board = box(w, d * 0.095, plank, 0.006)
    built = Built().add(timber(request, "y"), *(board.moved((k - 2) * d * 0.1, 0, h - plank) for k in range(5)), flat=True)
    sides = [board.moved(s * (d / 2 - 0.03 - k * d * 0.1 - d * 0.02), 0, seat - plank) for s in (-1, 1) for k in range(2)]
    built.add(timber(request, "y"), *sides, flat=True)
    for y in (-w * 0.36, w * 0.36):
        beams = [
            box(0.05, d * 0.9, 0.08).moved(0, y, seat - plank - 0.08),
            box(0.05, d * 0.46, 0.07).moved(0, y, h - plank - 0.07),
        ]
        legs = [
            tube([(s * d * (0.4 if slanting else 0.2), y, 0), (s * d * (0.16 if slanting else 0.2), y, h - plank)], 0.05, 4)
            for s in (-1, 1)
        ]
        built.add(timber(request, "x"), *beams, flat=True).add(timber(request), *legs)
    return built


def pool_table(request: BuildRequest) -> Built:
    """Green cloth in a wooden frame with six pockets, balls on it."""
    return _pool(request, four(cylinder(0.05, request.height * 0.62, 0.075), request.depth * 0.4, request.width * 0.42))


def panel_pool_table(request: BuildRequest) -> Built:
    """The same on two wide panels."""
    panel = box(0.14, request.depth * 0.7, request.height * 0.62, 0.02)
    return _pool(request, [panel.moved(0, y * request.width * 0.34) for y in (-1, 1)])


def _pool(request: BuildRequest, legs: list[Mesh]) -> Built:
    w, d, h = request.width, request.depth, request.height
    cloth = h - 0.06
    built = Built().add(wood("walnut"), *legs)
    built.add(wood("walnut", "y"), *apron(w * 0.94, d * 0.9, h * 0.26, h * 0.6), flat=True)
    rail, end = box(w, 0.13, 0.08, 0.012), box(0.13, d - 0.26, 0.08, 0.012)
    built.add(wood("walnut", "y"), *(rail.moved(x * (d / 2 - 0.065), 0, h - 0.08) for x in (-1, 1)), flat=True)
    built.add(wood("walnut"), *(end.moved(0, y * (w / 2 - 0.065), h - 0.08) for y in (-1, 1)), flat=True)
    built.add(request.made_of("fabric"), box(w - 0.2, d - 0.2, 0.05).moved(z=cloth - 0.05), flat=True)
    pockets = [(x * (d / 2 - 0.12), y * (w / 2 - 0.12) * k) for x in (-1, 1) for y, k in ((-1, 1), (0, 1), (1, 1))]
    built.add(material("rubber", "black"), *(cylinder(0.06, 0.065).moved(x, y, h - 0.064) for x, y in pockets))
    names = ("yellow", "red", "navy", "orange", "green", "purple", "white")
    for k, name in enumerate(names):
        built.add(
            material("ceramic", name),
            ball(0.029, 16).moved((k % 3 - 1) * 0.06, w * 0.2 + k // 3 * 0.055 - (6 - k) // 6 * w * 0.4, cloth + 0.029),
        )
    return built


BUILDERS: Builders = {
    "table": {"four-legged": four_legged_table, "trestle": trestle_table, "splayed": splayed_table},
    "coffee table": {"shelved": table_with_lower_shelf, "splayed": splayed_table},
    "desk": {"drawers": drawer_desk, "writing": writing_desk},
    "nightstand": {"drawers": drawer_nightstand, "open": open_nightstand},
    "tv stand": {"niches": niche_stand, "drawers": drawer_stand},
    "kitchen counter": {"doors": kitchen_counter, "drawers": drawer_counter},
    "picnic table": {"slanting": picnic_table, "posts": posted_picnic_table},
    "pool table": {"legs": pool_table, "panels": panel_pool_table},
}
