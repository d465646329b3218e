"""Chooses the objects of a graph: categories, what they rest on, what carries them.

In: an inventory, a random generator, a request.  Out: a selection, in the order of its members' numbers.
Does not relate objects beyond support and containment (`agents.relation_selection` does).
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from random import Random

from agents.image_prompts import with_article
from agents.rejections import unmet_options
from agents.scene_inventory import Carry, SceneInventory, Weighted
from spatial.knowledge.categories import Category, Rest
from spatial.knowledge.category_names import kinds
from spatial.knowledge.knowledge_base import categories
from spatial.layout.size_ratios import look_true

FULL = 1.6
"""Largest sum of attenuated widths on a carrier, in widths of the carrier: beyond it all would shrink."""

ATTENUATION = 0.5
"""Exponent on ratios of real sizes: a cup beside a table looks larger than it is."""

RISES = 0.72
"""Objects on a low surface must rise above the carrier's top (`on` requires it): at that height they fill its width when
the sum of their aspects is this times the carrier's aspect over its surface's depth."""

MOST_CARRIED = 3
"""Most objects on one carrier: more would hide each other."""

MOST_ALIKE = 3
"""Most objects of one category: enough to count, few enough to tell apart."""

LEANS = 0.5
"""Probability that what may stand alone, as a bicycle, leans on something that is there."""

LARGEST_PART = 0.4
"""Of the front of a thing that of a part of it, as a door of a house."""

ALTERNATIVES = 3
"""Most things that are named in place of one whose picture shows what is excluded."""

TRIES = 40
"""Consecutive draws without a fitting object after which a scene counts as exhausted."""

TRIES_AT_TRUE_SIZE = 25
"""Consecutive draws after which things are taken whose sizes must be brought nearer to each other."""


@dataclass(frozen=True)
class SelectionRequest:
    """Probabilities for the next object: `carried` by another (`inside` it rather than on it), or `alike`, a twin.

    `leaning`: whether things may lean on others.
    """

    carried: float = 0.5
    inside: float = 0.2
    alike: float = 0.13
    leaning: bool = True

    def is_allowed(self, carry: Carry) -> bool:
        """Whether objects may be put on (in) others at all."""
        return self.inside > 0 if carry == "inside" else self.inside < 1


@dataclass
class Member:
    """A selected object. `rest`: where it is if nothing carries it.

    `prop`: the number of what it leans on.  `stacked`: whether it is part of a stack, where nothing else is put.
    """

    category: Category
    rest: Rest
    carrier: int | None = None
    carry: Carry | None = None
    prop: int | None = None
    stacked: bool = False


@dataclass
class Selection:
    """The objects chosen so far; `excluded` are names that must not appear, not even in another object's picture.

    `full`: names of which only required objects are added.
    `at_true_size`: whether only things are added that can be seen beside the others at nearly true ratios of sizes.
    """

    inventory: SceneInventory
    excluded: frozenset[str] = frozenset()
    full: frozenset[str] = frozenset()
    members: list[Member] = field(default_factory=list)
    at_true_size: bool = True

    def names(self) -> list[str]:
        """Category names in the order of numbers."""
        return [member.category.name for member in self.members]

    def agrees(self, category: Category) -> bool:
        """Whether it can be added so that all objects can still be counted and named unambiguously."""
        if category.name in self.excluded | self.full or self.excluded.intersection(category.parts):
            return False
        same, most = 0, min(MOST_ALIKE, max(2, len(self.members) - 1))
        for member in self.members:
            other = member.category
            if other.name == category.name:
                same += 1
            elif other.name in category.parts or category.name in other.parts:
                return False
        return same == 0 or (same < most and not category.single)

    def looks_true(self, category: Category) -> bool:
        """Whether it may be added by the rule for sizes."""
        sides = [member.category.side_m for member in self.members] + [category.side_m]
        return not self.at_true_size or look_true(sides, self.inventory.kind.backdrop)

    def has_room_on(self, carrier: int, category: Category) -> bool:
        """Whether one more object fits on (or in) a carrier."""
        base = self.members[carrier].category
        row = [category, *(m.category for m in self.members if m.carrier == carrier)]
        if len(row) > MOST_CARRIED:
            return False
        filled = sum((c.width_m / base.width_m) ** ATTENUATION for c in row)
        rising = sum(c.aspect for c in row) * (base.surface or 0.0) <= RISES * base.aspect
        return rising and (len(row) == 1 or filled <= FULL)

    def takes(self, category: Category) -> bool:
        """Whether a planner may choose it freely: it agrees with the others and looks true beside them."""
        return self.agrees(category) and self.looks_true(category)

    def props_for(self, category: Category) -> list[int]:
        """The numbers of what an object of a category could lean on: firm, on the ground, and used by nothing else."""
        leans_on = self.inventory.capabilities.leans_on
        used = {m.prop for m in self.members} | {m.carrier for m in self.members}
        return [
            i
            for i, m in enumerate(self.members)
            if i not in used and m.carrier is None and m.rest == "floor" and leans_on(category, m.category)
        ]

    def must_lean(self, category: Category) -> bool:
        """Whether an object on the ground must be given something to lean on."""
        return self.inventory.capabilities.must_lean(category, self.inventory.kind)

    def add(self, category: Category, carrier: int | None = None, carry: Carry | None = None) -> int:
        """Add an object where it belongs and return its number."""
        rests = self.inventory.rests.get(category.name) or ("surface",)
        self.members.append(Member(category, rests[0], carrier, carry))
        return len(self.members) - 1


def fill(selection: Selection, count: int, request: SelectionRequest, rng: Random) -> None:
    """Choose objects until there are `count`. Raises RequestRejected where the scene has no more that fit."""
    if not selection.members:
        _draw_first(selection, request, rng)
    failures = 0
    while len(selection.members) < count:
        selection.at_true_size = failures < TRIES_AT_TRUE_SIZE
        if _draw(selection, request, rng):
            failures = 0
            continue
        failures += 1
        if failures > TRIES:
            scene, found = selection.inventory.kind.name, len(selection.members)
            raise unmet_options(f"the scene {scene} offers only {found} things that fit, not {count}")


def _draw_first(selection: Selection, request: SelectionRequest, rng: Random) -> None:
    """Add one of the things that characterise the scene, if it can be seen at its size one that can."""
    for selection.at_true_size in (True,) * TRIES_AT_TRUE_SIZE + (False,):
        if _try_add_free(selection, selection.inventory.core, request, rng):
            return


def _draw(selection: Selection, request: SelectionRequest, rng: Random) -> bool:
    if selection.members and rng.random() < request.carried and _draw_carried(selection, request, rng):
        return True
    return _draw_free(selection, request, rng)


def _draw_free(selection: Selection, request: SelectionRequest, rng: Random) -> bool:
    if selection.members and rng.random() < request.alike:
        twin = rng.choice(selection.members)
        standing = twin.carrier is None and twin.category.name in selection.inventory.rests
        if standing and selection.takes(twin.category):
            return _add_free(selection, twin.category, request, rng)
    return _try_add_free(selection, selection.inventory.free, request, rng)


def _try_add_free(selection: Selection, offers: Weighted, request: SelectionRequest, rng: Random) -> bool:
    if not offers.names:
        return False
    category = selection.inventory.known[rng.choices(offers.names, cum_weights=offers.cumulative)[0]]
    return selection.takes(category) and _add_free(selection, category, request, rng)


def _add_free(selection: Selection, category: Category, request: SelectionRequest, rng: Random) -> bool:
    """Add an object without a carrier, but nothing that would have to stand where it can only lean."""
    props = selection.props_for(category) if request.leaning else []
    if selection.must_lean(category) and not props:
        return False
    number = selection.add(category)
    if props and (selection.must_lean(category) or rng.random() < LEANS):
        selection.members[number].prop = rng.choice(props)
    return True


def _draw_carried(selection: Selection, request: SelectionRequest, rng: Random) -> bool:
    """Add an object on or in a member; the other of the two ways where no member can carry the first."""
    ways: tuple[Carry, Carry] = ("inside", "on") if rng.random() < request.inside else ("on", "inside")
    for carry in ways:
        offers = selection.inventory.inside if carry == "inside" else selection.inventory.on
        carriers = [
            i for i, m in enumerate(selection.members) if offers[m.category.name].names and _may_carry(selection, i, carry)
        ]
        if carriers and request.is_allowed(carry):
            carrier = rng.choice(carriers)
            return _try_add(selection, offers[selection.members[carrier].category.name], rng, carrier, carry)
    return False


def _may_carry(selection: Selection, i: int, carry: Carry) -> bool:
    """Whether objects may be put on (in) member `i`: never both, not on a stack, and nothing is stacked three high.

    Nothing is put on what another thing leans on, which would cover it.
    """
    if selection.members[i].stacked or any(m.prop == i for m in selection.members):
        return False
    if any(m.carrier == i and m.carry != carry for m in selection.members):
        return False
    below = selection.members[i].carrier
    return below is None or selection.members[below].carrier is None


def _try_add(selection: Selection, offers: Weighted, rng: Random, carrier: int, carry: Carry) -> bool:
    name = rng.choices(offers.names, cum_weights=offers.cumulative)[0]
    category = selection.inventory.known[name]
    if not selection.takes(category) or not selection.has_room_on(carrier, category):
        return False
    selection.add(category, carrier, carry)
    return True


def add_required(selection: Selection, name: str, limit: int, rng: Random) -> int:
    """Add a required object, with a carrier if it needs one. Raises RequestRejected where that is impossible."""
    category = required_category(selection, name)
    if category.name in selection.inventory.rests:
        return selection.add(category)
    carriers = [
        i
        for i, m in enumerate(selection.members)
        if category.name in m.category.supports and _may_carry(selection, i, "on")
    ]
    if carriers:
        return selection.add(category, rng.choice(carriers), "on")
    return selection.add(category, _new_carrier(selection, category, limit, rng), "on")


def required_category(selection: Selection, name: str) -> Category:
    """The category of a required object. Raises RequestRejected where it is excluded or cannot be drawn."""
    category = selection.inventory.known.get(name)
    if category is None:
        raise unmet_options(f"{name} is not known, or {selection.inventory.capabilities.renderer} cannot draw it")
    if category.name in selection.excluded:
        raise unmet_options(f"{name} is asked for and excluded")
    shown = selection.excluded.intersection(category.parts)
    if shown:
        others = list(islice(_without_parts(selection, name), ALTERNATIVES))
        instead = f"without are drawn: {', '.join(others)}" if others else "leave one of them out"
        raise unmet_options(f"{_conflict(name, shown)}; {instead}")
    return category


def _conflict(name: str, shown: Collection[str]) -> str:
    """Why a thing cannot be there without others: it is taken for one of its own kind, or shows it."""
    alike = [each for each in sorted(shown) if _is_alike(name, each)]
    if alike:
        return f"{with_article(alike[0])} is excluded, and {with_article(name)} is easily taken for one in a picture"
    parts = " and ".join(map(with_article, sorted(shown)))
    return f"the picture of {with_article(name)} shows {parts}, which is excluded"


def _is_alike(name: str, other: str) -> bool:
    """Whether another thing is of the same kind, or too large for a part: `parts` has what a thing is taken for too."""
    known = categories()
    if any(name in members and other in members for members in kinds().values()):
        return True
    one, whole = known.get(other), known[name]
    return one is not None and one.width_m * one.height_m > LARGEST_PART * whole.width_m * whole.height_m


def _without_parts(selection: Selection, name: str) -> Iterator[str]:
    """Things of the same kinds whose pictures show nothing that is excluded."""
    alike = dict.fromkeys(other for members in kinds().values() if name in members for other in members)
    for other in alike:
        category = selection.inventory.known.get(other)
        if category is not None and other not in selection.excluded and not selection.excluded.intersection(category.parts):
            yield other


def prop_up(selection: Selection, related: Collection[frozenset[int]], limit: int, rng: Random) -> None:
    """Give what can only lean, and leans on nothing yet, something to lean on that it is not `related` to.

    Another object is added for it where the limit allows and the scene has one; else it stands by itself.
    """
    for i, member in enumerate(list(selection.members)):
        if member.prop is None and member.carrier is None and selection.must_lean(member.category):
            props = [k for k in selection.props_for(member.category) if frozenset((i, k)) not in related]
            member.prop = rng.choice(props) if props else _new_prop(selection, member.category, limit, rng)


def _new_prop(selection: Selection, category: Category, limit: int, rng: Random) -> int | None:
    inventory, leans_on = selection.inventory, selection.inventory.capabilities.leans_on
    known = [inventory.known[name] for name in inventory.weights if leans_on(category, inventory.known[name])]
    fits = [c for c in known if "floor" in inventory.rests.get(c.name, ())[:1] and selection.agrees(c)]
    return selection.add(rng.choice(fits)) if fits and len(selection.members) < limit else None


def _new_carrier(selection: Selection, category: Category, limit: int, rng: Random) -> int:
    """Add an object that carries `category`, one of the scene's if there is one."""
    if len(selection.members) + 2 > limit:
        raise unmet_options(f"{category.name} must stand on something, and no more than {limit} things are allowed")
    fits = [n for n in _carriers_of(selection, category.name) if selection.agrees(selection.inventory.known[n])]
    local = [n for n in fits if n in selection.inventory.weights]
    if not fits:
        raise unmet_options(f"nothing in the scene {selection.inventory.kind.name} carries {with_article(category.name)}")
    return selection.add(selection.inventory.known[rng.choice(local or fits)])


def _carriers_of(selection: Selection, name: str) -> Iterable[str]:
    return (n for n, c in selection.inventory.known.items() if name in c.supports and n in selection.inventory.rests)
