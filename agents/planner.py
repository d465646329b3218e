"""The rule-based planner: a seed becomes a graph with a solved layout, or a rejection with its reason.

In: a seed and an index.  Out: a SpatialGraph or a Rejection; deterministic.
Needs no network, no key and no GPU; its knowledge is `spatial.knowledge`.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random

from agents.concepts.concept_reading import ConceptReading, read_concept
from agents.concepts.named_requirements import as_drawn, named_objects, with_named_requirements
from agents.drafting import Drafted, Task, draft
from agents.image_prompts import prompt_of
from agents.orientation import turn_subjects
from agents.placing import Arranged, Statement, arrange_for
from agents.rejections import RequestRejected, rejection
from agents.requirements import refuse_unshown
from agents.user_graphs import UserGraph, read_graph
from schemas.bounds import MAX_NOTE_CHARS
from schemas.events import Rejection, SeedConcept
from schemas.graph import UNDERSTOOD_NOTE, GraphObject, Layout, Provenance, SpatialGraph
from schemas.ids import derived_seed, with_graph_id
from spatial.knowledge.knowledge_base import NEAREST_THRESHOLD, SceneMatch, find_scene, scene_kinds
from spatial.knowledge.renderer_capabilities import RendererCapabilities
from spatial.layout import NoLayout, Unsatisfiable
from spatial.questions.certain_facts import MIN_SIDE
from spatial.reasoning.draft import Draft

PRODUCER = "rule-planner"
VERSION = "1"

ATTEMPTS = 4
"""Drafts tried for one graph before it is rejected: nearly all first ones can be laid out."""

MOST_SMALL = 0.2
"""Largest share of things too small to be asked about in a good layout."""

LEAST_LARGEST = 0.17
"""Least extent of the largest thing in a good layout, share of the picture's: else a hall is empty but for toys."""


@dataclass(frozen=True)
class _Plan:
    """The parts of a graph."""

    draft: Draft
    objects: tuple[GraphObject, ...]
    excluded: tuple[str, ...]
    arranged: Arranged
    notes: Mapping[str, str]
    conditions: tuple[str, ...] = ()


class RulePlanner:
    """Plans for one renderer. Implements `schemas.interfaces.Planner`."""

    def __init__(self, capabilities: RendererCapabilities) -> None:
        self._capabilities = capabilities

    async def plan(self, seed: SeedConcept, index: int) -> SpatialGraph | Rejection:
        """The graph number `index` of a seed. The work runs in a thread, outside the event loop."""
        return await asyncio.to_thread(self.plan_now, seed, index)

    def plan_now(self, seed: SeedConcept, index: int) -> SpatialGraph | Rejection:
        """The same, synchronously."""
        try:
            plan = (
                _from_options(seed, index, self._capabilities)
                if seed.options.graph is None
                else _from_user_graph(seed, index, self._capabilities)
            )
        except RequestRejected as rejected:
            return rejection(seed, index, rejected)
        return _graph(seed, index, plan)


def _from_options(seed: SeedConcept, index: int, capabilities: RendererCapabilities) -> _Plan:
    """Draft and lay out; retry with another draft when one cannot be laid out, or only with things that are too small."""
    reading = as_drawn(read_concept(seed.concept), capabilities)
    match = _scene_for(reading, seed.concept)
    refuse_unshown(match.scene, capabilities)
    asked = seed.model_copy(update={"options": with_named_requirements(seed.options, reading, capabilities)})
    first = Task(asked, index, match.scene, capabilities, 0, named_objects(reading))
    attempt, drafted, arranged = _best_attempt(first)
    notes = _notes(match, attempt)
    if reading.things or reading.absent:
        notes["concept"] = str(reading)[:MAX_NOTE_CHARS]
    return _Plan(drafted.draft, _objects(drafted), drafted.excluded, arranged, notes, reading.conditions)


def _best_attempt(first: Task) -> tuple[int, Drafted, Arranged]:
    """The first attempt whose things are large enough, else the first that can be laid out; raises where none can be."""
    found: tuple[int, Drafted, Arranged] | None = None
    for attempt in range(ATTEMPTS):
        drafted = draft(replace(first, attempt=attempt))
        stated = Statement(drafted.draft, drafted.attributes, on_ground=True)
        try:
            arranged = _arranged(
                stated, derived_seed("layout", first.seed.seed_id, first.index, attempt), first.capabilities
            )
        except RequestRejected as rejected:
            if found is None and (attempt + 1 == ATTEMPTS or _is_required(drafted, rejected)):
                raise
            continue
        if not _too_small(arranged.layout):
            return attempt, drafted, arranged
        found = found or (attempt, drafted, arranged)
    assert found is not None
    return found


def _too_small(layout: Layout) -> bool:
    """Whether so many things, or all of them, are so small that another draft is worth trying."""
    if max(max(width, height) for _, _, width, height in layout.boxes) < LEAST_LARGEST * max(layout.canvas):
        return True
    small = sum(min(width, height) < MIN_SIDE for _, _, width, height in layout.boxes)
    return small > MOST_SMALL * len(layout.boxes)


def _from_user_graph(seed: SeedConcept, index: int, capabilities: RendererCapabilities) -> _Plan:
    """A user's graph with a layout: only the boxes differ from index to index."""
    form = seed.options.graph
    assert form is not None
    user_graph = read_graph(form, capabilities)
    scene, notes = _scene_of(user_graph)
    stated = Draft(tuple(item.category for item in user_graph.objects), user_graph.relations, scene)
    words = [item.attributes for item in user_graph.objects]
    sides = turn_subjects(stated.objects, stated.relations, words.__getitem__, Random(index))[1]
    placed = replace(stated, relations=(*stated.relations, *sides))
    arranged = _arranged(Statement(placed, words), derived_seed("layout", seed.seed_id, index, 0), capabilities)
    if user_graph.undrawn:
        notes["not_drawn"] = ", ".join(user_graph.undrawn)[:MAX_NOTE_CHARS]
    return _Plan(stated, user_graph.objects, user_graph.excluded, arranged, notes)


def _scene_for(reading: ConceptReading, concept: str) -> SceneMatch:
    if reading.match is None:
        raise RequestRejected(
            "concept",
            "unknown_concept",
            f"{concept!r} is no scene of the knowledge base, nor near one by its words",
            evidence={"threshold": NEAREST_THRESHOLD},
        )
    return reading.match


def _scene_of(user_graph: UserGraph) -> tuple[str, dict[str, str]]:
    """A user's scene, the nearest by words, or the one with most of the objects; the notes say which."""
    notes = {"user_graph": "taken as it is", UNDERSTOOD_NOTE: "graph"}
    match = find_scene(user_graph.scene)
    if match is not None:
        return match.scene, _notes(match, 0) | notes
    names = [item.category for item in user_graph.objects]
    shares = {kind.name: sum(n in kind.categories for n in names) / len(names) for kind in scene_kinds().values()}
    scene = max(shares, key=lambda name: shares[name])
    if shares[scene] == 0:
        raise RequestRejected(
            "concept", "unknown_concept", f"{user_graph.scene!r} is not known, nor a scene where its things belong"
        )
    return scene, notes | {"scene": f"{user_graph.scene!r} is not known; {scene} has {shares[scene]:.0%} of its things"}


def _arranged(statement: Statement, seed: int, capabilities: RendererCapabilities) -> Arranged:
    """Places for a draft. Raises RequestRejected with the proof, or with the limit that was reached."""
    stated = statement.draft
    try:
        found = arrange_for(capabilities, statement, seed)
    except NoLayout as error:
        raise RequestRejected("layout", "no_layout", str(error), evidence={"objects": list(stated.objects)}) from error
    if isinstance(found, Unsatisfiable):
        raise RequestRejected(
            "layout",
            "unsatisfiable",
            "no layout satisfies these relations together",
            [stated.relations[i] for i in found.indices],
            {"objects": list(stated.objects), "indices": list(found.indices)},
        )
    return found


def _is_required(drafted: Drafted, rejected: RequestRejected) -> bool:
    """Whether only required relations conflict, so that another draft would not help."""
    required = drafted.draft.relations[: drafted.required]
    return bool(rejected.conflict) and all(relation in required for relation in rejected.conflict)


def _objects(drafted: Drafted) -> tuple[GraphObject, ...]:
    pairs = zip(drafted.draft.objects, drafted.attributes, strict=True)
    return tuple(GraphObject(id=i, category=name, attributes=words) for i, (name, words) in enumerate(pairs))


def _notes(match: SceneMatch, attempt: int) -> dict[str, str]:
    how = "named" if match.exact else f"nearest by words, score {match.score:.3f} (threshold {NEAREST_THRESHOLD})"
    understood = "named" if match.exact else "nearest"
    return {"scene": f"{match.scene}: {how}", "attempt": str(attempt), UNDERSTOOD_NOTE: understood}


def _graph(seed: SeedConcept, index: int, plan: _Plan) -> SpatialGraph:
    scene = plan.draft.scene
    assert scene is not None
    return with_graph_id(
        {
            "seed_id": seed.seed_id,
            "index": index,
            "concept": seed.concept,
            "scene": scene,
            "objects": plan.objects,
            "relations": plan.draft.relations,
            "excluded": plan.excluded,
            "layout": plan.arranged.layout,
            "world": plan.arranged.world,
            "prompt": prompt_of(scene_kinds()[scene], plan.objects, plan.draft.relations, plan.excluded, plan.conditions),
            "provenance": Provenance(producer=PRODUCER, version=VERSION, parents=(seed.seed_id,), notes=dict(plan.notes)),
        }
    )
