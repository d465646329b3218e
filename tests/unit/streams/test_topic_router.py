"""One worker over several topics: each step sees its own partitions and records only."""

from collections.abc import Mapping, Sequence

import pytest

from schemas.errors import RetryableError
from streams.broker.records import Partition, Record
from streams.worker.pipelining import Settle
from streams.worker.topic_router import TopicRouter


class Notes:
    """A step that takes notes."""

    def __init__(self, start: int, failures: int = 0) -> None:
        self.start, self.failures = start, failures
        self.seen: list[int] = []
        self.settled: list[int] = []
        self.lost: list[Partition] = []

    def assigned(self, partitions: Sequence[Partition]) -> Mapping[Partition, int | None]:
        return dict.fromkeys(partitions, self.start)

    def revoked(self, partitions: Sequence[Partition]) -> None:
        self.lost += partitions

    def begin(self, records: Sequence[Record]) -> Settle:
        if self.failures:
            self.failures -= 1
            raise RetryableError("not now")
        self.seen += [record.offset for record in records]
        return lambda: self.settled.append(len(records))


def record(topic: str, offset: int) -> Record:
    return Record(Partition(topic, 0), offset, None, None, ())


def test_each_step_gets_its_own_partitions_and_records_in_order():
    one, two = Notes(7), Notes(9)
    step = TopicRouter({"a": one, "b": two})
    assert step.assigned([Partition("b", 1), Partition("a", 0)]) == {Partition("a", 0): 7, Partition("b", 1): 9}
    step.begin([record("a", 1), record("b", 5), record("a", 2)])()
    assert (one.seen, two.seen) == ([1, 2], [5])
    assert (one.settled, two.settled) == ([2], [1])
    step.revoked([Partition("b", 1)])
    assert (one.lost, two.lost) == ([], [Partition("b", 1)])


def test_what_one_step_cannot_do_now_is_tried_again_by_all():
    one, two = Notes(0), Notes(0, failures=1)
    step = TopicRouter({"a": one, "b": two})
    batch = [record("a", 1), record("b", 1)]
    with pytest.raises(RetryableError):
        step.begin(batch)()
    step.begin(batch)()
    assert (one.seen, two.seen) == ([1, 1], [1])
