"""The types of knowledge: categories of objects, kinds of scenes.

Declares only; the facts are data files beside this module, the loader is `spatial.knowledge.knowledge_base`.
"""

import math
from dataclasses import dataclass, field
from typing import Literal

Backdrop = Literal[
    "room", "street", "park", "field", "beach", "harbour", "sea", "underwater", "snow", "desert", "forest", "mountain",
    "tabletop", "shop", "stage", "yard", "sky", "plain",
]  # fmt: skip
"""How a scene is painted, and with it what can stand, hang or float there."""

Rest = Literal["floor", "surface", "wall", "ceiling", "air", "water"]
"""What an object rests on. `surface`: the top of another object (or the tabletop of a tabletop scene)."""


RISES = 1.6
"""How many times as tall as what props it up a leaning thing may be."""


@dataclass(frozen=True)
class Pose:
    """How a sprite is turned so that the thing rests as it does on a table or on the ground.

    `turn`: degrees counterclockwise.  `flat`: the share of the height that is left of a thing that lies flat, seen from a
    usual viewpoint; 1 of what stands or lies on its side.  `thick`: the height of its edge, as a share of the width.
    """

    turn: float = 0.0
    flat: float = 1.0
    thick: float = 0.0


@dataclass(frozen=True)
class OtherDrawing:
    """A drawing by its name, and width over height of it upright."""

    drawing: str
    aspect: float


@dataclass(frozen=True)
class Leaning:
    """How a category leans.

    `width_m`, `height_m`: of its silhouette when it leans.  `turn`: degrees counterclockwise by which its picture is
    turned, after which its upper end is to the right.  `mirrored`: the picture is mirrored before.  `other`: another
    drawing that is taken.  `alone`: it may also stand without anything to lean on.
    """

    width_m: float
    height_m: float
    turn: float = 0.0
    mirrored: bool = False
    other: OtherDrawing | None = None
    alone: bool = False

    @property
    def side_m(self) -> float:
        """The square root of the area of its silhouette."""
        return math.sqrt(self.width_m * self.height_m)


@dataclass(frozen=True)
class Category:
    """An everyday object.

    `width_m`, `height_m`, `depth_m`: typical size in metres as it stands; a flat object such as a rug has its apparent
    height from a usual viewpoint.  `aspect`: width over height of its silhouette as the collage draws it (the sprite's
    visible pixels).  `rests_on`: where it may be, likeliest first.
    `surface`: the height of its standing surface below its top edge, as a share of its height (a table about 0.05,
    a sofa about 0.5); None if nothing stands on it.  `supports` / `holds`: categories that may stand on / be in it.
    `attributes`: family (colour, state, orientation, material, …) to typical words.
    `sprite`: code point name of the picture in the sprite set, or None.  `drawn`: the collage draws it with code.
    `pose`: how the sprite is turned to its resting pose, which `aspect` and `faces` describe; None if it shows that.
    `place`: "high" is seen high in the sky, "back" stands with its back to the wall of a room, "track" on rails,
    "road" on the road where the scene has one, "flat" lies on the floor, all of it in front of the wall.
    `tint`: the collage can recolour it so that a person would recognise the colour.
    `faces`: the side of the picture that its front points to, where the sprite is a clear profile; the collage
    mirrors it for the other.
    `single`: a scene has at most one of it (a stove, the sun).
    `leaning`: how it leans on firm things, None if it does not; `firm`: what leans may lean on it.
    `synonyms`: other singular names that people have for it; each means one category only.
    `parts`: names of what a viewer might see in its picture (a plate under a cake) or might call it (a bird).
    `any_size`: real ones are of any size, so that seeing one tells nothing of how large anything is.
    """

    name: str
    plural: str
    width_m: float
    height_m: float
    depth_m: float
    aspect: float
    rests_on: tuple[Rest, ...]
    surface: float | None = None
    supports: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    attributes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    scenes: tuple[str, ...] = ()
    sprite: str | None = None
    pose: Pose | None = None
    place: Literal["high", "back", "track", "road", "flat"] | None = None
    drawn: bool = False
    tint: bool = False
    faces: Literal["left", "right"] | None = None
    single: bool = False
    leaning: Leaning | None = None
    firm: bool = False
    parts: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    any_size: bool = False

    @property
    def side_m(self) -> float:
        """Square root of the area of its front in metres."""
        return math.sqrt(self.width_m * self.height_m)

    @property
    def must_lean(self) -> bool:
        """Whether it leans on something wherever it is on the ground."""
        return self.leaning is not None and not self.leaning.alone

    def leans_on(self, other: "Category") -> bool:
        """Whether it leans on another one: a firm thing that is not too low."""
        return self.leaning is not None and other.firm and self.leaning.height_m <= RISES * other.height_m


@dataclass(frozen=True)
class SceneKind:
    """A kind of place. `words` are synonyms that a concept may use for it.

    `backdrop` names how it is painted.  `horizon`: where the ground begins, as a share of the canvas height from the
    top (floor line of a room, far edge of a tabletop).  `elements`: words for what the backdrop itself shows, fixtures
    among them.  `fixtures`: those of the elements that a viewer may take for things beside the objects, as a bath.
    `categories`: what belongs there, likeliest first.
    `pictures`: names of pictures of the place, one of which the collage takes instead of painting it.  `known_by`: the
    categories without which the place would not be recognised: the planner never says that one of them is absent.
    """

    name: str
    words: tuple[str, ...]
    backdrop: Backdrop
    horizon: float
    elements: tuple[str, ...]
    categories: tuple[str, ...]
    fixtures: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    known_by: tuple[str, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether nothing of its surroundings shows how large anything is."""
        return self.backdrop == "plain"
