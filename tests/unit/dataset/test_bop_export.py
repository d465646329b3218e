"""The BOP export: what a reader of its files projects and counts is what the picture shows."""

import json
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from dataset.exports import Source, export
from dataset.exports.bop import count
from dataset.table.delta_table import Table
from dataset.table.row_encoding import rows_of
from schemas.errors import UserError
from schemas.interfaces import Sample
from spatial.splits import SPLITS
from tests.fakes.events import make_picture, make_samples
from tests.fakes.line import store_rows

pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def out(solid_samples: list[Sample], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, plain = tmp_path_factory.mktemp("bop"), make_samples(1)[0]
    uri = store_rows(str(folder / "table"), [Sample(plain, make_picture(plain.graph)), *solid_samples])
    return export(Source.open(uri), "bop", folder / "out")


def read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text("utf-8")))


def pictures(out: Path) -> list[tuple[Path, str, dict[str, Any]]]:
    """Every picture's scene, number and camera."""
    scenes = sorted(path.parent for path in out.rglob("scene_camera.json"))
    return [(scene, number, camera) for scene in scenes for number, camera in read(scene / "scene_camera.json").items()]


def pixels(png: Path) -> np.ndarray:
    with Image.open(png) as picture:
        return np.asarray(picture)


def test_corners_of_the_models_at_their_poses_bound_what_is_seen(out: Path):
    models = read(out / "models" / "models_info.json")
    for scene, number, camera in pictures(out):
        matrix = np.array(camera["cam_K"]).reshape(3, 3)
        infos = read(scene / "scene_gt_info.json")[number]
        for pose, info in zip(read(scene / "scene_gt.json")[number], infos, strict=True):
            model = models[str(pose["obj_id"])]
            sides = [(model[f"min_{axis}"], model[f"min_{axis}"] + model[f"size_{axis}"]) for axis in "xyz"]
            points = np.array(list(product(*sides))) @ np.array(pose["cam_R_m2c"]).reshape(3, 3).T + pose["cam_t_m2c"]
            seen = points @ matrix.T
            at = seen[:, :2] / seen[:, 2:] + 0.5
            x, y, width, height = info["bbox_obj"]
            assert np.abs(np.clip(at.min(axis=0), 0, 128) - (x, y)).max() <= 2
            assert np.abs(np.clip(at.max(axis=0), 0, 128) - (x + width, y + height)).max() <= 2
            assert model["diameter"] == pytest.approx(np.linalg.norm(points[0] - points[-1]))


def test_masks_depths_and_counts_agree(out: Path):
    for scene, number, camera in pictures(out):
        name = f"{int(number):06}"
        depth = pixels(scene / "depth" / f"{name}.png") * camera["depth_scale"]
        assert pixels(scene / "rgb" / f"{name}.png").shape == (128, 128, 3)
        poses = read(scene / "scene_gt.json")[number]
        for place, info in enumerate(read(scene / "scene_gt_info.json")[number]):
            mask = pixels(scene / "mask_visib" / f"{name}_{place:06}.png")
            assert set(np.unique(mask)) == {0, 255}
            assert (mask > 0).sum() == info["px_count_visib"] <= info["px_count_all"]
            assert info["px_count_visib"] / info["px_count_all"] == pytest.approx(info["visib_fract"], abs=0.01)
            assert abs(np.median(depth[mask > 0]) - poses[place]["cam_t_m2c"][2]) < 2000


def test_every_sample_in_metres_is_there_once_and_others_are_not(out: Path, solid_samples: list[Sample]):
    found = [camera["sample_id"] for _, _, camera in pictures(out)]
    assert sum(count(out, split) for split in SPLITS) == len(found)
    assert sorted(found) == sorted(sample.event.sample_id for sample in solid_samples)
    assert len(read(out / "models" / "models_info.json")) == sum(len(s.event.scene.objects) for s in solid_samples)


def test_without_depth_maps_there_is_all_but_depth(solid_samples: list[Sample], tmp_path: Path):
    uri = store_rows(str(tmp_path / "table"), [])
    Table.load(uri).append(rows_of(solid_samples, depth_maps=False), {})
    made = export(Source.open(uri), "bop", tmp_path / "out")
    assert list(made.rglob("depth/*.png")) == []
    assert len(list(made.rglob("rgb/*.png"))) == len(solid_samples)


def test_a_table_without_scenes_in_metres_is_refused(tmp_path: Path):
    plain = make_samples(1)[0]
    uri = store_rows(str(tmp_path / "table"), [Sample(plain, make_picture(plain.graph))])
    with pytest.raises(UserError, match="no row has a camera"):
        export(Source.open(uri), "bop", tmp_path / "out")
    assert not (tmp_path / "out").exists()
