"""The index follows the table, and is made anew whenever it cannot."""

import errno
import shutil
import sqlite3

import pytest
from deltalake import DeltaTable

from dataset.table.delta_table import Table
from dataset.table.id_cache import CacheDamaged, IdCache
from dataset.table.id_index import IdIndex
from dataset.table.row_encoding import rows_of
from schemas.errors import RetryableError
from schemas.interfaces import Sample
from tests.fakes.events import make_picture, make_samples


def commit(uri, events):
    """Rows in one commit, without a writer."""
    table = Table.load(uri)
    table.append(rows_of([Sample(event, make_picture(event.graph)) for event in events]), {})


@pytest.fixture
def grown(lab):
    """A table with three commits of two samples each, and the samples."""
    lab.writer().open("topic/0")
    samples = make_samples(6)
    for start in range(0, 6, 2):
        commit(lab.uri, samples[start : start + 2])
    return lab, [event.sample_id for event in samples]


def test_a_new_index_reads_the_whole_table(grown):
    lab, ids = grown
    index = IdIndex(lab.folder / "index")
    index.catch_up(Table.load(lab.uri))
    assert index.known([*ids, "0" * 32]) == set(ids)


def test_an_index_reads_only_what_was_added_since(grown):
    lab, ids = grown
    index = IdIndex(lab.folder / "index")
    table = Table.load(lab.uri)
    index.catch_up(table)
    for file in table.files():
        (lab.folder / "table" / file.path).unlink()  # reading one again would fail
    more = make_samples(2, concept="later")
    commit(lab.uri, more)
    table.refresh()
    index.catch_up(table)
    assert index.known(event.sample_id for event in more) == {event.sample_id for event in more}
    assert index.known(ids) == set(ids)


def test_an_index_survives_its_process(grown):
    lab, ids = grown
    first = IdIndex(lab.folder / "index")
    table = Table.load(lab.uri)
    first.catch_up(table)
    first.close()
    for file in table.files():
        (lab.folder / "table" / file.path).unlink()
    second = IdIndex(lab.folder / "index")
    second.catch_up(table)
    assert second.known(ids) == set(ids)


def test_compacted_and_vacuumed_files_leave_no_gap(grown):
    lab, ids = grown
    index = IdIndex(lab.folder / "index")
    index.catch_up(Table.load(lab.uri, version=1))
    assert index.known(ids) == set(ids[:2])
    delta = DeltaTable(lab.uri)
    delta.optimize.compact()
    delta.vacuum(retention_hours=0, dry_run=False, enforce_retention_duration=False)
    index.catch_up(Table.load(lab.uri))
    assert index.known(ids) == set(ids)


def test_a_log_that_was_cleaned_up_leaves_no_gap(grown):
    lab, ids = grown
    index = IdIndex(lab.folder / "index")
    index.catch_up(Table.load(lab.uri, version=1))
    DeltaTable(lab.uri).create_checkpoint()
    for version in range(3):
        (lab.folder / "table" / "_delta_log" / f"{version:020}.json").unlink()
    index.catch_up(Table.load(lab.uri))
    assert index.known(ids) == set(ids)


@pytest.mark.parametrize("before", [1, 2], ids=["between our snapshot and our commit", "before our snapshot"])
def test_what_another_writer_committed_before_us_is_learned_too(grown, before):
    lab, ids = grown
    index = IdIndex(lab.folder / "index")
    index.catch_up(Table.load(lab.uri, version=1))
    now = Table.load(lab.uri)  # version 2 is another writer's commit, version 3 is ours
    index.record_commit(ids[4:], before, now)
    index.catch_up(now)
    assert index.known(ids) == set(ids)


def test_what_we_commit_upon_the_snapshot_that_is_known_is_not_read_again(grown):
    lab, ids = grown
    index = IdIndex(lab.folder / "index")
    index.catch_up(Table.load(lab.uri, version=2))
    index.record_commit(ids[4:], 2, Table.load(lab.uri))
    assert index.known(ids) == set(ids)


def test_an_index_that_is_ahead_of_its_table_is_made_anew(grown):
    lab, ids = grown
    index = IdIndex(lab.folder / "index")
    index.catch_up(Table.load(lab.uri))
    index.catch_up(Table.load(lab.uri, version=2))
    assert index.known(ids) == set(ids[:4])


def test_a_table_that_an_older_copy_replaced_and_that_went_on_has_only_its_own_ids(grown):
    lab, ids = grown
    place, copy = lab.folder / "table", lab.folder / "copy"
    shutil.copytree(place, copy)
    lost, later = make_samples(4, concept="lost"), make_samples(6, concept="later")
    for start in (0, 2):
        commit(lab.uri, lost[start : start + 2])
    index = IdIndex(lab.folder / "index")
    index.catch_up(Table.load(lab.uri))
    index.close()
    shutil.rmtree(place)
    copy.rename(place)
    for start in (0, 2, 4):
        commit(lab.uri, later[start : start + 2])
    again = IdIndex(lab.folder / "index")
    again.catch_up(Table.load(lab.uri))
    assert again.known([event.sample_id for event in lost]) == set(), "what was lost may come again"
    assert again.known(ids) == set(ids)


def test_a_table_that_was_made_anew_at_the_same_address_is_another_table(grown):
    lab, ids = grown
    index = IdIndex(lab.folder / "index")
    index.catch_up(Table.load(lab.uri))
    lab.uri += "-anew"
    lab.writer("b").open("topic/0")
    index.catch_up(Table.load(lab.uri))
    assert index.known(ids) == set()


class Broken(IdCache):
    """A file that turns out to be damaged at the first question."""

    def known(self, ids):
        raise CacheDamaged("page 7 is not what it was")


def test_damage_while_running_is_tried_later_and_healed(grown):
    lab, ids = grown
    kinds = iter((Broken, IdCache))

    def open_next(folder, table_id):
        return next(kinds)(folder, table_id)

    index = IdIndex(lab.folder / "index", open_next)
    table = Table.load(lab.uri)
    index.catch_up(table)
    with pytest.raises(RetryableError, match="made anew"):
        index.known(ids)
    index.catch_up(table)
    assert index.known(ids) == set(ids)


def test_an_unreadable_file_of_the_table_is_tried_later(grown):
    lab, _ = grown
    table = Table.load(lab.uri)
    (lab.folder / "table" / table.files()[0].path).unlink()
    with pytest.raises(RetryableError, match="is damaged: its file"):
        IdIndex(lab.folder / "index").catch_up(table)


@pytest.mark.parametrize("fault", [OSError(errno.ENOSPC, "no space left"), sqlite3.OperationalError("disk is full")])
def test_a_disk_without_room_for_the_ids_is_waited_for(grown, fault):
    lab, ids = grown
    faults = [fault]

    def full(folder, table_id):
        if faults:
            raise faults.pop()
        return IdCache(folder, table_id)

    index = IdIndex(lab.folder / "index", full)
    with pytest.raises(RetryableError, match="cannot be kept"):
        index.catch_up(Table.load(lab.uri))
    index.catch_up(Table.load(lab.uri))
    assert index.known(ids) == set(ids)
