"""From a seed to a graph without boxes: things, what is said of them, how they are related, what is absent.

In: a seed, an index, a scene, a renderer's abilities.  Out: a `Drafted`.  Deterministic in all of them.
Does not place anything (`spatial.layout`) and writes no prompt.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from agents.arrangement import Spot, agrees, arrange
from agents.attribute_selection import absent, described
from agents.object_selection import Cast, SelectionRequest, fill
from agents.rejections import unmet_options
from agents.relation_selection import DEFAULT_MIX, Reading, carried_relations, read
from agents.requirements import plain, require
from agents.scene_inventory import stock
from schemas.events import SeedConcept, SeedOptions
from schemas.graph import Relation
from schemas.ids import derived_seed
from spatial.knowledge.renderer_capabilities import RendererCapabilities
from spatial.reasoning.conflicts import contradictions
from spatial.reasoning.draft import Draft

ARRANGEMENTS = 24
"""Random arrangements tried for one that fits all required relations."""

FAMILIES = frozenset(DEFAULT_MIX)


@dataclass(frozen=True)
class Task:
    """What is to be drafted: graph number `index` of `seed`, in `scene`; another `attempt` gives another draft.

    `attributes`: what the first things of a category must have, one entry a thing.
    """

    seed: SeedConcept
    index: int
    scene: str
    abilities: RendererCapabilities
    attempt: int = 0
    attributes: Mapping[str, Sequence[tuple[str, ...]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Drafted:
    """A draft, the attributes of each object, absent categories, and how many relations (the first) were required."""

    draft: Draft
    attributes: tuple[tuple[str, ...], ...]
    excluded: tuple[str, ...]
    required: int = 0


def draft(task: Task) -> Drafted:
    """The draft of a task. Raises Unmet where the options cannot be met."""
    options = task.seed.options
    rng = Random(derived_seed("plan", task.seed.seed_id, task.index, task.attempt))
    offer = stock(task.scene, task.abilities)
    mix = mix_of(options)
    excluded = tuple(dict.fromkeys(plain(name) for name in options.excluded))
    cast = Cast(offer, frozenset(excluded))
    required = require(cast, options, rng)
    least = max(options.min_objects, len(cast.members))
    fill(cast, rng.randint(least, max(least, options.max_objects)), _wish(mix), rng)
    relations = _relations(cast, mix, required, rng)
    names = tuple(cast.names())
    return Drafted(
        Draft(names, tuple(relations), task.scene),
        described(cast, task.abilities, rng, task.attributes),
        absent(cast, excluded, rng),
        len(required),
    )


def mix_of(options: SeedOptions) -> Mapping[str, float]:
    """The weights of the families: the seed's if it gives any above zero, else the usual ones.

    Raises Unmet for a family that there is not: it would be dropped in silence.
    """
    unknown = sorted(set(options.families) - FAMILIES)
    if unknown:
        raise unmet_options(f"{unknown[0]!r} is no family of relations; there are {', '.join(sorted(FAMILIES))}")
    asked = {name: weight for name, weight in options.families.items() if weight > 0}
    return asked or DEFAULT_MIX


def _wish(mix: Mapping[str, float]) -> SelectionRequest:
    """How eagerly things are put on or in others: by the share of support and containment in the mix."""
    support, inside = mix.get("support", 0.0), mix.get("containment", 0.0)
    if support + inside <= 0:
        return SelectionRequest(carried=0.0)
    share = (support + inside) / sum(mix.values())
    return SelectionRequest(carried=min(0.9, 0.4 + 0.6 * share), inside=inside / (support + inside))


def _relations(cast: Cast, mix: Mapping[str, float], required: list[Relation], rng: Random) -> list[Relation]:
    spots = _arranged(cast, required, rng)
    reading = Reading(spots, mix)
    for relation in (*required, *carried_relations(cast, rng)):
        if relation not in reading.relations:
            reading.state("required", relation.subject, relation.predicate, relation.object)
    read(reading, _how_many(cast, len(reading.relations), rng), rng)
    if not reading.relations:
        read(Reading(spots, {"place": 1.0}, reading.relations), 1, rng)
    return _consistent(cast, reading.relations, len(required)) if required else reading.relations


def _how_many(cast: Cast, stated: int, rng: Random) -> int:
    """More relations: about one a thing altogether, at least one."""
    count = len(cast.members)
    return max(1, count - 1 + rng.randint(0, count // 2) - stated)


def _arranged(cast: Cast, required: list[Relation], rng: Random) -> tuple[Spot, ...]:
    """An arrangement that fits what is required if one is found, else the last one tried."""
    spots = arrange(cast, rng)
    for _ in range(ARRANGEMENTS):
        if all(agrees(spots, relation) for relation in required):
            break
        spots = arrange(cast, rng)
    return spots


def _consistent(cast: Cast, relations: list[Relation], required: int) -> list[Relation]:
    """The required relations, and those of the others that do not contradict what is before them."""
    kept = relations[:required]
    for relation in relations[required:]:
        if contradictions(Draft(tuple(cast.names()), (*kept, relation))) is None:
            kept.append(relation)
    return kept
