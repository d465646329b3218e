"""What a model may choose from in a scene, so that nothing is planned that the renderer cannot draw.

In: a scene as the model named it, a renderer's abilities.  Out: a place with its offer.
A renderer that draws whatever words say puts no limits.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from agents.scene_inventory import SceneInventory, stock
from spatial.knowledge.categories import Category, SceneKind
from spatial.knowledge.knowledge_base import categories, find_scene, scene_kinds
from spatial.knowledge.renderer_capabilities import RendererCapabilities

MOST_OFFERED = 60
"""Names in one prompt: enough for variety, few enough for a small model."""


@dataclass(frozen=True)
class Place:
    """A scene. `kind`: what the knowledge base knows of it; `stock`: all there is to choose from, None for no limits."""

    name: str
    kind: SceneKind | None
    stock: SceneInventory | None

    def names(self, needed: Sequence[str], excluded: Sequence[str]) -> tuple[str, ...]:
        """The categories to choose from, those that must be there first; empty for no limits."""
        if self.stock is None:
            return ()
        able = (*needed, *self.stock.weights)
        found = dict.fromkeys(name for name in able if name in self.stock.known and name not in excluded)
        return tuple(name for name in found if not self._shows(name, excluded))[:MOST_OFFERED]

    def _shows(self, name: str, excluded: Sequence[str]) -> bool:
        """Whether the picture of a category might show what is excluded."""
        return self.stock is not None and bool(set(self.stock.known[name].parts) & set(excluded))

    def needs(self, name: str, among: Sequence[str]) -> tuple[str, ...] | None:
        """Which of the others may carry a thing that cannot be there by itself; None for one that can."""
        if self.stock is None or name in self.stock.rests:
            return None
        return tuple(dict.fromkeys(other for other in among if self.carries(other, name)))

    def carries(self, carrier: str, name: str) -> bool:
        """Whether one may be on or inside the other; without limits, anything may."""
        return self.on(carrier, name) or self.inside(carrier, name)

    def on(self, carrier: str, name: str) -> bool:
        """Whether the carrier may have the thing on it."""
        return self.stock is None or name in self._known(carrier).supports

    def inside(self, carrier: str, name: str) -> bool:
        """Whether the carrier may have the thing in it."""
        return self.stock is None or name in self._known(carrier).holds

    def words(self, name: str) -> dict[str, tuple[str, ...]] | None:
        """Attributes to choose from by family; None for no limits."""
        return None if self.stock is None else self.stock.abilities.words(self._known(name))

    def clash(self, names: Sequence[str]) -> str | None:
        """Why these cannot be counted or named without doubt in one picture, None if they can."""
        known = categories()
        for name in dict.fromkeys(names):
            category = known.get(name)
            if category is None or self.stock is None:
                continue
            if category.single and names.count(name) > 1:
                return f"there is only one {name} in such a place"
            shown = next((other for other in names if other != name and other in category.parts), None)
            if shown is not None:
                return f"{name} shows {shown} too, so the two cannot be told apart"
        return None

    def _known(self, name: str) -> Category:
        assert self.stock is not None
        return self.stock.known[name]


def place_of(said: str, able: RendererCapabilities) -> Place | None:
    """The place that a model named, None where the renderer cannot paint it."""
    match = find_scene(said)
    if able.pictures:
        return None if match is None else Place(match.scene, scene_kinds()[match.scene], stock(match.scene, able))
    if match is not None and match.exact:
        return Place(match.scene, scene_kinds()[match.scene], None)
    name = " ".join(said.split())[:80]
    return Place(name, None, None) if any(c.isalnum() for c in name) else None


def places_on_offer(able: RendererCapabilities, concept: str) -> tuple[str, ...]:
    """The scenes to choose from, the one that the concept says or comes near first; empty for no limits."""
    if not able.pictures:
        return ()
    match = find_scene(concept)
    return tuple(dict.fromkeys([*([] if match is None else [match.scene]), *scene_kinds()]))


def place_meant(concept: str, able: RendererCapabilities) -> str | None:
    """The scene that a concept itself names, None where it names none that is known."""
    match = find_scene(concept)
    return match.scene if able.pictures and match is not None and match.exact else None
