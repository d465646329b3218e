"""Where a thing leans: its foot on the ground, tilted until it touches a side of another thing, or the far wall of a room.

In: a view, a thing's form and size, what it leans on.  Out: candidates whose bodies are turned in space.
Seen across its tilt a thing is a plane figure: distances from its middle away from what it leans on, and heights.
"""

from dataclasses import dataclass
from math import radians
from random import Random

import numpy as np

from spatial.world.body_table import BodyKind, Lean
from spatial.world.candidate_sampling import BodySpec, Candidates, Carrier, draws_of, visible_candidates
from spatial.world.footprints import Array, Flags
from spatial.world.views.viewpoints import View

EACH = 60
"""Random places along one side."""

ON_GROUND_M = 0.002
"""What something leans on stands on the same ground."""

ACROSS = 0.7
"""Cosine, to the picture's width, of the direction of a side from which on things tilt to their own side: a broom that is
seen from its edge is a stick."""

AWAY = -0.25
"""Cosine, to the direction to the camera, of a side from which on what leans there is behind the thing that props it up."""

BESIDE_M = 0.002
"""How far a wide foot may reach beyond the plane of what is leant on."""

STATURE = 1.6
"""How many times as tall as what props it up a leaning thing may be."""


@dataclass(frozen=True, eq=False)
class Plane:
    """An upright side. `foot`: a point below its middle on the ground; `outward` and `along`: unit vectors over the ground.

    `reach`: how far it goes along, from and to; `low` and `high`: heights between which it is there.  All in metres.
    """

    foot: Array
    outward: Array
    along: Array
    reach: tuple[float, float]
    low: float
    high: float


def can_lean(kind: BodyKind, prop: BodyKind) -> bool:
    """Whether some form of one, of usual size, leans on some form of the other."""
    leans = [(kind.size_of(form)[2], lean) for form in kind.forms for lean in kind.leans_of(form)]
    faces = [(prop.size_of(form)[2], face) for form in prop.forms for face in prop.faces_of(form)]
    return any(
        face.low * high < tall <= STATURE * high and lean.straight * tall < high
        for tall, lean in leans
        for high, face in faces
    )


def leaning(view: View, spec: BodySpec, prop: Carrier | None, rng: Random) -> Candidates:
    """Leaning on another thing, or where it is None on the far wall."""
    planes = [_wall(view)] if prop is None else _sides(view, prop)
    parts = [_on_plane(view, spec, plane, rng) for plane in planes]
    found = [part for part in parts if part is not None and len(part[1])]
    if not found:
        return visible_candidates(view, spec, "floor", (np.zeros((0, 3)), np.zeros(0)))
    position, rotation = (np.concatenate([part[k] for part in found]) for k in (0, 1))
    heading = np.degrees(np.arctan2(rotation[:, 1, 1], rotation[:, 0, 1]))
    return visible_candidates(view, spec, "floor", (position, heading), rotation)


def _wall(view: View) -> Plane:
    foot = np.array([0.0, view.back, view.ground])
    return Plane(foot, np.array([0.0, -1.0]), np.array([1.0, 0.0]), (view.left, view.right), view.ground, view.height)


def _sides(view: View, prop: Carrier) -> list[Plane]:
    """The sides of a thing that stands on the ground."""
    width, depth, height = prop.size
    base = float(prop.position[2]) - height / 2
    if abs(base - view.ground) > ON_GROUND_M:
        return []
    turn = radians(prop.heading)
    front, left = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
    ways = {"front": (front, left), "back": (-front, left), "left": (left, front), "right": (-left, front)}
    found = []
    for face in prop.kind.faces_of(prop.form):
        for side in face.sides:
            outward, along = ways[side]
            deep, length = (depth, width) if side in ("front", "back") else (width, depth)
            middle = prop.position[:2] + outward * deep / 2
            reach = (face.along[0] * length, face.along[1] * length)
            foot = np.array([*middle, base])
            found.append(Plane(foot, outward, along, reach, base + face.low * height, base + height))
    return found


def _on_plane(view: View, spec: BodySpec, plane: Plane, rng: Random) -> tuple[Array, Array] | None:
    """Positions (n × 3) and rotations (n × 3 × 3), None where the thing does not lean there."""
    lean = _way(view, spec, plane)
    width, depth, height = spec.size
    if lean is None or height > STATURE * (plane.high - plane.foot[2]):
        return None
    thick, long = (depth, width) if lean.toward == "back" else (width, depth)
    draws = draws_of(rng, EACH)
    tilt = np.radians(lean.degrees[0] + (lean.degrees[1] - lean.degrees[0]) * draws[:, 0])
    off, up, fits = _resting(lean, (thick, height), tilt, plane)
    room = plane.reach[1] - plane.reach[0] - long
    at = plane.reach[0] + long / 2 + room * draws[:, 1]
    over = plane.foot[:2] + at[:, None] * plane.along + off[:, None] * plane.outward
    sign = np.where(draws[:, 2] < 0.5, -1.0, 1.0)
    to_camera = view.camera.position[:2] - over
    fits &= (room >= 0) & (to_camera @ plane.outward > AWAY * np.linalg.norm(to_camera, axis=1))
    return np.column_stack([over, up])[fits], _rotations(lean, plane, tilt, sign)[fits]


def _way(view: View, spec: BodySpec, plane: Plane) -> Lean | None:
    """How the thing leans there: so that its width is seen, if it has a choice."""
    camera = view.camera.world_to_camera
    is_across = abs(float(plane.outward @ camera[0, :2])) > ACROSS
    ways = spec.kind.leans_of(spec.form)
    wanted = [lean for lean in ways if lean.toward == ("side" if is_across else "back")]
    return next(iter([*wanted, *ways]), None)


def _resting(lean: Lean, size: tuple[float, float], tilt: Array, plane: Plane) -> tuple[Array, Array, Flags]:
    """Where the middle of its box is, from the plane and above zero in metres, and whether it touches where the side is."""
    thick, height = size
    sine, cosine = np.sin(tilt), np.cos(tilt)
    foot, head = (share * thick - thick / 2 for share in (lean.foot, lean.head))
    ground = plane.foot[2] - foot * sine
    end = np.full(len(tilt), lean.top * height)
    end_height = ground + head * sine + end * cosine
    touching = np.minimum(end, (plane.high - ground - head * sine) / cosine)
    fits = (end_height >= plane.low) & (touching >= lean.straight * height)
    shift = touching * sine - head * cosine
    for up in (0.0, lean.straight * height):
        fits &= shift - thick / 2 * cosine - up * sine >= -BESIDE_M
    return shift - height / 2 * sine, ground + height / 2 * cosine, fits


def _rotations(lean: Lean, plane: Plane, tilt: Array, sign: Array) -> Array:
    """The axes of width, depth and height as columns (n × 3 × 3)."""
    outward = np.array([*plane.outward, 0.0])
    level = np.cos(tilt)[:, None] * outward + np.sin(tilt)[:, None] * (0.0, 0.0, 1.0)
    up = np.cos(tilt)[:, None] * (0.0, 0.0, 1.0) - np.sin(tilt)[:, None] * outward
    if lean.toward == "back":
        width, depth = np.cross(level, up), level
    else:
        width = sign[:, None] * level
        depth = np.cross(up, width)
    return np.stack([width, depth, up], axis=-1)
