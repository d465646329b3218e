"""What things are carried and kept in (boxes, crates, baskets, bags), and books and what lies beside them."""

from math import pi

import numpy as np

from gpu_workers.solid.builders.build_request import Builder, Builders, BuildRequest, Built
from gpu_workers.solid.builders.goods.turnery import bail
from gpu_workers.solid.kit.curves import arc, mirrored, spline
from gpu_workers.solid.kit.materials import COLOURS, Colour, Material, material, wood
from gpu_workers.solid.kit.mesh import Mesh, grid_mesh, joined
from gpu_workers.solid.kit.primitives import ball, box, cushion, cylinder, lathe, plate, rounded_outline, tube

PAGES: Colour = (0.90, 0.87, 0.78)


def cardboard_box(crossed: bool) -> Builder:
    """A closed carton with tape along its seam; with holes to grip, or tape across too."""

    def build(request: BuildRequest) -> Built:
        w, d, h = request.width, request.depth, request.height
        tape = material("plastic", (0.74, 0.58, 0.36))
        built = Built().add(request.made_of("paper"), box(0.996 * w, 0.994 * d, 0.997 * h, 0.004), flat=True)
        built.add(tape, box(w, 0.05, 0.3 * h, 0.0005).moved(z=0.7 * h), flat=True)
        seam = box(0.98 * w, 0.002, 0.002, 0.0002).moved(z=0.9985 * h)
        built.add(material("paper", "brown"), seam)
        if crossed:
            return built.add(tape, box(0.05, d, 0.3 * h, 0.0005).moved(z=0.7 * h), flat=True)
        hole = plate(rounded_outline(0.22 * w, 0.09 * h, 0.04 * h), 0.002).turned(y=90).moved(0.4965 * d, 0, 0.74 * h)
        built.add(material("paper", (0.16, 0.11, 0.07)), hole)
        label = box(0.3 * w, 0.002, 0.26 * h, 0.0002).moved(0.4975 * d, -0.22 * w, 0.2 * h)
        return built.add(material("paper", "white"), label)

    return build


def crate(rows: int, braced: bool) -> Builder:
    """An open crate of boards between corner posts."""

    def build(request: BuildRequest) -> Built:
        w, d, h = request.width, request.depth, request.height
        built, board = Built(), 0.012
        posts = [
            box(0.03, 0.03, h, 0.003).moved(x * (d / 2 - 0.028), y * (w / 2 - 0.028)) for x in (-1, 1) for y in (-1, 1)
        ]
        built.add(Material("wood", request.colour), *posts, flat=True)
        high = 0.8 * h / rows
        for k in range(rows):
            z = 0.02 * h + k * (h - high - 0.02 * h) / max(1, rows - 1)
            long = [box(w, board, high, 0.002).moved(x * (d - board) / 2, 0, z) for x in (-1, 1)]
            short = [box(board, d - 2 * board, high, 0.002).moved(0, y * (w - board) / 2, z) for y in (-1, 1)]
            built.add(Material("wood", request.colour, grain="y"), *long, flat=True)
            built.add(Material("wood", request.colour, grain="x"), *short, flat=True)
        built.add(
            Material("wood", request.colour, grain="y"), box(w - 0.03, d - 0.03, 0.012, 0.002).moved(z=0.03 * h), flat=True
        )
        if braced:
            slope = np.degrees(np.arctan2(0.8 * h, 0.9 * w))
            brace = box(0.98 * w, 0.008, 0.06, 0.002).moved(z=-0.03).turned(x=slope).moved(d / 2 - 0.002, 0, h / 2)
            built.add(Material("wood", request.colour, grain="y"), brace, flat=True)
        return built

    return build


def woven(radius: float, height: float, lower: float, rows: int) -> list[Mesh]:
    """The wall of a round basket: strands that go in and out between upright ribs."""
    found, ribs = [], 24
    angle = np.linspace(0, 2 * pi, ribs * 4, endpoint=False)
    for k in range(rows):
        t = (k + 0.5) / rows
        far = radius * (lower + (1 - lower) * t) * (1 + 0.018 * np.cos(ribs / 2 * angle + pi * (k % 2)))
        ring = np.stack([far * np.cos(angle), far * np.sin(angle), np.full(len(angle), t * height)], axis=1)
        found.append(tube(ring, 0.52 * height / rows, 6, closed=True))
    return found


def basket(handle: bool) -> Builder:
    """A woven basket, with a bow over it or two grips at its rim."""

    def build(request: BuildRequest) -> Built:
        r, h = request.depth / 2 * 0.955, request.height
        rim = 0.5 * h if handle else 0.92 * h
        straw = request.made_of("wood")
        built = Built().add(straw, joined(woven(r, rim * 0.96, 0.8, 12 if handle else 18)), cylinder(0.8 * r, 0.03 * h))
        edge = np.column_stack([arc(1.01 * r, 0, 352.5, 47), np.full(48, rim * 0.97)])
        built.add(straw, tube(edge, 0.045 * r, 8, closed=True))
        if handle:
            return built.add(straw, bail(r * 0.98, rim * 0.8, h, 0.05 * r))
        grip = spline([(-0.3 * r, 0.95 * r, 0.9 * h), (0, 1.0 * r, h - 0.03 * r), (0.3 * r, 0.95 * r, 0.9 * h)], 6)
        return built.add(straw, *mirrored(tube(grip, 0.045 * r)))

    return build


def gift_box(tall_bow: bool) -> Builder:
    """A wrapped box with a lid, ribbons across and a bow."""

    def build(request: BuildRequest) -> Built:
        w, d, h = request.width, request.depth, request.height
        top = 0.78 * h
        ribbon = material("ceramic", "gold" if sum(request.colour) < 1.9 else "red")
        built = Built().add(request.made_of("paper"), box(0.96 * w, 0.96 * d, 0.8 * top, 0.004), flat=True)
        built.add(request.made_of("paper"), box(w, d, 0.24 * top, 0.004).moved(z=0.76 * top), flat=True)
        for turn, long in ((0, d), (90, w)):
            low = box(0.14 * w, 0.966 * long, 0.8 * top, 0.001).turned(z=turn)
            built.add(
                ribbon, low, box(0.14 * w, 1.006 * long, 0.245 * top, 0.001).turned(z=turn).moved(z=0.76 * top), flat=True
            )
        wings = 2 if tall_bow else 3
        for k in range(2 * wings):
            loop = spline(
                [(0, 0, 0), (0.1 * w, 0, 0.16 * h), (0.26 * w, 0, 0.2 * h), (0.24 * w, 0, 0.05 * h), (0, 0, 0.01 * h)], 5
            )
            wing = tube(loop, 0.02 * w, 8).scaled(1, 2.6, 1).turned(z=180 * k / wings + 45)
            built.add(ribbon, wing.moved(z=top))
        return built.add(ribbon, ball(0.05 * w, 14).moved(z=top + 0.03 * h))

    return build


def wheeled_suitcase(request: BuildRequest) -> Built:
    """A ribbed suitcase that stands on wheels, its handle drawn out."""
    w, d, h = request.width, request.depth, request.height
    low, tall = 0.05 * h, 0.75 * h
    dark = material("plastic", "charcoal")
    ribs = [
        box(0.02 * w, 0.98 * d, tall * 0.86, 0.006).moved(0, y * w, low + 0.07 * tall)
        for y in (-0.36, -0.18, 0, 0.18, 0.36)
    ]
    built = Built().add(request.made_of("plastic"), box(w, 0.94 * d, tall, 0.3 * d, 5).moved(z=low), *ribs)
    built.add(dark, box(1.004 * w, 0.02 * d, tall * 1.004, 0.004).moved(z=low))
    reach, top = 0.3 * w, low + tall - 0.02
    built.add(dark, tube([(0, -reach, top), (0, -reach, h - 0.012), (0, reach, h - 0.012), (0, reach, top)], 0.011))
    wheel = cylinder(0.035 * h, 0.025, round_by=0.004).turned(x=90)
    corners = [(x * 0.3 * d, y * 0.4 * w, 0.035 * h) for x in (-1, 1) for y in (-1, 1)]
    return built.add(material("rubber", "black"), *(wheel.moved(*corner) for corner in corners))


def strapped_suitcase(request: BuildRequest) -> Built:
    """A leather suitcase that stands, with two straps, clasps and a handle."""
    w, d, h = request.width, request.depth, request.height
    top, dark = 0.94 * h, material("leather", "brown")
    built = Built().add(request.made_of("leather"), box(w, 0.94 * d, top, 0.3 * d, 5))
    straps = [box(0.07 * w, 0.98 * d, 1.004 * top, 0.3 * d, 5).moved(0, y * w) for y in (-0.28, 0.28)]
    built.add(dark, box(1.004 * w, 0.02 * d, 1.004 * top, 0.004), *straps)
    bow = [(0, -0.16 * w, top - 0.02), (0, -0.12 * w, h - 0.012), (0, 0.12 * w, h - 0.012), (0, 0.16 * w, top - 0.02)]
    built.add(dark, tube(bow, 0.014))
    clasps = [box(0.08 * w, 0.03 * d, 0.03 * h, 0.002).moved(0.485 * d, y * w, 0.72 * top) for y in (-0.28, 0.28)]
    return built.add(material("metal", "brass"), *clasps)


def backpack(pockets: int) -> Builder:
    """A backpack that stands, its pockets to the front."""

    def build(request: BuildRequest) -> Built:
        w, d, h = request.width, request.depth, request.height
        body = cushion(0.86 * w, 0.95 * h, 0.6 * d, 0.2).turned(y=90).moved(-0.32 * d, 0, 0.475 * h)
        side = cushion(0.12 * w, 0.34 * h, 0.3 * d, 0.2).turned(y=90).moved(-0.22 * d, 0.44 * w, 0.25 * h)
        return webbed(
            Built().add(request.made_of("fabric"), body, *mirrored(side), *front_pockets(pockets, (w, d, h))), (w, d, h)
        )

    return build


def front_pockets(pockets: int, size: tuple[float, float, float]) -> list[Mesh]:
    """One wide pocket, or two small ones and one above."""
    w, d, h = size
    if pockets == 1:
        return [cushion(0.66 * w, 0.44 * h, 0.34 * d, 0.25).turned(y=90).moved(0.15 * d, 0, 0.27 * h)]
    small = cushion(0.34 * w, 0.34 * h, 0.34 * d, 0.25).turned(y=90).moved(0.15 * d, 0.2 * w, 0.24 * h)
    return [*mirrored(small), cushion(0.74 * w, 0.3 * h, 0.24 * d, 0.25).turned(y=72).moved(0.13 * d, 0, 0.76 * h)]


def webbed(built: Built, size: tuple[float, float, float]) -> Built:
    """A backpack's zip, straps and loop."""
    w, d, h = size
    half = [(0.27, -0.36, 0.56), (0.24, -0.26, 0.84), (0.22, 0, 0.9), (0.24, 0.26, 0.84), (0.27, 0.36, 0.56)]
    straps = [(-0.3, 0.2, 0.9), (-0.46, 0.22, 0.7), (-0.44, 0.26, 0.3), (-0.3, 0.3, 0.12)]
    loop = [(-0.1, -0.09, 0.93), (-0.1, 0, 0.98), (-0.1, 0.09, 0.93)]
    scale = np.array((d, w, h))
    dark = material("rubber", "charcoal")
    built.add(dark, tube(spline(np.array(half) * scale, 6), 0.006), tube(spline(np.array(loop) * scale, 6), 0.009))
    return built.add(dark, *mirrored(tube(spline(np.array(straps) * scale, 6), 0.018)))


def book_mesh(size: tuple[float, float, float], cover: Material) -> list[tuple[Material, Mesh]]:
    """A closed book that lies: two boards, its pages, the spine to the back."""
    w, d, h = size
    board = max(0.002, 0.08 * h)
    pages = box(0.95 * w, 0.94 * d, h - 2 * board, 0.001).moved(0.005 * d, 0, board)
    boards = [box(w, d, board, 0.001).moved(z=z) for z in (0.0, h - board)]
    spine = box(w, 0.03 * d, h, 0.004).moved(-0.485 * d)
    return [(material("paper", PAGES), pages), *((cover, mesh) for mesh in (*boards, spine))]


def book(ribbed: bool) -> Builder:
    """A book that lies; with ribs on its spine, or a plate on its cover."""

    def build(request: BuildRequest) -> Built:
        w, d, h = request.width, request.depth, request.height
        built, cover = Built(), request.made_of("leather" if ribbed else "paint")
        for finish, mesh in book_mesh((w, d, 0.97 * h), cover):
            built.add(finish, mesh, flat=True)
        band = material("metal", "gold") if ribbed else material("paper", "cream")
        if ribbed:
            frame = [box(0.8 * w, 0.012 * d, 0.03 * h, 0.0003).moved(x * d, 0, 0.97 * h) for x in (-0.34, 0.4)]
            frame += [box(0.012 * w, 0.74 * d, 0.03 * h, 0.0003).moved(0.03 * d, y * w, 0.97 * h) for y in (-0.4, 0.4)]
            return built.add(band, *frame)
        return built.add(band, box(0.6 * w, 0.24 * d, 0.03 * h, 0.0003).moved(0.1 * d, 0, 0.97 * h))

    return build


def stack_of_books(heights: tuple[float, ...]) -> Builder:
    """Books of several colours on each other, a little askew."""

    def build(request: BuildRequest) -> Built:
        built, low = Built(), 0.0
        colours = [COLOURS[name] for name in ("navy", "red", "olive", "cream", "teal", "terracotta")]
        for k, share in enumerate(heights):
            high = share * request.height / sum(heights)
            scale = (0.9, 0.8, 0.86, 0.74, 0.7)[k % 5]
            cover = Material("paint", colours[k % len(colours)])
            turn, shift = (4, -6, 3, 9, -4)[k % 5], 0.02 * (k % 3 - 1)
            for finish, mesh in book_mesh((scale * request.width, scale * request.depth, high), cover):
                built.add(
                    finish, mesh.turned(z=90 + turn if k % 4 == 3 else turn).moved(shift * request.depth, 0, low), flat=True
                )
            low += high
        return built

    return build


def open_notebook(request: BuildRequest) -> Built:
    """A notebook that stands half open: ruled pages to both sides of a spiral."""
    w, d, h = request.width, request.depth, request.height
    long, turn = float(np.hypot(w / 2, d)), float(np.degrees(np.arctan2(d, w / 2)))
    lines = [
        box(0.84 * long, 0.0005, 0.006 * h, 0.0001, 1).moved(0.0075, long / 2, z * h) for z in np.linspace(0.1, 0.84, 12)
    ]
    leaf = [
        (request.made_of("paint"), box(long, 0.003, h, 0.001).moved(0, long / 2)),
        (material("paper", "white"), box(0.96 * long, 0.006, 0.95 * h, 0.001).moved(0.0042, long / 2, 0.025 * h)),
        (material("paint", (0.42, 0.55, 0.80)), joined(lines)),
    ]
    built = Built()
    for look, mesh in leaf:
        built.add(look, *(side.moved(-d / 2) for side in (mesh.turned(z=-turn), mesh.scaled(1, -1, 1).turned(z=turn))))
    return built.add(material("metal", "charcoal"), _coil(0.025 * w, 0.94 * h, 20).moved(-d / 2, 0, 0.03 * h))


def tent_notebook(request: BuildRequest) -> Built:
    """A notepad that stands like a tent, its spiral along the ridge, a label on its cover."""
    w, d, h = request.width, request.depth, request.height
    long, lean = float(np.hypot(d / 2, h)), float(np.degrees(np.arctan2(d / 2, h)))
    label = box(0.62 * w, 0.001, 0.24 * long, 0.0003).moved(0.002, 0, 0.52 * long)
    lines = [box(0.46 * w, 0.001, 0.008 * long, 0.0002, 1).moved(0.0028, 0, z * long) for z in (0.6, 0.67)]
    face = [
        (request.made_of("paint"), box(w, 0.003, long, 0.001)),
        (material("paper", "white"), box(0.97 * w, 0.008, 0.96 * long, 0.001).moved(-0.005, 0, 0.02 * long)),
        (material("paper", "cream"), label),
        (material("paint", "charcoal"), joined(lines)),
    ]
    built = Built()
    for look, mesh in face:
        built.add(look, mesh.turned(y=-lean).moved(d / 2))
    back = box(w, 0.003, long, 0.001).turned(y=lean).moved(-d / 2)
    coil = _coil(0.045 * h, 0.9 * w, 16).moved(z=-0.45 * w).turned(x=90).moved(0, 0, 0.97 * h)
    return built.add(request.made_of("paint"), back).add(material("metal", "charcoal"), coil)


def _coil(radius: float, height: float, turns: int) -> Mesh:
    """Wire about the z axis."""
    turn = np.linspace(0, 2 * pi * turns, turns * 12)
    wire = np.stack([radius * np.cos(turn), radius * np.sin(turn), np.linspace(0, height, len(turn))], axis=1)
    return tube(wire, 0.12 * radius, 6)


LANDS = (
    ((1, 0.3, 0.5), 24), ((1, -0.1, -0.1), 20), ((0.8, 0.55, 0.1), 15), ((0.3, 1, 0.5), 30), ((-0.4, 1, -0.3), 18),
    ((0.5, -1, 0.5), 24), ((0.5, -0.9, -0.4), 20), ((-1, 0.2, 0.4), 28), ((0, 0, -1), 20),
)  # fmt: skip
"""Where land lies on a globe, and how many degrees it reaches."""


def globe(ringed: bool) -> Builder:
    """A globe on a stand, with land on its seas; in a ring of metal, or with a wooden one about its middle too."""

    def build(request: BuildRequest) -> Built:
        r, h = 0.45 * request.depth, request.height
        middle, brass = h - r * 1.08, material("metal", "brass")
        stand = wood("walnut", "z") if ringed else brass
        stem = cylinder(0.08 * r, h - 2 * r * 1.08, 0.06 * r).moved(z=0.03 * h)
        built = Built().add(stand, cylinder(0.62 * r, 0.05 * h, 0.5 * r), stem)
        built.add(material("paint", (0.16, 0.42, 0.68)), ball(r, 40).moved(z=middle))
        for k, (direction, angle) in enumerate(LANDS):
            shade = (0.35, 0.55, 0.22) if k % 3 else (0.75, 0.62, 0.32)
            built.add(material("paint", shade), _land(r, direction, angle, k).moved(z=middle))
        around = np.column_stack([np.zeros(48), arc(1.07 * r, 0, 352.5, 47)])
        built.add(brass, tube(around, 0.035 * r, 8, closed=True).turned(x=-23).moved(z=middle))
        if not ringed:
            return built
        level = np.column_stack([arc(1.09 * r, 0, 352.5, 47), np.full(48, middle)])
        return built.add(stand, tube(level, 0.04 * r, 8, closed=True))

    return build


def _land(radius: float, direction: tuple[float, float, float], angle: float, number: int) -> Mesh:
    """A patch with a ragged coast on a ball."""
    unit = np.array(direction) / np.linalg.norm(direction)
    side = np.cross(unit, (0.0, 0.2, 1.0))
    side /= np.linalg.norm(side)
    up = np.cross(unit, side)
    turn = np.linspace(0, 2 * pi, 36, endpoint=False)
    coast = np.radians(angle) * (1 + 0.25 * np.sin(3 * turn + number) + 0.16 * np.sin(7 * turn + 2 * number))
    rows = [
        np.cos(coast * t)[:, None] * unit
        + np.sin(coast * t)[:, None] * (np.cos(turn)[:, None] * side + np.sin(turn)[:, None] * up)
        for t in (1.0, 0.75, 0.5, 0.25, 0.01)
    ]
    return grid_mesh(1.012 * radius * np.stack(rows), around=True)


def pencil(rubber: bool) -> Builder:
    """A pencil that lies, its point to the left."""

    def build(request: BuildRequest) -> Built:
        w, r = request.width, request.height / 2
        parts = [(0.0, 0.06, 1.0, 1.0, material("rubber", "pink") if rubber else request.made_of("paint"))]
        parts += [(0.06, 0.11, 1.0, 1.0, material("metal", "steel") if rubber else request.made_of("paint"))]
        parts += [
            (0.11, 0.86, 1.0, 1.0, request.made_of("paint")),
            (0.86, 0.965, 0.97, 0.3, wood("pine", "y")),
            (0.965, 1.0, 0.3, 0.02, material("rubber", "charcoal")),
        ]
        built = Built()
        for low, high, first, second, finish in parts:
            piece = lathe(
                [(0, low * w), (first * r, low * w), (second * r, high * w), (0, high * w)], 6 if low == 0.11 else 24
            )
            built.add(finish, piece.turned(x=-90).moved(0, -w / 2, r), flat=low == 0.11)
        return built

    return build


BUILDERS: Builders = {
    "cardboard box": {"gripped": cardboard_box(False), "crossed": cardboard_box(True)},
    "crate": {"slatted": crate(3, False), "braced": crate(2, True)},
    "basket": {"bowed": basket(True), "gripped": basket(False)},
    "gift box": {"four loops": gift_box(True), "six loops": gift_box(False)},
    "suitcase": {"wheeled": wheeled_suitcase, "strapped": strapped_suitcase},
    "backpack": {"one pocket": backpack(1), "three pockets": backpack(3)},
    "book": {"framed": book(True), "labelled": book(False)},
    "stack of books": {"even": stack_of_books((1, 1.2, 0.9, 1)), "uneven": stack_of_books((1.4, 0.8, 1.6, 0.7, 1))},
    "notebook": {"open": open_notebook, "tent": tent_notebook},
    "globe": {"bare": globe(False), "ringed": globe(True)},
    "pencil": {"tipped": pencil(True), "plain": pencil(False)},
}  # fmt: skip
