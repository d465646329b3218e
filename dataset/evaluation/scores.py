"""Accuracy with confidence intervals.

In: items and the choice for each.  Out: counts with Wilson's interval, in all and by kind, relation, hops and density.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import TypedDict

from dataset.evaluation.eval_items import Item
from dataset.evaluation.reply_outcome import HIT

Z = 1.96
"""Standard normal quantile of a two-sided 95 % interval."""

BANDS = ((2, "1-2"), (4, "3-4"), (6, "5-6"), (9, "7-9"))
"""Upper ends of bands of density; more is `10+`."""

Choices = Mapping[str, int | None]
"""From an item's id to the number of the choice, None where the response means none."""


class Score(TypedDict):
    """`asked` questions, how many were `right`, their share, and the ends of its 95 % interval."""

    asked: int
    right: int
    accuracy: float
    low: float
    high: float


class Scores(TypedDict):
    """In all, and by kind, relation, hops and density."""

    all: Score
    kind: dict[str, Score]
    relation: dict[str, Score]
    hops: dict[str, Score]
    density: dict[str, Score]


def band(density: int) -> str:
    """The band of a number of objects."""
    return next((name for end, name in BANDS if density <= end), "10+")


_FACETS: dict[str, Callable[[Item], str | None]] = {
    "kind": lambda item: item.kind,
    "relation": lambda item: item.relation,
    "hops": lambda item: None if item.hops is None else str(item.hops),
    "density": lambda item: None if item.density is None else band(item.density),
}


def wilson(right: int, asked: int) -> Score:
    """The share with its interval, which is sound for few questions and for shares near 0 and 1."""
    if not asked:
        return Score(asked=0, right=0, accuracy=0.0, low=0.0, high=1.0)
    share, spread = right / asked, Z * Z / asked
    middle = share + spread / 2
    reach = Z * math.sqrt(share * (1 - share) / asked + spread / (4 * asked))
    low, high = ((middle + sign * reach) / (1 + spread) for sign in (-1, 1))
    return Score(asked=asked, right=right, accuracy=share, low=min(share, max(0.0, low)), high=max(share, min(1.0, high)))


def score(items: Iterable[Item], choices: Choices) -> Scores:
    """Of the items that `choices` has."""
    marks = [(item, _is_right(item, choices[item.id])) for item in items if item.id in choices]
    by: dict[str, dict[str, Score]] = {}
    for name, facet in _FACETS.items():
        groups: dict[str, list[bool]] = defaultdict(list)
        for item, right in marks:
            word = facet(item)
            if word is not None:
                groups[word].append(right)
        by[name] = {word: wilson(sum(found), len(found)) for word, found in sorted(groups.items())}
    whole = wilson(sum(right for _, right in marks), len(marks))
    return Scores(all=whole, kind=by["kind"], relation=by["relation"], hops=by["hops"], density=by["density"])


def _is_right(item: Item, choice: int | None) -> bool:
    if item.region is not None:
        return choice == HIT
    return choice is not None and item.choices[choice] == item.answer
