"""The step of the agents: decode a seed, plan its graphs, publish every outcome.

In: records of `skg.seeds`.  Out: graphs, rejections and dead letters, acknowledged by the broker before `handle` returns.
Repeating a seed is harmless: ids derive from content.  Knows no Faust.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Protocol, TypeVar

from tenacity import AsyncRetrying, RetryError, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from schemas.base import Event
from schemas.codec import Message
from schemas.doors import Planner
from schemas.events import SeedConcept, Stage
from schemas.failures import Never, TryLater
from streams.dead_letters import dead_letter
from streams.event_step import decode_record, message_of, oversize
from streams.records import Record
from streams.tally import Tally
from streams.worker import Reached, ignore

STAGE: Stage = "agents"
T = TypeVar("T")


class PublishesLater(Protocol):
    """What the step needs of a producer."""

    async def publish(self, messages: Sequence[Message]) -> None:
        """Send and wait for the acknowledgement. Raises TryLater."""
        ...


@dataclass(frozen=True)
class Patience:
    """How often and how patiently something is tried again. Together below a group's rebalance timeout of 120 s."""

    attempts: int = 6
    longest_pause_s: float = 15.0


WITH_MODELS = Patience(attempts=12)
"""A language model's server may be away for some minutes; its door tries six times in each of these attempts."""


@dataclass(frozen=True)
class SeedTools:
    """What the step is given: a planner, a producer, where it counts, its patience, and the tests' hook.

    `at_once`: graphs under way over all seeds, None for one a seed.  `graph` lets one begin, in its own time.
    """

    planner: Planner
    publisher: PublishesLater
    tally: Tally
    patience: Patience = Patience()
    reached: Reached = field(default=ignore)
    at_once: int | None = None
    graph: Callable[[], AbstractAsyncContextManager[None]] = nullcontext


class SeedStep:
    """Carries one seed at a time; many may be under way at once."""

    def __init__(self, tools: SeedTools) -> None:
        self._tools = tools
        self._room = asyncio.Semaphore(tools.at_once or 1)

    async def handle(self, record: Record) -> None:
        """Publish `count` outcomes, and a dead letter if any of them can never be.

        Raises TryLater when the broker does not take them, TooManyDeadLetters when most seeds fail: the seed must not
        be acknowledged then.
        """
        self._tools.reached("consumed")
        seed = decode_record(record)
        failure, attempts = (seed, 1) if isinstance(seed, Never) else await self._plan_all(record, seed)
        if failure is not None:
            await self._publish([message_of(dead_letter(record, STAGE, failure, attempts), record, STAGE)])
        self._tools.reached("published")
        self._tools.tally.taken(record, failure)

    async def _plan_all(self, record: Record, seed: Event) -> tuple[Never | None, int]:
        if not isinstance(seed, SeedConcept):
            raise TypeError(f"{record.partition.topic} does not carry seeds")
        indices = range(seed.first, seed.first + seed.count)
        if self._tools.at_once is None:
            ended = [await self._end_of(record, seed, index) for index in indices]
        else:
            ended = await _together([self._in_turn(record, seed, index) for index in indices])
        first = next((failure for failure, _ in ended if failure is not None), None)
        return first, max(tried for _, tried in ended)

    async def _in_turn(self, record: Record, seed: SeedConcept, index: int) -> tuple[Never | None, int]:
        async with self._room:
            return await self._end_of(record, seed, index)

    async def _end_of(self, record: Record, seed: SeedConcept, index: int) -> tuple[Never | None, int]:
        """Why graph number `index` can never be, None if its outcome is published; and how often that was tried."""
        try:
            async with self._tools.graph():
                await self._plan(record, seed, index)
        except Never as failure:
            return failure, 1
        except RetryError as error:
            last = error.last_attempt
            return Never("failed", f"graph {index}: {last.exception()}"), last.attempt_number
        await asyncio.sleep(0)  # planning is work: let heartbeats and other seeds through
        return None, 1

    async def _plan(self, record: Record, seed: SeedConcept, index: int) -> None:
        started = monotonic()
        event: Event = await self._retrying()(self._tools.planner.plan, seed, index)
        messages = [message_of(event, record, STAGE)]
        failure = oversize(messages)
        if failure is not None:
            raise failure
        await self._publish(messages)
        self._tools.tally.metrics.observe_seconds(monotonic() - started)
        self._tools.tally.event(event)

    async def _publish(self, messages: Sequence[Message]) -> None:
        try:
            await self._retrying()(self._tools.publisher.publish, messages)
        except RetryError as error:
            raise TryLater(str(error.last_attempt.exception())) from error

    def _retrying(self) -> AsyncRetrying:
        patience = self._tools.patience
        return AsyncRetrying(
            retry=retry_if_exception_type(TryLater),
            stop=stop_after_attempt(patience.attempts),
            wait=wait_random_exponential(multiplier=0.5, max=patience.longest_pause_s),
            before_sleep=lambda _: self._tools.tally.metrics.retried(),
        )


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
