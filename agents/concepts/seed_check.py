"""How a seed will be understood, before it is published.

In: a seed and what its renderer can draw.  Out: how its concept is read, and the reason where every graph must be rejected.
Asks no model: where a language model plans, only what no planner could mean is refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from agents.concepts.concept_reading import read_concept
from agents.drafting import FAMILIES
from agents.planner import RulePlanner
from agents.requirements import plain
from schemas.events import Rejection, SeedConcept, SeedOptions
from spatial.knowledge.knowledge_base import categories
from spatial.knowledge.renderer_capabilities import RendererCapabilities
from spatial.knowledge.vocabulary import nearest
from spatial.relations.phrases import UnknownPhrase, normalise
from spatial.relations.predicate_table import PREDICATES

TRIED = 3
"""Graphs that are planned to see whether all must be rejected: another number may be luckier."""


@dataclass(frozen=True)
class SeedCheck:
    """`reading`: the concept in words; `sure`: it is just what the concept says.  `fault`: why nothing can come of it."""

    reading: str
    sure: bool
    fault: str | None


def check_seed(seed: SeedConcept, able: RendererCapabilities, by_model: bool) -> SeedCheck:
    """How a seed is understood. `by_model`: a language model plans it, which knows more words than the knowledge base."""
    fault = next(_faults(seed.options, by_model), None)
    if by_model or seed.options.graph is not None:
        return SeedCheck("planned by a language model" if by_model else "a graph of its own", True, fault)
    reading = read_concept(seed.concept)
    sure = reading.match is not None and reading.match.exact and not reading.things
    return SeedCheck(str(reading), sure, fault or _unplannable(seed, able))


def _faults(options: SeedOptions, by_model: bool) -> Iterator[str]:
    for name in options.families:
        if name not in FAMILIES:
            yield f"there is no family of relations {name!r}; there are {', '.join(sorted(FAMILIES))}"
    required, excluded = ({plain(name): name for name in names} for names in (options.required_objects, options.excluded))
    for name in required.keys() & excluded.keys():
        yield f"{name!r} is required and excluded"
    if by_model:
        return
    for subject, _, other in options.required_relations:
        required |= {plain(name): name for name in (subject, other) if name}
    for known, name in [*required.items(), *excluded.items()]:
        if known not in categories():
            yield f"there is no category {name!r}{_or(name, 'categories')}"
    for _, phrase, _ in options.required_relations:
        if phrase not in PREDICATES and not _is_phrase(phrase):
            yield f"there is no relation {phrase!r}{_or(phrase, 'relations')}"


def _is_phrase(phrase: str) -> bool:
    try:
        return bool(normalise(phrase))
    except UnknownPhrase:
        return False


def _unplannable(seed: SeedConcept, able: RendererCapabilities) -> str | None:
    """Why each of the first graphs is rejected."""
    if read_concept(seed.concept).match is None:
        return f"{seed.concept!r} is no scene that is known{_or(seed.concept, 'scenes')}"
    planner, why = RulePlanner(able), None
    for index in range(seed.first, seed.first + min(seed.count, TRIED)):
        outcome = planner.plan_now(seed, index)
        if not isinstance(outcome, Rejection) or outcome.gate != "concept":
            return None
        why = outcome.detail
    return why


def _or(word: str, kind: str) -> str:
    alike = nearest(word, kind)
    return f"; nearest: {', '.join(alike)}" if alike else f"; skg knowledge {kind} lists what there is"
