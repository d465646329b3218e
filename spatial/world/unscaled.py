"""Scenes without a scale: bare shapes on plain ground, of which a picture cannot show how large they are.

In: a layout, its world, the categories of the bodies, random numbers.  Out: the same scene at another size.
A camera sees a scene and the same scene twice as large, from twice as far, alike (Hartley and Zisserman 2004, section
10.2): only a thing of known size, or surroundings of known size, tell one from the other.
"""

from collections.abc import Sequence
from math import log
from random import Random

import numpy as np

from schemas.graph import Layout
from schemas.world import Body, Camera, World
from spatial.knowledge.knowledge_base import categories
from spatial.world.pinhole import as_camera, as_pinhole

FACTORS = (0.3, 3.0)
"""How large a scene without a scale is, at least and at most, as a share of the size that it was planned with."""


def is_of_any_size(category: str) -> bool:
    """Whether real things of a category are of any size."""
    known = categories().get(category)
    return known is not None and known.any_size


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
