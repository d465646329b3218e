"""The commands of `skg spatial`: one JSON object in, one JSON object out.

In: a request from `json.loads`; `spatial.commands.value_parsing` and `spatial.commands.graph_parsing` parse it.
Out: the result, JSON values. Does not read or write lines.  Malformed input raises ValueError with a message for
people; a contradictory graph and a faulty layout are results.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.graph import Relation
from schemas.predicate_names import ends
from spatial.commands import graph_parsing, value_parsing
from spatial.commands.graph_parsing import Statement
from spatial.commands.value_parsing import RawBox, Request
from spatial.reasoning.conflicts import conflict_among
from spatial.reasoning.draft import Draft
from spatial.relations.boxes import Canvas, Rect, check_box
from spatial.relations.phrases import normalise as normalise_phrase
from spatial.relations.predicate_table import PREDICATES
from spatial.relations.relation_truth import members, relation_holds
from spatial.relations.relation_truth import relate as relate_boxes

Result = dict[str, Any]


def normalise(request: Request) -> Result:
    """`{"phrase"}` → `{"predicates"}`."""
    return {
        "predicates": list(
            normalise_phrase(value_parsing.as_text(value_parsing.required_field(request, "phrase"), "phrase"))
        )
    }


def relate(request: Request) -> Result:
    """`{"a", "b", "canvas", "depth_a", "depth_b"}` → `{"holds": {predicate: margin}}`."""
    a, b = (value_parsing.box(value_parsing.required_field(request, name), name) for name in ("a", "b"))
    nearness = [value_parsing.depth(request.get(name), name) for name in ("depth_a", "depth_b")]
    return {"holds": relate_boxes(a, b, value_parsing.canvas(request), nearness[0], nearness[1])}


def check(request: Request) -> Result:
    """`{"objects", "relations", "canvas", "boxes", "depth"}` → `{"consistent", "conflict", "violated", "faults"}`."""
    names = graph_parsing.names(request)
    statements = graph_parsing.statements(request, len(names))
    conflict = conflict_among(len(names), statements)
    boxes = value_parsing.raw_boxes(request, "boxes", len(names))
    depths = value_parsing.depths(request, len(names))
    size = value_parsing.canvas(request) if boxes is not None else (1.0, 1.0)
    checker = _ViolationChecker(boxes, depths, size, len(names))
    return {
        "consistent": conflict is None,
        "conflict": list(conflict.indices) if conflict else [],
        "violated": [k for k, statement in enumerate(statements) if checker.violates(statement)],
        "faults": [] if boxes is None else _faults(names, statements, size, boxes, depths),
    }


class _ViolationChecker:
    """Finds violated statements by the truth rules, where boxes and depths are known."""

    def __init__(self, boxes: Sequence[RawBox] | None, depths: Sequence[float | None], size: Canvas, count: int) -> None:
        self._boxes = [_valid_box(box) for box in boxes] if boxes is not None else [None] * count
        self._depths = depths
        self._size = size

    def violates(self, statement: Statement) -> bool:
        """Whether any relation of the statement is known to be false."""
        return any(self._is_false(relation) for relation in statement)

    def _is_false(self, relation: Relation) -> bool:
        i, j, count = relation.subject, relation.object, len(self._boxes)
        if i in members(relation) or any(end >= count for end in ends(relation)):
            return False
        if j is not None and PREDICATES[relation.predicate].family == "depth":
            near, far = self._depths[i], self._depths[j]
            if near is None or far is None:
                return False
            return not (near < far if relation.predicate == "in_front_of" else far < near)
        there = {end: _Body(box) for end in ends(relation) if (box := self._boxes[end]) is not None}
        return len(there) == len(set(ends(relation))) and not relation_holds(relation, there, self._size)


@dataclass(frozen=True)
class _Body:
    """A box of which the depth does not matter."""

    box: Rect
    depth: float | None = None
    attributes: tuple[str, ...] | None = None


def _valid_box(box: RawBox) -> Rect | None:
    """The box if it is valid, else None."""
    try:
        if box is not None:
            check_box(box)
            return box[0], box[1], box[2], box[3]
    except ValueError:
        pass
    return None


def _faults(
    names: Sequence[str],
    statements: Sequence[Statement],
    size: Canvas,
    boxes: Sequence[RawBox],
    depths: Sequence[float | None],
) -> list[Result]:
    from spatial.layout.layout_faults import faults  # the package brings the solver, which takes a second to load

    unknown = {i for i, depth in enumerate(depths) if depth is None}
    judged = [r for statement in statements for r in statement
              if PREDICATES[r.predicate].family != "depth" or not {r.subject, r.object} & unknown]  # fmt: skip
    found = faults(names, judged, size, boxes, [0.0 if depth is None else depth for depth in depths])
    return [{"kind": fault.kind, "objects": list(fault.objects)} for fault in found]


def solve(request: Request) -> Result:
    """As `check`, with `seed` and `hints` → `{"boxes", "depth"}` or `{"unsatisfiable": [index of relation, …]}`."""
    from spatial.layout import Unsatisfiable
    from spatial.layout import solve as solve_draft

    names = graph_parsing.names(request)
    statements = graph_parsing.statements(request, len(names))
    size, seed = value_parsing.layout_pixels(request), value_parsing.seed(request)
    hints = value_parsing.raw_boxes(request, "hints", len(names))
    conflict = conflict_among(len(names), statements)
    if conflict is not None:
        return {"unsatisfiable": list(conflict.indices)}
    origin = [k for k, statement in enumerate(statements) for _ in statement]
    draft = Draft(names, tuple(r for statement in statements for r in statement), _scene_name(request))
    found = solve_draft(draft, size, seed, hints)
    if isinstance(found, Unsatisfiable):
        return {"unsatisfiable": sorted({origin[index] for index in found.indices})}
    return {"boxes": [list(box) for box in found.boxes], "depth": list(found.depth)}


def _scene_name(request: Request) -> str | None:
    from spatial.knowledge.knowledge_base import scene_kinds

    if request.get("scene") is None:
        return None
    name = value_parsing.as_text(request["scene"], "scene")
    if name not in scene_kinds():
        raise ValueError(f"{name!r} is no scene that is known")
    return name


def ask(request: Request) -> Result:
    """A scene with `seed` → `{"questions": […]}`, each as in the dataset's columns."""
    from spatial.questions import ask as ask_scene

    seed = value_parsing.seed(request)
    return {"questions": [question.model_dump(mode="json") for question in ask_scene(graph_parsing.scene(request), seed)]}


def verify(request: Request) -> Result:
    """A scene with `question`, optional `choices`, of a description its `answer` → `{"answer", "entailed"}`.

    `shows`: the numbers of the pictures of a question about two, 0 the scene's own.
    """
    from spatial.verify import verify as verify_question

    question = value_parsing.as_text(value_parsing.required_field(request, "question"), "question")
    choices = [value_parsing.as_text(c, "choices") for c in value_parsing.optional_list(request, "choices")]
    said = None if request.get("answer") is None else value_parsing.as_text(request["answer"], "answer")
    shown = [value_parsing.as_int(number, "shows") for number in value_parsing.optional_list(request, "shows")]
    verdict = verify_question(question, choices or None, graph_parsing.scene(request), said, shown)
    return {"answer": verdict.answer, "entailed": verdict.entailed}


COMMANDS: Mapping[str, Callable[[Request], Result]] = {
    "normalise": normalise,
    "relate": relate,
    "check": check,
    "solve": solve,
    "ask": ask,
    "verify": verify,
}
