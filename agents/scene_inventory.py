"""What a planner may choose from in a scene: its objects, where each may be, and what may be on or in what.

In: a scene's name and the renderer's capabilities.  Out: a frozen `SceneInventory` with weights for random choice.
Makes no random choice itself.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from spatial.knowledge.categories import Backdrop, Category, Rest, SceneKind
from spatial.knowledge.knowledge_base import categories, scene_kinds
from spatial.knowledge.renderer_capabilities import RendererCapabilities
from spatial.layout.size_ratios import RISE

Carry = Literal["on", "inside"]
Weights = Mapping[str, float]

LAST_WEIGHT = 0.35
"""Weight of a scene's last object, where the first, likeliest one has 1."""

CORE = 5
"""The number of a scene's likeliest objects that characterise it: each graph starts with one of them."""

CARRIER_BONUS = 1.6
"""Factor on the weight of objects that can carry others: they make relations."""

INDOORS = ("room", "shop")
HANGS = ("room", "shop", "stage")
NO_GROUND = ("sea",)
NO_AIR = ("room", "shop", "tabletop", "stage", "underwater")
WATERS = ("sea", "harbour", "underwater")

OVERHEAD = ("wall", "ceiling", "air")
"""Places of objects that do not characterise a scene by themselves."""

MOST_RAISED = 1.65
"""How many times its real height a thing may have so that it rises above the back of what carries it (a book on a bench
would be as large as the bench's back)."""

LARGE_WEIGHT = 0.1
"""Factor on the weight of what a scene can show only larger than that."""

FLOATS_INDOORS = ("balloon",)
"""What may be in the air of a room."""


@dataclass(frozen=True)
class Weighted:
    """Names with cumulative weights, ready for `random.choices`."""

    names: tuple[str, ...] = ()
    cumulative: tuple[float, ...] = ()


@dataclass(frozen=True)
class SceneInventory:
    """`free`: objects that may be there without a carrier; `core`: the likeliest of these, which characterise the scene.

    `rests`: where each may be.  `on`, `inside`: what each may carry.  `weights`: how often each is chosen.
    """

    kind: SceneKind
    known: dict[str, Category]
    capabilities: RendererCapabilities
    free: Weighted
    core: Weighted
    rests: dict[str, tuple[Rest, ...]]
    on: dict[str, Weighted]
    inside: dict[str, Weighted]
    weights: dict[str, float]

    @property
    def tabletop(self) -> bool:
        """Whether the ground is a tabletop, so that objects for surfaces stand on it directly."""
        return self.kind.backdrop == "tabletop"


@lru_cache(maxsize=256)
def build_inventory(scene: str, capabilities: RendererCapabilities) -> SceneInventory:
    """The inventory of a scene. Raises KeyError for a scene that the knowledge base does not have."""
    kind = scene_kinds()[scene]
    known = _known(capabilities)
    names = [name for name in kind.categories if name in known]
    step = (1 - LAST_WEIGHT) / max(1, len(names) - 1)
    weights = {name: 1 - place * step for place, name in enumerate(names)}
    rests = _rests(kind.backdrop, capabilities)
    on = _standing(known, weights, rests)
    inside = _Offers(lambda name: _weighted([n for n in capabilities.holds(known[name]) if n in weights], weights))
    boosted = {n: w * (CARRIER_BONUS if on[n].names or inside[n].names else 1.0) for n, w in weights.items()}
    alone = [name for name in names if name in rests]
    low = [name for name in alone if rests[name][0] not in OVERHEAD]
    free, core = _weighted(alone, boosted), _weighted(low[:CORE], boosted)
    return SceneInventory(kind, known, capabilities, free, core, rests, on, inside, weights)


@lru_cache(maxsize=16)
def _known(capabilities: RendererCapabilities) -> dict[str, Category]:
    """The categories that a renderer draws, with what it can draw on them; all its scenes have the same."""
    drawn = {name: c for name, c in categories().items() if capabilities.draws(c)}
    return {name: replace(c, supports=capabilities.supports(c)) for name, c in drawn.items()}


@lru_cache(maxsize=256)
def _rests(backdrop: Backdrop, capabilities: RendererCapabilities) -> dict[str, tuple[Rest, ...]]:
    """Where each category may be without a carrier before a backdrop; not to be changed."""
    return {
        name: found
        for name, c in _known(capabilities).items()
        if (found := _possible(capabilities.rests_on(c, backdrop), c.name, backdrop))
    }


class _Offers(dict[str, Weighted]):
    """What each may carry, found when it is first asked for: of most categories no one asks in a scene."""

    def __init__(self, find: Callable[[str], Weighted]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, name: str) -> Weighted:
        found = self[name] = self._find(name)
        return found


def _standing(known: Mapping[str, Category], weights: Weights, rests: Collection[str]) -> _Offers:
    """What may stand on each: where it looks too large, only what has no other place in the scene, and seldom."""

    def fitting(name: str) -> list[str]:
        carrier = known[name]
        return [n for n in carrier.supports if n in weights and _rises_above(known[n], carrier)]

    placed = {*rests, *(n for name in weights for n in fitting(name))}
    rare = {name: weight if name in placed else weight * LARGE_WEIGHT for name, weight in weights.items()}

    def found(name: str) -> Weighted:
        fits = set(fitting(name))
        return _weighted(
            [n for n in known[name].supports if n in fits or (n in weights and n not in placed)],
            rare,
        )

    return _Offers(found)


def _rises_above(category: Category, carrier: Category) -> bool:
    """Whether a thing may be seen on a carrier at nearly its own size."""
    return RISE * (carrier.surface or 0.0) * carrier.height_m <= MOST_RAISED * category.height_m


def _possible(rests: Sequence[Rest], name: str, backdrop: str) -> tuple[Rest, ...]:
    """Where of these a category may be without a carrier before a backdrop, likeliest first."""
    return tuple(rest for rest in rests if _allows(backdrop, rest, name))


def _allows(backdrop: str, rest: Rest, name: str) -> bool:
    match rest:
        case "surface":
            return backdrop == "tabletop"
        case "floor":
            return backdrop not in (*NO_GROUND, "tabletop")
        case "wall":
            return backdrop in INDOORS
        case "ceiling":
            return backdrop in HANGS
        case "water":
            return backdrop in WATERS
        case "air":
            return backdrop not in NO_AIR or (name in FLOATS_INDOORS and backdrop in HANGS)


def _weighted(names: list[str], weights: dict[str, float]) -> Weighted:
    total = 0.0
    cumulative = []
    for name in names:
        total += weights[name]
        cumulative.append(total)
    return Weighted(tuple(names), tuple(cumulative))
