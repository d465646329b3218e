"""Rows of any valid sample and of any valid rejection are appended, and read back as they were."""

import json
import shutil
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset.reading.row_reader import batches
from dataset.table.columns import COLUMNS
from dataset.table.delta_table import Table
from dataset.table.rejection_table import RejectionsWriter, rejections_uri
from dataset.table.row_encoding import rows_of
from dataset.table.sample_writer import DatasetWriter, TableLocation
from schemas.events import QAEvent, Rejection
from schemas.interfaces import Delivery, Sample
from tests.fakes.event_strategies import models
from tests.fakes.examples_count import examples
from tests.fakes.store import InMemoryStore

pytestmark = pytest.mark.thorough

P0 = "5f0c/0"


def rows_in(uri: str, columns: list[str]) -> list[dict[str, Any]]:
    return [row for batch in batches(Table.load(uri), columns) for row in batch.to_pylist()]


@examples(15)
@given(st.lists(models(QAEvent), min_size=1, max_size=2, unique_by=lambda event: event.sample_id))
def test_any_valid_sample_is_a_row(events: list[QAEvent]):
    folder = Path(mkdtemp())
    writer = DatasetWriter(TableLocation(str(folder / "table"), folder / "index"), InMemoryStore())
    writer.open(P0)
    samples = [Sample(event, b"a picture", (b"a view",) * len(event.views)) for event in events]
    assert writer.append([Delivery(P0, i, sample) for i, sample in enumerate(samples)]).rows == len(events)
    stored = rows_in(str(folder / "table"), COLUMNS.names)
    assert stored == rows_of(samples).to_pylist()
    assert all(
        json.loads(row["provenance"])["graph"]["graph_id"] == e.graph.graph_id
        for row, e in zip(stored, events, strict=True)
    )
    shutil.rmtree(folder)


@examples(15)
@given(st.lists(models(Rejection), min_size=1, max_size=3, unique_by=lambda event: event.rejection_id))
def test_any_valid_rejection_is_a_row(events: list[Rejection]):
    folder = Path(mkdtemp())
    writer = RejectionsWriter(str(folder / "table"), folder / "index")
    writer.open(P0)
    assert writer.append([Delivery(P0, i, Sample(event, None)) for i, event in enumerate(events)]).rows == len(events)
    found = Table.load(rejections_uri(str(folder / "table"))).query("SELECT * FROM samples").to_pylist()
    stored = [next(row for row in found if row["rejection_id"] == event.rejection_id) for event in events]
    for row, event in zip(stored, events, strict=True):
        assert (row["rejection_id"], row["index"], row["source"]) == (event.rejection_id, event.index, event.source)
        said = [(each["subject"], each["predicate"], each["object"], each["others"]) for each in row["conflict"]]
        meant = [(each.subject, each.predicate, each.object, list(each.others) or None) for each in event.conflict]
        assert said == meant
        assert json.loads(row["evidence"]) == json.loads(json.dumps(event.evidence))
    shutil.rmtree(folder)
