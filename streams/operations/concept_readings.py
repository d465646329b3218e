"""How seeds will be understood by the agents that these settings describe.

In: seeds.  Out: a line a concept, and the faults of those that must be rejected.  Talks to nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from agents.concepts.seed_check import SeedCheck, check_seed
from gpu_workers.renderers import capabilities_of
from schemas.events import SeedConcept
from streams.errors import BadSeeds
from streams.operations.seeds import MAX_FAULTS_SHOWN, abridged
from streams.settings import AgentSettings

SHOWN = 20
"""Readings shown; a file may hold thousands."""


@dataclass(frozen=True)
class Readings:
    """Each concept once, with how it is understood."""

    checks: Sequence[tuple[str, SeedCheck]]

    def lines(self, all_of_them: bool) -> list[str]:
        """For people, the first of them; those that say no more than the concept itself only with `all_of_them`."""
        readings = [f"{concept!r}: {check.reading}" for concept, check in self.checks if all_of_them or not check.sure]
        return abridged(readings, SHOWN)


def readings_of(seeds: Sequence[SeedConcept]) -> Readings:
    """How the agents of these settings understand them, each seed once."""
    settings = AgentSettings()
    return readings_by(seeds, settings.renderer, settings.render_structure, settings.llm_url is not None)


def readings_by(seeds: Sequence[SeedConcept], renderer: str, structure: str, by_model: bool) -> Readings:
    """How they are understood, each seed once, by agents that plan for a renderer. `structure`: the one it draws over."""
    able = capabilities_of(renderer, structure=structure)
    once = {seed.seed_id: seed for seed in reversed(seeds)}
    return Readings([(seed.concept, check_seed(seed, able, by_model)) for seed in reversed(once.values())])


def faults_of(readings: Readings, hint: str = "nothing was published; --anyway publishes it") -> None:
    """Raise BadSeeds where seeds must be rejected, with the hint as its last line."""
    faults = [f"{concept!r}: {check.fault}" for concept, check in readings.checks if check.fault is not None]
    if faults:
        raise BadSeeds("\n".join([*abridged(faults, MAX_FAULTS_SHOWN), hint]))
