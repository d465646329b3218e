"""Writes the boxes and points of a question as a trainer expects them.

In: a question about places in numbers, the size of its picture.  Out: its text and its answer with numbers of another form.
A `Convention` has the words for a box, for a point and for a given box, and the forms of both.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

BOX_WORDS = "as [x, y, width, height] in pixels"
POINT_WORDS = "as [x, y] in pixels"
GIVEN_WORDS = "given as x, y, width and height in pixels"
"""How the dataset's own questions say which numbers they mean; the same in every sentence."""

_GIVEN_BOX = re.compile(r"\[\d+, \d+, \d+, \d+\]")

Size = tuple[int, int]
Numbers = Sequence[float]
Scale = Callable[[Numbers, Size], list[Any]]
"""From corners or a point, in pixels, to numbers of a convention."""


@dataclass(frozen=True)
class Convention:
    """`words` follow "as" for a box and for a point, `given` follows "given as"; `scale` makes the numbers.

    `answer` makes the text of an answer from numbers and the name of the thing.
    """

    words: tuple[str, str]
    given: str
    scale: Scale
    answer: Callable[[list[Any], str], str]


def in_convention(question: dict[str, Any], size: Size, convention: Convention, name: str) -> tuple[str, str]:
    """Text and answer of a question about places in a picture of this size; `name`: what the thing is called."""
    text, answer = question["question"], question["answer"]
    text = text.replace(BOX_WORDS, convention.words[0]).replace(POINT_WORDS, convention.words[1])
    if GIVEN_WORDS in text:
        text = text.replace(GIVEN_WORDS, f"given as {convention.given}")
        text = _GIVEN_BOX.sub(lambda box: json.dumps(convention.scale(corners(json.loads(box.group())), size)), text)
    if not question["choices"]:
        numbers = json.loads(answer)
        answer = convention.answer(convention.scale(corners(numbers) if len(numbers) == 4 else numbers, size), name)
    return text, choice_in_convention(answer, size, convention) if question["choices"] else answer


def choice_in_convention(choice: str, size: Size, convention: Convention) -> str:
    """A choice that is a box, in a picture of this size, with its numbers alone; any other as it is."""
    if not _GIVEN_BOX.fullmatch(choice):
        return choice
    return json.dumps(convention.scale(corners(json.loads(choice)), size))


def corners(box: Numbers) -> list[float]:
    """Left, top, right and bottom of x, y, width and height."""
    return [box[0], box[1], box[0] + box[2], box[1] + box[3]]


def pixels(numbers: Numbers, _size: Size) -> list[Any]:
    """As they are."""
    return list(numbers)


def thousandths(numbers: Numbers, size: Size) -> list[Any]:
    """Whole numbers from 0 to 1000 of the width and of the height."""
    return [round(number * 1000 / size[k % 2]) for k, number in enumerate(numbers)]


def fractions(numbers: Numbers, size: Size) -> list[Any]:
    """From 0 to 1 of the width and of the height, with three decimals."""
    return [round(number / size[k % 2], 3) for k, number in enumerate(numbers)]


def as_list(numbers: list[Any], _name: str) -> str:
    """A plain list."""
    return json.dumps(numbers)


def as_qwen(numbers: list[Any], name: str) -> str:
    """`{"bbox_2d": [x1, y1, x2, y2], "label": …}`, of a point `point_2d`."""
    field = "bbox_2d" if len(numbers) == 4 else "point_2d"
    return json.dumps({field: numbers, "label": name}, ensure_ascii=False)


LLAVA = Convention(
    ("as [x1, y1, x2, y2] from 0 to 1", "as [x, y] from 0 to 1"), "x1, y1, x2, y2 from 0 to 1", fractions, as_list
)

_QWEN_WORDS = ("as JSON with bbox_2d and label", "as JSON with point_2d and label")

QWEN = {
    "thousand": Convention(_QWEN_WORDS, "x1, y1, x2, y2 from 0 to 1000", thousandths, as_qwen),
    "pixel": Convention(_QWEN_WORDS, "x1, y1, x2, y2 in pixels", pixels, as_qwen),
}
"""By what the numbers count: Qwen2-VL and Qwen3-VL expect thousandths of the picture, Qwen2.5-VL its pixels."""
