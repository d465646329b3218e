"""How well eyes see: detections and depths of pictures of known contents, counted.

In: truths, detections, depth maps.  Out: precision and recall by category and threshold, calibration, errors in the order
of depths, and the settings that follow.
A detection is right if it overlaps a thing of its label by MATCH_IOU that no better one has; of one that overlaps a thing
that is hardly seen, or lies in a crowd of its label by CROWD_SHARE, nothing is said: so COCO's evaluation ignores them.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import ceil

import numpy as np

from gpu_workers.perception.depth_order import SPREADS, box_depths
from gpu_workers.perception.detection_filter import SAME_PLACE_IOU, clip_to_picture, covered_share
from gpu_workers.perception.interfaces import Box, DepthMap, Detection
from schemas.events import SeenObject
from spatial.relations.boxes import iou
from spatial.relations.scene_extraction import DEPTH_SHARE, MIN_VISIBLE

MATCH_IOU = 0.5
"""The usual bound for one thing in a detection and an annotation."""

CROWD_SHARE = 0.5
"""Share of a detection's own area that lies in a crowd, from which it may be one of it: COCO's, at an IoU of MATCH_IOU."""

Crowd = tuple[str, Box]
"""Several things of one category that were annotated together: the category, their box in pixels."""

STEPS = tuple(round(0.1 + 0.05 * step, 2) for step in range(18))
"""Thresholds: 0.1, below which detectors report nothing here, to 0.95."""

BINS = 10
"""Of scores, for calibration."""

FACTORS = (0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 9.0, 12.0, 16.0)
"""Numbers of spreads by which an order of depths may be believed, without a share of the depth."""

SHARES = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.31, 0.4, 0.5)
"""Shares of the nearer one's depth by which it may be, together with the usual number of spreads."""

EQUAL_SHARE = 0.01
"""Share of a scene's range of depths within which two things are at one depth."""

PRECISION_GOAL, FOUND_GOAL, WRONG_GOAL = 0.95, 0.98, 0.02
"""What the settings are to give: right ones among firm detections, things found at all that are at least in doubt, wrong
ones among believed orders of depth, and believed ones among pairs at one depth."""

LEAST_FIRM, LEAST_FOUND, LEAST_PAIRS = (
    ceil(3 / (1 - PRECISION_GOAL)), ceil(3 / (1 - FOUND_GOAL)), ceil(3 / WRONG_GOAL)
)  # fmt: skip
"""Detections, things that were found, pairs apart and pairs at one depth below which no setting follows: even if none of so
many is wrong, the goal is only then met with a probability of 95 % (the rule of three)."""


@dataclass(frozen=True)
class Judged:
    """A detection that was right or wrong."""

    label: str
    score: float
    right: bool


@dataclass
class EyeScores:
    """What was counted so far. `found`: the best score of each thing that was found at all, at MATCH_IOU."""

    judged: list[Judged] = field(default_factory=list)
    things: Counter[str] = field(default_factory=Counter)
    found: list[float] = field(default_factory=list)
    pictures: int = 0
    asked_absent: int = 0
    pairs: Counter[str] = field(default_factory=Counter)
    spread: "Orders" = field(default_factory=lambda: Orders.of(FACTORS))
    shared: "Orders" = field(default_factory=lambda: Orders.of(SHARES))

    def add(
        self,
        things: Sequence[SeenObject],
        asked: Sequence[str],
        detections: Sequence[Detection],
        size: tuple[int, int],
        crowds: Sequence[Crowd] = (),
    ) -> None:
        """Count one picture of `size` (width, height) in which these labels were asked for."""
        self.pictures += 1
        there = {thing.category for thing in things}
        self.asked_absent += len(set(asked) - there)
        for label in dict.fromkeys(asked):
            clear = [thing for thing in things if thing.category == label and thing.visible >= MIN_VISIBLE]
            faint = [thing for thing in things if thing.category == label and thing.visible < MIN_VISIBLE]
            self.things[label] += len(clear)
            sound = (clip_to_picture(each, size) for each in detections if each.label == label)
            unsaid = [thing.box for thing in faint], [box for name, box in crowds if name == label]
            self._judge(clear, unsaid, [each for each in sound if each is not None])

    def _judge(
        self, clear: Sequence[SeenObject], unsaid: tuple[Sequence[Box], Sequence[Box]], detections: Sequence[Detection]
    ) -> None:
        """`unsaid`: the boxes of things that are hardly seen, and of crowds."""
        left = list(clear)
        kept = list[Detection]()
        for each in sorted(detections, key=lambda one: (-one.score, one.box)):
            if any(iou(each.box, other.box) >= SAME_PLACE_IOU for other in kept):
                continue
            kept.append(each)
            best = max(left, key=lambda thing: iou(each.box, thing.box), default=None)
            if best is not None and iou(each.box, best.box) >= MATCH_IOU:
                left.remove(best)
                self.found.append(each.score)
                self.judged.append(Judged(each.label, each.score, True))
            elif not _is_unsaid(each.box, *unsaid):
                self.judged.append(Judged(each.label, each.score, False))

    def add_depths(self, things: Sequence[SeenObject], depth: DepthMap) -> None:
        """Count the pairs of one picture whose things have known depths."""
        clear = [thing for thing in things if thing.visible >= MIN_VISIBLE]
        if len(clear) < 2:
            return
        span = max(thing.depth for thing in clear) - min(thing.depth for thing in clear)
        boxes = [thing.box for thing in clear]
        known = [
            (a, b, clear[a].depth - clear[b].depth, kind)
            for a, b in combinations(range(len(clear)), 2)
            if (kind := kind_of_pair(clear[a].depth - clear[b].depth, span))
        ]
        self.pairs.update(kind for *_, kind in known)
        bounds: list[tuple[Orders, float, tuple[float, float]]] = [
            *((self.spread, each, (each, 0.0)) for each in FACTORS),
            *((self.shared, each, (SPREADS, each)) for each in SHARES),
        ]
        for orders, bound, (spreads, share) in bounds:
            found = box_depths(depth, boxes, spreads, share)
            for a, b, true, kind in known:
                orders.count(bound, kind, true, found[a] - found[b])

    def rates(self, threshold: float, label: str | None = None) -> tuple[float | None, float | None]:
        """Precision and recall of the detections from a threshold on, of one category or of all; None without any."""
        of_it = [each for each in self.judged if each.score >= threshold and label in (None, each.label)]
        right, things = sum(each.right for each in of_it), self.things.total() if label is None else self.things[label]
        return right / len(of_it) if of_it else None, right / things if things else None

    def calibration(self) -> list[tuple[int, float, float]]:
        """Of each bin of scores that has any: how many, their mean, the share of right ones."""
        scores = np.array([each.score for each in self.judged], float)
        right = np.array([each.right for each in self.judged], float)
        places = np.minimum((scores * BINS).astype(int), BINS - 1)
        bins = (places == number for number in range(BINS))
        return [(int(one.sum()), float(scores[one].mean()), float(right[one].mean())) for one in bins if one.any()]

    def calibration_error(self) -> float | None:
        """The mean distance of scores and shares of right ones over bins (expected calibration error); None without any."""
        bins = self.calibration()
        total = sum(count for count, _, _ in bins)
        return sum(count * abs(score - share) for count, score, share in bins) / total if total else None

    def firm(self) -> float | None:
        """The least threshold from which on enough detections are right; None where there is none."""
        for step in STEPS:
            counted = sum(each.score >= step for each in self.judged)
            if counted >= LEAST_FIRM and (self.rates(step)[0] or 0.0) >= PRECISION_GOAL:
                return step
        return None

    def weak(self) -> float | None:
        """The highest threshold, up to the firm one, that enough of what is found at all reaches."""
        firm = self.firm() if len(self.found) >= LEAST_FOUND else None
        fitting = [
            step for step in STEPS
            if firm is not None and step <= firm and np.mean([score >= step for score in self.found]) >= FOUND_GOAL
        ]  # fmt: skip
        return fitting[-1] if fitting else None

    def spreads(self) -> float | None:
        """The least number of spreads from which on few believed orders are wrong, and few things at one depth ordered."""
        return self._least(self.spread)

    def share(self) -> float | None:
        """The same of the nearer one's depth, together with the usual number of spreads."""
        return self._least(self.shared)

    def _least(self, orders: "Orders") -> float | None:
        if min(self.pairs["apart"], self.pairs["level"]) < LEAST_PAIRS:
            return None
        return next((bound for bound in orders.apart if orders.is_safe(bound, self.pairs["level"])), None)

    def lacking(self) -> dict[str, str]:
        """Why nothing is said of a threshold: `firm`, `weak`, `depth`; without those of which enough was seen."""
        pairs = f"{self.pairs['apart']} pairs apart and {self.pairs['level']} at one depth of {LEAST_PAIRS} each"
        counts = {
            "firm": (len(self.judged), LEAST_FIRM, f"{len(self.judged)} detections of {LEAST_FIRM}"),
            "weak": (len(self.found), LEAST_FOUND, f"{len(self.found)} things found of {LEAST_FOUND}"),
            "depth": (min(self.pairs["apart"], self.pairs["level"]), LEAST_PAIRS, pairs),
        }
        return {
            name: f"not enough pictures: {self.pictures} ({told})"
            for name, (count, needed, told) in counts.items() if count < needed
        }  # fmt: skip


@dataclass
class Orders:
    """Of each bound: how often an order of two that are apart was believed rightly and wrongly, and how many at one depth
    were ordered."""

    apart: dict[float, Counter[bool]]
    level: dict[float, int]

    @classmethod
    def of(cls, bounds: Sequence[float]) -> "Orders":
        """Nothing counted yet."""
        return cls({bound: Counter() for bound in bounds}, dict.fromkeys(bounds, 0))

    def count(self, bound: float, kind: str, true: float, seen: float) -> None:
        """Count a pair by its true and its seen difference in depth."""
        if kind == "level":
            self.level[bound] += seen != 0
        elif seen != 0:
            self.apart[bound][(seen > 0) == (true > 0)] += 1

    def is_safe(self, bound: float, level: int) -> bool:
        """Whether both goals are met, with so many pairs at one depth, and by orders enough that are believed."""
        counts = self.apart[bound]
        is_seen, is_right = counts.total() >= LEAST_PAIRS, counts[False] <= WRONG_GOAL * counts.total()
        return is_seen and is_right and self.level[bound] <= WRONG_GOAL * level


def _is_unsaid(box: Box, faint: Sequence[Box], crowds: Sequence[Box]) -> bool:
    """Whether nothing is known of a detection that is no clear thing."""
    is_faint = any(iou(box, other) >= MATCH_IOU for other in faint)
    return is_faint or any(covered_share(box, crowd) >= CROWD_SHARE for crowd in crowds)


def kind_of_pair(true: float, span: float) -> str:
    """Whether two are `level` (at one depth), `apart`, or neither (empty), by the scene's range of depths."""
    if abs(true) <= EQUAL_SHARE * span:
        return "level"
    return "apart" if abs(true) >= DEPTH_SHARE * span else ""


def absent_labels(there: Iterable[str], known: Sequence[str], count: int, number: int) -> list[str]:
    """Labels of what is not in a picture, taken from all known ones in turn, so that each is asked for about as often."""
    others = [name for name in known if name not in set(there)]
    start = number * count
    return list(dict.fromkeys(others[(start + step) % len(others)] for step in range(min(count, len(others)))))
