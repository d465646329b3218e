"""A seed's requirements: objects that must be there, relations that must hold.

In: a selection and a seed's options.  Out: the selection with the required objects, and the required relations over
their numbers.  Does not check that these can hold together in a picture (`spatial.layout` does).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from agents.object_selection import Member, Selection, add_required, prop_up, required_category
from agents.rejections import check_consistency, unmet_options
from agents.scene_inventory import Carry
from schemas.events import SeedOptions
from schemas.graph import Relation
from schemas.predicate_names import GROUPS
from spatial.knowledge.category_names import category_name, excluded_names
from spatial.knowledge.knowledge_base import find_scene
from spatial.knowledge.renderer_capabilities import RendererCapabilities
from spatial.relations.phrases import UnknownPhrase, normalise
from spatial.relations.predicate_table import PREDICATES
from spatial.relations.relation_truth import members

CARRY: dict[str, tuple[Carry, bool]] = {
    "on": ("on", False),
    "supports": ("on", True),
    "inside": ("inside", False),
    "contains": ("inside", True),
}
"""Predicates by which one object carries another: how, and whether the carrier is the subject."""

LEAN = {"leaning_on": False, "props_up": True}
"""Predicates by which one object leans on another: whether the subject is what is leant on."""

Triple = tuple[str, str, tuple[str, ...]]
"""The subject's category, a phrase, and the categories of its objects: none for a place, several for a group."""

Numbers = tuple[int, tuple[int, ...]]
"""Which objects of their categories a triple relates, counted from 0: the subject, and each object."""

Wanted = tuple[str, int | None]
"""A category, and which of its objects where that matters."""

_JOINED = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+")


@dataclass(frozen=True)
class Named:
    """What a concept says of the objects that it names, beside a seed's options.

    `attributes`: what the first objects of a category must have, one entry per object.  `numbers`: of the last required
    relations.  `exact`: categories of which no more are added.
    """

    attributes: Mapping[str, Sequence[tuple[str, ...]]] = field(default_factory=dict)
    numbers: tuple[Numbers, ...] = ()
    exact: frozenset[str] = frozenset()


def add_requirements(
    selection: Selection, options: SeedOptions, rng: Random, numbers: Sequence[Numbers] = ()
) -> list[Relation]:
    """Add the required objects and return the required relations. Raises RequestRejected where that is impossible.

    `numbers`: of the last of the required relations.
    """
    _refuse_visible_exclusions(selection)
    scene = selection.inventory.kind.name
    triples = required_triples(options, scene)
    relations: list[Relation] = []
    unnumbered = [None] * (len(triples) - len(numbers))
    for triple, which in zip(triples, [*unnumbered, *numbers], strict=True):
        found = _add_relation(selection, triple, which, options, rng)
        relations += [relation for relation in found if relation not in relations]
    missing = [category_name(name, scene) for name in options.required_objects]
    for name in selection.names():
        if name in missing:
            missing.remove(name)
    for name in missing:
        add_required(selection, name, options.max_objects, rng)
    prop_up(selection, {frozenset((r.subject, i)) for r in relations for i in members(r)}, options.max_objects, rng)
    if len(selection.members) > options.max_objects:
        raise unmet_options(
            f"{len(selection.members)} things are required, no more than {options.max_objects} allowed (max_objects)"
        )
    check_consistency(selection.names(), relations, "the required relations contradict each other")
    return relations


def required_triples(options: SeedOptions, scene: str | None = None) -> list[Triple]:
    """The required relations with the names of categories; those of a group are written as in `chair and table`."""
    return [
        (category_name(a, scene), phrase, tuple(category_name(name, scene) for name in object_names(phrase, b)))
        for a, phrase, b in options.required_relations
    ]


def refuse_unshown(scene: str, capabilities: RendererCapabilities) -> None:
    """Raise RequestRejected for a scene whose picture would show another place."""
    missing = capabilities.lacks(scene)
    if missing is not None:
        without = f"the renderer {capabilities.renderer} cannot draw {missing}"
        raise unmet_options(f"{without}, which the scene {scene!r} is known by")


def home_of(place: str, capabilities: RendererCapabilities) -> str | None:
    """The known scene of a place, from which kinds (`fruit`) get a category; None where they can be drawn as such."""
    match = find_scene(place) if capabilities.pictures else None
    return None if match is None else match.scene


def excluded_categories(options: SeedOptions) -> tuple[str, ...]:
    """What must not be there: the named categories, and all of the named kinds."""
    return tuple(dict.fromkeys(found for name in options.excluded for found in excluded_names(name)))


def object_names(phrase: str, said: str | None) -> list[str]:
    """The names of a relation's objects: of a group, those that commas and `and` join."""
    if said is None:
        return []
    return [name for name in _JOINED.split(said) if name] if is_of_group(phrase) else [said]


def is_of_group(phrase: str) -> bool:
    """Whether a name or phrase says a predicate that takes several objects."""
    try:
        found = (phrase,) if phrase in PREDICATES else normalise(phrase)
    except UnknownPhrase:
        return False
    return any(name in GROUPS for name in found)


def _refuse_visible_exclusions(selection: Selection) -> None:
    shown = selection.excluded.intersection(selection.inventory.kind.elements)
    if shown and selection.inventory.capabilities.pictures:
        raise unmet_options(
            f"the scene {selection.inventory.kind.name} itself shows what is excluded: {', '.join(sorted(shown))}"
        )


def _add_relation(
    selection: Selection, triple: Triple, numbers: Numbers | None, options: SeedOptions, rng: Random
) -> list[Relation]:
    subject, phrase, others = triple
    predicates = predicates_for(phrase, len(others))
    carry = next((CARRY[p] for p in predicates if p in CARRY), None)
    which = (None,) * (1 + len(others)) if numbers is None else (numbers[0], *numbers[1])
    wanted = list(zip((subject, *others), which, strict=True))
    if carry is not None:
        a, b = _carried(selection, (wanted[0], wanted[1]), carry, options, rng)
        return relations_over(predicates, a, [b])
    if "on_stack" in predicates:
        stack = _stacked(selection, (subject, *others), options, rng)
        return relations_over(predicates, stack[0], stack[1:])
    if "in_corner" in predicates and subject not in selection.inventory.rests:
        raise unmet_options(f"{subject} stands on something, and what stands there is in no corner of a picture")
    taken: list[int] = []
    for each in wanted:
        taken.append(_find_or_add(selection, each, set(taken), options, rng))
    for name in predicates:
        _lean(selection, name, taken[0], taken[1:])
    return relations_over(predicates, taken[0], taken[1:])


def _lean(selection: Selection, name: str, a: int, others: Sequence[int]) -> None:
    """Note what leans on what, where a predicate says that."""
    if name in LEAN:
        leaning, prop = (others[0], a) if LEAN[name] else (a, others[0])
        if selection.members[leaning].carrier is None and not _is_carrier_or_self(selection, prop, leaning):
            selection.members[leaning].prop = prop


def _stacked(selection: Selection, names: Sequence[str], options: SeedOptions, rng: Random) -> list[int]:
    """A stack of objects, from top to bottom: the lowest is found or added, each other one is put on the one below it."""
    stack = [_find_or_add(selection, (names[-1], None), set(), options, rng)]
    for name in reversed(names[:-1]):
        loose = [i for i, m in enumerate(selection.members) if m.category.name == name and m.carrier is None]
        free = [i for i in loose if i not in stack and not _is_carrier_or_self(selection, stack[-1], i)]
        upper = free[0] if free else selection.add(required_category(selection, name))
        selection.members[upper].carrier, selection.members[upper].carry = stack[-1], "on"
        stack.append(upper)
    for i in stack:
        selection.members[i].stacked = True
    return stack[::-1]


def relations_over(predicates: Sequence[str], subject: int, objects: Sequence[int]) -> list[Relation]:
    """The relations of a subject: of a group one with all objects, else one with each."""
    if not objects:
        return [Relation(subject=subject, predicate=p) for p in predicates]
    found = []
    for p in predicates:
        groups = [tuple(objects)] if p in GROUPS else [(each,) for each in objects]
        found += [Relation(subject=subject, predicate=p, object=first, others=tuple(rest)) for first, *rest in groups]
    return found


def _carried(
    selection: Selection, pair: tuple[Wanted, Wanted], carry: tuple[Carry, bool], options: SeedOptions, rng: Random
) -> tuple[int, int]:
    """The subject and object of a relation by which one carries the other, even if the knowledge base has no such pair."""
    how, turned = carry
    upper, lower = pair[::-1] if turned else pair
    carrier = _find_or_add(selection, lower, set(), options, rng)
    thing = _loose(selection, upper, carrier, options, rng)
    if thing is None:
        thing = selection.add(required_category(selection, upper[0]), carrier, how)
    else:
        selection.members[thing].carrier, selection.members[thing].carry = carrier, how
    return (carrier, thing) if turned else (thing, carrier)


def _loose(selection: Selection, wanted: Wanted, carrier: int, options: SeedOptions, rng: Random) -> int | None:
    """The object that is wanted on the carrier, else one that nothing carries; None where another must be added."""
    name, number = wanted
    alike = [i for i, present in enumerate(selection.names()) if present == name]
    if number is None:
        alike = [i for i in alike if selection.members[i].carrier is None]
    else:
        while len(alike) < number:
            alike.append(add_required(selection, name, options.max_objects, rng))
        alike = alike[number : number + 1]
    return next((i for i in alike if not _is_carrier_or_self(selection, carrier, i)), None)


def _is_carrier_or_self(selection: Selection, i: int, j: int) -> bool:
    """Whether `j` is `i`, or carries it or props it up."""
    member: Member | None = selection.members[i]
    while member is not None:
        if member is selection.members[j]:
            return True
        below = member.prop if member.carrier is None else member.carrier
        member = None if below is None else selection.members[below]
    return False


def _find_or_add(selection: Selection, wanted: Wanted, taken: set[int], options: SeedOptions, rng: Random) -> int:
    """The number of the object, which is added if it is not there yet; of an unnumbered one the first that is not taken."""
    name, number = wanted
    alike = [i for i, present in enumerate(selection.names()) if present == name and (number is not None or i not in taken)]
    while len(alike) <= (number or 0):
        alike.append(add_required(selection, name, options.max_objects, rng))
    return alike[number or 0]


def predicates_for(phrase: str, count: int) -> tuple[str, ...]:
    """The predicates of a name or phrase for `count` objects. Raises RequestRejected for anything else."""
    try:
        found = (phrase,) if phrase in PREDICATES else normalise(phrase)
    except UnknownPhrase as error:
        raise unmet_options(str(error)) from error
    if any((PREDICATES[p].family == "place") != (count == 0) for p in found):
        raise unmet_options(f"{phrase!r} {'needs another thing' if count == 0 else 'is a place and takes no other thing'}")
    for name in found:
        least, most = GROUPS.get(name, (0, 0))
        if not least < count <= most + 1 and (name in GROUPS or count > 1):
            wanted = f"{least + 1}" if least == most else f"{least + 1} to {most + 1}"
            raise unmet_options(f"{phrase!r} takes {wanted} things, not {count}, as in 'chair and table'")
    return found
