"""The gallery and the evaluation of a dataset in a bucket, over every store that this machine has."""

import pytest

from dataset.evaluation.eval_items import SplitQuestions
from dataset.gallery.sample_search import SampleFilter, SampleSearch
from dataset.table.columns import COLUMNS
from dataset.table.delta_table import Table
from dataset.table.row_encoding import rows_of
from schemas.interfaces import Sample
from streams.settings import StoreSettings
from streams.storage.s3 import storage_options
from tests.fakes.events import make_picture, make_samples

pytestmark = pytest.mark.contract


def test_samples_pictures_and_questions_come_out_of_a_bucket(store: StoreSettings):
    uri, options = f"s3://{store.s3_bucket}/dataset", storage_options(store)
    events = make_samples(5)
    found = SampleSearch(uri, options)
    assert not found.refresh(), "there is no table yet"
    samples = [Sample(event, make_picture(event.graph)) for event in events]
    Table.create(uri, COLUMNS, options).append(rows_of(samples), {})
    assert found.refresh()
    total, rows = found.search(SampleFilter(relation="left_of"), 1)
    assert (total, {row["sample_id"] for row in rows}) == (5, {event.sample_id for event in events})
    picture = found.picture(events[3].sample_id)
    assert picture is not None
    assert picture[0] == make_picture(events[3].graph)
    (split,) = {row["split"] for row in rows}
    assert len(list(SplitQuestions(uri, split, options).with_pictures())) == 10
