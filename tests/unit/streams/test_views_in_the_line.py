"""Further cameras from the planner to the table: over the wire, through the store, once however often records come."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from agents.planner import RulePlanner
from dataset.audit import audit
from dataset.reading.row_reader import batches
from dataset.table.columns import COLUMNS
from dataset.table.delta_table import Table
from dataset.table.sample_writer import DatasetWriter, TableLocation
from schemas.codec import decode
from schemas.events import QAEvent, RenderedImage
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from schemas.topics import GRAPHS, IMAGES, QA
from spatial.world.solid_capabilities import solids_only
from tests.fakes.boxed_bodies import BodyBoxesRenderer
from tests.fakes.store import InMemoryStore
from tests.fakes.traced_line import TracedLine

pytestmark = pytest.mark.thorough


def line_in(folder: Path) -> TracedLine:
    """A line that plans in metres with further cameras, draws boxes and writes a table of its own."""
    store = InMemoryStore()
    return TracedLine(
        planner=RulePlanner(replace(solids_only("solid"), view_share=1.0)),
        store=store,
        renderer=BodyBoxesRenderer(256),
        sink=DatasetWriter(TableLocation(str(folder / "table"), folder / "index"), store),
    )


def rows_in(folder: Path) -> list[dict[str, object]]:
    return [row for batch in batches(Table.load(str(folder / "table")), COLUMNS.names) for row in batch.to_pylist()]


def test_a_scene_comes_to_the_table_with_all_its_cameras(tmp_path: Path):
    line = line_in(tmp_path)
    line.run(make_seed("farm", 2))
    graphs = [decode(GRAPHS, record.value) for record in line.broker.records(GRAPHS)]
    images = [decode(IMAGES, record.value) for record in line.broker.records(IMAGES)]
    samples = [decode(QA, record.value) for record in line.broker.records(QA)]
    planned = sum(len(graph.world.views) for graph in graphs if isinstance(graph, SpatialGraph) and graph.world is not None)
    assert planned >= 2
    assert sum(len(image.views) for image in images if isinstance(image, RenderedImage)) == planned
    assert len(line.store.objects) >= len(images) + planned
    rows = rows_in(tmp_path)
    assert {row["sample_id"] for row in rows} == {sample.sample_id for sample in samples if isinstance(sample, QAEvent)}
    for row in rows:
        views = json.loads(str(row["provenance"]))["views"]
        assert [view["image"]["bytes"] for view in row["views"]] == [  # type: ignore[attr-defined]
            line.store.objects[view["image_key"]].data for view in views
        ]
    assert audit(str(tmp_path / "table")).faults == ()


def test_records_that_come_again_add_neither_pictures_nor_rows(tmp_path: Path):
    line = line_in(tmp_path)
    line.run(make_seed("farm", 1))
    stored, rows = dict(line.store.objects), rows_in(tmp_path)
    line.render()
    line.examine()
    line.write()
    assert line.store.objects == stored
    assert rows_in(tmp_path) == rows
