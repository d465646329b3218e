"""What the solid renderer can draw: categories that have a body, and scenes that can be known by what it draws.

In: a category.  Out: whether it has a body, and the words that its picture can show.
In: a scene.  Out: what it would need and nothing here builds.  The table is data: `unshown_scenes.json`, scene to that.
"""

import json
from functools import cache
from pathlib import Path

from spatial.knowledge.categories import Backdrop, Category, Rest, SceneKind
from spatial.knowledge.renderer_capabilities import PALETTE, RendererCapabilities
from spatial.world.body_table import bodies
from spatial.world.leaning import can_lean
from spatial.world.views.viewpoints import AFLOAT, space_kind


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

    def leans_on(self, category: Category, other: Category) -> bool:
        """Whether its body leans, and the other's has an upright side that is high enough and not too low."""
        body, prop = bodies().get(category.name), bodies().get(other.name)
        return body is not None and prop is not None and can_lean(body, prop)

    def must_lean(self, category: Category, scene: SceneKind) -> bool:
        """Whether it can neither stand by itself nor lean on a wall of the scene."""
        body = bodies().get(category.name)
        return body is not None and not body.stands_somehow and space_kind(scene.backdrop) != "room"

    def rests_on(self, category: Category, backdrop: Backdrop) -> tuple[Rest, ...]:
        """Where a body may be: on water only where the ground is water."""
        return tuple(rest for rest in category.rests_on if rest != "water" or backdrop in AFLOAT)

    def supports(self, category: Category) -> tuple[str, ...]:
        """What the knowledge puts on it, if its body has a top that carries: a rock's does not."""
        body = bodies().get(category.name)
        carries = body is not None and any(body.surfaces_of(form, False) for form in body.forms)
        return category.supports if carries else ()

    def holds(self, category: Category) -> tuple[str, ...]:
        """What the knowledge puts into it, and what its open forms show in it."""
        body = bodies().get(category.name)
        return tuple(dict.fromkeys((*category.holds, *(() if body is None else body.holds))))


@cache
def unshown_scenes() -> dict[str, str]:
    """Scenes that would be drawn as a place which nobody knows, and what is missing there."""
    found: dict[str, str] = json.loads(Path(__file__).with_name("unshown_scenes.json").read_text("utf-8"))
    return found


def solids_only(renderer: str) -> SolidCapabilities:
    """A renderer of bodies in metres."""
    return SolidCapabilities(renderer, pictures=True, in_metres=True)
