"""What a renderer can draw, so that nothing else is planned for it.

In: a category.  Out: whether a renderer draws it, and which words may describe it.
Does not draw and knows no renderer: `gpu_workers.renderers` has the capabilities of each.
"""

from dataclasses import dataclass

from spatial.knowledge.categories import Backdrop, Category, Rest, SceneKind

PALETTE = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white", "gray")
"""Colours of recoloured pictures: those that people name consistently."""

DEFAULT_VIEW_SHARE = 0.25
"""Of scenes in metres, the share that is drawn from further cameras too: about a third more pictures to trace."""


STATES = {
    "lit": ("candle", "oil lamp", "campfire"),
    "burning": ("candle", "oil lamp", "campfire"),
    "open": ("umbrella", "open book"),
    "golden": ("crown", "trophy", "bell", "coin", "key", "trumpet", "saxophone"),
    "flying": ("dove", "bat", "airplane", "propeller plane", "helicopter", "kite", "balloon"),
}
"""States and materials of things that have no others."""

EVERYWHERE = ("standing", "parked")
"""States that pictures show wherever a thing has them."""


@dataclass(frozen=True)
class RendererCapabilities:
    """`pictures`: the renderer composes pictures of categories, which it can recolour and mirror; it draws nothing else.

    `in_metres`: it draws what has its place in a world of metres.  `view_share`: of such worlds, the share that are planned
    with further cameras.
    """

    renderer: str
    pictures: bool
    in_metres: bool = False
    view_share: float = 0.0

    def draws(self, category: Category | None) -> bool:
        """Whether it can draw a category (None: one that the knowledge base does not know)."""
        if not self.pictures:
            return True
        return category is not None and (category.drawn or category.sprite is not None)

    def lacks(self, scene: str) -> str | None:
        """What it cannot draw although nobody would know the scene without, None if nothing."""
        del scene
        return None

    def words(self, category: Category) -> dict[str, tuple[str, ...]]:
        """Family of attributes to its words that can be drawn."""
        if not self.pictures:
            return category.attributes
        colours = tuple(word for word in category.attributes.get("colour", ()) if word in PALETTE)
        found = {"colour": colours} if category.tint and colours else {}
        if category.faces is not None:
            found["orientation"] = category.attributes["orientation"]
        return found

    def leans_on(self, category: Category, other: Category) -> bool:
        """Whether one can be drawn as it leans on the other."""
        return category.leans_on(other)

    def must_lean(self, category: Category, scene: SceneKind) -> bool:
        """Whether it cannot be drawn on the ground of a scene without something that it leans on."""
        del scene
        return category.must_lean

    def rests_on(self, category: Category, backdrop: Backdrop) -> tuple[Rest, ...]:
        """Where it may draw a category that nothing carries, likeliest first."""
        del backdrop
        return category.rests_on

    def supports(self, category: Category) -> tuple[str, ...]:
        """Categories that may be on it."""
        return category.supports

    def holds(self, category: Category) -> tuple[str, ...]:
        """Categories that may be in it."""
        return category.holds


def pictures_only(renderer: str) -> RendererCapabilities:
    """A renderer that composes pictures of categories."""
    return RendererCapabilities(renderer, pictures=True)


def any_words(renderer: str) -> RendererCapabilities:
    """A renderer with an open vocabulary: it draws from text."""
    return RendererCapabilities(renderer, pictures=False)


def undrawn_states(category: Category) -> tuple[str, ...]:
    """The states of a category that no composed picture shows, as of a sleeping cat: only what draws from text does."""
    states = category.attributes.get("state", ())
    return tuple(word for word in states if word not in EVERYWHERE and category.name not in STATES.get(word, ()))
