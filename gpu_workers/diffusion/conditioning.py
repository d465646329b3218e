"""The conditioning of a diffusion model by a graph: texts, and boxes as shares of the picture.

In: a graph.  Out: `Conditioning`, and the tokens that name its objects.  Independent of the model.
Excluded categories go into the negative text only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from gpu_workers.photo.structure import Structure
from schemas.graph import SpatialGraph

Corners = tuple[float, float, float, float]
"""(left, top, right, bottom), each 0 to 1 of the picture, y down."""

MAX_BOXES = 30
"""The number of objects that GLIGEN takes."""


@dataclass(frozen=True)
class Conditioning:
    """The conditioning of one picture. `phrases`, `words` (the bare categories) and `boxes` have one entry per object.

    `excluded`: categories that must not be in it, which `negative` names too.  `structure`: what a photograph is drawn
    over, None where there is none; then `ids` are the objects' numbers in it.
    """

    prompt: str
    negative: str = ""
    phrases: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    boxes: tuple[Corners, ...] = ()
    background: str = ""
    excluded: tuple[str, ...] = ()
    structure: Structure | None = None
    ids: tuple[int, ...] = ()


def conditioning_of(graph: SpatialGraph) -> Conditioning:
    """The conditioning of a graph; of more than MAX_BOXES objects only the largest get boxes."""
    boxes = [corners(box, graph.layout.canvas) for box in graph.layout.boxes]
    order = sorted(range(len(boxes)), key=lambda i: -_area(boxes[i]))[:MAX_BOXES]
    kept = sorted(order)
    phrases = graph.prompt.phrases if len(graph.prompt.phrases) == len(boxes) else tuple(map(_phrase, graph.objects))
    return Conditioning(
        prompt=graph.prompt.positive,
        negative=_negative(graph),
        phrases=tuple(phrases[i] for i in kept),
        words=tuple(graph.objects[i].category for i in kept),
        boxes=tuple(boxes[i] for i in kept),
        background=graph.prompt.background or graph.scene,
        excluded=graph.excluded,
        ids=tuple(kept),
    )


def corners(box: tuple[int, int, int, int], canvas: tuple[int, int]) -> Corners:
    """A box in pixels as shares of its canvas, clipped at the edges."""
    x, y, width, height = box
    across, down = canvas
    left, right = (min(1.0, max(0.0, value / across)) for value in (x, x + width))
    top, bottom = (min(1.0, max(0.0, value / down)) for value in (y, y + height))
    return left, top, right, bottom


def _area(box: Corners) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _phrase(thing: object) -> str:
    words = [*getattr(thing, "attributes", ()), getattr(thing, "category", "")]
    return " ".join(words)


def _negative(graph: SpatialGraph) -> str:
    """The prompt's negative text, with every excluded category in it."""
    text = graph.prompt.negative
    said = {part.strip().casefold() for part in text.split(",")}
    missing = [name for name in graph.excluded if name.casefold() not in said]
    return ", ".join([*missing, *([text] if text else [])])


def token_positions(tokenizer: Any, conditioning: Conditioning) -> list[list[int]]:
    """For each object the positions of its tokens in the truncated prompt.

    By the whole phrase, else by the bare category; empty for an object that the prompt does not name.
    """
    prompt = tokenizer(conditioning.prompt, truncation=True, max_length=tokenizer.model_max_length).input_ids
    return [
        _positions_of(prompt, _plain_tokens(tokenizer, phrase)) or _positions_of(prompt, _plain_tokens(tokenizer, word))
        for phrase, word in zip(conditioning.phrases, conditioning.words, strict=True)
    ]


def word_positions(tokenizer: Any, conditioning: Conditioning) -> list[list[int]]:
    """For each object the positions of its category's tokens within its phrase, in the truncated prompt.

    The phrase's last token where it does not have the category; empty for an object that the prompt does not name.
    """
    prompt = tokenizer(conditioning.prompt, truncation=True, max_length=tokenizer.model_max_length).input_ids
    found = list[list[int]]()
    for places, word in zip(token_positions(tokenizer, conditioning), conditioning.words, strict=True):
        offsets = _positions_of([prompt[place] for place in places], _plain_tokens(tokenizer, word))
        found.append([places[offset] for offset in offsets] or places[-1:])
    return found


def naming_all(tokenizer: Any, conditioning: Conditioning) -> Conditioning:
    """The conditioning with every phrase in its prompt: missing ones are added at the end, after a bar each.

    Words at the prompt's end are left out where all would not fit.
    """
    missing = list[str]()
    while True:
        prompt = _with_suffix(tokenizer, conditioning.prompt, missing)
        tokens = tokenizer(prompt, truncation=True, max_length=tokenizer.model_max_length).input_ids
        added = [
            phrase
            for phrase in dict.fromkeys(conditioning.phrases)
            if phrase not in missing and not _positions_of(tokens, _plain_tokens(tokenizer, phrase))
        ]
        if not added:
            return replace(conditioning, prompt=prompt)
        missing += added


def _with_suffix(tokenizer: Any, prompt: str, phrases: Sequence[str]) -> str:
    suffix = "".join(f"| {phrase}" for phrase in phrases)
    if not suffix:
        return prompt
    room = tokenizer.model_max_length - 2 - len(_plain_tokens(tokenizer, suffix))
    words = prompt.split(" ")
    while words and len(_plain_tokens(tokenizer, " ".join(words))) > room:
        words.pop()
    return " ".join(words) + suffix


def _plain_tokens(tokenizer: Any, text: str) -> list[int]:
    """A text's tokens without start and end tokens."""
    return list(tokenizer(text, add_special_tokens=False).input_ids)


def _positions_of(prompt: Sequence[int], wanted: Sequence[int]) -> list[int]:
    for start in range(len(prompt) - len(wanted) + 1):
        if wanted and list(prompt[start : start + len(wanted)]) == list(wanted):
            return list(range(start, start + len(wanted)))
    return []
