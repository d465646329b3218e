"""Liveness and readiness of a process, with a reason.

In: what the process waits for while it starts, then the probes of the component that processes records.  Out: two
answers, each with a reason.  Serves no HTTP.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

Probe = Callable[[], bool]


class ProbeResult(NamedTuple):
    """The answer to a probe, and its reason."""

    ok: bool
    reason: str


@dataclass(frozen=True)
class Probes:
    """The record-processing component: whether its loop runs and no call takes too long, and whether it is connected."""

    alive: Probe
    ready: Probe


class Health:
    """Alive from the first moment, ready once the probes say so. Thread-safe: it only swaps references."""

    def __init__(self) -> None:
        self._waits_for = "starting"
        self._probes: Probes | None = None

    def starting(self, what: str) -> None:
        """Report what the process does before it can process records, such as `waiting for Kafka` or `loading models`."""
        self._waits_for = what

    def running(self, alive: Probe, ready: Probe) -> None:
        """From now on these probes answer for the process."""
        self._probes = Probes(alive, ready)

    def alive(self) -> ProbeResult:
        """Whether the process makes progress or waits for a service that may come back; otherwise it should be replaced."""
        if self._probes is None:
            return ProbeResult(True, self._waits_for)
        return ProbeResult(True, "ok") if self._probes.alive() else ProbeResult(False, "stuck")

    def ready(self) -> ProbeResult:
        """Whether it is connected, has its models, and is assigned partitions or waits for them."""
        if self._probes is None:
            return ProbeResult(False, self._waits_for)
        if not self._probes.alive():
            return ProbeResult(False, "stuck")
        return ProbeResult(True, "ready") if self._probes.ready() else ProbeResult(False, "waiting for the broker")
