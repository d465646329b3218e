"""Random scenes to ask questions of: any things anywhere, with duplicates, colours, hidden things, things on things."""

import random

from schemas.events import Scene, SeenObject, SeenRelation
from spatial.knowledge.knowledge_base import categories
from spatial.relations.relation_truth import holds

COLOURS = ("red", "blue", "green", "yellow", "white", "black", "purple", "brown")
CANVAS = (512, 512)


def random_scene(seed: int, names: tuple[str, ...] | None = None, most: int = 8) -> Scene:
    """A scene whose things, absent things and places are drawn alike, so that nothing but asking can leak."""
    rng = random.Random(f"scene {seed}")
    pool = list(names or sorted(categories()))
    rng.shuffle(pool)
    things: list[SeenObject] = []
    for category in pool[: rng.randint(1, most)]:
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            things.append(_thing(rng, len(things), category))
    relations = _stacked(rng, things)
    absent = tuple(pool[most : most + rng.randint(0, 4)])
    return Scene(canvas=CANVAS, scene="room", objects=tuple(things), relations=relations, excluded=absent)


def _thing(rng: random.Random, number: int, category: str) -> SeenObject:
    width, height = rng.randint(24, 150), rng.randint(24, 150)
    box = (rng.randint(0, CANVAS[0] - width), rng.randint(0, CANVAS[1] - height), width, height)
    colours = (rng.choice(COLOURS),) if rng.random() < 0.5 else ()
    visible = 1.0 if rng.random() < 0.9 else round(rng.random(), 2)
    return SeenObject(
        id=number, category=category, attributes=colours, box=box, depth=round(rng.random(), 3), visible=visible
    )


def _stacked(rng: random.Random, things: list[SeenObject]) -> tuple[SeenRelation, ...]:
    """Put some things on others, and say that they were drawn so; mention also what merely looks like it."""
    relations = []
    for i in range(1, len(things)):
        if rng.random() < 0.4:
            base = rng.choice(things[:i])
            x, y, w, h = base.box
            size = max(8, min(w, h) // 2)
            top = y - size + max(1, h // 8)
            if top < 0:
                continue
            box = (x + rng.randint(0, max(0, w - size)), top, size, size)
            things[i] = things[i].model_copy(update={"box": box})
            relations.append(SeenRelation(subject=i, predicate="on", object=base.id, drawn=rng.random() < 0.9))
    boxes = {thing.id: thing.box for thing in things}
    return tuple(r for r in relations if r.object is not None and holds("on", boxes[r.subject], boxes[r.object], CANVAS))
