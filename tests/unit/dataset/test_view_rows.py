"""Rows of scenes that several cameras see: pictures, cameras and objects of each, in table, exports and audit."""

import json
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image
from pycocotools import mask as coco

from dataset.audit import audit
from dataset.exports import Source, export
from dataset.reading.lineage import lineage
from dataset.reading.loading import load
from dataset.table.columns import COLUMNS, QUESTION
from dataset.table.delta_table import Table
from dataset.table.held_out_share import properties_of
from dataset.table.row_encoding import rows_of
from schemas.ids import view_id
from schemas.interfaces import Sample
from spatial.splits import DEFAULT_HELD_OUT_PER_MILLE
from spatial.world.seen_world import seen_views
from streams.operations.rerender import rerender_sample
from streams.recovery.judged_events import accepted
from tests.fakes.boxed_bodies import BodyBoxesRenderer
from tests.fakes.line import store_rows
from tests.fakes.store import InMemoryStore
from tests.unit.dataset.conftest import Lab

pytestmark = pytest.mark.thorough

Row = dict[str, Any]


@pytest.fixture(scope="module")
def rows(view_samples: list[Sample]) -> list[Row]:
    return rows_of(view_samples).to_pylist()


def viewed(rows: list[Row]) -> list[tuple[Row, int, Row]]:
    found = [(row, number, view) for row in rows for number, view in enumerate(row["views"] or ())]
    assert len(found) >= 2
    return found


def test_a_view_has_the_planned_camera_and_the_stored_file(rows: list[Row], view_samples: list[Sample]):
    files = {sample.event.sample_id: sample.views for sample in view_samples}
    for row, number, view in viewed(rows):
        story = json.loads(row["provenance"])
        planned = story["graph"]["world"]["views"][number]
        scale = view["width"] / story["graph"]["layout"]["canvas"][0]
        assert view["camera"]["world_to_camera"] == planned["world_to_camera"] != row["camera"]["world_to_camera"]
        assert view["camera"]["intrinsics"] == pytest.approx([scale * value for value in planned["intrinsics"]])
        assert view["image"]["bytes"] == files[row["sample_id"]][number]
        assert story["views"][number]["image_id"] == view_id(story["image_id"], number + 1)


def test_things_have_one_id_one_body_and_a_mask_of_its_own_in_each_picture(rows: list[Row]):
    for row, _, view in viewed(rows):
        first = {thing["id"]: thing for thing in row["objects"]}
        for thing in view["objects"]:
            same = first[thing["id"]]
            for name in ("category", "position", "size", "heading", "has_front", "support"):
                assert thing[name] == same[name]
            mask = np.asarray(coco.decode(thing["mask"]), bool)
            y, x = np.nonzero(mask)
            assert [x.min(), y.min(), np.ptp(x) + 1, np.ptp(y) + 1] == thing["box"]
            matrix = np.array(view["camera"]["world_to_camera"]).reshape(4, 4)
            place = matrix[:3, :3] @ thing["position"] + matrix[:3, 3]
            assert thing["distance"] == pytest.approx(np.linalg.norm(place))
            assert thing["depth"] == pytest.approx(place[2], abs=1e-3)
        assert any(thing["distance"] != pytest.approx(first[thing["id"]]["distance"]) for thing in view["objects"])


def test_a_loaded_view_has_its_picture_decoded(tmp_path: Path, view_samples: list[Sample]):
    loaded = load(store_rows(str(tmp_path / "table"), view_samples), cache_dir=tmp_path / "cache")
    for row, stored in zip(loaded, view_samples, strict=True):
        assert [view["image"].size for view in row["views"] or ()] == [(256, 256)] * len(stored.views)


def test_a_table_from_before_there_were_views_takes_them(tmp_path: Path, view_samples: list[Sample]):
    uri = str(tmp_path / "table")
    old = [(field.name, field.type) for field in COLUMNS if field.name not in ("views", "questions")]
    questions = pa.list_(pa.struct([field for field in QUESTION if field.name != "views"]))
    table = Table.create(
        uri, pa.schema([*old, ("questions", questions)]), properties=properties_of(DEFAULT_HELD_OUT_PER_MILLE)
    )
    kept = rows_of(view_samples[:1])
    before = kept.select([name for name, _ in old]).append_column(
        "questions",
        pa.array(
            [[{k: v for k, v in q.items() if k != "views"} for q in row] for row in kept["questions"].to_pylist()],
            questions,
        ),
    )
    table.append(before, {})
    Table.load(uri).append(rows_of(view_samples[1:]), {})
    loaded = load(uri, cache_dir=tmp_path / "cache")
    assert sum(row["views"] is None for row in loaded) >= 1
    assert sum(bool(row["views"]) for row in loaded) >= 1


def test_the_writer_fetches_every_picture_and_refuses_a_sample_that_lacks_one(lab: Lab, view_samples: list[Sample]):
    sample = next(sample for sample in view_samples if sample.views)
    event, writer = sample.event, lab.writer()
    store: InMemoryStore = lab.store
    lab.put(event.image.key, sample.image or b"")
    (missing,) = writer.prepare([event])
    assert not isinstance(missing, Sample)
    assert event.views[0].key in str(missing)
    for image, file in zip(event.views, sample.views, strict=True):
        lab.put(image.key, file)
    (found,) = writer.prepare([event])
    assert isinstance(found, Sample)
    assert found.views == sample.views
    assert len(store.objects) == 1 + len(event.views)


def test_views_are_drawn_again_and_compared_with_those_of_the_row(tmp_path: Path, view_samples: list[Sample]):
    sample = next(sample for sample in view_samples if sample.views)
    found = lineage(store_rows(str(tmp_path / "table"), view_samples), sample.event.sample_id)
    assert found.views == sample.views
    assert rerender_sample(found, BodyBoxesRenderer(256)).is_identical
    other = next(one.views[0] for one in view_samples if one.views and one is not sample)
    row = {**found.row, "views": [{**found.row["views"][0], "image": {"bytes": other}}]}
    assert not rerender_sample(replace(found, row=row), BodyBoxesRenderer(256)).is_same_picture


def test_a_sample_is_judged_again_with_its_views(tmp_path: Path, view_samples: list[Sample]):
    for judged, sample in zip(
        accepted(store_rows(str(tmp_path / "t"), view_samples), None, None), view_samples, strict=True
    ):
        assert judged.event is not None, judged.why
        assert judged.views == sample.views
        assert tuple(view.image for view in judged.event.views) == sample.event.views
        assert seen_views(judged.event) == sample.event.scene.views
        assert judged.questions == sample.event.questions


@pytest.mark.parametrize("form", ["table", "huggingface", "webdataset"])
def test_the_audit_passes_the_views_of_a_table_and_of_exports(tmp_path: Path, view_samples: list[Sample], form: str):
    uri = store_rows(str(tmp_path / "table"), view_samples)
    if form != "table":
        export(Source.open(uri), form, tmp_path / "out")
    report = audit(uri if form == "table" else str(tmp_path / "out"))
    assert report.faults == ()
    assert report.rows == len(view_samples)


def brighter(row: Row) -> None:
    view = row["views"][0]
    with Image.open(BytesIO(view["image"]["bytes"])) as picture:
        file = BytesIO()
        picture.point(lambda value: min(255, value + 9)).save(file, "WEBP")
    view["image"]["bytes"] = file.getvalue()


def moved(row: Row) -> None:
    row["views"][0]["camera"]["world_to_camera"][3] += 0.2


def renumbered(row: Row) -> None:
    things = row["views"][0]["objects"]
    things[0]["id"], things[1]["id"] = things[1]["id"], things[0]["id"]


def dropped(row: Row) -> None:
    row["views"] = None


def exchanged(row: Row) -> None:
    question = next(question for question in row["questions"] if question["views"])
    question["views"] = question["views"][::-1]


def shown_alone(row: Row) -> None:
    next(question for question in row["questions"] if question["views"])["views"] = None


def elsewhere(row: Row) -> None:
    next(question for question in row["questions"] if not question["views"])["views"] = [0, 5]


def unproven(row: Row) -> None:
    question = next(question for question in row["questions"] if question["views"])
    proof = json.loads(question["certificate"])
    first = next(premise["first_projection"] for premise in proof["premises"] if "first_projection" in premise)
    first["position"][0] += 0.5
    question["certificate"] = json.dumps(proof)


def unseen(row: Row) -> None:
    row["views"][0]["objects"].pop()


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (brighter, "image_hash"),
        (moved, "camera"),
        (renumbered, "object"),
        (dropped, "view"),
        (unseen, "object"),
        (exchanged, "question_id"),
        (exchanged, "answer"),
        (shown_alone, "answer"),
        (elsewhere, "question_views"),
        (unproven, "certificate"),
    ],
)
def test_the_audit_finds_what_is_wrong_with_a_view(
    tmp_path: Path, view_samples: list[Sample], change: Callable[[Row], None], kind: str
):
    row = next(
        row for row in rows_of(view_samples).to_pylist() if row["views"] and any(q["views"] for q in row["questions"])
    )
    change(row)
    uri = str(tmp_path / "table")
    table = Table.create(uri, COLUMNS, properties=properties_of(DEFAULT_HELD_OUT_PER_MILLE))
    table.append(pa.Table.from_pylist([row], schema=COLUMNS), {})
    assert kind in audit(uri).counts
