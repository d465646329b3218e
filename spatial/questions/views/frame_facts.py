"""Where a body lies against the frame of a picture in which nothing of it is seen.

In: a view of a scene in metres, a body.  Out: shares of the canvas.
"""

import numpy as np

from schemas.pictures import SeenBody
from spatial.questions.certain_facts import View
from spatial.questions.rules.metric_facts import Array, pinhole_of
from spatial.world.footprints import body_corners

BEFORE_LENS_M = 0.05
"""Metres along the camera's axis from which on a point has a place in the picture."""


def beside_frame(view: View, body: SeenBody) -> float:
    """By what share of the canvas all of a body's box is beyond an edge of the frame, 1 behind the camera; 0 where some of
    it may be in the frame."""
    pixels, depths = corners_in_picture(view, body)
    if depths.max() < BEFORE_LENS_M:
        return 1.0
    if depths.min() < BEFORE_LENS_M:
        return 0.0
    shares = pixels / np.array(view.scene.canvas)
    return float(np.clip(max(*(-shares.max(axis=0)), *(shares.min(axis=0) - 1)), 0, 1))


def is_within_frame(view: View, body: SeenBody) -> bool:
    """Whether no part of a body's box is beyond an edge of the frame."""
    pixels, depths = corners_in_picture(view, body)
    return bool(depths.min() >= BEFORE_LENS_M and (pixels >= 0).all() and (pixels <= np.array(view.scene.canvas)).all())


def corners_in_picture(view: View, body: SeenBody) -> tuple[Array, Array]:
    """The corners of a body's box in pixels (8 × 2), and along the camera's axis in metres (8)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return pinhole_of(view).project(body_corners(body)[0])
