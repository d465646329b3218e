"""Whether a picture shows how large things are: things in it of which everybody knows the size, and which have it.

In: a reader of the scene.  Out: judgements; `NotProven` with the reason where none is proven.
`usual_sizes.json`: of each category the usual width, depth and height of its forms in metres, and by which share real ones
differ at most, across and in height.
"""

import json
from functools import cache
from math import exp, log
from pathlib import Path

from schemas.pictures import SeenBody, SeenWorld
from spatial.verify.referents import NotProven, Reader, is_seen

WITHOUT_SIZE = {"cube", "sphere", "cylinder", "cone", "pyramid", "hemisphere", "torus", "triangular prism"}
"""What may be as small as a die or as large as a house."""

UP_IN_THE_AIR = 0.3
"""Metres above the lowest foot."""

TOO_LARGE = 1.12
"""How many times as large as they are lengths may be taken to be."""

KNOWN_TO = 0.2
"""By which share things may differ whose size is known, if there is but one."""

SLACK = 1e-9

Usual = tuple[list[tuple[float, float, float]], tuple[float, float]]


@cache
def usual_sizes() -> dict[str, Usual]:
    """By category: width, depth, height of its forms in metres; by which share real ones differ, across and in height."""
    rows = json.loads((Path(__file__).parent.parent / "usual_sizes.json").read_text())
    return {name: ([tuple(size) for size in row["sizes"]], tuple(row["differ"])) for name, row in rows.items()}


def hangs_free(world: SeenWorld, number: int) -> bool:
    """Whether a body is in the air out of doors."""
    body = world.bodies[number]
    if world.room is not None or body.support is not None or body.rotation is not None:
        return False
    ground = min(other.position[2] - other.size[2] / 2 for other in world.bodies if other.rotation is None)
    return body.position[2] - body.size[2] / 2 > ground + UP_IN_THE_AIR + SLACK


def is_without_scale(reader: Reader) -> bool:
    """Whether nothing in the picture is of a known size. Raises NotProven where only the surroundings may be."""
    world = reader.scene.world
    if world is None or any(thing.category not in WITHOUT_SIZE for thing in reader.scene.objects):
        return False
    if not world.plain:
        raise NotProven("no thing is of a known size, but its surroundings may be")
    return True


def require_scale(reader: Reader) -> None:
    """Raises NotProven where nothing shows how large things are, or they show another size than they have."""
    if is_without_scale(reader):
        raise NotProven("nothing in the picture is of a known size")
    for axis in (0, 1):
        seen = [(body, *usual_sizes()[name]) for name, body in _measures(reader)]
        known = [(_times_as_large(body, sizes)[axis], 1 / differ[axis] ** 2) for body, sizes, differ in seen]
        weight = sum(each for _, each in known)
        if weight < 1 / KNOWN_TO**2 - SLACK:
            raise NotProven("the things in view are of many sizes")
        times = exp(sum(log(larger) * each for larger, each in known) / weight)
        if not 1 / TOO_LARGE - SLACK <= times <= TOO_LARGE + SLACK:
            raise NotProven(f"taken by their usual sizes, the things in view are {times:.2f} times as large")


def _measures(reader: Reader) -> list[tuple[str, SeenBody]]:
    """Category and body of everything that is plainly seen, upright, not in the air, and of a usual size."""
    world = reader.scene.world
    if world is None:
        raise NotProven("nothing is known in metres")
    seen = enumerate(zip(reader.scene.objects, world.bodies, strict=True))
    return [
        (thing.category, body)
        for number, (thing, body) in seen
        if is_seen(thing) and body.rotation is None and not hangs_free(world, number)
        if thing.category in usual_sizes() and thing.category not in WITHOUT_SIZE
    ]


def _times_as_large(body: SeenBody, sizes: list[tuple[float, float, float]]) -> tuple[float, float]:
    """How many times as long and as high as a usual one of the form that is most like it."""
    width, depth, height = body.size
    found = [(max(width, depth) / max(w, d), height / h) for w, d, h in sizes]
    return min(found, key=lambda times: abs(log(times[0])) + abs(log(times[1])))
