"""The shape of an object that was drawn alone, and how it is moved: masks from attention, centres, shifts.

In: attention to an object's word, its box.  Out: a mask on the grid of latents, 0 or 1.  A shape is cut at its box.
"""

from math import exp

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.conditioning import Corners
from gpu_workers.diffusion.guidance.attention_maps import Size
from gpu_workers.diffusion.guidance.box_grid import rounded_size, union_mask, widened
from gpu_workers.diffusion.lazy_imports import Tensor

KERNEL_SIGMAS = 4
"""The Gaussian ends after so many standard deviations."""


def box_mask(box: Corners, size: Size) -> Tensor:
    """1 in the box, 0 elsewhere: (height, width); never empty."""
    return union_mask([widened(rounded_size(box, size), size, 1)], size)


def shape_of(attention: Tensor, box: Corners, size: Size, sigma: float, threshold: float) -> Tensor:
    """Where smoothed attention (height, width) is above `threshold` of its range, within the box; else the whole box."""
    torch = lazy_imports.torch()
    rows, columns = (smoothing_matrix(length, sigma) for length in attention.shape)
    even = rows @ attention @ columns.T
    even = (even - even.min()) / (even.max() - even.min()).clamp_min(1e-12)
    even = torch.nn.functional.interpolate(even[None, None], size, mode="bilinear")[0, 0]
    whole = box_mask(box, size)
    shape = (even > threshold) * whole
    return shape if bool(shape.any()) else whole


def smoothing_matrix(length: int, sigma: float) -> Tensor:
    """A Gaussian over a line of `length` places that is mirrored at its ends, the last place twice: (length, length)."""
    torch = lazy_imports.torch()
    if sigma == 0:
        return torch.eye(length)
    reach = int(KERNEL_SIGMAS * sigma + 0.5)
    weights = [exp(-0.5 * (step / sigma) ** 2) for step in range(-reach, reach + 1)]
    matrix = torch.zeros(length, length)
    for place in range(length):
        for step, weight in zip(range(-reach, reach + 1), weights, strict=True):
            at = (place + step) % (2 * length)
            matrix[place, min(at, 2 * length - 1 - at)] += weight / sum(weights)
    return matrix


def centred(box: Corners, floor: float) -> Corners:
    """The box in the middle of the picture, its lower edge `floor` above the picture's."""
    left, top, right, bottom = box
    half, height = (right - left) / 2, bottom - top
    return 0.5 - half, 1 - floor - height, 0.5 + half, 1 - floor


def offset_to(shape: Tensor, box: Corners, grid: Size) -> tuple[int, int]:
    """(columns, rows) of a coarse grid from a shape's centre of mass to the box's centre."""
    height, width = shape.shape
    torch, total = lazy_imports.torch(), float(shape.sum())
    across = float(shape.sum(0) @ torch.arange(width, dtype=shape.dtype)) / total / width
    down = float(shape.sum(1) @ torch.arange(height, dtype=shape.dtype)) / total / height
    return round(((box[0] + box[2]) / 2 - across) * grid[1]), round(((box[1] + box[3]) / 2 - down) * grid[0])


def shifted(tensor: Tensor, offset: tuple[int, int], grid: Size) -> Tensor:
    """A tensor (..., height, width) moved by so many (columns, rows) of a coarse grid; zeros come in."""
    height, width = tensor.shape[-2:]
    right, down = offset[0] * width // grid[1], offset[1] * height // grid[0]
    moved = lazy_imports.torch().zeros_like(tensor)
    if abs(right) >= width or abs(down) >= height:
        return moved
    to_rows, from_rows = _overlap(down, height)
    to_columns, from_columns = _overlap(right, width)
    moved[..., to_rows, to_columns] = tensor[..., from_rows, from_columns]
    return moved


def _overlap(by: int, length: int) -> tuple[slice, slice]:
    """Where a line that is moved `by` places comes to lie, and where that comes from."""
    return slice(max(by, 0), length + min(by, 0)), slice(max(-by, 0), length - max(by, 0))


def around(shape: Tensor) -> Tensor:
    """The bounding box of a shape, one position larger on each side."""
    rows, columns = shape.any(1).nonzero().flatten().tolist(), shape.any(0).nonzero().flatten().tolist()
    size = int(shape.shape[0]), int(shape.shape[1])
    edges = (max(columns[0] - 1, 0), max(rows[0] - 1, 0), columns[-1] + 2, rows[-1] + 2)
    return union_mask([edges], size).to(shape)
