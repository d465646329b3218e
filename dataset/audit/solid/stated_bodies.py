"""Checks what a row says of a body: place, size, heading, support and lean against the graph, its front, what follows of
the camera, and the box of its whole silhouette.

In: an object, the camera that sees it, the planned body.  Out: faults as kind and detail.
A front follows from the category: no record in a picture says whether a thing has one, so that those that have one are
listed here, apart from the table that the writer reads.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

NEAR_PX = 2.0
FACE_PX = 1.0
"""How far a silhouette may stay off a side of its body's box."""

BOX_PX = 0.51
"""By how much what is visible reaches over the whole: half a pixel is painted where its middle is."""

DEPTH_M = 0.01
"""Of a body's nearest and farthest corner: its surface is rounded to millimetres."""

SAME = 1e-6

WITH_FRONT = frozenset({
    "alarm clock", "armchair", "bed", "bench", "bicycle", "blackboard", "bookshelf", "bus", "cabinet", "camera",
    "car", "cat", "chair", "coffee machine", "computer", "computer mouse", "cow", "crow", "delivery truck", "desk", "dog",
    "dog house", "doll house", "dresser", "duck", "elephant", "file cabinet", "framed picture", "guitar", "hedgehog",
    "horse", "hospital bed", "house", "hut", "jack-o'-lantern", "keyboard", "kitchen counter", "laptop", "loudspeaker",
    "mailbox", "mantel clock", "microwave", "mirror", "mobile phone", "mouse", "nightstand", "owl", "penguin", "piano",
    "pickup truck", "pig", "police car", "postbox", "printer", "rabbit", "radio", "refrigerator", "sailboat", "sheep",
    "snowman", "sofa", "steam locomotive", "stop sign", "stove", "taxi", "teddy bear", "telephone", "television", "tent",
    "toaster", "toilet", "toy train", "traffic light", "turtle", "tv stand", "van", "wall clock", "wardrobe", "washbasin",
    "washing machine", "whiteboard",
})  # fmt: skip
"""Categories that look somewhere, so that anybody would tell where."""

DISPUTED_FRONT = frozenset({
    "backpack", "canoe", "curtain", "fence", "fire hydrant", "kettle", "notebook", "railway carriage", "street lamp",
    "suitcase", "traffic barrier", "wall shelf", "window", "xylophone",
})  # fmt: skip
"""Categories of which rows of before say that they have one, and later ones that they have none."""

Array = NDArray[np.float64]
Detail = tuple[str, str]


@dataclass(frozen=True, eq=False)
class Eye:
    """A camera: `intrinsics` fx, fy, cx, cy in pixels of a picture of `size`, `matrix` 4 × 4 from world to camera."""

    intrinsics: Array
    matrix: Array
    size: tuple[int, int]

    def sees(self, points: Array) -> Array:
        """Points of the world (n × 3) as it sees them (n × 3, metres, z along its axis)."""
        found: Array = points @ self.matrix[:3, :3].T + self.matrix[:3, 3]
        return found

    def pixels(self, seen: Array) -> Array:
        """Where points before it (n × 3, as it sees them) are in the picture (n × 2)."""
        fx, fy, cx, cy = self.intrinsics
        found: Array = seen[:, :2] / seen[:, 2:] * (fx, fy) + (cx, cy)
        return found


def body_faults(eye: Eye, thing: Mapping[str, Any], planned: Mapping[str, Any]) -> Iterator[Detail]:
    """A body against the planned one, its front, and its distance and depth."""
    for name in ("position", "size", "heading", "support", "rotation"):
        stated = thing.get(name)
        if stated is None or planned.get(name) is None:
            is_same = stated == planned.get(name)
        else:
            is_same = bool(np.allclose(stated, planned[name], atol=SAME))
        if not is_same:
            yield "body", f"{name} {stated} is said, {planned.get(name)} was planned"
    yield from _front(thing)
    [place] = eye.sees(np.array([thing["position"]], float))
    for name, follows in (("distance", float(np.linalg.norm(place))), ("depth", float(place[2]))):
        if not abs(follows - thing[name]) <= DEPTH_M:  # of what is no number either
            yield "body", f"{name} {thing[name]} is said, {follows:.3f} follows"


def _front(thing: Mapping[str, Any]) -> Iterator[Detail]:
    is_upright, said = thing.get("rotation") is None, thing.get("has_front")
    if thing["category"] in DISPUTED_FRONT and is_upright and said is not None:
        return
    has_front = thing["category"] in WITH_FRONT and is_upright
    if said is not has_front:
        yield "body", f"has_front {said} is said of a {thing['category']}, which has {'one' if has_front else 'none'}"


def corners(thing: Mapping[str, Any]) -> Array:
    """The eight corners of an object's box in the world (8 × 3, metres): by width, depth, then height."""
    width, depth, height = thing["size"]
    turn = np.radians(thing["heading"])
    axes = np.array([[np.sin(turn), -np.cos(turn), 0], [np.cos(turn), np.sin(turn), 0], [0, 0, 1]]).T
    if thing.get("rotation") is not None:
        axes = np.array(thing["rotation"], float).reshape(3, 3)
    halves = np.array([[a * width, b * depth, c * height] for a, b, c in product((-0.5, 0.5), repeat=3)])
    found: Array = halves @ axes.T + np.array(thing["position"], float)
    return found


def silhouette_faults(
    eye: Eye, thing: Mapping[str, Any], points: Array, recorded: Sequence[float] | None
) -> Iterator[Detail]:
    """The box of the whole silhouette: against the one in the picture's file, what is visible of it, and the body.

    `points`: the corners, as the camera sees them (8 × 3).  A silhouette is within the corners, and reaches each side of
    the body's box that is wholly in the picture.
    """
    stated = thing["amodal_box"]
    if not np.isfinite(stated).all() or len(stated) != 4:
        yield "amodal_box", f"{stated} is no box"
        return
    if recorded is not None and not np.allclose(stated, recorded, rtol=0, atol=SAME):
        yield "amodal_box", f"{stated} is said, {list(recorded)} is in the picture's file"
    start, end = _ends(stated)
    seen_start, seen_end = _ends(thing["box"])
    if (start > seen_start + BOX_PX).any() or (end < seen_end - BOX_PX).any():
        yield "amodal_box", f"{stated} does not hold {thing['box']}, which is visible"
    if points[:, 2].min() <= 0:
        yield "body", "it is behind the camera"
        return
    pixels = eye.pixels(points)
    low, high = np.clip([pixels.min(axis=0), pixels.max(axis=0)], 0, eye.size)
    if (start < low - NEAR_PX).any() or (end > high + NEAR_PX).any():
        bounds = [round(float(value)) for value in (*low, *(high - low))]
        yield "amodal_box", f"{stated} is not within {bounds}, which the camera sees its corners in"
    if any(
        (face.min(axis=0) > end + FACE_PX).any() or (face.max(axis=0) < start - FACE_PX).any()
        for face in _sides(eye, pixels)
    ):
        yield "amodal_box", f"{stated} does not reach a side of its body, which is in the picture"


def _is_off(points: Array, start: Array, end: Array) -> bool:
    """Whether what bounds some points is plainly outside of a box."""
    return bool((points.min(axis=0) > end + FACE_PX).any() or (points.max(axis=0) < start - FACE_PX).any())


def _ends(box: Sequence[float]) -> tuple[Array, Array]:
    x, y, width, height = box
    return np.array([x, y], float), np.array([x + width, y + height], float)


def _sides(eye: Eye, pixels: Array) -> Iterator[Array]:
    """The corners (4 × 2) of each side of a body's box that is wholly in the picture."""
    ways = np.array(list(product((0, 1), repeat=3)))
    for axis, end in product(range(3), (0, 1)):
        face = pixels[ways[:, axis] == end]
        if (face >= 0).all() and (face <= eye.size).all():
            yield face
