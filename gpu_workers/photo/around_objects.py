"""What is seen where no object is, roughly: walls and floors, sky and ground.

In: a scene's kind of backdrop and a horizon, or depths and a camera in metres.  Out: numbers in SURFACES.
"""

import numpy as np
from numpy.typing import NDArray

from gpu_workers.photo.structure import SURFACES
from schemas.world import World
from spatial.world.pinhole import Pinhole

Surface = NDArray[np.uint8]
"""Height × width."""

BEHIND_AND_GROUND = {
    "room": ("wall", "floor"), "shop": ("wall", "floor"), "stage": ("wall", "stage"), "tabletop": ("wall", "table"),
    "street": ("sky", "road"), "park": ("sky", "grass"), "yard": ("sky", "grass"), "field": ("sky", "grass"),
    "desert": ("sky", "sand"), "beach": ("sky", "sand"), "harbour": ("sky", "water"), "sea": ("sky", "sea"),
    "underwater": ("water", "sand"), "snow": ("sky", "snow"), "forest": ("tree", "earth"),
    "mountain": ("mountain", "grass"),
}  # fmt: skip
"""By the kind of backdrop: what is above the horizon, and what is below."""

OPEN_GROUND = ("sky", "earth")
"""Of a kind that is not in the table."""

FLAT_M = 0.05
"""How far from the ground's height, in metres, is still the ground."""


def number_of(surface: str) -> int:
    """A surface's number."""
    return SURFACES.index(surface)


def painted_surface(kind: str, horizon: int, size: tuple[int, int]) -> Surface:
    """Of a painted backdrop of `size` (width, height) whose horizon is at that row."""
    behind, ground = BEHIND_AND_GROUND.get(kind, OPEN_GROUND)
    found = np.full((size[1], size[0]), number_of(behind), np.uint8)
    found[max(0, horizon) :] = number_of(ground)
    return found


def surface_in_metres(depth: NDArray[np.float32], camera: Pinhole, world: World, kind: str) -> Surface:
    """Of a scene in metres: where each pixel's point lies. `depth`: along the camera's axis; infinite is sky."""
    behind, ground = BEHIND_AND_GROUND.get(kind, OPEN_GROUND)
    height = heights(depth, camera)
    if world.space.kind == "open":
        found = np.full(depth.shape, number_of("tree"), np.uint8)
    else:
        found = np.full(depth.shape, number_of("wall"), np.uint8)
        found[height > world.space.height - FLAT_M] = number_of("ceiling")
        behind = "wall"
    found[np.abs(height - world.space.ground) <= FLAT_M] = number_of("table" if world.space.kind == "table" else ground)
    found[~np.isfinite(depth)] = number_of(behind)
    return found


def heights(depth: NDArray[np.float32], camera: Pinhole) -> NDArray[np.float64]:
    """Metres above the world's zero of what is seen at each pixel; 0 where nothing is."""
    fx, fy, cx, cy = camera.intrinsics
    rows, columns = np.indices(depth.shape)
    far = np.where(np.isfinite(depth), depth, 0.0)
    seen = np.stack([(columns + 0.5 - cx) / fx * far, (rows + 0.5 - cy) / fy * far, far], axis=-1)
    up = camera.world_to_camera[:3, 2]
    found: NDArray[np.float64] = seen @ up + camera.position[2]
    return np.where(np.isfinite(depth), found, 0.0)
