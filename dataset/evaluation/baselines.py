"""Baselines that see no pictures: a model must beat them before its accuracy says anything about vision.

In: items without pictures; for `text-only` also training items.  Out: a choice for each that has choices.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice

import numpy as np

from dataset.evaluation.choice_model import ChoiceModel, EncodedChoices, Features, encode
from dataset.evaluation.eval_items import Item
from dataset.evaluation.question_roles import role_features, word_features
from schemas.ids import derived_seed

MAX_EXAMPLES = 100_000
"""Questions that `text-only` learns from at most: more take minutes and change little."""

LEFT = {"left", "left of", "to the left"}


def random_choices(items: Iterable[Item]) -> dict[str, int]:
    """A choice by the item's id: the same every time."""
    return {item.id: derived_seed("baseline", item.id) % len(item.choices) for item in items if item.choices}


def always_left(items: Iterable[Item]) -> dict[str, int]:
    """The choice that says left; where none does, the first."""
    return {item.id: _left(item) for item in items if item.choices}


def _left(item: Item) -> int:
    return next((n for n, choice in enumerate(item.choices) if choice.casefold() in LEFT), 0)


class TextOnly:
    """A logistic regression over the choices, learnt from the training split; no picture.

    Where the query of a question is known it sees the names in the question with their roles
    (`dataset.evaluation.question_roles`), where it is not the words of the question.
    """

    def __init__(self, examples: Iterable[Item]) -> None:
        known = [item for item in islice(examples, MAX_EXAMPLES) if item.answer in item.choices]
        self.examples = len(known)
        self._by_words = _learnt(known, _word_features)
        with_roles = [item for item in known if item.roles is not None]
        self._by_roles = _learnt(with_roles, _role_features) if with_roles else None

    def choices(self, items: Iterable[Item]) -> dict[str, int]:
        """The likeliest choice of each that has any; among equals the first."""
        asked = [item for item in items if item.choices]
        by_roles = [item for item in asked if item.roles is not None] if self._by_roles is not None else []
        found = {} if self._by_roles is None else _best(self._by_roles, by_roles, _role_features)
        by_words = [item for item in asked if item.id not in found]
        found |= _best(self._by_words, by_words, _word_features)
        return {item.id: found[item.id] for item in asked}


FeaturesOf = Callable[[Item, str], Features]


def _role_features(item: Item, choice: str) -> Features:
    return {} if item.roles is None else role_features(item.roles, choice)


def _word_features(item: Item, choice: str) -> Features:
    return word_features(item.question, choice)


def _learnt(items: Sequence[Item], features: FeaturesOf) -> ChoiceModel:
    answers = np.array([item.choices.index(item.answer) for item in items], dtype=np.int64)
    return ChoiceModel(_encoded(items, features), answers)


def _best(model: ChoiceModel, items: Sequence[Item], features: FeaturesOf) -> dict[str, int]:
    best = model.best(_encoded(items, features))
    return {item.id: int(choice) for item, choice in zip(items, best, strict=True)}


def _encoded(items: Sequence[Item], features: FeaturesOf) -> EncodedChoices:
    return encode([[features(item, choice) for choice in item.choices] for item in items])


def baselines(items: list[Item], examples: Iterable[Item]) -> Mapping[str, dict[str, int]]:
    """Every baseline's choices by its name; `text-only` only where there are training items."""
    found = {"random": random_choices(items), "always-left": always_left(items)}
    learnt = TextOnly(examples)
    return {**found, "text-only": learnt.choices(items)} if learnt.examples else found
