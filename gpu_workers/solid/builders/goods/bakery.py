"""Bread and cakes: turned ones from `turned_bakery.json`, loaves, rings, crescents, slices."""

from collections.abc import Sequence
from math import cos, pi, sin

import numpy as np

from gpu_workers.solid.builders.build_request import Builder, Builders, BuildRequest, Built
from gpu_workers.solid.builders.goods.fruit import lying
from gpu_workers.solid.builders.goods.turnery import lobed, scattered, turned, turned_table
from gpu_workers.solid.kit.curves import arc, spline
from gpu_workers.solid.kit.materials import Colour, glowing, material
from gpu_workers.solid.kit.mesh import Mesh, joined
from gpu_workers.solid.kit.primitives import ball, box, cushion, cylinder, ellipsoid, plate, tube

CRUST: Colour = (0.66, 0.38, 0.14)
CRUMB: Colour = (0.90, 0.76, 0.50)
SPRINKLES = ("red", "yellow", "blue", "white", "green")


def slashes(length: float, radius: float, count: int) -> list[Mesh]:
    """Cuts across the top of a loaf that lies along y."""
    cut = spline(
        [
            (-0.55 * radius, -0.045 * length, 0.8 * radius),
            (0, 0, 0.97 * radius),
            (0.55 * radius, 0.045 * length, 0.8 * radius),
        ],
        4,
    )
    mesh = tube(cut, np.interp(np.linspace(0, 1, len(cut)), [0, 0.5, 1], [0.3, 1, 0.3]) * 0.13 * radius, 8)
    return [mesh.moved(0, (k - (count - 1) / 2) * 0.72 * length / count, radius) for k in range(count)]


def long_loaf(cuts: int) -> Builder:
    """A loaf with round ends and cuts."""
    shape = [(0, 0), (0.5, 0.03), (0.85, 0.15), (1, 0.5), (0.85, 0.85), (0.5, 0.97), (0, 1)]

    def build(request: BuildRequest) -> Built:
        w, r = request.width, request.height / 2
        wide = request.depth / request.height
        built = Built().add(material("food", CRUST), lying(shape, w, r).scaled(wide, 1, 1))
        return built.add(material("food", CRUMB), *(cut.scaled(wide, 1, 1) for cut in slashes(w, r, cuts)))

    return build


def tin_loaf(request: BuildRequest) -> Built:
    """A loaf with a bulging top and one end cut."""
    w, d, h = request.width, request.depth, request.height
    built = Built().add(material("food", CRUST), cushion(0.96 * w, 0.86 * d, 0.72 * h, 0.1).moved(0, 0.02 * w))
    built.add(material("food", CRUST), cushion(0.97 * w, d, 0.5 * h, 0.3).moved(0, 0.015 * w, 0.5 * h))
    face = [
        (-0.38, 0.04),
        (0.38, 0.04),
        (0.4, 0.5),
        (0.46, 0.62),
        (0.44, 0.8),
        (0.25, 0.94),
        (-0.25, 0.94),
        (-0.44, 0.8),
        (-0.46, 0.62),
        (-0.4, 0.5),
    ]
    cut = plate([(x * d, z * h) for x, z in face], 0.12 * w, 0.004).turned(x=90)
    return built.add(material("food", CRUMB), cut.moved(0, -0.38 * w))


def croissant(ridges: int) -> Builder:
    """A crescent of rolled dough."""

    def build(request: BuildRequest) -> Built:
        w, d, h = request.width, request.depth, request.height
        bend = arc(0.5, -20, 200, 72)
        t = np.linspace(0, 1, len(bend))
        thick = np.sin(pi * (0.06 + 0.88 * t)) ** 0.8 * h / 2
        steps = np.abs((np.abs(t - 0.5) * 2 * ridges) % 1)
        radii = thick * (0.84 + 0.16 * (1 - steps))
        x, y = bend[:, 1] * 1.62 * (d - 0.75 * h) - 0.2 * d, bend[:, 0] * (w - 0.58 * h)
        path = np.stack([x, y, np.full(len(x), h / 2)], axis=1)
        return Built().add(material("food", CRUST), tube(path, radii, 20))

    return build


def ring(kind: str, count: int) -> Builder:
    """A ring of dough: iced with sprinkles, or plain with seeds."""

    def build(request: BuildRequest) -> Built:
        r, h = request.depth / 2, request.height
        way = np.column_stack([arc(r - h * 0.52, 0, 352.5, 47), np.full(48, h / 2)])
        dough = tube(way, h / 2, 20, closed=True)
        built = Built().add(material("food", (0.80, 0.52, 0.24) if kind == "iced" else CRUST), dough.scaled(1, 1, 0.96))
        grain = ellipsoid(0.16 * h, 0.045 * h, 0.05 * h, 8)
        top = [(r - h * 0.52 + h * 0.3 * sin(7.1 * k), 137.5 * k) for k in range(count)]
        grains = [
            grain.turned(z=61 * k).moved(far).turned(z=a).moved(z=h * (0.5 + 0.49 * cos(0.7 * sin(7.1 * k))))
            for k, (far, a) in enumerate(top)
        ]
        if kind == "bare":
            return built.add(material("food", CRUMB), joined(grains)) if grains else built
        glaze = lobed(dough.scaled(1.015, 1.015, 1.03), 1, 0.0)
        glaze = Mesh(
            np.column_stack([glaze.points[:, :2], np.maximum(glaze.points[:, 2], h * 0.55)]), glaze.corners, glaze.counts
        )
        built.add(request.made_of("ceramic"), glaze)
        return sprinkled(built, [grain.moved(z=0.03 * h) for grain in grains]) if grains else built

    return build


def bagel(count: int) -> Builder:
    """A bagel cut through, cream cheese and a leaf between its halves, seeds on top."""
    whole = ring("bare", count)

    def build(request: BuildRequest) -> Built:
        r, h = request.depth / 2, request.height
        middle = 0.45 * h
        way = np.column_stack([arc(r - 0.5 * h, 0, 352.5, 47), np.full(48, middle)])
        cream = tube(way, 0.57 * h, 12, closed=True).moved(z=-middle).scaled(1, 1, 0.2).moved(z=middle + 0.04 * h)
        wave = np.column_stack([arc(r - 0.48 * h, 0, 352.5, 47), middle - 0.04 * h + 0.04 * h * np.sin(np.arange(48))])
        salad = tube(wave, 0.6 * h, 8, closed=True).moved(z=-middle).scaled(1.01, 1.01, 0.1).moved(z=middle - 0.05 * h)
        built = whole(request)
        return built.add(material("snow", "white"), cream).add(material("leaf", (0.25, 0.5, 0.1)), salad)

    return build


def sprinkled(built: Built, grains: Sequence[Mesh]) -> Built:
    """Grains in five colours."""
    for k, colour in enumerate(SPRINKLES):
        built.add(material("plastic", colour), joined(grains[k::5]))
    return built


def birthday_cake(form: str, candles: int, ring_at: float) -> Builder:
    """A cake with burning candles."""

    def build(request: BuildRequest) -> Built:
        r, h = request.depth / 2, request.height
        low = 0.6 * h if form == "single" else 0.65 * h
        built = turned("birthday cake", form, "bakery")(request)
        for k in range(candles):
            a = 2 * pi * k / candles
            stick = cylinder(0.03 * r, 0.9 * h - low, round_by=0.001).moved(ring_at * r * cos(a), ring_at * r * sin(a), low)
            flame = ellipsoid(0.06 * r, 0.06 * r, 0.085 * h, 10).moved(
                ring_at * r * cos(a), ring_at * r * sin(a), 0.957 * h
            )
            built.add(material("plastic", SPRINKLES[k % 3]), stick).add(glowing((1.0, 0.75, 0.25), 6.0), flame)
        spots = [ball(0.045 * r, 10).moved(0.8 * r).turned(z=360 * k / 22).moved(z=0.06 * h) for k in range(22)]
        return built.add(material("food", "red"), joined(spots))

    return build


def lattice_pie(request: BuildRequest) -> Built:
    """A pie whose filling shows between strips."""
    r, h = request.depth / 2, request.height
    built = turned("pie", "lattice", "bakery")(request)
    for k in (-2, -1, 0, 1, 2):
        long = 1.66 * r * (1 - (0.36 * k / 2 * 1.2) ** 2) ** 0.5
        strip = box(0.15 * r, long, 0.14 * h, 0.003)
        for turn in (0, 90):
            built.add(
                material("food", (0.80, 0.55, 0.25)),
                strip.moved(0, 0.32 * k * r, 0.76 * h + 0.0006 * turn / 9).turned(z=turn),
            )
    return built


def hamburger(request: BuildRequest) -> Built:
    """A hamburger with sesame on its bun."""
    r, h = request.depth / 2, request.height
    seeds = scattered(request, 40, 0.7 * r, ellipsoid(0.07 * r, 0.045 * r, 0.04 * r, 8))
    return turned("hamburger", "sesame", "bakery")(request).add(material("food", "cream"), joined(seeds).moved(z=0.985 * h))


def pancakes(form: str) -> Builder:
    """A stack with syrup and a piece of butter."""

    def build(request: BuildRequest) -> Built:
        r, h = request.depth / 2, request.height
        butter = box(0.24 * r, 0.24 * r, 0.13 * h, 0.003).turned(z=25).moved(0, 0, 0.87 * h)
        return turned("stack of pancakes", form, "bakery")(request).add(material("ceramic", (0.97, 0.85, 0.45)), butter)

    return build


def cookie(chips: int) -> Builder:
    """A cookie with chips of chocolate."""

    def build(request: BuildRequest) -> Built:
        r, h = request.depth / 2, request.height
        disc = lobed(cylinder(r, 0.85 * h, round_by=0.4 * h), 7, 0.03)
        chip = ball(0.1 * r, 8).scaled(1, 1, 0.6)
        spread = [
            chip.moved(0.86 * r * ((k + 0.4) / chips) ** 0.5).turned(z=137.5 * k).moved(z=0.88 * h) for k in range(chips)
        ]
        return (
            Built()
            .add(material("food", (0.72, 0.48, 0.22)), disc)
            .add(material("food", (0.14, 0.06, 0.03)), joined(spread))
        )

    return build


def wedge(depth: float, width: float, low: float, high: float) -> Mesh:
    """A slice between two heights: its point towards the front, its rim round."""
    rim = [
        (-depth / 2 + 0.12 * depth * (1 - (2 * y) ** 2) * -1 + 0.06 * depth, y * width) for y in np.linspace(0.5, -0.5, 9)
    ]
    return plate([(depth / 2, 0.0), *((x, y) for x, y in rim)], high - low, 0.001).moved(z=low)


def cake_slice(icing: Colour, crumb: Colour) -> Builder:
    """A slice of layer cake that stands, its point to the front."""

    def build(request: BuildRequest) -> Built:
        w, d, h = request.width, request.depth, request.height
        layers = [(0, 0.3, crumb), (0.3, 0.37, icing), (0.37, 0.67, crumb), (0.67, 0.85, icing)]
        built = Built()
        for low, high, colour in layers:
            built.add(material("food", colour), wedge(d, w, low * h, high * h))
        back = box(w * 0.98, 0.06 * d, 0.84 * h, 0.004).moved(-0.44 * d)
        built.add(material("food", icing), back)
        return built.add(material("ceramic", "red"), ball(0.085 * h, 16).scaled(1, 1, 1).moved(-0.2 * d, 0, 0.915 * h))

    return build


def pizza_slice(olives: bool) -> Builder:
    """A slice with its crust at the back."""

    def build(request: BuildRequest) -> Built:
        w, d, h = request.width, request.depth, request.height
        built = Built().add(material("food", CRUST), wedge(d, w * 0.98, 0, 0.4 * h))
        built.add(material("food", (0.95, 0.75, 0.28)), wedge(0.9 * d, 0.88 * w, 0.4 * h, 0.62 * h).moved(0.02 * d))
        rim = spline([(-0.42 * d, -0.46 * w, 0.5 * h), (-0.47 * d, 0, 0.5 * h), (-0.42 * d, 0.46 * w, 0.5 * h)], 5)
        built.add(material("food", CRUST), tube(rim, 0.5 * h, 12))
        spots = [(0.16, 0.0, 0.085), (-0.1, 0.16, 0.1), (-0.14, -0.18, 0.1), (-0.3, 0.02, 0.09)]
        slices = [cylinder(r * d * 0.85, 0.16 * h, round_by=0.001).moved(x * d, y * w, 0.6 * h) for x, y, r in spots]
        built.add(material("food", (0.62, 0.10, 0.06)), *slices)
        if olives:
            rings = [
                ball(0.022 * d, 10).scaled(1, 1, 0.5).moved(x * d, y * w, 0.68 * h)
                for x, y in ((0.02, 0.06), (0.05, -0.08), (-0.22, 0.17))
            ]
            built.add(material("food", "black"), *rings)
        return built

    return build


def cheese(holes: int) -> Builder:
    """A wedge of cheese with holes."""

    def build(request: BuildRequest) -> Built:
        w, d, h = request.width, request.depth, request.height
        side = [(-w / 2, 0), (w / 2, 0), (w / 2, h)]
        body = plate([(-y, z) for y, z in reversed(side)], d, 0.002).turned(x=90).turned(z=90).moved(x=-d / 2)
        built = Built().add(request.made_of("food"), body)
        spots = [(-0.3, 0.1), (0.05, 0.3), (0.3, 0.2), (0.32, 0.6), (0.12, 0.12), (-0.05, 0.12), (0.4, 0.4), (0.22, 0.42)][
            :holes
        ]
        pits = [
            ellipsoid(0.04 * d, 0.09 * w * (0.6 + 0.1 * (k % 4)), 0.09 * w * (0.6 + 0.1 * (k % 4)), 14).moved(
                0.492 * d, -y * w, z * h
            )
            for k, (y, z) in enumerate(spots)
        ]
        return built.add(material("food", (0.68, 0.47, 0.08)), *pits)

    return build


def hot_dog(wave: float) -> Builder:
    """A sausage in a bun with a line of mustard."""

    def build(request: BuildRequest) -> Built:
        w, d, h = request.width, request.depth, request.height
        half = cushion(0.9 * w, 0.5 * d, 0.78 * h, 0.1)
        built = Built().add(material("food", (0.80, 0.54, 0.25)), half.moved(0.25 * d), half.moved(-0.25 * d))
        sausage = spline([(0, -w / 2 + 0.1 * d, 0.7 * h), (0, 0, 0.68 * h), (0, w / 2 - 0.1 * d, 0.7 * h)], 6)
        built.add(
            material("ceramic", (0.55, 0.17, 0.08)),
            tube(sausage, np.interp(np.linspace(0, 1, 13), [0, 0.06, 0.94, 1], [0.1, 0.23, 0.23, 0.1]) * d),
        )
        line = [(wave * d * sin(26 * t), t * 0.8 * w, 0.7 * h + 0.23 * d) for t in np.linspace(-0.5, 0.5, 60)]
        return built.add(material("ceramic", (0.93, 0.70, 0.08)), tube(line, 0.045 * d, 8))

    return build


BUILDERS: Builders = {
    category: {form: turned(category, form, "bakery") for form in forms}
    for category, forms in turned_table("bakery").items()
} | {
    "hamburger": {"sesame": hamburger, "plain": turned("hamburger", "plain", "bakery")},
    "stack of pancakes": {"tall": pancakes("tall"), "low": pancakes("low")},
    "birthday cake": {"single": birthday_cake("single", 8, 0.6), "tiered": birthday_cake("tiered", 5, 0.34)},
    "pie": {"lattice": lattice_pie, "covered": turned("pie", "covered", "bakery")},
    "loaf of bread": {"tin": tin_loaf, "long": long_loaf(4)},
    "baguette": {"fine": long_loaf(7), "coarse": long_loaf(5)},
    "croissant": {"fine": croissant(4), "coarse": croissant(3)},
    "doughnut": {"sprinkled": ring("iced", 60), "plain": ring("iced", 0)},
    "bagel": {"seeded": bagel(60), "plain": bagel(0)},
    "cookie": {"few": cookie(11), "many": cookie(20)},
    "slice of cake": {
        "cream": cake_slice((0.95, 0.92, 0.86), (0.85, 0.62, 0.32)),
        "chocolate": cake_slice((0.22, 0.10, 0.05), (0.36, 0.18, 0.09)),
    },
    "slice of pizza": {"plain": pizza_slice(False), "olives": pizza_slice(True)},
    "wedge of cheese": {"few": cheese(5), "many": cheese(8)},
    "hot dog": {"straight": hot_dog(0.0), "wavy": hot_dog(0.09)},
}  # fmt: skip
