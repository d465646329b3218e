"""Several writers at once on one table: nothing is lost, nothing is doubled, nobody is held up for good."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
from deltalake import DeltaTable

from dataset.table.delta_table import Table
from dataset.table.row_encoding import rows_of
from dataset.table.table_errors import CommitConflict
from schemas.errors import Fenced, RetryableError
from schemas.interfaces import Delivery
from tests.fakes.events import make_samples

pytestmark = pytest.mark.thorough


def test_writers_of_other_partitions_do_not_disturb_each_other(lab):
    samples = make_samples(48)
    lab.draw(samples)

    def write(number: int) -> int:
        writer, partition = lab.writer(f"machine-{number}"), f"topic/{number}"
        writer.open(partition)
        mine = samples[12 * number : 12 * number + 12]
        return sum(
            writer.append(lab.deliver(writer, partition, start, mine[start : start + 3])).rows for start in range(0, 12, 3)
        )

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(write, range(4))) == [12] * 4
    assert sorted(lab.ids()) == sorted(event.sample_id for event in samples)


@pytest.mark.thorough
def test_two_brokers_that_bring_the_same_samples_at_once_store_each_once(lab):
    samples = make_samples(20)
    lab.draw(samples)
    start = threading.Barrier(3)

    def write(topic: str) -> int:
        writer = lab.writer(topic)
        writer.open(f"{topic}/0")
        prepared = [lab.deliver(writer, f"{topic}/0", i, [event]) for i, event in enumerate(samples)]
        start.wait()
        return sum(writer.append(one).rows for one in prepared)

    with ThreadPoolExecutor(3) as pool:
        stored = list(pool.map(write, ("topic-a", "topic-b", "topic-c")))
    assert sum(stored) == 20
    assert sorted(lab.ids()) == sorted(event.sample_id for event in samples)


def test_processes_that_share_a_folder_for_their_index_do_not_wait_for_each_other(lab):
    one, other = lab.writer("same"), lab.writer("same")
    one.open("topic/0")
    other.open("topic/1")
    first, second = make_samples(2)
    assert one.append(lab.deliver(one, "topic/0", 0, [first])).rows == 1
    assert other.append(lab.deliver(other, "topic/1", 0, [first, second])).rows == 1
    assert len(list((lab.folder / "same").glob("*.sqlite"))) == 2


@pytest.mark.parametrize("attempt", range(5))
def test_writers_that_start_at_once_make_one_table(lab, attempt):
    start = threading.Barrier(4)

    def open_one(number: int) -> int | None:
        writer = lab.writer(f"machine-{number}")
        start.wait()
        return writer.open(f"topic/{number}")

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(open_one, range(4))) == [None] * 4
    assert Table.load(lab.uri).version == 0


def test_compaction_in_the_background_disturbs_nothing(lab):
    writer = lab.writer()
    writer.open("topic/0")
    samples = make_samples(6)
    for offset in range(4):
        writer.append(lab.deliver(writer, "topic/0", offset, [samples[offset]]))
    DeltaTable(lab.uri).optimize.compact()
    writer.append(lab.deliver(writer, "topic/0", 4, samples))
    assert sorted(lab.ids()) == sorted(event.sample_id for event in samples)
    late = lab.writer("late")
    assert late.open("topic/0") == 10
    assert late.append(lab.deliver(late, "topic/0", 10, samples)).rows == 0


class AtFirst:
    """Does something the first time that a step is reached."""

    def __init__(self, action: Callable[[], object]) -> None:
        self.action = action
        self.times = 0

    def __call__(self, step: str) -> None:
        self.times += 1
        if self.times == 1:
            self.action()


def test_a_commit_that_another_one_overtakes_is_made_again(lab):
    samples = make_samples(2)
    rival = lab.writer("b")
    rival.open("topic/1")
    theirs = lab.deliver(rival, "topic/1", 0, samples[:1])
    overtaken = AtFirst(lambda: rival.append(theirs))
    writer = lab.writer("a", reached=overtaken)
    writer.open("topic/0")
    done = writer.append(lab.deliver(writer, "topic/0", 0, samples))
    assert overtaken.times == 2
    assert (done.rows, done.positions) == (1, {"topic/0": 2})
    assert sorted(lab.ids()) == sorted(event.sample_id for event in samples)


def test_of_two_owners_that_commit_at_the_same_moment_one_is_refused(lab):
    samples = make_samples(2)
    rival = lab.writer("b")
    rival.open("topic/0")
    theirs = lab.deliver(rival, "topic/0", 0, samples[:1])
    writer = lab.writer("a", reached=AtFirst(lambda: rival.append(theirs)))
    writer.open("topic/0")
    with pytest.raises(Fenced):
        writer.append(lab.deliver(writer, "topic/0", 0, samples))
    assert lab.ids() == [samples[0].sample_id]


def test_a_snapshot_refuses_a_commit_that_did_not_see_another(lab):
    lab.writer().open("topic/0")
    held, other = Table.load(lab.uri), Table.load(lab.uri)
    other.append(rows_of([]), {"topic/1": 1})
    with pytest.raises(CommitConflict):
        held.append(rows_of([]), {"topic/0": 1})
    held.refresh()
    held.append(rows_of([]), {"topic/0": 1})
    assert (held.position("topic/0"), held.position("topic/1")) == (1, 1)


def test_a_writer_gives_way_after_many_overtakings(lab):
    rival = lab.writer("b")
    rival.open("topic/1")
    offsets = count()
    writer = lab.writer("a", reached=lambda step: rival.append([Delivery("topic/1", next(offsets), None)]))
    writer.open("topic/0")
    with pytest.raises(RetryableError, match="came first"):
        writer.append([Delivery("topic/0", 0, None)])
