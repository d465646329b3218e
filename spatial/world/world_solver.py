"""From a draft to a scene in metres: forms, sizes, a camera, a place for everything.

In: a draft, attributes, a canvas, a seed.  Out: a layout as the camera sees it and the world; or a proven conflict.
What contradicts itself is refuted by the same proof as for flat layouts: whatever a camera sees lies on a canvas.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from random import Random

import numpy as np

from schemas.graph import Box, Layout
from schemas.world import Body, Space, World
from spatial.knowledge.knowledge_base import categories, scene_kinds
from spatial.layout.constraints.infeasibility_proof import QUICK, THOROUGH, refutation
from spatial.layout.layout_check import verify
from spatial.layout.solver import NoLayout, Unsatisfiable
from spatial.layout.solver_model import UNDECIDED
from spatial.reasoning.draft import Draft
from spatial.relations.relation_truth import LOOKS
from spatial.world.body_table import BodyKind, bodies
from spatial.world.candidate_sampling import BodySpec
from spatial.world.footprints import Array
from spatial.world.holding import Forms, forms_for, supports_of
from spatial.world.pinhole import as_camera
from spatial.world.unscaled import at_any_scale
from spatial.world.views.framing import framed_views
from spatial.world.views.further_views import further_cameras
from spatial.world.views.room_views import room_views
from spatial.world.views.viewpoints import SpaceKind, View, choose_view, space_kind
from spatial.world.world_search import Placement, PlacementTask, Support, WorldSearch, seen_from

VIEWS = 48
"""Cameras tried for one scene, each with forms and sizes of its own.

Another camera finds a crowded scene a place sooner than more steps in the same one: of ten requests of `theatre stage`,
`dance studio` and `classroom` each, 16 cameras with 90 steps solved 3, 5 and 4, 48 with 20 steps 4, 6 and 5 in 0.7 of the
time."""


@dataclass(frozen=True)
class WorldRequest:
    """What is the same in every view: the draft, each object's attributes, and how each is held."""

    draft: Draft
    attributes: Sequence[tuple[str, ...]]
    supports: Sequence[Support]


def solve_world(
    draft: Draft, attributes: Sequence[tuple[str, ...]], canvas: tuple[int, int], seed: int, view_share: float = 0.0
) -> tuple[Layout, World] | Unsatisfiable:
    """A scene in which every relation of `draft` holds as its camera sees it. `attributes`: of each object, in order.

    `view_share` of all scenes have further cameras.

    Raises NoLayout where none was found although none is proven impossible, and for what has no body.
    """
    unknown = sorted({name for name in draft.objects if name not in bodies()})
    if unknown:
        raise NoLayout(f"no body is known for {', '.join(unknown)}")
    request = WorldRequest(draft, attributes, supports_of(draft, space_kind_of(draft.scene)))
    forms = [forms_for(draft, request.supports, i) for i in range(len(draft.objects))]
    for number in range(VIEWS):
        found = _tried(request, forms, canvas[0], Random(f"{seed} {number}"))
        if found is not None:
            viewed = _with_views(found[1], canvas[0], Random(f"{seed} views"), view_share)
            return at_any_scale(found[0], viewed, draft.objects, Random(f"{seed} scale"))
    for effort in (QUICK, THOROUGH):
        proof = refutation(draft, canvas, effort)
        if isinstance(proof, tuple):
            return Unsatisfiable(proof)
        if proof != UNDECIDED:
            break
    raise NoLayout(f"no places for {len(draft.objects)} things with {len(draft.relations)} relations were found")


def _with_views(world: World, side: int, rng: Random, share: float) -> World:
    """The world with further cameras, if it is one of that share."""
    if rng.random() >= share:
        return world
    return world.model_copy(update={"views": further_cameras(world, side, rng)})


def _tried(request: WorldRequest, forms: Sequence[Forms], side: int, rng: Random) -> tuple[Layout, World] | None:
    draft, attributes = request.draft, request.attributes
    named = zip(draft.objects, attributes, forms, strict=True)
    things = [_body_spec(name, words, those, rng) for name, words, those in named]
    view = choose_view(space_kind_of(draft.scene), [thing.size for thing in things], side, rng)
    task = PlacementTask(things, request.supports, draft.relations, attributes)
    found = WorldSearch(task, view, rng).run()
    if found is None:
        return None
    corners = np.stack([one.corners for one in found])
    for framed in chain(room_views(view, corners, _is_far_wall_used(task, found), rng), framed_views(view, corners, rng)):
        chosen = seen_from(framed, found)
        layout = _layout(chosen, (side, side))
        if WorldSearch(task, framed, rng).holds(chosen) and not verify(draft, layout):
            return layout, _surrounded(_world(task, framed, chosen, rng), draft.scene)
    return None


def _surrounded(world: World, scene: str | None) -> World:
    """The world, marked as plain where nothing of its scene shows how large anything is."""
    kind = scene_kinds().get(scene) if scene is not None else None
    if kind is None or not kind.is_plain:
        return world
    return world.model_copy(update={"space": world.space.model_copy(update={"plain": True})})


def _is_far_wall_used(task: PlacementTask, placed: Sequence[Placement]) -> bool:
    """Whether something hangs or leans on the far wall."""
    leans = any(support.leans and support.prop is None for support in task.supports)
    return leans or any(one.where == "wall" for one in placed)


def space_kind_of(scene: str | None) -> SpaceKind:
    """What surrounds a scene of the knowledge."""
    kind = scene_kinds().get(scene) if scene is not None else None
    return "open" if kind is None else space_kind(kind.backdrop)


def _body_spec(name: str, words: Sequence[str], forms: Forms, rng: Random) -> BodySpec:
    kind = bodies()[name]
    form = rng.choice(forms.names)
    turned = next((LOOKS[word] for word in words if word in LOOKS), 0)
    return BodySpec(kind, form, kind.varied(form, rng), turned, forms.shows_inside)


def _layout(chosen: Sequence[Placement], canvas: tuple[int, int]) -> Layout:
    def whole(box: tuple[float, float, float, float]) -> Box:
        left, top, right, bottom = round(box[0]), round(box[1]), round(box[0] + box[2]), round(box[1] + box[3])
        return left, top, max(1, right - left), max(1, bottom - top)

    boxes = tuple(whole(one.box) for one in chosen)
    return Layout(canvas=canvas, boxes=boxes, depth=tuple(round(one.depth, 4) for one in chosen))


def _world(task: PlacementTask, view: View, chosen: Sequence[Placement], rng: Random) -> World:
    things = zip(task.things, task.supports, chosen, task.attributes, strict=True)
    found = tuple(
        Body(
            form=thing.form,
            colour=_colour(thing.kind, words, rng),
            size=thing.size,
            position=tuple(round(float(value), 4) for value in one.position),
            heading=round(one.heading, 2),
            where=one.where,
            support=support.carrier,
            rotation=_numbers(one.rotation),
            leans_on=support.prop,
        )
        for thing, support, one, words in things
    )
    space = Space(
        kind=view.space_kind, ground=view.ground, left=round(view.left, 3), right=round(view.right, 3),
        front=round(view.front, 3), back=round(view.back, 3), height=round(view.height, 3),
    )  # fmt: skip
    return World(space=space, bodies=found, camera=as_camera(view.camera))


def _numbers(matrix: Array | None) -> tuple[float, ...] | None:
    return None if matrix is None else tuple(float(value) for value in np.round(matrix, 9).reshape(-1))


def _colour(kind: BodyKind, words: Sequence[str], rng: Random) -> str | None:
    """The colour that the attributes state, else a usual one."""
    usual = rng.choice(kind.colours) if kind.colours else None
    stated = [word for word in words if word in categories()[kind.name].attributes.get("colour", ())]
    return stated[0] if stated and kind.recolours else usual
