"""Which detections are believed, and which only cast doubt.

In: all that a detector found in one picture, and what its graph speaks of.  Out: the detections by which things are there
surely, and those by which something may be there: nothing is said of the latter, and nothing claims their absence.
Two answers for one place, parts of things, things that only a description or another word names: all that is doubt.
Does not know where the graph wanted its objects (`gpu_workers.perception.matching`).
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from gpu_workers.perception.interfaces import Box, Detection
from gpu_workers.perception.label_prompts import descriptions_of, names_of, phrase_of
from schemas.base import readable
from schemas.graph import GraphObject, SpatialGraph
from spatial.questions.wording.lexicon import fits, singular

SAME_THING = 0.7
"""IoU from which two detections are of one place: of one thing, or of two words for it."""

PART = 0.5
"""Share of the smaller of two boxes of one label from which it may be a part of what the larger holds."""

CLEARER = 1.2
"""How much surer a description must be than any other one of the same place: two that are as sure tell nothing."""

LONGEST = 80
"""Characters of a name."""

LEAST_INSIDE = 1.0
"""Pixels of a box that must lie inside the picture, each way."""


@dataclass(frozen=True)
class Thresholds:
    """Scores from which a detection counts, and from which it casts doubt. Depend on the detector."""

    firm: float = 0.35
    weak: float = 0.2


@dataclass(frozen=True)
class FilteredDetections:
    """What is surely there, and what may be there."""

    firm: tuple[Detection, ...]
    doubtful: tuple[Detection, ...]


def believed(
    graph: SpatialGraph, detections: Sequence[Detection], size: tuple[int, int], sureness: Thresholds
) -> FilteredDetections:
    """The detections of the graph's categories and of what it excludes, and all doubt about them."""
    names, described = names_of(graph), descriptions_of(graph)
    named = [each for each in detections if _is_word(each.label)]
    counted = [each for each in named if not each.score < sureness.weak]  # what is not a number casts doubt
    sound = [part for each in counted if (part := inside(each, size)) is not None]
    nowhere = [replace(each, box=(0.0, 0.0, *size)) for each in counted if inside(each, size) is None]
    pile = _Pile(sureness.firm)
    for each in sorted(sound, key=lambda one: (-one.score, one.label, one.box)):
        if each.label in names:
            pile.add(each)
    for each in [*(one for one in sound if one.label not in names), *nowhere]:
        pile.doubt(replace(each, label=described.get(each.label) or _nearest_word(each.label, names)))
    return FilteredDetections(tuple(pile.firm), tuple(pile.doubtful))


class _Pile:
    """The detections that were looked at so far, the surest first."""

    def __init__(self, least: float) -> None:
        self._least = least
        self.firm: list[Detection] = []
        self.doubtful: list[Detection] = []

    def add(self, new: Detection) -> None:
        """One that was asked for by this word."""
        rivals = [other for other in self._all() if overlap(other.box, new.box) >= SAME_THING]
        if any(other.label == new.label for other in rivals):
            return  # seen twice
        sure = new.score >= self._least
        for other in rivals:
            if sure and other in self.firm and not _kin(other.label, new.label):
                self.firm.remove(other)
                self.doubtful.append(other)
        part = any(other.label == new.label and _shared(other.box, new.box) >= PART for other in self._all())
        (self.firm if sure and not rivals and not part else self.doubtful).append(new)

    def doubt(self, new: Detection) -> None:
        """One that was seen by other words: it says nothing where that thing is known already."""
        if not any(other.label == new.label and _shared(other.box, new.box) >= PART for other in self._all()):
            self.doubtful.append(new)

    def _all(self) -> Iterator[Detection]:
        yield from self.firm
        yield from self.doubtful


def inside(detection: Detection, size: tuple[int, int]) -> Detection | None:
    """The detection cut to its picture, or None if it is none: outside, without an area, not a number."""
    if not all(math.isfinite(value) for value in (*detection.box, detection.score)):
        return None
    x, y, width, height = detection.box
    left, right = max(x, 0.0), min(x + width, float(size[0]))
    top, bottom = max(y, 0.0), min(y + height, float(size[1]))
    if right - left < LEAST_INSIDE or bottom - top < LEAST_INSIDE:
        return None
    return replace(detection, box=(left, top, right - left, bottom - top))


def confirmed(thing: GraphObject, where: Detection, descriptions: Iterable[Detection], firm: float) -> tuple[str, ...]:
    """The attributes of an object, if it is described so in its place, and clearly so: no other description is as sure.

    `descriptions` are detections by descriptions of the object's category.
    """
    best: dict[str, float] = {}
    for each in descriptions:
        if overlap(each.box, where.box) >= PART:
            best[each.label] = max(each.score, best.get(each.label, 0.0))
    own = best.pop(phrase_of(thing), 0.0)
    clear = own >= firm and own >= CLEARER * max(best.values(), default=0.0)
    return thing.attributes if thing.attributes and clear else ()


def _is_word(label: str) -> bool:
    try:
        return bool(readable(label))
    except ValueError:
        return False


def _kin(a: str, b: str) -> bool:
    return fits(a, b) or fits(b, a)


def _nearest_word(label: str, names: Sequence[str]) -> str:
    """The name that a word nobody asked for stands for, or the word itself."""
    word = " ".join(label.casefold().split())
    return next((name for name in names if name.casefold() in (word, singular(word))), word[:LONGEST])


def overlap(a: Box, b: Box) -> float:
    """Intersection over union, 0 to 1."""
    both = _common(a, b)
    union = a[2] * a[3] + b[2] * b[3] - both
    return both / union if union > 0 else 0.0


def covered(a: Box, b: Box) -> float:
    """The share of a's area that lies in b."""
    return _common(a, b) / (a[2] * a[3]) if a[2] * a[3] > 0 else 0.0


def _shared(a: Box, b: Box) -> float:
    """The common area as a share of the smaller box."""
    return max(covered(a, b), covered(b, a))


def _common(a: Box, b: Box) -> float:
    across = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    down = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return max(0.0, across) * max(0.0, down)
