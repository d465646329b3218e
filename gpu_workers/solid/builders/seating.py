"""Things to sit and lie on: chairs, stools, sofas, benches, beds."""

from gpu_workers.solid.builders.build_request import Builders, BuildRequest, Built
from gpu_workers.solid.kit.materials import COLOURS, Material, wood
from gpu_workers.solid.kit.mesh import Mesh
from gpu_workers.solid.kit.primitives import box, cushion, cylinder, tube

SEAT_M = 0.45
"""Height of a seat."""


def four_legs(width: float, depth: float, height: float, thick: float) -> list[Mesh]:
    """Square legs at the corners of a rectangle, their outer sides flush with it."""
    x, y = (depth - thick) / 2, (width - thick) / 2
    leg = box(thick, thick, height, 0.005)
    return [leg.moved(sx * x, sy * y) for sx in (-1, 1) for sy in (-1, 1)]


def kitchen_chair(request: BuildRequest) -> Built:
    """A wooden chair with three slats."""
    w, d, h = request.width, request.depth, request.height
    seat = SEAT_M * h / 0.88
    body = Material("wood", request.colour, grain="z")
    built = Built().add(body, *four_legs(w, d, seat, 0.035), flat=True)
    built.add(Material("wood", request.colour, grain="y"), box(w, d, 0.025, 0.01).moved(z=seat - 0.02), flat=True)
    back = -d / 2 + 0.0175
    posts = [box(0.035, 0.03, h - seat, 0.006).moved(back, side * (w / 2 - 0.0175), seat) for side in (-1, 1)]
    slats = [box(w - 0.06, 0.016, 0.05, 0.006).moved(back, 0, seat + share * (h - seat)) for share in (0.3, 0.58, 0.84)]
    return built.add(body, *posts, flat=True).add(Material("wood", request.colour, grain="y"), *slats, flat=True)


def padded_chair(request: BuildRequest) -> Built:
    """An upholstered dining chair on wooden legs."""
    w, d, h = request.width, request.depth, request.height
    seat = SEAT_M * h / 0.88
    built = Built().add(wood("walnut", "z"), *four_legs(w * 0.94, d * 0.94, seat - 0.06, 0.035), flat=True)
    built.add(request.made_of("fabric"), cushion(w, d, 0.1, 0.12).moved(z=seat - 0.0905))
    return built.add(
        request.made_of("fabric"),
        cushion(w * 0.96, h - seat - 0.02, 0.08, 0.1).turned(y=-90).moved(-d / 2 + 0.08, 0, (h + seat) / 2 + 0.01),
    )


def round_stool(request: BuildRequest) -> Built:
    """A stool with a round seat and three legs."""
    r, h = min(request.width, request.depth) / 2, request.height
    built = Built().add(Material("wood", request.colour, grain="x"), cylinder(r, 0.035, round_by=0.01).moved(z=h - 0.035))
    foot = [(r * 0.92, 0.0), (-r * 0.46, r * 0.8), (-r * 0.46, -r * 0.8)]
    legs = [tube([(x, y, 0.0), (x * 0.55, y * 0.55, h - 0.03)], [0.016, 0.02]) for x, y in foot]
    return built.add(Material("wood", request.colour, grain="z"), *legs)


def square_stool(request: BuildRequest) -> Built:
    """A square stool with a padded seat."""
    w, d, h = request.width, request.depth, request.height
    built = Built().add(wood("oak", "z"), *four_legs(w, d, h - 0.06, 0.035), flat=True)
    return built.add(request.made_of("leather"), cushion(w, d, 0.08, 0.15).moved(z=h - 0.075))


def plump_sofa(request: BuildRequest) -> Built:
    """A sofa with round arms and two seat cushions."""
    return _sofa(request, round_arms=True)


def straight_sofa(request: BuildRequest) -> Built:
    """A sofa with flat arms on metal feet."""
    return _sofa(request, round_arms=False)


def _sofa(request: BuildRequest, round_arms: bool) -> Built:
    w, d, h = request.width, request.depth, request.height
    arm = min(0.22, 0.14 * w) if round_arms else min(0.14, 0.12 * w)
    cloth = request.made_of("fabric")
    inner = w - 2 * arm
    seats = max(1, round(inner / 0.75))
    side = cushion(arm, d * 0.98, h * 0.5, 0.1) if round_arms else box(arm, d * 0.98, h * 0.56, 0.02)
    built = Built().add(cloth, box(w - 0.04, d * 0.94, h * 0.3, 0.03).moved(-0.01, 0, 0.08))
    built.add(cloth, *(side.moved(0, y * (w - arm) / 2, 0.1) for y in (-1, 1)))
    built.add(cloth, cushion(w * 0.98, 0.24, h * 0.85, 0.05).moved(-d / 2 + 0.13, 0, h * 0.14))
    each = inner / seats
    places = [(k - (seats - 1) / 2) * each for k in range(seats)]
    built.add(cloth, *(cushion(each - 0.01, d * 0.72, 0.211 * h, 0.12).moved(d * 0.12, y, h * 0.38) for y in places))
    built.add(
        cloth, *(cushion(each - 0.02, h * 0.46, 0.16, 0.15).turned(y=-80).moved(-d / 2 + 0.3, y, h * 0.72) for y in places)
    )
    foot = Material("metal", COLOURS["steel"]) if not round_arms else wood("walnut", "z")
    return built.add(
        foot, *(cylinder(0.02, 0.1).moved(x * (d / 2 - 0.08), y * (w / 2 - 0.1)) for x in (-1, 1) for y in (-1, 1))
    )


BUILDERS: Builders = {
    "chair": {"kitchen": kitchen_chair, "padded": padded_chair},
    "stool": {"round": round_stool, "square": square_stool},
    "sofa": {"plump": plump_sofa, "straight": straight_sofa},
    "armchair": {"plump": plump_sofa, "straight": straight_sofa},
}
