"""What the names of two things give away is asked as seldom as its opposite."""

from functools import cache
from typing import get_args

import pytest

from spatial.knowledge.knowledge_base import categories
from spatial.questions.answer_odds import Aspect, is_kept, keep_probability, scores
from tools.fit_answer_odds import fitted, pairs_of

FRESH = range(30_000, 31_400)
"""Scenes that no score was fitted to: of half as many, chance alone may move a share by 0.05."""


def test_the_fit_finds_what_comes_before_and_how_surely():
    found = fitted([("lamp", "cat")] * 90 + [("cat", "lamp")] * 10 + [("cat", "dog")] * 50 + [("dog", "cat")] * 50)
    assert found["lamp"] - found["cat"] == pytest.approx(2.2, abs=0.5)  # log of 9, less what the prior takes
    assert found["cat"] == pytest.approx(found["dog"], abs=0.1)


def test_what_the_names_make_likely_is_kept_with_the_odds_of_its_opposite():
    names = sorted(scores()["above"])
    for one, other in zip(names, names[40:], strict=False):
        both = keep_probability("above", one, other), keep_probability("above", other, one)
        assert max(both) == 1.0
        ahead = scores()["above"][one] - scores()["above"][other]
        assert min(both) == pytest.approx(2.718281828 ** -abs(ahead))


def test_what_is_not_known_is_always_kept():
    aspects = [aspect for part in get_args(Aspect) for aspect in get_args(part)]
    assert set(aspects) == set(scores())
    assert all(is_kept(aspect, "no such thing", "nor this", "a scene") for aspect in aspects)


def test_the_scores_are_of_known_categories():
    assert {name for table in scores().values() for name in table} <= set(categories())


@cache
def fresh_pairs() -> list[tuple[str, str, str]]:
    return [pair for number in FRESH for pair in pairs_of(number)]


def asked(aspect: Aspect) -> tuple[float, float, float]:
    """Of fresh scenes the pairs in the likelier order, how many of them are kept, and those in the other order."""
    pairs = [(a, b) for name, a, b in fresh_pairs() if name == aspect]
    likely = [pair for pair in pairs if keep_probability(aspect, *pair) < 1]
    kept = sum(keep_probability(aspect, *pair) for pair in likely)
    return len(likely), kept, sum(1 for a, b in pairs if keep_probability(aspect, b, a) < 1)


@pytest.mark.thorough
@pytest.mark.parametrize("aspect", ["above", "seen", "more", "larger", "outer"])
def test_on_fresh_scenes_the_likelier_order_is_asked_no_oftener_than_the_other(aspect):
    """Fails when planner or layouts changed so much that the scores must be fitted again."""
    likely, kept, against = asked(aspect)
    assert likely / (likely + against) > 0.6, "the names give much away before anything is thinned out"
    assert kept / (kept + against) == pytest.approx(0.5, abs=0.03)


@pytest.mark.thorough
@pytest.mark.parametrize("aspect", ["behind", "closer"])
def test_what_names_hardly_give_away_is_asked_no_oftener_either(aspect):
    _, kept, against = asked(aspect)
    assert kept / (kept + against) == pytest.approx(0.5, abs=0.03)
