"""Rectangles and ellipses of any size: one without an area paints nothing, where Pillow would raise.

In: a drawing and the corners (left, top, right, bottom) in its pixels.  Out: strokes on it.
A collage scales with boxes and canvases of any size, so a rim, a window or a board may shrink to nothing.
"""

from PIL import ImageDraw

Corners = tuple[float, float, float, float]


def rectangle(on: ImageDraw.ImageDraw, corners: Corners, fill: int) -> None:
    """A filled rectangle."""
    if _has_area(corners):
        on.rectangle(corners, fill=fill)


def rounded(on: ImageDraw.ImageDraw, corners: Corners, radius: float, fill: int) -> None:
    """A filled rectangle with rounded corners."""
    if _has_area(corners):
        on.rounded_rectangle(corners, max(0.0, radius), fill=fill)


def ellipse(on: ImageDraw.ImageDraw, corners: Corners, fill: int) -> None:
    """A filled ellipse."""
    if _has_area(corners):
        on.ellipse(corners, fill=fill)


def _has_area(corners: Corners) -> bool:
    left, top, right, bottom = corners
    return right >= left and bottom >= top
