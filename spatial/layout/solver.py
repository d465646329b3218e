"""From a draft to a layout: refute, sample, search, check.

In: a draft, a canvas, a seed, optional box hints.  Out: a verified layout, or a proven conflict.
Does not decide what is true (`spatial.relations.relation_truth`) and uses no clock: every limit is on steps or
deterministic time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random

from schemas.graph import Layout
from spatial.layout.constraint_search import SEARCHES, search_layout
from spatial.layout.constraints.infeasibility_proof import QUICK, THOROUGH, refutation
from spatial.layout.layout_check import verify
from spatial.layout.layout_faults import Boxes, faults
from spatial.layout.layout_hints import candidates_from_hints
from spatial.layout.object_sizes import JITTER, WIDE_JITTER
from spatial.layout.perspective.depth_neighbours import are_together, spread_depths
from spatial.layout.perspective.object_depths import depths
from spatial.layout.placement_problem import Catalog, Problem, problem_of, relaxed
from spatial.layout.sampling_schedule import Candidate, sampled_candidates
from spatial.layout.solver_model import UNDECIDED
from spatial.reasoning.conflicts import contradictions
from spatial.reasoning.draft import Draft

GROUNDED_AGAIN = 12
"""How often a draft that found no place on the ground plane is sampled there again."""


class NoLayout(ValueError):
    """No layout was found although none was proven impossible: the canvas is too full or a limit was reached."""


@dataclass(frozen=True)
class Unsatisfiable:
    """Relations (indices, ascending) that cannot hold together; irreducible: any proper subset is not refuted."""

    indices: tuple[int, ...]


def solve(
    draft: Draft,
    canvas: tuple[int, int],
    seed: int,
    hints: Boxes | None = None,
    catalog: Catalog | None = None,
) -> Layout | Unsatisfiable:
    """Boxes and depths, in pixels of `canvas`, for which every relation of `draft` holds; or a proven conflict.

    `hints`: a box or None for each object; kept exactly where they are valid.  `catalog`: defaults to the knowledge
    base.  Raises NoLayout when neither a layout nor a proof was found, ValueError for a bad canvas or predicate.
    """
    settled = _settled(draft, canvas)
    if settled is not None:
        return settled
    problem = problem_of(draft, canvas, catalog or knowledge())
    rng = Random(seed)
    if hints is not None and any(box is not None for box in hints):
        for candidate in candidates_from_hints(draft, problem, hints, seed):
            layout = _accepted(draft, problem, candidate)
            if layout is not None:
                return layout
    return _sampled(draft, problem, rng) or _proven_or_searched(draft, problem, seed)


def solve_on_ground(draft: Draft, canvas: tuple[int, int], seed: int) -> Layout | Unsatisfiable:
    """As `solve`, but where the scene has a ground, things stand on it: `solve` lets them float to meet every relation.

    Raises NoLayout also where only floating things would meet them.
    """
    settled = _settled(draft, canvas)
    if settled is not None:
        return settled
    problem = problem_of(draft, canvas, knowledge())
    found = _sampled(draft, problem, Random(seed), firm=True) or _grounded_again(draft, problem, seed, firm=True)
    if found is not None:
        return found
    if problem.ground is None:
        return _proven_or_searched(draft, problem, seed)
    proof = refutation(draft, canvas, QUICK)
    if isinstance(proof, tuple):
        return Unsatisfiable(proof)
    raise NoLayout(f"no layout of {len(draft.objects)} objects with {len(draft.relations)} relations has all on the ground")


def _settled(draft: Draft, canvas: tuple[int, int]) -> Layout | Unsatisfiable | None:
    """The answer for what contradicts itself, and for nothing at all."""
    empty = Layout(canvas=canvas, boxes=(), depth=())
    if contradictions(draft) is not None:
        return _unsatisfiable(draft, canvas)
    return None if draft.objects else empty


@lru_cache(maxsize=1)
def knowledge() -> Catalog:
    """The knowledge base of this package."""
    from spatial.knowledge.category_names import known_names
    from spatial.knowledge.knowledge_base import categories, scene_kinds

    return Catalog({word: categories()[name] for word, name in known_names().items()}, scene_kinds())


def _sampled(draft: Draft, problem: Problem, rng: Random, jitter: float = JITTER, firm: bool = False) -> Layout | None:
    """The first candidate that passes; with `firm` of those alone in which nothing has left the ground or is tiny."""
    for candidate in sampled_candidates(problem, rng, jitter):
        if firm and (candidate.afloat or candidate.tiny):
            continue
        layout = _accepted(draft, problem, candidate)
        if layout is not None and are_together(problem, layout.depth):
            return layout
    return None


def _proven_or_searched(draft: Draft, problem: Problem, seed: int) -> Layout | Unsatisfiable:
    """For hard drafts: sample again on the ground plane, then without it, then alternate proof and search."""
    plain, loose = replace(problem, ground=None), relaxed(problem)
    found = _grounded_again(draft, problem, seed)
    if found is not None:
        return found
    for variant, jitter in ((plain, JITTER), (plain, WIDE_JITTER), (loose, WIDE_JITTER)):
        found = _sampled(draft, variant, Random(seed + 1), jitter)
        if found is not None:
            return found
    first = refutation(draft, problem.canvas, QUICK)
    if isinstance(first, tuple):
        return Unsatisfiable(first)
    layout = _searched(draft, (plain, loose), seed)
    if layout is not None:
        return layout
    second = refutation(draft, problem.canvas, THOROUGH) if first == UNDECIDED else first
    if isinstance(second, tuple):
        return Unsatisfiable(second)
    raise NoLayout(
        f"no layout of {len(draft.objects)} objects with {len(draft.relations)} relations was found on "
        f"{plain.canvas[0]} x {plain.canvas[1]} within the limits; that none exists is not proven"
    )


def _grounded_again(draft: Draft, problem: Problem, seed: int, firm: bool = False) -> Layout | None:
    """On the ground plane from other beginnings, without overlaps and with them in turn: off it things would float."""
    if problem.ground is None:
        return None
    variants = (replace(relaxed(problem), ground=problem.ground), problem)
    for again in range(GROUNDED_AGAIN):
        found = _sampled(draft, variants[again % 2], Random(seed + 1 + again), firm=firm)
        if found is not None:
            return found
    return None


def _searched(draft: Draft, variants: tuple[Problem, Problem], seed: int) -> Layout | None:
    plain, loose = variants
    for variant, search in zip((plain, plain, loose, loose), SEARCHES, strict=True):
        boxes = search_layout(variant, search, seed)
        if boxes is not None:
            order = Random(seed).sample(range(len(boxes)), len(boxes))
            layout = _accepted(draft, variant, Candidate(boxes, spread_depths(variant, order)))
            if layout is not None:
                return layout
    return None


def _unsatisfiable(draft: Draft, canvas: tuple[int, int]) -> Unsatisfiable:
    proven = refutation(draft, canvas, QUICK)
    assert isinstance(proven, tuple)
    return Unsatisfiable(proven)


def _accepted(draft: Draft, problem: Problem, candidate: Candidate) -> Layout | None:
    """The candidate as a layout, if the independent checks pass it."""
    depth = depths(problem, candidate.depth)
    if depth is None:
        return None
    layout = Layout(canvas=problem.canvas, boxes=candidate.boxes, depth=depth)
    wrong: Sequence[object] = verify(draft, layout) or faults(
        draft.objects, draft.relations, problem.canvas, layout.boxes, depth
    )
    return None if wrong else layout
