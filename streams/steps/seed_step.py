"""The step of the agents: decode a seed, plan its graphs, publish every outcome.

In: records of `skg.seeds`.  Out: graphs, rejections and dead letters, acknowledged by the broker before `handle` returns.
A graph that fails permanently becomes a dead letter of its own; the other graphs of its seed are unaffected.
Repeating a seed is idempotent: ids derive from content.  Knows no Faust.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Protocol, TypeVar

from tenacity import (
    AsyncRetrying,
    RetryCallState,
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
from streams.steps.dead_letters import dead_letter, narrowed_to_graph, without_original
from streams.steps.handler_step import decode_record, oversize
from streams.steps.isolation import isolated_async
from streams.steps.outcome_log import log_retry
from streams.steps.record_spans import RecordSpan, end_on_error
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
class RetryPolicy:
    """How often and how long something is retried.

    `attempts` at planning one graph, together below a group's rebalance timeout of 120 s.  `give_up_s`: how long an
    unavailable broker is waited for, None: forever.
    """

    attempts: int = 6
    longest_pause_s: float = 15.0
    give_up_s: float | None = None


MODEL_RETRY_POLICY = RetryPolicy(attempts=12)
"""A language model's server may fail for minutes; its client makes six requests in each of these attempts. One that is away
is waited for without counting."""


@dataclass(frozen=True)
class SeedTools:
    """What the step is given: a planner, a producer, its counters, its retry policy, and the tests' hook.

    `max_graphs`: graphs in flight over all seeds, None: one per seed.  `graph_slot` delays the start of a graph.
    `calls` knows the age of the planner's oldest call.
    """

    planner: Planner
    publisher: AsyncEventPublisher
    counters: StageCounters
    retry_policy: RetryPolicy = RetryPolicy()
    test_hook: TestHook = field(default=no_hook)
    max_graphs: int | None = None
    graph_slot: Callable[[], AbstractAsyncContextManager[None]] = nullcontext
    calls: CallTimer = field(default_factory=CallTimer)


@dataclass(frozen=True)
class _Graph:
    """One of the graphs that a seed asks for, and the span of the work on it."""

    record: Record
    seed: SeedConcept
    index: int
    span: RecordSpan

    @property
    def alone(self) -> Record:
        """The seed's record as if it asked for this graph alone."""
        return narrowed_to_graph(self.record, self.seed, self.index)


@dataclass(frozen=True)
class _Failed:
    """A permanent failure: a record, narrowed to one graph where it is a seed."""

    record: Record
    span: RecordSpan
    why: PermanentError


class SeedStep:
    """Processes one seed per call of `handle`; many may run concurrently."""

    def __init__(self, tools: SeedTools) -> None:
        self._tools = tools
        self._slots = asyncio.Semaphore(tools.max_graphs or 1)

    async def handle(self, record: Record) -> None:
        """Publish `count` outcomes: graphs, rejections, and a dead letter for each graph that failed permanently.

        Raises RetryableError after `give_up_s` without a broker, TooManyDeadLetters when most graphs fail: the seed must
        not be acknowledged then.
        """
        self._tools.test_hook("consumed")
        seed = decode_record(record)
        failed = await self._plan_all(record, seed)
        with end_on_error([each.span for each in failed]):
            for each in failed:
                await self._publish_letter(each)
                each.span.end(each.why)
        self._tools.test_hook("published")
        self._tools.counters.count_received(record)
        for each in failed:
            self._tools.counters.count_outcome(each.record, each.why)

    async def _plan_all(self, record: Record, seed: Event | PermanentError) -> list[_Failed]:
        """The graphs that failed permanently, each as a seed of its own, and why."""
        if not isinstance(seed, SeedConcept):
            word = f"{record.partition.topic} does not carry {type(seed).__name__}"
            why = seed if isinstance(seed, PermanentError) else PermanentError("failed", word)
            return [_Failed(record, RecordSpan(STAGE, record, why), why)]
        indices = range(seed.first, seed.first + seed.count)
        if self._tools.max_graphs is None:
            ended = [await self._process_graph(record, seed, index) for index in indices]
        else:
            ended = await _gather([self._process_in_turn(record, seed, index) for index in indices])
        return [each for each in ended if each is not None]

    async def _process_in_turn(self, record: Record, seed: SeedConcept, index: int) -> _Failed | None:
        async with self._slots:
            return await self._process_graph(record, seed, index)

    async def _process_graph(self, record: Record, seed: SeedConcept, index: int) -> _Failed | None:
        """The permanent failure of graph number `index`, None if its outcome is published."""
        span = RecordSpan(STAGE, record, (seed.seed_id, index))
        with end_on_error([span]):
            graph = _Graph(record, seed, index, span)
            why = await self._try_to_plan(graph)
        if why is not None:
            return _Failed(graph.alone, span, why)
        self._tools.counters.count_outcome(record, None)
        await asyncio.sleep(0)  # planning blocks the loop: let heartbeats and other seeds run
        return None

    async def _try_to_plan(self, graph: _Graph) -> PermanentError | None:
        try:
            async with self._tools.graph_slot():
                await self._plan_and_publish(graph)
        except PermanentError as failure:
            return failure
        except RetryError as error:
            return _permanent_error(graph.index, error)
        return None

    async def _plan_and_publish(self, graph: _Graph) -> None:
        started = monotonic()
        planned = await self._plan_with_retries(graph)
        if isinstance(planned, PermanentError):
            raise planned
        event, message = planned
        failure = oversize([message])
        if failure is not None:
            raise failure
        await self._publish([message], graph.alone)
        self._tools.counters.metrics.set_waiting(None)
        graph.span.end([event])
        self._tools.counters.metrics.observe_seconds(monotonic() - started)
        self._tools.counters.count_event(event, graph.record)

    async def _plan_with_retries(self, graph: _Graph) -> tuple[Event, Message] | PermanentError:
        """The plan after at most `attempts`; what is away is waited for as long as `give_up_s` allows."""
        began, give_up_s = monotonic(), self._tools.retry_policy.give_up_s
        while True:
            try:
                return await self._retrying(graph.alone)(isolated_async, lambda: self._call_planner(graph))
            except RetryError as error:
                away = error.last_attempt.exception()
                if not isinstance(away, ServiceAway):
                    raise
                if give_up_s is not None and monotonic() - began > give_up_s:
                    raise RetryableError(str(away), away.service) from error

    async def _call_planner(self, graph: _Graph) -> tuple[Event, Message]:
        with self._tools.calls.running():
            event: Event = await self._tools.planner.plan(graph.seed, graph.index)
        return event, graph.span.message_for(event)

    async def _publish_letter(self, failed: _Failed) -> None:
        """Publish the letter, without its original if the broker rejects it as too large."""
        letter = dead_letter(failed.record, STAGE, failed.why)
        try:
            await self._publish([failed.span.message_for(letter)], failed.record)
        except PermanentError:
            await self._publish([failed.span.message_for(without_original(letter))], failed.record)

    async def _publish(self, messages: Sequence[Message], record: Record) -> None:
        """Publish what resulted from the record, retrying while the broker is unavailable. Raises PermanentError, and
        RetryableError after `give_up_s`."""
        give_up_s = self._tools.retry_policy.give_up_s
        stop = stop_never if give_up_s is None else stop_after_delay(give_up_s)
        try:
            await self._retrying(record, stop)(self._tools.publisher.publish, messages)
        except RetryError as error:
            raise RetryableError(str(error.last_attempt.exception()), "broker") from error

    def _retrying(self, record: Record, stop: stop_base | None = None) -> AsyncRetrying:
        retry_policy = self._tools.retry_policy

        def report(state: RetryCallState) -> None:
            failure = state.outcome.exception() if state.outcome else None
            assert isinstance(failure, RetryableError)
            self._tools.counters.metrics.retried()
            self._tools.counters.metrics.set_waiting(failure.service)
            log_retry([record], failure, state.seconds_since_start or 0.0, brief=state.attempt_number > 1)

        return AsyncRetrying(
            retry=retry_if_exception_type(RetryableError),
            stop=stop or stop_after_attempt(retry_policy.attempts),
            wait=wait_random_exponential(multiplier=0.5, max=retry_policy.longest_pause_s),
            before_sleep=report,
        )


def _permanent_error(index: int, error: RetryError) -> PermanentError:
    last = error.last_attempt
    failure = PermanentError("failed", f"graph {index}: {last.exception()}", last.attempt_number)
    failure.__cause__ = last.exception()
    return failure


async def _gather(work: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """All results in order; the first failure cancels the others."""
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
