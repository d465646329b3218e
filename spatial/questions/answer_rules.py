"""The rule of each type of query: what its answer is, once its references are found.

In: a view, a query, the referents.  Out: the answer's text, what the rule adds to the proof, and the objects it used.
Raises Unanswerable for whatever is doubtful.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from spatial.questions.certain_facts import CertainFacts, View
from spatial.questions.question_kinds import (
    AttributeOf,
    Bearing,
    Closer,
    Count,
    Course,
    Deeper,
    Directed,
    Exists,
    Find,
    InOrder,
    InPlace,
    Nearest,
    Outermost,
    Ref,
    Side,
)
from spatial.questions.wording.lexicon import family_of, fits, surely_fits
from spatial.questions.wording.referring_expressions import Found, Unanswerable, fitting, related, resolve

YES_NO = ("yes", "no")
SIDES = ("left", "right")
BEARINGS = (
    "above and to the left",
    "above and to the right",
    "below and to the left",
    "below and to the right",
)
ALONG: dict[Course, str] = {
    "left_to_right": "left_of",
    "right_to_left": "right_of",
    "top_to_bottom": "above",
    "bottom_to_top": "below",
}
"""The relation of each object to the next along a course."""


@dataclass(frozen=True)
class Answer:
    """The text of the answer and its proof.

    `objects` are the ids that question and answer are about: what the words name, in their order, then what the
    answer names or counts.  `used` adds all that had to be looked at.  `margin` is the least margin of all judgements
    (shares of the canvas or of the depth range), `hops` how many relations were followed.  `referents` are the ids of
    the query's references in their order, `mentioned` those of everything that the words name on the way.
    """

    text: str
    objects: tuple[int, ...]
    used: tuple[int, ...]
    rules: tuple[str, ...]
    margin: float
    hops: int
    referents: tuple[int, ...]
    mentioned: tuple[int, ...] = ()


@dataclass(frozen=True)
class RuleResult:
    """What the query itself adds to its references' proofs. `focus` is what the answer names or counts."""

    rule: str
    margin: float
    hops: int
    focus: tuple[int, ...] = ()


Step = tuple[str, RuleResult, tuple[int, ...]]
"""The text of the answer, the rule's result, and what else was looked at."""

Q = TypeVar("Q")

Rule = Callable[[View, Q, list[Found]], Step]
"""Answers a query of one type, given what its references mean."""


def _sure(sight: CertainFacts, doubt: str) -> bool:
    if sight.value is None:
        raise Unanswerable(doubt)
    return sight.value


def _yes(value: bool) -> str:
    return YES_NO[0] if value else YES_NO[1]


def exists(view: View, query: Exists, _: list[Found]) -> Step:
    """Yes where it is seen, no where it is named as absent and nothing could be taken for it."""
    names = [query.category] + ([query.without] if query.without else [])
    seen = [_is_seen(view, name) for name in names]
    if query.without is not None and seen[0] == seen[1]:
        raise Unanswerable("both or neither are there")
    used = tuple(i for name in names for i in fitting(view, name))
    rule = "presence: visible, or named as excluded and nothing fits the word"
    return _yes(seen[0]), RuleResult(rule, 1.0, 0, used), used


def _is_seen(view: View, category: str) -> bool:
    if any(view.objects[i].category == category for i in view.clear):
        return True
    might_be = any(fits(category, o.category) or fits(o.category, category) for o in view.objects)
    if might_be or category not in view.scene.excluded:
        raise Unanswerable(f"whether there is a {category} is not known")
    return False


def count(view: View, query: Count, found: list[Found]) -> Step:
    """How many fit the word, in all or on a side of the reference."""
    among = fitting(view, query.category)
    if any(i not in view.clear for i in among):
        raise Unanswerable(f"some {query.category} is hardly visible")
    if not all(surely_fits(query.category, view.objects[i].category) for i in among):
        raise Unanswerable(f"whether all that may be called {query.category} is meant is not known")
    if not among:
        _is_seen(view, query.category)
    if query.predicate is None:
        return str(len(among)), RuleResult("count: everything that fits the word", 1.0, 0, among), among
    anchor = found[0].index
    sights = [view.relation(i, query.predicate, anchor) for i in among if i != anchor]
    held = [_sure(s, f"whether one is {query.predicate} the reference is doubtful") for s in sights]
    if not held:
        raise Unanswerable(f"there is no {query.category} besides the reference")
    margin = min(s.margin for s in sights)
    return str(sum(held)), RuleResult(f"count: those that are {query.predicate} the reference", margin, 1, among), among


def attribute(view: View, query: AttributeOf, found: list[Found]) -> Step:
    """The one value of the family that is reported."""
    attributes = view.objects[found[0].index].attributes
    values = [a for a in attributes if family_of(a) == query.family]
    if len(values) != 1:
        raise Unanswerable(f"{len(values)} values of {query.family} are reported")
    return values[0], RuleResult(f"attribute: the {query.family} that was drawn", 1.0, 0), ()


def in_place(view: View, query: InPlace, found: list[Found]) -> Step:
    """Whether the centre is in the place."""
    sight = view.place(found[0].index, query.place)
    held = _sure(sight, "the centre is close to a line between thirds")
    return _yes(held), RuleResult(f"{query.place}: thirds of the picture", sight.margin, 0), ()


def directed(view: View, query: Directed, found: list[Found]) -> Step:
    """Whether the direction holds of the centres."""
    sight = view.relation(found[0].index, query.predicate, found[1].index)
    held = _sure(sight, f"whether it is {query.predicate} the other is doubtful")
    return _yes(held), RuleResult(f"{query.predicate}: centres", sight.margin, 1), ()


def side(view: View, _: Side, found: list[Found]) -> Step:
    """Left or right, by the centres."""
    sight = view.relation(found[0].index, "left_of", found[1].index)
    held = _sure(sight, "the side is doubtful")
    return SIDES[0 if held else 1], RuleResult("left_of or right_of: centres", sight.margin, 1), ()


def bearing(view: View, _: Bearing, found: list[Found]) -> Step:
    """The diagonal, by the centres."""
    up = view.relation(found[0].index, "above", found[1].index)
    left = view.relation(found[0].index, "left_of", found[1].index)
    row, column = _sure(up, "above or below is doubtful"), _sure(left, "left or right is doubtful")
    text = BEARINGS[(0 if row else 2) + (0 if column else 1)]
    return text, RuleResult("above or below, left_of or right_of: centres", min(up.margin, left.margin), 2), ()


def closer(view: View, _: Closer, found: list[Found]) -> Step:
    """Whether the first gap is plainly the smaller one."""
    subject, anchor, other = (f.index for f in found)
    sight = view.closer(subject, other, anchor)
    held = _sure(sight, "which one is closer is doubtful")
    return _yes(held), RuleResult("closer: gaps in the picture", sight.margin, 2), ()


def _label(view: View, index: int) -> str:
    """The answer's words for an object: its category, with its colour where it has doubles."""
    if index not in view.clear:
        raise Unanswerable("the answer is hardly visible")
    text = label(view, index)
    if text is None:
        raise Unanswerable("no short words single out the answer")
    return text


def label(view: View, index: int) -> str | None:
    """Short words that single an object out: its category, or colour and category; None if neither does."""
    thing = view.objects[index]
    colours = (a for a in thing.attributes if family_of(a) == "colour")
    for ref in (Ref(category=thing.category), *(Ref(category=thing.category, attribute=c) for c in colours)):
        try:
            resolve(view, ref)
        except Unanswerable:
            continue
        return f"{ref.attribute} {ref.category}" if ref.attribute else thing.category
    return None


def outermost(view: View, query: Outermost, _: list[Found]) -> Step:
    """The one that is beyond all others."""
    everything = tuple(range(len(view.objects)))
    best = view.outermost(query.extreme, everything)
    if best is None or len(everything) < 2:
        raise Unanswerable(f"what is {query.extreme} is doubtful")
    rule = f"{query.extreme}: beyond all others, by centre and edge"
    return _label(view, best[0]), RuleResult(rule, best[1], 1, best[:1]), everything


def find(view: View, query: Find, _: list[Found]) -> Step:
    """The one thing in the relation."""
    hit = related(view, query.predicate, query.anchor, tuple(range(len(view.objects))))
    return _label(view, hit.index), RuleResult(hit.rules[-1], hit.margin, 1, (hit.index,)), hit.used


def nearest(view: View, _: Nearest, found: list[Found]) -> Step:
    """The one with plainly the least gap."""
    base = found[0]
    others = tuple(i for i in range(len(view.objects)) if i not in (base.index, *base.mentioned))
    best = view.nearest(base.index, others)
    if best is None:
        raise Unanswerable("which one is nearest is doubtful")
    return _label(view, best[0]), RuleResult("nearest: least gap in the picture", best[1], 1, best[:1]), others


def in_order(view: View, query: InOrder, found: list[Found]) -> Step:
    """Whether each of the three is before the next."""
    a, b, c = (f.index for f in found)
    predicate = ALONG[query.course]
    sights = [view.relation(i, predicate, j) for i, j in ((a, b), (b, c), (a, c))]
    held = [_sure(s, f"whether one is {predicate} the next is doubtful") for s in sights]
    margin = min(s.margin for s in sights)
    return _yes(all(held)), RuleResult(f"{predicate} is transitive", margin, 2), ()


def deeper(view: View, query: Deeper, found: list[Found]) -> Step:
    """Whether the depths are in this order."""
    sight = view.relation(found[0].index, query.predicate, found[1].index)
    held = _sure(sight, "the depths are too similar")
    return _yes(held), RuleResult(f"{query.predicate}: depth order", sight.margin, 1), ()
