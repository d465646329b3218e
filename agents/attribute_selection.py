"""What is said of each thing of a cast, and which things are said to be absent.

In: a cast, a renderer's abilities, a random generator.  Out: attribute words, absent categories.
Claims nothing that the renderer cannot draw, nor the absence of what might be seen in a picture.
"""

from collections.abc import Mapping, Sequence
from random import Random

from agents.object_selection import Cast
from spatial.knowledge.renderer_capabilities import RendererCapabilities

DESCRIBED = 0.6
"""Probability that a thing which can be described is."""

TURNED = 0.4
"""The same where only its orientation can be told, which matters less to people."""

FAMILIES_A_THING = (1, 1, 1, 2)
"""How many families of attributes a described thing gets, one of these at random."""

ABSENT = (1, 3)
"""Fewest and most absent categories that are added to the seed's own."""

TRIES_ABSENT = 24
"""Draws for one absent category before it is given up."""


def described(
    cast: Cast, able: RendererCapabilities, rng: Random, named: Mapping[str, Sequence[tuple[str, ...]]]
) -> tuple[tuple[str, ...], ...]:
    """Attributes of every member; things of one category get different ones where there are enough.

    `named`: attributes that the first things of a category must have, one entry a thing.
    """
    used: dict[str, set[tuple[str, ...]]] = {}
    asked = {name: list(each) for name, each in named.items()}
    found: list[tuple[str, ...]] = []
    for member in cast.members:
        if asked.get(member.category.name) and (words := asked[member.category.name].pop(0)):
            used.setdefault(member.category.name, set()).add(words)
            found.append(words)
            continue
        twins = cast.names().count(member.category.name) > 1
        taken = used.setdefault(member.category.name, set())
        words = _words(able.words(member.category), twins, taken, rng)
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
        words = tuple(_likely(offers[family], rng) for family in families)
        if words not in taken:
            break
    return words


def _likely(words: Sequence[str], rng: Random) -> str:
    """One of the words, the first ones (the most usual) more often."""
    return rng.choices(words, range(len(words) + 1, 1, -1))[0]


def absent(cast: Cast, asked: Sequence[str], rng: Random) -> tuple[str, ...]:
    """The seed's excluded categories and some of the scene's that are surely not to be seen."""
    offers = cast.stock.weights
    names, weights = tuple(offers), tuple(offers.values())
    found = list(dict.fromkeys(asked))
    count = rng.randint(*ABSENT)
    if not names:
        return tuple(found)
    for _ in range(TRIES_ABSENT):
        if count == 0:
            break
        name = rng.choices(names, weights)[0]
        if name not in found and not seen(cast, name):
            found.append(name)
            count -= 1
    return tuple(found)


def seen(cast: Cast, name: str) -> bool:
    """Whether a category is there, or might be taken to be: in the backdrop, in a picture, or by likeness."""
    parts = frozenset(cast.stock.known[name].parts)
    if name in cast.stock.kind.elements:
        return True
    return any(name == m.category.name or name in m.category.parts or m.category.name in parts for m in cast.members)
