"""Rate limiter: how many requests at a time, how long to wait, when to give up.

In: requests.  Out: replies.  Busy answers halve the number of concurrent requests and are retried after the pause that
the server requested, or a growing one with jitter; successes let the number grow again.
Knows no client and no cache.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from monitoring.logs import log
from schemas.errors import PermanentError, RetryableError
from schemas.llm.contract import Form, LanguageModel, MalformedReply, Reply, Request, Turn
from schemas.llm.token_limits import LEAST_TOKENS
from streams.broker.reachability import ServiceAway
from streams.errors import Refused
from streams.llm.openai_client import Away, Busy, Malformed

ATTEMPTS = 6
"""Attempts at one request before RetryableError, with which the caller retries after its own pause. What is no answer of
the API is not retried any more: it would be forever."""

PROBE = Request(
    "probe",
    "probe-1",
    (Turn("system", "Answer with an empty JSON object."), Turn("user", "{}")),
    Form("probe", {"type": "object", "properties": {}, "required": [], "additionalProperties": False}),
    max_tokens=LEAST_TOKENS,
)
"""What every server of the API answers somehow."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
"""Between attempts, doubled each time; with full jitter, so that many agents do not return at once."""

MAX_RETRY_AFTER_S = 60.0
"""Limit of one wait for a server's Retry-After; after a longer one the server is asked again."""


REPORT_EVERY_S = 30.0
"""A server that is busy or away is logged at most this often."""


@dataclass(frozen=True)
class Clock:
    """Time and randomness, replaced in tests."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random


@dataclass
class ConcurrencyLimit:
    """How many requests may be in flight: halved when a server is busy, one more for each full round of successes."""

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
        """Wait for a slot. Returns the epoch: a request that began before the last cut does not cut again."""
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
            self._free.notify(2)  # one slot, and one more where the limit grew; waking all waiters is useless work


def _warn(failure: str) -> None:
    log("language").warning("a language model makes requests wait", why=failure)


class RateLimitedModel:
    """Implements `schemas.llm.contract.LanguageModel` around another one. `on_wait` receives why requests wait;
    `named_by`: the settings or the option that name it."""

    def __init__(
        self,
        inner: LanguageModel,
        limit: ConcurrencyLimit,
        clock: Clock | None = None,
        on_wait: Callable[[str], None] = _warn,
        named_by: str = "SKG_LLM_URL, SKG_MLLM_URL",
    ) -> None:
        self._named_by = named_by
        self._inner, self._limit, self._clock, self._on_wait = inner, limit, clock or Clock(), on_wait
        self._not_before = 0.0
        self._said_at: float | None = None
        self._has_answered = False

    @property
    def name(self) -> str:
        """The inner model's name."""
        return self._inner.name

    async def complete(self, request: Request) -> Reply:
        """The inner model's reply. Raises RetryableError after `ATTEMPTS` busy answers: ServiceAway where the server was
        not there at the last.

        Where the last one was no answer of the API: MalformedReply, or Refused if this server has never given one and
        gives none to a harmless request.
        """
        for attempt in range(ATTEMPTS):
            await self._wait_until_allowed()
            epoch = await self._limit.enter()
            busy = False
            try:
                reply = await self._inner.complete(request)
                self._has_answered = True
                return reply
            except Busy as failure:
                busy = True
                self._report(str(failure))
                if attempt == ATTEMPTS - 1:
                    raise await self._last_failure(failure) from failure
                pause_s = self._pause(attempt, failure)
            finally:
                await self._limit.leave(epoch, busy=busy)
            await self._clock.sleep(pause_s)
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _last_failure(self, failure: Busy) -> Exception:
        reason = f"{failure} (tried {ATTEMPTS} times)"
        if isinstance(failure, Away):
            return ServiceAway(f"the language model {self.name} ({self._named_by})", reason, "model")
        if not isinstance(failure, Malformed):
            return RetryableError(reason, "model")
        self._has_answered = self._has_answered or await self._answers_anything()
        return MalformedReply(reason, ATTEMPTS) if self._has_answered else Refused(f"{reason}; check its address")

    async def _answers_anything(self) -> bool:
        """Whether the server answers a harmless request: then the other one is at fault, and would be at every restart."""
        try:
            await self._inner.complete(PROBE)
        except (RetryableError, PermanentError):
            return False
        return True

    def _report(self, failure: str) -> None:
        now = self._clock.now()
        if self._said_at is None or now - self._said_at >= REPORT_EVERY_S:
            self._said_at = now
            self._on_wait(failure)

    async def _wait_until_allowed(self) -> None:
        """All requests wait until the time that a server named; then they start spread out."""
        wait_s = self._not_before - self._clock.now()
        if wait_s > 0:
            await self._clock.sleep(wait_s * (1 + 0.1 * self._clock.chance()))

    def _pause(self, attempt: int, failure: Busy) -> float:
        if failure.retry_after_s is not None:
            asked_s = min(MAX_RETRY_AFTER_S, failure.retry_after_s)
            self._not_before = max(self._not_before, self._clock.now() + asked_s)
            return asked_s * (1 + 0.1 * self._clock.chance())
        return float(min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**attempt) * (0.5 + 0.5 * self._clock.chance()))
