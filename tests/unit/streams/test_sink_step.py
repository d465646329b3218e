"""The writer's step: rows and positions together, each sample once, whatever is redelivered or overtaken."""

from collections.abc import Sequence

import pytest

from schemas.errors import PermanentError, RetryableError
from schemas.events import DeadLetter, QAEvent
from schemas.interfaces import Sample
from schemas.topics import QA
from streams.broker.records import Partition, Record
from streams.errors import Refused
from streams.steps.sink_step import COMMIT_BYTES, SinkStep
from tests.fakes.events import make_samples
from tests.fakes.sink import MemorySink, Table
from tests.fakes.steps import KeptMessages, garbage, record_of, tools

FIRST = Partition(QA, 0)
NAME = f"{QA}-id-1/0"


class Ids:
    """The broker's ids of topics."""

    def __init__(self) -> None:
        self.id = "id-1"

    def __call__(self, topic: str) -> str:
        return self.id


def step_over(sink: MemorySink, producer: KeptMessages | None = None, ids: Ids | None = None) -> SinkStep:
    return SinkStep(sink, tools(producer or KeptMessages(), "write"), QA, ids or Ids())


def records(events: Sequence[QAEvent], first: int = 0) -> list[Record]:
    return [record_of(event, first + number) for number, event in enumerate(events)]


def ids(events: Sequence[QAEvent]) -> list[str]:
    return [event.sample_id for event in events]


def test_reading_starts_where_the_table_says_and_at_the_earliest_where_it_knows_nothing() -> None:
    table = Table()
    table.positions[NAME] = 17
    assert step_over(MemorySink(table)).assigned([FIRST, Partition(QA, 1)]) == {FIRST: 17, Partition(QA, 1): None}


def test_a_batch_is_one_commit_of_rows_and_position() -> None:
    table, events = Table(), make_samples(5)
    step = step_over(MemorySink(table))
    step.assigned([FIRST])
    step.begin(records(events))()
    assert (table.rows, table.positions, table.commits) == (ids(events), {NAME: 5}, 1)


def test_what_the_table_has_already_passed_is_not_appended_again() -> None:
    table, events = Table(), make_samples(5)
    step = step_over(MemorySink(table))
    step.assigned([FIRST])
    step.begin(records(events[:3]))()
    step.begin(records(events))()
    assert (table.rows, table.positions) == (ids(events), {NAME: 5})


def test_a_dead_letter_passes_the_position_on_after_it_is_safe() -> None:
    table, producer, events = Table(), KeptMessages(), make_samples(2)
    step = step_over(MemorySink(table, missing=[events[1].sample_id]), producer)
    step.assigned([FIRST])
    step.begin([record_of(events[0], 0), garbage(QA, 1), record_of(events[1], 2)])()
    assert (table.rows, table.positions) == (ids(events[:1]), {NAME: 3})
    assert [(e.offset, e.reason) for e in producer.events if isinstance(e, DeadLetter)] == [
        (1, "undecodable"),
        (2, "missing_image"),
    ]


def test_a_dead_letter_that_cannot_be_published_holds_the_position() -> None:
    table = Table()
    step = step_over(MemorySink(table), KeptMessages(refusals=1))
    step.assigned([FIRST])
    with pytest.raises(RetryableError):
        step.begin([garbage(QA, 0)])()
    assert table.positions == {}


def test_a_store_that_is_away_leaves_nothing_half_done() -> None:
    table, events = Table(), make_samples(2)
    sink = MemorySink(table)
    sink.failures.append(RetryableError("the store is away"))
    step = step_over(sink)
    step.assigned([FIRST])
    with pytest.raises(RetryableError):
        step.begin(records(events))()
    assert table.commits == 0
    step.begin(records(events))()
    assert table.rows == ids(events)


def test_a_writer_that_was_overtaken_opens_anew_and_writes_only_what_is_missing() -> None:
    table, events = Table(), make_samples(6)
    slow, quick = step_over(MemorySink(table)), step_over(MemorySink(table))
    slow.assigned([FIRST])
    quick.assigned([FIRST])
    quick.begin(records(events[:4]))()
    slow.begin(records(events))()
    assert (table.rows, table.positions, table.commits) == (ids(events), {NAME: 6}, 2)


def test_rows_of_a_revoked_partition_are_dropped() -> None:
    table, events = Table(), make_samples(3)
    sink = MemorySink(table)
    step = step_over(sink)
    step.assigned([FIRST])
    step.revoked([FIRST])
    step.begin(records(events))()
    assert (table.rows, sink.open_partitions) == ([], {})


def test_a_topic_that_was_created_anew_ends_the_writer_before_it_writes() -> None:
    table, known = Table(), Ids()
    step = step_over(MemorySink(table), ids=known)
    step.assigned([FIRST])
    known.id = "id-2"
    with pytest.raises(Refused, match="created anew"):
        step.begin(records(make_samples(1)))()
    assert table.commits == 0


def test_a_broker_that_is_away_when_partitions_are_assigned_is_asked_again() -> None:
    class AwayAtFirst(Ids):
        away = True

        def __call__(self, topic: str) -> str:
            if self.away:
                raise RetryableError("no broker")
            return super().__call__(topic)

    table, known, events = Table(), AwayAtFirst(), make_samples(2)
    step = step_over(MemorySink(table), ids=known)
    with pytest.raises(RetryableError):
        step.assigned([FIRST])
    known.away = False
    assert step.assigned([FIRST]) == {FIRST: None}
    step.begin(records(events))()
    assert (table.rows, table.positions) == (ids(events), {NAME: 2})


def test_large_pictures_are_shared_out_over_commits() -> None:
    table = Table()
    large = [
        event.model_copy(update={"image": event.image.model_copy(update={"size": COMMIT_BYTES // 2})})
        for event in make_samples(5)
    ]
    step = step_over(MemorySink(table))
    step.assigned([FIRST])
    step.begin(records(large))()
    assert (table.rows, table.commits) == (ids(large), 3)


def test_steps_are_told_in_order() -> None:
    told: list[str] = []
    sink = MemorySink(Table())
    step = SinkStep(sink, tools(KeptMessages(), "write", test_hook=told.append), QA, Ids())
    step.assigned([FIRST])
    step.begin(records(make_samples(1)))()
    assert told == ["consumed", "before_append", "appended"]


class PoisonedSink(MemorySink):
    """Raises whenever one sample is among what it prepares."""

    def __init__(self, table: Table, poison: str, error: BaseException) -> None:
        super().__init__(table)
        self._poison, self._error = poison, error

    def prepare(self, events: Sequence[QAEvent]) -> list[Sample | PermanentError]:
        if any(event.sample_id == self._poison for event in events):
            raise self._error
        return super().prepare(events)


def test_what_one_event_raises_is_its_own_dead_letter_and_the_others_are_stored() -> None:
    table, events, producer = Table(), make_samples(5), KeptMessages()
    step = step_over(PoisonedSink(table, events[2].sample_id, ArithmeticError("overflow")), producer)
    step.assigned([FIRST])
    step.begin(records(events))()
    assert table.rows == [event.sample_id for event in events if event is not events[2]]
    assert table.positions == {NAME: 5}
    (letter,) = producer.events
    assert isinstance(letter, DeadLetter)
    assert (letter.offset, letter.reason, letter.error_class) == (2, "failed", "ArithmeticError")


def test_want_of_memory_is_nobodys_dead_letter() -> None:
    table, events, producer = Table(), make_samples(3), KeptMessages()
    step = step_over(PoisonedSink(table, events[1].sample_id, MemoryError()), producer)
    step.assigned([FIRST])
    with pytest.raises(MemoryError):
        step.begin(records(events))()
    assert (table.rows, producer.messages) == ([], [])
