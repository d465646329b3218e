"""Tables of the dataset's and the gallery's bench hold as many rows as they say, each under an id of its own."""

from pathlib import Path

import pyarrow as pa
import pytest

from dataset.reading.row_reader import batches
from dataset.table.delta_table import Table
from dataset.table.row_encoding import rows_of
from schemas.interfaces import Sample
from tests.bench.dataset_rows import Place, repeated
from tests.bench.gallery_rows import looked_at, make_table
from tests.fakes.events import make_samples


@pytest.fixture(scope="module")
def real() -> pa.Table:
    return rows_of([Sample(event, b"RIFF" + bytes(5_000)) for event in make_samples(7)])


def test_rows_are_repeated_under_ids_of_their_own(real: pa.Table):
    rows = repeated(real, 30)
    assert rows.num_rows == 30
    assert len(set(rows["sample_id"].to_pylist())) == 30
    assert rows["scene"].to_pylist()[:7] == real["scene"].to_pylist()


def test_a_rate_is_of_the_rows_that_the_work_says(tmp_path: Path):
    figure = Place(tmp_path, 100_000).rate("read/it", lambda: 50, "zstd")
    assert (figure.name, figure.n, figure.unit) == ("dataset/100,000 rows/read/it", 50, "rows/s")
    assert Place(tmp_path, 100_000).few == 2_000


def test_a_gallery_is_measured_over_small_pictures_in_several_files(real: pa.Table, tmp_path: Path):
    uri = str(tmp_path / "table")
    make_table(uri, 1_000, real, 400)
    table = Table.load(uri)
    assert len(table.uris()) == 3
    rows = [row for batch in batches(table, ["sample_id", "image"]) for row in batch.to_pylist()]
    assert len({row["sample_id"] for row in rows}) == 1_000
    assert {len(row["image"]["bytes"]) for row in rows} == {1_000}
    named = {name: (value, unit) for name, value, unit, _ in looked_at(uri)}
    assert named["resident memory"][0] > 1
    assert named["first page of all"][1] == "ms"
    assert {"a sample", "its picture", "further pages of a word"} <= set(named)
