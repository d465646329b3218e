"""Checks what a row says of a scene in metres: the camera against the picture, masks against boxes, depths against bodies.

In: a row and its provenance.  Out: faults.  A row without a camera is of another renderer, or older.
Computes corners and pixels of its own; what the graph's world and the layers in the picture's file say must agree.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dataset.audit.fault_kinds import Fault
from dataset.audit.solid.stated_bodies import DEPTH_M, SAME, Eye, body_faults, corners, silhouette_faults
from dataset.audit.solid.stated_masks import read_mask
from dataset.audit.tar_rows import Row
from schemas.picture_layers import Layers, read_layers

IN_METRES = (
    "position",
    "size",
    "heading",
    "has_front",
    "distance",
    "mask",
    "amodal_box",
    "support",
    "rotation",
    "hidden_by",
)
"""Fields of an object that are null where there is no camera."""

ROUNDED = 2e-4
"""Of shares, beside a part of a hundred that the rims of silhouettes are worth."""

RIM = 0.01
"""Of a silhouette's area: the middle of a pixel may be on either side of its rim."""

WALL_OFF_M, NEAREST_WALL_M = 0.25, 2.2
"""Of a side wall: from where things may stand, and from the world's middle at least."""

Array = NDArray[np.float64]
Detail = tuple[str, str]


@dataclass(frozen=True)
class _Seen:
    """A row, the graph of its provenance, and the layers in its picture's file."""

    row: Row
    graph: Mapping[str, Any]
    layers: Layers | None

    @property
    def size(self) -> tuple[int, int]:
        return self.row["width"], self.row["height"]

    @cached_property
    def eye(self) -> Eye:
        camera = self.row["camera"]
        matrix = np.array(camera["world_to_camera"], float).reshape(4, 4)
        return Eye(np.array(camera["intrinsics"], float), matrix, self.size)

    def planned(self, number: int) -> Mapping[str, Any]:
        """The body of the graph with this number, empty for none."""
        things = (self.graph.get("world") or {}).get("bodies") or []
        return things[number] if number < len(things) else {}

    def recorded(self, number: int) -> Sequence[float] | None:
        """The box of an object's whole silhouette in the picture's file, None where there is none."""
        return self.layers.amodal[number] if self.layers is not None and number < len(self.layers.amodal) else None

    @cached_property
    def index(self) -> NDArray[np.uint8] | None:
        return None if self.layers is None else _pixels(self.layers.index, "L", self.size).astype(np.uint8)

    @cached_property
    def depth(self) -> Array | None:
        """Metres. Raises ValueError where the map is none of the picture."""
        stated = self.row.get("depth_map")
        return None if stated is None else _pixels(stated["bytes"], "I;16", self.size) / 1000


def world_faults(row: Row, provenance: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with camera, bodies, masks and depths."""
    one, graph = row["sample_id"], provenance.get("graph") or {}
    if row.get("camera") is None:
        stated = [thing["id"] for thing in row["objects"] if any(thing.get(name) is not None for name in IN_METRES)]
        if stated or row.get("depth_map") is not None:
            yield Fault("camera", one, "there are bodies or depths, and no camera that sees them")
        return
    seen = _Seen(row, graph, read_layers((row["image"] or {}).get("bytes") or b""))
    for kind, detail in (*_camera(seen), *_room(seen), *_plain_ground(seen), *_depth_map(seen)):
        yield Fault(kind, one, detail)
    for thing in row["objects"]:
        yield from (Fault(kind, one, f"object {thing['id']}: {detail}") for kind, detail in _object(seen, thing))


def _camera(seen: _Seen) -> Iterator[Detail]:
    world = seen.graph.get("world")
    if world is None:
        yield "camera", "the graph was not planned in metres"
        return
    planned = np.array(world["camera"]["intrinsics"]) * seen.row["width"] / seen.graph["layout"]["canvas"][0]
    if not np.allclose(seen.eye.intrinsics, planned, atol=SAME):
        yield "camera", f"intrinsics {seen.eye.intrinsics.tolist()} are said, {planned.tolist()} were planned"
    if not np.allclose(seen.eye.matrix.reshape(-1), world["camera"]["world_to_camera"], atol=SAME):
        yield "camera", "world_to_camera is not the planned one"
    turn = seen.eye.matrix[:3, :3]
    if not np.allclose(turn @ turn.T, np.eye(3), atol=1e-4) or np.linalg.det(turn) < 0:
        yield "camera", "world_to_camera does not turn the world, it distorts it"


def _room(seen: _Seen) -> Iterator[Detail]:
    """Walls stand off the region of the things, and at least so far from the middle; rows of old say nothing of them."""
    stated, space = seen.row.get("room"), (seen.graph.get("world") or {}).get("space") or {}
    if stated is None:
        if space.get("kind") == "room" and _is_of_now(seen.row):
            yield "room", "walls were planned, and none are said"
        return
    if space.get("kind") != "room":
        yield "room", f"walls at {stated} are said of a scene that is no room"
        return
    left, right = min(space["left"] - WALL_OFF_M, -NEAREST_WALL_M), max(space["right"] + WALL_OFF_M, NEAREST_WALL_M)
    if not np.allclose([stated["left"], stated["right"], stated["back"]], [left, right, space["back"]], atol=ROUNDED):
        yield "room", f"walls at {stated} are said, {left}, {right} and {space['back']} were planned"


def _is_of_now(row: Row) -> bool:
    """Whether a row says anything that rows did not say before they had walls and plain ground."""
    said = any(row.get(name) is not None for name in ("room", "plain_ground"))
    return said or any('"projection":' in (question["certificate"] or "") for question in row["questions"])


def _plain_ground(seen: _Seen) -> Iterator[Detail]:
    if seen.row.get("plain_ground") is None and _is_of_now(seen.row):
        yield "plain_ground", "whether the ground is plain is not said"
        return
    planned = bool(((seen.graph.get("world") or {}).get("space") or {}).get("plain"))
    if bool(seen.row.get("plain_ground")) is not planned:
        yield (
            "plain_ground",
            f"{'plain ground' if planned else 'ground in surroundings'} was planned, and not said",
        )


def _depth_map(seen: _Seen) -> Iterator[Detail]:
    try:
        if seen.depth is not None and seen.layers is not None and seen.row["depth_map"]["bytes"] != seen.layers.depth:
            yield "depth_map", "it is not the one in the picture's file"
    except (OSError, SyntaxError, ValueError) as error:
        yield "depth_map", str(error)[:200]


def _object(seen: _Seen, thing: Mapping[str, Any]) -> Iterator[Detail]:
    if any(thing[name] is None for name in ("position", "size", "heading", "distance", "mask", "amodal_box")):
        yield "body", "it has no body, and the row has a camera"
        return
    yield from body_faults(seen.eye, thing, seen.planned(thing["id"]))
    points = seen.eye.sees(corners(thing))
    yield from silhouette_faults(seen.eye, thing, points, seen.recorded(thing["id"]))
    try:
        mask = read_mask(thing["mask"], seen.size)
    except ValueError as error:
        yield "mask", str(error)
        return
    yield from _mask(seen, thing, mask)
    yield from _covers(seen, thing, mask)
    yield from _depths(seen, mask, points[:, 2])


def _mask(seen: _Seen, thing: Mapping[str, Any], mask: NDArray[np.bool_]) -> Iterator[Detail]:
    rows, columns = np.nonzero(mask)
    bounds = [columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1] if len(rows) else None
    if bounds != list(thing["box"]):
        yield "mask", f"it is bounded by {bounds and [int(value) for value in bounds]}, the box is {thing['box']}"
    if seen.index is not None and not np.array_equal(mask, seen.index == thing["id"] + 1):
        yield "mask", "it is not where the picture's file has the object"


def _covers(seen: _Seen, thing: Mapping[str, Any], mask: NDArray[np.bool_]) -> Iterator[Detail]:
    """Whether what is said to hide a thing is seen within what bounds the whole thing, and reaches nearer than it."""
    stated = thing.get("hidden_by")
    known = None if seen.layers is None else seen.layers.covers
    planned = None if known is None else [{"object": number, "share": share} for number, share in known[thing["id"]]]
    if stated != planned:
        yield "hidden_by", f"{stated} is said, {planned} is in the picture's file"
    if stated is None or thing["visible"] <= 0:
        return
    area, others = mask.sum() / thing["visible"], {other["id"]: other for other in seen.row["objects"]}
    if sum(each["share"] for each in stated) + thing["visible"] > 1 + RIM + ROUNDED * (1 + len(stated)):
        yield "hidden_by", f"{stated} and what is visible are more than all of it"
    for each in stated:
        other = others.get(each["object"])
        most = 0 if other is None or other is thing else _seen_within(seen, other, thing["amodal_box"])
        if most is None:
            continue  # which is a fault of its own
        if each["share"] * (area - 1) > most + RIM * area:
            yield "hidden_by", f"{each['share']} by object {each['object']} is said, of which {most} pixels are seen there"
        elif other is not None and _reach(seen, other)[0] > _reach(seen, thing)[1]:
            yield "hidden_by", f"object {each['object']} is behind it"


def _seen_within(seen: _Seen, other: Mapping[str, Any], box: Sequence[float]) -> int | None:
    """How many pixels of an object are seen in a box, None where that or its mask cannot be read."""
    try:
        if not np.isfinite(box).all():
            return None
        mask = read_mask(other["mask"], seen.size)
    except ValueError:
        return None
    left, top = (int(np.floor(value)) for value in box[:2])
    right, bottom = (int(np.ceil(box[axis] + box[axis + 2])) for axis in (0, 1))
    return int(mask[max(0, top) : bottom, max(0, left) : right].sum())


def _reach(seen: _Seen, thing: Mapping[str, Any]) -> tuple[float, float]:
    """Metres along the camera's axis to a body's nearest and farthest corner."""
    if any(thing[name] is None for name in ("position", "size", "heading")):
        return 0.0, float("inf")
    depths = seen.eye.sees(corners(thing))[:, 2]
    return float(depths.min()), float(depths.max())


def _depths(seen: _Seen, mask: NDArray[np.bool_], corner_depths: Array) -> Iterator[Detail]:
    try:
        depth = seen.depth
    except (OSError, SyntaxError, ValueError):
        return  # said of the row
    known = None if depth is None else depth[mask & (depth > 0)]
    if known is None or not len(known):
        return
    middle, near, far = float(np.median(known)), float(corner_depths.min()), float(corner_depths.max())
    if not near - DEPTH_M <= middle <= far + DEPTH_M:
        yield "depth_map", f"{middle:.3f} m is seen, its corners are {near:.3f} to {far:.3f} m away"


def _pixels(png: bytes, mode: str, size: tuple[int, int]) -> Array:
    """The pixels of a PNG. Raises ValueError where it is of another kind or size, and what a decoder raises."""
    with Image.open(BytesIO(png)) as picture:
        if (picture.format, picture.mode, picture.size) != ("PNG", mode, size):
            raise ValueError(f"a {picture.format} in mode {picture.mode} of {picture.size} is no {mode} PNG of {size}")
        return np.asarray(picture, float)
