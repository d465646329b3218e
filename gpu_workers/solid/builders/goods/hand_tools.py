"""Things that hands work with: hammers, rolling pins, dumbbells."""

from gpu_workers.solid.builders.build_request import Builder, Builders, BuildRequest, Built
from gpu_workers.solid.builders.fittings import BLACK, DARK_METAL, RUBBER, STEEL, sideways
from gpu_workers.solid.kit.materials import Material, wood
from gpu_workers.solid.kit.primitives import box, cylinder, lathe, rounded_profile, tube


def hammer(claw: bool) -> Builder:
    """A hammer that lies: its handle across, its head at the left with the face to the front."""

    def build(request: BuildRequest) -> Built:
        w, d, h = request.width, request.depth, request.height
        r, head = h / 2, w / 2 - h * 0.5
        grip = tube([(0, -w / 2, r), (0, -w * 0.2, r), (0, head, r)], [h * 0.42, h * 0.36, h * 0.26], 18)
        built = Built().add(wood("oak", "y") if claw else Material("rubber", (0.7, 0.08, 0.06)), grip)
        built.add(DARK_METAL if claw else STEEL, box(h * 0.9, d * 0.42, h * 0.9, 0.004).moved(0, head, h * 0.05))
        face = cylinder(r, d * 0.36, round_by=0.003).turned(y=90).moved(d * 0.5 - d * 0.36, head, r)
        built.add(DARK_METAL if claw else STEEL, face)
        if claw:
            arms = [
                tube(
                    [(0, head + s * r * 0.4, r), (-d * 0.3, head + s * r * 0.7, r), (-d / 2, head + s * r * 0.8, r * 0.7)],
                    [r * 0.6, r * 0.4, r * 0.15],
                    10,
                )
                for s in (-1, 1)
            ]
            return built.add(DARK_METAL, *arms)
        return built.add(STEEL, box(h * 0.9, d * 0.5, h * 0.3, 0.003).moved(-d * 0.25, head, r * 0.7))

    return build


def rolling_pin(request: BuildRequest) -> Built:
    """A wooden roller with two turned handles."""
    return _pin(request, 0.42)


def straight_rolling_pin(request: BuildRequest) -> Built:
    """A longer roller with short handles."""
    return _pin(request, 0.3)


def _pin(request: BuildRequest, handle: float) -> Built:
    w, r = request.width, request.height / 2
    body, grip = w * (1 - handle), w * handle / 2
    roller = sideways(cylinder(r, body, round_by=r * 0.15)).moved(0, -body / 2, r)
    built = Built().add(wood("pine", "y"), roller)
    profile = [(0, 0), (r * 0.3, 0), (r * 0.34, grip * 0.2), (r * 0.52, grip * 0.6), (r * 0.4, grip * 0.95), (0, grip)]
    for side in (-1, 1):
        held = lathe(rounded_profile(profile, r * 0.1), 24).turned(x=-90 * side).moved(0, side * body / 2, r)
        built.add(wood("walnut", "y"), held)
    return built


def dumbbell(round_ends: bool) -> Builder:
    """A bar with a weight at each end."""

    def build(request: BuildRequest) -> Built:
        w, r = request.width, request.height / 2
        built = Built().add(STEEL, tube([(0, -w * 0.46, r), (0, w * 0.46, r)], r * 0.18, 18))
        built.add(BLACK, tube([(0, -w * 0.16, r), (0, w * 0.16, r)], r * 0.22, 18))
        discs = ((1.0, 0.17, 0.13), (0.8, 0.3, 0.1), (0.62, 0.4, 0.1)) if round_ends else ((1.0, 0.18, 0.32),)
        for side in (-1, 1):
            for share, start, thick in discs:
                disc = lathe(
                    rounded_profile([(0, 0), (r * share, 0), (r * share, w * thick), (0, w * thick)], 0.006),
                    40 if round_ends else 6,
                )
                built.add(
                    RUBBER if not round_ends else request.made_of("paint"),
                    disc.turned(x=-90 * side).moved(0, side * w * start, r),
                )
        return built

    return build


BUILDERS: Builders = {
    "hammer": {"claw": hammer(claw=True), "peen": hammer(claw=False)},
    "rolling pin": {"handled": rolling_pin, "straight": straight_rolling_pin},
    "dumbbell": {"discs": dumbbell(round_ends=True), "hexagons": dumbbell(round_ends=False)},
}
