"""What a question shows: some of the pictures of a scene, as a scene of their own.

In: a scene with views, numbers of pictures.  Out: a scene of the last of these pictures, with the others as its views.
So a question about two pictures is asked of the second one, and its first picture is `scene.views[0]`.
"""

from collections.abc import Sequence

from schemas.base import Model, Name, Whole
from schemas.events import Scene, SeenObject
from schemas.graph import Attributes
from schemas.pictures import SeenBody, SeenView, SeenWorld
from spatial.questions.certain_facts import View
from spatial.questions.wording.referring_expressions import Unanswerable


class UnseenThing(Model):
    """A thing of a scene of which a picture shows nothing, and where it is."""

    id: Whole
    category: Name
    attributes: Attributes
    body: SeenBody


class ShownScene(Scene):
    """The scene of some of its pictures. `unseen`: what is in it and not seen in the only one of them.  `is_elsewhere`: of
    the last one the walls around it are not known, whether it has any or not."""

    unseen: tuple[UnseenThing, ...] = ()
    is_elsewhere: bool = False


def shown_scene(scene: Scene, views: Sequence[int]) -> ShownScene:
    """The scene of the pictures with these numbers: 0 is its own, 1 the first of its views.

    Its objects, world and camera are those of the last one; the ones before it are its views.  Relations stay out: they are
    those of the first camera.  Raises Unanswerable for a picture that is not there, and for a scene that is not in metres.
    """
    if scene.world is None or not views or max(views) > len(scene.views):
        raise Unanswerable("there are no such pictures")
    pictures = (SeenView(canvas=scene.canvas, objects=scene.objects, camera=scene.world.camera), *scene.views)
    *before, last = (pictures[number] for number in views)
    bodies = {thing.id: body for thing, body in zip(scene.objects, scene.world.bodies, strict=True)}
    if any(thing.id not in bodies for thing in last.objects):
        raise Unanswerable("something is seen of which no body is known")
    seen = tuple(_body(bodies[thing.id], from_elsewhere=views[-1] > 0) for thing in last.objects)
    room = scene.world.room if views[-1] == 0 else None
    world = SeenWorld(camera=last.camera, bodies=seen, room=room, plain=scene.world.plain)
    seen_ids = {thing.id for thing in last.objects}
    unseen = (
        UnseenThing(id=thing.id, category=thing.category, attributes=thing.attributes, body=bodies[thing.id])
        for thing in scene.objects
        if thing.id not in seen_ids
    )
    return ShownScene(
        canvas=last.canvas,
        scene=scene.scene,
        objects=last.objects,
        excluded=scene.excluded,
        world=world,
        views=tuple(before),
        unseen=() if before else tuple(unseen),
        is_elsewhere=views[-1] > 0,
    )


def are_walls_known(view: View) -> bool:
    """Whether it is known where the walls of the scene are, or that it has none."""
    return not (isinstance(view.scene, ShownScene) and view.scene.is_elsewhere)


def unseen_things(view: View) -> tuple[UnseenThing, ...]:
    """What is in the scene and not seen in its only picture; nothing where that is not known."""
    return view.scene.unseen if isinstance(view.scene, ShownScene) else ()


def _body(body: SeenBody, from_elsewhere: bool) -> SeenBody:
    """The body; what hides it is known of the first camera only."""
    return body.model_copy(update={"hidden_by": None}) if from_elsewhere else body


def first_picture(view: View) -> View:
    """The first of two pictures, as a view of its own. Raises Unanswerable where one alone is shown."""
    if len(view.scene.views) != 1 or view.scene.world is None:
        raise Unanswerable("two pictures are needed")
    first = view.scene.views[0]
    scene = Scene(canvas=first.canvas, scene=view.scene.scene, objects=first.objects, excluded=view.scene.excluded)
    return View(scene, view.strictness)


def in_both(view: View, first: View) -> list[tuple[SeenObject, SeenObject]]:
    """What is clearly seen in both pictures, as it is in the first and in the second."""
    before = {first.objects[i].id: first.objects[i] for i in first.clear}
    return [(before[thing.id], thing) for thing in (view.objects[i] for i in view.clear) if thing.id in before]
