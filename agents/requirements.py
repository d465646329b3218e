"""What a seed demands: things that must be there, relations that must hold.

In: a cast and a seed's options.  Out: the cast with the demanded things, and the demanded relations over its numbers.
Does not check that they can hold together in a picture (`spatial.layout` proves that).
"""

from functools import lru_cache
from random import Random

from agents.object_selection import Cast, Member, settle, wanted
from agents.rejections import refuse_contradiction, unmet_options
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
"""Predicates by which one thing carries another: how, and whether it is said of the carrier."""

Triple = tuple[str, str, str | None]


def require(cast: Cast, options: SeedOptions, rng: Random) -> list[Relation]:
    """Add what is demanded and return the demanded relations. Raises Unmet where that cannot be."""
    _shown_by_the_place(cast)
    triples = [(plain(a), phrase, plain(b) if b else None) for a, phrase, b in options.required_relations]
    relations: list[Relation] = []
    for triple in triples:
        relations.extend(_related(cast, triple, options, rng))
    missing = [plain(name) for name in options.required_objects]
    for name in cast.names():
        if name in missing:
            missing.remove(name)
    for name in missing:
        settle(cast, name, options.max_objects, rng)
    if len(cast.members) > options.max_objects:
        raise unmet_options(f"{len(cast.members)} things are required, no more than {options.max_objects} allowed")
    refuse_contradiction(cast.names(), relations, "the required relations contradict each other")
    return relations


def plain(name: str) -> str:
    """The category's name for a name in the singular or plural, in any case."""
    text = " ".join(name.casefold().split())
    for article in ("a ", "an ", "the "):
        text = text.removeprefix(article)
    return text if text in categories() else _plurals().get(text, text)


@lru_cache(maxsize=1)
def _plurals() -> dict[str, str]:
    return {c.plural: name for name, c in categories().items()}


def _shown_by_the_place(cast: Cast) -> None:
    shown = cast.barred.intersection(cast.stock.kind.elements)
    if shown and cast.stock.abilities.pictures:
        raise unmet_options(f"the scene {cast.stock.kind.name} itself shows what is excluded: {', '.join(sorted(shown))}")


def _related(cast: Cast, triple: Triple, options: SeedOptions, rng: Random) -> list[Relation]:
    subject, phrase, other = triple
    predicates = _predicates(phrase, unary=other is None)
    carry = next((CARRY[p] for p in predicates if p in CARRY), None)
    if other is None:
        a = _present(cast, subject, set(), options, rng)
        return [Relation(subject=a, predicate=p) for p in predicates]
    if carry is None:
        a = _present(cast, subject, set(), options, rng)
        b = _present(cast, other, {a}, options, rng)
    else:
        a, b = _carried(cast, triple, carry, options, rng)
    return [Relation(subject=a, predicate=p, object=b) for p in predicates]


def _carried(cast: Cast, triple: Triple, carry: tuple[Carry, bool], options: SeedOptions, rng: Random) -> tuple[int, int]:
    """The two of a relation in which one carries the other, whether or not the knowledge base expects that."""
    how, turned = carry
    names = (triple[2] or "", triple[0]) if turned else (triple[0], triple[2] or "")
    carrier = _present(cast, names[1], set(), options, rng)
    loose = [i for i, m in enumerate(cast.members) if m.category.name == names[0] and m.carrier is None and i != carrier]
    if loose and not _below(cast, carrier, loose[0]):
        cast.members[loose[0]].carrier, cast.members[loose[0]].carry = carrier, how
        thing = loose[0]
    else:
        thing = cast.add(wanted(cast, names[0]), carrier, how)
    return (carrier, thing) if turned else (thing, carrier)


def _below(cast: Cast, i: int, j: int) -> bool:
    """Whether `j` is `i` or carries it."""
    member: Member | None = cast.members[i]
    while member is not None:
        if member is cast.members[j]:
            return True
        member = None if member.carrier is None else cast.members[member.carrier]
    return False


def _present(cast: Cast, name: str, taken: set[int], options: SeedOptions, rng: Random) -> int:
    """The number of a thing of that name, brought in if it is not there yet."""
    for i, present in enumerate(cast.names()):
        if present == name and i not in taken:
            return i
    return settle(cast, name, options.max_objects, rng)


def _predicates(phrase: str, unary: bool) -> tuple[str, ...]:
    """What a predicate's name or a phrase says. Raises Unmet for what is neither, or has the wrong number of objects."""
    try:
        found = (phrase,) if phrase in PREDICATES else normalise(phrase)
    except UnknownPhrase as error:
        raise unmet_options(str(error)) from error
    if any((PREDICATES[p].family == "place") != unary for p in found):
        raise unmet_options(f"{phrase!r} {'needs another thing' if unary else 'is a place and takes no other thing'}")
    return found
