"""What a renderer can draw, so that nothing else is planned for it.

In: a category.  Out: whether a renderer draws it, and which words may describe it.
Does not draw and knows no renderer: which one can do what is said in `gpu_workers.renderers`.
"""

from dataclasses import dataclass

from spatial.knowledge.categories import Category

PALETTE = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white", "gray")
"""Colours that a picture can be given so that people name them alike."""


@dataclass(frozen=True)
class RendererCapabilities:
    """`pictures`: it has pictures of categories, which it can recolour and mirror, and draws nothing else."""

    renderer: str
    pictures: bool

    def draws(self, category: Category | None) -> bool:
        """Whether it can draw a category (None: one that the knowledge base does not know)."""
        if not self.pictures:
            return True
        return category is not None and (category.drawn or category.sprite is not None)

    def words(self, category: Category) -> dict[str, tuple[str, ...]]:
        """Family of attributes to the words of it that can be drawn."""
        if not self.pictures:
            return category.attributes
        colours = tuple(word for word in category.attributes.get("colour", ()) if word in PALETTE)
        found = {"colour": colours} if category.tint and colours else {}
        if category.faces is not None:
            found["orientation"] = category.attributes["orientation"]
        return found


def pictures_only(renderer: str) -> RendererCapabilities:
    """A renderer that composes pictures of categories."""
    return RendererCapabilities(renderer, pictures=True)


def any_words(renderer: str) -> RendererCapabilities:
    """A renderer that draws whatever words say."""
    return RendererCapabilities(renderer, pictures=False)
