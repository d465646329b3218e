"""The planner with a language model: the model proposes, every answer is checked, the solver places.

In: a seed and an index.  Out: a SpatialGraph with a verified layout, or a Rejection with its reason, the proof where
there is one, and the key of the raw answers.  The same for the same seed while the answers stay cached.
User-made graphs need no model and go to the rule-based planner.
"""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from math import isfinite
from typing import TypeVar

from agents.image_prompts import prompt_of
from agents.llm.answer_forms import PlacedTriples, Triples
from agents.llm.box_hints import Hints, hints_for, hints_in
from agents.llm.object_choice import ChosenObjects
from agents.llm.planning_job import Job, Tools
from agents.llm.planning_stages import choose_objects, choose_scene, propose_objects
from agents.llm.relation_completion import Edges, unsatisfiable
from agents.llm.scene_offer import Place
from agents.placing import CANVAS, Arranged, Statement, arrange_for
from agents.planner import RulePlanner
from agents.rejections import RequestRejected, rejection
from schemas.events import Rejection, SeedConcept
from schemas.graph import UNDERSTOOD_NOTE, GraphObject, Provenance, SpatialGraph
from schemas.ids import content_id, with_graph_id
from schemas.interfaces import ObjectStore, StoredObject
from schemas.llm.contract import Fault, ledger
from schemas.llm.structured_answers import Conversation, Unanswered
from spatial.layout import NoLayout, Unsatisfiable
from spatial.reasoning.draft import Draft

PRODUCER = "language-planner"
VERSION = "1"
UNUSABLE = "bad_answer"
"""The reason of a fault in the form of an answer, not in what it states of a picture."""

Form = TypeVar("Form", bound=Triples)

REJECTED = "language/rejected/"
"""Where the raw answers of a rejection are kept in the object store."""


@dataclass(frozen=True)
class _Plan:
    """The parts of a graph."""

    place: Place
    chosen: ChosenObjects
    objects: tuple[GraphObject, ...]
    edges: Edges
    hints: Hints
    arranged: Arranged


class LanguagePlanner:
    """Plans for one renderer. Implements `schemas.interfaces.Planner`."""

    def __init__(self, tools: Tools, store: ObjectStore) -> None:
        self._tools, self._store = tools, store
        self._rules = RulePlanner(tools.capabilities)
        self._placing = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="placing")

    async def plan(self, seed: SeedConcept, index: int) -> SpatialGraph | Rejection:
        """The graph number `index` of a seed. Raises RetryableError while the model or the store is unreachable, and
        PermanentError."""
        if seed.options.graph is not None:
            return await self._rules.plan(seed, index)
        job = Job(seed, index, self._tools)
        try:
            plan = await _run_stages(job, self._placing)
        except Unanswered as failure:
            return rejection(seed, index, await self._rejection_cause(job, failure))
        except RequestRejected as rejected:
            rejected.evidence["ledger"] = ledger(job.replies)
            return rejection(seed, index, rejected)
        return _graph(job, plan)

    async def _rejection_cause(self, job: Job, failure: Unanswered) -> RequestRejected:
        """The cause of the rejection; the raw answers are stored under a key of their content."""
        request, fault = failure.request, failure.fault
        raw = json.dumps(
            {
                "stage": request.stage,
                "prompt": request.prompt,
                "turns": [[turn.role, turn.text] for turn in request.turns],
                "answers": [reply.text for reply in failure.replies],
                "fault": fault.text,
            }
        )
        name = content_id("rejected answer", raw)
        key = f"{REJECTED}{name[:2]}/{name}.json"
        await asyncio.to_thread(self._store.put_if_absent, key, StoredObject(raw.encode(), "application/json"))
        evidence = {
            **fault.evidence,
            "language_stage": request.stage,
            "model": self._tools.model.name,
            "raw_answer": key,
            "rounds": len(failure.replies),
            "max_tokens": request.max_tokens,
            "ledger": ledger(job.replies),
        }
        return RequestRejected(fault.gate, fault.reason, str(failure), fault.conflict, evidence)


async def _run_stages(job: Job, placing: Executor) -> _Plan:
    """All stages. Layout is CPU work, so it runs on its own threads and does not delay store access.

    A model that does not manage relations and boxes by one request is asked for each.
    """
    place = await choose_scene(job)
    objects = await propose_objects(job, place)
    chosen = await choose_objects(job, place, objects)
    pairs = zip(chosen.names, chosen.attributes, strict=True)
    things = tuple(GraphObject(id=i, category=name, attributes=words) for i, (name, words) in enumerate(pairs))
    edges = Edges(job, place, chosen)

    async def arranged(talk: Conversation[Form], hints_of: Callable[[Form], Awaitable[Hints]]) -> _Plan:
        while True:
            hints = await hints_of(await job.await_answer(talk, edges.check))
            found = await asyncio.get_running_loop().run_in_executor(placing, _arranged, job, edges, hints)
            if isinstance(found, Arranged):
                return _Plan(place, chosen, things, edges, hints, found)
            talk.show(found)

    async def hints_with(answer: PlacedTriples) -> Hints:
        return hints_in(job, answer.boxes, things, edges.relations, CANVAS)

    async def hints_apart(_: Triples) -> Hints:
        return await hints_for(job, things, edges.relations, CANVAS)

    if job.tools.one_request:
        try:
            return await arranged(edges.talk_with_boxes(CANVAS), hints_with)
        except Unanswered as failure:
            if failure.fault.reason != UNUSABLE:
                raise
    return await arranged(edges.talk(), hints_apart)


def _arranged(job: Job, edges: Edges, hints: Hints) -> Arranged | Fault:
    """Places that satisfy every relation, near the hints where possible; or the fault of the relations."""
    kind = edges.place.kind
    stated = Draft(edges.chosen.names, edges.relations, None if kind is None else kind.name)
    statement = Statement(stated, edges.chosen.attributes, hints.boxes)
    try:
        found = arrange_for(job.tools.capabilities, statement, job.seed_for("layout", job.index))
    except NoLayout as error:
        return Fault(f"{error}; state fewer relations", "layout", "no_layout", (), {"objects": list(stated.objects)})
    return unsatisfiable(edges, found.indices) if isinstance(found, Unsatisfiable) else found


def _graph(job: Job, plan: _Plan) -> SpatialGraph:
    """The graph. Its costs are added after its id is computed: seconds differ from run to run, the graph does not."""
    seed, scene = job.seed, plan.place.kind or plan.place.name
    graph = with_graph_id(
        {
            "seed_id": seed.seed_id,
            "index": job.index,
            "concept": seed.concept,
            "scene": plan.place.name,
            "objects": plan.objects,
            "relations": plan.edges.relations,
            "excluded": plan.chosen.absent,
            "layout": plan.arranged.layout,
            "world": plan.arranged.world,
            "prompt": prompt_of(scene, plan.objects, plan.edges.relations, plan.chosen.absent),
            "provenance": Provenance(producer=PRODUCER, version=VERSION, parents=(seed.seed_id,), notes=_notes(job, plan)),
        }
    )
    notes = {**graph.provenance.notes, "ledger": ledger(job.replies)}
    return graph.model_copy(update={"provenance": graph.provenance.model_copy(update={"notes": notes})})


def _notes(job: Job, plan: _Plan) -> dict[str, str]:
    """The provenance notes of the graph."""
    kinds = plan.hints.kinds
    notes = {
        UNDERSTOOD_NOTE: "model",
        "model": job.tools.model.name,
        "prompts": " ".join(job.prompts),
        "hints": _hint_note(plan),
    }
    if kinds:
        notes["hint_faults"] = json.dumps(dict(sorted(kinds.items())))
    if plan.chosen.undrawn:
        notes["not_drawn"] = ", ".join(plan.chosen.undrawn)
    return notes


def _hint_note(plan: _Plan) -> str:
    if plan.hints.boxes is None:
        return "none"
    pairs = zip(plan.hints.boxes, plan.arranged.layout.boxes, strict=True)
    kept = [hint is not None and [round(v) for v in hint] == list(box) for hint, box in pairs if _is_finite(hint)]
    return "kept" if len(kept) == len(plan.objects) and all(kept) else f"{sum(kept)} of {len(plan.objects)} boxes kept"


def _is_finite(hint: Sequence[float] | None) -> bool:
    return hint is not None and all(isfinite(v) for v in hint)
