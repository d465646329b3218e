"""What the solid renderer can draw: categories that have a body.

In: a category.  Out: whether it has one, and the words that its picture can show.
"""

from spatial.knowledge.categories import Category
from spatial.knowledge.renderer_capabilities import PALETTE, RendererCapabilities
from spatial.world.body_table import bodies


class SolidCapabilities(RendererCapabilities):
    """Bodies in metres: every colour of the palette where a body takes any, turned to a side where it has a front."""

    def draws(self, category: Category | None) -> bool:
        """Whether it has a body."""
        return category is not None and category.name in bodies()

    def words(self, category: Category) -> dict[str, tuple[str, ...]]:
        """Family of attributes to its words that can be drawn."""
        body = bodies().get(category.name)
        if body is None:
            return {}
        colours = tuple(word for word in category.attributes.get("colour", ()) if word in PALETTE)
        found = {"colour": colours} if body.recolours and colours else {}
        if body.has_front and "orientation" in category.attributes:
            found["orientation"] = category.attributes["orientation"]
        return found


def solids_only(renderer: str) -> SolidCapabilities:
    """A renderer of bodies in metres."""
    return SolidCapabilities(renderer, pictures=True, in_metres=True)
