"""Open places: the ground where things stand, bands of it behind them, what is built there, hills, sky and sun.

In: a graph with a world, random numbers.  Out: surroundings.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import numpy as np

from gpu_workers.solid.kit.materials import Material, material
from gpu_workers.solid.kit.mesh import Mesh, joined
from gpu_workers.solid.scenery.hours import Hour, choose_hour
from gpu_workers.solid.scenery.house_fronts import house
from gpu_workers.solid.scenery.landforms import Span, level, ridge, riser, slab, tufts
from gpu_workers.solid.scenery.place_table import Place, far_edge, place_of
from gpu_workers.solid.scenery.surroundings import Surroundings
from gpu_workers.solid.shot import Light, Part, Placed, Sky, facing_pose, placed_parts, pose
from schemas.graph import SpatialGraph
from schemas.world import World

WIDE_M = 900.0
NEAR_M = -80.0

RIDGES: dict[str, tuple[Material, float, float, float, float]] = {
    "hills": (material("leaf", (0.33, 0.45, 0.30)), 260, 520, 42, 0.0),
    "woods": (material("leaf", (0.17, 0.30, 0.11)), 38, 70, 11, 0.1),
    "mountains": (material("stone", (0.47, 0.52, 0.62), (0.74, 0.78, 0.85)), 560, 1000, 250, 1.0),
    "snowhills": (material("snow", (0.88, 0.91, 0.96)), 120, 320, 34, 0.0),
    "dunes": (material("sand", (0.84, 0.62, 0.38)), 60, 160, 14, 0.0),
    "fardunes": (material("sand", (0.86, 0.68, 0.46)), 200, 420, 45, 0.0),
    "redrocks": (material("stone", (0.60, 0.27, 0.15)), 240, 420, 50, 0.5),
    "cliffs": (material("stone", (0.36, 0.33, 0.31)), 40, 110, 26, 1.0),
    "greyhills": (material("earth", (0.40, 0.40, 0.41)), 90, 260, 24, 0.15),
}
"""Material, from and to how far off (metres), height, how jagged."""

BUILT = frozenset({"house", "window", "door", "building", "roof"})
BARRIERS = frozenset({"fence", "railing"})
"""Words of places that are named where they are built."""

PAINT = material("paint", "white")
TRUNK = material("wood", (0.42, 0.32, 0.22))


@dataclass(frozen=True)
class Site:
    """A place under way: where its bands begin, how wide it is seen, and by what light."""

    world: World
    hour: Hour
    rng: Random
    made: Surroundings

    def width_at(self, y: float) -> float:
        """Half of what can be seen across at a distance, metres."""
        return 1.25 * (y - self.world.space.front) + (self.world.space.right - self.world.space.left)

    def add(self, look: Material, *meshes: Mesh) -> None:
        """Add meshes that lie in the world's axes."""
        self.made.parts.append(Placed(Part(joined(meshes), look), pose()))


def open_place(graph: SpatialGraph, rng: Random) -> Surroundings:
    """What surrounds the things of a graph out of doors. Shows nothing that the graph excludes."""
    assert graph.world is not None
    place = place_of(graph)
    hour = choose_hour(rng, is_day=place.shady or graph.world.space.plain)
    made = Surroundings(sky=_sky(place, hour), elements={"sky", *(set(place.words) - BARRIERS)})
    site = Site(graph.world, hour, rng, made)
    made.lights.append(_sun(hour, rng))
    taken = {thing.category for thing in graph.objects} | set(graph.excluded)
    edge, rise = far_edge(graph.world), _waterline(place, graph.world)
    site.add(place.ground, level((-WIDE_M, WIDE_M), (NEAR_M, edge), rise))
    if place.has is not None:
        built = "motorway" if place.has == "avenue" and taken & BUILT else place.has
        FEATURES[built](site, (NEAR_M, edge))
    _bands(site, place, (edge, rise), taken)
    for name in place.far:
        look, near, far, height, jagged = RIDGES[name]
        site.add(look, ridge((-WIDE_M, WIDE_M), (edge + near, edge + far), height, jagged, rng))
    if place.tufts:
        _grass(site, place, edge)
    if hour.name == "night":
        _night_lamps(site)
    return made


def _sky(place: Place, hour: Hour) -> Sky:
    return Sky((0.01, 0.01, 0.015), (0.0, 0.0, 0.0), 0.3) if place.name == "moon" else hour.sky


def _sun(hour: Hour, rng: Random) -> Light:
    up = np.radians(rng.uniform(hour.low, hour.high))
    side = rng.choice((-1, 1)) * np.radians(rng.uniform(25, 70))
    beam = (float(np.sin(side) * np.cos(up)), -float(np.cos(side) * np.cos(up)), float(np.sin(up)))
    return Light("SUN", facing_pose(beam, (0, 0, 0)), hour.sun, hour.colour, hour.softness)


def _waterline(place: Place, world: World) -> float:
    """How deep what floats lies in the water."""
    return 0.14 * min(body.size[2] for body in world.bodies) if place.floats else 0.0


def _bands(site: Site, place: Place, start: tuple[float, float], taken: set[str]) -> None:
    (y, z), wide = start, (-WIDE_M, WIDE_M)
    for band in place.bands:
        low = band.z + (start[1] if place.floats and band.z == 0 else 0.0)
        if low != z:
            site.add(band.material if low > z else place.ground, riser(wide, y, (min(low, z), max(low, z))))
        end = y + band.deep
        site.add(band.material, level(wide, (y, end), low))
        if band.has is not None and not taken & looks_of(band.has):
            site.made.elements |= looks_of(band.has)
            FEATURES[band.has](site, (y, end))
        y, z = end, low


def looks_of(feature: str) -> frozenset[str]:
    """What a viewer may call what is built in a band: it is not built where one of these is an object, or excluded."""
    return LOOKS.get(feature, BUILT if feature in HOUSED else frozenset({feature}))


def _grass(site: Site, place: Place, edge: float) -> None:
    space = site.world.space
    reach = space.right - space.left
    size = (0.02, 0.05) if reach < 4 else (0.04, 0.09)
    red, green, blue = place.ground.colour
    for factor in (0.8, 1.25):
        look = Material("leaf", (min(1, red * factor), min(1, green * factor), blue * factor))
        blades = tufts((-1.4 * reach, 1.4 * reach), (space.front - 0.4 * reach, edge + 1.2), 2600, size, site.rng)
        site.add(look, blades)


def _night_lamps(site: Site) -> None:
    """Lamps above and behind the viewer, as in any lit street."""
    space = site.world.space
    reach = max(3.0, space.right - space.left)
    for side in (-1, 1):
        place = (side * 0.7 * reach, space.front - 0.1 * reach, max(3.0, 0.8 * reach))
        beam = facing_pose(place, (0.0, space.back, 0.0))
        site.made.lights.append(Light("AREA", beam, 16 * reach**2, (1.0, 0.76, 0.46), size=(0.5, 0.5)))


def _row(site: Site, y: float, roof: str, gap: float) -> None:
    """Houses side by side across the view."""
    half, x, floors = min(70.0, site.width_at(y)), -min(70.0, site.width_at(y)), (1, 2) if gap else (2, 3, 3)
    while x < half:
        width = site.rng.choice((7.0, 8.5, 10.0))
        parts = house(width, site.rng.choice(floors), site.rng, site.hour.lamps, roof)
        site.made.parts += placed_parts(parts, pose(x + width / 2, y, 0))
        x += width + gap * site.rng.uniform(0.7, 1.5)


def _houses(site: Site, at: Span) -> None:
    _row(site, at[0], "gable", 0.0)


def _cottages(site: Site, at: Span) -> None:
    _row(site, at[0], "gable", 5.0)


def _snowy(site: Site, at: Span) -> None:
    _row(site, at[0], "snowy", 3.0)


def _works(site: Site, at: Span) -> None:
    _row(site, at[0], "flat", 2.0)


def _farmhouse(site: Site, at: Span) -> None:
    for x in (-0.35, 0.3):
        place = pose(x * site.width_at(at[0]), at[0] + 6, 0, site.rng.uniform(-15, 15))
        site.made.parts += placed_parts(house(12.0, 2, site.rng, site.hour.lamps), place)


def _dashes(site: Site, at: Span) -> None:
    y, z = sum(at) / 2, -0.14
    half = site.width_at(y)
    lines = [slab((x, x + 2.0), (y - 0.07, y + 0.07), (z, z + 0.004)) for x in np.arange(-half, half, 5.0)]
    site.add(PAINT, *lines)


def _lane(site: Site) -> float:
    """Half the width of a road along the view."""
    return site.world.space.right + 1.5


def _motorway(site: Site, at: Span) -> None:
    """A road that runs away from the viewer between meadows."""
    half, far = _lane(site), 500.0
    lines = [slab((-0.08, 0.08), (y, y + 3.0), (0, 0.004)) for y in np.arange(at[0], 250.0, 8.0)]
    edges = [slab((x - 0.08, x + 0.08), (at[0], far), (0, 0.004)) for x in (0.5 - half, half - 0.5)]
    site.add(PAINT, *lines, *edges)
    verge = material("grass", (0.40, 0.53, 0.20))
    sides = [slab((half, WIDE_M), (at[0], far), (-1, 0.06)), slab((-WIDE_M, -half), (at[0], far), (-1, 0.06))]
    site.add(verge, *sides)
    posts = [
        slab((s * (half + 1) - 0.05, s * (half + 1) + 0.05), (y, y + 0.1), (0, 0.75))
        for s in (-1, 1)
        for y in np.arange(at[0], 150, 4.0)
    ]
    rails = [slab((s * (half + 1) - 0.06, s * (half + 1) + 0.02), (at[0], 300), (0.5, 0.78)) for s in (-1, 1)]
    site.add(material("metal", "steel"), *posts, *rails)


def _avenue(site: Site, at: Span) -> None:
    """A road that runs away from the viewer between pavements and houses."""
    half = _lane(site)
    site.add(PAINT, *(slab((-0.08, 0.08), (y, y + 2.0), (0, 0.004)) for y in np.arange(at[0], 160.0, 5.0)))
    kerbs: list[Span] = [(half, half + 0.2), (-half - 0.2, -half)]
    walks: list[Span] = [(half + 0.2, half + 60), (-half - 60, -half - 0.2)]
    site.add(material("stone", (0.66, 0.65, 0.62)), *(slab(x, (at[0], 400), (-1, 0.14)) for x in kerbs))
    site.add(Material("brick", (0.50, 0.49, 0.47), scale=1.5), *(slab(x, (at[0], 400), (-1, 0.13)) for x in walks))
    for side in (-1, 1):
        _side_of_street(site, side, half + 3.0)
    site.made.elements |= BUILT


def _side_of_street(site: Site, side: int, x: float) -> None:
    """Houses one behind another that look at the road."""
    y = site.world.space.front
    while y < 120:
        width = site.rng.choice((7.0, 8.5, 10.0))
        parts = house(width, site.rng.choice((2, 3, 3)), site.rng, site.hour.lamps)
        site.made.parts += placed_parts(parts, pose(side * x, y + width / 2, 0.13, -90 * side))
        y += width


def _bays(site: Site, at: Span) -> None:
    """Lines of parking bays at the far end of the ground."""
    half = site.width_at(at[1])
    site.add(
        PAINT, *(slab((x - 0.05, x + 0.05), (at[1] - 2.2, at[1] + 2.8), (0, 0.004)) for x in np.arange(-half, half, 2.6))
    )


def _rails(site: Site, at: Span) -> None:
    z = -0.2 if at[1] - at[0] > 4.1 else 0.05
    middle, half = sum(at) / 2, min(120.0, site.width_at(at[1]))
    beams = [slab((x, x + 0.25), (middle - 1.3, middle + 1.3), (z, z + 0.1)) for x in np.arange(-half, half, 0.65)]
    site.add(TRUNK, *beams)
    steel = [
        slab((-WIDE_M, WIDE_M), (middle + s * 0.72 - 0.035, middle + s * 0.72 + 0.035), (z + 0.1, z + 0.25))
        for s in (-1, 1)
    ]
    site.add(material("metal", (0.45, 0.38, 0.34)), *steel)


def _fence(site: Site, y: float, posts: float, boards: list[Span]) -> list[Mesh]:
    half, high = min(60.0, site.width_at(y)), max(top for _, top in boards) + 0.08
    upright = [slab((x, x + 0.1), (y, y + 0.1), (0, high)) for x in np.arange(-half, half, posts)]
    return [*upright, *(slab((-half, half), (y - 0.03, y), span) for span in boards)]


def _rail_fence(site: Site, at: Span) -> None:
    site.add(TRUNK, *_fence(site, at[1] - 1.0, 2.2, [(0.35, 0.47), (0.7, 0.82), (1.05, 1.17)]))


def _board_fence(site: Site, at: Span) -> None:
    y = at[1] - 0.2
    half = min(60.0, site.width_at(y))
    boards = [slab((x, x + 0.135), (y, y + 0.025), (0.05, 1.75)) for x in np.arange(-half, half, 0.15)]
    site.add(material("wood", (0.55, 0.40, 0.25)), *boards)


def _railing(site: Site, at: Span) -> None:
    y, half = at[1] - 0.1, min(30.0, site.width_at(at[1]))
    bars = [slab((x, x + 0.02), (y, y + 0.02), (0.1, 1.0)) for x in np.arange(-half, half, 0.13)]
    site.add(material("paint", "charcoal"), *bars, slab((-half, half), (y - 0.02, y + 0.04), (1.0, 1.05)))
    site.add(material("paint", "charcoal"), slab((-half, half), (y, y + 0.02), (0.08, 0.11)))


def _rows(site: Site, at: Span) -> None:
    """Rows of plants across the view, behind where things stand."""
    y = at[1] + 0.8
    for _ in range(16):
        look = material("leaf", site.rng.choice(((0.22, 0.46, 0.13), (0.28, 0.50, 0.15), (0.18, 0.40, 0.12))))
        half = min(40.0, site.width_at(y))
        site.add(look, tufts((-half, half), (y - 0.12, y + 0.12), 700, (0.25, 0.42), site.rng))
        y += 1.1


FEATURES: dict[str, Callable[[Site, Span], None]] = {
    "houses": _houses, "cottages": _cottages, "snowy houses": _snowy, "works": _works, "farmhouse": _farmhouse,
    "dashes": _dashes, "avenue": _avenue, "motorway": _motorway, "bays": _bays, "rails": _rails,
    "rail fence": _rail_fence, "board fence": _board_fence, "railing": _railing, "rows": _rows,
}  # fmt: skip
LOOKS = {name: frozenset({name, "fence"}) for name in ("rail fence", "board fence", "railing")}
HOUSED = frozenset({"houses", "cottages", "snowy houses", "works", "farmhouse"})
