"""The pictures that a question shows, as one scene.

In: a scene with views, and numbers of pictures.  Out: a scene that is seen in the last of them.
The verifier's own: it shares no code with the writer of questions.
"""

from collections.abc import Sequence

from schemas.base import Model
from schemas.events import Scene, SeenObject
from schemas.pictures import SeenBody, SeenView, SeenWorld
from spatial.verify.referents import NotProven


class OutOfSight(Model):
    """A thing of the scene of which the only picture shows nothing, and where it is."""

    thing: SeenObject
    body: SeenBody


class SceneOfPictures(Scene):
    """A scene as some of its pictures show it. `out_of_sight`: what the only one does not show of it.  `from_elsewhere`: by
    a further camera, of which walls are not known."""

    out_of_sight: tuple[OutOfSight, ...] = ()
    from_elsewhere: bool = False


def things_out_of_sight(scene: Scene) -> tuple[OutOfSight, ...]:
    """What is in the scene and not in its only picture; nothing where that is not known."""
    return scene.out_of_sight if isinstance(scene, SceneOfPictures) else ()


def is_from_elsewhere(scene: Scene) -> bool:
    """Whether a further camera sees the scene."""
    return isinstance(scene, SceneOfPictures) and scene.from_elsewhere


def names_in(scene: Scene) -> list[str]:
    """The categories of which it is known whether the scene has any."""
    unseen = [each.thing.category for each in things_out_of_sight(scene)]
    return [*(thing.category for thing in scene.objects), *scene.excluded, *unseen]


def as_shown(scene: Scene, views: Sequence[int]) -> Scene:
    """The scene of the last of the pictures (0: the scene's own); those before it are its views. Raises NotProven.

    Without numbers it is the scene's own picture, and no other is seen.
    """
    if not views:
        return scene.model_copy(update={"views": ()}) if scene.views else scene
    if scene.world is None or min(views) < 0 or max(views) > len(scene.views):
        raise NotProven("the question shows a picture that is not there")
    bodies = dict(zip((thing.id for thing in scene.objects), scene.world.bodies, strict=True))
    *before, last = (_picture(scene, number) for number in views)
    strange = [thing.id for thing in last.objects if thing.id not in bodies]
    if strange:
        raise NotProven(f"of object {strange[0]} no body is known")
    seen = [bodies[thing.id] if views[-1] == 0 else _from_elsewhere(bodies[thing.id]) for thing in last.objects]
    room = scene.world.room if views[-1] == 0 else None
    there = {thing.id for thing in last.objects}
    missing = [thing for thing in scene.objects if thing.id not in there and not before]
    return SceneOfPictures(
        canvas=last.canvas,
        scene=scene.scene,
        objects=last.objects,
        excluded=scene.excluded,
        world=SeenWorld(camera=last.camera, bodies=tuple(seen), room=room, plain=scene.world.plain),
        views=tuple(before),
        out_of_sight=tuple(OutOfSight(thing=thing, body=bodies[thing.id]) for thing in missing),
        from_elsewhere=views[-1] > 0,
    )


def _picture(scene: Scene, number: int) -> SeenView:
    if number > 0:
        return scene.views[number - 1]
    assert scene.world is not None
    return SeenView(canvas=scene.canvas, objects=scene.objects, camera=scene.world.camera)


def _from_elsewhere(body: SeenBody) -> SeenBody:
    """A body of which it is not known what hides it."""
    return body.model_copy(update={"hidden_by": None})
