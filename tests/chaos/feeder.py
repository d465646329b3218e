"""Asks for graphs all the while, and puts bad messages among the good ones.

In: a plan and a broker that comes and goes.  Out: messages on topics, each put until the broker acknowledged it.
Runs on a thread of its own: while the broker is away it waits.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from schemas.codec import encode
from schemas.events import SeedConcept
from schemas.topics import SEEDS, key_of
from tests.chaos.accounting import Request
from tests.chaos.broker_view import BrokerView
from tests.chaos.messages import Raw, oversize, undecodable
from tests.chaos.plan import Plan

SPREAD = 0.6
"""Share of the time over which seeds are asked for: faster than they can be worked off, so that inboxes are full."""

BAD_EVERY_S = 5.0
OVERSIZE_SHARE = 0.3
LOOK_S = 0.5


class Feeder:
    """`heavy`: the requests of messages whose results are too large."""

    def __init__(self, plan: Plan, view: BrokerView) -> None:
        self._plan, self._view = plan, view
        self._chance = plan.random("messages")
        self._bad = undecodable(self._chance)
        self._left: list[SeedConcept] = list(plan.seeds)
        self._ended = threading.Event()
        self.heavy: set[Request] = set()
        self.bad = 0

    @contextmanager
    def feeding(self) -> Iterator[None]:
        """In the block over the plan's time; at its end all that is left is asked for."""
        thread = threading.Thread(target=self._go, name="feeder")
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()

    def _go(self) -> None:
        began = time.monotonic()
        next_bad = began + LOOK_S
        while not self._ended.wait(LOOK_S):
            now = time.monotonic()
            due = len(self._plan.seeds) * min(1.0, (now - began + 2) / (self._plan.seconds * SPREAD))
            self._ask(int(due) - (len(self._plan.seeds) - len(self._left)))
            if now > next_bad:
                next_bad = now + BAD_EVERY_S
                self._put_bad()
        self._ask(len(self._left))

    def _ask(self, count: int) -> None:
        if count > 0:
            seeds, self._left = self._left[:count], self._left[count:]
            self._put([(SEEDS, key_of(seed).encode(), encode(seed)) for seed in seeds])

    def _put_bad(self) -> None:
        self._put([next(self._bad)])
        self.bad += 1
        if not self.heavy or self._chance.random() < OVERSIZE_SHARE:
            message, request = oversize(self._chance)
            self._put([message])
            self.heavy.add(request)

    def _put(self, messages: Sequence[Raw]) -> None:
        """Again and again: what was acknowledged twice is counted where it lies, and ids make seeds harmless."""
        while self._view.answering(lambda: self._done(messages)) is None:
            time.sleep(LOOK_S)

    def _done(self, messages: Sequence[Raw]) -> bool:
        self._view.put(messages)
        return True
