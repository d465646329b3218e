"""What the gallery is handed from outside: a factory to feed and to watch.

Declares only: the real one lives in `streams`, the fakes in `tests`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class StageView:
    """One stage of the funnel. Counts are since its processes started; `rate` is accepted work a second.
    `lag` is what its group has not read, as the broker counts it; what the processes say while that is away.

    `redrawn` pictures were given up while their requests went on; `lacking` is the largest
    share by axis that the dataset lacks of its targets, where a process steers it.
    """

    stage: str
    processes: int = 0
    accepted: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    redrawn: Mapping[str, int] = field(default_factory=dict)
    lacking: Mapping[str, float] = field(default_factory=dict)
    dead_letters: int = 0
    in_flight: int = 0
    lag: int = 0
    rate: float | None = None


@dataclass(frozen=True)
class SeedForm:
    """What a person asked for in the form, unchecked."""

    concept: str
    count: str = "1"
    min_objects: str = "2"
    max_objects: str = "5"
    required: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()


class Factory(Protocol):
    """A running factory."""

    def publish(self, wished: SeedForm) -> Sequence[str]:
        """Publish seeds, return their ids. Raises UserError for what a person can mend, RetryableError when nobody
        answers."""
        ...

    def funnel(self) -> Sequence[StageView]:
        """Every stage as it is now, in the order of the flow."""
        ...
