"""What shows how large things are, and scenes in which nothing does: bare shapes on plain ground.

In: a layout, its world, the categories of the bodies, random numbers.  Out: the same scene at another size.  In: things
with their sizes in metres.  Out: whether they show the scale.
A camera sees a scene and the same scene twice as large, from twice as far, alike (Hartley and Zisserman 2004, section
10.2): only a thing of known size, or surroundings of known size, tell one from the other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log
from random import Random
from typing import Self

import numpy as np

from schemas.graph import Layout
from schemas.world import Body, Camera, World
from spatial.knowledge.knowledge_base import categories
from spatial.world.body_table import bodies
from spatial.world.pinhole import as_camera, as_pinhole

SLACK = 1e-9

FACTORS = (0.3, 3.0)
"""How large a scene without a scale is, at least and at most, as a share of the size that it was planned with."""

SCALE_ERROR = 1.12
"""By which factor a length measured by the usual sizes of all things in view is wrong at most: choices are 1.3 apart."""

SCALE_SPREAD = 0.2
"""How much real ones of a single thing differ that shows the scale alone; several that differ more do so together."""

Size = tuple[float, float, float]
"""Width, depth, height, metres."""


def is_of_any_size(category: str) -> bool:
    """Whether real things of a category are of any size."""
    known = categories().get(category)
    return known is not None and known.any_size


def shows_scale(things: Iterable[tuple[str, Size]], strictness: float = 1.0) -> bool:
    """Whether somebody who takes all these things to be of their usual size finds lengths as they are.

    `things`: categories, width, depth and height in metres.  Each has the more weight the less real ones of it differ;
    lengths along the ground and heights must both be right, for one may be measured by either.
    """
    rulers = [_Ruler.of(name, size) for name, size in things if name in bodies() and not is_of_any_size(name)]
    lengths = [(ruler.length, ruler.length_spread) for ruler in rulers]
    heights = [(ruler.height, ruler.height_spread) for ruler in rulers]
    return _is_measured(lengths, strictness) and _is_measured(heights, strictness)


@dataclass(frozen=True)
class _Ruler:
    """How much larger than usual a thing is, along the ground and in height: logarithms.  How much real ones differ."""

    length: float
    height: float
    length_spread: float
    height_spread: float

    @classmethod
    def of(cls, category: str, size: Size) -> Self:
        """Compared with the form of the category that it is most like."""
        kind = bodies()[category]
        forms = [_larger(size, kind.size_of(form)) for form in kind.forms]
        length, height = min(forms, key=lambda pair: abs(pair[0]) + abs(pair[1]))
        return cls(length, height, kind.spread, kind.spread if kind.height_spread is None else kind.height_spread)


def _larger(size: Size, usual: Size) -> tuple[float, float]:
    return log(max(size[:2]) / max(usual[:2])), log(size[2] / usual[2])


def _is_measured(found: Sequence[tuple[float, float]], strictness: float) -> bool:
    """Whether the mean of some logarithms, weighted by how little real ones differ, is known well and about 0."""
    weights = [spread**-2 for _, spread in found]
    if sum(weights) < SCALE_SPREAD**-2 - SLACK:
        return False
    mean = sum(weight * larger for weight, (larger, _) in zip(weights, found, strict=True)) / sum(weights)
    return abs(mean) * strictness <= log(SCALE_ERROR)


def at_any_scale(layout: Layout, world: World, names: Sequence[str], rng: Random) -> tuple[Layout, World]:
    """The scene at a size drawn evenly among its logarithms, where nothing in it has a known one; else as it is.

    `names`: the categories of the bodies.
    """
    if not world.space.plain or not all(map(is_of_any_size, names)):
        return layout, world
    low, high = map(log, FACTORS)
    factor = round(float(np.exp(rng.uniform(low, high))), 3)
    return layout.model_copy(update={"depth": tuple(_times(layout.depth, factor))}), scaled(world, factor)


def scaled(world: World, factor: float) -> World:
    """A world of which all lengths are multiplied by a factor: each camera sees the same picture."""
    space = world.space
    return World(
        space=space.model_copy(
            update={
                name: _times((getattr(space, name),), factor)[0]
                for name in ("ground", "left", "right", "front", "back", "height")
            }
        ),
        bodies=tuple(_body(body, factor) for body in world.bodies),
        camera=_camera(world.camera, factor),
        views=tuple(_camera(view, factor) for view in world.views),
    )


def _times(lengths: Sequence[float], factor: float) -> tuple[float, ...]:
    return tuple(round(length * factor, 4) for length in lengths)


def _body(body: Body, factor: float) -> Body:
    return body.model_copy(update={"size": _times(body.size, factor), "position": _times(body.position, factor)})


def _camera(camera: Camera, factor: float) -> Camera:
    pinhole = as_pinhole(camera)
    pinhole.world_to_camera[:3, 3] *= factor
    return as_camera(pinhole)
