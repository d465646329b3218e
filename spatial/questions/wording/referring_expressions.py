"""Finding the one object that a referring expression means, and words for an object.

In: a `View` with a `Ref`, or with an object.  Out: the object and how safely it is singled out; or a `Ref`.
Whoever fits the words counts, also what is barely visible: a reference that fits two objects is no reference.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from spatial.questions.certain_facts import View
from spatial.questions.question_kinds import Extreme, Hop, Ref
from spatial.questions.wording.lexicon import alike, family_of, fits, word_list


class Unanswerable(ValueError):
    """The question has no safe answer in this scene; the text says why."""


@dataclass(frozen=True)
class Found:
    """A referent: its position in the view's objects and the margin.

    `used` are all objects that were looked at to single it out, `mentioned` those that the words name on the way.
    """

    index: int
    margin: float
    used: tuple[int, ...]
    rules: tuple[str, ...] = ()
    mentioned: tuple[int, ...] = ()


EXTREMES: tuple[Extreme, ...] = ("leftmost", "rightmost", "highest", "lowest")


def fitting(view: View, category: str | None) -> tuple[int, ...]:
    """The objects that the word may mean, the barely visible ones included."""
    return tuple(i for i, o in enumerate(view.objects) if category is None or fits(category, o.category))


def resolve(view: View, ref: Ref) -> Found:
    """The referent. Raises Unanswerable when nothing fits, or more than one thing may."""
    among = fitting(view, ref.category)
    if ref.attribute is not None:
        found = Found(_with_attribute(view, ref.attribute, among), 1.0, among, ("attribute",))
    elif ref.extreme is not None:
        found = _outermost(view, ref.extreme, among)
    elif ref.predicate is not None and ref.anchor is not None:
        found = related(view, ref.predicate, ref.anchor, among)
    else:
        found = Found(_single(among, f"the {ref.category}"), 1.0, among[:1])
    if found.index not in view.clear:
        raise Unanswerable(f"object {view.objects[found.index].id} is hardly visible")
    return found


def _single(among: tuple[int, ...], words: str) -> int:
    if len(among) != 1:
        raise Unanswerable(f"{words} fits {len(among)} objects")
    return among[0]


def _with_attribute(view: View, attribute: str, among: tuple[int, ...]) -> int:
    """The one that has the attribute, while all others are known to have a clearly different one of its family."""
    having = tuple(i for i in among if attribute in view.objects[i].attributes)
    index = _single(having, f"what is {attribute}")
    for i in among:
        if i != index and not _differs(view.objects[i].attributes, attribute):
            raise Unanswerable(f"object {view.objects[i].id} may be {attribute} too")
    return index


def _differs(attributes: tuple[str, ...], attribute: str) -> bool:
    family = family_of(attribute)
    same_family = [a for a in attributes if family_of(a) == family]
    return bool(same_family) and not any(alike(a, attribute) for a in same_family)


def _outermost(view: View, extreme: str, among: tuple[int, ...]) -> Found:
    if len([i for i in among if i in view.clear]) < 2:
        raise Unanswerable(f"{extreme} needs several of a kind that are clearly seen")
    best = view.outermost(extreme, among)
    if best is None:
        raise Unanswerable(f"which one is {extreme} is doubtful")
    return Found(best[0], best[1], among, (f"{extreme}: beyond all others of its kind, by centre and edge",))


def related(view: View, predicate: str, anchor: Ref, among: tuple[int, ...]) -> Found:
    """The one of `among` that stands in the relation to the anchor. What the anchor's words name is left out."""
    base = resolve(view, anchor)
    mentioned = (base.index, *base.mentioned)
    sights = {i: view.relation(i, predicate, base.index) for i in among if i not in mentioned}
    if any(sight.value is None for sight in sights.values()):
        raise Unanswerable(f"whether something is {predicate} the reference is doubtful")
    having = tuple(i for i, sight in sights.items() if sight.value)
    index = _single(having, f"what is {predicate} the reference")
    margin = min([base.margin, *(sight.margin for sight in sights.values())])
    rules = (*base.rules, f"{predicate}: holds of one object only")
    return Found(index, margin, (index, *sights, *base.used), rules, mentioned)


def refs_for(view: View, index: int) -> Iterator[Ref]:
    """Words that single this object out, the simplest first; nothing if none do."""
    thing = view.objects[index]
    if thing.category.lower() in word_list("reserved"):
        return
    for ref in _wordings(view, index):
        try:
            found = resolve(view, ref)
        except Unanswerable:
            continue
        if found.index == index:
            yield ref


def _wordings(view: View, index: int) -> Iterator[Ref]:
    thing = view.objects[index]
    yield Ref(category=thing.category)
    for attribute in thing.attributes:
        if family_of(attribute) == "colour":
            yield Ref(category=thing.category, attribute=attribute)
    for extreme in EXTREMES:
        yield Ref(category=thing.category, extreme=extreme)
    yield from _on_something(view, index)


def _on_something(view: View, index: int) -> Iterator[Ref]:
    thing = view.objects[index]
    place: dict[int, Hop] = {}
    for subject, predicate, anchor in sorted(view.drawn):
        if subject == thing.id and predicate in ("on", "inside"):
            place[anchor] = "on" if predicate == "on" else "inside"
    for other in view.objects:
        if other.id in place:
            anchor_ref = Ref(category=other.category)
            yield Ref(category=thing.category, predicate=place[other.id], anchor=anchor_ref)
