"""Small scenes in metres: bodies put by hand or at random, seen by a camera that looks along +y from the height of eyes."""

import math
import random
from collections.abc import Mapping, Sequence
from typing import Any

from schemas.events import Scene
from schemas.pictures import Cover, SeenBody, SeenRoom, SeenWorld
from schemas.world import Camera
from spatial.world.body_table import bodies
from tests.fakes.rooms import room, thing

EYE = (0.0, -4.0, 1.5)
"""The camera's centre, metres."""

SHARES = (0.36, 0.4, 0.5, 0.62, 0.8, 0.9)
"""What is to be seen of things that are hidden in part."""

USUAL = 0.75
"""The share of scenes whose things are about as large as usual."""

LEAN = 0.125
"""The share of bodies on the ground that lean."""

LOOKING_ALONG_Y = (1, 0, 0, -EYE[0], 0, 0, -1, EYE[2], 0, 1, 0, -EYE[1], 0, 0, 0, 1)
"""World to camera: x right, y down, z forward."""


def body(x: float, y: float, **more: Any) -> SeenBody:
    """A body of half a metre on the ground, unless it is said otherwise; it looks towards the camera."""
    size = more.pop("size", (0.5, 0.5, 0.5))
    position = (x, y, more.pop("z", size[2] / 2))
    return SeenBody(position=position, size=size, heading=more.pop("heading", -90.0), **more)


def usual(category: str, x: float, y: float, **more: Any) -> SeenBody:
    """A body that is as large as things of the category usually are."""
    return body(x, y, size=bodies()[category].size, **more)


def _usual_size(category: str, rng: random.Random) -> tuple[float, float, float]:
    kind = bodies()[category]
    return kind.varied(rng.choice(kind.forms), rng)


def world_of(bodies: Sequence[SeenBody]) -> SeenWorld:
    return SeenWorld(camera=Camera(intrinsics=(400, 400, 200, 200), world_to_camera=LOOKING_ALONG_Y), bodies=tuple(bodies))


def covers(shares: Mapping[int, float]) -> tuple[Cover, ...]:
    """What hides a thing: shares of it by the ids of others."""
    return tuple(Cover(object=one, share=share) for one, share in shares.items())


def furnished(things: Mapping[str, SeenBody], visible: Mapping[str, float] | None = None) -> Scene:
    """The scene with these things, seen side by side in this order; a name of two words begins with a colour.

    `visible`: the shares to be seen of those that are hidden in part.
    """
    seen_things = []
    for k, name in enumerate(things):
        *colour, category = name.split()
        seen = (visible or {}).get(name, 1.0)
        seen_things.append(thing(category, (10 + 45 * k, 150, 40, 40), *colour, depth=1.0 + k, visible=seen))
    return room(*seen_things).model_copy(update={"world": world_of(list(things.values()))})


def with_random_world(scene: Scene, seed: int) -> Scene:
    """The scene's objects put into space at random, some on others, some with a front.

    Four in ten are hidden in part, by one or two others.  In three of four scenes they have about their usual sizes.
    """
    rng = random.Random(f"world {seed}")
    shares = [rng.choice(SHARES) if rng.random() < 0.4 else thing.visible for thing in scene.objects]
    seen = zip(scene.objects, shares, strict=True)
    scene = scene.model_copy(update={"objects": tuple(each.model_copy(update={"visible": share}) for each, share in seen)})
    placed: list[SeenBody] = []
    is_usual = rng.random() < USUAL
    spread = rng.choice((1.0, 1.0, 2.0))
    ids = [each.id for each in scene.objects]
    for k in range(len(scene.objects)):
        size = (rng.uniform(0.05, 1.5), rng.uniform(0.05, 1.5), rng.uniform(0.05, 1.5))
        if is_usual and scene.objects[k].category in bodies():
            size = _usual_size(scene.objects[k].category, rng)
        base = rng.randrange(k) if k and rng.random() < 0.5 else None
        x, y = spread * rng.uniform(-3, 3), spread * rng.uniform(-2, 6)
        foot = 0.0
        if base is not None:
            below = placed[base]
            x, y, foot = below.position[0], below.position[1], below.position[2] + below.size[2] / 2
        heading, has_front = rng.choice((-90.0, 0.0, rng.uniform(-180, 180))), rng.random() < 0.6
        support = None if base is None else ids[base]
        one = body(x, y, z=foot + size[2] / 2, size=size, heading=heading, has_front=has_front, support=support)
        placed.append(_leaning(one, random.Random(f"leaning {seed} {k}")) if base is None else one)
    hidden = [each.model_copy(update={"hidden_by": _covers(scene, k, rng)}) for k, each in enumerate(placed)]
    walls = SeenRoom(left=-rng.uniform(2.2, 5), right=rng.uniform(2.2, 5), back=rng.uniform(6.5, 14))
    return scene.model_copy(update={"world": world_of(hidden).model_copy(update={"room": walls})})


def _leaning(one: SeenBody, rng: random.Random) -> SeenBody:
    """The body tilted backwards, one of eight; it has no front then."""
    if rng.random() > LEAN:
        return one
    turn, tilt = math.radians(one.heading), math.radians(rng.uniform(5, 20))
    c, s, level, up = math.cos(turn), math.sin(turn), math.cos(tilt), math.sin(tilt)
    rows = (s, level * c, -up * c), (-c, level * s, -up * s), (0.0, up, level)
    return one.model_copy(update={"rotation": tuple(value for row in rows for value in row), "has_front": False})


def _covers(scene: Scene, k: int, rng: random.Random) -> tuple[Cover, ...]:
    others, share = [each.id for each in scene.objects if each.id != scene.objects[k].id], 1 - scene.objects[k].visible
    if not others or share <= 0:
        return ()
    parts = rng.choice(((1.0,), (0.6, 0.4), (0.99, 0.01)))
    covering = sorted(rng.sample(others, min(len(parts), len(others))))
    return tuple(Cover(object=one, share=round(part * share, 4)) for one, part in zip(covering, parts, strict=False))
