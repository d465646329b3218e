"""Boxes that a model suggests: faults counted by kind, handed on to the solver as hints.

In: a job, the chosen objects, their relations.  Out: a box or None for each object, and the faults that were found.
Never rejects: a hint that cannot even be read is no hint.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from agents.image_prompts import phrase_of
from agents.llm.answer_forms import Boxes
from agents.llm.planning_job import Job
from schemas.graph import GraphObject, Relation
from schemas.llm.prompts import PromptInput
from schemas.llm.structured_answers import Unanswered, accept
from spatial.layout.layout_faults import faults

UNREADABLE, UNKNOWN_OBJECT = "unreadable", "unknown_object"
"""Kinds of fault besides those of `spatial.layout`: no answer of the form, a box for an object that is not there."""


@dataclass(frozen=True)
class Hints:
    """`boxes` as they came, a box or None for each object; None in place of all where nothing could be read."""

    boxes: tuple[Sequence[float] | None, ...] | None
    kinds: Counter[str]


async def hints_for(
    job: Job, objects: Sequence[GraphObject], relations: Sequence[Relation], canvas: tuple[int, int]
) -> Hints:
    """The model's boxes. Raises RetryableError and PermanentError."""
    given = {
        "canvas": list(canvas),
        "objects": [{"number": item.id, "is": phrase_of(item)} for item in objects],
        "relations": [[r.subject, r.predicate, r.object] for r in relations],
    }
    try:
        words = {"object": range(len(objects))}
        answer = await job.ask(PromptInput("layout", given, job.chance("boxes", job.index), words), Boxes, accept)
    except Unanswered:
        hints = Hints(None, Counter((UNREADABLE,)))
    else:
        hints = _read(answer, objects, relations, canvas)
    for kind, count in hints.kinds.items():
        for _ in range(count):
            job.tools.counts.hint_fault(kind)
    return hints


def _read(answer: Boxes, objects: Sequence[GraphObject], relations: Sequence[Relation], canvas: tuple[int, int]) -> Hints:
    boxes: list[Sequence[float] | None] = [None] * len(objects)
    kinds: Counter[str] = Counter()
    for placed in answer.boxes:
        if 0 <= placed.object < len(objects):
            boxes[placed.object] = placed.box
        else:
            kinds[UNKNOWN_OBJECT] += 1
    found = faults([item.category for item in objects], relations, canvas, boxes)
    kinds.update(fault.kind for fault in found)
    return Hints(tuple(boxes), kinds)
