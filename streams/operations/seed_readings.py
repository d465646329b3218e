"""How seeds will be understood by the agents that these settings describe.

In: seeds.  Out: a line a concept, and the faults of those that must be rejected.  Talks to nobody.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agents.concepts.seed_check import SeedCheck, check_seed
from gpu_workers.renderers import capabilities_of
from schemas.events import SeedConcept
from streams.operations.seeds import MAX_FAULTS_SHOWN, BadSeeds
from streams.settings import AgentSettings

SHOWN = 20
"""Readings shown; a file may hold thousands."""


@dataclass(frozen=True)
class Readings:
    """Each concept once, with how it is understood."""

    checks: Sequence[tuple[str, SeedCheck]]

    def lines(self, all_of_them: bool) -> Iterator[str]:
        """For people, the first of them; those that say no more than the concept itself only with `all_of_them`."""
        shown = [(concept, check) for concept, check in self.checks if all_of_them or not check.sure]
        for concept, check in shown[:SHOWN]:
            yield f"{concept!r}: {check.reading}"
        if len(shown) > SHOWN:
            yield f"… and {len(shown) - SHOWN} more"


def readings_of(seeds: Sequence[SeedConcept]) -> Readings:
    """How they are understood, each seed once."""
    settings = AgentSettings()
    able, by_model = capabilities_of(settings.renderer), settings.llm_url is not None
    once = {seed.seed_id: seed for seed in reversed(seeds)}
    return Readings([(seed.concept, check_seed(seed, able, by_model)) for seed in reversed(once.values())])


def faults_of(readings: Readings) -> None:
    """Raise BadSeeds where seeds must be rejected."""
    faults = [f"{concept!r}: {check.fault}" for concept, check in readings.checks if check.fault is not None]
    if faults:
        more = [f"… and {len(faults) - MAX_FAULTS_SHOWN} more"] if len(faults) > MAX_FAULTS_SHOWN else []
        raise BadSeeds("\n".join([*faults[:MAX_FAULTS_SHOWN], *more, "nothing was published; --anyway publishes it"]))
