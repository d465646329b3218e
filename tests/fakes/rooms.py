"""Small scenes made by hand: a few boxes, and what is drawn between them."""

from schemas.events import Scene, SeenObject, SeenRelation
from schemas.graph import Box

CANVAS = (400, 400)


def thing(
    category: str, box: Box, *attributes: str, depth: float = 1.0, visible: float = 1.0
) -> tuple[str, Box, tuple[str, ...], float, float]:
    return category, box, attributes, depth, visible


def room(
    *things: tuple[str, Box, tuple[str, ...], float, float],
    drawn: tuple[tuple[int, str, int], ...] = (),
    excluded: tuple[str, ...] = (),
) -> Scene:
    """A scene of 400 by 400 pixels; ids count from 0."""
    objects = tuple(
        SeenObject(id=i, category=c, box=box, attributes=attributes, depth=depth, visible=visible)
        for i, (c, box, attributes, depth, visible) in enumerate(things)
    )
    relations = tuple(SeenRelation(subject=s, predicate=p, object=o, drawn=True) for s, p, o in drawn)
    return Scene(canvas=CANVAS, scene="room", objects=objects, relations=relations, excluded=excluded)


def kitchen() -> Scene:
    """From left to right: a red cup on a table, a stove, a blue cup on the floor, a lamp high up on the right."""
    return room(
        thing("table", (20, 200, 120, 120), depth=3.0),
        thing("cup", (60, 170, 30, 40), "red", depth=2.9),
        thing("stove", (180, 190, 60, 100), depth=4.0),
        thing("cup", (270, 330, 30, 40), "blue", depth=1.0),
        thing("lamp", (340, 20, 40, 60), depth=5.0),
        drawn=((1, "on", 0),),
        excluded=("dog", "mirror"),
    )
