"""What a process says of itself to whoever runs it: whether it lives, and whether it can take work.

In: what it waits for while it starts, and from then on the words of what carries its records.  Out: two answers, each with
a word that says why.  Serves nothing itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

Look = Callable[[], bool]


class Answer(NamedTuple):
    """An answer to a probe, and why."""

    well: bool
    why: str


@dataclass(frozen=True)
class Carrier:
    """What carries the records: whether its loop goes round and its work in hand is young, and whether it is connected."""

    alive: Look
    ready: Look


class Health:
    """Alive from the first moment, ready once the carrier is. Thread-safe: it only swaps references."""

    def __init__(self) -> None:
        self._waits_for = "starting"
        self._carrier: Carrier | None = None

    def starts(self, what: str) -> None:
        """What the process does before it can carry, such as `waiting for Kafka` or `loading models`."""
        self._waits_for = what

    def carries(self, alive: Look, ready: Look) -> None:
        """The carrier speaks for the process now."""
        self._carrier = Carrier(alive, ready)

    def alive(self) -> Answer:
        """Whether the process makes progress, or waits for something that may come back: else it should be replaced."""
        if self._carrier is None:
            return Answer(True, self._waits_for)
        return Answer(True, "ok") if self._carrier.alive() else Answer(False, "stuck")

    def ready(self) -> Answer:
        """Whether it is connected, has its models, and is assigned partitions or waits for them."""
        if self._carrier is None:
            return Answer(False, self._waits_for)
        if not self._carrier.alive():
            return Answer(False, "stuck")
        return Answer(True, "ready") if self._carrier.ready() else Answer(False, "waiting for the broker")
