"""The planner with a language model: the model proposes, everything is checked, the solver places.

In: a seed and an index.  Out: a SpatialGraph whose layout was verified, or a Rejection with its reason, the proof where
there is one, and the key of the raw answers.  The same for the same seed as long as the answers are kept.
User-made graphs need no model and go to the planner by rules.
"""

import asyncio
import json
import os
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from math import isfinite

from agents.image_prompts import prompt_of
from agents.llm.box_hints import Hints, hints_for
from agents.llm.object_choice import Chosen
from agents.llm.planning_job import PROMPTS, Job, Tools
from agents.llm.planning_stages import objects_of, place_for, set_for
from agents.llm.relation_completion import Edges, unsatisfiable
from agents.llm.scene_offer import Place
from agents.planner import CANVAS, RulePlanner
from agents.rejections import RequestRejected, rejection
from schemas.events import Rejection, SeedConcept
from schemas.graph import GraphObject, Layout, Provenance, SpatialGraph
from schemas.ids import content_id, with_graph_id
from schemas.interfaces import ObjectStore, StoredObject
from schemas.llm.contract import Counts, Fault, LanguageModel, ledger
from schemas.llm.structured_answers import Unanswered
from spatial.knowledge.renderer_capabilities import RendererCapabilities
from spatial.layout import NoLayout, Unsatisfiable, solve
from spatial.reasoning.draft import Draft

PRODUCER = "language-planner"
VERSION = "1"
REJECTED = "language/rejected/"
"""Where the raw answers of a rejection are kept in the object store."""


@dataclass(frozen=True)
class _Plan:
    """What becomes a graph."""

    place: Place
    chosen: Chosen
    objects: tuple[GraphObject, ...]
    edges: Edges
    hints: Hints
    layout: Layout


class LanguagePlanner:
    """Plans for one renderer. Implements `schemas.interfaces.Planner`."""

    def __init__(
        self, model: LanguageModel, able: RendererCapabilities, store: ObjectStore, counts: Counts, temperature: float
    ) -> None:
        self._tools = Tools(model, counts, able, temperature)
        self._store = store
        self._rules = RulePlanner(able)
        self._placing = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="placing")

    async def plan(self, seed: SeedConcept, index: int) -> SpatialGraph | Rejection:
        """The graph number `index` of a seed. Raises RetryableError while the model or the store is out of reach, and
        PermanentError."""
        if seed.options.graph is not None:
            return await self._rules.plan(seed, index)
        job = Job(seed, index, self._tools)
        try:
            plan = await _planned(job, self._placing)
        except Unanswered as failure:
            return rejection(seed, index, await self._explained(job, failure))
        except RequestRejected as unmet:
            unmet.evidence["ledger"] = ledger(job.replies)
            return rejection(seed, index, unmet)
        return _graph(job, plan)

    async def _explained(self, job: Job, failure: Unanswered) -> RequestRejected:
        """Why there is no graph, with the raw answers kept under a key of their content."""
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
            "ledger": ledger(job.replies),
        }
        return RequestRejected(fault.gate, fault.reason, str(failure), fault.conflict, evidence)


async def _planned(job: Job, placing: Executor) -> _Plan:
    """All stages. Placing is work, so it has threads of its own and holds up no look-up in the store."""
    place = await place_for(job)
    objects = await objects_of(job, place)
    chosen = await set_for(job, place, objects)
    pairs = zip(chosen.names, chosen.attributes, strict=True)
    things = tuple(GraphObject(id=i, category=name, attributes=words) for i, (name, words) in enumerate(pairs))
    edges = Edges(job, place, chosen)
    talk = edges.talk()
    while True:
        await job.hear(talk, edges.check)
        hints = await hints_for(job, things, edges.relations, CANVAS)
        found = await asyncio.get_running_loop().run_in_executor(placing, _laid_out, job, edges, hints)
        if isinstance(found, Layout):
            return _Plan(place, chosen, things, edges, hints, found)
        talk.show(found)


def _laid_out(job: Job, edges: Edges, hints: Hints) -> Layout | Fault:
    """Boxes that hold every relation, near the hints where they can; or what is wrong with the relations."""
    kind = edges.place.kind
    stated = Draft(edges.chosen.names, edges.relations, None if kind is None else kind.name)
    try:
        found = solve(stated, CANVAS, job.chance("layout", job.index), hints.boxes)
    except NoLayout as error:
        return Fault(f"{error}; state fewer relations", "layout", "no_layout", (), {"objects": list(stated.objects)})
    return unsatisfiable(edges, found.indices) if isinstance(found, Unsatisfiable) else found


def _graph(job: Job, plan: _Plan) -> SpatialGraph:
    """The graph. What it cost is added when it has its id: seconds differ from run to run, the graph does not."""
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
            "layout": plan.layout,
            "prompt": prompt_of(scene, plan.objects, plan.edges.relations, plan.chosen.absent),
            "provenance": Provenance(producer=PRODUCER, version=VERSION, parents=(seed.seed_id,), notes=_notes(job, plan)),
        }
    )
    notes = {**graph.provenance.notes, "ledger": ledger(job.replies)}
    return graph.model_copy(update={"provenance": graph.provenance.model_copy(update={"notes": notes})})


def _notes(job: Job, plan: _Plan) -> dict[str, str]:
    """Where the graph came from."""
    kinds = plan.hints.kinds
    notes = {
        "model": job.tools.model.name,
        "prompts": " ".join(prompt.name for prompt in PROMPTS.values()),
        "hints": _said_of_hints(plan),
    }
    if kinds:
        notes["hint_faults"] = json.dumps(dict(sorted(kinds.items())))
    if plan.chosen.undrawn:
        notes["not_drawn"] = ", ".join(plan.chosen.undrawn)
    return notes


def _said_of_hints(plan: _Plan) -> str:
    if plan.hints.boxes is None:
        return "none"
    pairs = zip(plan.hints.boxes, plan.layout.boxes, strict=True)
    kept = [hint is not None and [round(v) for v in hint] == list(box) for hint, box in pairs if _is_finite(hint)]
    return "kept" if len(kept) == len(plan.objects) and all(kept) else f"{sum(kept)} of {len(plan.objects)} boxes kept"


def _is_finite(hint: Sequence[float] | None) -> bool:
    return hint is not None and all(isfinite(v) for v in hint)
