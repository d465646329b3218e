"""Checks a seed before it is published.

In: a seed, a renderer's capabilities.  Out: how its concept is parsed, and the reason if every graph must be rejected.
Calls no model: where a language model plans, only faults that no planner could resolve are reported.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from agents.concepts.concept_reading import ConceptReading, read_concept, said_to_be_there
from agents.concepts.named_requirements import as_drawn
from agents.concepts.noun_phrases import NamedThing
from agents.drafting import FAMILIES
from agents.planner import RulePlanner
from agents.requirements import excluded_categories, object_names
from agents.scene_inventory import build_inventory
from schemas.events import Rejection, SeedConcept, SeedOptions
from spatial.knowledge.category_names import category_name, is_known
from spatial.knowledge.knowledge_base import nearest_scenes, scene_kinds
from spatial.knowledge.renderer_capabilities import RendererCapabilities
from spatial.knowledge.scene_search import SceneMatch, tokens
from spatial.knowledge.vocabulary import nearest
from spatial.relations.phrases import UnknownPhrase, normalise
from spatial.relations.predicate_table import PREDICATES
from spatial.relations.relation_truth import members

GRAPHS_TRIED = 3
"""Graphs that are planned to find out whether all must be rejected: one index may fail where another succeeds."""

SCENES_NAMED = 3
"""Scenes named where things have a place, if they have none in the scene that was understood."""

NEEDS_A_PLACE = ": light, season and weather are of a place, as in 'a beach at sunset'"

OF_REQUESTS = ("concept", "consistency")
"""Gates that reject a graph for what its seed says."""


@dataclass(frozen=True)
class SeedCheck:
    """`reading`: the parsed concept as text; `sure`: it only names its scene.  `fault`: why no graph can be planned."""

    reading: str
    sure: bool
    fault: str | None


def check_seed(seed: SeedConcept, capabilities: RendererCapabilities, by_model: bool) -> SeedCheck:
    """The check of a seed. `by_model`: a language model plans it, which knows more words than the knowledge base."""
    fault = next(_faults(seed.options, by_model), None)
    if by_model:
        return SeedCheck("planned by a language model", True, fault)
    if seed.options.graph is not None:
        return SeedCheck("a graph of its own", True, fault or _common_rejection(seed, capabilities))
    reading = read_concept(seed.concept)
    drawn = as_drawn(reading, capabilities)
    shown = replace(reading, left_out=drawn.left_out, things=_said_as_drawn(reading, drawn))
    sure = reading.match is not None and reading.match.exact and not reading.things and not reading.left_out
    misread = None if reading.match is None else _misread(reading)
    return SeedCheck(str(shown), sure, fault or misread or _planning_fault(seed, capabilities))


def _said_as_drawn(reading: ConceptReading, drawn: ConceptReading) -> tuple[NamedThing, ...]:
    """The things without attributes that are left out; those that they have anyway are said."""
    dropped = {word.word for word in drawn.left_out} - {word.word for word in reading.left_out}
    return tuple(
        replace(thing, attributes=tuple(word for word in thing.attributes if word not in dropped))
        for thing in reading.things
    )


def nearest_to(concept: str, count: int) -> list[SceneMatch]:
    """The scenes nearest to what a concept says to be there, best first, without those that show what is not to be."""
    excluded = {tokens(name) for name in read_concept(concept).absent}
    found = nearest_scenes(said_to_be_there(concept), len(scene_kinds()))
    return [match for match in found if not any(_ends_with(match.scene, name) for name in excluded)][:count]


def _ends_with(scene: str, name: tuple[str, ...]) -> bool:
    """Whether what a scene shows is called so, as the fruit trees of an orchard are trees."""
    kind = scene_kinds()[scene]
    return any(tokens(shown)[-len(name) :] == name for shown in (*kind.elements, *kind.known_by))


def _misread(reading: ConceptReading) -> str | None:
    """What is said and not understood, which would be missing in silence; None where there is nothing."""
    missed = [str(word) for word in reading.left_out if word.meant]
    unknown = [f"nothing is known of {', '.join(missed)}: it would be left out"] if missed else []
    return "; ".join([*unknown, *reading.unread]) or None


def _faults(options: SeedOptions, by_model: bool) -> Iterator[str]:
    for name in options.families:
        if name not in FAMILIES:
            yield f"there is no family of relations {name!r}; there are {', '.join(sorted(FAMILIES))}"
    required = {category_name(name): name for name in options.required_objects}
    for name in required.keys() & excluded_categories(options):
        yield f"{name!r} is required and excluded"
    if by_model:
        return
    named = [name for a, phrase, b in options.required_relations for name in (a, *object_names(phrase, b))]
    for name in dict.fromkeys([*required.values(), *named, *options.excluded]):
        if not is_known(name):
            yield f"there is no category {name!r}{_nearest_words(name, 'categories')}"
    for _, phrase, _ in options.required_relations:
        if phrase not in PREDICATES and not _is_phrase(phrase):
            yield f"there is no relation {phrase!r}{_nearest_words(phrase, 'relations')}"


def _is_phrase(phrase: str) -> bool:
    try:
        return bool(normalise(phrase))
    except UnknownPhrase:
        return False


def _planning_fault(seed: SeedConcept, capabilities: RendererCapabilities) -> str | None:
    """Why all of the first graphs are rejected, None if one is not."""
    reading = read_concept(seed.concept)
    if reading.match is None:
        meant = [str(word) for word in reading.left_out if word.meant and word.nearest]
        unknown = f", and nothing is known of {', '.join(meant)}" if meant else ""
        near = unknown or (NEEDS_A_PLACE if reading.conditions else _nearest_words(seed.concept, "scenes"))
        missed = f"{seed.concept!r} is no scene that is known{near}"
        return "; ".join([missed, *reading.unread])
    why = _common_rejection(seed, capabilities)
    return None if why is None else why + _elsewhere(reading, seed.concept, capabilities)


def _elsewhere(reading: ConceptReading, concept: str, capabilities: RendererCapabilities) -> str:
    """The scenes nearest to the words where all things have a place, if one has none in the scene that was understood."""
    things = {thing.category for thing in reading.things}
    if reading.match is None or _has_places(reading.match.scene, things, capabilities):
        return ""
    scenes = (match.scene for match in nearest_to(concept, len(scene_kinds())))
    fit = [scene for scene in scenes if things.issubset(scene_kinds()[scene].categories)]
    named = list(islice((scene for scene in fit if _has_places(scene, things, capabilities)), SCENES_NAMED))
    return f"; {' and '.join(sorted(things))} would be at home in: {', '.join(named)}" if named else ""


def _has_places(scene: str, things: Collection[str], capabilities: RendererCapabilities) -> bool:
    inventory = build_inventory(scene, capabilities)
    carried = {
        name for offers in (inventory.on, inventory.inside) for each in inventory.rests for name in offers[each].names
    }
    return all(name in inventory.rests or name in carried for name in things)


def _common_rejection(seed: SeedConcept, capabilities: RendererCapabilities) -> str | None:
    """Why all of the first graphs are rejected for what the seed says, None if one is not."""
    planner, why = RulePlanner(capabilities), None
    for index in range(seed.first, seed.first + min(seed.count, GRAPHS_TRIED)):
        outcome = planner.plan_now(seed, index)
        if not isinstance(outcome, Rejection) or (outcome.gate not in OF_REQUESTS and outcome.reason != "unsatisfiable"):
            return None
        why = _with_conflict(outcome)
    return why


def _with_conflict(rejected: Rejection) -> str:
    """Its detail, and the relations that exclude each other."""
    objects = rejected.evidence.get("objects")
    if not rejected.conflict or not isinstance(objects, list):
        return rejected.detail
    named = [
        " ".join([objects[each.subject], each.predicate.replace("_", " "), *(objects[other] for other in members(each))])
        for each in rejected.conflict
    ]
    return f"{rejected.detail}: {'; '.join(named)}"


def _nearest_words(word: str, kind: str) -> str:
    alike = nearest(word, kind)
    return f"; nearest: {', '.join(alike)}" if alike else f"; skg knowledge {kind} lists what there is"
