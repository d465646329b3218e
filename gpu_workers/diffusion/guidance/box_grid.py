"""Boxes on the grids of latents and of attention maps, by each method's way to round.

In: boxes as shares of a picture, a grid's (height, width).  Out: the rows and columns that a box covers; masks.
"""

from collections.abc import Callable, Sequence

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.conditioning import Corners
from gpu_workers.diffusion.lazy_imports import Tensor

Edges = tuple[int, int, int, int]
"""(left, top, right, bottom) on a grid, the last two exclusive."""

Rounding = Callable[[Corners, tuple[int, int]], Edges]
"""Edges of a box on a grid of (height, width), as they come: they may be empty."""


def truncated(box: Corners, size: tuple[int, int]) -> Edges:
    """Each corner rounded down, as in backward guidance."""
    return _each(box, size, int)


def rounded_corners(box: Corners, size: tuple[int, int]) -> Edges:
    """Each corner rounded, as in BoxDiff."""
    return _each(box, size, round)


def rounded_size(box: Corners, size: tuple[int, int]) -> Edges:
    """The first corner and the extent rounded, as in LMD: a moved box keeps its size."""
    left, top = round(box[0] * size[1]), round(box[1] * size[0])
    right, bottom = left + round((box[2] - box[0]) * size[1]), top + round((box[3] - box[1]) * size[0])
    return max(left, 0), max(top, 0), min(right, size[1]), min(bottom, size[0])


def _each(box: Corners, size: tuple[int, int], whole: Callable[[float], int]) -> Edges:
    return whole(box[0] * size[1]), whole(box[1] * size[0]), whole(box[2] * size[1]), whole(box[3] * size[0])


def widened(edges: Edges, size: tuple[int, int], least: int) -> Edges:
    """Edges of at least `least` positions along each side, within the grid."""
    left, right = _at_least(edges[0], edges[2], size[1], least)
    top, bottom = _at_least(edges[1], edges[3], size[0], least)
    return left, top, right, bottom


def _at_least(first: int, end: int, length: int, least: int) -> tuple[int, int]:
    first = max(0, min(first, length - least))
    return first, max(end, first + least)


def union_mask(edges: Sequence[Edges], size: tuple[int, int]) -> Tensor:
    """1 where any of the boxes is, 0 elsewhere: (height, width)."""
    mask = lazy_imports.torch().zeros(*size)
    for left, top, right, bottom in edges:
        mask[top:bottom, left:right] = 1
    return mask


def mask_of(box: Corners, size: Sequence[int]) -> Tensor:
    """1 inside a box that is rounded outwards at its first corner, 0 outside; never empty."""
    height, width = int(size[0]), int(size[1])
    left, top, right, bottom = box
    first = min(int(left * width), width - 1), min(int(top * height), height - 1)
    edges = (*first, max(first[0] + 1, round(right * width)), max(first[1] + 1, round(bottom * height)))
    return union_mask([edges], (height, width))
