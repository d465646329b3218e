"""Shortcuts: how far above chance a classifier comes that sees the names in a question and their roles, and no picture.

In: rows.  Out: measures by kind: within the training split by five folds, and from it to every other split.
The classifier is the text-only baseline's (`dataset.evaluation.choice_model`).  Samples of one scene are in one fold, and
are one cluster of the interval: they show the same situation.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from zlib import crc32

import numpy as np

from dataset.evaluation.choice_model import ChoiceModel, EncodedChoices, Whole, encode
from dataset.evaluation.question_roles import role_features
from dataset.quality.measures import Measure, mean_not_above
from dataset.quality.quality_rows import AskedQuestion, SampleRow
from spatial.splits import TEST, TRAIN, VALIDATION

GOAL = 0.03
"""Above chance: what the lower end of the interval may reach."""

FOLDS = 5

POOLED_BELOW = 200
"""Kinds with fewer questions in a split are measured together: alone they would show nothing."""


class _Case(NamedTuple):
    """A question of a scene; `chance` is that of a blind guess.

    `kinds`: its kind, and of yes and no about above and below that part of the kind by itself.
    """

    kinds: tuple[str, ...]
    split: str
    scene: str
    answer: int
    chance: float


def name_shortcuts(rows: Iterable[SampleRow]) -> list[Measure]:
    """`shortcut/KIND/cross_validation` and `shortcut/KIND/train_to_SPLIT`, without questions that have no choices."""
    cases, encoded = _encoded(rows)
    answers = np.array([case.answer for case in cases], dtype=np.int64)
    of_train = _where(cases, TRAIN)
    if not len(of_train):
        return []
    found = _measures(cases, of_train, _cross_validated(cases, of_train, encoded, answers), "cross_validation")
    model = ChoiceModel(encoded.part(of_train), answers[of_train])
    for split in (VALIDATION, TEST):
        part = _where(cases, split)
        if len(part):
            found += _measures(cases, part, model.best(encoded.part(part)), f"train_to_{split}")
    return found


def _encoded(rows: Iterable[SampleRow]) -> tuple[list[_Case], EncodedChoices]:
    cases: list[_Case] = []

    def features() -> Iterator[list[dict[str, float]]]:
        for row in rows:
            for asked in row.questions:
                roles = asked.roles
                if roles is None or asked.answer not in asked.choices:
                    continue
                answer = asked.choices.index(asked.answer)
                cases.append(_Case(_kinds(asked), row.split, row.scene_hash, answer, 1 / len(asked.choices)))
                yield [role_features(roles, choice) for choice in asked.choices]

    return cases, encode(features())


def _kinds(asked: AskedQuestion) -> tuple[str, ...]:
    is_vertical = asked.query.get("predicate") in {"above", "below"} and set(asked.choices) == {"yes", "no"}
    return (asked.kind, f"{asked.kind}.above_below") if is_vertical else (asked.kind,)


def _where(cases: Sequence[_Case], split: str) -> Whole:
    return np.array([n for n, case in enumerate(cases) if case.split == split], dtype=np.int64)


def _cross_validated(cases: Sequence[_Case], wanted: Whole, encoded: EncodedChoices, answers: Whole) -> Whole:
    """The choice for each question by a model that saw no sample of its scene."""
    folds = np.array([crc32(cases[n].scene.encode()) % FOLDS for n in wanted])
    chosen = np.zeros(len(wanted), dtype=np.int64)
    for fold in range(FOLDS):
        others, own = wanted[folds != fold], wanted[folds == fold]
        if len(own):
            chosen[folds == fold] = ChoiceModel(encoded.part(others), answers[others]).best(encoded.part(own))
    return chosen


def _measures(cases: Sequence[_Case], part: Whole, chosen: Whole, way: str) -> list[Measure]:
    """A measure for each kind (and part of one) with enough questions, and one for all other kinds together."""
    counts = Counter(kind for n in part for kind in cases[n].kinds)
    excess: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for n, choice in zip(part, chosen, strict=True):
        case = cases[n]
        for name in [kind for kind in case.kinds if counts[kind] >= POOLED_BELOW] or ["pooled"]:
            excess[name].append((float(choice == case.answer) - case.chance, case.scene))
    return [
        mean_not_above(f"shortcut/{kind}/{way}", [value for value, _ in found], [scene for _, scene in found], GOAL)
        for kind, found in sorted(excess.items())
    ]
