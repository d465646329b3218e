"""Rows of scenes in metres: camera, bodies, masks and depths in fixed units; other rows and older tables have none."""

import json
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image
from pycocotools import mask as coco
from pycocotools.coco import COCO

from dataset.audit import audit
from dataset.exports import Source, export
from dataset.reading.loading import load
from dataset.reading.row_reader import batches
from dataset.solid.world_columns import ADDED
from dataset.table.columns import COLUMNS, OBJECT, TEXTS
from dataset.table.delta_table import Table
from dataset.table.maintenance import compact
from dataset.table.row_encoding import rows_of
from schemas.interfaces import Sample
from schemas.picture_layers import read_layers, with_layers
from tests.fakes.events import make_picture, make_samples
from tests.fakes.line import store_rows

pytestmark = pytest.mark.thorough

Row = dict[str, Any]


@pytest.fixture(scope="module")
def rows(solid_samples: list[Sample]) -> list[Row]:
    assert len(solid_samples) >= 2
    return rows_of(solid_samples).to_pylist()


def mask_in(thing: Row) -> np.ndarray:
    return np.asarray(coco.decode(thing["mask"]), bool)


def test_a_camera_has_the_pixels_of_the_picture_and_the_pose_of_the_plan(rows: list[Row]):
    for row in rows:
        graph = json.loads(row["provenance"])["graph"]
        planned, (side, _) = graph["world"]["camera"], graph["layout"]["canvas"]
        assert side != row["width"] == 128
        assert row["camera"]["intrinsics"] == pytest.approx([value * 128 / side for value in planned["intrinsics"]])
        assert row["camera"]["intrinsics"][0] == row["camera"]["intrinsics"][1] > 0
        assert row["camera"]["world_to_camera"] == planned["world_to_camera"]


def test_bodies_are_those_of_the_plan_and_their_distances_follow(rows: list[Row]):
    for row in rows:
        planned = json.loads(row["provenance"])["graph"]["world"]["bodies"]
        matrix = np.array(row["camera"]["world_to_camera"]).reshape(4, 4)
        eye = np.linalg.inv(matrix)[:3, 3]
        for thing in row["objects"]:
            body = planned[thing["id"]]
            assert {name: thing[name] for name in ("position", "size", "heading", "support")} == {
                name: body[name] for name in ("position", "size", "heading", "support")
            }
            assert isinstance(thing["has_front"], bool)
            assert thing["rotation"] == body.get("rotation")
            assert not (thing["rotation"] and thing["has_front"])
            assert thing["distance"] == pytest.approx(np.linalg.norm(eye - thing["position"]), abs=1e-6)
            assert thing["depth"] == pytest.approx((matrix @ [*thing["position"], 1])[2], abs=1e-3)


def test_what_leans_has_a_rotation_and_nothing_else_has(rows: list[Row]):
    stated = [(row, relation) for row in rows for relation in row["relations"] if relation["predicate"] == "leaning_on"]
    assert stated
    for row, relation in stated:
        by_id = {thing["id"]: thing for thing in row["objects"]}
        turn = np.array(by_id[relation["subject"]]["rotation"]).reshape(3, 3)
        assert turn @ turn.T == pytest.approx(np.eye(3), abs=1e-6)
        assert by_id[relation["object"]]["rotation"] is None


def test_masks_are_what_is_seen_and_lie_in_their_boxes(rows: list[Row]):
    for row in rows:
        masks = [mask_in(thing) for thing in row["objects"]]
        assert np.sum(masks, axis=0).max() == 1, "a pixel shows one thing"
        for thing, mask in zip(row["objects"], masks, strict=True):
            shown, across = np.nonzero(mask)
            left, top = across.min(), shown.min()
            assert thing["box"] == [left, top, across.max() - left + 1, shown.max() - top + 1]
            x, y, width, height = thing["amodal_box"]
            assert x - 1 <= left
            assert y - 1 <= top
            assert across.max() <= x + width + 1
            assert shown.max() <= y + height + 1


def test_a_depth_map_is_a_16_bit_png_in_millimetres(rows: list[Row]):
    for row in rows:
        with Image.open(BytesIO(row["depth_map"]["bytes"])) as picture:
            assert (picture.format, picture.mode, picture.size) == ("PNG", "I;16", (128, 128))
            depth = np.asarray(picture) / 1000
        for thing in row["objects"]:
            reach = float(np.linalg.norm(thing["size"])) / 2
            assert abs(np.median(depth[mask_in(thing)]) - thing["depth"]) <= reach
        assert (depth[~np.any([mask_in(thing) for thing in row["objects"]], axis=0)] == 0).all(), "80 m is too far"


def test_depth_maps_can_be_left_out_and_the_rest_stays(solid_samples: list[Sample], rows: list[Row]):
    without = rows_of(solid_samples, depth_maps=False).to_pylist()
    assert without == [{**row, "depth_map": None} for row in rows]


def test_rows_of_other_pictures_have_none_of_it(solid_samples: list[Sample]):
    plain = make_samples(1)[0]
    layers = read_layers(solid_samples[0].image or b"")
    assert layers is not None
    smaller = BytesIO()
    Image.new("L", (8, 8)).save(smaller, "PNG")
    others = [
        Sample(plain, make_picture(plain.graph)),
        *(
            Sample(solid_samples[0].event, file)
            for file in (
                make_picture(plain.graph),
                with_layers((solid_samples[0].image or b"").partition(b"SKGL")[0], replace(layers, index=b"no png")),
                with_layers(
                    (solid_samples[0].image or b"").partition(b"SKGL")[0], replace(layers, index=smaller.getvalue())
                ),
                with_layers((solid_samples[0].image or b"").partition(b"SKGL")[0], replace(layers, amodal=())),
            )
        ),
    ]
    for row in rows_of(others).to_pylist():
        assert row["camera"] is row["depth_map"] is None
        assert {thing[name] for thing in row["objects"] for name in ADDED} == {None}


def older_columns() -> pa.Schema:
    """As before there were scenes in metres."""
    objects = pa.list_(pa.struct([field for field in OBJECT if field.name not in ADDED]))
    kept = [field for field in COLUMNS if field.name not in {"camera", "depth_map"}]
    return pa.schema([field.with_type(objects) if field.name == "objects" else field for field in kept])


def test_a_table_from_before_takes_such_rows_and_reads_and_compacts_and_audits_as_one(
    solid_samples: list[Sample], tmp_path: Path
):
    uri, older = str(tmp_path / "table"), older_columns()
    first, rest = solid_samples[:1], solid_samples[1:]
    rows = rows_of(first).to_pylist()
    before = store_rows(uri, [])
    assert before == uri
    old = str(tmp_path / "old")
    Table.create(old, older, properties=Table.load(uri).properties).append(pa.Table.from_pylist(rows, schema=older), {})
    assert audit(old).passed
    Table.load(old).append(rows_of(rest), {})
    for compacted in (False, True):
        if compacted:
            compact(old)
        found = [row for batch in batches(Table.load(old), COLUMNS.names) for row in batch.to_pylist()]
        by_id = {row["sample_id"]: row for row in found}
        assert by_id[rows[0]["sample_id"]]["camera"] is None
        assert {thing["mask"] for thing in by_id[rows[0]["sample_id"]]["objects"]} == {None}
        assert [by_id[row["sample_id"]] for row in rows_of(rest).to_pylist()] == rows_of(rest).to_pylist()
        assert audit(old).faults == ()
    assert load(old, cache_dir=tmp_path / "cache").column_names == COLUMNS.names


@pytest.mark.parametrize("form", ["huggingface", "webdataset"])
def test_exports_of_whole_rows_keep_all_of_it_and_can_be_audited(form: str, solid_samples: list[Sample], tmp_path: Path):
    uri = store_rows(str(tmp_path / "table"), [*solid_samples])
    export(Source.open(uri), form, tmp_path / "out")
    report = audit(tmp_path / "out")
    assert (report.faults, report.rows) == ((), len(solid_samples))


def test_texts_are_all_columns_without_encoded_pictures():
    assert set(COLUMNS.names) - set(TEXTS) == {"image", "depth_map", "views"}


def test_coco_has_the_masks_and_their_areas_and_pycocotools_reads_them(
    solid_samples: list[Sample], rows: list[Row], tmp_path: Path
):
    uri = store_rows(str(tmp_path / "table"), solid_samples)
    out = export(Source.open(uri), "coco", tmp_path / "out")
    by_id = {row["sample_id"]: row for row in rows}
    for path in (out / "annotations").iterdir():
        read = COCO(str(path))
        for number, image in read.imgs.items():
            things = by_id.pop(image["sample_id"])["objects"]
            for annotation, thing in zip(read.imgToAnns[number], things, strict=True):
                assert np.array_equal(read.annToMask(annotation), mask_in(thing))
                assert annotation["segmentation"] == thing["mask"]
                assert (annotation["area"], annotation["iscrowd"]) == (mask_in(thing).sum(), 0)
    assert by_id == {}
