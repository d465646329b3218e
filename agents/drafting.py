"""From a seed to a graph without boxes: objects, their attributes, their relations, and absent categories.

In: a seed, an index, a scene, a renderer's capabilities.  Out: a `Drafted`.  Deterministic.
Does not place anything (`spatial.layout`) and writes no prompt.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random

from agents.arrangement import Spot, agrees, arrange
from agents.attribute_selection import choose_absent, choose_attributes
from agents.object_selection import Selection, SelectionRequest, fill
from agents.orientation import turn_subjects, turned
from agents.rejections import unmet_options
from agents.relation_selection import DEFAULT_MIX, StatedRelations, add_relations, carried_relations
from agents.requirements import Named, add_requirements, excluded_categories
from agents.scene_inventory import SceneInventory, build_inventory
from schemas.events import SeedConcept, SeedOptions
from schemas.graph import Relation
from schemas.ids import derived_seed
from spatial.knowledge.category_names import category_name
from spatial.knowledge.renderer_capabilities import RendererCapabilities
from spatial.reasoning.conflicts import contradictions
from spatial.reasoning.draft import Draft
from spatial.relations.predicate_table import PREDICATES
from spatial.relations.relation_truth import LOOKS

ARRANGEMENTS = 24
"""Random arrangements tried to find one that satisfies all required relations."""

FAMILIES = frozenset(DEFAULT_MIX)


@dataclass(frozen=True)
class Task:
    """The graph to draft: number `index` of `seed`, in `scene`; another `attempt` gives another draft."""

    seed: SeedConcept
    index: int
    scene: str
    capabilities: RendererCapabilities
    attempt: int = 0
    named: Named = field(default_factory=Named)


@dataclass(frozen=True)
class Drafted:
    """A draft, the attributes of each object, absent categories, and how many relations (the first) were required."""

    draft: Draft
    attributes: tuple[tuple[str, ...], ...]
    excluded: tuple[str, ...]
    required: int = 0


def draft(task: Task) -> Drafted:
    """The draft of a task. Raises RequestRejected where the options cannot be met."""
    options = task.seed.options
    rng = Random(derived_seed("plan", task.seed.seed_id, task.index, task.attempt))
    offer = build_inventory(task.scene, task.capabilities)
    mix = mix_of(options)
    excluded = excluded_categories(options)
    selection = Selection(offer, frozenset(excluded), task.named.exact)
    required = add_requirements(selection, options, rng, task.named.numbers)
    own = Random(derived_seed("turn", task.seed.seed_id, task.index, task.attempt))
    turns, sides = turn_subjects(selection.names(), required, partial(_orientations, task, selection), own)
    required += [side for side in sides if side not in required]
    least = max(options.min_objects, len(selection.members))
    fill(selection, rng.randint(least, max(least, options.max_objects)), _selection_request(mix), rng)
    relations = _relations(selection, mix, required, rng)
    names = tuple(selection.names())
    return Drafted(
        Draft(names, tuple(relations), task.scene),
        tuple(
            turned(words, turns.get(i))
            for i, words in enumerate(choose_attributes(selection, task.capabilities, rng, task.named.attributes))
        ),
        choose_absent(selection, _worth_saying(excluded, options, offer), rng),
        len(required),
    )


def _worth_saying(excluded: tuple[str, ...], options: SeedOptions, offer: SceneInventory) -> tuple[str, ...]:
    """The excluded categories without those of a kind that nobody would look for in the scene."""
    named = {category_name(name) for name in options.excluded}
    return tuple(name for name in excluded if name in named or name in offer.weights)


def _orientations(task: Task, selection: Selection, i: int) -> Sequence[str]:
    """The orientations that a member may have: those that the concept names for its category, else all."""
    category = selection.members[i].category
    named = [word for words in task.named.attributes.get(category.name, ()) for word in words if word in LOOKS]
    return named or task.capabilities.words(category).get("orientation", ())


def mix_of(options: SeedOptions) -> Mapping[str, float]:
    """The weights of the families: the seed's if it gives any above zero, else the default ones.

    Raises RequestRejected for an unknown family, which would otherwise be ignored silently.
    """
    unknown = sorted(set(options.families) - FAMILIES)
    if unknown:
        raise unmet_options(f"{unknown[0]!r} is no family of relations; there are {', '.join(sorted(FAMILIES))}")
    asked = {name: weight for name, weight in options.families.items() if weight > 0}
    return asked or DEFAULT_MIX


def _selection_request(mix: Mapping[str, float]) -> SelectionRequest:
    """Probabilities of objects on or in others, by the share of support and containment in the mix."""
    support, inside = mix.get("support", 0.0), mix.get("containment", 0.0)
    if support + inside <= 0:
        return SelectionRequest(carried=0.0, leaning=False)
    share = (support + inside) / sum(mix.values())
    return SelectionRequest(carried=min(0.9, 0.4 + 0.6 * share), inside=inside / (support + inside), leaning=support > 0)


def _relations(selection: Selection, mix: Mapping[str, float], required: list[Relation], rng: Random) -> list[Relation]:
    spots = _fitting_arrangement(selection, required, rng)
    stated = StatedRelations(spots, mix)
    for relation in (*required, *carried_relations(selection, rng)):
        if relation not in stated.relations and _turned_round(relation) not in stated.relations:
            stated.add("required", relation)
    add_relations(stated, _relation_count(selection, len(stated.relations), rng), rng)
    if not stated.relations:
        add_relations(StatedRelations(spots, {"place": 1.0}, stated.relations), 1, rng)
    return _consistent(selection, stated.relations, len(required)) if required else stated.relations


def _turned_round(relation: Relation) -> Relation | None:
    """The same fact, said of the object; None for what has no inverse."""
    other = PREDICATES[relation.predicate].inverse
    if other is None or relation.object is None:
        return None
    return Relation(subject=relation.object, predicate=other, object=relation.subject)


def _relation_count(selection: Selection, stated: int, rng: Random) -> int:
    """How many relations to add: about one for each object in total, at least one."""
    count = len(selection.members)
    return max(1, count - 1 + rng.randint(0, count // 2) - stated)


def _fitting_arrangement(selection: Selection, required: list[Relation], rng: Random) -> tuple[Spot, ...]:
    """An arrangement that satisfies the required relations if one is found, else the last one tried."""
    spots = arrange(selection, rng)
    for _ in range(ARRANGEMENTS):
        if all(agrees(spots, relation) for relation in required):
            break
        spots = arrange(selection, rng)
    return spots


def _consistent(selection: Selection, relations: list[Relation], required: int) -> list[Relation]:
    """The required relations, and those of the others that do not contradict the ones before them."""
    kept = relations[:required]
    for relation in relations[required:]:
        if contradictions(Draft(tuple(selection.names()), (*kept, relation))) is None:
            kept.append(relation)
    return kept
