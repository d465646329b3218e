"""Verifiers of question kinds that come from outside the package: entry points of the group `skg.question_verifiers`.

In: a question's text and a scene.  Out: what the verifier of its kind deduces from them.
A verifier never sees a certificate, and is a separate module: an answer that only its writer proves is not proven.
"""

from collections.abc import Callable
from dataclasses import dataclass

from schemas.events import Scene
from schemas.plugins import PluginTable

GROUP = "skg.question_verifiers"


@dataclass(frozen=True)
class Deduction:
    """What follows from a question's words and the scene.

    `objects`: the ids that question and answer are about.  `hops`: how many relations must be followed.  `concerns`:
    each relation's family with the one or two categories that it concerns, which decide the split of the question.
    """

    answer: str
    objects: frozenset[int]
    hops: int
    concerns: frozenset[tuple[str, tuple[str, ...]]]


Deduce = Callable[[str, Scene], Deduction | None]
"""None: the text is no question of this kind.  Raises `spatial.verify.referents.NotProven` where no answer is proven."""


@dataclass(frozen=True)
class QuestionVerifier:
    """The verifier of one kind."""

    deduce: Deduce


VERIFIERS: PluginTable[QuestionVerifier] = PluginTable(GROUP, {}, QuestionVerifier)
"""The name of a kind, and its verifier."""


def deduce_with_plugins(text: str, scene: Scene) -> tuple[str, Deduction] | None:
    """The kind whose verifier recognises the text, with its deduction. Raises NotProven, PluginError."""
    for kind, verifier in VERIFIERS.items():
        found = verifier.deduce(text, scene)
        if found is not None:
            return kind, found
    return None
