"""The gallery's interface to a running factory: publish seeds, monitor stages.

Declares only: the implementation is in `streams`, the fakes in `tests`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class StageView:
    """One stage of the factory. Counts are since its processes started; `rate` is accepted work a second.
    `lag` is the consumer group's, from the broker; from the processes' metrics while the broker is unreachable (None: not
    known).  `members`, `oldest_unread_s` (the age of the oldest unread event), `state` and `problems` are the broker's too.

    `redrawn` pictures were rejected while their requests continued; `lacking` is, by axis, the largest share that the
    dataset lacks of its targets, where a balance controller runs.  `hour` is accepted work in each minute of the last hour
    as far as it was watched, the oldest first, `hour_oldest_s` the greatest age of an unread event in it.
    """

    stage: str
    processes: int = 0
    accepted: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    redrawn: Mapping[str, int] = field(default_factory=dict)
    lacking: Mapping[str, float] = field(default_factory=dict)
    dead_letters: int = 0
    in_flight: int = 0
    lag: int | None = 0
    rate: float | None = None
    oldest_unread_s: float | None = None
    state: str = ""
    problems: tuple[str, ...] = ()
    members: int = 0
    hour: tuple[int, ...] = ()
    hour_oldest_s: float = 0.0


@dataclass(frozen=True)
class FactoryView:
    """The stages in pipeline order, and a line for each service that does not answer."""

    stages: tuple[StageView, ...]
    away: tuple[str, ...] = ()


@dataclass(frozen=True)
class ConceptReading:
    """How a concept would be understood, for people, and the nearest scenes with their scores from 0 to 1, best first."""

    lines: tuple[str, ...]
    nearest: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class BalanceTargets:
    """The wanted mix: by axis (`scenes`, `relations`, `kinds`, `density`) the share of each value, which sum to 1, and by
    how much a share may be below its target. Relations are families; densities are bands such as `2-3`.
    """

    axes: Mapping[str, Mapping[str, float]]
    tolerance: float
    origin: str = ""


ANYWAY = "Also what must be rejected"
"""The label of the box that publishes seeds that the factory would reject."""


@dataclass(frozen=True)
class SeedForm:
    """The values of the submitted form, not validated; empty numbers are not said. `family`: of relations that the graphs
    shall have. `anyway`: also what must be rejected.
    """

    concept: str
    count: str = "1"
    min_objects: str = ""
    max_objects: str = ""
    required: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    family: str = ""
    anyway: bool = False


class Factory(Protocol):
    """A running factory."""

    def reading(self, form: SeedForm) -> ConceptReading:
        """How the concept of the form would be understood. Raises UserError where it would be rejected."""
        ...

    def publish(self, form: SeedForm) -> Sequence[str]:
        """Publish seeds, return their ids. Raises UserError for invalid values, and for what would be rejected unless it
        is wanted anyway; RetryableError when the broker is unreachable."""
        ...

    def funnel(self) -> FactoryView:
        """The current state of every stage."""
        ...

    def replay(self, rejection_ids: Collection[str]) -> str:
        """Publish rejected events again, to be judged anew; what was done. Raises UserError, RetryableError."""
        ...
