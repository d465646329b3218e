"""Readers: whole commits only, whatever the writer does meanwhile, and clear words when there is nothing."""

import subprocess
import sys
from io import BytesIO

import pytest
from deltalake import DeltaTable
from PIL import Image

import dataset.reading.loading
from dataset.analysis.info import info
from dataset.reading.loading import files, sample_ids_by_file
from dataset.reading.row_reader import UnknownColumn
from dataset.table.table_errors import NoDataset
from spatial.splits import split_of
from tests.fakes.events import make_graph, make_picture, make_qa, make_samples


def load(lab, split=None, columns=None):
    """The dataset, with a cache folder of the test's own."""
    return dataset.reading.loading.load(lab.uri, split, columns, cache_dir=lab.folder / "cache")


@pytest.fixture
def grown(lab):
    """A table that a writer still has open: 60 scenes, so that every split has some."""
    writer = lab.writer()
    writer.open("topic/0")
    events = [make_qa(make_graph(categories=(f"thing {n}", "dog"))) for n in range(60)]
    writer.append(lab.deliver(writer, "topic/0", 0, events[:30]))
    writer.append(lab.deliver(writer, "topic/0", 30, events[30:]))
    return lab, writer, events


@pytest.mark.thorough
def test_a_loaded_sample_has_a_decoded_image(grown):
    lab, _, events = grown
    loaded = load(lab)
    row = {event.sample_id: event for event in events}[loaded[0]["sample_id"]]
    drawn = Image.open(BytesIO(make_picture(row.graph)))
    assert loaded[0]["image"].tobytes() == drawn.tobytes()
    assert loaded.num_rows == 60
    assert loaded[0]["relations"][1]["object"] is None


@pytest.mark.thorough
def test_a_split_is_loaded_alone(grown):
    lab, _, events = grown
    for split in ("train", "test"):
        wanted = {event.sample_id for event in events if split_of(event.graph, event.held_out_per_mille) == split}
        loaded = load(lab, split)
        assert set(loaded["sample_id"]) == wanted
        assert str(loaded.split) == split


def test_only_the_asked_columns_are_loaded(grown):
    lab, _, _ = grown
    assert load(lab, "train", ["scene", "sample_id"]).column_names == ["scene", "sample_id"]


def test_a_snapshot_is_not_disturbed_by_what_is_written_later(grown):
    lab, writer, _ = grown
    before = load(lab)
    writer.append(lab.deliver(writer, "topic/0", 60, make_samples(3)))
    assert len(load(lab)) == 63
    assert len(before) == 60
    assert before[59]["image"].size == (64, 64)


def test_loading_again_reads_the_cache(grown):
    lab, _, _ = grown
    load(lab)
    for path in files(lab.uri):
        (lab.folder / "table" / path.split("/")[-1]).unlink()
    assert len(load(lab)) == 60


def test_files_are_those_of_the_snapshot_also_after_compaction(grown):
    lab, _, _ = grown
    assert len(files(lab.uri)) == 2
    DeltaTable(lab.uri).optimize.compact()
    assert len(files(lab.uri)) == 1
    assert len(list((lab.folder / "table").glob("*.parquet"))) == 3
    assert len(load(lab)) == 60


def test_the_parquet_files_are_read_by_datasets_itself(grown):
    import datasets

    lab, _, _ = grown
    loaded = datasets.load_dataset("parquet", data_files=files(lab.uri), split="train", cache_dir=str(lab.folder / "cache"))
    assert loaded.cast_column("image", datasets.Image())[0]["image"].size == (64, 64)


def test_where_no_table_is_there_is_a_clear_error(lab):
    for read in (dataset.reading.loading.load, files, info):
        with pytest.raises(NoDataset, match=f"there is no dataset at {lab.uri}"):
            read(lab.uri)


def test_an_empty_table_is_a_clear_error(lab):
    lab.writer().open("topic/0")
    with pytest.raises(NoDataset, match="has no rows yet"):
        load(lab)


def test_an_unknown_split_or_column_is_a_clear_error(grown):
    lab, _, _ = grown
    with pytest.raises(ValueError, match="no split 'dev'; there are train, validation, test"):
        load(lab, "dev")
    with pytest.raises(UnknownColumn, match="no column picture; there are sample_id, image"):
        load(lab, columns=["picture"])


def test_ids_are_read_once_a_file(grown):
    lab, writer, events = grown
    known = dict(sample_ids_by_file(lab.uri, {}))
    assert set().union(*known.values()) == {event.sample_id for event in events}
    for path in known:
        (lab.folder / "table" / path).unlink()
    more = make_samples(2)
    writer.append(lab.deliver(writer, "topic/0", 60, more))
    again = dict(sample_ids_by_file(lab.uri, known))
    assert set().union(*again.values()) == {event.sample_id for event in [*events, *more]}


def test_without_a_table_no_ids_are_stored(lab):
    assert dict(sample_ids_by_file(lab.uri, {})) == {}


def test_info_counts_rows_questions_and_growth(grown):
    lab, _, events = grown
    found = info(lab.uri)
    assert (found["rows"], found["questions"], found["files"], found["version"]) == (60, 120, 2, 2)
    assert found["kinds"] == {"presence": 60, "relation": 60}
    assert sum(found["splits"].values()) == 60
    assert found["scenes"] == {"living_room": 60}
    assert found["bytes"] > sum(len(make_picture(event.graph)) for event in events)
    assert [(one["version"], one["rows"]) for one in found["growth"]] == [(0, 0), (1, 30), (2, 30)]


def test_info_of_an_empty_table_is_all_zeros(lab):
    lab.writer().open("topic/0")
    found = info(lab.uri)
    assert (found["rows"], found["questions"], found["splits"], found["files"]) == (0, 0, {}, 0)


@pytest.mark.thorough
def test_a_process_that_wrote_and_read_ends_well(grown):
    lab, _, _ = grown
    code = (
        "import sys; from pathlib import Path; from dataset.table.sample_writer import DatasetWriter, TableLocation;"
        "from dataset.analysis.info import info;"
        "from tests.fakes.store import InMemoryStore; from dataset.reading.loading import load; folder = Path(sys.argv[2]);"
        "writer = DatasetWriter(TableLocation(sys.argv[1], folder), InMemoryStore()); writer.open('x/0');"
        "writer.prepare([]);"
        "info(sys.argv[1]); load(sys.argv[1], cache_dir=folder)"
    )
    command = [sys.executable, "-c", code, lab.uri, str(lab.folder / "other")]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.thorough
def test_importing_the_dataset_does_not_import_datasets():
    modules = "dataset.reading.loading, dataset.table.sample_writer, dataset.analysis.info, dataset.gallery"
    code = f"import sys, {modules}; assert 'datasets' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
