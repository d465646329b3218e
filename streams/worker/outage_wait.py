"""Wait for a broker, a topic, a store or a table that is unavailable, forever or as long as a setting allows.

In: attempts that raise RetryableError, and the name of the service.  Out: what the attempt returns; log lines that name
the service, its address and its setting.  Opens no connection itself.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from monitoring.logs import log
from monitoring.metrics import set_waiting
from schemas.errors import RetryableError
from streams.broker.reachability import ServiceAway
from streams.errors import Problem, Unreachable
from streams.worker.health import Health

T = TypeVar("T")

REPORT_AFTER_S = 2.5
"""A service that does not answer within this time is reported; most attempts have given their reason by then."""

REPORT_EVERY_S = 30.0

WATCH_EVERY_S = 1.0
AWAY_AFTER_S = 3.0
"""A connection may be down this long without a report, as when the broker reassigns partitions."""

FIRST_PAUSE_S, LONGEST_PAUSE_S, PAUSE_GROWS = 0.1, 3.0, 1.5
"""Between attempts, and how it grows: a store that is started with the factory is there within a second or two."""

NO_ANSWER, LOADING = "no answer", "still loading"
"""Why one waits, as long as no attempt has failed."""


class Outage:
    """Reports what is waited for, every 30 s, and when it is over."""

    def __init__(self, kind: str, what: str, why: str = NO_ANSWER) -> None:
        self._kind, self._what, self._why = kind, what, why
        self._known, self._over = threading.Event(), threading.Event()
        self._has_reported = self._ended_well = self._abandoned = False

    def set_reason(self, reason: str) -> None:
        """Set the reason of the last failure."""
        self._why = reason
        self._known.set()

    def abandon(self) -> None:
        """The wait ends before the service is back."""
        self._abandoned = True

    @contextmanager
    def reported(self, quiet_s: float = 0.0) -> Iterator[None]:
        """Report while the block runs: once a reason is known or `REPORT_AFTER_S` passed, not in the first `quiet_s`.

        A block that ends without an exception ends the outage, unless it was abandoned.
        """
        reporter = threading.Thread(target=self._report, args=(quiet_s,), name="outage", daemon=True)
        reporter.start()
        try:
            yield
            self._ended_well = True
        finally:
            self._over.set()
            self._known.set()
            reporter.join()
            if self._has_reported and self._ended_well and not self._abandoned:
                log(self._kind).info(f"{self._what} answers")

    def _report(self, quiet_s: float) -> None:
        self._over.wait(quiet_s)
        self._known.wait(REPORT_AFTER_S)
        while not self._over.is_set():
            log(self._kind).warning(f"waiting for {self._what}: {self._why}")
            self._has_reported = True
            self._over.wait(REPORT_EVERY_S)


@dataclass(frozen=True)
class Startup:
    """A starting process: it waits at most `give_up_s` (None: forever) for each dependency, and reports which."""

    kind: str
    give_up_s: float | None
    health: Health

    def report(self, what: str) -> None:
        """Report what is done next, for the readiness probe."""
        self.health.starting(what)

    def wait(self, attempt: Callable[[], T], what: str, why: str = NO_ANSWER) -> T:
        """Return the result of `attempt`, retried while it raises RetryableError. Raises Unreachable after `give_up_s`."""
        self.report(f"waiting for {what}")
        outage, began, pause_s = Outage(self.kind, what, why), time.monotonic(), FIRST_PAUSE_S
        with outage.reported():
            while True:
                try:
                    result = attempt()
                except RetryableError as failure:
                    set_waiting(self.kind, failure.service)
                    outage.set_reason(failure.why if isinstance(failure, ServiceAway) else str(failure))
                    if self.give_up_s is not None and time.monotonic() - began > self.give_up_s:
                        raise give_up_error(str(failure), self.give_up_s) from failure
                else:
                    set_waiting(self.kind, None)
                    return result
                time.sleep(pause_s)
                pause_s = min(LONGEST_PAUSE_S, PAUSE_GROWS * pause_s)


def give_up_error(why: str, after_s: float) -> Unreachable:
    """The error of a process that stops waiting."""
    return Unreachable(f"{why} (gave up after {after_s:.0f} s, as SKG_GIVE_UP_S says)")


@contextmanager
def waiting_for_broker(kind: str) -> Iterator[None]:
    """Export that a process of this kind waits for the broker while the block runs."""
    set_waiting(kind, "broker")
    try:
        yield
    finally:
        set_waiting(kind, None)


class ConnectionMonitor:
    """Monitors a connection while records are processed: reports an unavailable service, and stops after `give_up_s`.

    It also stops when the service answers and refuses the login: what is in flight is redelivered to a process that starts
    with the then current password or certificate.
    """

    def __init__(self, start: Startup, what: str, probe: Callable[[], object]) -> None:
        self.start, self._what, self._probe = start, what, probe
        self._over = threading.Event()
        self._ended_by: Problem | None = None

    @contextmanager
    def watching(self, connected: Callable[[], bool], stop: Callable[[], None]) -> Iterator[None]:
        """Monitor while the block runs; the block must end after `stop`. Raises the Problem that stopped it."""
        threading.Thread(target=self._watch, args=(connected, stop), name="watch", daemon=True).start()
        try:
            yield
        finally:
            self._over.set()
        if self._ended_by is not None:
            raise self._ended_by

    def _watch(self, connected: Callable[[], bool], stop: Callable[[], None]) -> None:
        while not self._over.wait(WATCH_EVERY_S):
            if connected():
                continue
            outage = Outage(self.start.kind, self._what)
            with outage.reported(AWAY_AFTER_S), waiting_for_broker(self.start.kind):
                try:
                    self._wait(connected, outage)
                except Problem as problem:
                    self._ended_by = problem
                    stop()
                    return

    def _wait(self, connected: Callable[[], bool], outage: Outage) -> None:
        began, give_up_s = time.monotonic(), self.start.give_up_s
        while not self._over.wait(WATCH_EVERY_S):
            if connected():
                return
            outage.set_reason(why := self._why())
            if give_up_s is not None and time.monotonic() - began > give_up_s:
                raise give_up_error(f"cannot reach {self._what}: {why}", give_up_s)
        outage.abandon()

    def _why(self) -> str:
        try:
            self._probe()
        except RetryableError as failure:
            return failure.why if isinstance(failure, ServiceAway) else str(failure)
        return NO_ANSWER
