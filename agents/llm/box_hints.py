"""Boxes that a model suggests, as hints for the solver; their faults are counted by kind.

In: a job, the chosen objects, their relations.  Out: a box or None for each object, and the faults found.
Never rejects: an answer that cannot be parsed gives no hints.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from agents.image_prompts import phrase_of
from agents.llm.answer_forms import Boxes, Placed
from agents.llm.planning_job import Job
from schemas.graph import GraphObject, Relation
from schemas.llm.prompts import PromptInput
from schemas.llm.structured_answers import Unanswered, accept
from spatial.layout.layout_faults import faults

UNREADABLE, UNKNOWN_OBJECT = "unreadable", "unknown_object"
"""Kinds of fault besides those of `spatial.layout`: an answer that cannot be parsed, a box for an unknown object."""


@dataclass(frozen=True)
class Hints:
    """`boxes` as received, a box or None for each object; None instead where the answer could not be parsed."""

    boxes: tuple[Sequence[float] | None, ...] | None
    kinds: Counter[str]


async def hints_for(
    job: Job, objects: Sequence[GraphObject], relations: Sequence[Relation], canvas: tuple[int, int]
) -> Hints:
    """The model's boxes, by a request of their own. Raises RetryableError and PermanentError."""
    given = {
        "canvas": list(canvas),
        "objects": [{"number": item.id, "is": phrase_of(item)} for item in objects],
        "relations": [[r.subject, r.predicate, r.object, *r.others] for r in relations],
    }
    try:
        words = {"object": range(len(objects))}
        answer = await job.ask(PromptInput("layout", given, job.seed_for("boxes", job.index), words), Boxes, accept)
    except Unanswered:
        return _counted(job, Hints(None, Counter((UNREADABLE,))))
    return _counted(job, _read(answer.boxes, objects, relations, canvas))


def hints_in(
    job: Job,
    placed: Sequence[Placed],
    objects: Sequence[GraphObject],
    relations: Sequence[Relation],
    canvas: tuple[int, int],
) -> Hints:
    """The boxes that came with the relations; without any there are no hints."""
    if not placed:
        return _counted(job, Hints(None, Counter((UNREADABLE,))))
    return _counted(job, _read(placed, objects, relations, canvas))


def _counted(job: Job, hints: Hints) -> Hints:
    for kind, count in hints.kinds.items():
        for _ in range(count):
            job.tools.counts.hint_fault(kind)
    return hints


def _read(
    boxed: Sequence[Placed], objects: Sequence[GraphObject], relations: Sequence[Relation], canvas: tuple[int, int]
) -> Hints:
    boxes: list[Sequence[float] | None] = [None] * len(objects)
    kinds: Counter[str] = Counter()
    for placed in boxed:
        if 0 <= placed.object < len(objects):
            boxes[placed.object] = placed.box
        else:
            kinds[UNKNOWN_OBJECT] += 1
    found = faults([item.category for item in objects], relations, canvas, boxes)
    kinds.update(fault.kind for fault in found)
    return Hints(tuple(boxes), kinds)
