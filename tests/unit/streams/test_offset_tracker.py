"""The tracker: only the contiguous finished prefix may be committed."""

from hypothesis import given
from hypothesis import strategies as st

from streams.broker.records import Partition, Record
from streams.worker.offset_tracker import OffsetTracker

P, Q = Partition("t", 0), Partition("t", 1)


RECORDS = {(p, offset): Record(p, offset, None, None, ()) for p in (P, Q) for offset in range(16)}


def arrived(*offsets: int) -> OffsetTracker:
    tracker = OffsetTracker()
    for offset in offsets:
        tracker.add(RECORDS[P, offset])
    return tracker


def test_nothing_is_committable_before_the_first_is_done() -> None:
    tracker = arrived(7, 8, 9)
    tracker.finish(RECORDS[P, 8])
    tracker.finish(RECORDS[P, 9])
    assert tracker.committable() == {}
    tracker.finish(RECORDS[P, 7])
    assert tracker.committable() == {P: 10}


def test_gaps_between_offsets_are_no_gaps_in_the_work() -> None:
    tracker = arrived(7, 12)  # what lies between was compacted away, or is a transaction's marker
    tracker.finish(RECORDS[P, 7])
    assert tracker.committable() == {P: 8}
    tracker.finish(RECORDS[P, 12])
    assert tracker.committable() == {P: 13}


def test_what_was_committed_is_not_said_again() -> None:
    tracker = arrived(1, 2)
    tracker.finish(RECORDS[P, 1])
    tracker.committed({P: 2})
    assert tracker.committable() == {}
    tracker.finish(RECORDS[P, 2])
    assert tracker.committable() == {P: 3}


def test_progress_made_while_a_commit_was_under_way_is_kept() -> None:
    tracker = arrived(1, 2)
    tracker.finish(RECORDS[P, 1])
    sent = tracker.committable()
    tracker.finish(RECORDS[P, 2])
    tracker.committed(sent)
    assert tracker.committable() == {P: 3}


def test_work_of_a_revoked_partition_is_not_committed() -> None:
    tracker = arrived(1)
    tracker.drop([P])
    tracker.finish(RECORDS[P, 1])
    assert tracker.committable() == {}
    assert not tracker.owns(RECORDS[P, 1])


def test_finishing_an_earlier_delivery_is_not_finishing_a_later_one_of_the_same_offset() -> None:
    tracker = arrived(1)
    tracker.drop([P])
    tracker.add(again := Record(P, 1, None, None, ()))
    tracker.finish(RECORDS[P, 1])
    assert tracker.owns(again)
    assert tracker.committable() == {}
    tracker.finish(again)
    assert tracker.committable() == {P: 2}


def test_where_a_partition_starts_is_committed_though_nothing_more_comes() -> None:
    tracker = OffsetTracker()
    tracker.start_at(P, 7)
    assert tracker.committable() == {P: 7}
    tracker.add(RECORDS[P, 7])
    assert tracker.committable() == {P: 7}
    tracker.finish(RECORDS[P, 7])
    assert tracker.committable() == {P: 8}


def test_partitions_do_not_wait_for_each_other() -> None:
    tracker = arrived(1)
    tracker.add(RECORDS[Q, 5])
    tracker.finish(RECORDS[Q, 5])
    assert tracker.committable() == {Q: 6}
    assert tracker.in_flight() == 1


@given(st.permutations(range(12)), st.integers(0, 12))
def test_the_committable_offset_is_the_length_of_the_finished_prefix(order: list[int], done: int) -> None:
    tracker = arrived(*range(12))
    for offset in order[:done]:
        tracker.finish(RECORDS[P, offset])
    finished = set(order[:done])
    prefix = next(n for n in range(13) if n not in finished)
    assert tracker.committable() == ({P: prefix} if prefix else {})
    assert tracker.in_flight() == 12 - done
