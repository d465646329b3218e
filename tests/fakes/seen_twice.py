"""Scenes that several cameras see: bodies on the ground at random, projected by each camera as their boxes.

In: a seed.  Out: a scene with views, whose boxes and visible shares follow from the bodies alone; nothing hides another.
"""

import random
from itertools import product

import numpy as np

from schemas.events import Scene, SeenObject
from schemas.pictures import SeenBody, SeenView, SeenWorld
from schemas.world import Camera
from spatial.world.body_table import bodies

SIDE = 400
NAMES = ("sofa", "chair", "lamp", "dog", "cat", "plant", "bench", "bicycle", "suitcase", "stool")
COLOURS = ("red", "blue")


def looking(eye: tuple[float, float, float], degrees: float, focal: float = 420.0) -> Camera:
    """A level camera at a place, turned by so many degrees counter-clockwise from +y."""
    turn = np.radians(degrees)
    right, ahead = np.array([np.cos(turn), np.sin(turn), 0]), np.array([-np.sin(turn), np.cos(turn), 0])
    matrix = np.eye(4)
    matrix[:3, :3] = np.stack([right, (0, 0, -1), ahead])
    matrix[:3, 3] = -matrix[:3, :3] @ np.array(eye)
    values = tuple(float(value) for value in matrix.reshape(-1))
    return Camera(intrinsics=(focal, focal, SIDE / 2, SIDE / 2), world_to_camera=values)


def picture(camera: Camera, named: list[tuple[int, str, tuple[str, ...], SeenBody]]) -> SeenView:
    """What a camera sees of bodies: the parts of their boxes in the frame."""
    objects = []
    matrix = np.array(camera.world_to_camera).reshape(4, 4)
    for number, category, words, body in named:
        halves = np.array([np.multiply(signs, body.size) / 2 for signs in product((-1, 1), repeat=3)])
        points = (halves + body.position) @ matrix[:3, :3].T + matrix[:3, 3]
        if points[:, 2].min() < 0.1:
            continue
        pixels = points[:, :2] / points[:, 2:] * camera.intrinsics[0] + SIDE / 2
        low, high = pixels.min(axis=0), pixels.max(axis=0)
        left, top = (round(float(value)) for value in np.clip(low, 0, SIDE))
        right, bottom = (round(float(value)) for value in np.clip(high, 0, SIDE))
        if right - left < 1 or bottom - top < 1:
            continue
        share = (right - left) * (bottom - top) / float(np.prod(high - low))
        depth = float((matrix[:3, :3] @ body.position + matrix[:3, 3])[2])
        objects.append(
            SeenObject(
                id=number, category=category, attributes=words, box=(left, top, right - left, bottom - top),
                depth=depth, visible=min(1.0, share),
            )
        )  # fmt: skip
    return SeenView(canvas=(SIDE, SIDE), objects=tuple(objects), camera=camera)


def seen_by(cameras: list[Camera], named: list[tuple[int, str, tuple[str, ...], SeenBody]]) -> Scene:
    """The scene of the first camera, with the views of the others. The first one must see everything."""
    first, *views = (picture(camera, named) for camera in cameras)
    seen = {thing.id for thing in first.objects}
    bodies = [body for number, _, _, body in named if number in seen]
    kept = [view.model_copy(update={"objects": tuple(t for t in view.objects if t.id in seen)}) for view in views]
    world = SeenWorld(camera=first.camera, bodies=tuple(bodies))
    return Scene(canvas=first.canvas, scene="room", objects=first.objects, world=world, views=tuple(kept))


def seen_twice(seed: int, views: int = 2) -> Scene:
    """A scene of three to six things, from the front and from other places."""
    rng = random.Random(f"seen {seed}")
    named = []
    for number, name in enumerate(rng.sample(NAMES, rng.randint(3, 6))):
        size = rng.choice(((0.5, 0.5, 0.6), (0.9, 0.6, 0.8), (0.4, 0.4, 1.3)))
        x, y = rng.uniform(-1.9, 1.9), rng.uniform(3.5, 7.5)
        colour = (rng.choice(COLOURS),) if rng.random() < 0.4 else ()
        body = SeenBody(position=(x, y, size[2] / 2), size=size, heading=90.0, has_front=rng.random() < 0.5)
        named.append((number, name, colour, body))
    cameras = [looking((0.0, 0.0, 1.2), 0.0)]
    for _ in range(views):
        if rng.random() < 0.3:
            cameras.append(looking((rng.uniform(-0.2, 0.2), rng.choice((-2.0, 1.3)), 1.2), 0.0))
            continue
        around = rng.choice((-1, 1)) * rng.uniform(8, 35)
        turn, away = np.radians(around), rng.uniform(0.9, 1.3)
        eye = (5.5 * away * float(np.sin(turn)), 5.5 - 5.5 * away * float(np.cos(turn)), 1.2)
        cameras.append(looking(eye, around + rng.choice((0.0, 0.0, rng.uniform(-15, 15)))))
    return seen_by(cameras, named)


USUAL = ("sofa", "chair", "dog", "cat", "bench", "bicycle", "suitcase", "stool")
"""Things of about one size each."""


def turned_past(seed: int) -> Scene:
    """Three to five things of their usual sizes, seen from the front, and by a camera that is turned past some of them."""
    rng = random.Random(f"turned {seed}")
    named = []
    for number, name in enumerate(rng.sample(USUAL, rng.randint(3, 5))):
        size = bodies()[name].size
        x, y = rng.uniform(-1.9, 1.9), rng.uniform(5.5, 7.5)
        body = SeenBody(position=(x, y, size[2] / 2), size=size, heading=-90.0)
        named.append((number, name, (), body))
    turn = rng.choice((-1, 1)) * rng.uniform(8, 30)
    return seen_by([looking((0.0, 0.0, 1.2), 0.0), looking((rng.uniform(-0.6, 0.6), 0.3, 1.2), turn)], named)
