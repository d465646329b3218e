"""The writer: one commit for rows and positions, each sample id once."""

from hashlib import sha256

import pytest

from dataset.table.delta_table import IDS_TRANSACTION, Table
from dataset.table.sample_writer import DatasetWriter, TableLocation
from dataset.table.table_errors import NoDataset
from schemas.errors import Fenced, PermanentError, RetryableError
from schemas.interfaces import Delivery, Sample, StoredObject
from tests.fakes.events import make_graph, make_qa, make_samples

P0, P1 = "5f0c/0", "5f0c/1"


def test_a_partition_that_the_table_never_saw_has_no_position(lab):
    assert lab.writer().open(P0) is None


def test_rows_and_position_come_in_one_commit(lab):
    writer = lab.writer()
    writer.open(P0)
    done = writer.append(lab.deliver(writer, P0, 10, make_samples(3)))
    assert (done.positions, done.rows) == ({P0: 13}, 3)
    table = Table.load(lab.uri)
    assert table.version == 1
    assert table.position(P0) == 13
    assert len(lab.ids()) == 3


def test_reading_goes_on_where_the_table_stands(lab):
    writer = lab.writer()
    writer.open(P0)
    writer.append(lab.deliver(writer, P0, 0, make_samples(3)))
    assert lab.writer("b").open(P0) == 3


def test_a_redelivered_record_is_stored_once(lab):
    writer = lab.writer()
    writer.open(P0)
    deliveries = lab.deliver(writer, P0, 0, make_samples(3))
    writer.append(deliveries)
    assert writer.append(deliveries).rows == 0
    assert len(lab.ids()) == 3


def test_a_sample_that_is_published_again_moves_only_the_position(lab):
    writer = lab.writer()
    writer.open(P0)
    samples = make_samples(3)
    writer.append(lab.deliver(writer, P0, 0, samples))
    again = writer.append(lab.deliver(writer, P0, 3, samples))
    assert (again.positions, again.rows) == ({P0: 6}, 0)
    assert len(lab.ids()) == 3
    assert lab.writer("b").open(P0) == 6


def test_two_records_of_one_sample_in_one_batch_make_one_row(lab):
    writer = lab.writer()
    writer.open(P0)
    writer.open(P1)
    sample = make_samples(1)
    batch = [
        *lab.deliver(writer, P0, 0, sample * 2),
        *lab.deliver(writer, P1, 7, sample),
    ]
    done = writer.append(batch)
    assert (done.positions, done.rows) == ({P0: 2, P1: 8}, 1)
    assert len(lab.ids()) == 1


def test_a_sample_is_stored_once_whichever_partition_brings_it(lab):
    writer = lab.writer()
    writer.open(P0)
    writer.open(P1)
    samples = make_samples(2)
    writer.append(lab.deliver(writer, P0, 0, samples))
    writer.append(lab.deliver(writer, P1, 0, samples))
    assert len(lab.ids()) == 2


def test_a_new_broker_adds_to_the_folder_and_repeats_nothing(lab):
    first = lab.writer()
    first.open("old-topic/0")
    old = make_samples(3)
    first.append(lab.deliver(first, "old-topic/0", 0, old))
    second = lab.writer("another-machine")
    assert second.open("new-topic/0") is None
    new = make_samples(2, concept="a cat under a table")
    second.append(lab.deliver(second, "new-topic/0", 0, [*old, *new]))
    assert sorted(lab.ids()) == sorted(event.sample_id for event in [*old, *new])


def test_a_dead_letter_moves_only_the_position(lab):
    writer = lab.writer()
    writer.open(P0)
    done = writer.append([Delivery(P0, 0, None), Delivery(P0, 1, None)])
    assert (done.positions, done.rows) == ({P0: 2}, 0)
    assert lab.writer("b").open(P0) == 2


def test_a_stale_writer_is_refused(lab):
    stale, current = lab.writer("a"), lab.writer("b")
    stale.open(P0)
    current.open(P0)
    current.append(lab.deliver(current, P0, 0, make_samples(3)))
    with pytest.raises(Fenced) as fenced:
        stale.append(lab.deliver(stale, P0, 0, make_samples(2, concept="other")))
    assert fenced.value.partition == P0
    assert len(lab.ids()) == 3


def test_a_refused_writer_goes_on_after_opening_again(lab):
    stale, current = lab.writer("a"), lab.writer("b")
    stale.open(P0)
    current.open(P0)
    current.append(lab.deliver(current, P0, 0, make_samples(3)))
    with pytest.raises(Fenced):
        stale.append(lab.deliver(stale, P0, 0, make_samples(2)))
    assert stale.open(P0) == 3
    assert stale.append(lab.deliver(stale, P0, 3, make_samples(5))).rows == 2
    assert len(lab.ids()) == 5


def test_a_fenced_partition_takes_nothing_of_its_batch_with_it(lab):
    stale, current = lab.writer("a"), lab.writer("b")
    for partition in (P0, P1):
        stale.open(partition)
    current.open(P0)
    current.append([Delivery(P0, 0, None)])
    ours = lab.deliver(stale, P1, 0, make_samples(1))
    with pytest.raises(Fenced):
        stale.append([Delivery(P0, 0, None), *ours])
    assert stale.append(ours).rows == 1


def test_deliveries_of_a_revoked_partition_are_dropped(lab):
    writer = lab.writer()
    writer.open(P0)
    deliveries = lab.deliver(writer, P0, 0, make_samples(2))
    writer.close(P0)
    assert writer.append(deliveries).positions == {}
    assert lab.ids() == []


def test_ids_that_another_process_stored_are_known_when_a_partition_moves_here(lab):
    here, there = lab.writer("a"), lab.writer("b")
    here.open(P0)
    here.append([Delivery(P0, 0, None)])
    there.open(P1)
    samples = make_samples(4)
    there.append(lab.deliver(there, P1, 0, samples))
    there.close(P1)
    assert here.open(P1) == 4
    assert here.append(lab.deliver(here, P1, 4, samples)).rows == 0
    assert len(lab.ids()) == 4


def test_a_process_that_died_between_commit_and_index_leaves_no_gap(lab):
    samples = make_samples(4)
    dying = lab.writer()
    dying.open(P0)
    dying.append(lab.deliver(dying, P0, 0, samples[:2]))
    died = lab.writer("index that misses the last commit")
    died.open(P0)
    died.prepare([])
    dying.append(lab.deliver(dying, P0, 2, samples[2:]))
    died.close(P0)
    assert died.open(P0) == 4
    assert died.append(lab.deliver(died, P0, 4, samples)).rows == 0


def test_an_empty_batch_makes_no_version(lab):
    writer = lab.writer()
    writer.open(P0)
    writer.append([])
    assert Table.load(lab.uri).version == 0


def test_every_commit_claims_the_set_of_ids_with_a_number_of_its_own(lab):
    writer = lab.writer()
    writer.open(P0)
    marks = [Table.load(lab.uri).mark]
    for offset in range(3):
        writer.append([Delivery(P0, offset, None)])
        marks.append(Table.load(lab.uri).position(IDS_TRANSACTION))
    assert marks[0] is None
    assert len(set(marks)) == 4


def test_a_missing_picture_spoils_only_its_own_sample(lab):
    writer = lab.writer()
    good, bad = make_samples(2)
    lab.draw([good])
    first, second = writer.prepare([good, bad])
    assert isinstance(first, Sample)
    assert isinstance(second, PermanentError)
    assert second.reason == "missing_image"
    assert bad.image.key in str(second)


def test_a_picture_with_other_bytes_is_never_stored(lab):
    event = make_qa(make_graph())
    lab.store.put_if_absent(event.image.key, StoredObject(b"something else", "image/png"))
    (failure,) = lab.writer().prepare([event])
    assert isinstance(failure, PermanentError)
    assert failure.reason == "hash_mismatch"
    assert sha256(b"something else").hexdigest() in str(failure)


def test_the_picture_of_a_stored_sample_is_not_needed_again(lab):
    writer = lab.writer()
    writer.open(P0)
    samples = make_samples(2)
    writer.append(lab.deliver(writer, P0, 0, samples))
    lab.store.objects.clear()
    assert writer.prepare(samples) == [Sample(event, None) for event in samples]


def test_the_picture_of_a_sample_that_another_process_stored_is_not_needed_again(lab):
    here, there, samples = lab.writer("a"), lab.writer("b"), make_samples(2)
    here.open(P0)
    here.prepare([])
    there.open(P0)
    there.append(lab.deliver(there, P0, 0, samples))
    lab.store.objects.clear()
    assert here.prepare(samples) == [Sample(event, None) for event in samples]


def test_a_sample_without_a_picture_is_never_stored_as_a_row(lab):
    writer = lab.writer()
    writer.open(P0)
    with pytest.raises(RetryableError):
        writer.append([Delivery(P0, 0, Sample(make_qa(), None))])
    assert lab.ids() == []


def test_an_address_where_no_table_can_be_made_is_a_clear_error(tmp_path, lab):
    (tmp_path / "file").write_text("not a folder")
    lab.uri = str(tmp_path / "file" / "table")
    with pytest.raises(NoDataset, match=r"no dataset at .*file/table"):
        lab.writer().open(P0)


def test_storage_that_cannot_be_reached_is_tried_later(lab):
    nowhere = {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "max_retries": "0",
    }
    writer = DatasetWriter(TableLocation("s3://bucket/table", lab.folder / "index", nowhere), lab.store)
    with pytest.raises(RetryableError, match=r"s3://bucket/table cannot be reached"):
        writer.open(P0)
