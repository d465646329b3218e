"""Box hints: kept where they are valid, repaired by moving as little as possible where they are not.

In: a draft, a problem, hints (a box or None for each object).  Out: candidates, the most faithful first.
Does not find faults (`spatial.layout.layout_faults`) and does not check the result.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from schemas.graph import Box, Layout
from schemas.predicate_names import ends
from spatial.layout.box_repair import fixed_to, repair
from spatial.layout.constraints.constraint_rules import rules_of_fact
from spatial.layout.constraints.encoding_context import EncodingContext
from spatial.layout.constraints.linear import Rule
from spatial.layout.constraints.placement_margins import LEVELS, Margins
from spatial.layout.layout_check import verify
from spatial.layout.layout_faults import Boxes, faults
from spatial.layout.object_sizes import base_sides, fit_to_carriers, pixel_size
from spatial.layout.perspective.depth_neighbours import pulled_together
from spatial.layout.perspective.ground_plane import ground_rules, zones
from spatial.layout.perspective.object_depths import depths
from spatial.layout.placement_problem import Problem, relaxed, separated_pairs
from spatial.layout.sampler import Frame, sample
from spatial.layout.sampling_schedule import SCALES, Candidate
from spatial.reasoning.draft import Draft

UNUSABLE = frozenset({"missing_object", "not_finite", "zero_size", "full_canvas"})
"""Faults that make a box useless as a hint for position and size."""


@dataclass(frozen=True)
class Hints:
    """Usable boxes by object, in whole pixels, shifted onto the canvas; `broken`: they have faults or violate relations."""

    boxes: dict[int, Box]
    broken: bool


def candidates_from_hints(draft: Draft, problem: Problem, given: Boxes, seed: int) -> Iterator[Candidate]:
    """Candidates that keep as much as possible of the given boxes."""
    loose = relaxed(problem)
    hints = usable_hints(draft, loose, given)
    if not hints.broken:
        yield from _complete(loose, hints.boxes, _usual_place_rules(problem, hints.boxes), seed)
    if hints.boxes:
        for margins in LEVELS[1:]:
            repaired = repair(loose, hints.boxes, margins, seed)
            if repaired is not None:
                yield _candidate(problem, repaired)


def usable_hints(draft: Draft, problem: Problem, given: Boxes) -> Hints:
    """The usable hints. Boxes beyond the last object are ignored."""
    count = len(draft.objects)
    known = [given[i] if i < len(given) else None for i in range(count)]
    found = faults(draft.objects, draft.relations, problem.canvas, known)
    unusable = {f.objects[0] for f in found if f.kind in UNUSABLE}
    boxes: dict[int, Box] = {}
    for i, box in enumerate(known):
        if box is not None and i not in unusable:
            boxes[i] = _on_canvas(box, problem.canvas)
    return Hints(boxes, _violated(draft, problem, boxes))


def _on_canvas(box: Sequence[float], canvas: tuple[int, int]) -> Box:
    """The box in whole pixels, shrunk (aspect ratio kept) and shifted until it lies on the canvas."""
    x, y, w, h = box
    shrink = min(1.0, canvas[0] / w, canvas[1] / h)
    width, height = (max(1, min(size, round(v * shrink))) for v, size in zip((w, h), canvas, strict=True))
    left, top = (max(0, min(size - v, round(p))) for p, v, size in zip((x, y), (width, height), canvas, strict=True))
    return left, top, width, height


def _violated(draft: Draft, problem: Problem, boxes: dict[int, Box]) -> bool:
    """Whether a relation between present boxes is violated, or rounding caused an overlap."""
    present = sorted(boxes)
    place = {i: k for k, i in enumerate(present)}
    relations = tuple(
        r.model_copy(
            update={
                "subject": place[r.subject],
                "object": None if r.object is None else place[r.object],
                "others": tuple(place[i] for i in r.others),
            }
        )
        for r in draft.relations
        if place.keys() >= set(ends(r))
    )
    part = Draft(tuple(draft.objects[i] for i in present), relations)
    shown = [boxes[i] for i in present]
    suggested = _suggested_depths(problem, shown)
    full = [suggested[place[i]] if i in place else 0.5 for i in range(len(draft.objects))]
    depth = depths(problem, full)
    if depth is None:
        return True
    layout = Layout(canvas=problem.canvas, boxes=tuple(shown), depth=tuple(depth[i] for i in present))
    return bool(verify(part, layout) or faults(part.objects, relations, problem.canvas, shown))


def _suggested_depths(problem: Problem, boxes: Sequence[Box]) -> list[float]:
    """Depths by bottom edge: a lower box is nearer."""
    return [round(1 - (y + h) / (problem.canvas[1] + 1), 4) for _, y, _, h in boxes]


def _candidate(problem: Problem, boxes: tuple[Box, ...]) -> Candidate:
    """The boxes with the depths that they suggest; what is near another has its depth."""
    return Candidate(boxes, pulled_together(problem, _suggested_depths(problem, boxes), range(len(boxes))))


def _usual_place_rules(problem: Problem, boxes: dict[int, Box]) -> list[Rule]:
    """Ground rules for the objects without a box; none without a ground plane."""
    if problem.ground is None:
        return []
    where = zones(problem, Random(0), strict=True)
    return ground_rules(problem, ["free" if i in boxes else zone for i, zone in enumerate(where)], {})


def _complete(problem: Problem, boxes: dict[int, Box], usual_places: Sequence[Rule], seed: int) -> Iterator[Candidate]:
    """The boxes unchanged; missing ones are sampled around them, in their usual places if possible."""
    count = len(problem.things)
    if len(boxes) == count:
        exact = tuple(boxes[i] for i in range(count))
        yield _candidate(problem, exact)
        return
    rng = Random(seed)
    pins = [_pin(i, box) for i, box in boxes.items()]
    pairs = frozenset(p for p in separated_pairs(problem) if not (p[0] in boxes and p[1] in boxes))
    for margins in LEVELS:
        rules = [*pins, *_rules_of_missing_boxes(problem, margins, boxes)]
        for scale in SCALES:
            sides = fit_to_carriers(problem, [side * scale for side in base_sides(problem, rng)])
            sizes = [boxes[i][2:] if i in boxes else pixel_size(problem.things[i].aspect, sides[i]) for i in range(count)]
            points = sample(Frame((0, 0, *problem.canvas), sizes, pairs), rules, rng, usual_places)
            if points is not None:
                full = tuple((*point, *size) for point, size in zip(points, sizes, strict=True))
                yield _candidate(problem, full)


def _rules_of_missing_boxes(problem: Problem, margins: Margins, boxes: dict[int, Box]) -> list[Rule]:
    """Rules of the facts that involve an object without a box."""
    context = EncodingContext(problem, margins)
    found: list[Rule] = []
    for fact in problem.facts:
        if not boxes.keys() >= set(ends(fact)):
            found += rules_of_fact(fact, context)
    return found


def _pin(i: int, box: Box) -> Rule:
    """A rule that fixes the box's position."""
    return (fixed_to(i, box, ("x", "y")),)
