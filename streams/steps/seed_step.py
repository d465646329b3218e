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
from streams.steps.handler_step import decode_record, oversize
from streams.steps.isolation import isolated_async
from streams.steps.record_spans import RecordSpan, ended_by_errors
from streams.steps.stage_counters import StageCounters
from streams.worker.call_age import CallTimer
from streams.worker.loop import TestHook, no_hook

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
    test_hook: TestHook = field(default=no_hook)
    at_once: int | None = None
    graph: Callable[[], AbstractAsyncContextManager[None]] = nullcontext
    calls: CallTimer = field(default_factory=CallTimer)


@dataclass(frozen=True)
class _Graph:
    """One of the graphs that a seed asks for, and the span of the work on it."""

    record: Record
    seed: SeedConcept
    index: int
    span: RecordSpan


@dataclass(frozen=True)
class _Failed:
    """What can never be: a record, narrowed to one of its graphs where it is a seed."""

    record: Record
    span: RecordSpan
    why: PermanentError


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
        self._tools.test_hook("consumed")
        seed = decode_record(record)
        failed = await self._plan_all(record, seed)
        with ended_by_errors([each.span for each in failed]):
            for each in failed:
                await self._publish_letter(each)
                each.span.end(each.why)
        self._tools.test_hook("published")
        self._tools.tally.received(record)
        for each in failed:
            self._tools.tally.ended(each.record, each.why)

    async def _plan_all(self, record: Record, seed: Event | PermanentError) -> list[_Failed]:
        """The graphs that can never be, each as a seed of its own, and why."""
        if not isinstance(seed, SeedConcept):
            word = f"{record.partition.topic} does not carry {type(seed).__name__}"
            why = seed if isinstance(seed, PermanentError) else PermanentError("failed", word)
            return [_Failed(record, RecordSpan(STAGE, record, why), why)]
        indices = range(seed.first, seed.first + seed.count)
        if self._tools.at_once is None:
            ended = [await self._end_of(record, seed, index) for index in indices]
        else:
            ended = await _together([self._in_turn(record, seed, index) for index in indices])
        return [each for each in ended if each is not None]

    async def _in_turn(self, record: Record, seed: SeedConcept, index: int) -> _Failed | None:
        async with self._room:
            return await self._end_of(record, seed, index)

    async def _end_of(self, record: Record, seed: SeedConcept, index: int) -> _Failed | None:
        """Why graph number `index` can never be, None if its outcome is published."""
        span = RecordSpan(STAGE, record, (seed.seed_id, index))
        with ended_by_errors([span]):
            why = await self._failure_of(_Graph(record, seed, index, span))
        if why is not None:
            return _Failed(narrowed(record, seed, index), span, why)
        self._tools.tally.ended(record, None)
        await asyncio.sleep(0)  # planning is work: let heartbeats and other seeds through
        return None

    async def _failure_of(self, graph: _Graph) -> PermanentError | None:
        try:
            async with self._tools.graph():
                await self._plan(graph)
        except PermanentError as failure:
            return failure
        except RetryError as error:
            return _given_up(graph.index, error)
        return None

    async def _plan(self, graph: _Graph) -> None:
        started = monotonic()
        planned = await self._patiently_planned(graph)
        if isinstance(planned, PermanentError):
            raise planned
        event, message = planned
        failure = oversize([message])
        if failure is not None:
            raise failure
        await self._publish([message])
        graph.span.end([event])
        self._tools.tally.metrics.observe_seconds(monotonic() - started)
        self._tools.tally.event(event)

    async def _patiently_planned(self, graph: _Graph) -> tuple[Event, Message] | PermanentError:
        """Planned within some attempts; a store that is away is waited for, however long that takes."""
        began, give_up_s = monotonic(), self._tools.patience.give_up_s
        while True:
            try:
                return await self._retrying()(isolated_async, lambda: self._planned(graph))
            except RetryError as error:
                away = error.last_attempt.exception()
                if not isinstance(away, ServiceAway):
                    raise
                if give_up_s is not None and monotonic() - began > give_up_s:
                    raise RetryableError(str(away)) from error

    async def _planned(self, graph: _Graph) -> tuple[Event, Message]:
        with self._tools.calls.running():
            event: Event = await self._tools.planner.plan(graph.seed, graph.index)
        return event, graph.span.message(event)

    async def _publish_letter(self, failed: _Failed) -> None:
        """A letter that the broker finds too large leaves its original where it lies."""
        letter = dead_letter(failed.record, STAGE, failed.why)
        try:
            await self._publish([failed.span.message(letter)])
        except PermanentError:
            await self._publish([failed.span.message(without_value(letter))])

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
