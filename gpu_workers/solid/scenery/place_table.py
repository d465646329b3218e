"""Which open place a scene shows: its ground, what lies behind it band by band, what stands there, and what is far off.

In: a scene and its world.  Out: a `Place`.
The table is data, `places.json`.  `scenes` show it; others are found by their backdrop.  `bands` go from near to far, each
`deep` metres at the height `z`; the first begins where the things of the graph end.  `stands`: categories that stand
between `from` and `to` metres behind that line.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from gpu_workers.solid.kit.materials import Kind, Material
from schemas.graph import SpatialGraph
from schemas.world import World
from spatial.knowledge.knowledge_base import scene_kinds
from spatial.world.footprints import body_corners

TABLE = Path(__file__).with_name("places.json")
OF_BACKDROP = {"field": "meadow", "beach": "beach", "harbour": "harbour", "sea": "sea", "underwater": "sea"}
WHEELED = ("car", "van", "bus", "truck", "taxi", "police car", "delivery truck", "pickup truck", "garbage truck")


@dataclass(frozen=True)
class Band:
    """A strip of the ground across the view. `has`: what is built on it."""

    material: Material
    deep: float
    z: float
    has: str | None


@dataclass(frozen=True)
class Stand:
    """Categories that stand between two distances (metres) behind the things of the graph."""

    names: tuple[str, ...]
    near: float
    far: float
    count: int


@dataclass(frozen=True)
class Place:
    """`has`: what is built on the ground where the things stand.  `floats`: that ground is water.

    `shady`: trees stand all around.
    """

    name: str
    words: frozenset[str]
    ground: Material
    bands: tuple[Band, ...]
    stands: tuple[Stand, ...]
    far: tuple[str, ...]
    has: str | None
    tufts: bool
    floats: bool
    shady: bool


@cache
def places() -> dict[str, Place]:
    """Every open place by its name."""
    return {name: _place(name, row) for name, row in _rows().items()}


@cache
def _rows() -> dict[str, dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = json.loads(TABLE.read_text())
    return rows


def place_of(graph: SpatialGraph) -> Place:
    """The place of a graph's scene; a street with cars is seen along its road, and what was planned as plain is plain."""
    if graph.world is not None and graph.world.space.plain:
        return places()["plain"]
    kind = scene_kinds().get(graph.scene)
    backdrop = "field" if kind is None else kind.backdrop
    name = _of_scene().get(graph.scene) or OF_BACKDROP.get(backdrop, backdrop)
    if name in ("street", "square") and any(thing.category in WHEELED for thing in graph.objects):
        name = "avenue"
    return places().get(name, places()["meadow"])


@cache
def _of_scene() -> dict[str, str]:
    return {scene: name for name, row in _rows().items() for scene in row.get("scenes", ())}


def far_edge(world: World) -> float:
    """Where (y, metres) nothing of the graph reaches any more."""
    ends = [float(body_corners(body)[..., 1].max()) for body in world.bodies]
    return max([world.space.back, *ends]) + 0.3


def _place(name: str, row: dict[str, Any]) -> Place:
    return Place(
        name=name,
        words=frozenset(row["words"]),
        ground=_material(row["ground"], row),
        bands=tuple(
            Band(_material(band["of"], band), band["deep"], band.get("z", 0.0), band.get("has")) for band in row["bands"]
        ),
        stands=tuple(Stand(tuple(one["of"]), one["from"], one["to"], one["count"]) for one in row.get("stands", ())),
        far=tuple(row.get("far", ())),
        has=row.get("has"),
        tufts=row.get("tufts", False),
        floats=row.get("floats", False),
        shady=row.get("shady", False),
    )


def _material(given: tuple[Kind, list[float]], row: dict[str, Any]) -> Material:
    kind, (red, green, blue) = given
    return Material(kind, (red, green, blue), scale=row.get("scale", 1.0))
