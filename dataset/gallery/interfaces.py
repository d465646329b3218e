"""The gallery's interface to a running factory: publish seeds, monitor stages.

Declares only: the implementation is in `streams`, the fakes in `tests`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class StageView:
    """One stage of the funnel. Counts are since its processes started; `rate` is accepted work a second.
    `lag` is the consumer group's, from the broker; from the processes' metrics while the broker is unreachable.

    `redrawn` pictures were rejected while their requests continued; `lacking` is, by axis, the largest share that the
    dataset lacks of its targets, where a balance controller runs.
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


ANYWAY = "Also what must be rejected"
"""The label of the box that publishes seeds that the factory would reject."""


@dataclass(frozen=True)
class SeedForm:
    """The values of the submitted form, not validated; empty numbers are not said. `anyway`: also what must be rejected."""

    concept: str
    count: str = "1"
    min_objects: str = ""
    max_objects: str = ""
    required: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    anyway: bool = False


class Factory(Protocol):
    """A running factory."""

    def reading(self, form: SeedForm) -> Sequence[str]:
        """How the concept of the form would be understood, for people. Raises UserError where it would be rejected."""
        ...

    def publish(self, form: SeedForm) -> Sequence[str]:
        """Publish seeds, return their ids. Raises UserError for invalid values, and for what would be rejected unless it
        is wanted anyway; RetryableError when the broker is unreachable."""
        ...

    def funnel(self) -> Sequence[StageView]:
        """The current state of every stage, in pipeline order."""
        ...
