"""Patience with a server: how many requests at a time, how long to wait, when to give up.

In: requests.  Out: replies.  Busy answers halve the number of requests at a time and are tried again after the pause that
the server asked for, or a growing one with jitter; good answers let the number grow again.
Knows no client and no cache.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from monitoring.logs import log
from schemas.errors import RetryableError
from schemas.llm.contract import LanguageModel, Reply, Request
from streams.llm.openai_client import Busy

ATTEMPTS = 6
"""Tries of one request before it is handed back as RetryableError; the carrier then tries again in its own time."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
"""Between tries, doubled each time; with full jitter, so that many agents do not come back at once."""

LONGEST_ASKED_S = 60.0
"""Of a server's own Retry-After this much is honoured in one go; a longer one is asked for again."""


SAID_EVERY_S = 30.0
"""A server that is busy or away is named in the log so often at most: neither in silence nor in a flood."""


@dataclass(frozen=True)
class Clock:
    """Time and chance, so that tests need neither."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random


@dataclass
class ConcurrencyLimit:
    """How many requests may be under way: halved when a server is busy, one more for each full round of good answers."""

    most: int
    report: Callable[[int, float], None]
    now: float = 0.0
    under_way: int = 0
    epoch: int = 0
    _free: asyncio.Condition = field(default_factory=asyncio.Condition)

    def __post_init__(self) -> None:
        self.now = float(self.most)
        self.report(0, self.now)

    async def enter(self) -> int:
        """Wait for room. The epoch: what began before the last cut does not cut again."""
        async with self._free:
            await self._free.wait_for(lambda: self.under_way < int(self.now))
            self.under_way += 1
            self.report(self.under_way, self.now)
            return self.epoch

    async def leave(self, epoch: int, *, busy: bool) -> None:
        """A request ended."""
        async with self._free:
            self.under_way -= 1
            if not busy:
                self.now = min(self.most, self.now + 1 / self.now)
            elif epoch == self.epoch:
                self.now, self.epoch = max(1.0, self.now / 2), epoch + 1
            self.report(self.under_way, self.now)
            self._free.notify(2)  # room for one, and for one more where the limit grew; waking all is work for nothing


def _warn(failure: str) -> None:
    log("language").warning("a language model makes requests wait", why=failure)


class RateLimitedModel:
    """Implements `schemas.llm.contract.LanguageModel` around another one. `say` hears why requests have to wait."""

    def __init__(
        self, inner: LanguageModel, limit: ConcurrencyLimit, clock: Clock | None = None, say: Callable[[str], None] = _warn
    ) -> None:
        self._inner, self._limit, self._clock, self._say = inner, limit, clock or Clock(), say
        self._not_before = 0.0
        self._said_at: float | None = None

    @property
    def name(self) -> str:
        """The inner model's name."""
        return self._inner.name

    async def complete(self, request: Request) -> Reply:
        """The inner model's reply. Raises RetryableError after `ATTEMPTS` busy answers."""
        for attempt in range(ATTEMPTS):
            await self._until_allowed()
            epoch = await self._limit.enter()
            busy = False
            try:
                return await self._inner.complete(request)
            except Busy as failure:
                busy = True
                self._tell(str(failure))
                if attempt == ATTEMPTS - 1:
                    raise RetryableError(f"{failure} (tried {ATTEMPTS} times)") from failure
                pause_s = self._pause(attempt, failure)
            finally:
                await self._limit.leave(epoch, busy=busy)
            await self._clock.sleep(pause_s)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _tell(self, failure: str) -> None:
        now = self._clock.now()
        if self._said_at is None or now - self._said_at >= SAID_EVERY_S:
            self._said_at = now
            self._say(failure)

    async def _until_allowed(self) -> None:
        """A server that named a time is left alone by all requests until then; they come back spread out."""
        wait_s = self._not_before - self._clock.now()
        if wait_s > 0:
            await self._clock.sleep(wait_s * (1 + 0.1 * self._clock.chance()))

    def _pause(self, attempt: int, failure: Busy) -> float:
        if failure.retry_after_s is not None:
            asked_s = min(LONGEST_ASKED_S, failure.retry_after_s)
            self._not_before = max(self._not_before, self._clock.now() + asked_s)
            return asked_s * (1 + 0.1 * self._clock.chance())
        return float(min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**attempt) * (0.5 + 0.5 * self._clock.chance()))
