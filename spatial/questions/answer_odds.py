"""How much the names of two things reveal: the odds of an answer, and how often a likely one is asked.

In: an aspect and two categories.  Out: a probability with which the question is kept.
The scores are data (`answer_odds.json`, and `metric_odds.json` of scenes in metres), fitted once to planned scenes by
`tools.fit_answer_odds`: the log odds that the first of two categories comes before the second, as in a Bradley-Terry model
(Bradley and Terry 1952).
A question whose answer the names make likely is kept with the odds of its opposite, so that both are asked alike.
"""

import json
import math
import random
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources
from typing import Literal

from schemas.ids import derived_seed

FlatAspect = Literal["above", "seen", "more", "larger", "behind", "outer", "closer"]
MetricAspect = Literal["nearer", "hides", "supports"]
Aspect = FlatAspect | MetricAspect
"""`above`: which of two is higher in the picture.  `seen`: which is in the picture, where the other is not.
`more`: of which there are more.  `larger`: which looks larger.  `behind`: which is behind the other.
`outer`: which is the outermost to the left or the right, where the other is not.
`closer`: which is closer to a third.  `nearer`: which is nearer to the camera, in metres.
`hides`: which hides part of a third.  `supports`: on or in which of two a third is."""

FILES = ("answer_odds.json", "metric_odds.json")


@lru_cache(maxsize=1)
def scores() -> Mapping[str, Mapping[str, float]]:
    """The score of each category by aspect; one that is missing has 0."""
    found: dict[str, dict[str, float]] = {}
    for name in FILES:
        found |= json.loads(resources.files("spatial.questions").joinpath(name).read_text("utf-8"))
    return found


def keep_probability(aspect: Aspect, first: str, second: str) -> float:
    """How often a question is kept whose answer says that `first` is above `second` (or seen instead of it): 1 where the
    names make that no likelier than the opposite, else the odds of the opposite."""
    known = scores()[aspect]
    return min(1.0, math.exp(known.get(second, 0.0) - known.get(first, 0.0)))


def least_likely(aspect: Aspect, names: Iterable[str]) -> str:
    """The name of which the answer is least likely: against it a right one of several choices is weighed."""
    known = scores()[aspect]
    return min(names, key=lambda name: (known.get(name, 0.0), name))


def is_kept(aspect: Aspect, first: str, second: str, content: str) -> bool:
    """Whether a question is kept, by a chance that the names and the content of the scene decide.

    It is drawn once: where a scene is tried again, what the names make likely would have a second chance, and the opposite,
    which is always kept, needs none.
    """
    odds = keep_probability(aspect, first, second)
    return odds >= 1 or random.Random(derived_seed("kept", content, aspect, first, second)).random() < odds
