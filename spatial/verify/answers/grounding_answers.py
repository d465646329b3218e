"""The answers to questions about boxes and points in pixels.

In: a reader of the scene and a `Form`.  Out: the answer's text; `NotProven` with the reason where none is proven.
"""

import json
import re

from schemas.events import SeenObject
from spatial.verify.geometry import before
from spatial.verify.referents import NotProven, Reader, require_seen
from spatial.verify.sentences import Form

CONFUSED = 0.5
"""The share of their union that two boxes have in common where either may be meant."""


def answer_box(reader: Reader, form: Form) -> str:
    """x, y, width and height of the referent. Raises NotProven."""
    return json.dumps(list(_whole(reader, reader.resolve(form.refs[0])[0]).box))


def answer_point(reader: Reader, form: Form) -> str:
    """The point in the middle of the referent's box, rounded towards the top left. Raises NotProven."""
    left, top, width, height = _whole(reader, reader.resolve(form.refs[0])[0]).box
    return json.dumps([(2 * left + width) // 2, (2 * top + height) // 2])


def answer_content(reader: Reader, form: Form) -> str:
    """The name of what is in the box. Raises NotProven."""
    return reader.label(boxed_thing(reader, form))


def answer_box_side(reader: Reader, form: Form) -> str:
    """Left or right. Raises NotProven."""
    thing, others = boxed_thing(reader, form), reader.resolve(form.refs[0])
    if any(thing.id == other.id for other in others):
        raise NotProven("the box shows a thing that the words name")
    verdict = before(thing, others[0], 0, reader.scene)
    if verdict is None:
        raise NotProven("the margin is too small")
    return "left" if verdict else "right"


def boxed_thing(reader: Reader, form: Form) -> SeenObject:
    """The object that the box of the sentence shows. Raises NotProven unless it is that object's box and no other's."""
    box = tuple(int(number) for number in re.findall(r"\d+", form.word))
    meant = [thing for thing in reader.scene.objects if _union_share(thing.box, box) >= CONFUSED]
    if len(meant) != 1 or tuple(meant[0].box) != box:
        raise NotProven(f"{len(meant)} things are about where the box is")
    return require_seen(_whole(reader, meant[0]))


def _whole(reader: Reader, thing: SeenObject) -> SeenObject:
    """The object, if its box is within the picture. Raises NotProven."""
    for start, length, size in zip(thing.box[:2], thing.box[2:], reader.scene.canvas, strict=True):
        if start < 0 or start + length > size:
            raise NotProven("its box goes beyond the picture")
    return thing


def _union_share(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    sides = [min(one[k] + one[k + 2], other[k] + other[k + 2]) - max(one[k], other[k]) for k in (0, 1)]
    if min(sides) <= 0:
        return 0.0
    common = sides[0] * sides[1]
    return common / (one[2] * one[3] + other[2] * other[3] - common)
