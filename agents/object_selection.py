"""Chooses the things of a graph: what is there, what it rests on, what carries it.

In: a stock, a random generator, what is asked for.  Out: a cast, in the order of its members' numbers.
Does not relate things to each other beyond support and containment (`agents.relation_selection`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

from agents.rejections import unmet_options
from agents.scene_inventory import Carry, SceneInventory, Weighted
from spatial.knowledge.categories import Category, Rest

FULL = 1.6
"""Attenuated widths of the things on a carrier, added up, in widths of the carrier: beyond it they would all shrink."""

ATTENUATION = 0.5
"""Exponent on ratios of real sizes: a cup beside a table looks larger than it is."""

RISES = 0.72
"""What stands on a low surface must rise above the carrier's top (`on` asks for it): the things on it fill its width at
that height when their aspects add up to this times the carrier's aspect over its surface's depth."""

MOST_CARRIED = 3
"""More things on one carrier hide each other."""

MOST_ALIKE = 3
"""Things of one category at most: enough to count, few enough to tell apart."""

TRIES = 40
"""Draws in a row without a fitting thing, after which a scene is called exhausted."""


@dataclass(frozen=True)
class SelectionRequest:
    """What a draw leans towards. Shares are probabilities of a next thing being on or in another, or a twin."""

    carried: float = 0.5
    inside: float = 0.2
    alike: float = 0.15

    def allows(self, carry: Carry) -> bool:
        """Whether things may be put on (in) others at all."""
        return self.inside > 0 if carry == "inside" else self.inside < 1


@dataclass
class Member:
    """A thing of the cast. `rest`: where it is if nothing carries it."""

    category: Category
    rest: Rest
    carrier: int | None = None
    carry: Carry | None = None


@dataclass
class Cast:
    """The things drawn so far; `barred` are names that must not appear, in any picture of another thing either."""

    stock: SceneInventory
    barred: frozenset[str] = frozenset()
    members: list[Member] = field(default_factory=list)

    def names(self) -> list[str]:
        """Category names in the order of numbers."""
        return [member.category.name for member in self.members]

    def agrees(self, category: Category) -> bool:
        """Whether it can be added so that everything can still be counted and named without doubt."""
        if category.name in self.barred or self.barred.intersection(category.parts):
            return False
        same, most = 0, min(MOST_ALIKE, max(2, len(self.members) - 1))
        for member in self.members:
            other = member.category
            if other.name == category.name:
                same += 1
            elif other.name in category.parts or category.name in other.parts:
                return False
        return same == 0 or (same < most and not category.single)

    def room_on(self, carrier: int, category: Category) -> bool:
        """Whether one more thing fits on (or in) a carrier."""
        base = self.members[carrier].category
        row = [category, *(m.category for m in self.members if m.carrier == carrier)]
        if len(row) > MOST_CARRIED:
            return False
        filled = sum((c.width_m / base.width_m) ** ATTENUATION for c in row)
        rising = sum(c.aspect for c in row) * (base.surface or 0.0) <= RISES * base.aspect
        return rising and (len(row) == 1 or filled <= FULL)

    def add(self, category: Category, carrier: int | None = None, carry: Carry | None = None) -> int:
        """Add a thing where it belongs and return its number."""
        rests = self.stock.rests.get(category.name) or ("surface",)
        self.members.append(Member(category, rests[0], carrier, carry))
        return len(self.members) - 1


def fill(cast: Cast, count: int, wish: SelectionRequest, rng: Random) -> None:
    """Draw things until there are `count`. Raises Unmet where the scene has no more that fit."""
    if not cast.members:
        _try(cast, cast.stock.core, rng, None, None)
    failures = 0
    while len(cast.members) < count:
        if _draw(cast, wish, rng):
            failures = 0
            continue
        failures += 1
        if failures > TRIES:
            raise unmet_options(
                f"the scene {cast.stock.kind.name} offers only {len(cast.members)} things that fit, not {count}"
            )


def _draw(cast: Cast, wish: SelectionRequest, rng: Random) -> bool:
    if cast.members and rng.random() < wish.carried and _draw_carried(cast, wish, rng):
        return True
    return _draw_free(cast, wish, rng)


def _draw_free(cast: Cast, wish: SelectionRequest, rng: Random) -> bool:
    if cast.members and rng.random() < wish.alike:
        twin = rng.choice(cast.members)
        if twin.carrier is None and twin.category.name in cast.stock.rests and cast.agrees(twin.category):
            cast.add(twin.category)
            return True
    return _try(cast, cast.stock.free, rng, None, None)


def _draw_carried(cast: Cast, wish: SelectionRequest, rng: Random) -> bool:
    """Something on or in what is there; the other way where nothing there can carry the one way."""
    ways: tuple[Carry, Carry] = ("inside", "on") if rng.random() < wish.inside else ("on", "inside")
    for carry in ways:
        offers = cast.stock.inside if carry == "inside" else cast.stock.on
        carriers = [i for i, m in enumerate(cast.members) if offers[m.category.name].names and _may_carry(cast, i, carry)]
        if carriers and wish.allows(carry):
            carrier = rng.choice(carriers)
            return _try(cast, offers[cast.members[carrier].category.name], rng, carrier, carry)
    return False


def _may_carry(cast: Cast, i: int, carry: Carry) -> bool:
    """Whether things may be put on (in) member `i`: never both, and nothing is stacked three high."""
    if any(m.carrier == i and m.carry != carry for m in cast.members):
        return False
    below = cast.members[i].carrier
    return below is None or cast.members[below].carrier is None


def _try(cast: Cast, offers: Weighted, rng: Random, carrier: int | None, carry: Carry | None) -> bool:
    if not offers.names:
        return False
    name = rng.choices(offers.names, cum_weights=offers.cumulative)[0]
    category = cast.stock.known[name]
    if not cast.agrees(category) or (carrier is not None and not cast.room_on(carrier, category)):
        return False
    cast.add(category, carrier, carry)
    return True


def settle(cast: Cast, name: str, limit: int, rng: Random) -> int:
    """Add a thing that is asked for by name, with a carrier if it needs one. Raises Unmet where it cannot be."""
    category = wanted(cast, name)
    if category.name in cast.stock.rests:
        return cast.add(category)
    carriers = [i for i, m in enumerate(cast.members) if category.name in m.category.supports and _may_carry(cast, i, "on")]
    if carriers:
        return cast.add(category, rng.choice(carriers), "on")
    return cast.add(category, _new_carrier(cast, category, limit, rng), "on")


def wanted(cast: Cast, name: str) -> Category:
    """The category that is asked for. Raises Unmet where it is excluded or cannot be drawn."""
    category = cast.stock.known.get(name)
    if category is None:
        raise unmet_options(f"{name} is not known, or {cast.stock.abilities.renderer} cannot draw it")
    if category.name in cast.barred or cast.barred.intersection(category.parts):
        raise unmet_options(f"{name} is asked for and excluded, or its picture shows what is excluded")
    return category


def _new_carrier(cast: Cast, category: Category, limit: int, rng: Random) -> int:
    """Bring in something that carries `category`, of the scene if it has such a thing."""
    if len(cast.members) + 2 > limit:
        raise unmet_options(f"{category.name} must stand on something, and no more than {limit} things are allowed")
    fits = [n for n in _carriers_of(cast, category.name) if cast.agrees(cast.stock.known[n])]
    local = [n for n in fits if n in cast.stock.weights]
    if not fits:
        raise unmet_options(f"nothing in the scene {cast.stock.kind.name} carries {category.name}")
    return cast.add(cast.stock.known[rng.choice(local or fits)])


def _carriers_of(cast: Cast, name: str) -> Iterable[str]:
    return (n for n, c in cast.stock.known.items() if name in c.supports and n in cast.stock.rests)
