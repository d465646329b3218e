"""A file in the full form of COCO's instances goes the whole way, whatever sort of JPEG its pictures are."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from dataset.audit import audit
from dataset.exports import FORMATS, Source, export
from dataset.table.delta_table import Table
from schemas.events import QAEvent
from schemas.graph import UNDERSTOOD_NOTE
from schemas.interfaces import Sample
from streams.ingest.ingest_run import Taken
from tests.fakes.annotated import written
from tests.fakes.coco_form import BARE, MODES, ROTATED, coco_form
from tests.fakes.ingestion import Factory
from tests.fakes.line import store_rows


@pytest.fixture(scope="module")
def factory(tmp_path_factory: pytest.TempPathFactory) -> Factory:
    return Factory(tmp_path_factory.mktemp("photographs"))


@pytest.fixture(scope="module")
def taken(factory: Factory) -> list[Taken]:
    return factory.take_in(written(factory.folder / "instances.json", coco_form(factory.folder)))


@pytest.fixture(scope="module")
def table(factory: Factory, taken: list[Taken], tmp_path_factory: pytest.TempPathFactory) -> str:
    events = [end for end in factory.outcomes() if isinstance(end, QAEvent)]
    assert len(events) == len(MODES) - 2, factory.outcomes()
    samples = [Sample(event, factory.store.objects[event.image.key].data) for event in events]
    return store_rows(str(tmp_path_factory.mktemp("table")), samples)


def test_each_picture_is_taken_or_the_reason_is_said(taken: list[Taken]):
    refused = {place: one.why for place, one in enumerate(taken) if one.why is not None}
    assert refused == {
        ROTATED: "viewers turn or mirror the picture",
        BARE: "no object is annotated that can be asked about",
    }
    assert all(one.left_out == ("a crowd of person",) for one in taken if one.why is None)


def test_names_and_boxes_are_what_the_file_says(factory: Factory, taken: list[Taken]):
    for event in factory.images():
        boxes = dict(zip([thing.category for thing in event.graph.objects], event.graph.layout.boxes, strict=True))
        assert boxes.keys() == {"person", "dog", "chair", "car", "computer mouse"}
        assert boxes["car"][0] + boxes["car"][2] == event.graph.layout.canvas[0], "it extends beyond the picture"
        assert boxes["person"][2:] == (61, 100)


def test_grey_pictures_and_those_for_print_pass_the_audit(table: str):
    report = audit(table)
    assert (report.rows, report.faults) == (len(MODES) - 2, ())
    rows = Table.load(table).query("SELECT image FROM samples").to_pylist()
    assert {Image.open(BytesIO(row["image"]["bytes"])).mode for row in rows} == {"RGB", "L", "CMYK"}


def test_it_is_said_that_people_annotated_them(factory: Factory, taken: list[Taken]):
    assert {event.graph.provenance.notes[UNDERSTOOD_NOTE] for event in factory.images()} == {"annotated"}


@pytest.mark.parametrize("name", sorted(FORMATS.keys() - {"bop"}))  # that one is of scenes in metres
def test_every_export_takes_them(table: str, tmp_path: Path, name: str):
    out = export(Source.open(table), name, tmp_path / "out")
    pictures = [path for path in out.rglob("*") if path.suffix in (".jpg", ".jpeg", ".png", ".webp")]
    assert {Image.open(path).format for path in pictures} <= {"JPEG"}
