"""Baselines that see no pictures: a model must beat them before its accuracy says anything about vision.

In: items without pictures; for `text-only` also training items.  Out: a choice for each.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping

from dataset.evaluation.eval_items import Item
from schemas.ids import derived_seed

SMOOTH = 0.5
"""Added to every count, so that rare words have little weight."""

LEFT = {"left", "left of", "to the left"}


def random_choices(items: Iterable[Item]) -> dict[str, int]:
    """A choice by the item's id: the same every time."""
    return {item.id: derived_seed("baseline", item.id) % len(item.choices) for item in items}


def always_left(items: Iterable[Item]) -> dict[str, int]:
    """The choice that says left; where none does, the first."""
    return {item.id: next((n for n, choice in enumerate(item.choices) if choice.casefold() in LEFT), 0) for item in items}


class TextOnly:
    """A bag of words: how often a choice was right when it was offered, and beside which words of the question.

    Naive Bayes over (choice, right or wrong).  Sees questions, choices and answers of the training split, no picture.
    """

    def __init__(self, examples: Iterable[Item]) -> None:
        self._offers: Counter[tuple[str, bool]] = Counter()
        self._words: Counter[tuple[str, bool, str]] = Counter()
        self.examples = 0
        for item in examples:
            self.examples += 1
            words = _words(item.question)
            for choice in item.choices:
                key = (choice.casefold(), choice == item.answer)
                self._offers[key] += 1
                self._words.update((*key, word) for word in words)

    def choices(self, items: Iterable[Item]) -> dict[str, int]:
        """The likeliest choice of each; among equals the first."""
        return {item.id: max(range(len(item.choices)), key=lambda n: self._likelihood(item, n)) for item in items}

    def _likelihood(self, item: Item, number: int) -> float:
        """The log odds that this choice is right."""
        choice = item.choices[number].casefold()
        right, wrong = self._offers[choice, True] + SMOOTH, self._offers[choice, False] + SMOOTH
        odds = math.log(right / wrong)
        for word in _words(item.question):
            odds += math.log((self._words[choice, True, word] + SMOOTH) / (right + 2 * SMOOTH))
            odds -= math.log((self._words[choice, False, word] + SMOOTH) / (wrong + 2 * SMOOTH))
        return odds


def baselines(items: list[Item], examples: Iterable[Item]) -> Mapping[str, dict[str, int]]:
    """Every baseline's choices by its name; `text-only` only where there are training items."""
    found = {"random": random_choices(items), "always-left": always_left(items)}
    learnt = TextOnly(examples)
    return {**found, "text-only": learnt.choices(items)} if learnt.examples else found


def _words(question: str) -> set[str]:
    return set(re.findall(r"[\w'-]+", question.casefold()))
