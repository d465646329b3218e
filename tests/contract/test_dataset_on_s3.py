"""The dataset in a bucket: the same promises as in a folder, over every store that this machine has."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dataset.analysis.info import info
from dataset.audit import audit
from dataset.audit.locations import NotADataset
from dataset.exports import Source, export
from dataset.reading.change_feed import FeedRequest, follow
from dataset.reading.loading import files, load, sample_ids_by_file
from dataset.table.delta_table import Table
from dataset.table.held_out_share import properties_of
from dataset.table.maintenance import compact, vacuum
from dataset.table.rejection_table import RejectionsWriter, rejections_uri
from dataset.table.sample_writer import DatasetWriter, TableLocation
from dataset.table.table_errors import NoDataset
from schemas.errors import Fenced
from schemas.events import QAEvent
from schemas.ids import make_seed
from schemas.interfaces import Delivery, Sample
from spatial.splits import DEFAULT_HELD_OUT_PER_MILLE
from streams.settings import StoreSettings
from streams.storage.s3 import storage_options
from tests.fakes.events import make_rejection, make_samples, stored_picture
from tests.fakes.line import collage_line, store_rows
from tests.fakes.store import InMemoryStore

pytestmark = pytest.mark.contract


class Bucket:
    """A table in a fresh bucket, its writers, and the pictures of its samples."""

    def __init__(self, store: StoreSettings, folder: Path) -> None:
        self.uri = f"s3://{store.s3_bucket}/dataset"
        self.options = storage_options(store)
        self.folder = folder
        self.pictures = InMemoryStore()

    def writer(self, machine: str) -> DatasetWriter:
        return DatasetWriter(TableLocation(self.uri, self.folder / machine, self.options), self.pictures)

    def deliver(self, writer: DatasetWriter, partition: str, offset: int, events: list[QAEvent]) -> list[Delivery]:
        for event in events:
            self.pictures.put_if_absent(event.image.key, stored_picture(event))
        samples = [sample for sample in writer.prepare(events) if isinstance(sample, Sample)]
        return [Delivery(partition, offset + i, sample) for i, sample in enumerate(samples)]

    def ids(self) -> list[str]:
        return [one for _, ids in sample_ids_by_file(self.uri, {}, self.options) for one in ids]


@pytest.fixture
def bucket(store: StoreSettings, tmp_path: Path) -> Bucket:
    return Bucket(store, tmp_path)


def test_a_bucket_without_a_table_is_a_clear_error(bucket: Bucket) -> None:
    with pytest.raises(NoDataset, match="there is no dataset at s3://"):
        files(bucket.uri, bucket.options)


def test_a_table_in_a_bucket_is_audited_from_there(bucket: Bucket, tmp_path: Path) -> None:
    with pytest.raises(NotADataset, match="there is no dataset at s3://"):
        audit(bucket.uri, bucket.options)
    local = store_rows(str(tmp_path / "table"), collage_line(tmp_path / "sprites").samples([make_seed("kitchen", 6)]))
    rows = pa.concat_tables(pq.read_table(path) for path in files(local))
    properties = properties_of(DEFAULT_HELD_OUT_PER_MILLE)
    Table.create(bucket.uri, rows.schema, bucket.options, properties).append(rows, {})
    report = audit(bucket.uri, bucket.options)
    assert (report.passed, report.rows) == (True, rows.num_rows)
    twice = pa.concat_tables([rows, rows.slice(0, 1)])
    Table.create(bucket.uri, rows.schema, bucket.options).append(twice, {})
    assert audit(bucket.uri, bucket.options).counts == {"duplicate_sample": rows.num_rows + 1}


def test_rows_written_to_a_bucket_are_read_with_their_images(bucket: Bucket) -> None:
    writer, samples = bucket.writer("a"), make_samples(3)
    assert writer.open("topic/0") is None
    writer.append(bucket.deliver(writer, "topic/0", 0, samples))
    loaded = load(bucket.uri, storage_options=bucket.options, cache_dir=bucket.folder / "cache")
    assert sorted(loaded["sample_id"]) == sorted(event.sample_id for event in samples)
    assert loaded[0]["image"].size == (64, 64)
    assert info(bucket.uri, bucket.options)["rows"] == 3
    assert all(path.startswith("s3://") for path in files(bucket.uri, bucket.options))


def test_a_stale_writer_of_a_bucket_is_refused(bucket: Bucket) -> None:
    stale, current = bucket.writer("a"), bucket.writer("b")
    stale.open("topic/0")
    current.open("topic/0")
    samples = make_samples(2)
    current.append(bucket.deliver(current, "topic/0", 0, samples))
    with pytest.raises(Fenced):
        stale.append(bucket.deliver(stale, "topic/0", 0, samples))
    assert stale.open("topic/0") == 2


def test_a_new_machine_learns_the_ids_of_a_bucket(bucket: Bucket) -> None:
    first, samples = bucket.writer("a"), make_samples(4)
    first.open("old/0")
    first.append(bucket.deliver(first, "old/0", 0, samples))
    second = bucket.writer("b")
    second.open("new/0")
    assert second.append(bucket.deliver(second, "new/0", 0, samples)).rows == 0


def test_writers_at_once_in_a_bucket_store_every_sample_once(bucket: Bucket) -> None:
    samples = make_samples(32)
    together = threading.Barrier(4)

    def write(number: int) -> int:
        writer, partition = bucket.writer(f"machine-{number}"), f"topic/{number}"
        writer.open(partition)
        mine = [*samples[8 * number : 8 * number + 8], *samples[:4]]  # four that everybody brings
        parts = [bucket.deliver(writer, partition, start, mine[start : start + 3]) for start in range(0, 12, 3)]
        together.wait()
        return sum(writer.append(part).rows for part in parts)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(write, range(4))) == 32
    assert sorted(bucket.ids()) == sorted(event.sample_id for event in samples)


def test_a_bucket_is_followed_compacted_and_vacuumed_while_a_writer_has_it_open(bucket: Bucket) -> None:
    writer, samples = bucket.writer("a"), make_samples(9)
    writer.open("topic/0")
    for start in range(0, 6, 3):
        writer.append(bucket.deliver(writer, "topic/0", start, samples[start : start + 3]))
    assert compact(bucket.uri, bucket.options).joined == 2
    assert vacuum(bucket.uri, bucket.options) == []
    writer.append(bucket.deliver(writer, "topic/0", 6, samples[6:]))
    wish = FeedRequest(after=0, columns=["sample_id"])
    seen = [one for new in follow(bucket.uri, wish, bucket.options, wait=lambda: False) for one in new.rows["sample_id"]]
    assert seen == [event.sample_id for event in samples]
    assert sorted(bucket.ids()) == sorted(seen)
    assert info(bucket.uri, bucket.options, version=1)["rows"] == 3


def test_rejections_lie_beside_the_dataset_in_a_bucket(bucket: Bucket) -> None:
    sink = RejectionsWriter(bucket.uri, bucket.folder / "rejections", bucket.options)
    assert sink.open("topic/0") is None
    delivery = Delivery("topic/0", 0, Sample(make_rejection(), None))
    assert sink.append([delivery]).rows == 1
    assert sink.append([delivery]).rows == 0
    again = RejectionsWriter(bucket.uri, bucket.folder / "another machine", bucket.options)
    assert again.open("topic/0") == 1
    assert Table.load(rejections_uri(bucket.uri), bucket.options).query("SELECT reason FROM samples").num_rows == 1


def test_a_dataset_in_a_bucket_is_exported(bucket: Bucket) -> None:
    writer = bucket.writer("a")
    writer.open("topic/0")
    writer.append(bucket.deliver(writer, "topic/0", 0, make_samples(3)))
    out = export(Source.open(bucket.uri, bucket.options), "llava", bucket.folder / "llava")
    assert len(list((out / "images").iterdir())) == 3
