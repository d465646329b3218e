"""The ledger: only the contiguous finished prefix may be committed."""

from hypothesis import given
from hypothesis import strategies as st

from streams.broker.records import Partition, Record
from streams.worker.offset_tracker import OffsetTracker

P, Q = Partition("t", 0), Partition("t", 1)


RECORDS = {(p, offset): Record(p, offset, None, None, ()) for p in (P, Q) for offset in range(16)}


def arrived(*offsets: int) -> OffsetTracker:
    ledger = OffsetTracker()
    for offset in offsets:
        ledger.add(RECORDS[P, offset])
    return ledger


def test_nothing_is_committable_before_the_first_is_done() -> None:
    ledger = arrived(7, 8, 9)
    ledger.finish(RECORDS[P, 8])
    ledger.finish(RECORDS[P, 9])
    assert ledger.committable() == {}
    ledger.finish(RECORDS[P, 7])
    assert ledger.committable() == {P: 10}


def test_gaps_between_offsets_are_no_gaps_in_the_work() -> None:
    ledger = arrived(7, 12)  # what lies between was compacted away, or is a transaction's marker
    ledger.finish(RECORDS[P, 7])
    assert ledger.committable() == {P: 8}
    ledger.finish(RECORDS[P, 12])
    assert ledger.committable() == {P: 13}


def test_what_was_committed_is_not_said_again() -> None:
    ledger = arrived(1, 2)
    ledger.finish(RECORDS[P, 1])
    ledger.committed({P: 2})
    assert ledger.committable() == {}
    ledger.finish(RECORDS[P, 2])
    assert ledger.committable() == {P: 3}


def test_progress_made_while_a_commit_was_under_way_is_kept() -> None:
    ledger = arrived(1, 2)
    ledger.finish(RECORDS[P, 1])
    sent = ledger.committable()
    ledger.finish(RECORDS[P, 2])
    ledger.committed(sent)
    assert ledger.committable() == {P: 3}


def test_work_of_a_revoked_partition_is_not_committed() -> None:
    ledger = arrived(1)
    ledger.drop([P])
    ledger.finish(RECORDS[P, 1])
    assert ledger.committable() == {}
    assert not ledger.owns(RECORDS[P, 1])


def test_finishing_an_earlier_delivery_is_not_finishing_a_later_one_of_the_same_offset() -> None:
    ledger = arrived(1)
    ledger.drop([P])
    ledger.add(again := Record(P, 1, None, None, ()))
    ledger.finish(RECORDS[P, 1])
    assert ledger.owns(again)
    assert ledger.committable() == {}
    ledger.finish(again)
    assert ledger.committable() == {P: 2}


def test_where_a_partition_starts_is_committed_though_nothing_more_comes() -> None:
    ledger = OffsetTracker()
    ledger.start(P, 7)
    assert ledger.committable() == {P: 7}
    ledger.add(RECORDS[P, 7])
    assert ledger.committable() == {P: 7}
    ledger.finish(RECORDS[P, 7])
    assert ledger.committable() == {P: 8}


def test_partitions_do_not_wait_for_each_other() -> None:
    ledger = arrived(1)
    ledger.add(RECORDS[Q, 5])
    ledger.finish(RECORDS[Q, 5])
    assert ledger.committable() == {Q: 6}
    assert ledger.in_hand() == 1


@given(st.permutations(range(12)), st.integers(0, 12))
def test_the_committable_offset_is_the_length_of_the_finished_prefix(order: list[int], done: int) -> None:
    ledger = arrived(*range(12))
    for offset in order[:done]:
        ledger.finish(RECORDS[P, offset])
    finished = set(order[:done])
    prefix = next(n for n in range(13) if n not in finished)
    assert ledger.committable() == ({P: prefix} if prefix else {})
    assert ledger.in_hand() == 12 - done
