"""All builders: from a category and a form to a thing of a given size.

In: what is wanted.  Out: its parts, filling exactly the wanted box.
A family of builders is a module, here or in a folder here, with a table `BUILDERS`; it needs to be named in `FAMILIES`.
"""

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from random import Random

from gpu_workers.solid.builders.build_request import Builders, BuildRequest, Built, fitted
from gpu_workers.solid.kit.materials import Colour

FAMILIES = (
    "seating",
    "indoors.table_tops",
    "indoors.beds",
    "indoors.storage",
    "indoors.lighting",
    "indoors.furnishings",
    "indoors.wall_things",
    "indoors.clocks",
    "goods.turnery",
    "goods.fruit",
    "goods.bakery",
    "goods.packing",
    "goods.playthings",
    "goods.bare_shapes",
    "goods.animals",
    "goods.hand_tools",
    "goods.long_tools",
    "indoors.electronics",
    "indoors.computers",
    "indoors.appliances",
    "indoors.small_appliances",
    "indoors.bathroom",
    "indoors.instruments",
    "outdoors.greenery",
    "outdoors.farm_and_wood",
    "outdoors.street",
    "outdoors.road_signs",
    "outdoors.vehicles",
    "outdoors.heavy_vehicles",
    "outdoors.cycles",
    "outdoors.boats",
    "outdoors.buildings",
    "outdoors.trains",
)


def families() -> dict[str, Builders]:
    """The builders of each family."""
    return {family: import_module(f"gpu_workers.solid.builders.{family}").BUILDERS for family in FAMILIES}


@cache
def builders() -> Builders:
    """Every category that can be built."""
    found: Builders = {}
    for family in families().values():
        found |= family
    return found


def build_body(category: str, form: str, size: Sequence[float], colour: Colour, seed: int) -> Built:
    """A thing of width, depth and height (metres), standing on z = 0 about the origin, its front towards +x."""
    width, depth, height = size
    request = BuildRequest(width, depth, height, colour, Random(seed))
    return fitted(builders()[category][form](request), size)
