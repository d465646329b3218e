"""Resolves referring expressions to objects, and finds referring expressions for an object.

In: a `View` with a `Ref`, or with an object.  Out: the object and the margin of its identification; or a `Ref`.
Every object that fits the words counts, barely visible ones too: a reference that fits two objects is ambiguous.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from spatial.questions.certain_facts import View
from spatial.questions.question_kinds import Extreme, Hop, Ref
from spatial.questions.wording.lexicon import alike, family_of, fits, word_list


class Unanswerable(ValueError):
    """The question has no certain answer in this scene; the text says why."""


@dataclass(frozen=True)
class Referent:
    """A referent: its position in the view's objects and the margin.

    `used` are all objects that were examined to identify it, `mentioned` the other objects that the words name.
    """

    index: int
    margin: float
    used: tuple[int, ...]
    rules: tuple[str, ...] = ()
    mentioned: tuple[int, ...] = ()


EXTREMES: tuple[Extreme, ...] = ("leftmost", "rightmost", "highest", "lowest")


def matching_objects(view: View, category: str | None) -> tuple[int, ...]:
    """The objects that the word may mean, including barely visible ones."""
    return tuple(i for i, o in enumerate(view.objects) if category is None or fits(category, o.category))


def resolve(view: View, ref: Ref) -> Referent:
    """The referent. Raises Unanswerable when no object fits, or more than one may."""
    among = matching_objects(view, ref.category)
    if ref.attribute is not None:
        found = Referent(_with_attribute(view, ref.attribute, among), 1.0, among, ("attribute",))
    elif ref.extreme is not None:
        found = _outermost(view, ref.extreme, among)
    elif ref.predicate is not None and ref.anchor is not None:
        found = related(view, ref.predicate, ref.anchor, among)
    else:
        found = Referent(_only_one(among, f"the {ref.category}"), 1.0, among[:1])
    if found.index not in view.clear:
        raise Unanswerable(f"object {view.objects[found.index].id} is hardly visible")
    return found


def _only_one(among: tuple[int, ...], words: str) -> int:
    if len(among) != 1:
        raise Unanswerable(f"{words} fits {len(among)} objects")
    return among[0]


def _with_attribute(view: View, attribute: str, among: tuple[int, ...]) -> int:
    """The object with the attribute, if all others have a clearly different one of the same family."""
    having = tuple(i for i in among if attribute in view.objects[i].attributes)
    index = _only_one(having, f"what is {attribute}")
    for i in among:
        if i != index and not differs(view.objects[i].attributes, attribute):
            raise Unanswerable(f"object {view.objects[i].id} may be {attribute} too")
    return index


def differs(attributes: tuple[str, ...], attribute: str) -> bool:
    """Whether an object with these attributes certainly lacks another: it has a clearly different one of its family."""
    family = family_of(attribute)
    same_family = [a for a in attributes if family_of(a) == family]
    return bool(same_family) and not any(alike(a, attribute) for a in same_family)


def _outermost(view: View, extreme: str, among: tuple[int, ...]) -> Referent:
    if len([i for i in among if i in view.clear]) < 2:
        raise Unanswerable(f"{extreme} needs several of a kind that are clearly seen")
    best = view.outermost(extreme, among)
    if best is None:
        raise Unanswerable(f"which one is {extreme} is doubtful")
    return Referent(best[0], best[1], among, (f"{extreme}: beyond all others of its kind, by centre and edge",))


def related(view: View, predicate: str, anchor: Ref, among: tuple[int, ...]) -> Referent:
    """The object of `among` in the relation to the anchor, without the objects that the anchor's words name."""
    base = resolve(view, anchor)
    if predicate == "nearest":
        return nearest_to(view, base, among)
    mentioned = (base.index, *base.mentioned)
    judgements = {i: view.relation(i, predicate, base.index) for i in among if i not in mentioned}
    if any(judgement.value is None for judgement in judgements.values()):
        raise Unanswerable(f"whether something is {predicate} the reference is doubtful")
    if any(view.relation(i, predicate, base.index).value for i in base.mentioned if i in among):
        raise Unanswerable(f"something that the words name is {predicate} the reference too")
    having = tuple(i for i, judgement in judgements.items() if judgement.value)
    index = _only_one(having, f"what is {predicate} the reference")
    margin = min([base.margin, *(judgement.margin for judgement in judgements.values())])
    rules = (*base.rules, f"{predicate}: holds of one object only")
    return Referent(index, margin, (index, *judgements, *base.used), rules, mentioned)


def nearest_to(view: View, base: Referent, among: tuple[int, ...]) -> Referent:
    """The object of `among` that is clearly the nearest to the base, which is none that the words name."""
    others = tuple(i for i in among if i != base.index)
    best = view.nearest(base.index, others)
    if best is None or best[0] in base.mentioned:
        raise Unanswerable("which one is nearest is doubtful, or it is one that the words name")
    rules = (*base.rules, "nearest: least gap in the picture")
    return Referent(best[0], min(base.margin, best[1]), (*others, *base.used), rules, (base.index, *base.mentioned))


def refs_for(view: View, index: int) -> Iterator[Ref]:
    """References that identify this object, the simplest first."""
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
    yield from _support_refs(view, index)


def _support_refs(view: View, index: int) -> Iterator[Ref]:
    thing = view.objects[index]
    place: dict[int, Hop] = {}
    for subject, predicate, anchor in sorted(view.drawn):
        if subject == thing.id and predicate in ("on", "inside"):
            place[anchor] = "on" if predicate == "on" else "inside"
    for other in view.objects:
        if other.id in place:
            anchor_ref = Ref(category=other.category)
            yield Ref(category=thing.category, predicate=place[other.id], anchor=anchor_ref)
