"""A partition that ends before what was read of it: found without a false alarm."""

from collections.abc import Mapping, Sequence

from streams.broker.membership.assignment import lost_end
from streams.broker.records import Partition

FIRST, SECOND = Partition("skg.qa", 0), Partition("skg.qa", 1)


class Broker:
    """Its partitions' ends, and which of them it was asked for."""

    def __init__(self, ends: Mapping[Partition, int]) -> None:
        self._ends = ends
        self.asked: list[Partition] = []

    def ends(self, partitions: Sequence[Partition]) -> Mapping[Partition, int]:
        self.asked += partitions
        return {p: self._ends[p] for p in partitions if p in self._ends}


def test_a_topic_that_was_created_anew_is_told_by_its_end() -> None:
    said = lost_end({FIRST: 7, SECOND: 2}, {FIRST: 3, SECOND: 2}.get, Broker({FIRST: 3, SECOND: 2}).ends)
    assert said == "skg.qa/0 ends at 3, before what was read of it (7): it was created anew; start again"


def test_what_was_not_fetched_yet_says_nothing_and_the_broker_is_not_asked() -> None:
    broker = Broker({FIRST: 3})
    assert lost_end({FIRST: 7, SECOND: 2}, {SECOND: 2}.get, broker.ends) is None
    assert broker.asked == []


def test_an_old_end_and_a_leader_that_does_not_know_its_end_are_no_alarm() -> None:
    broker = Broker({FIRST: 9})
    assert lost_end({FIRST: 7, SECOND: 5}, {FIRST: 3, SECOND: 4}.get, broker.ends) is None
    assert broker.asked == [FIRST, SECOND]
