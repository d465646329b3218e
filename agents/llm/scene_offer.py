"""What a model may choose from in a scene, so that nothing is planned that the renderer cannot draw.

In: a scene as the model named it, a renderer's capabilities.  Out: a place with its inventory.
A renderer with an open vocabulary sets no limits.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from agents.scene_inventory import SceneInventory, build_inventory
from spatial.knowledge.categories import Category, SceneKind
from spatial.knowledge.knowledge_base import categories, find_scene, scene_kinds
from spatial.knowledge.renderer_capabilities import RendererCapabilities

MOST_OFFERED = 60
"""Names in one prompt: enough for variety, few enough for a small model."""


@dataclass(frozen=True)
class Place:
    """A scene. `kind`: its row in the knowledge base; `inventory`: what can be chosen, None for no limits."""

    name: str
    kind: SceneKind | None
    inventory: SceneInventory | None

    @property
    def home(self) -> str | None:
        """The scene from which a kind (`fruit`) gets its category; None where a kind can be drawn as it is."""
        return None if self.inventory is None else self.inventory.kind.name

    def names(self, needed: Sequence[str], excluded: Sequence[str]) -> tuple[str, ...]:
        """The categories to choose from, required ones first; empty for no limits."""
        if self.inventory is None:
            return ()
        candidates = (*needed, *self.inventory.weights)
        found = dict.fromkeys(name for name in candidates if name in self.inventory.known and name not in excluded)
        return tuple(name for name in found if not self._shows(name, excluded))[:MOST_OFFERED]

    def _shows(self, name: str, excluded: Sequence[str]) -> bool:
        """Whether the picture of a category might show an excluded one."""
        return self.inventory is not None and bool(set(self.inventory.known[name].parts) & set(excluded))

    def needs(self, name: str, among: Sequence[str]) -> tuple[str, ...] | None:
        """Which of the others may carry an object that needs a carrier; None for one that needs none."""
        if self.inventory is None or name in self.inventory.rests:
            return None
        return tuple(dict.fromkeys(other for other in among if self.carries(other, name)))

    def carries(self, carrier: str, name: str) -> bool:
        """Whether one may be on or inside the other; always true without limits."""
        return self.on(carrier, name) or self.inside(carrier, name)

    def on(self, carrier: str, name: str) -> bool:
        """Whether the carrier may have the object on it."""
        return self.inventory is None or name in self._known(carrier).supports

    def inside(self, carrier: str, name: str) -> bool:
        """Whether the carrier may have the object in it."""
        return self.inventory is None or name in self._known(carrier).holds

    def words(self, name: str) -> dict[str, tuple[str, ...]] | None:
        """Attributes to choose from by family; None for no limits."""
        return None if self.inventory is None else self.inventory.capabilities.words(self._known(name))

    def clash(self, names: Sequence[str]) -> str | None:
        """Why these cannot be counted or named unambiguously in one picture, None if they can."""
        known = categories()
        for name in dict.fromkeys(names):
            category = known.get(name)
            if category is None or self.inventory is None:
                continue
            if category.single and names.count(name) > 1:
                return f"there is only one {name} in such a place"
            shown = next((other for other in names if other != name and other in category.parts), None)
            if shown is not None:
                return f"{name} shows {shown} too, so the two cannot be distinguished"
        return None

    def _known(self, name: str) -> Category:
        assert self.inventory is not None
        return self.inventory.known[name]


def resolve_scene(said: str, capabilities: RendererCapabilities) -> Place | None:
    """The place that a model named, None where the renderer cannot draw it."""
    match = find_scene(said)
    if capabilities.pictures:
        return (
            None
            if match is None or capabilities.lacks(match.scene) is not None
            else Place(match.scene, scene_kinds()[match.scene], build_inventory(match.scene, capabilities))
        )
    if match is not None and match.exact:
        return Place(match.scene, scene_kinds()[match.scene], None)
    name = " ".join(said.split())[:80]
    return Place(name, None, None) if any(c.isalnum() for c in name) else None


def offered_scenes(capabilities: RendererCapabilities, concept: str) -> tuple[str, ...]:
    """The scenes to choose from, the one that matches the concept best first; empty for no limits."""
    if not capabilities.pictures:
        return ()
    match = find_scene(concept)
    best = [] if match is None else [match.scene]
    return tuple(name for name in dict.fromkeys([*best, *scene_kinds()]) if capabilities.lacks(name) is None)


def scene_named_by(concept: str, capabilities: RendererCapabilities) -> str | None:
    """The known scene that the concept names, None if there is none."""
    match = find_scene(concept)
    return match.scene if capabilities.pictures and match is not None and match.exact else None
