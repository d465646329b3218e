"""Places for the objects of a draft: boxes on a canvas, or bodies in metres where the renderer draws those.

In: a draft, its objects' attributes, a renderer's capabilities, a seed.  Out: a layout and, for such a renderer, a world.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.graph import Layout
from schemas.world import World
from spatial.knowledge.renderer_capabilities import RendererCapabilities
from spatial.layout import Unsatisfiable, solve, solve_on_ground
from spatial.layout.layout_faults import Boxes
from spatial.reasoning.draft import Draft
from spatial.world import solve_world

CANVAS = (512, 512)
"""Pixels: the size that the collage draws and that layout-guided diffusion models are trained with."""


@dataclass(frozen=True)
class Arranged:
    """Where the objects are. `world` is None for a renderer that draws on a canvas."""

    layout: Layout
    world: World | None = None


@dataclass(frozen=True)
class Statement:
    """What is to be arranged: the draft, the attributes of each object, and suggested boxes.

    `on_ground`: things that would have to float to meet every relation are not arranged.
    """

    draft: Draft
    attributes: Sequence[tuple[str, ...]]
    hints: Boxes | None = None
    on_ground: bool = False


def arrange_for(capabilities: RendererCapabilities, stated: Statement, seed: int) -> Arranged | Unsatisfiable:
    """An arrangement in which every relation holds, or the relations that conflict. Raises NoLayout without either."""
    if not capabilities.in_metres:
        if stated.on_ground:
            flat = solve_on_ground(stated.draft, CANVAS, seed)
        else:
            flat = solve(stated.draft, CANVAS, seed, stated.hints)
        return flat if isinstance(flat, Unsatisfiable) else Arranged(flat)
    solved = solve_world(stated.draft, stated.attributes, CANVAS, seed, capabilities.view_share)
    return solved if isinstance(solved, Unsatisfiable) else Arranged(*solved)
