"""What the worker loop promises over any broker. Run over the one in memory (unit) and over real ones (contract).

Whoever imports these tests gives a fixture `carrier`.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack

import pytest

from schemas.codec import Message
from schemas.errors import RetryableError
from streams.broker.records import Partition, Record
from streams.errors import StepHung
from streams.worker.loop import BatchLimits, Worker
from tests.fakes.carrier import Carrier, NoGauges, Steps
from tests.fakes.wait import in_thread, until

LIMITS = BatchLimits(batch=4, linger_s=0.01, give_up_s=30)


def group_of(topic: str) -> str:
    """A group of its own for each topic: on Tansu one whose members left at the same time takes nobody in any more."""
    return f"group-{topic}"


def messages(topic: str, count: int) -> list[Message]:
    return [Message(topic, f"key-{i}".encode(), f"value-{i}".encode(), (("n", b"1"),)) for i in range(count)]


def values(records: Sequence[Record]) -> list[bytes]:
    return sorted(record.value or b"" for record in records)


def expected(count: int) -> list[bytes]:
    return sorted(f"value-{i}".encode() for i in range(count))


class Run:
    """A worker in a thread of its own, stopped at the end of the block."""

    def __init__(self, carrier: Carrier, topic: str, step: Steps, limits: BatchLimits = LIMITS) -> None:
        self.gauges = NoGauges()
        self.worker = Worker(step, limits, self.gauges)
        self._consumer = carrier.consumer(group_of(topic), topic, self.worker.buffer)
        self._thread = in_thread(lambda: self.worker.run(self._consumer), self.worker.stop)

    def __enter__(self) -> "Run":
        self.future = self._thread.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._thread.__exit__(None, None, None)


def test_every_record_is_processed_once_and_a_second_run_finds_nothing_to_do(carrier: Carrier) -> None:
    topic, step = carrier.topic(), Steps()
    carrier.publish(messages(topic, 200))
    with Run(carrier, topic, step):
        until(lambda: len(step.seen) >= 200)
    assert values(step.seen) == expected(200)
    again = Steps()
    with Run(carrier, topic, again):
        carrier.publish(messages(topic, 1))
        until(lambda: again.seen)
    assert values(again.seen) == [b"value-0"]


def test_records_of_a_partition_keep_their_order_key_and_headers(carrier: Carrier) -> None:
    topic, step = carrier.topic(), Steps()
    carrier.publish(messages(topic, 100))
    with Run(carrier, topic, step):
        until(lambda: len(step.seen) == 100)
    for number in range(4):
        offsets = [r.offset for r in step.seen if r.partition.number == number]
        assert offsets == sorted(offsets)
    record = next(r for r in step.seen if r.value == b"value-7")
    assert (record.key, record.headers) == (b"key-7", (("n", b"1"),))


class FailsOnce(Steps):
    """Raises on the first batch that holds `value-5`, after `before` attempts that ask for another one."""

    def __init__(self, error: Exception, times: int) -> None:
        super().__init__()
        self._error, self._times = error, times

    def process(self, records: Sequence[Record]) -> None:
        if self._times and any(r.value == b"value-5" for r in records):
            self._times -= 1
            raise self._error
        super().process(records)


def test_what_may_pass_later_is_tried_again_and_nothing_is_lost(carrier: Carrier) -> None:
    topic, step = carrier.topic(), FailsOnce(RetryableError("busy"), times=2)
    carrier.publish(messages(topic, 20))
    with Run(carrier, topic, step) as run:
        until(lambda: len(step.seen) >= 20)
    assert values(step.seen) == expected(20)
    assert run.gauges.retries == 2


def delivered_again(carrier: Carrier, topic: str, broken: Steps, count: int) -> list[Record]:
    """What a second worker gets after a first one whose step is `broken`; of `count` records none is lost or doubled."""
    with Run(carrier, topic, broken) as run:
        until(run.future.done)
    with pytest.raises(RuntimeError, match="broken"):
        run.future.result()
    again = Steps()
    with Run(carrier, topic, again):
        until(lambda: {r.value for r in broken.seen + again.seen} == set(expected(count)))
    assert not set(values(broken.seen)) & set(values(again.seen)), "what was finished was committed before the end"
    return again.seen


def test_a_step_that_raises_stops_the_worker_and_its_batch_is_delivered_again(carrier: Carrier) -> None:
    topic, step = carrier.topic(), FailsOnce(RuntimeError("broken"), times=1)
    carrier.publish(messages(topic, 20))
    assert b"value-5" in values(delivered_again(carrier, topic, step, 20))


def test_giving_up_ends_the_worker_without_committing(carrier: Carrier) -> None:
    topic, step = carrier.topic(), FailsOnce(RetryableError("store is away"), times=1000)
    carrier.publish(messages(topic, 6))
    with Run(carrier, topic, step, BatchLimits(batch=6, give_up_s=0.1)) as run:
        until(run.future.done)
    with pytest.raises(RetryableError, match="store is away"):
        run.future.result()
    again = Steps()
    with Run(carrier, topic, again):
        until(lambda: b"value-5" in values(again.seen))


class Gate(Steps):
    """Holds the first batch until the gate opens."""

    def __init__(self) -> None:
        super().__init__()
        self.entered, self.gate = threading.Event(), threading.Event()

    def process(self, records: Sequence[Record]) -> None:
        self.entered.set()
        assert self.gate.wait(60)
        super().process(records)


def test_stopping_finishes_and_commits_the_batch_in_hand_and_leaves_the_rest(carrier: Carrier) -> None:
    topic, step = carrier.topic(), Gate()
    carrier.publish(messages(topic, 50))
    with Run(carrier, topic, step) as run:
        assert step.entered.wait(20)
        run.worker.stop()
        step.gate.set()
        until(run.future.done)
    assert 1 <= len(step.seen) <= LIMITS.batch
    rest = Steps()
    with Run(carrier, topic, rest):
        until(lambda: len(rest.seen) == 50 - len(step.seen))
    assert values(step.seen + rest.seen) == expected(50)


def test_a_slow_step_holds_no_more_than_the_inbox_and_stays_in_its_group(carrier: Carrier) -> None:
    topic, step = carrier.topic(), Gate()
    carrier.publish(messages(topic, 500))
    with Run(carrier, topic, step) as run:
        assert step.entered.wait(20)
        owned = set(step.owned)
        threading.Event().wait(8)  # longer than the session timeout
        assert run.worker.buffer.offsets.in_flight() <= LIMITS.max_in_flight + 64
        assert step.owned == owned
        step.gate.set()
        until(lambda: len(step.seen) >= 500)
    assert values(step.seen) == expected(500)


def test_a_step_says_where_its_partitions_start(carrier: Carrier) -> None:
    topic = carrier.topic()
    carrier.publish(messages(topic, 40))
    held = Steps()
    with Run(carrier, topic, held):
        until(lambda: len(held.seen) == 40)
    sizes = {n: sum(r.partition.number == n for r in held.seen) for n in range(4)}
    step = Steps(starts={0: None, 1: 2})
    with Run(carrier, topic, step):
        until(lambda: len(step.seen) >= sizes[0] + sizes[1] - 2)
    assert [r.offset for r in step.seen if r.partition.number == 0] == list(range(sizes[0]))
    assert [r.offset for r in step.seen if r.partition.number == 1] == list(range(2, sizes[1]))
    assert {r.partition.number for r in step.seen} == {0, 1}, "the others go on from the group's offsets"


def test_members_come_and_go_under_load_and_nothing_is_lost(carrier: Carrier) -> None:
    topic, first, second = carrier.topic(), Steps(), Steps()
    carrier.publish(messages(topic, 300))
    with Run(carrier, topic, first):
        until(lambda: first.seen)
        with Run(carrier, topic, second):
            until(lambda: len(second.owned) == 2 and len(first.owned) == 2, timeout_s=30, what="two owners")
            carrier.publish(messages(topic, 600)[300:])
            until(lambda: {r.value for r in first.seen + second.seen} == set(expected(600)), timeout_s=30)
        carrier.publish(messages(topic, 700)[600:])
        until(lambda: {r.value for r in first.seen + second.seen} == set(expected(700)), timeout_s=30)
        until(lambda: len(first.owned) == 4, timeout_s=30, what="one owner again")


class Behind(Steps):
    """Notes what it works on in `begun` and what is safe in `seen`; with `value-0` in a batch, `hold` comes first."""

    def __init__(self, hold: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self.begun: list[Record] = []
        self.hold = hold

    def begin(self, records: Sequence[Record]) -> Callable[[], None]:
        self.begun += records

        def settle() -> None:
            if any(record.value == b"value-0" for record in records):
                self.hold()
            self.seen += records

        return settle


def raising(error: Exception) -> Callable[[], None]:
    """Raises once."""
    left = [error]

    def hold() -> None:
        if left:
            raise left.pop()

    return hold


def test_results_are_made_safe_while_the_next_batch_is_worked_on(carrier: Carrier) -> None:
    topic, step = carrier.topic(), Behind()
    step.hold = lambda: until(lambda: any(r.value != b"value-0" for r in step.begun), 20, "the next batch")
    carrier.publish(messages(topic, 1))
    with Run(carrier, topic, step) as run:
        until(lambda: step.begun)
        carrier.publish(messages(topic, 40)[1:])
        until(lambda: len(step.seen) >= 40 or run.future.done(), 30, "all results")
    run.future.result()
    assert values(step.seen) == expected(40)


def test_nothing_is_committed_whose_results_are_not_safe_though_newer_batches_were_worked_on(carrier: Carrier) -> None:
    topic, gate = carrier.topic(), threading.Event()
    step = Behind(lambda: until(gate.is_set, 60))
    carrier.publish(messages(topic, 40))
    with Run(carrier, topic, step) as run:
        run.worker.drain_s = 0.5
        until(lambda: len(step.begun) > LIMITS.batch and b"value-0" in values(step.begun))
        run.worker.stop()
        until(run.future.done, 30)
        safe = values(step.seen)
        gate.set()
    with pytest.raises(StepHung):
        run.future.result()
    again = Steps()
    with Run(carrier, topic, again):
        until(lambda: set(safe + values(again.seen)) == set(expected(40)), 30, "everything that was not safe")
    assert b"value-0" in values(again.seen)


def test_results_that_may_be_safe_later_are_tried_again_before_newer_ones(carrier: Carrier) -> None:
    topic, step = carrier.topic(), Behind(raising(RetryableError("the broker is away")))
    carrier.publish(messages(topic, 40))
    with Run(carrier, topic, step) as run:
        until(lambda: len(step.seen) >= 40)
    assert values(step.seen) == expected(40)
    assert run.gauges.retries == 1
    for number in range(4):
        offsets = [record.offset for record in step.seen if record.partition.number == number]
        assert offsets == sorted(offsets)


def test_results_that_can_never_be_safe_stop_the_worker_and_are_delivered_again(carrier: Carrier) -> None:
    topic, step = carrier.topic(), Behind(raising(RuntimeError("broken")))
    carrier.publish(messages(topic, 40))
    assert b"value-0" in values(delivered_again(carrier, topic, step, 40))


def test_stopping_waits_for_the_results_behind(carrier: Carrier) -> None:
    topic, gate = carrier.topic(), threading.Event()
    step = Behind(lambda: until(gate.is_set, 60))
    carrier.publish(messages(topic, 1))
    with Run(carrier, topic, step) as run:
        until(lambda: step.begun)
        run.worker.stop()
        threading.Event().wait(0.5)  # the worker has nothing else to do than to end
        assert not run.future.done()
        gate.set()
        until(run.future.done)
    run.future.result()
    again = Steps()
    with Run(carrier, topic, again):
        carrier.publish(messages(topic, 2)[1:])
        until(lambda: again.seen)
    assert values(again.seen) == [b"value-1"]


class Slow(Steps):
    """Takes its time over every batch, until it is told to hurry."""

    def __init__(self, seconds: float = 0.1) -> None:
        super().__init__()
        self.hurry = threading.Event()
        self._seconds = seconds

    def process(self, records: Sequence[Record]) -> None:
        self.hurry.wait(self._seconds)
        super().process(records)


def everything_is_committed(carrier: Carrier, topic: str) -> bool:
    """Whether the group's offsets are at the end of every partition: what the broker calls a lag of zero."""
    ends = {partition: sum(r.partition == partition for r in carrier.records(topic)) for partition in partitions_of(topic)}
    return carrier.committed(group_of(topic), topic) == {partition: end for partition, end in ends.items() if end}


def partitions_of(topic: str) -> list[Partition]:
    return [Partition(topic, number) for number in range(4)]


def owned_by(members: Sequence[Steps]) -> list[Partition]:
    """In the partitions' order; twice where two members own one."""
    return sorted(partition for member in members for partition in member.owned)


def offsets_of(records: Sequence[Record], partition: Partition) -> list[int]:
    return [record.offset for record in records if record.partition == partition]


def test_what_a_member_has_in_hand_of_a_partition_that_it_keeps_is_finished_once_and_committed(carrier: Carrier) -> None:
    topic, first, second = carrier.topic(), Gate(), Steps()
    carrier.publish(messages(topic, 160))
    with Run(carrier, topic, first) as one:
        assert first.entered.wait(20)
        until(
            lambda: one.worker.buffer.offsets.in_flight() >= LIMITS.max_in_flight,
            what="a full inbox, so that fetching is paused",
        )
        with Run(carrier, topic, second):
            until(lambda: len(second.owned) == 2 and len(first.owned) == 2, 30, "two owners")
            kept, moved = set(first.owned), set(second.owned)
            first.gate.set()
            until(lambda: set(values(first.seen + second.seen)) == set(expected(160)), 30, "every record is processed")
            until(lambda: everything_is_committed(carrier, topic), 30, "every offset is committed")
    for partition in kept:
        assert offsets_of(second.seen, partition) == []
        assert offsets_of(first.seen, partition) == list(range(len(offsets_of(first.seen, partition))))
    for partition in moved:  # nothing was committed of them, so the next owner begins at their beginning
        assert offsets_of(second.seen, partition) == list(range(len(offsets_of(second.seen, partition))))


def test_members_with_work_in_hand_join_and_leave_and_nothing_is_lost(carrier: Carrier) -> None:
    topic, steps = carrier.topic(), [Slow() for _ in range(4)]
    carrier.publish(messages(topic, 400))

    def seen() -> list[Record]:
        return [record for step in steps for record in step.seen]

    def changed(members: Sequence[Slow], what: str) -> None:
        """Waits until the newest has partitions, and records are worked on; and for the group, where it has to settle."""
        until(lambda: members[-1].owned, 30, f"partitions for {what}")
        if carrier.settles:
            until(lambda: owned_by(members) == partitions_of(topic), 30, f"an owner of each partition, with {what}")
        enough = min(400, len(seen()) + 4)
        until(lambda: len(seen()) >= enough, 30, f"progress with {what}")

    with ExitStack() as members:
        one = members.enter_context(ExitStack())
        one.enter_context(Run(carrier, topic, steps[0]))
        changed(steps[:1], "the first member")
        for number in (2, 3):
            members.enter_context(Run(carrier, topic, steps[number - 1]))
            changed(steps[:number], f"member {number}")
        one.close()  # leaves with work in hand
        changed(steps[1:3], "the first gone")
        members.enter_context(Run(carrier, topic, steps[3]))
        changed(steps[1:], "member 4")
        for step in steps:
            step.hurry.set()
        until(lambda: set(values(seen())) == set(expected(400)), 40, "every record is processed")
        until(lambda: everything_is_committed(carrier, topic), 30, "every offset is committed")


class Reluctant(Steps):
    """Cannot tell where partitions start, until the table answers."""

    def __init__(self) -> None:
        super().__init__(starts=dict.fromkeys(range(4)))
        self.asked, self.answers = threading.Event(), threading.Event()

    def assigned(self, partitions: Sequence[Partition]) -> Mapping[Partition, int | None]:
        self.asked.set()
        if not self.answers.is_set():
            raise RetryableError("the table is away")
        return super().assigned(partitions)


def test_nothing_is_read_of_a_partition_before_it_is_known_where_it_starts(carrier: Carrier) -> None:
    topic, step = carrier.topic(), Reluctant()
    carrier.publish(messages(topic, 40))
    with Run(carrier, topic, step) as run:
        assert step.asked.wait(20)
        threading.Event().wait(1)  # time enough to read what should not be read
        assert step.seen == []
        assert not run.future.done()
        step.answers.set()
        until(lambda: len(step.seen) >= 40)
    assert values(step.seen) == expected(40)


def test_a_call_of_the_step_that_hangs_is_not_alive_and_one_that_waits_for_a_store_is(carrier: Carrier) -> None:
    topic, step = carrier.topic(), FailsOnce(RetryableError("the store is away"), times=10**6)
    carrier.publish(messages(topic, 6))
    with Run(carrier, topic, step, BatchLimits(batch=6, call_s=0.5)) as waiting:
        until(lambda: waiting.gauges.retries > 3)
        assert waiting.worker.is_alive()
        until(waiting.worker.is_ready)
        waiting.worker.stop()
        until(waiting.future.done)
    hanging = Gate()
    with Run(carrier, topic, hanging, BatchLimits(batch=6, call_s=0.5)) as run:
        assert hanging.entered.wait(20)
        until(lambda: not run.worker.is_alive())
        hanging.gate.set()
        until(run.worker.is_alive)
