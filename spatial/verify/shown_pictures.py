"""The pictures that a question shows, as one scene.

In: a scene with views, and numbers of pictures.  Out: a scene that is seen in the last of them.
The verifier's own: it shares no code with the writer of questions.
"""

from collections.abc import Sequence

from schemas.events import Scene
from schemas.pictures import SeenBody, SeenView, SeenWorld
from spatial.verify.referents import NotProven


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
    return scene.model_copy(
        update={
            "canvas": last.canvas,
            "objects": last.objects,
            "relations": (),
            "world": SeenWorld(camera=last.camera, bodies=tuple(seen), room=room, plain=scene.world.plain),
            "views": tuple(before),
        }
    )


def _picture(scene: Scene, number: int) -> SeenView:
    if number > 0:
        return scene.views[number - 1]
    assert scene.world is not None
    return SeenView(canvas=scene.canvas, objects=scene.objects, camera=scene.world.camera)


def _from_elsewhere(body: SeenBody) -> SeenBody:
    """A body of which it is not known what hides it."""
    return body.model_copy(update={"hidden_by": None})
