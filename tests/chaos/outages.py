"""Outages, one after the other: broker, store, disk; each measured from its end to the first work that needed it.

In: a world and chance.  Out: counts by kind, and how long each recovery took.  Runs on a thread of its own.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

from schemas.topics import GRAPHS, IMAGES
from tests.chaos.evidence import commits_of
from tests.chaos.world import World

RECOVERY_S = 30.0
"""Within this the factory must work again once a service is back."""

GAP_S = (0.5, 3.0)

LOOK_S = 0.25


@dataclass(frozen=True)
class Outage:
    """How to take something away and bring it back; a number that grows when `group` has done work that needs it."""

    kind: str
    begin: Callable[[], None]
    end: Callable[[], None]
    work: Callable[[], int]
    group: str = "skg-render"


@dataclass
class Outages:
    """`told`: by kind; `recoveries`: seconds, by kind, of those after which there was work to do."""

    world: World
    chance: Random
    lasting_s: tuple[float, float]
    told: Counter[str] = field(default_factory=Counter)
    recoveries: dict[str, list[float]] = field(default_factory=dict)
    stopping: threading.Event = field(default_factory=threading.Event)
    failures: list[str] = field(default_factory=list)

    @contextmanager
    def going_on(self, say: Callable[[str], None]) -> Iterator[threading.Thread]:
        """Until every kind was there and `stopping` is set. At the end everything is well."""
        thread = threading.Thread(target=self._go, args=(say,), name="outages")
        thread.start()
        try:
            yield thread
        finally:
            self.stopping.set()
            thread.join()

    def _go(self, say: Callable[[str], None]) -> None:
        kinds: list[Outage] = []
        waiting = {outage.kind for outage in self._all()}
        while waiting or not self.stopping.is_set():
            kinds = kinds or self.chance.sample(self._all(), len(self._all()))
            outage = kinds.pop()
            self._one(outage, say)
            waiting.discard(outage.kind)
            self._wait(self.chance.uniform(*GAP_S))

    def _all(self) -> list[Outage]:
        world, disk = self.world, self.world.disk
        pictures, rows = self._pictures, lambda: commits_of(world.uri)
        kinds = [
            Outage("broker killed", world.stop_broker, world.start_broker, pictures),
            Outage("store killed", world.stop_store, world.start_store, pictures),
            Outage("store slow", lambda: world.proxy.set("slow"), lambda: world.proxy.set("pass"), pictures),
            Outage("model away", world.model.leave, world.model.come_back, self._graphs, "skg-agents"),
            Outage("store says 503", lambda: world.proxy.set("unavailable"), lambda: world.proxy.set("pass"), pictures),
        ]
        return kinds if disk.lacking else [*kinds, Outage("disk full", disk.fill, disk.empty, rows, "skg-write")]

    def _one(self, outage: Outage, say: Callable[[str], None]) -> None:
        lasting = self.chance.uniform(*self.lasting_s)
        say(f"{outage.kind} for {lasting:.1f} s")
        outage.begin()
        self.told[outage.kind] += 1
        time.sleep(lasting)
        outage.end()
        ended, before = time.monotonic(), outage.work()
        while outage.work() <= before:
            if not self._in_hand(outage):
                return  # there was nothing to recover with
            if time.monotonic() - ended > 3 * RECOVERY_S:
                break
            time.sleep(LOOK_S)
        seconds = time.monotonic() - ended
        self.recoveries.setdefault(outage.kind, []).append(seconds)
        say(f"{outage.kind}: work again after {seconds:.1f} s")
        if seconds > RECOVERY_S:
            self.failures.append(f"{outage.kind}: {seconds:.0f} s until there was work again")

    def _pictures(self) -> int:
        return self.world.view.answering(lambda: self.world.view.ends(IMAGES)) or 0

    def _graphs(self) -> int:
        return self.world.view.answering(lambda: self.world.view.ends(GRAPHS)) or 0

    def _in_hand(self, outage: Outage) -> bool:
        view = self.world.view
        lags = view.answering(view.lags)
        return lags is None or any(where.split()[0] == outage.group for where in lags)

    def _wait(self, seconds: float) -> None:
        time.sleep(seconds)
