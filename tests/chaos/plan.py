"""What a run is made of: how long, which seeds, which of them are poison, from one seed of chance.

In: environment variables.  Out: a frozen plan.  The same seed of chance gives the same plan.
SKG_CHAOS_S: seconds of disturbance.  SKG_CHAOS_SEED: the seed of chance, drawn where it is not given.
SKG_CHAOS_WITHOUT=poison: no handler raises, to find a fault that poison hides.
"""

import os
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.events import SeedConcept, SeedOptions
from schemas.ids import make_seed

SHORT_S = 60.0
"""Every kind of outage comes at least once, however long that takes."""

LONG_FROM_S = 180.0
"""From here on there are up to 3, 3, 3 and 2 processes of a kind, otherwise 2, 2, 2 and 1."""

COUNT = 4
"""Graphs a seed."""

REQUESTS_A_SECOND = 1.5
MOST_REQUESTS = 600
PAUSE_S = 1.6
"""What a picture takes to be drawn: so that inboxes are full when something happens. Two processes cannot keep up with it;
once all is calm again it takes no time."""

CONCEPTS = ("street market", "kitchen", "living room", "park", "desk", "bedroom", "harbour", "quantum chromodynamics")
"""The last one matches no scene: rejections."""

POISONED = {"render": 9, "write": 11}
"""Of so many seeds one is poison to this stage. To the agents some answers of the model are, to the examiner pictures."""


@dataclass(frozen=True)
class Plan:
    """A run. `most` and `least`: processes of each kind. `poison`: ids of seeds by stage."""

    chance: int
    seconds: float
    seeds: tuple[SeedConcept, ...]
    most: Mapping[str, int]
    poison: Mapping[str, list[str]]

    @property
    def long(self) -> bool:
        return self.seconds >= LONG_FROM_S

    @property
    def settle_s(self) -> float:
        """How long all may stand still before it counts as the end: a session, retries and a restart."""
        return 60.0 if self.long else 40.0

    @property
    def most_s(self) -> float:
        """However much still changes: after so long it is judged as it is."""
        return 600.0 if self.long else 150.0

    def random(self, purpose: str) -> random.Random:
        """Chance of its own for every purpose, so that one lane's draws do not shift another's."""
        return random.Random(f"{self.chance} {purpose}")


def plan_of(environment: Mapping[str, str] = os.environ) -> Plan:
    """The plan that the environment asks for."""
    seconds = float(environment.get("SKG_CHAOS_S") or SHORT_S)
    chance = int(environment.get("SKG_CHAOS_SEED") or random.SystemRandom().randrange(1_000_000))
    number = max(1, int(min(seconds * REQUESTS_A_SECOND, MOST_REQUESTS) // COUNT))
    seeds = tuple(
        make_seed(
            CONCEPTS[n % len(CONCEPTS)],
            COUNT,
            options=SeedOptions(salt=f"chaos {chance} {n}"),
        )
        for n in range(number)
    )
    three = {"agents": 3, "render": 3, "examine": 3, "write": 2}
    two = {"agents": 2, "render": 2, "examine": 2, "write": 1}
    chosen = random.Random(f"{chance} poison")
    poison = {stage: _marked(seeds, one_of, chosen) for stage, one_of in POISONED.items()}
    by_key = {stage: ["by key"] for stage in ("agents", "examine")}
    marks = {} if environment.get("SKG_CHAOS_WITHOUT") == "poison" else {**poison, **by_key}
    return Plan(chance, seconds, seeds, three if seconds >= LONG_FROM_S else two, marks)


def _marked(seeds: Sequence[SeedConcept], one_of: int, chosen: random.Random) -> list[str]:
    """One of so many, and one at least: in a short run chance alone may leave a kind of poison out."""
    marked = [seed.seed_id for seed in seeds if chosen.randrange(one_of) == 0]
    return marked or [chosen.choice(seeds).seed_id]
