"""The step of the agents: decode a seed, plan its graphs, publish every outcome.

In: records of `skg.seeds`.  Out: graphs, rejections and dead letters, acknowledged by the broker before `handle` returns.
A graph that can never be is a dead letter of its own; the other graphs of its seed are none the worse.
Repeating a seed is harmless: ids derive from content.  Knows no Faust.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Protocol, TypeVar

from tenacity import (
    AsyncRetrying,
    RetryError,
    retry_if_exception_type,
    stop_after_attempt,
    stop_after_delay,
    stop_never,
    wait_random_exponential,
)
from tenacity.stop import stop_base

from schemas.base import Event
from schemas.codec import Message
from schemas.errors import PermanentError, RetryableError
from schemas.events import SeedConcept, Stage
from schemas.interfaces import Planner
from streams.broker.reachability import ServiceAway
from streams.broker.records import Record
from streams.steps.dead_letters import dead_letter, narrowed, without_value
from streams.steps.handler_step import decode_record, message_of, oversize
from streams.steps.isolation import isolated_async
from streams.steps.stage_counters import StageCounters
from streams.worker.call_age import Calls
from streams.worker.loop import TestHook, ignore

STAGE: Stage = "agents"
T = TypeVar("T")


class AsyncEventPublisher(Protocol):
    """What the step needs of a producer."""

    async def publish(self, messages: Sequence[Message]) -> None:
        """Send and wait for the acknowledgement. Raises RetryableError, and PermanentError for what is too large."""
        ...


@dataclass(frozen=True)
class Patience:
    """How often and how patiently something is tried again.

    `attempts` at planning one graph, together below a group's rebalance timeout of 120 s.  `give_up_s`: how long a broker
    that is away is waited for, None for ever.
    """

    attempts: int = 6
    longest_pause_s: float = 15.0
    give_up_s: float | None = None


WITH_MODELS = Patience(attempts=12)
"""A language model's server may be away for some minutes; its door tries six times in each of these attempts."""


@dataclass(frozen=True)
class SeedTools:
    """What the step is given: a planner, a producer, where it counts, its patience, and the tests' hook.

    `at_once`: graphs under way over all seeds, None for one a seed.  `graph` lets one begin, in its own time.
    `calls` knows how old the planner's oldest call is.
    """

    planner: Planner
    publisher: AsyncEventPublisher
    tally: StageCounters
    patience: Patience = Patience()
    reached: TestHook = field(default=ignore)
    at_once: int | None = None
    graph: Callable[[], AbstractAsyncContextManager[None]] = nullcontext
    calls: Calls = field(default_factory=Calls)


class SeedStep:
    """Carries one seed at a time; many may be under way at once."""

    def __init__(self, tools: SeedTools) -> None:
        self._tools = tools
        self._room = asyncio.Semaphore(tools.at_once or 1)

    async def handle(self, record: Record) -> None:
        """Publish `count` outcomes: graphs, rejections, and a dead letter for each graph that can never be.

        Raises RetryableError when the broker is given up, TooManyDeadLetters when most graphs fail: the seed must not be
        acknowledged then.
        """
        self._tools.reached("consumed")
        seed = decode_record(record)
        failed = [(record, seed)] if isinstance(seed, PermanentError) else await self._plan_all(record, seed)
        for kept, failure in failed:
            await self._publish_letter(kept, failure)
        self._tools.reached("published")
        self._tools.tally.received(record)
        for kept, failure in failed:
            self._tools.tally.ended(kept, failure)

    async def _plan_all(self, record: Record, seed: Event) -> list[tuple[Record, PermanentError]]:
        """The graphs that can never be, each as a seed of its own, and why."""
        if not isinstance(seed, SeedConcept):
            return [(record, PermanentError("failed", f"{record.partition.topic} does not carry {type(seed).__name__}"))]
        indices = range(seed.first, seed.first + seed.count)
        if self._tools.at_once is None:
            ended = [await self._end_of(record, seed, index) for index in indices]
        else:
            ended = await _together([self._in_turn(record, seed, index) for index in indices])
        return [(narrowed(record, seed, i), why) for i, why in zip(indices, ended, strict=True) if why is not None]

    async def _in_turn(self, record: Record, seed: SeedConcept, index: int) -> PermanentError | None:
        async with self._room:
            return await self._end_of(record, seed, index)

    async def _end_of(self, record: Record, seed: SeedConcept, index: int) -> PermanentError | None:
        """Why graph number `index` can never be, None if its outcome is published."""
        try:
            async with self._tools.graph():
                await self._plan(record, seed, index)
        except PermanentError as failure:
            return failure
        except RetryError as error:
            return _given_up(index, error)
        self._tools.tally.ended(record, None)
        await asyncio.sleep(0)  # planning is work: let heartbeats and other seeds through
        return None

    async def _plan(self, record: Record, seed: SeedConcept, index: int) -> None:
        started = monotonic()
        planned = await self._patiently_planned(record, seed, index)
        if isinstance(planned, PermanentError):
            raise planned
        event, message = planned
        failure = oversize([message])
        if failure is not None:
            raise failure
        await self._publish([message])
        self._tools.tally.metrics.observe_seconds(monotonic() - started)
        self._tools.tally.event(event)

    async def _patiently_planned(
        self, record: Record, seed: SeedConcept, index: int
    ) -> tuple[Event, Message] | PermanentError:
        """Planned within some attempts; a store that is away is waited for, however long that takes."""
        began, give_up_s = monotonic(), self._tools.patience.give_up_s
        while True:
            try:
                return await self._retrying()(isolated_async, lambda: self._planned(record, seed, index))
            except RetryError as error:
                away = error.last_attempt.exception()
                if not isinstance(away, ServiceAway):
                    raise
                if give_up_s is not None and monotonic() - began > give_up_s:
                    raise RetryableError(str(away)) from error

    async def _planned(self, record: Record, seed: SeedConcept, index: int) -> tuple[Event, Message]:
        with self._tools.calls.one():
            event: Event = await self._tools.planner.plan(seed, index)
        return event, message_of(event, record, STAGE)

    async def _publish_letter(self, record: Record, failure: PermanentError) -> None:
        """A letter that the broker finds too large leaves its original where it lies."""
        letter = dead_letter(record, STAGE, failure)
        try:
            await self._publish([message_of(letter, record, STAGE)])
        except PermanentError:
            await self._publish([message_of(without_value(letter), record, STAGE)])

    async def _publish(self, messages: Sequence[Message]) -> None:
        """Publish once the broker takes them, however long it is away. Raises PermanentError, and RetryableError once
        that is given up."""
        give_up_s = self._tools.patience.give_up_s
        stop = stop_never if give_up_s is None else stop_after_delay(give_up_s)
        try:
            await self._retrying(stop)(self._tools.publisher.publish, messages)
        except RetryError as error:
            raise RetryableError(str(error.last_attempt.exception())) from error

    def _retrying(self, stop: stop_base | None = None) -> AsyncRetrying:
        patience = self._tools.patience
        return AsyncRetrying(
            retry=retry_if_exception_type(RetryableError),
            stop=stop or stop_after_attempt(patience.attempts),
            wait=wait_random_exponential(multiplier=0.5, max=patience.longest_pause_s),
            before_sleep=lambda _: self._tools.tally.metrics.retried(),
        )


def _given_up(index: int, error: RetryError) -> PermanentError:
    last = error.last_attempt
    failure = PermanentError("failed", f"graph {index}: {last.exception()}", last.attempt_number)
    failure.__cause__ = last.exception()
    return failure


async def _together(work: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """All results in order; the first failure ends the others."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()  # raises what it raised
        return [task.result() for task in tasks]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
