"""Faust's application with seeks, commits and a shutdown that hold while members join and leave.

In: settings of Faust.  Out: an application that continues from the committed offsets after each rebalance, and repeats
failed commits.  Knows nothing of seeds; `streams.faust_app.seed_agent` builds it.
"""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future
from time import monotonic
from typing import Any

import faust
from aiokafka.errors import KafkaError
from aiokafka.structs import OffsetAndMetadata
from faust.app import BootStrategy
from faust.exceptions import ConsumerNotStarted
from faust.tables import TableManager
from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from mode import Seconds

from monitoring.logs import log
from streams.broker.connection import KafkaConnection
from streams.broker.membership.assignment import emptied
from streams.broker.reachability import ServiceAway, probe
from streams.errors import Problem
from streams.worker.call_age import CallTimer

PROBE_EVERY_S = 2.0
"""Between two probes of the broker."""

START_LOOK_S = 0.1
"""Between two checks whether the wait for the broker at startup is over, or the process is to stop."""

ANSWER_S = 3.0

FAUST = logging.getLogger("faust")
"""Services log by the name of the class's module; what our own log as services is Faust's output nevertheless."""

COMMIT_S = 3.0
"""How long a commit may take. aiokafka retries forever while the group's coordinator is unavailable; what was not committed
is committed with the next one, or redelivered."""

LEAVE_S, FLUSH_S = 4.0, 1.5
"""How long leaving the group may take, and each flush of the producer: nothing depends on them, and with two commits they
stay below the limit of the whole shutdown."""

REJOIN_S = 180.0
"""How long joining the group may take, besides the seeds in flight, with a broker that answers: longer than the
longest rebalance (120 s) and the requests around it.  The client library has then given up without an error, as it does
where nothing was read for longer than it allows."""

LOOP_STUCK_S = 15.0
"""An event loop that has not run for this long is blocked: planning one graph takes far less."""

CALL_S = 900.0
"""A planner's call that takes longer hangs: a language model's timeouts and repairs together stay below it."""


class _Thread(driver.AIOKafkaConsumerThread):
    """Does not end the process when the broker rejects a commit."""

    logger = FAUST

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        ours = self.assignment()
        kept = {driver.ensure_aiokafka_TP(tp): OffsetAndMetadata(o, "") for tp, o in offsets.items() if tp in ours}
        try:
            await asyncio.wait_for(self._ensure_consumer().commit(kept), COMMIT_S)
        except (KafkaError, TimeoutError):
            return False  # a rebalance or an outage: committed again, or redelivered to the partition's next owner
        return True

    async def on_thread_stop(self) -> None:
        """Leave the group, within a bound: a rebalance in progress, or a silent broker, may take minutes."""
        await _within(LEAVE_S, super().on_thread_stop())


class _Consumer(driver.Consumer):
    """Knows what is committed; Faust's own treats failed commits as committed."""

    logger = FAUST

    def _new_consumer_thread(self) -> _Thread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)

    looked_at: frozenset[TP] = frozenset()

    async def perform_seek(self) -> None:
        """Continue from the committed offset; from the beginning where there is none (Faust's own keeps its position)."""
        await super().perform_seek()
        fresh = [tp for tp in self.assignment() if not self._committed_offset.get(tp)]
        for tp in fresh:
            self._read_offset[tp] = None
        if fresh:
            await self._thread.seek_to_beginning(*(driver.ensure_aiokafka_TP(tp) for tp in fresh))

    async def skip_expired(self) -> None:
        """Commit the end of new partitions that hold no record any more: what nobody read of them would be lag for ever."""
        held = frozenset(self.assignment())
        new = [driver.ensure_aiokafka_TP(tp) for tp in held - self.looked_at]
        if new:
            begins = await self._thread.earliest_offsets(*new)
            empty = emptied(begins, await self._thread.highwaters(*new))
            if empty and not await self._thread.commit({TP(*tp): end for tp, end in empty.items()}):
                return
        self.looked_at = held

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Do nothing: Faust's check for stalled partitions only logs, and it ends the application where a partition
        was just assigned and its position is not known yet."""

    async def _commit_offsets(self, offsets: Mapping[TP, int], start_new_transaction: bool = True) -> bool:
        did: bool = await super()._commit_offsets(offsets, start_new_transaction)
        if not did:
            for tp in set(offsets) & self.assignment():
                self._commit_again(tp, offsets[tp] - 1)
        return did

    def _commit_again(self, tp: TP, last: int) -> None:
        self._committed_offset[tp] = last
        if last not in self._acked_index[tp]:
            self._acked_index[tp].add(last)
            self._acked[tp].append(last)


class _Producer(driver.Producer):
    """Stops even if the broker does not accept the rest: its senders got no acknowledgement."""

    logger = FAUST

    async def flush(self) -> None:
        await _within(FLUSH_S, super().flush())

    async def on_stop(self) -> None:
        await _within(FLUSH_S, super().on_stop())


async def _within(seconds: float, ending: Coroutine[Any, Any, None]) -> None:
    """Run a part of the shutdown for at most `seconds`.

    A cancellation or a KafkaError inside ends it, not the caller: aiokafka's consumer cancels a fetch that waits to
    retry and does not catch the result, which would end the consumer's thread before it reports its end.
    """
    task = asyncio.ensure_future(ending)
    try:
        await asyncio.wait({task}, timeout=seconds)
        if task.done():
            with contextlib.suppress(asyncio.CancelledError, KafkaError):
                task.result()
    finally:
        task.cancel()


class _Transport(driver.Transport):
    Consumer = _Consumer
    Producer = _Producer


class NoTables(TableManager):
    """Faust's own waits a second for tables to be declared, before the group is joined; there are none here."""

    logger = FAUST

    async def sleep(self, n: Seconds) -> None:
        """Do not wait."""


class _NoWebServer(BootStrategy):
    enable_web = False  # Faust's command line would start one whatever the settings are


class SeedApp(faust.App):
    """Faust's application with deadlines: a seed that hangs blocks neither a stop nor a rebalance forever."""

    BootStrategy = _NoWebServer
    logger = FAUST
    drain_s: float = 20.0
    rejoin_s: float = REJOIN_S
    connection: KafkaConnection
    give_up_s: float | None = None
    call_s: float = CALL_S
    calls: CallTimer
    in_flight: Callable[[], int] = staticmethod(lambda: 0)
    show_waiting: Callable[[str | None], None] = staticmethod(lambda _: None)
    loop_ran_at: float | None = None
    away_since: float | None = None
    outside_since: float | None = None
    await_broker: Callable[[], None] | None = None
    """Waits until the broker can be read from; for Faust's command line, which starts without a probe."""

    async def on_first_start(self) -> None:
        """Start, once the broker answers."""
        if self.await_broker is not None:
            await self._broker_reached(self.await_broker)
        await super().on_first_start()

    async def _broker_reached(self, wait: Callable[[], None]) -> None:
        waiting: Future[None] = Future()
        threading.Thread(target=_run_into, args=(waiting, wait), daemon=True).start()  # a stop does not wait for it
        while not waiting.done():
            if self.should_stop:
                raise asyncio.CancelledError
            await asyncio.sleep(START_LOOK_S)
        waiting.result()

    def _new_transport(self) -> _Transport:
        return _Transport(self.conf.broker_consumer, self)

    async def _consumer_wait_empty(self, consumer: Any, logger: Any) -> None:  # noqa: ARG002 - Faust's
        """Let the seeds in flight finish, and commit. (Faust's own wait is unbounded.)"""
        until = monotonic() + self.drain_s
        while self.in_flight() and monotonic() < until and self.away_since is None:
            await asyncio.sleep(0.02)
        if self.in_flight() and self.away_since is None:  # else the line of the end says how many
            log("agents").warning("seeds in flight did not finish; they will be delivered again", in_hand=self.in_flight())
        await consumer.commit_and_end_transactions()

    def _create_directories(self) -> None:
        self.conf.datadir.mkdir(parents=True, exist_ok=True)
        super()._create_directories()

    def assigned(self) -> set[TP]:
        """The partitions assigned to this process; none before it is connected."""
        try:
            return set(self.consumer.assignment())
        except ConsumerNotStarted:
            return set()

    def is_reading(self) -> bool:
        """Whether the consumer's thread lives. After a crash nothing else waits for it."""
        consumer: Any = self.consumer
        thread = consumer._thread._thread
        return thread is not None and bool(thread.is_alive())

    @property
    def is_joined(self) -> bool:
        """Whether the group has assigned this process its partitions, which may be none."""
        return self._assignment is not None

    async def probe_broker(self) -> str | None:
        """Why the broker does not answer, None if it does. During shutdown the producer cannot be used for this.

        Raises AccessDenied where it refuses the login: the client library treats that as an outage.
        """
        producer: Any = self.producer
        asking = self._open_connection() if self.should_stop else producer._producer.client.fetch_all_metadata()
        try:
            await asyncio.wait_for(asking, ANSWER_S)
        except TimeoutError:
            why = "no answer"
        except (KafkaError, OSError) as error:
            why = str(error)
        else:
            return None
        return why if self.should_stop else await asyncio.to_thread(_broker_error, self.connection) or why

    async def skip_expired(self) -> None:
        """What has expired unread shall not count as lag. Does nothing while the group is joined or the broker is away."""
        consumer: Any = self.consumer
        try:
            if self.is_joined and not self.rebalancing:
                await asyncio.wait_for(consumer.skip_expired(), ANSWER_S)
        except (KafkaError, TimeoutError):
            return  # asked again after the next probe

    async def _open_connection(self) -> None:
        _, writer = await asyncio.open_connection(*self.connection.addresses[0])
        writer.close()


def _run_into(future: Future[None], work: Callable[[], None]) -> None:
    try:
        work()
    except Problem as problem:
        future.set_exception(problem)
    else:
        future.set_result(None)


def _broker_error(connection: KafkaConnection) -> str | None:
    """Why a probe fails, None if it does not. Raises AccessDenied."""
    try:
        probe(connection)
    except ServiceAway as away:
        return away.why
    return None
