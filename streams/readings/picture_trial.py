"""What becomes of a concept's first graphs, tried before it is sent: planned, drawn and compared with their graphs.

In: a seed, and a renderer that is quick and knows what it drew.  Out: why no picture would pass, and the nearest words of
which one does.
Stores nothing, and judges nothing that only a dataset tells, as duplicates.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

from agents.concepts.concept_reading import ConceptReading, read_concept
from agents.concepts.seed_check import check_seed
from agents.image_prompts import with_article
from agents.planner import RulePlanner
from gpu_workers.graph_check import compare
from gpu_workers.renderers import RENDERERS
from schemas.errors import UserError
from schemas.events import Rejection, SeedConcept
from schemas.graph import SpatialGraph
from schemas.ids import derived_seed
from schemas.interfaces import Renderer
from spatial.knowledge.knowledge_base import categories
from spatial.knowledge.renderer_capabilities import RendererCapabilities
from spatial.questions.wording.lexicon import plural
from streams.operations.seeds import SeedRequest, seeds_of
from streams.settings import RenderSettings

GRAPHS = 3
"""Graphs of a seed that are tried: about 0.1 s each."""

NEAREST_TRIED = 6
"""Other words that are tried for those of which no picture passes."""

NEXT_TO = "next to"

HIDDEN = "not visible enough"
"""A reason after which things are listed."""

_DRAWING = Lock()
"""A renderer draws one batch at a time; a gallery reads the concepts of several people at once."""


@dataclass(frozen=True)
class Outcome:
    """`fault`: why none of the pictures would pass, with words near to these that work.  `note`: why some would not."""

    fault: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class PictureTrial:
    """Tries concepts that rules plan, on one renderer."""

    renderer: Renderer
    capabilities: RendererCapabilities

    def outcome(self, seed: SeedConcept) -> Outcome:
        """What becomes of the first pictures."""
        found = self._rejections(seed)
        why = Counter(each for each in found if each is not None).most_common(1)
        if not why:
            return Outcome()
        rejected = f"would be rejected: {_counted_names(why[0][0])}"
        if None in found:
            return Outcome(note=f"of the first {len(found)} pictures {len(found) - found.count(None)} {rejected}")
        tried = "the only picture" if len(found) == 1 else f"each of the first {len(found)} pictures"
        near = self._nearest(seed)
        works = "" if near is None else f"; the nearest that works: {near!r}"
        return Outcome(fault=f"{tried} {rejected}{works}")

    def _rejections(self, seed: SeedConcept) -> list[str | None]:
        """Of each graph why it would be rejected, None where its picture obeys it."""
        planner = RulePlanner(self.capabilities)
        planned = [planner.plan_now(seed, index) for index in range(seed.first, seed.first + min(seed.count, GRAPHS))]
        return [each.detail if isinstance(each, Rejection) else self._fault_of_picture(each) for each in planned]

    def _fault_of_picture(self, graph: SpatialGraph) -> str | None:
        with _DRAWING:
            (drawing,) = self.renderer.render([graph], [derived_seed("render", graph.graph_id, graph.attempt)])
        if drawing.truth is None:
            return None
        finding = compare(graph, drawing.truth, (drawing.width, drawing.height))
        return None if finding is None else finding.detail

    def _nearest(self, seed: SeedConcept) -> str | None:
        for count, concept in enumerate(_alternatives(read_concept(seed.concept))):
            if count == NEAREST_TRIED:
                return None
            (other,) = seeds_of(SeedRequest.model_validate({"concept": concept, "count": GRAPHS}))
            if check_seed(other, self.capabilities, by_model=False).fault is None and None in self._rejections(other):
                return concept
        return None


def _counted_names(detail: str) -> str:
    """A reason that lists the things that are hidden, with their number: `2 apples` for `apple, apple`."""
    said, colon, listed = detail.partition(": ")
    if said != HIDDEN:
        return detail
    counts = Counter(listed.split(", "))
    names = [name if count == 1 else f"{count} {plural(name)}" for name, count in counts.items()]
    return said + colon + ", ".join(names)


@lru_cache(maxsize=1)
def trial_for(renderer: str, capabilities: RendererCapabilities) -> PictureTrial | None:
    """The trial on a renderer; None for one that is slow or does not know what it drew, or that cannot draw here."""
    spec = RENDERERS.get(renderer)
    if spec is None or spec.is_slow or not spec.knows_truth:
        return None
    settings = RenderSettings()
    try:
        return PictureTrial(spec.make({name: getattr(settings, name) for name in spec.settings}), capabilities)
    except UserError:
        return None


def _alternatives(reading: ConceptReading) -> Iterator[str]:
    """Words that say less: fewer things, then another relation, then none."""
    counts = [thing.count for thing in reading.things]
    for number, most in enumerate(counts):
        for fewer in range(most - 1, 0, -1):
            yield _said(reading, [*counts[:number], fewer, *counts[number + 1 :]])
    if reading.relations:
        yield _said(reading, counts, NEXT_TO)
        yield _said(reading, counts, None)


def _said(reading: ConceptReading, counts: list[int], phrase: str | None = "") -> str:
    """A concept of a reading's first relation and its other things. `phrase`: instead of the relation's own."""
    named = [_counted(reading, number, count) for number, count in enumerate(counts)]
    related = next((each for each in reading.relations if each.object is not None), None)
    if related is None or related.object is None or phrase is None:
        return " and ".join(named)
    first = f"{named[related.subject]} {phrase or related.phrase} {named[related.object]}"
    others = [text for number, text in enumerate(named) if number not in (related.subject, related.object)]
    return ", and ".join([first, *others])


def _counted(reading: ConceptReading, number: int, count: int) -> str:
    thing = reading.things[number]
    category = categories()[thing.category]
    said = " ".join([*thing.attributes, category.name if count == 1 else category.plural])
    return with_article(said) if count == 1 else f"{count} {said}"
