"""Which of a picture's annotated objects can be used, and as what.

In: a record and the picture's size.  Out: objects to ask about, doubtful ones, and what was left out, counted.
Boxes are rounded to whole pixels and cut at the edges of the picture.  A crowd and an object of an unknown category stay as
doubtful: nothing is asked about them, but a word that may mean them identifies no other object, nor is it counted.
"""

from collections import Counter
from dataclasses import dataclass, field, replace

from schemas.events import SeenObject
from schemas.graph import Box
from spatial.knowledge.annotation_names import known_name
from spatial.knowledge.knowledge_base import categories
from spatial.relations.scene_extraction import MIN_VISIBLE
from streams.ingest.annotated_objects import AnnotatedObject, AnnotatedPicture, FloatBox

DOUBTFUL_VISIBLE = 0.2
"""Below MIN_VISIBLE: nothing is stated of it."""

NO_DEPTH = 0.0
"""Of every object, where the depth of any is not known."""


@dataclass
class UsableObjects:
    """`certain` are known and visible, numbered from 0; `unknown` have names that are not known; `doubtful` have both
    and crowds, numbered on.  `left_out`: what was not used, with how often."""

    certain: list[SeenObject] = field(default_factory=list)
    unknown: list[SeenObject] = field(default_factory=list)
    doubtful: list[SeenObject] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    depth_known: bool = True


def usable_objects(picture: AnnotatedPicture, size: tuple[int, int]) -> UsableObjects:
    """The objects of a picture of `size` pixels, in an order that does not depend on that of the annotations."""
    found, kept = UsableObjects(), []
    for thing in sorted(picture.objects, key=repr):
        box = _whole_box(thing.box, size)
        if box is None or thing.visible == 0:
            found.left_out[f"{thing.category} that no pixel shows"] += 1
        else:
            kept.append((thing, box))
    found.depth_known = bool(kept) and all(thing.depth is not None for thing, _ in kept)
    for thing, box in kept:
        _sort_in(thing, box, found)
    found.certain = [thing.model_copy(update={"id": number}) for number, thing in enumerate(found.certain)]
    first = len(found.certain)
    found.doubtful = [thing.model_copy(update={"id": first + place}) for place, thing in enumerate(found.doubtful)]
    return found


def _sort_in(thing: AnnotatedObject, box: Box, found: UsableObjects) -> None:
    depth, name = (thing.depth if found.depth_known else None), known_name(thing.category)
    seen = _seen(replace(thing, depth=depth), name or thing.category, box, found.left_out)
    if not thing.is_crowd and name is not None and thing.visible >= MIN_VISIBLE:
        found.certain.append(seen)
        return
    why = "a crowd of" if thing.is_crowd else "unknown category" if name is None else "hardly visible"
    found.left_out[f"{why} {thing.category}"] += 1
    found.doubtful.append(seen.model_copy(update={"visible": min(thing.visible, DOUBTFUL_VISIBLE)}))
    if not thing.is_crowd and name is None:
        found.unknown.append(seen)


def _seen(thing: AnnotatedObject, name: str, box: Box, left_out: Counter[str]) -> SeenObject:
    known = categories().get(name)
    words = {word for family in known.attributes.values() for word in family} if known is not None else set()
    for word in thing.attributes:
        if word not in words:
            left_out[f"unknown attribute {word} of {thing.category}"] += 1
    kept = tuple(word for word in dict.fromkeys(thing.attributes) if word in words)
    depth = NO_DEPTH if thing.depth is None else thing.depth
    return SeenObject(id=0, category=name, attributes=kept, box=box, depth=depth, visible=thing.visible)


def _whole_box(box: FloatBox, size: tuple[int, int]) -> Box | None:
    """The box in whole pixels of the picture, at least one wide and high; None where it shows nothing."""
    x, y, width, height = box
    if width <= 0 or height <= 0 or x >= size[0] or y >= size[1] or x + width <= 0 or y + height <= 0:
        return None
    left, top = min(max(round(x), 0), size[0] - 1), min(max(round(y), 0), size[1] - 1)
    right, bottom = min(round(x + width), size[0]), min(round(y + height), size[1])
    return left, top, max(1, right - left), max(1, bottom - top)
