"""A seed's requirements: objects that must be there, relations that must hold.

In: a selection and a seed's options.  Out: the selection with the required objects, and the required relations over
their numbers.  Does not check that these can hold together in a picture (`spatial.layout` does).
"""

from functools import lru_cache
from random import Random

from agents.object_selection import Member, Selection, add_required, required_category
from agents.rejections import check_consistency, unmet_options
from agents.scene_inventory import Carry
from schemas.events import SeedOptions
from schemas.graph import Relation
from spatial.knowledge.knowledge_base import categories
from spatial.relations.phrases import UnknownPhrase, normalise
from spatial.relations.predicate_table import PREDICATES

CARRY: dict[str, tuple[Carry, bool]] = {
    "on": ("on", False),
    "supports": ("on", True),
    "inside": ("inside", False),
    "contains": ("inside", True),
}
"""Predicates by which one object carries another: how, and whether the carrier is the subject."""

Triple = tuple[str, str, str | None]


def add_requirements(selection: Selection, options: SeedOptions, rng: Random) -> list[Relation]:
    """Add the required objects and return the required relations. Raises RequestRejected where that is impossible."""
    _refuse_visible_exclusions(selection)
    triples = [(category_name(a), phrase, category_name(b) if b else None) for a, phrase, b in options.required_relations]
    relations: list[Relation] = []
    for triple in triples:
        relations.extend(_add_relation(selection, triple, options, rng))
    missing = [category_name(name) for name in options.required_objects]
    for name in selection.names():
        if name in missing:
            missing.remove(name)
    for name in missing:
        add_required(selection, name, options.max_objects, rng)
    if len(selection.members) > options.max_objects:
        raise unmet_options(f"{len(selection.members)} things are required, no more than {options.max_objects} allowed")
    check_consistency(selection.names(), relations, "the required relations contradict each other")
    return relations


def category_name(name: str) -> str:
    """The category's name for a singular or plural noun, with or without an article, in any case."""
    text = " ".join(name.casefold().split())
    for article in ("a ", "an ", "the "):
        text = text.removeprefix(article)
    return text if text in categories() else _plurals().get(text, text)


@lru_cache(maxsize=1)
def _plurals() -> dict[str, str]:
    return {c.plural: name for name, c in categories().items()}


def _refuse_visible_exclusions(selection: Selection) -> None:
    shown = selection.excluded.intersection(selection.inventory.kind.elements)
    if shown and selection.inventory.capabilities.pictures:
        raise unmet_options(
            f"the scene {selection.inventory.kind.name} itself shows what is excluded: {', '.join(sorted(shown))}"
        )


def _add_relation(selection: Selection, triple: Triple, options: SeedOptions, rng: Random) -> list[Relation]:
    subject, phrase, other = triple
    predicates = _predicates(phrase, unary=other is None)
    carry = next((CARRY[p] for p in predicates if p in CARRY), None)
    if other is None:
        a = _find_or_add(selection, subject, set(), options, rng)
        return [Relation(subject=a, predicate=p) for p in predicates]
    if carry is None:
        a = _find_or_add(selection, subject, set(), options, rng)
        b = _find_or_add(selection, other, {a}, options, rng)
    else:
        a, b = _carried(selection, triple, carry, options, rng)
    return [Relation(subject=a, predicate=p, object=b) for p in predicates]


def _carried(
    selection: Selection, triple: Triple, carry: tuple[Carry, bool], options: SeedOptions, rng: Random
) -> tuple[int, int]:
    """The subject and object of a relation by which one carries the other, even if the knowledge base has no such pair."""
    how, turned = carry
    names = (triple[2] or "", triple[0]) if turned else (triple[0], triple[2] or "")
    carrier = _find_or_add(selection, names[1], set(), options, rng)
    loose = [
        i for i, m in enumerate(selection.members) if m.category.name == names[0] and m.carrier is None and i != carrier
    ]
    if loose and not _is_carrier_or_self(selection, carrier, loose[0]):
        selection.members[loose[0]].carrier, selection.members[loose[0]].carry = carrier, how
        thing = loose[0]
    else:
        thing = selection.add(required_category(selection, names[0]), carrier, how)
    return (carrier, thing) if turned else (thing, carrier)


def _is_carrier_or_self(selection: Selection, i: int, j: int) -> bool:
    """Whether `j` is `i` or carries it."""
    member: Member | None = selection.members[i]
    while member is not None:
        if member is selection.members[j]:
            return True
        member = None if member.carrier is None else selection.members[member.carrier]
    return False


def _find_or_add(selection: Selection, name: str, taken: set[int], options: SeedOptions, rng: Random) -> int:
    """The number of an object of that name, which is added if it is not there yet."""
    for i, present in enumerate(selection.names()):
        if present == name and i not in taken:
            return i
    return add_required(selection, name, options.max_objects, rng)


def _predicates(phrase: str, unary: bool) -> tuple[str, ...]:
    """The predicates of a name or phrase. Raises RequestRejected for anything else or the wrong number of objects."""
    try:
        found = (phrase,) if phrase in PREDICATES else normalise(phrase)
    except UnknownPhrase as error:
        raise unmet_options(str(error)) from error
    if any((PREDICATES[p].family == "place") != unary for p in found):
        raise unmet_options(f"{phrase!r} {'needs another thing' if unary else 'is a place and takes no other thing'}")
    return found
