"""Chooses the attributes of the selected objects, and the categories that are stated as absent.

In: a selection, a renderer's capabilities, a random generator.  Out: attribute words, absent categories.
Every word of a family is equally likely: were usual ones likelier, they could be guessed without the picture.
Chooses no attribute that the renderer cannot draw, and no absent category that might be seen in a picture.
"""

from collections.abc import Mapping, Sequence
from random import Random

from agents.object_selection import Selection
from agents.scene_inventory import INDOORS, SceneInventory
from spatial.knowledge.renderer_capabilities import RendererCapabilities

DESCRIBED = 0.6
"""Probability that an object with possible attributes gets any."""

TURNED = 0.4
"""The same where orientation is the only possible attribute, which matters less to people."""

FAMILIES_A_THING = (1, 1, 1, 2)
"""How many families of attributes an object gets, one of these at random."""

ABSENT = (1, 3)
"""Fewest and most absent categories that are added to the seed's own."""

FURNISHINGS = 3
"""A room's likeliest things, which are seldom absent: without them its own furnishings could not be shown."""

FURNISHED = 0.75
"""Share of rooms in which none of them is absent: if it were all, their names would tell that they are seen."""

TRIES_ABSENT = 24
"""Draws for one absent category before it is given up."""


def choose_attributes(
    selection: Selection,
    capabilities: RendererCapabilities,
    rng: Random,
    named: Mapping[str, Sequence[tuple[str, ...]]],
) -> tuple[tuple[str, ...], ...]:
    """Attributes of every member; objects of one category get different ones where there are enough.

    `named`: attributes that the first objects of a category must have, one entry per object.
    """
    used: dict[str, set[tuple[str, ...]]] = {}
    asked = {name: list(each) for name, each in named.items()}
    found: list[tuple[str, ...]] = []
    for member in selection.members:
        if asked.get(member.category.name) and (words := asked[member.category.name].pop(0)):
            used.setdefault(member.category.name, set()).add(words)
            found.append(words)
            continue
        twins = selection.names().count(member.category.name) > 1
        taken = used.setdefault(member.category.name, set())
        words = _words(capabilities.words(member.category), twins, taken, rng)
        taken.add(words)
        found.append(words)
    return tuple(found)


def _words(offers: dict[str, tuple[str, ...]], twins: bool, taken: set[tuple[str, ...]], rng: Random) -> tuple[str, ...]:
    often = TURNED if set(offers) == {"orientation"} else DESCRIBED
    if not offers or (not twins and rng.random() >= often):
        return ()
    words: tuple[str, ...] = ()
    for _ in range(len(taken) + 3):
        families = rng.sample(sorted(offers), min(len(offers), rng.choice(FAMILIES_A_THING)))
        words = tuple(rng.choice(offers[family]) for family in families)
        if words not in taken:
            break
    return words


def choose_absent(selection: Selection, asked: Sequence[str], rng: Random) -> tuple[str, ...]:
    """The seed's excluded categories and some of the scene's that are certainly not visible."""
    offers = _may_be_absent(selection.inventory, rng)
    names, weights = tuple(offers), tuple(offers.values())
    found = list(dict.fromkeys(asked))
    count = rng.randint(*ABSENT)
    if not names:
        return tuple(found)
    for _ in range(TRIES_ABSENT):
        if count == 0:
            break
        name = rng.choices(names, weights)[0]
        if name not in found and not is_visible(selection, name):
            found.append(name)
            count -= 1
    return tuple(found)


def _may_be_absent(inventory: SceneInventory, rng: Random) -> Mapping[str, float]:
    """The scene's things with their weights, without those that it is known by; in most rooms without the first ones too: a
    classroom shows its blackboard."""
    offers = {name: weight for name, weight in inventory.weights.items() if name not in inventory.kind.known_by}
    if inventory.kind.backdrop not in INDOORS or rng.random() >= FURNISHED:
        return offers
    return dict(list(offers.items())[FURNISHINGS:])


def is_visible(selection: Selection, name: str) -> bool:
    """Whether a category is or might seem visible: as a member, in the backdrop, or as part of another's picture."""
    parts = frozenset(selection.inventory.known[name].parts)
    if name in selection.inventory.kind.elements:
        return True
    return any(name == m.category.name or name in m.category.parts or m.category.name in parts for m in selection.members)
