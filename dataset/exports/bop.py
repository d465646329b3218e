"""BOP: pictures of scenes in metres with depths, masks and the pose of every body, as trainers of 6D poses read them.

In: a source.  Out: `train/000000/` and so on, of a thousand pictures each: `scene_camera.json`, `scene_gt.json`,
`scene_gt_info.json`, `rgb/`, `depth/`, `mask_visib/`; `models/models_info.json`.
Every body is a model of its own, since no two have the same size: a box with its size and category.
The picture of a further camera is the next picture of its scene, with the same bodies and without a depth map.
Lengths are in millimetres; the middle of the upper left pixel is (0, 0), as in OpenCV.  Rows without a camera are left out.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from math import hypot
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from dataset.exports.export_source import Row, Source
from dataset.exports.files.json_stream import dump
from dataset.exports.files.record_counts import of_scenes
from dataset.solid.run_lengths import Mask, mask_of
from schemas.errors import UserError

FOLDERS = {"validation": "val"}
"""What BOP calls a split otherwise than we."""

PICTURES_IN_SCENE = 1000
MM = 1000.0
FILES = ("scene_camera", "scene_gt", "scene_gt_info")
MIDDLE = 0.5
"""Of a pixel, from its corner: our pixels begin at whole numbers, BOP's have their middle there."""


@dataclass
class _Written:
    """The models of all splits: a line of JSON each."""

    models: list[str] = field(default_factory=list)

    def add(self, things: Sequence[Row], bodies: dict[int, int]) -> None:
        """Add the models of things that have none yet; `bodies` has the number of a model by a thing's id in its row."""
        for thing in things:
            if thing["id"] not in bodies:
                bodies[thing["id"]] = len(self.models) + 1
                self.models.append(f'"{len(self.models) + 1}":{dump(_model(thing))}')


def write(source: Source, out: Path) -> None:
    """Write each split and the table of models. Raises UserError where no row has a camera."""
    written = _Written()
    for split in source.splits:
        _split(source, split, out / FOLDERS.get(split, split), written)
    if not written.models:
        raise UserError("no row has a camera: BOP is for pictures of scenes in metres, as the renderer solid draws them")
    (out / "models").mkdir()
    _write_object(out / "models" / "models_info.json", written.models)


def count(out: Path, split: str) -> int:
    """Pictures of a split."""
    return of_scenes(out / FOLDERS.get(split, split))


def _split(source: Source, split: str, folder: Path, written: _Written) -> None:
    lines: dict[str, list[str]] = defaultdict(list)
    number = 0
    for row in source.rows(split):
        if row["camera"] is None:
            continue
        bodies: dict[int, int] = {}
        for seen in (row, *({**view, "sample_id": row["sample_id"]} for view in row["views"] or ())):
            scene = folder / f"{number // PICTURES_IN_SCENE:06}"
            written.add(seen["objects"], bodies)
            masks = [mask_of(thing["mask"]) for thing in seen["objects"]]
            for name, value in zip(FILES, _entries(seen, masks, bodies), strict=True):
                lines[name].append(f'"{number % PICTURES_IN_SCENE}":{dump(value)}')
            _save(seen, masks, scene, number % PICTURES_IN_SCENE)
            number += 1
            if number % PICTURES_IN_SCENE == 0:
                _close(scene, lines)
    if lines:
        _close(folder / f"{number // PICTURES_IN_SCENE:06}", lines)


def _close(scene: Path, lines: dict[str, list[str]]) -> None:
    for name in FILES:
        _write_object(scene / f"{name}.json", lines.pop(name))


def _write_object(path: Path, lines: list[str]) -> None:
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def _entries(row: Row, masks: list[Mask], bodies: Mapping[int, int]) -> tuple[Any, list[Any], list[Any]]:
    """What the three files say of one picture."""
    fx, fy, cx, cy = row["camera"]["intrinsics"]
    matrix = np.array(row["camera"]["world_to_camera"]).reshape(4, 4)
    camera = {
        "cam_K": [fx, 0.0, cx - MIDDLE, 0.0, fy, cy - MIDDLE, 0.0, 0.0, 1.0],
        "depth_scale": 1.0,
        "cam_R_w2c": matrix[:3, :3].reshape(-1).tolist(),
        "cam_t_w2c": (matrix[:3, 3] * MM).tolist(),
        "sample_id": row["sample_id"],
    }
    poses = [{**_pose(thing, matrix), "obj_id": bodies[thing["id"]]} for thing in row["objects"]]
    return camera, poses, [_pixels(thing, mask) for thing, mask in zip(row["objects"], masks, strict=True)]


def _model(thing: Row) -> dict[str, Any]:
    """A box about the origin, z up, its front towards +y."""
    size = [side * MM for side in thing["size"]]
    bounds = {f"min_{axis}": -side / 2 for axis, side in zip("xyz", size, strict=True)}
    sides = {f"size_{axis}": side for axis, side in zip("xyz", size, strict=True)}
    return {"diameter": hypot(*size), **bounds, **sides, "category": thing["category"]}


def _pose(thing: Row, world_to_camera: Any) -> dict[str, Any]:
    turn = np.radians(thing["heading"])
    sine, cosine = np.sin(turn), np.cos(turn)
    axes = np.array([[sine, cosine, 0.0], [-cosine, sine, 0.0], [0.0, 0.0, 1.0]])
    if thing["rotation"] is not None:
        axes = np.array(thing["rotation"]).reshape(3, 3)
    place = world_to_camera[:3, :3] @ thing["position"] + world_to_camera[:3, 3]
    rotation = (world_to_camera[:3, :3] @ axes).reshape(-1)
    return {"cam_R_m2c": rotation.tolist(), "cam_t_m2c": (place * MM).tolist()}


def _pixels(thing: Row, mask: Mask) -> dict[str, Any]:
    x, y, width, height = thing["amodal_box"]
    left, top = int(np.floor(x)), int(np.floor(y))
    visible = int(mask.sum())
    return {
        "bbox_obj": [left, top, int(np.ceil(x + width)) - left, int(np.ceil(y + height)) - top],
        "bbox_visib": thing["box"],
        "px_count_all": round(visible / thing["visible"]) if thing["visible"] else 0,
        "px_count_visib": visible,
        "visib_fract": thing["visible"],
    }


def _save(row: Row, masks: list[Mask], scene: Path, number: int) -> None:
    for name in ("rgb", "depth", "mask_visib"):
        (scene / name).mkdir(parents=True, exist_ok=True)
    with Image.open(BytesIO(row["image"]["bytes"])) as picture:
        picture.convert("RGB").save(scene / "rgb" / f"{number:06}.png", compress_level=3)
    if row.get("depth_map") is not None:
        (scene / "depth" / f"{number:06}.png").write_bytes(row["depth_map"]["bytes"])
    for place, mask in enumerate(masks):
        picture_of_mask = Image.fromarray(mask.astype(np.uint8) * 255)
        picture_of_mask.save(scene / "mask_visib" / f"{number:06}_{place:06}.png", compress_level=3)
