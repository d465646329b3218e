"""Rows of scenes in metres, with the columns that their questions are audited by.

In: a scene with a world.  Out: a row, without pictures.
"""

from typing import Any

from schemas.events import Scene

Row = dict[str, Any]


def row_of(scene: Scene) -> Row:
    """The columns of a scene in metres of which questions are audited."""
    assert scene.world is not None
    bodies = [body.model_dump(mode="json") for body in scene.world.bodies]
    stated = scene.model_dump(mode="json")
    things = [{"rotation": None, **thing, **body} for thing, body in zip(stated["objects"], bodies, strict=True)]
    sizes = [dict(zip(("width", "height"), view["canvas"], strict=True)) for view in stated.get("views", ())]
    views = [
        {**view, **size, "objects": seen_again(view, things)}
        for view, size in zip(stated.get("views", ()), sizes, strict=True)
    ]
    world = stated["world"]
    return {
        "sample_id": "s", "split": "train", "width": scene.canvas[0], "height": scene.canvas[1], "image": None,
        "objects": things, "relations": stated["relations"], "excluded": stated["excluded"], "views": views,
        "camera": world["camera"], "room": world.get("room"), "plain_ground": scene.world.plain,
    }  # fmt: skip


def seen_again(view: Row, things: list[Row]) -> list[Row]:
    """The things of a view with their bodies; what hides them there is not known."""
    known = {thing["id"]: thing for thing in things}
    return [{**known[thing["id"]], **thing, "hidden_by": None} for thing in view["objects"]]
