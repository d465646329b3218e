"""The ordered window: many events in hand, acknowledged strictly in order."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.faust_app.ordered_ack import OrderedAck


@dataclass(frozen=True)
class Event:
    partition: int
    offset: int


class Scene:
    """A window over a fixed list of events, whose handlers finish when the test says so."""

    def __init__(self, events: Iterable[Event], limit: int = 4) -> None:
        self.acked: list[Event] = []
        self.failures: list[BaseException] = []
        self.started: list[Event] = []
        self.taken = 0
        self._events = list(events)
        self.finish = {event: asyncio.Event() for event in self._events}
        self.window: OrderedAck[Event] = OrderedAck(limit, lambda event: event.partition, self._ack, self.failures.append)

    async def run(self, handle: Callable[[Event], Awaitable[None]] | None = None) -> None:
        await self.window.run(self._stream(), handle or self.handle)

    async def handle(self, event: Event) -> None:
        self.started.append(event)
        await self.finish[event].wait()

    async def _stream(self) -> AsyncIterator[Event]:
        for event in self._events:
            self.taken += 1
            yield event

    async def _ack(self, event: Event) -> None:
        self.acked.append(event)


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def events(count: int, partition: int = 0) -> list[Event]:
    return [Event(partition, offset) for offset in range(count)]


def test_a_slow_head_is_never_acked_past() -> None:
    async def play() -> None:
        scene = Scene(events(4))
        running = asyncio.create_task(scene.run())
        await settle()
        for event in events(4)[1:]:
            scene.finish[event].set()
        await settle()
        assert scene.acked == []
        scene.finish[Event(0, 0)].set()
        await settle()
        assert scene.acked == events(4)
        await running

    asyncio.run(play())


def test_no_more_than_the_limit_run_at_a_time_and_what_is_outstanding_is_bounded() -> None:
    async def play() -> None:
        scene = Scene(events(100), limit=3)
        running = asyncio.create_task(scene.run())
        await settle()
        assert len(scene.started) == 3
        for event in events(100)[1:]:
            scene.finish[event].set()
        await settle()
        assert scene.window.in_flight == scene.window.outstanding_limit == 12
        assert scene.taken <= 13, "a slow head stops the taking of events"
        scene.finish[Event(0, 0)].set()
        await running
        await settle()
        assert scene.acked == events(100)

    asyncio.run(play())


def test_a_slow_partition_does_not_hold_up_another_one() -> None:
    async def play() -> None:
        scene = Scene([Event(0, 0), Event(1, 0), Event(0, 1), Event(1, 1)])
        running = asyncio.create_task(scene.run())
        await settle()
        scene.finish[Event(1, 0)].set()
        scene.finish[Event(1, 1)].set()
        await settle()
        assert scene.acked == [Event(1, 0), Event(1, 1)]
        running.cancel()
        await scene.window.cancel()

    asyncio.run(play())


def test_work_of_a_revoked_partition_is_finished_but_not_acked() -> None:
    async def play() -> None:
        scene = Scene(events(2))
        running = asyncio.create_task(scene.run())
        await settle()
        scene.window.drop([0])
        for event in events(2):
            scene.finish[event].set()
        await running
        await settle()
        assert (scene.acked, scene.window.in_flight) == ([], 0)

    asyncio.run(play())


def test_an_event_that_waits_for_a_place_when_its_partition_is_revoked_is_not_acked_before_those_that_return() -> None:
    async def play() -> None:
        again = [Event(0, 0), Event(0, 1)]
        scene = Scene([*again, Event(0, 2)], limit=1)
        running = asyncio.create_task(scene.run())
        await settle()
        scene.window.drop([0])  # 0 runs, 1 waits for a place
        scene.finish[again[0]].set()
        scene.finish[again[1]].set()
        await settle()
        assert scene.acked == []
        running.cancel()
        await scene.window.cancel()

    asyncio.run(play())


@dataclass(frozen=True)
class Delivery:
    """An event as it was delivered the nth time."""

    partition: int
    offset: int
    nth: int = 0


def test_what_is_in_hand_when_its_partition_comes_back_is_finished_and_not_begun_again() -> None:
    async def play(finished: bool) -> None:
        acked, started, queue = list[Delivery](), list[Delivery](), asyncio.Queue[Delivery]()
        done = asyncio.Event()

        async def taken() -> AsyncIterator[Delivery]:
            while True:
                yield await queue.get()

        async def ack(event: Delivery) -> None:
            acked.append(event)

        async def handle(event: Delivery) -> None:
            started.append(event)
            if event.offset < 3:
                await done.wait()

        window: OrderedAck[Delivery] = OrderedAck(
            4, lambda e: e.partition, ack, lambda _: None, lambda e: (e.partition, e.offset)
        )
        running = asyncio.create_task(window.run(taken(), handle))
        for offset in range(4):
            queue.put_nowait(Delivery(0, offset))
        await settle()
        window.drop([0])
        if finished:
            done.set()
            await settle()
        for offset in range(5):
            queue.put_nowait(Delivery(0, offset, nth=1))
        await settle()
        done.set()
        await settle()
        assert [event.offset for event in started] == [0, 1, 2, 3, 4]
        assert acked == [Delivery(0, offset, nth=1) for offset in range(5)]
        running.cancel()

    asyncio.run(play(finished=False))
    asyncio.run(play(finished=True))


@pytest.mark.thorough
def test_a_handler_that_raises_is_reported_and_neither_it_nor_what_follows_is_acked() -> None:
    async def play() -> None:
        scene = Scene(events(3))

        async def handle(event: Event) -> None:
            if event.offset == 1:
                raise RuntimeError("the dead letter could not be published")

        twice: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: twice.append(context))
        await scene.run(handle)
        await settle()
        gc.collect()
        assert twice == []
        assert scene.acked == [Event(0, 0)]
        assert [str(failure) for failure in scene.failures] == ["the dead letter could not be published"]

    asyncio.run(play())


def test_cancelling_acks_nothing_and_reports_no_failure() -> None:
    async def play() -> None:
        scene = Scene(events(2))
        running = asyncio.create_task(scene.run())
        await settle()
        await scene.window.cancel()
        await running
        assert (scene.acked, scene.failures) == ([], [])

    asyncio.run(play())


@pytest.mark.thorough
@given(st.permutations([Event(p, o) for p in range(2) for o in range(4)]), st.integers(0, 8))
def test_only_finished_prefixes_are_acked_in_any_order_of_finishing(order: list[Event], done: int) -> None:
    async def play() -> None:
        scene = Scene([Event(p, o) for o in range(4) for p in range(2)], limit=8)
        running = asyncio.create_task(scene.run())
        await settle()
        for event in order[:done]:
            scene.finish[event].set()
            await settle()
        finished = set(order[:done])
        for partition in range(2):
            prefix = next(o for o in range(5) if Event(partition, o) not in finished)
            assert [e.offset for e in scene.acked if e.partition == partition] == list(range(prefix))
        running.cancel()
        await scene.window.cancel()

    asyncio.run(play())
