"""What a renderer can draw, so that nothing else is planned for it.

In: a renderer's name and a category.  Out: whether it is drawn, and which words may describe it.
Does not draw; a renderer that is not listed is taken to draw whatever words say.
"""

from dataclasses import dataclass

from spatial.knowledge.categories import Category

PALETTE = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white", "gray")
"""Colours that the collage can give to a thing so that people name them alike."""

COLLAGE = "collage"


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


def abilities(renderer: str) -> RendererCapabilities:
    """The abilities of a renderer by its name, with or without a version (`collage`, `collage-1`)."""
    family = renderer.split("-", 1)[0]
    return RendererCapabilities(renderer, family == COLLAGE)
