"""Splits the detections of a picture into firm and doubtful ones.

In: all detections of one picture, and its graph.  Out: firm detections, which count as objects, and doubtful ones, of
which neither presence nor absence is asserted.
Doubtful are: two labels for one place, parts of objects, and objects found only by a description or by another word.
Does not use the boxes of the graph (`gpu_workers.perception.matching` does).
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from gpu_workers.perception.interfaces import Box, Detection
from gpu_workers.perception.label_prompts import descriptions_of, names_of, phrase_of
from schemas.base import readable
from schemas.graph import GraphObject, SpatialGraph
from spatial.questions.wording.lexicon import fits, singular
from spatial.relations.boxes import intersection, iou

SAME_PLACE_IOU = 0.7
"""IoU from which two detections are of the same place: the same label twice, or two labels for one object."""

PART_SHARE = 0.5
"""Share of the smaller of two boxes of one label that lies in the larger, from which both may show one object."""

MIN_SCORE_RATIO = 1.2
"""Least ratio of a description's score to that of any other at the same place: two with similar scores confirm nothing."""

MAX_NAME_CHARS = 80
"""Longest label that is kept, in characters."""

MIN_INSIDE_PIXELS = 1.0
"""Pixels of a box that must lie inside the picture, each way."""


@dataclass(frozen=True)
class Thresholds:
    """Scores from which a detection is firm, and from which it is doubtful. Depend on the detector."""

    firm: float = 0.35
    weak: float = 0.2


@dataclass(frozen=True)
class FilteredDetections:
    """Detections that count as objects, and those that only rule out a claim of absence."""

    firm: tuple[Detection, ...]
    doubtful: tuple[Detection, ...]


def filter_detections(
    graph: SpatialGraph, detections: Sequence[Detection], size: tuple[int, int], thresholds: Thresholds
) -> FilteredDetections:
    """The firm and the doubtful detections of the graph's categories, the excluded ones among them."""
    names, described = names_of(graph), descriptions_of(graph)
    named = [each for each in detections if _is_word(each.label)]
    counted = [each for each in named if not each.score < thresholds.weak]  # NaN is doubtful
    sound = [part for each in counted if (part := clip_to_picture(each, size)) is not None]
    nowhere = [replace(each, box=(0.0, 0.0, *size)) for each in counted if clip_to_picture(each, size) is None]
    pile = _DetectionSet(thresholds.firm)
    for each in sorted(sound, key=lambda one: (-one.score, one.label, one.box)):
        if each.label in names:
            pile.add(each)
    for each in [*(one for one in sound if one.label not in names), *nowhere]:
        pile.add_doubtful(replace(each, label=described.get(each.label) or _matching_name(each.label, names)))
    return FilteredDetections(tuple(pile.firm), tuple(pile.doubtful))


class _DetectionSet:
    """The detections processed so far. They must be added in descending order of score."""

    def __init__(self, least: float) -> None:
        self._least = least
        self.firm: list[Detection] = []
        self.doubtful: list[Detection] = []

    def add(self, new: Detection) -> None:
        """Add a detection whose label is a category of the graph."""
        rivals = [other for other in self._everything() if iou(other.box, new.box) >= SAME_PLACE_IOU]
        if any(other.label == new.label for other in rivals):
            return  # a duplicate
        sure = new.score >= self._least
        for other in rivals:
            if sure and other in self.firm and not _is_same_kind(other.label, new.label):
                self.firm.remove(other)
                self.doubtful.append(other)
        part = any(
            other.label == new.label and _share_of_smaller(other.box, new.box) >= PART_SHARE for other in self._everything()
        )
        (self.firm if sure and not rivals and not part else self.doubtful).append(new)

    def add_doubtful(self, new: Detection) -> None:
        """Add a detection by any other label, unless it overlaps with one of the same label."""
        if not any(
            other.label == new.label and _share_of_smaller(other.box, new.box) >= PART_SHARE for other in self._everything()
        ):
            self.doubtful.append(new)

    def _everything(self) -> Iterator[Detection]:
        yield from self.firm
        yield from self.doubtful


def clip_to_picture(detection: Detection, size: tuple[int, int]) -> Detection | None:
    """The detection clipped to its picture; None where it is outside, has no area or is not finite."""
    if not all(math.isfinite(value) for value in (*detection.box, detection.score)):
        return None
    x, y, width, height = detection.box
    left, right = max(x, 0.0), min(x + width, float(size[0]))
    top, bottom = max(y, 0.0), min(y + height, float(size[1]))
    if right - left < MIN_INSIDE_PIXELS or bottom - top < MIN_INSIDE_PIXELS:
        return None
    return replace(detection, box=(left, top, right - left, bottom - top))


def confirmed_attributes(
    thing: GraphObject, where: Detection, descriptions: Iterable[Detection], firm: float
) -> tuple[str, ...]:
    """The object's attributes, if its own description scores at `where` by MIN_SCORE_RATIO above every other; else none.

    `descriptions` are detections by descriptions of the object's category.
    """
    best: dict[str, float] = {}
    for each in descriptions:
        if iou(each.box, where.box) >= PART_SHARE:
            best[each.label] = max(each.score, best.get(each.label, 0.0))
    own = best.pop(phrase_of(thing), 0.0)
    clear = own >= firm and own >= MIN_SCORE_RATIO * max(best.values(), default=0.0)
    return thing.attributes if thing.attributes and clear else ()


def _is_word(label: str) -> bool:
    try:
        return bool(readable(label))
    except ValueError:
        return False


def _is_same_kind(a: str, b: str) -> bool:
    return fits(a, b) or fits(b, a)


def _matching_name(label: str, names: Sequence[str]) -> str:
    """The name of which a label is a variant (case, plural), or the label itself."""
    word = " ".join(label.casefold().split())
    return next((name for name in names if name.casefold() in (word, singular(word))), word[:MAX_NAME_CHARS])


def covered_share(a: Box, b: Box) -> float:
    """The share of a's area that lies in b."""
    return intersection(a, b) / (a[2] * a[3]) if a[2] * a[3] > 0 else 0.0


def _share_of_smaller(a: Box, b: Box) -> float:
    """The intersection as a share of the smaller box."""
    return max(covered_share(a, b), covered_share(b, a))
