"""Things that belong to a scene and are no objects of the graph: along the wall of a room, far off in an open place.

In: a graph with its world, random numbers.  Out: bodies with their categories, for the truth's elements.
Never of a category that the graph holds or excludes, never before an object: they stand behind what is asked about.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from gpu_workers.solid.scenery.place_table import far_edge, place_of
from gpu_workers.solid.scenery.room_table import room_of
from schemas.graph import SpatialGraph
from schemas.world import Body, Space, Where, World
from spatial.knowledge.knowledge_base import categories, scene_kinds
from spatial.world.body_table import BodyKind, bodies
from spatial.world.footprints import Array, body_corners, meet
from spatial.world.views.room_views import side_walls

MOST_INDOORS = 5
APART_M = 0.12
TABLE_TO_WALL_M = 1.2
"""From a table's far edge to the wall behind it."""

CROWNED = ("tree", "palm tree", "pine tree")
"""These stand anywhere in their strip, all others along its near side."""

TABLE_SEEN_M = 2.0
"""To each side, how much of the wall behind a table is furnished."""

LEAST_HEIGHT_M = 0.5
"""Of what stands along a wall: lower things look left behind."""


@dataclass(frozen=True)
class Filler:
    """A body and what it is."""

    category: str
    body: Body


def fillers(graph: SpatialGraph, rng: Random) -> list[Filler]:
    """Things in the background of a graph's world."""
    assert graph.world is not None
    if graph.world.space.kind == "open":
        return _far_off(graph, graph.world, rng)
    return _along_the_wall(graph, graph.world, rng)


def _allowed(graph: SpatialGraph, names: tuple[str, ...]) -> list[BodyKind]:
    taken = {thing.category for thing in graph.objects} | set(graph.excluded)
    return [bodies()[name] for name in names if name in bodies() and name not in taken and _usual_forms(bodies()[name])]


def _usual_forms(body: BodyKind) -> list[str]:
    """Forms of the usual size that stand by themselves and closed."""
    return [form for form in body.forms if form not in body.sizes and body.is_upright(form) and body.is_closed(form)]


def _along_the_wall(graph: SpatialGraph, world: World, rng: Random) -> list[Filler]:
    kind = scene_kinds().get(graph.scene)
    own = () if kind is None or world.space.kind == "table" else tuple(kind.categories)
    usual = list(room_of(graph.scene).along)
    others = [name for name in own if name not in usual]
    rng.shuffle(usual)
    rng.shuffle(others)
    names = [body for body in _allowed(graph, (*usual, *others)) if _suits_a_wall(body)]
    there = [body_corners(body) for body in world.bodies]
    drawn = [_at_wall(body, world.space, rng) for body in names[: 3 * MOST_INDOORS]]
    return _kept_apart(drawn, there, APART_M)[:MOST_INDOORS]


def _kept_apart(drawn: Sequence[Filler], there: Sequence[Array], gap: float) -> list[Filler]:
    """Those that keep a gap (metres) from what is there, and from those before them."""
    found, taken = list[Filler](), list(there)
    for filler in drawn:
        corners = body_corners(filler.body)
        if not any(meet(corners, other[0], gap)[0] for other in taken):
            found.append(filler)
            taken.append(corners)
    return found


def _suits_a_wall(body: BodyKind) -> bool:
    rests = categories()[body.name].rests_on
    return "wall" in rests[:1] or ("floor" in rests[:1] and body.size[2] >= LEAST_HEIGHT_M and body.size[1] <= 1.0)


def _at_wall(body: BodyKind, space: Space, rng: Random) -> Filler:
    width, depth, height = body.size
    hangs = "wall" in categories()[body.name].rests_on[:1]
    left, right = side_walls(space.left, space.right) if space.kind == "room" else (-TABLE_SEEN_M, TABLE_SEEN_M)
    x = rng.uniform(left + width / 2 + 0.05, right - width / 2 - 0.05)
    back = space.back if space.kind == "room" else space.back + TABLE_TO_WALL_M
    z = max(rng.uniform(1.35, 1.75), height / 2 + 0.9) if hangs and height < 1.8 else height / 2
    where: Where = "wall" if hangs else "floor"
    return Filler(body.name, _body(body, (x, back - depth / 2 - 0.01, z), (-90.0, where), rng))


def _far_off(graph: SpatialGraph, world: World, rng: Random) -> list[Filler]:
    drawn: list[Filler] = []
    edge = far_edge(world)
    for stand in place_of(graph).stands:
        names = _allowed(graph, stand.names)
        for _ in range(stand.count if names else 0):
            drawn.append(_standing(rng.choice(names), world, (edge + stand.near, edge + stand.far), rng))
    return _kept_apart(drawn, (), 0.0)


def _standing(body: BodyKind, world: World, between: tuple[float, float], rng: Random) -> Filler:
    """Somewhere between two distances, across all that is seen there."""
    y = rng.uniform(*between)
    if body.name not in CROWNED:
        y = between[0] + body.size[1]
    half = 0.62 * (y - world.space.front) + 0.5 * (world.space.right - world.space.left)
    place = (rng.uniform(-half, half), y, body.size[2] / 2)
    heading = -90.0 if body.has_front else rng.choice((-90.0, 0.0, 90.0, 180.0))
    return Filler(body.name, _body(body, place, (heading, "floor"), rng))


def _body(body: BodyKind, place: tuple[float, float, float], held: tuple[float, Where], rng: Random) -> Body:
    heading, where = held
    colour = rng.choice(body.colours) if body.colours else None
    form = rng.choice(_usual_forms(body))
    return Body(form=form, colour=colour, size=body.size, position=place, heading=heading, where=where)
