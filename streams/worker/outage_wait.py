"""Waiting for what may come back: a broker, a topic, a store, a table, for ever or as long as a setting allows.

In: attempts that raise RetryableError, and what they are to reach.  Out: what the attempt returns; lines in the log
that say what is waited for, where, and which setting names it.  Reaches nothing itself.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from monitoring.logs import log
from schemas.errors import RetryableError
from streams.broker.reachability import ServiceAway
from streams.errors import Problem, Unreachable
from streams.worker.health import Health

T = TypeVar("T")

SAY_AFTER_S = 2.5
"""What does not answer within this time is waited for, and that is said; most attempts have given their reason by then."""

SAY_EVERY_S = 30.0

WATCH_EVERY_S = 1.0
AWAY_AFTER_S = 3.0
"""A connection that carried records may be gone for a moment, as when its broker hands partitions over."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 3.0
"""Between attempts, doubled each time."""


class Outage:
    """Says what is waited for, every 30 s, and when it is over."""

    def __init__(self, kind: str, what: str) -> None:
        self._kind, self._what = kind, what
        self._why = "no answer"
        self._known, self._over = threading.Event(), threading.Event()
        self._said = self._ended_well = self._left = False

    def why(self, reason: str) -> None:
        """The last reason."""
        self._why = reason
        self._known.set()

    def leave(self) -> None:
        """Whoever waited ends before the service is back."""
        self._left = True

    @contextmanager
    def told(self, quiet_s: float = 0.0) -> Iterator[None]:
        """Tell while the block runs, once a reason is known or a second has passed, and not in the first `quiet_s`.

        A block that ends well ends the outage, unless it was left.
        """
        teller = threading.Thread(target=self._tell, args=(quiet_s,), name="outage", daemon=True)
        teller.start()
        try:
            yield
            self._ended_well = True
        finally:
            self._over.set()
            self._known.set()
            teller.join()
            if self._said and self._ended_well and not self._left:
                log(self._kind).info(f"{self._what} answers")

    def _tell(self, quiet_s: float) -> None:
        self._over.wait(quiet_s)
        self._known.wait(SAY_AFTER_S)
        while not self._over.is_set():
            log(self._kind).warning(f"waiting for {self._what}: {self._why}")
            self._said = True
            self._over.wait(SAY_EVERY_S)


@dataclass(frozen=True)
class Start:
    """A process that starts: it waits for what it needs for `give_up_s` at most, None for ever, and says for what."""

    kind: str
    give_up_s: float | None
    health: Health

    def says(self, what: str) -> None:
        """What is done next, for whoever asks whether the process is ready."""
        self.health.starts(what)

    def wait(self, attempt: Callable[[], T], what: str) -> T:
        """What `attempt` returns, tried again while it raises RetryableError. Raises Unreachable once it is given up."""
        self.says(f"waiting for {what}")
        outage, began, pause_s = Outage(self.kind, what), time.monotonic(), FIRST_PAUSE_S
        with outage.told():
            while True:
                try:
                    return attempt()
                except RetryableError as failure:
                    outage.why(failure.why if isinstance(failure, ServiceAway) else str(failure))
                    if self.give_up_s is not None and time.monotonic() - began > self.give_up_s:
                        raise gave_up(str(failure), self.give_up_s) from failure
                time.sleep(pause_s)
                pause_s = min(LONGEST_PAUSE_S, 2 * pause_s)


def gave_up(why: str, after_s: float) -> Unreachable:
    """The end of a process that is not to wait for ever."""
    return Unreachable(f"{why} (gave up after {after_s:.0f} s, as SKG_GIVE_UP_S says)")


class Watch:
    """Looks after a connection while records are carried: says when the service is away, and ends what is given up.

    A service that answers and lets nobody in ends it too: what is in hand is delivered again, to a process that starts
    with the password or the certificate of that time.
    """

    def __init__(self, start: Start, what: str, look: Callable[[], object]) -> None:
        self.start, self._what, self._look = start, what, look
        self._over = threading.Event()
        self._ended_by: Problem | None = None

    @contextmanager
    def over(self, connected: Callable[[], bool], stop: Callable[[], None]) -> Iterator[None]:
        """Watch while the block runs; it must end after `stop`. Raises the Problem that ended it."""
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
            with outage.told(AWAY_AFTER_S):
                try:
                    self._wait(connected, outage)
                except Problem as problem:
                    self._ended_by = problem
                    stop()
                    return

    def _wait(self, connected: Callable[[], bool], outage: Outage) -> None:
        began, patience_s = time.monotonic(), self.start.give_up_s
        while not self._over.wait(WATCH_EVERY_S):
            if connected():
                return
            outage.why(why := self._why())
            if patience_s is not None and time.monotonic() - began > patience_s:
                raise gave_up(f"cannot reach {self._what}: {why}", patience_s)
        outage.leave()

    def _why(self) -> str:
        try:
            self._look()
        except RetryableError as failure:
            return failure.why if isinstance(failure, ServiceAway) else str(failure)
        return "no answer"
