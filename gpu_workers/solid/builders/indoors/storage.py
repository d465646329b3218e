"""What things are kept in: bookshelves, cabinets, wardrobes, dressers, file cabinets, wall shelves."""

from gpu_workers.solid.builders.build_request import Builders, BuildRequest, Built
from gpu_workers.solid.builders.fittings import (
    BRASS,
    DARK_METAL,
    GLASS,
    STEEL,
    Front,
    add_fronts,
    bar_handle,
    book_row,
    carcass,
    four,
    side_plate,
    splayed_legs,
)
from gpu_workers.solid.builders.indoors.standing_open import open_cabinet, open_wardrobe
from gpu_workers.solid.builders.indoors.table_tops import timber
from gpu_workers.solid.kit.materials import material
from gpu_workers.solid.kit.mesh import Mesh
from gpu_workers.solid.kit.primitives import box, cylinder, tube

LEVELS = (0.06, 0.245, 0.43, 0.615, 0.8)
"""Upper sides of a bookshelf's boards, as shares of its height. Books stand on the first, third and fifth."""


def cased_bookshelf(request: BuildRequest) -> Built:
    """A case with a back and boards, books on some of them."""
    w, d, h = request.width, request.depth, request.height
    built = Built().add(timber(request), *carcass(w, d, h), flat=True)
    built.add(timber(request, "y"), *_levels(request, w - 0.04), flat=True)
    return _fill(built, request, w - 0.05)


def ladder_bookshelf(request: BuildRequest) -> Built:
    """Boards between two frames of metal bars."""
    w, d, h = request.width, request.depth, request.height
    built = Built().add(
        timber(request, "y"), *_levels(request, w - 0.03), box(w - 0.03, d - 0.02, 0.025).moved(z=h - 0.025), flat=True
    )
    posts = four(box(0.025, 0.025, h - 0.002, 0.003), d / 2 - 0.0125, w / 2 - 0.0125)
    bars = [box(0.02, d, 0.02).moved(0, y * (w / 2 - 0.0125), at * h - 0.03) for y in (-1, 1) for at in (*LEVELS, 0.995)]
    cross = [
        tube([(-d / 2 + 0.01, y * w * 0.48, h * 0.07), (-d / 2 + 0.01, -y * w * 0.48, h * 0.96)], 0.006, 6) for y in (-1, 1)
    ]
    return _fill(built.add(DARK_METAL, *posts, *bars, *cross, flat=True), request, w - 0.09)


def _levels(request: BuildRequest, width: float) -> list[Mesh]:
    return [box(width, request.depth - 0.02, 0.022, 0.003).moved(0.004, 0, at * request.height - 0.022) for at in LEVELS]


def _fill(built: Built, request: BuildRequest, width: float) -> Built:
    """Books on every other board."""
    clear = (LEVELS[1] - LEVELS[0]) * request.height - 0.03
    for at in LEVELS[::2]:
        share = request.random.uniform(0.7, 0.97)
        pick = [request.random.random() for _ in range(40)]
        book_row(built, (width * share, request.depth, clear), (0.01, width * (share - 1) / 2, at * request.height), pick)
    return built


def door_cabinet(request: BuildRequest) -> Built:
    """Two doors under two drawers, on short legs."""
    w, d, h = request.width, request.depth, request.height
    built = _case(request, 0.12)
    area = Front(d / 2 - 0.02, h * 0.76, w - 0.05, h * 0.2)
    add_fronts(built, timber(request, "y"), area, (2, 1), "knob")
    return add_fronts(built, timber(request), Front(d / 2 - 0.02, 0.15, w - 0.05, h * 0.76 - 0.16), (2, 1), "door knob")


def glass_cabinet(request: BuildRequest) -> Built:
    """Two doors of glass in wooden frames, dishes behind them."""
    w, d, h = request.width, request.depth, request.height
    built = _case(request, 0.06)
    inner, tall, x = w - 0.05, h - 0.12, d / 2 - 0.012
    for y in (-1, 1):
        middle = y * inner / 4
        stiles = [box(0.045, 0.018, tall, 0.004).moved(x, middle + s * (inner / 4 - 0.025), 0.08) for s in (-1, 1)]
        rails = [
            box(inner / 2 - 0.01, 0.018, 0.05, 0.004).moved(x, middle, z) for z in (0.08, tall / 2 + 0.05, tall + 0.03)
        ]
        built.add(timber(request), *stiles, *rails, flat=True).add(
            GLASS, box(inner / 2 - 0.07, 0.004, tall).moved(x, middle, 0.08)
        )
        built.add(BRASS, bar_handle(0.14, upright=True).moved(x, y * 0.03, h * 0.5))
    boards = [box(w - 0.06, d * 0.85, 0.016).moved(-0.02, 0, h * at) for at in (0.36, 0.66)]
    built.add(timber(request, "y"), *boards, flat=True)
    return _dishes(built, request)


def _dishes(built: Built, request: BuildRequest) -> Built:
    for at in (0.375, 0.675, 0.08):
        for k in range(3):
            stack = cylinder(0.075, 0.08 + 0.02 * k, 0.09).moved(0.02, (k - 1) * request.width * 0.28, at * request.height)
            built.add(material("ceramic", ("white", "cream", "teal")[k]), stack)
    return built


def _case(request: BuildRequest, foot: float) -> Built:
    w, d, h = request.width, request.depth, request.height
    built = Built().add(
        timber(request), *(m.moved(-0.01, 0, foot) for m in carcass(w * 0.98, d - 0.02, h - foot - 0.01)), flat=True
    )
    built.add(timber(request, "y"), box(w, d, 0.025).moved(z=h - 0.025), flat=True)
    return built.add(timber(request), *splayed_legs(w * 0.96, d * 0.94, foot, 0.022, 0.01))


def door_wardrobe(request: BuildRequest) -> Built:
    """Three doors with panels, on a plinth, under a cornice."""
    w, d, h = request.width, request.depth, request.height
    built = Built().add(timber(request), box(w * 0.97, d - 0.05, h - 0.06).moved(-0.02, 0, 0.04), flat=True)
    built.add(
        timber(request, "y"), box(w, d, 0.05).moved(z=h - 0.05), box(w * 0.98, d - 0.03, 0.07).moved(-0.012), flat=True
    )
    x = d / 2 - 0.045
    add_fronts(built, timber(request), Front(x, 0.08, w * 0.96, h - 0.14), (2, 1), "door bar")
    frames = [(y, z, tall) for y in (-1, 1) for z, tall in ((0.16, h * 0.36), (h * 0.46, h * 0.46))]
    panels = [box(w * 0.36, 0.012, tall, 0.01).moved(x + 0.02, y * w * 0.235, z) for y, z, tall in frames]
    return built.add(timber(request), *panels, flat=True)


def mirror_wardrobe(request: BuildRequest) -> Built:
    """Two sliding doors, one of them a mirror."""
    w, d, h = request.width, request.depth, request.height
    built = Built().add(timber(request), *carcass(w, d, h, 0.03), flat=True)
    door = box(w / 2, 0.025, h - 0.07, 0.004)
    built.add(timber(request), door.moved(d / 2 - 0.035, -w / 4 + 0.02, 0.035), flat=True)
    built.add(STEEL, box(w / 2, 0.02, h - 0.07, 0.004).moved(d / 2 - 0.06, w / 4 - 0.02, 0.035), flat=True)
    built.add(
        material("mirror", (0.9, 0.92, 0.93)),
        box(w / 2 - 0.08, 0.006, h - 0.14, 0.001).moved(d / 2 - 0.048, w / 4 - 0.02, 0.07),
        flat=True,
    )
    return built.add(STEEL, box(0.03, 0.012, h * 0.3, 0.004).moved(d / 2 - 0.022, -0.04, h * 0.35), flat=True)


def drawer_dresser(request: BuildRequest) -> Built:
    """Six drawers in two columns, on legs."""
    return _dresser(request, 0.12, (2, 3), True)


def tall_dresser(request: BuildRequest) -> Built:
    """Four wide drawers down to the ground."""
    return _dresser(request, 0.05, (1, 4), False)


def _dresser(request: BuildRequest, foot: float, grid: tuple[int, int], knobs: bool) -> Built:
    w, d, h = request.width, request.depth, request.height
    built = _case(request, foot)
    area = Front(d / 2 - 0.02, foot + 0.02, w * 0.95, h - foot - 0.05)
    return add_fronts(built, timber(request, "y"), area, grid, "knob" if knobs else "bar")


def file_cabinet(request: BuildRequest) -> Built:
    """Four metal drawers, each with a handle and a holder for a label."""
    return _files(request, 4)


def low_file_cabinet(request: BuildRequest) -> Built:
    """Three deeper drawers with long handles."""
    return _files(request, 3)


def _files(request: BuildRequest, rows: int) -> Built:
    w, d, h = request.width, request.depth, request.height
    look = request.made_of("paint")
    built = Built().add(look, box(w, d - 0.04, h, 0.008).moved(-0.02), flat=True)
    add_fronts(built, look, Front(d / 2 - 0.04, 0.05, w - 0.02, h - 0.07), (1, rows), "bar")
    tall = (h - 0.07) / rows
    labels = [box(0.09, 0.004, 0.045, 0.001).moved(d / 2 - 0.02, 0, 0.05 + (k + 0.68) * tall) for k in range(rows)]
    return built.add(STEEL, *(m.scaled(1, 1.15, 1.0) for m in labels)).add(
        material("paper", "white"), *(m.moved(0.002, 0, 0.003).scaled(1, 0.9, 1) for m in labels)
    )


def bracket_shelf(request: BuildRequest) -> Built:
    """A board on two iron brackets."""
    w, d, h = request.width, request.depth, request.height
    built = Built().add(timber(request, "y"), box(w, d, 0.025).moved(z=h - 0.025), flat=True)
    back, top = -d / 2, h - 0.025
    bracket = [(back, 0.0), (back + 0.014, 0.0), (d * 0.36, top - 0.014), (d * 0.36, top), (back, top)]
    braces = [side_plate(bracket, 0.025).moved(y=y * w * 0.34) for y in (-1, 1)]
    return built.add(DARK_METAL, *braces, flat=True)


def box_shelf(request: BuildRequest) -> Built:
    """An open box on the wall, books in it."""
    w, d, h = request.width, request.depth, request.height
    built = Built().add(
        timber(request, "y"), *carcass(w, d, h), box(0.018, d - 0.01, h - 0.03).moved(0, w * 0.1, 0.015), flat=True
    )
    return book_row(built, (w * 0.5, d, h - 0.06), (0.01, -w * 0.18, 0.02), [request.random.random() for _ in range(20)])


BUILDERS: Builders = {
    "bookshelf": {"case": cased_bookshelf, "ladder": ladder_bookshelf},
    "cabinet": {"doors": door_cabinet, "glass": glass_cabinet, "open": open_cabinet},
    "wardrobe": {"doors": door_wardrobe, "mirror": mirror_wardrobe, "open": open_wardrobe},
    "dresser": {"columns": drawer_dresser, "wide": tall_dresser},
    "file cabinet": {"four": file_cabinet, "three": low_file_cabinet},
    "wall shelf": {"brackets": bracket_shelf, "box": box_shelf},
}
