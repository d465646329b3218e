"""How seeds will be understood by the agents that these settings describe.

In: seeds.  Out: a line a concept, and the faults of those that must be rejected, also for what their first pictures show.
Talks to nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agents.concepts.seed_check import SeedCheck, check_seed
from gpu_workers.renderers import capabilities_of
from schemas.events import SeedConcept
from streams.errors import BadSeeds
from streams.operations.seeds import MAX_FAULTS_SHOWN, abridged
from streams.readings.picture_trial import PictureTrial, trial_for
from streams.settings import AgentSettings

TRIED = 10
"""Most concepts whose first pictures are drawn for a trial, which takes about 0.3 s each; a file may hold thousands."""

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
    checked = [(seed, check_seed(seed, able, by_model)) for seed in reversed(once.values())]
    trial = None if by_model or len(checked) > TRIED else trial_for(renderer, able)
    return Readings([(seed.concept, _tried(seed, check, trial)) for seed, check in checked])


def _tried(seed: SeedConcept, check: SeedCheck, trial: PictureTrial | None) -> SeedCheck:
    """The check with what becomes of the first pictures, of a concept that names more than its scene."""
    if trial is None or check.fault is not None or check.sure:
        return check
    outcome = trial.outcome(seed)
    reading = check.reading if outcome.note is None else f"{check.reading}; {outcome.note}"
    return replace(check, reading=reading, fault=outcome.fault)


def faults_of(readings: Readings, hint: str = "nothing was published; --anyway publishes it") -> None:
    """Raise BadSeeds where seeds must be rejected, with the hint as its last line."""
    faults = [f"{concept!r}: {check.fault}" for concept, check in readings.checks if check.fault is not None]
    if faults:
        raise BadSeeds("\n".join([*abridged(faults, MAX_FAULTS_SHOWN), hint]))
