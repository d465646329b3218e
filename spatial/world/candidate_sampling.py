"""Where a thing may be: random places on the floor, on surfaces of what carries it, on walls, in the air.

In: a view, a thing's form and size, what carries it.  Out: candidates as arrays, with what the camera sees of each.
Knows no relations.
"""

from dataclasses import dataclass
from random import Random

import numpy as np

from schemas.world import Where
from spatial.world.body_table import BodyKind, Surface
from spatial.world.footprints import Array, Flags, box_corners, turned_corners
from spatial.world.views.viewpoints import LEAST_PX, View, to_boxes

STEP_DEGREES = 15
"""Headings are whole multiples of this."""

EDGE_PX = 3
"""What stays free at the sides of the picture."""

RIM_M = 0.01
"""What a carried thing keeps from the rim of the surface that carries it."""

LONG = 1.4
"""How much longer than wide what has a front is at least for its side to be known as well: an animal, a car."""

ASIDE = 0.5
"""Share of the candidates of such things that look anywhere between left and right of the picture."""

AWAY = 0.35
"""Share of the candidates of what is known from behind that look away from the camera: if all looked towards it, its own
left would be the picture's right in nineteen of twenty questions."""

BEHIND = 11
"""Of the 24 steps of a turn those that look away."""

TO_WALL = 0.6
"""Share of the candidates of furniture with a back that stand with it to the wall."""

BACKED_M = 0.7
"""Furniture that is so wide and has a front stands with its back to a wall as often as not."""

LIFTS_M = {"wall": (1.1, 1.9), "air": (0.6, 2.6)}
"""Heights above the ground of the middle of what hangs on a wall or flies."""


@dataclass(frozen=True)
class BodySpec:
    """A thing to be placed: its kind, form, size (width, depth, height in metres), and to which side it must be turned.

    `turned`: -1 to the left of the picture, 1 to the right, 0 for any way.  `shows_inside`: its front is to the camera.
    """

    kind: BodyKind
    form: str
    size: tuple[float, float, float]
    turned: int = 0
    shows_inside: bool = False


@dataclass(frozen=True, eq=False)
class Candidates:
    """Candidates: `position` n × 3 (centre of the box), `heading` n degrees, `corners` n × 8 × 3, `box` n × 4 pixels
    (left, top, right, bottom), `depth` n metres along the camera's axis; `rotation` n × 3 × 3 of those that lean.
    """

    where: Where
    position: Array
    heading: Array
    corners: Array
    box: Array
    depth: Array
    rotation: Array | None = None

    def kept(self, flags: Flags) -> "Candidates":
        """Those that are flagged."""
        turned = None if self.rotation is None else self.rotation[flags]
        seen = self.corners[flags], self.box[flags], self.depth[flags]
        return Candidates(self.where, self.position[flags], self.heading[flags], *seen, turned)

    def __len__(self) -> int:
        return len(self.heading)


def on_floor(view: View, spec: BodySpec, count: int, rng: Random) -> Candidates:
    """Standing on the ground, furniture often with its back to the wall."""
    draws = draws_of(rng, count)
    heading = headings(view, spec, draws[:, 3])
    x = view.left + (view.right - view.left) * draws[:, 0]
    y = view.front + (view.back - view.front) * draws[:, 1]
    if view.space_kind == "room" and spec.kind.has_front and spec.size[0] >= BACKED_M and not spec.turned:
        at_wall = draws[:, 2] < TO_WALL
        y = np.where(at_wall, view.back - spec.size[1] / 2 - RIM_M, y)
        heading = np.where(at_wall, -90.0, heading)
    z = np.full(count, view.ground + spec.size[2] / 2)
    return visible_candidates(view, spec, "floor", (np.stack([x, y, z], axis=1), heading))


def on_wall(view: View, spec: BodySpec, count: int, rng: Random) -> Candidates:
    """With its back to the wall at the far end."""
    draws, (low, high) = draws_of(rng, count), LIFTS_M["wall"]
    x = view.left + (view.right - view.left) * draws[:, 0]
    y = np.full(count, view.back - spec.size[1] / 2)
    z = low + (high - low) * draws[:, 1]
    return visible_candidates(view, spec, "wall", (np.stack([x, y, z], axis=1), np.full(count, -90.0)))


def from_ceiling(view: View, spec: BodySpec, count: int, rng: Random) -> Candidates:
    """Hanging from the ceiling."""
    draws = draws_of(rng, count)
    x = view.left + (view.right - view.left) * draws[:, 0]
    y = view.front + (view.back - view.front) * draws[:, 1]
    z = np.full(count, view.height - spec.size[2] / 2)
    return visible_candidates(view, spec, "ceiling", (np.stack([x, y, z], axis=1), headings(view, spec, draws[:, 3])))


def in_air(view: View, spec: BodySpec, count: int, rng: Random) -> Candidates:
    """Flying."""
    draws, (low, high) = draws_of(rng, count), LIFTS_M["air"]
    x = view.left + (view.right - view.left) * draws[:, 0]
    y = view.front + (view.back - view.front) * draws[:, 1]
    z = view.ground + low + (high - low) * draws[:, 2]
    return visible_candidates(view, spec, "air", (np.stack([x, y, z], axis=1), headings(view, spec, draws[:, 3])))


@dataclass(frozen=True)
class Carrier:
    """A thing that has its place: kind, form, size, centre (metres) and heading (degrees)."""

    kind: BodyKind
    form: str
    size: tuple[float, float, float]
    position: Array
    heading: float


def on_carrier(view: View, spec: BodySpec, carrier: Carrier, hollow: bool, rng: Random) -> Candidates:
    """On the surfaces of another thing, or in its hollows: entirely on them, and with space above."""
    surfaces = carrier.kind.surfaces_of(carrier.form, hollow)
    draws = draws_of(rng, 40 * len(surfaces))
    parts = [_on_surface(view, spec, carrier, (surface, draws[40 * k : 40 * k + 40])) for k, surface in enumerate(surfaces)]
    where: Where = "inside" if hollow else "on"
    if not parts:
        return visible_candidates(view, spec, where, (np.zeros((0, 3)), np.zeros(0)))
    position, heading = (np.concatenate([part[k] for part in parts]) for k in (0, 1))
    return visible_candidates(view, spec, where, (position, heading))


def _on_surface(view: View, spec: BodySpec, carrier: Carrier, surface_draws: tuple[Surface, Array]) -> tuple[Array, Array]:
    surface, draws = surface_draws
    width, depth, height = carrier.size
    if surface.room is not None and spec.size[2] > surface.room * height / carrier.kind.size_of(carrier.form)[2]:
        return np.zeros((0, 3)), np.zeros(0)
    heading = headings(view, spec, draws[:, 3])
    turn = np.radians(heading - carrier.heading)
    along = (np.abs(np.cos(turn)) * spec.size[1] + np.abs(np.sin(turn)) * spec.size[0]) / 2 + RIM_M
    across = (np.abs(np.sin(turn)) * spec.size[1] + np.abs(np.cos(turn)) * spec.size[0]) / 2 + RIM_M
    x, fits_x = _within(depth * surface.along[0] + along, depth * surface.along[1] - along, draws[:, 0])
    y, fits_y = _within(width * surface.across[0] + across, width * surface.across[1] - across, draws[:, 1])
    base = np.radians(carrier.heading)
    world_x = carrier.position[0] + x * np.cos(base) - y * np.sin(base)
    world_y = carrier.position[1] + x * np.sin(base) + y * np.cos(base)
    z = np.full(len(x), carrier.position[2] - height / 2 + surface.at * height + spec.size[2] / 2)
    fits = fits_x & fits_y
    return np.stack([world_x, world_y, z], axis=1)[fits], heading[fits]


def _within(low: Array, high: Array, draw: Array) -> tuple[Array, Flags]:
    found: Array = low + (high - low) * draw
    return found, high >= low


def headings(view: View, spec: BodySpec, draw: Array) -> Array:
    """Headings (degrees, in whole steps): towards the side that the spec names; else fronts more or less towards the
    camera, of long things as often anywhere between left and right."""
    camera = view.camera.world_to_camera
    right = float(np.degrees(np.arctan2(camera[0, 1], camera[0, 0])))
    if spec.turned:
        base = right if spec.turned > 0 else right + 180
        return np.full(len(draw), (STEP_DEGREES * round(base / STEP_DEGREES) + 180) % 360 - 180)
    middle = -90.0 if spec.kind.has_front else 0.0
    spread = _steps_of_front(spec, draw) if spec.kind.has_front else np.floor(draw * 24)
    return np.asarray((middle + STEP_DEGREES * spread + 180) % 360 - 180)


def _steps_of_front(spec: BodySpec, draw: Array) -> Array:
    """Steps of a heading away from the camera, from random numbers between 0 and 1."""
    if spec.shows_inside:
        return np.asarray(np.floor(draw * 3) - 1)
    if spec.kind.behind:
        away = draw < AWAY
        rest = _steps_ahead(spec, np.where(away, 0.0, (draw - AWAY) / (1 - AWAY)))
        return np.where(away, np.floor(draw / AWAY * BEHIND) + (24 - BEHIND) // 2 + 1, rest)
    return _steps_ahead(spec, draw)


def _steps_ahead(spec: BodySpec, draw: Array) -> Array:
    """The same for what looks towards the camera, or aside."""
    aside = ASIDE if spec.kind.turns and spec.size[1] >= LONG * spec.size[0] else 0.0
    ahead = draw >= aside
    share = np.where(ahead, (draw - aside) / (1 - aside), draw / (aside or 1.0))
    found: Array = np.where(ahead, np.floor(share * 5) - 2, np.floor(share * 13) - 6)
    return found


def visible_candidates(
    view: View, spec: BodySpec, where: Where, placed: tuple[Array, Array], rotation: Array | None = None
) -> Candidates:
    """Candidates with what the camera sees of them; those that are cut by the frame or too small are left out."""
    position, heading = placed
    size = np.array(spec.size)
    corners = box_corners(position, size, heading) if rotation is None else turned_corners(position, size, rotation)
    if not len(heading):
        return Candidates(where, position, heading, corners, np.zeros((0, 4)), np.zeros(0))
    box, nearest = to_boxes(view.camera, corners)
    depth = view.camera.to_camera(position)[:, 2]
    whole = (nearest > 0.1) & (box[:, :2].min(axis=1) >= EDGE_PX) & (box[:, 2:].max(axis=1) <= view.side - EDGE_PX)
    large = np.maximum(box[:, 2] - box[:, 0], box[:, 3] - box[:, 1]) >= LEAST_PX
    in_room = np.ones(len(heading), bool)
    if view.space_kind != "open":
        back = position[:, 1] if rotation is not None else corners[..., 1].max(axis=1)  # what leans on the wall touches it
        in_room = (back <= view.back + 1e-6) & (corners[..., 1].min(axis=1) >= view.front - 1e-6)
        in_room &= (corners[..., 0].max(axis=1) <= view.right) & (corners[..., 0].min(axis=1) >= view.left)
    return Candidates(where, position, heading, corners, box, depth, rotation).kept(whole & large & in_room)


def draws_of(rng: Random, count: int) -> Array:
    """Random numbers between 0 and 1, four of each."""
    return np.random.default_rng(rng.getrandbits(63)).random((count, 4))
