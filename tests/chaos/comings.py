"""Processes that come and go at random: one more, one less, SIGTERM, `kill -9`.

In: a supervisor and chance.  Out: what was done, by kind, one deed at a time.
"""

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from schemas.events import STAGES
from tests.chaos.supervisor import Member, Supervisor

EVERY_S = (0.8, 3.0)

KINDS = (*STAGES, "render", "examine")
DEEDS = ("more", "more", "less", "SIGTERM", "kill -9")
"""What is drawn from. Not every deed can be done: there may be as many as there may be."""

YOUNG_SHARE = 0.15
"""Of the deeds: done also to processes that have not connected yet. Otherwise a busy machine's would never get to work."""


@dataclass
class Comings:
    """`most`: processes of each kind. A killed or stopped one is started again where it was wanted, as a scheduler does."""

    supervisor: Supervisor
    chance: Random
    most: dict[str, int]
    told: Counter[str] = field(default_factory=Counter)
    next_at: float = 0.0

    def step(self, now: float) -> str | None:
        """Do something if it is time to; what it was."""
        if now < self.next_at:
            return None
        self.next_at = now + self.chance.uniform(*EVERY_S)
        kind, deed = self.chance.choice(KINDS), self.chance.choice(DEEDS)
        return self._do(kind, deed)

    def _do(self, kind: str, deed: str) -> str | None:
        supervisor = self.supervisor
        up = supervisor.up(kind) if self.chance.random() < YOUNG_SHARE else supervisor.ready(kind)
        if deed == "more" and supervisor.wanted[kind] < self.most[kind]:
            supervisor.wanted[kind] += 1
            return self._note("started", kind)
        if deed == "less" and supervisor.wanted[kind] > 1 and up:
            supervisor.wanted[kind] -= 1
            supervisor.terminate(self._one(up))
            return self._note("SIGTERM", kind)
        if deed == "SIGTERM" and up:
            supervisor.terminate(self._one(up))
            return self._note("SIGTERM", kind)
        if deed == "kill -9" and up:
            supervisor.kill(self._one(up))
            return self._note("kill -9", kind)
        return None

    def _one(self, up: list[Member]) -> Member:
        return self.chance.choice(up)

    def _note(self, deed: str, kind: str) -> str:
        self.told[deed] += 1
        return f"{deed} {kind}"
