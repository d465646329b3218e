"""How the things of a scene are held, and which of their forms suit that: open ones for what is inside, tilted ones.

In: a draft and the kind of place.  Out: a `Support` and the possible `Forms` of each thing.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from spatial.knowledge.knowledge_base import categories, scene_kinds
from spatial.layout.placement_problem import ancestors, facts_of
from spatial.layout.solver import NoLayout
from spatial.reasoning.draft import Draft
from spatial.world.body_table import BodyKind, bodies
from spatial.world.leaning import can_lean
from spatial.world.views.viewpoints import AFLOAT, SpaceKind
from spatial.world.world_search import Support


@dataclass(frozen=True)
class Forms:
    """The forms that a thing may have; `shows_inside`: it stands open, so that what is in it can be seen."""

    names: tuple[str, ...]
    shows_inside: bool


def supports_of(draft: Draft, space_kind: SpaceKind) -> list[Support]:
    """How each thing is held: of several carriers by the topmost, as by a tray that is on a table.

    What cannot stand by itself leans on a wall where nothing is named for it and there is one.
    Raises NoLayout for what leans on two things, or leans and is carried.
    """
    held: dict[int, dict[int, bool]] = {i: {} for i in range(len(draft.objects))}
    props: dict[int, int] = {}
    names = draft.objects
    for fact in facts_of(draft):
        if fact.predicate in ("on", "inside"):
            held[fact.subject][fact.pair[1]] = fact.predicate == "inside"
        if fact.predicate == "leaning_on" and props.setdefault(fact.subject, fact.pair[1]) != fact.pair[1]:
            raise NoLayout(f"{names[fact.subject]} leans on two things")
    for i in props.keys() & {i for i in held if held[i]}:
        raise NoLayout(f"{names[i]} leans on {names[props[i]]}, and another thing carries it")
    supports = []
    for i, name in enumerate(draft.objects):
        carrier = max(held[i], key=lambda j: len(ancestors([*map(tuple, held.values())], j)), default=None)
        hollow = carrier is not None and held[i][carrier]
        on_wall = space_kind == "room" and carrier is None and not bodies()[name].stands_somehow
        rests = _rests(draft, name) if carrier is None else categories()[name].rests_on
        supports.append(Support(carrier, hollow, rests, i in props or on_wall, props.get(i)))
    return supports


def _rests(draft: Draft, name: str) -> tuple[str, ...]:
    """Where a thing may be that nothing carries. Raises NoLayout for what only floats, where things stand on land."""
    kind = scene_kinds().get(draft.scene) if draft.scene is not None else None
    afloat = kind is not None and kind.backdrop in AFLOAT
    rests = categories()[name].rests_on or ("floor",)
    found = tuple(rest for rest in rests if afloat or rest != "water")
    if not found:
        raise NoLayout(f"{name} floats, and things stand on land here")
    return found


def forms_for(draft: Draft, supports: Sequence[Support], i: int) -> Forms:
    """The forms that a thing may have for what it carries, holds and props up, and for how it stands itself.

    Raises NoLayout where it has none.
    """
    kind = bodies()[draft.objects[i]]
    found = kind.forms
    for reason, fits in _wanted(draft, supports, i):
        found = tuple(form for form in found if fits(form))
        if not found:
            raise NoLayout(reason)
    return Forms(found, any(each.forms for form in found for each in kind.surfaces_of(form, True)))


Wanted = tuple[str, Callable[[str], bool]]
"""What is wrong with a thing that has no such form, and which form that is."""


def _wanted(draft: Draft, supports: Sequence[Support], i: int) -> Iterator[Wanted]:
    kind, own, held = bodies()[draft.objects[i]], supports[i], list(zip(draft.objects, supports, strict=True))
    upon = [name for name, support in held if support.carrier == i and not support.hollow]
    within = [name for name, support in held if support.carrier == i and support.hollow]
    if upon:
        yield f"{upon[0]} is on {kind.name}, which has no place for it", lambda form: bool(kind.surfaces_of(form, False))
    if within:
        yield f"{within[0]} is in {kind.name}, which has no place for it", lambda form: bool(kind.surfaces_of(form, True))
    else:
        yield f"{kind.name} stands open", kind.is_closed
    yield from _wanted_of_stance(draft, own, kind)
    leaning = [name for name, support in held if support.prop == i]
    if leaning:
        yield f"{leaning[0]} leans on {kind.name}, which has no firm side", lambda form: bool(kind.faces_of(form))


def _wanted_of_stance(draft: Draft, own: Support, kind: BodyKind) -> Iterator[Wanted]:
    if not own.leans:
        yield f"{kind.name} leans on something, and nothing is there for it", kind.is_upright
        return
    yield f"{kind.name} does not lean", lambda form: bool(kind.leans_of(form))
    if own.prop is not None:
        prop = bodies()[draft.objects[own.prop]]
        reason = f"{kind.name} does not lean on {prop.name}: that has no side for it, or not the height"
        yield reason, lambda _: can_lean(kind, prop)
