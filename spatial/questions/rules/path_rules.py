"""What somebody passes who walks straight from one thing to another.

In: a view, a query with its referents.  Out: judgements; answers as in `answer_rules`.
Solved on the floor plan: everything there is the rectangle of its box, and a way is asked about only where nothing is in
it.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from spatial.questions.answer_rules import RuleResult, Step
from spatial.questions.certain_facts import View
from spatial.questions.question_kinds import Passes
from spatial.questions.rules.ground_facts import HEAD_M, ground_gap, stands_on_ground
from spatial.questions.rules.list_rules import require_plain
from spatial.questions.rules.metric_facts import Array, are_joined, body_of, footprint
from spatial.questions.wording.referring_expressions import Referent, Unanswerable

WALK_M = 1.0
"""Least gap over the ground between the ends of a way, metres."""

CLEAR_M = 0.3
"""What stays free on either side of a way, metres; a thing is that far beyond its end at least, to be no longer passed."""

NEAR_M = 2.5
"""How far beside the way a thing is at most to be passed, metres."""

MIDDLE = (0.15, 0.85)
"""Shares of the way beside which the middle of what is passed is."""

Passing = Literal["left", "right", "none"]


@dataclass(frozen=True, eq=False)
class Way:
    """A way over the ground: `start` and `ahead` (of length 1) on the plan, `length` in metres, numbers of its two ends."""

    start: Array
    ahead: Array
    length: float
    ends: tuple[int, int]

    def seen_from(self, points: Array) -> tuple[Array, Array]:
        """Metres along the way, and metres to its left, of points on the plan (n × 2)."""
        off = points - self.start
        return off @ self.ahead, off @ np.array([-self.ahead[1], self.ahead[0]])


def way_between(view: View, start: int, end: int) -> Way | None:
    """The straight way between two things that stand on the ground, None where there is none that is free."""
    if not (stands_on_ground(view, start) and stands_on_ground(view, end)) or are_joined(view, start, end):
        return None
    first, last = (np.array(body_of(view, k).position[:2]) for k in (start, end))
    length = float(np.linalg.norm(last - first))
    if ground_gap(body_of(view, start), body_of(view, end)) < WALK_M * view.strictness:
        return None
    way = Way(first, (last - first) / length, length, (start, end))
    return None if any(_is_in(view, way, k) for k in range(len(view.objects))) else way


def _is_in(view: View, way: Way, k: int) -> bool:
    """Whether a third thing is in the way, or so near to it that somebody would walk around it."""
    body = body_of(view, k)
    if k in way.ends or body.support is not None or body.position[2] - body.size[2] / 2 >= HEAD_M:
        return False
    along, left = way.seen_from(footprint(body))
    is_beside = bool(left.min() >= CLEAR_M or left.max() <= -CLEAR_M)
    return not (is_beside or along.max() < 0 or along.min() > way.length)


def passing(view: View, way: Way, k: int) -> tuple[Passing | None, float]:
    """On which side a thing is passed, `none` where it certainly is not, None where that is doubtful; and the margin."""
    if k in way.ends or not stands_on_ground(view, k):
        return None, 0.0
    along, left = way.seen_from(footprint(body_of(view, k)))
    clear, aside = CLEAR_M * view.strictness, float(np.abs(left).min())
    if along.min() >= way.length + clear or along.max() <= -clear:
        return "none", min(1.0, CLEAR_M / way.length)
    middle = float(along.mean()) / way.length
    if not MIDDLE[0] <= middle <= MIDDLE[1] or not clear <= aside <= NEAR_M / view.strictness:
        return None, 0.0
    return ("left" if left.min() > 0 else "right"), min(1.0, aside / way.length)


def passes(view: View, query: Passes, found: list[Referent]) -> Step:
    """The name of the only thing that is passed on that side."""
    require_plain(query.things)
    start, end, *things = (referent.index for referent in found)
    way = way_between(view, start, end)
    if way is None:
        raise Unanswerable("there is no free way between the two")
    held = [passing(view, way, k) for k in things]
    sides = [side for side, _ in held]
    if None in sides or sides.count(query.hand) != 1:
        raise Unanswerable("not exactly one of them is passed on that side")
    name = query.things[sides.index(query.hand)].plain_name
    return name, RuleResult("passes: the floor plan, metres", min(margin for _, margin in held), 2), ()
