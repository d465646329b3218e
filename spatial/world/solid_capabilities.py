"""What the solid renderer can draw: categories that have a body, and scenes that can be known by what it draws.

In: a category.  Out: whether it has a body, and the words that its picture can show.
In: a scene.  Out: what it would need and nothing here builds.  The table is data: `unshown_scenes.json`, scene to that.
"""

import json
from functools import cache
from pathlib import Path

from spatial.knowledge.categories import Category
from spatial.knowledge.renderer_capabilities import PALETTE, RendererCapabilities
from spatial.world.body_table import bodies


class SolidCapabilities(RendererCapabilities):
    """Bodies in metres: every colour of the palette where a body takes any, turned to a side where it has a front and is
    known from the side."""

    def draws(self, category: Category | None) -> bool:
        """Whether it has a body."""
        return category is not None and category.name in bodies()

    def lacks(self, scene: str) -> str | None:
        """What a scene is known by and neither bodies nor surroundings show."""
        return unshown_scenes().get(scene)

    def words(self, category: Category) -> dict[str, tuple[str, ...]]:
        """Family of attributes to its words that can be drawn."""
        body = bodies().get(category.name)
        if body is None:
            return {}
        colours = tuple(word for word in category.attributes.get("colour", ()) if word in PALETTE)
        found = {"colour": colours} if body.recolours and colours else {}
        if body.has_front and body.turns and "orientation" in category.attributes:
            found["orientation"] = category.attributes["orientation"]
        return found


@cache
def unshown_scenes() -> dict[str, str]:
    """Scenes that would be drawn as a place which nobody knows, and what is missing there."""
    found: dict[str, str] = json.loads(Path(__file__).with_name("unshown_scenes.json").read_text("utf-8"))
    return found


def solids_only(renderer: str) -> SolidCapabilities:
    """A renderer of bodies in metres."""
    return SolidCapabilities(renderer, pictures=True, in_metres=True)
