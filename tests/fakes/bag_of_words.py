"""Guessing answers from the words of questions alone, to show that it cannot be done.

In: questions grouped by scene.  Out: for each kind, how often two simple classifiers are right on unseen scenes, and
how often chance is.  Questions without choices are not guessed.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from schemas.events import Question


@dataclass(frozen=True)
class Guessing:
    """Of one kind: held-out questions, the better classifier's share of right answers, and chance."""

    held_out: int
    accuracy: float
    majority: float
    per_choice: float

    @property
    def chance(self) -> float:
        """The best that can be had without reading the question: the commonest answer, or one of the choices."""
        return max(self.majority, self.per_choice)

    @property
    def noise(self) -> float:
        """Three standard errors of the accuracy."""
        return 3 * float(np.sqrt(max(self.chance * (1 - self.chance), 0.01) / max(1, self.held_out)))


def guess(by_scene: Sequence[Sequence[Question]], share: float = 0.6) -> dict[str, Guessing]:
    """Train on the first `share` of the scenes, test on the rest."""
    border = int(len(by_scene) * share)
    train, test = defaultdict(list), defaultdict(list)
    for number, questions in enumerate(by_scene):
        for question in (each for each in questions if each.choices):
            (train if number < border else test)[question.kind].append(question)
    return {kind: _guess_kind(train[kind], test[kind]) for kind in train if test[kind]}


def _guess_kind(train: Sequence[Question], test: Sequence[Question]) -> Guessing:
    answers = sorted({q.answer for q in train})
    words = {w: i for i, w in enumerate(sorted({w for q in train for w in _bag(q)}))}
    x, y = _matrix(train, words), np.array([answers.index(q.answer) for q in train])
    z, truth = _matrix(test, words), [q.answer for q in test]
    rates = []
    for scores in (_bayes(x, y, len(answers), z), _logistic(x, y, len(answers), z)):
        rates.append(float(np.mean([answers[k] == t for k, t in zip(scores.argmax(1), truth, strict=True)])))
    common = Counter(q.answer for q in train).most_common(1)[0][0]
    majority = float(np.mean([t == common for t in truth]))
    return Guessing(len(test), max(rates), majority, float(np.mean([1 / len(q.choices) for q in test])))


def _bag(question: Question) -> set[str]:
    return set(re.findall(r"[\w'-]+", question.question.lower()))


def _matrix(questions: Sequence[Question], words: dict[str, int]) -> np.ndarray:
    x = np.zeros((len(questions), len(words)), dtype=np.float32)
    for row, question in enumerate(questions):
        for word in _bag(question):
            if word in words:
                x[row, words[word]] = 1
    return x


def _bayes(x: np.ndarray, y: np.ndarray, classes: int, z: np.ndarray) -> np.ndarray:
    counts = np.stack([x[y == k].sum(0) + 0.5 for k in range(classes)])
    sizes = np.array([(y == k).sum() + 1.0 for k in range(classes)])[:, None]
    p = counts / sizes
    prior = np.log(sizes[:, 0] / sizes.sum())
    return np.asarray(z @ np.log(p / (1 - np.minimum(p, 0.999))).T + np.log(1 - np.minimum(p, 0.999)).sum(1) + prior)


def _logistic(x: np.ndarray, y: np.ndarray, classes: int, z: np.ndarray) -> np.ndarray:
    weights, bias = np.zeros((x.shape[1], classes), np.float32), np.zeros(classes, np.float32)
    target = np.eye(classes, dtype=np.float32)[y]
    for _ in range(150):
        scores = x @ weights + bias
        p = np.exp(scores - scores.max(1, keepdims=True))
        error = p / p.sum(1, keepdims=True) - target
        weights -= 1.0 * (x.T @ error / len(x) + 1e-3 * weights)
        bias -= 1.0 * error.mean(0)
    return np.asarray(z @ weights + bias)
