"""The answer rule of each type of query, applied once its references are resolved.

In: a view, a query, the referents.  Out: the answer's text, the rule's part of the proof, and the objects it used.
Raises Unanswerable for anything doubtful.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from spatial.questions.certain_facts import MIN_SIDE, Judgement, View
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
from spatial.questions.wording.referring_expressions import (
    Referent,
    Unanswerable,
    matching_objects,
    nearest_to,
    related,
    resolve,
)

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

    `objects` are the ids that question and answer are about: those that the words name, in their order, then those that
    the answer names or counts.  `used` adds all others that were examined.  `margin` is the least margin of all
    judgements (shares of the canvas or of the depth range), `hops` the number of relations followed.  `referents` are
    the ids of the query's references in their order, `mentioned` those of all objects that the words name.  `reason`: why
    the picture does not tell, where that is the answer.
    """

    text: str
    objects: tuple[int, ...]
    used: tuple[int, ...]
    rules: tuple[str, ...]
    margin: float
    hops: int
    referents: tuple[int, ...]
    mentioned: tuple[int, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class RuleResult:
    """The query's own part of the proof. `focus`: positions of the objects that the answer names or counts; `reason`: why
    the picture does not tell."""

    rule: str
    margin: float
    hops: int
    focus: tuple[int, ...] = ()
    reason: str = ""


Step = tuple[str, RuleResult, tuple[int, ...]]
"""The text of the answer, the rule's result, and the other objects examined."""

Q = TypeVar("Q")

Rule = Callable[[View, Q, list[Referent]], Step]
"""Answers a query of one type, given its referents."""


def require_certain(judgement: Judgement, doubt: str) -> bool:
    """The judgement's value. Raises Unanswerable, with this text, for a doubtful one."""
    if judgement.value is None:
        raise Unanswerable(doubt)
    return judgement.value


def all_certain(view: View, things: Sequence[int], predicate: str, anchor: int) -> tuple[list[bool], float]:
    """Of each thing whether it is in the relation to the anchor, and the least margin. Raises Unanswerable for a doubt."""
    judgements = [view.relation(i, predicate, anchor) for i in things]
    held = [require_certain(each, f"whether one is {predicate} the reference is doubtful") for each in judgements]
    return held, min(each.margin for each in judgements)


def yes_or_no(value: bool) -> str:
    """The answer that a truth value is."""
    return YES_NO[0] if value else YES_NO[1]


def exists(view: View, query: Exists, _: list[Referent]) -> Step:
    """Yes if the category is seen, no if it is excluded and nothing could be mistaken for it."""
    names = [query.category] + ([query.without] if query.without else [])
    seen = [is_category_seen(view, name) for name in names]
    if query.without is not None and seen[0] == seen[1]:
        raise Unanswerable("both or neither are there")
    used = tuple(i for name in names for i in matching_objects(view, name))
    rule = "presence: visible, or named as excluded and nothing fits the word"
    return yes_or_no(seen[0]), RuleResult(rule, 1.0, 0, used), used


def is_category_seen(view: View, category: str) -> bool:
    """Whether something of the category is seen; not where it is excluded. Raises Unanswerable where it is not known."""
    if any(min(view.objects[i].box[2:]) < MIN_SIDE for i in matching_objects(view, category)):
        raise Unanswerable(f"some {category} is a speck")
    if any(view.objects[i].category == category for i in view.clear):
        return True
    might_be = any(fits(category, o.category) or fits(o.category, category) for o in view.objects)
    if might_be or category not in view.scene.excluded:
        raise Unanswerable(f"whether there is a {category} is not known")
    return False


def composed(_view: View, _query: object, _: list[Referent]) -> Step:
    """Raises Unanswerable: a description has no one answer, and which sentence is wrong depends on the sentences."""
    raise Unanswerable("the words alone have no answer")


def count(view: View, query: Count, found: list[Referent]) -> Step:
    """The number of objects that fit the word, in total or on one side of the reference."""
    among = matching_objects(view, query.category)
    if any(i not in view.clear for i in among):
        raise Unanswerable(f"some {query.category} is hardly visible")
    if not all(surely_fits(query.category, view.objects[i].category) for i in among):
        raise Unanswerable(f"whether all that may be called {query.category} is meant is not known")
    if not among:
        is_category_seen(view, query.category)
    if query.predicate is None:
        return str(len(among)), RuleResult("count: everything that fits the word", 1.0, 0, among), among
    anchor = found[0].index
    judgements = [view.relation(i, query.predicate, anchor) for i in among if i != anchor]
    held = [require_certain(s, f"whether one is {query.predicate} the reference is doubtful") for s in judgements]
    if not held:
        raise Unanswerable(f"there is no {query.category} besides the reference")
    margin = min(s.margin for s in judgements)
    return str(sum(held)), RuleResult(f"count: those that are {query.predicate} the reference", margin, 1, among), among


def attribute(view: View, query: AttributeOf, found: list[Referent]) -> Step:
    """The only value of the family that the scene reports."""
    attributes = view.objects[found[0].index].attributes
    values = [a for a in attributes if family_of(a) == query.family]
    if len(values) != 1:
        raise Unanswerable(f"{len(values)} values of {query.family} are reported")
    return values[0], RuleResult(f"attribute: the {query.family} that was drawn", 1.0, 0), ()


def in_place(view: View, query: InPlace, found: list[Referent]) -> Step:
    """Whether the centre is in the place."""
    judgement = view.place(found[0].index, query.place)
    held = require_certain(judgement, "the centre is close to a line between thirds")
    return yes_or_no(held), RuleResult(f"{query.place}: thirds of the picture", judgement.margin, 0), ()


def directed(view: View, query: Directed, found: list[Referent]) -> Step:
    """Whether the direction holds of the centres."""
    judgement = view.relation(found[0].index, query.predicate, found[1].index)
    held = require_certain(judgement, f"whether it is {query.predicate} the other is doubtful")
    return yes_or_no(held), RuleResult(f"{query.predicate}: centres", judgement.margin, 1), ()


def side(view: View, _: Side, found: list[Referent]) -> Step:
    """Left or right, by the centres."""
    judgement = view.relation(found[0].index, "left_of", found[1].index)
    held = require_certain(judgement, "the side is doubtful")
    return SIDES[0 if held else 1], RuleResult("left_of or right_of: centres", judgement.margin, 1), ()


def bearing(view: View, _: Bearing, found: list[Referent]) -> Step:
    """The diagonal, by the centres."""
    up = view.relation(found[0].index, "above", found[1].index)
    left = view.relation(found[0].index, "left_of", found[1].index)
    row, column = require_certain(up, "above or below is doubtful"), require_certain(left, "left or right is doubtful")
    text = BEARINGS[(0 if row else 2) + (0 if column else 1)]
    return text, RuleResult("above or below, left_of or right_of: centres", min(up.margin, left.margin), 2), ()


def closer(view: View, _: Closer, found: list[Referent]) -> Step:
    """Whether the first gap is clearly the smaller one."""
    subject, anchor, other = (f.index for f in found)
    judgement = view.closer(subject, other, anchor)
    held = require_certain(judgement, "which one is closer is doubtful")
    return yes_or_no(held), RuleResult("closer: gaps in the picture", judgement.margin, 2), ()


def require_label(view: View, index: int) -> str:
    """The answer's words for an object (see `label`). Raises Unanswerable if it is hardly visible or has none."""
    if index not in view.clear:
        raise Unanswerable("the answer is hardly visible")
    text = label(view, index)
    if text is None:
        raise Unanswerable("no short words single out the answer")
    return text


def label(view: View, index: int) -> str | None:
    """Short words that identify an object: its category, or colour and category; None if neither does."""
    thing = view.objects[index]
    colours = (a for a in thing.attributes if family_of(a) == "colour")
    for ref in (Ref(category=thing.category), *(Ref(category=thing.category, attribute=c) for c in colours)):
        try:
            resolve(view, ref)
        except Unanswerable:
            continue
        return ref.plain_name
    return None


def outermost(view: View, query: Outermost, _: list[Referent]) -> Step:
    """The object that is beyond all others."""
    everything = tuple(range(len(view.objects)))
    best = view.outermost(query.extreme, everything)
    if best is None or len(everything) < 2:
        raise Unanswerable(f"what is {query.extreme} is doubtful")
    rule = f"{query.extreme}: beyond all others, by centre and edge"
    return require_label(view, best[0]), RuleResult(rule, best[1], 1, best[:1]), everything


def find(view: View, query: Find, _: list[Referent]) -> Step:
    """The only object in the relation."""
    hit = related(view, query.predicate, query.anchor, tuple(range(len(view.objects))))
    return require_label(view, hit.index), RuleResult(hit.rules[-1], hit.margin, 1, (hit.index,)), hit.used


def nearest(view: View, _: Nearest, found: list[Referent]) -> Step:
    """The object with clearly the smallest gap."""
    hit = nearest_to(view, found[0], tuple(range(len(view.objects))))
    return require_label(view, hit.index), RuleResult(hit.rules[-1], hit.margin, 1, (hit.index,)), hit.used


def in_order(view: View, query: InOrder, found: list[Referent]) -> Step:
    """Whether each of the three is before the next."""
    a, b, c = (f.index for f in found)
    predicate = ALONG[query.course]
    judgements = [view.relation(i, predicate, j) for i, j in ((a, b), (b, c), (a, c))]
    held = [require_certain(s, f"whether one is {predicate} the next is doubtful") for s in judgements]
    margin = min(s.margin for s in judgements)
    return yes_or_no(all(held)), RuleResult(f"{predicate} is transitive", margin, 2), ()


def deeper(view: View, query: Deeper, found: list[Referent]) -> Step:
    """Whether the depths are in this order."""
    judgement = view.relation(found[0].index, query.predicate, found[1].index)
    held = require_certain(judgement, "the depths are too similar")
    return yes_or_no(held), RuleResult(f"{query.predicate}: depth order", judgement.margin, 1), ()
