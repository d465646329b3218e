"""A logistic regression over the choices of questions: a softmax of weighted features (conditional logit).

In: for every choice of every question its features, and which choice is right.  Out: the likeliest choice of others.
Independent of pictures and words: the caller defines the features.
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

COLUMNS = 2**20
"""Features are hashed into that many columns; a dataset has some hundred thousand different ones."""

PENALTY = 1.0
"""Half of it times the squared weights is added to the loss: a name seen once or twice is hardly believed."""

STEPS, INNER_STEPS = 30, 60
"""Of Newton's method, which takes some eight, and of the conjugate gradients within each."""

TOLERANCE = 0.01
"""Of the gradient, a share of its length at the start: no choice depends on more."""

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Features = Mapping[str, float]


@dataclass(frozen=True)
class EncodedChoices:
    """Questions one after the other: `matrix` has a row for each choice, `starts` the first row of each question."""

    matrix: Any
    starts: Whole

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def sizes(self) -> Whole:
        """The number of choices of each question."""
        return np.diff(self.starts, append=self.matrix.shape[0])

    def part(self, wanted: Whole) -> "EncodedChoices":
        """Some questions, by their numbers in rising order."""
        sizes = self.sizes[wanted]
        rows = np.repeat(self.starts[wanted] - _starts(sizes), sizes) + np.arange(sizes.sum())
        return EncodedChoices(self.matrix[rows], _starts(sizes))


def encode(questions: Iterable[Sequence[Features]]) -> EncodedChoices:
    """The questions as a sparse matrix. Each must have a choice."""
    from scipy.sparse import csr_matrix

    columns, values, ends, sizes = array("l"), array("d"), array("l", [0]), array("l")
    for choices in questions:
        sizes.append(len(choices))
        for features in choices:
            columns.extend(crc32(name.encode()) % COLUMNS for name in features)
            values.extend(features.values())
            ends.append(len(columns))
    shape = (len(ends) - 1, COLUMNS)
    parts = (np.array(values), np.array(columns, dtype=np.int64), np.array(ends, dtype=np.int64))
    return EncodedChoices(csr_matrix(parts, shape=shape), _starts(np.array(sizes, dtype=np.int64)))


class ChoiceModel:
    """The weights that fit some questions best. `answers`: the number of the right choice of each."""

    def __init__(self, questions: EncodedChoices, answers: Whole) -> None:
        self._weights = np.zeros(COLUMNS)
        if len(questions):
            known = np.unique(questions.matrix.indices)
            self._weights[known] = _fitted(questions.matrix[:, known], questions, answers)

    def best(self, questions: EncodedChoices) -> Whole:
        """The number of the likeliest choice of each question; among equals the first."""
        scores = questions.matrix @ self._weights
        highest = np.repeat(np.maximum.reduceat(scores, questions.starts), questions.sizes) if len(questions) else scores
        rows = np.flatnonzero(scores == highest)
        return rows[np.searchsorted(rows, questions.starts)] - questions.starts


def _fitted(matrix: Any, questions: EncodedChoices, answers: Whole) -> Floats:
    """The weights of the least loss, by Newton's method with conjugate gradients."""
    loss = _Loss(matrix, questions, answers)
    weights = np.zeros(matrix.shape[1])
    start = float(np.linalg.norm(loss.gradient(loss.shares(weights), weights)))
    for _ in range(STEPS):
        shares = loss.shares(weights)
        gradient = loss.gradient(shares, weights)
        if np.linalg.norm(gradient) <= TOLERANCE * start:
            break
        step = _conjugate_step(loss, shares, gradient)
        before, length = loss.value(weights), 1.0
        while loss.value(weights + length * step) > before and length > TOLERANCE:
            length /= 2
        weights = weights + length * step
    return weights


class _Loss:
    """The loss of weights: the negative log of the right choices' shares, and the penalty."""

    def __init__(self, matrix: Any, questions: EncodedChoices, answers: Whole) -> None:
        self._matrix, self._transposed = matrix, matrix.T.tocsr()
        self._starts, self._sizes = questions.starts, questions.sizes
        self._right = questions.starts + answers

    def _logarithms(self, weights: Floats) -> Floats:
        """The logarithm of each choice's share of its question."""
        scores = self._matrix @ weights
        scores -= np.repeat(np.maximum.reduceat(scores, self._starts), self._sizes)
        lengths: Floats = scores - np.repeat(np.log(np.add.reduceat(np.exp(scores), self._starts)), self._sizes)
        return lengths

    def value(self, weights: Floats) -> float:
        return float(PENALTY / 2 * weights @ weights - self._logarithms(weights)[self._right].sum())

    def shares(self, weights: Floats) -> Floats:
        found: Floats = np.exp(self._logarithms(weights))
        return found

    def gradient(self, shares: Floats, weights: Floats) -> Floats:
        wrong = shares.copy()
        wrong[self._right] -= 1
        found: Floats = self._transposed @ wrong + PENALTY * weights
        return found

    def curvature(self, shares: Floats, direction: Floats) -> Floats:
        """The second derivative along a direction."""
        change = self._matrix @ direction
        change -= np.repeat(np.add.reduceat(shares * change, self._starts), self._sizes)
        found: Floats = self._transposed @ (shares * change) + PENALTY * direction
        return found


def _conjugate_step(loss: _Loss, shares: Floats, gradient: Floats) -> Floats:
    """Newton's step, solved as far as it is worth while."""
    step, rest = np.zeros_like(gradient), -gradient
    direction, length = rest.copy(), float(rest @ rest)
    enough = TOLERANCE * length
    for _ in range(INNER_STEPS):
        bent = loss.curvature(shares, direction)
        size = length / float(direction @ bent)
        step += size * direction
        rest = rest - size * bent
        shorter = float(rest @ rest)
        if shorter <= enough:
            break
        direction, length = rest + shorter / length * direction, shorter
    return step


def _starts(sizes: Whole) -> Whole:
    return np.cumsum(sizes) - sizes
