"""Ordered acknowledgement: many events in flight, acknowledged strictly in their order.

In: events of a Faust stream in `noack` mode.  Out: each event's acknowledgement, once it and every event before it
on its partition is done.  Faust's own `concurrency` commits past events still in flight; this does not.
Knows neither Faust nor seeds: an event is anything with a partition.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

E = TypeVar("E")


@dataclass
class _Slot(Generic[E]):
    event: E
    done: bool = False


@dataclass
class OrderedAck(Generic[E]):
    """Runs up to `limit` handlers at a time.

    `partition_of` names an event's partition, `ack` acknowledges it, `failed` receives a handler's exception: such an
    event is never acknowledged, nor is any after it on its partition, so the process must stop.  `identity` recognises
    redelivered events: one that is still in flight after a rebalance is finished, not started again.
    """

    limit: int
    partition_of: Callable[[E], Hashable]
    ack: Callable[[E], Awaitable[object]]
    failed: Callable[[BaseException], None]
    identity: Callable[[E], Hashable] = id
    _slots: dict[Hashable, deque[_Slot[E]]] = field(default_factory=dict)
    _revoked: dict[Hashable, _Slot[E]] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def outstanding_limit(self) -> int:
        """Limit of events taken and not acknowledged, which a slow first one may block."""
        return 4 * self.limit

    @property
    def in_flight(self) -> int:
        """Events taken and not acknowledged."""
        return sum(len(slots) for slots in self._slots.values())

    async def run(self, events: AsyncIterator[E], handle: Callable[[E], Awaitable[None]]) -> None:
        """Take events until the stream ends. `handle` returns only when the event's result is stored."""
        running = asyncio.Semaphore(self.limit)
        async for event in events:
            found = self._revoked.pop(self.identity(event), None)
            slot = found or _Slot(event)
            slot.event = event
            self._slots.setdefault(self.partition_of(event), deque()).append(slot)
            if found is not None:
                await self._ack_prefix(self.partition_of(event))
                continue
            await running.acquire()
            task = asyncio.create_task(self._work(slot, handle, running))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            while self.in_flight >= self.outstanding_limit and self._tasks:
                await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)

    def drop(self, partitions: Iterable[Hashable]) -> None:
        """These partitions were revoked: their events in flight are finished, and acknowledged if redelivered."""
        self._revoked = {which: slot for which, slot in self._revoked.items() if not slot.done}
        for partition in partitions:
            for slot in self._slots.pop(partition, ()):
                self._revoked[self.identity(slot.event)] = slot

    async def cancel(self) -> None:
        """Cancel the handlers in flight without acknowledging their events: they will be redelivered."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self, slot: _Slot[E], handle: Callable[[E], Awaitable[None]], running: asyncio.Semaphore) -> None:
        try:
            await handle(slot.event)
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            self.failed(error)
            if isinstance(error, KeyboardInterrupt | SystemExit):
                raise
            return  # `failed` reports it; an exception of the task would be reported twice
        finally:
            running.release()
        slot.done = True
        await self._ack_prefix(self.partition_of(slot.event))

    async def _ack_prefix(self, partition: Hashable) -> None:
        slots = self._slots.get(partition)
        while slots and slots[0].done:
            await self.ack(slots.popleft().event)
