"""A table that grows: earlier versions, followers, compaction, vacuum, added columns, growth in words."""

import os
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

import dataset
from dataset.analysis.history import MAX_LINES, growth_lines
from dataset.analysis.info import Growth, info
from dataset.reading.change_feed import FeedRequest, TooFarBehind, follow
from dataset.reading.loading import files, load
from dataset.reading.row_reader import UnknownColumn, batches
from dataset.table.columns import COLUMNS
from dataset.table.delta_table import Table
from dataset.table.held_out_share import properties_of
from dataset.table.maintenance import SAFE_HOURS, Retention, compact, vacuum
from dataset.table.table_errors import NoDataset, NoVersion, Vacuumed
from schemas.errors import UserError
from spatial.splits import DEFAULT_HELD_OUT_PER_MILLE, split_of
from tests.fakes.events import make_graph, make_samples

P0 = "5f0c/0"


@pytest.fixture
def grown(lab):
    """Twelve samples in four commits of three; version N holds the first 3 N."""
    sink = lab.writer()
    sink.open(P0)
    samples = make_samples(12)
    for start in range(0, 12, 3):
        sink.append(lab.deliver(sink, P0, start, samples[start : start + 3]))
    lab.sink, lab.samples = sink, [sample.sample_id for sample in samples]
    return lab


def once() -> bool:
    return False


def followed(lab, wish: FeedRequest) -> Iterator[tuple[int, list[str]]]:
    return ((grown.version, grown.rows["sample_id"][:]) for grown in follow(lab.uri, wish, wait=once))


def more(lab, count: int, concept: str) -> list[str]:
    events = make_samples(count, concept)
    offset = Table.load(lab.uri).position(P0) or 0
    lab.sink.append(lab.deliver(lab.sink, P0, offset, events))
    return [event.sample_id for event in events]


@pytest.mark.thorough
def test_any_earlier_version_can_be_read(grown):
    loaded = load(grown.uri, version=2, cache_dir=grown.folder / "cache")
    assert loaded["sample_id"][:] == grown.samples[:6]
    assert info(grown.uri, version=1)["rows"] == 3
    assert len(files(grown.uri, version=3)) == 3


def test_a_time_reads_what_was_current_then(grown):
    committed = info(grown.uri)["growth"][2]["time"]
    assert info(grown.uri, version=datetime.fromisoformat(committed))["version"] == 2
    assert info(grown.uri, version=datetime.now(UTC) + timedelta(days=1))["version"] == 4


def test_a_time_before_the_first_version_is_refused_with_that_of_the_first(grown):
    first = info(grown.uri)["growth"][0]["time"]
    with pytest.raises(NoVersion, match=re.escape(f"no version of 2001-01-01 00:00:00: its first, 0, is of {first}")):
        info(grown.uri, version=datetime(2001, 1, 1))


def test_a_time_is_that_of_commits_and_not_of_their_files(grown):
    for number in range(5):
        written = Path(grown.uri) / "_delta_log" / f"{number:020}.json"
        os.utime(written, (written.stat().st_mtime + 2,) * 2)
    committed = info(grown.uri)["growth"][2]["time"]
    assert info(grown.uri, version=datetime.fromisoformat(committed))["version"] == 2


def test_an_earlier_version_tells_no_later_growth(grown):
    earlier = info(grown.uri, version=2)
    assert [entry["version"] for entry in earlier["growth"]] == [0, 1, 2]
    assert sum(entry["rows"] for entry in earlier["growth"]) == earlier["rows"] == 6


def test_a_version_that_is_not_there_is_named(grown):
    with pytest.raises(NoDataset, match="no version 9; the newest is 4"):
        load(grown.uri, version=9)
    with pytest.raises(NoDataset, match="no rows then"):
        load(grown.uri, version=0, cache_dir=grown.folder / "cache")


def test_a_follower_gets_every_version_once_and_in_order(grown):
    assert list(followed(grown, FeedRequest(after=1))) == [(n, grown.samples[3 * n - 3 : 3 * n]) for n in (2, 3, 4)]


def test_a_follower_sees_rows_as_they_come(grown):
    batches_to_come = [5, 2]
    added: list[list[str]] = []

    def wait() -> bool:
        if not batches_to_come:
            return False
        added.append(more(grown, batches_to_come.pop(), f"concept {len(added)}"))
        return True

    seen = [(new.version, new.rows["sample_id"][:]) for new in follow(grown.uri, wait=wait)]
    assert seen == [(5, added[0]), (6, added[1])]


def test_a_follower_gets_decoded_pictures_of_the_split_and_columns_it_wants(grown):
    split = split_of(make_graph(), DEFAULT_HELD_OUT_PER_MILLE)
    wish = FeedRequest(after=0, split=split, columns=["image", "split"])
    found = list(follow(grown.uri, wish, wait=once))
    assert found
    assert all(set(new.rows["split"]) == {split} for new in found)
    assert found[0].rows[0]["image"].size == (64, 64)
    assert next(dataset.follow(grown.uri, after=3)).version == 4


def test_a_follower_of_an_unknown_column_or_version_is_told_at_once(grown):
    with pytest.raises(UnknownColumn):
        next(follow(grown.uri, FeedRequest(0, columns=["nope"]), wait=once))
    with pytest.raises(NoDataset):
        next(follow(grown.uri, FeedRequest(99), wait=once))


def test_compaction_changes_no_row_no_position_and_no_reader(grown):
    reading = batches(Table.load(grown.uri), ["sample_id"])
    first = next(reading)
    done = compact(grown.uri)
    assert (done.joined, done.made, done.version) == (4, 1, 5)
    rest = [one for batch in reading for one in batch["sample_id"].to_pylist()]
    assert [*first["sample_id"].to_pylist(), *rest] == grown.samples
    assert sorted(grown.ids()) == sorted(grown.samples)
    assert len(files(grown.uri)) == 1
    assert Table.load(grown.uri).position(P0) == 12
    assert compact(grown.uri).joined == 0


def test_a_writer_goes_on_after_a_compaction_and_doubles_nothing(grown):
    compact(grown.uri)
    assert grown.sink.append(grown.deliver(grown.sink, P0, 12, make_samples(12))).rows == 0
    added = more(grown, 3, "something new")
    assert sorted(grown.ids()) == sorted([*grown.samples, *added])


@pytest.mark.thorough
def test_a_follower_does_not_see_compacted_rows_again(grown):
    compact(grown.uri)
    added = more(grown, 2, "after the compaction")
    seen = [one for _, ids in followed(grown, FeedRequest(after=0)) for one in ids]
    assert seen == [*grown.samples, *added]


def test_vacuum_keeps_what_is_younger_than_the_retention(grown):
    compact(grown.uri)
    assert vacuum(grown.uri) == []
    assert load(grown.uri, version=2, cache_dir=grown.folder / "cache").num_rows == 6


@pytest.mark.thorough
@pytest.mark.parametrize(("hours", "force"), [(SAFE_HOURS - 1, False), (0, True), (0, False)])
def test_a_retention_that_could_hurt_readers_is_refused(grown, hours, force):
    with pytest.raises(UserError, match="not safe"):
        vacuum(grown.uri, retention=Retention(hours, force))


def test_after_a_vacuum_earlier_versions_say_that_they_are_gone(grown):
    compact(grown.uri)
    Table.load(grown.uri).vacuum(0, dry_run=False)
    assert sorted(grown.ids()) == sorted(grown.samples)
    with pytest.raises(Vacuumed):
        load(grown.uri, version=2, cache_dir=grown.folder / "cache")
    with pytest.raises(TooFarBehind, match="follow from there"):
        list(followed(grown, FeedRequest(after=0)))
    added = more(grown, 2, "later")
    assert [ids for _, ids in followed(grown, FeedRequest(after=7))] == [added]


def test_a_new_writer_learns_the_ids_after_a_vacuum(grown):
    compact(grown.uri)
    Table.load(grown.uri).vacuum(0, dry_run=False)
    fresh = grown.writer("another machine")
    fresh.open("new/0")
    assert fresh.append(grown.deliver(fresh, "new/0", 0, make_samples(12))).rows == 0


def widened(lab) -> pa.Table:
    """A row as a later version of this program might write it: a new column, and a new field in a list of structs."""
    schema = list(COLUMNS)
    questions = pa.list_(pa.struct([*COLUMNS.field("questions").type.value_type, ("language", pa.string())]))
    later = pa.schema(
        [*(pa.field("questions", questions) if f.name == "questions" else f for f in schema), ("new", pa.int32())]
    )
    question = {"id": "q", "question": "?", "answer": "yes", "kind": "existence", "language": "en"}
    return pa.Table.from_pylist(
        [{"sample_id": "later", "split": "train", "scene": "x", "questions": [question], "new": 7}], schema=later
    )


@pytest.mark.thorough
def test_a_column_added_later_does_not_break_todays_readers_and_writers(grown):
    held = Table.load(grown.uri)
    held.append(widened(grown), {})
    assert held.schema.names == [*COLUMNS.names, "new"]
    assert grown.ids() == [*grown.samples, "later"]
    assert load(grown.uri, cache_dir=grown.folder / "cache").column_names == COLUMNS.names
    assert info(grown.uri)["rows"] == 13
    added = more(grown, 2, "written by the older program")
    assert [ids for _, ids in followed(grown, FeedRequest(after=4))] == [["later"], added]
    compact(grown.uri)
    assert sorted(grown.ids()) == sorted([*grown.samples, "later", *added])
    rows = Table.load(grown.uri).query("SELECT new FROM samples WHERE sample_id = 'later'")
    assert rows["new"].to_pylist() == [7]


def test_a_table_from_before_a_column_reads_as_empty_there_and_takes_new_rows(lab):
    older = pa.schema([field for field in COLUMNS if field.name not in {"excluded", "provenance"}])
    Table.create(lab.uri, older, properties=properties_of(DEFAULT_HELD_OUT_PER_MILLE))
    old = pa.Table.from_pylist([{"sample_id": "old", "split": "train"}], schema=older)
    Table.load(lab.uri).append(old, {})
    (row,) = [row for batch in batches(Table.load(lab.uri), COLUMNS.names) for row in batch.to_pylist()]
    assert (row["sample_id"], row["excluded"], row["provenance"]) == ("old", None, None)
    sink, samples = lab.writer(), make_samples(1)
    sink.open(P0)
    assert sink.append(lab.deliver(sink, P0, 0, samples)).rows == 1
    assert lab.ids() == ["old", samples[0].sample_id]


def entry(version: int, minutes: int, rows: int) -> Growth:
    when = datetime(2026, 3, 1, 12, 0, tzinfo=UTC) + timedelta(minutes=minutes)
    return Growth(version=version, time=when.isoformat(), operation="WRITE", rows=rows)


def test_growth_in_words_has_a_line_for_every_interval_with_rows():
    lines = growth_lines([entry(0, 0, 0), entry(1, 0, 10), entry(2, 0, 10), entry(3, 2, 5)], rows=25)
    assert [line.split()[:4] for line in lines] == [
        ["2026-03-01", "12:00", "+20", "20"],
        ["2026-03-01", "12:02", "+5", "25"],
    ]
    assert lines[0].count("█") == 4 * lines[1].count("█")


@pytest.mark.parametrize("days", [0.1, 1, 20, 400])
def test_growth_over_any_span_fits_a_screen_and_ends_at_the_number_of_rows(days):
    count = 500
    entries = [entry(n, round(n * days * 1440 / count), 2) for n in range(1, count + 1)]
    lines = growth_lines(entries, rows=5000)  # the log has forgotten 4,000 of them
    assert 1 < len(lines) <= MAX_LINES
    assert lines[-1].split()[3] == "5,000"
    assert int(lines[0].split()[3].replace(",", "")) > 4000


def test_a_table_without_rows_has_not_grown():
    assert growth_lines([entry(0, 0, 0)], rows=0) == []


@pytest.mark.thorough
def test_compaction_and_followers_run_beside_writers_and_nothing_is_lost_or_doubled(lab):
    writers, rounds = 2, 8
    lab.writer().open("first/0")
    written = threading.Event()

    def write(number: int) -> list[str]:
        sink, partition = lab.writer(f"machine {number}"), f"topic/{number}"
        sink.open(partition)
        events = make_samples(rounds * 2, f"concept {number}")
        for start in range(0, rounds * 2, 2):
            sink.append(lab.deliver(sink, partition, start, events[start : start + 2]))
        return [event.sample_id for event in events]

    def tend() -> int:
        joined = 0
        while not written.is_set():
            joined += compact(lab.uri).joined
        return joined

    def read() -> list[str]:
        wish = FeedRequest(after=0, columns=["sample_id"])
        return [one for new in follow(lab.uri, wish, wait=lambda: not written.wait(0.05)) for one in new.rows["sample_id"]]

    with ThreadPoolExecutor(writers + 2) as pool:
        tending, reading = pool.submit(tend), pool.submit(read)
        wanted = [one for ids in pool.map(write, range(writers)) for one in ids]
        written.set()
        assert tending.result() > 0
        seen = reading.result()
    assert sorted(lab.ids()) == sorted(wanted)
    assert len(seen) == len(set(seen))
    last = [one for new in follow(lab.uri, FeedRequest(after=0), wait=once) for one in new.rows["sample_id"]]
    assert sorted(last) == sorted(wanted)


def test_vacuum_takes_what_a_dead_writer_left_behind_but_nothing_that_is_young(grown):
    old, young = (Path(grown.uri) / name for name in ("part-old.parquet", "part-young.parquet"))
    for path in (old, young):
        path.write_bytes(b"half a file")
    two_hours_ago = time.time() - 7200
    os.utime(old, (two_hours_ago, two_hours_ago))
    forced = Retention(1, force=True)
    assert [Path(name).name for name in vacuum(grown.uri, retention=forced, dry_run=True)] == ["part-old.parquet"]
    vacuum(grown.uri, retention=forced)
    assert (old.exists(), young.exists()) == (False, True)
    assert sorted(grown.ids()) == sorted(grown.samples)
