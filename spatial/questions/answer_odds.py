"""How much the names of two things reveal: the odds of an answer, and how often a likely one is asked.

In: an aspect, two categories and the scene.  Out: whether the question is kept; where a length goes among others.
The scores are data (`answer_odds.json`, and `metric_odds.json` of scenes in metres), fitted once to planned scenes by
`tools.fit_answer_odds`: the log odds that the first of two categories comes before the second, as in a Bradley-Terry model
(Bradley and Terry 1952).  Of lengths they are the shares that two names have in the usual logarithm of their distance.
A question whose answer the names make likely is kept with the odds of its opposite, so that both are asked alike.
"""

import json
import math
import random
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Literal, NamedTuple

from schemas.ids import derived_seed
from spatial.questions.certain_facts import View
from spatial.questions.object_names import NamedScene

FlatAspect = Literal["above", "seen", "more", "larger", "behind", "outer", "closer"]
MetricAspect = Literal["nearer", "hides", "supports"]
Aspect = FlatAspect | MetricAspect
"""`above`: which of two is higher in the picture.  `seen`: which is in the picture, where the other is not.
`more`: of which there are more.  `larger`: which looks larger.  `behind`: which is behind the other.
`outer`: which is the outermost to the left or the right, where the other is not.
`closer`: which is closer to a third.  `nearer`: which is nearer to the camera, in metres.
`hides`: which hides part of a third.  `supports`: on or in which of two a third is."""

LENGTHS = "apart"
"""In the scores of scenes in metres: half of the usual logarithm of a distance between centres in metres, by category."""

LENGTH_SPREAD = 0.62
"""Standard deviation of the logarithm of a distance around what two names make usual."""

MOST_TOLD: Mapping[Aspect, float] = MappingProxyType({"behind": 0.8})
"""Log odds above which a pair in metres is not asked about at all. What is large stands behind what is small, or would hide
it: such pairs are the more telling, and the less sure their odds, which are from a few scenes.
Measured on 1,227 scenes with odds from 1,609 others: names told 5 points more than chance of all pairs, 3 of these."""

Scores = Mapping[str, Mapping[str, float]]


@lru_cache(maxsize=2)
def scores(in_metres: bool = False) -> Scores:
    """The score of each category by aspect, in pictures or in scenes in metres; one that is missing has 0."""
    name = "metric_odds.json" if in_metres else "answer_odds.json"
    found: Scores = json.loads(resources.files("spatial.questions").joinpath(name).read_text("utf-8"))
    return found


def scores_of(scene: View) -> Scores:
    """The scores for a scene: where it is in metres, what is above or behind what is another matter than in a collage."""
    return scores(scene.scene.world is not None)


def keep_probability(known: Mapping[str, float], first: str, second: str) -> float:
    """How often a question is kept whose answer says that `first` is above `second` (or seen instead of it): 1 where the
    names make that no likelier than the opposite, else the odds of the opposite."""
    return min(1.0, math.exp(known.get(second, 0.0) - known.get(first, 0.0)))


def _told(known: Mapping[str, float], first: str, second: str) -> float:
    """The log odds of the likelier order of two names."""
    return abs(known.get(first, 0.0) - known.get(second, 0.0))


def least_likely(scene: NamedScene, aspect: Aspect, names: Iterable[str]) -> str:
    """The name of which the answer is least likely: against it a right one of several choices is weighed."""
    known = scores_of(scene)[aspect]
    return min(names, key=lambda name: (known.get(name, 0.0), name))


def is_kept(scene: NamedScene, aspect: Aspect, first: str, second: str) -> bool:
    """Whether a question is kept, by a chance that the names and the content of the scene decide.

    It is drawn once: where a scene is tried again, what the names make likely would have a second chance, and the opposite,
    which is always kept, needs none.
    """
    known = scores_of(scene)[aspect]
    if scene.scene.world is not None and _told(known, first, second) > MOST_TOLD.get(aspect, math.inf):
        return False
    odds = keep_probability(known, first, second)
    return odds >= 1 or random.Random(derived_seed("kept", scene.content, aspect, first, second)).random() < odds


class Ladder(NamedTuple):
    """So many lengths, each `ratio` times the one before."""

    steps: int
    ratio: float


def smaller_ones(scene: NamedScene, names: tuple[str, str], length: float, ladder: Ladder) -> int | None:
    """How many steps of a ladder are smaller than a distance in metres between two things, so drawn that each step is as
    likely the right one for somebody who knows how far such things usually are apart; None: not asked.

    With the density p of the logarithm that the names make usual, a ladder is asked about with the least p of its steps,
    whichever of them is the right one; so what is usual is asked as seldom as what is not.
    """
    known, step = scores(in_metres=True)[LENGTHS], math.log(ladder.ratio)
    usual = sum(known.get(name, known[""]) for name in names)

    def density(steps: int) -> float:
        return math.exp(-(((math.log(length) + steps * step - usual) / LENGTH_SPREAD) ** 2) / 2)

    draw = random.Random(derived_seed("kept", scene.content, LENGTHS, *sorted(names))).random()
    for smaller in range(ladder.steps):
        draw -= min(density(k - smaller) for k in range(ladder.steps)) / density(0) / ladder.steps
        if draw < 0:
            return smaller
    return None
