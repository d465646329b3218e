"""The interface of a picture judge.

In: a picture with all that is known of it.  Out: a `Judgement`.  Declares only; `picture_judge` implements it with models.
"""

from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, Protocol

from gpu_workers.graph_check import Finding
from schemas.events import Question, RenderedImage, Scene
from schemas.llm.contract import Counts, LanguageModel
from schemas.llm.token_limits import CallTokens


@dataclass(frozen=True)
class PictureContext:
    """What is known of a picture before any model sees it. `strictness` is a factor on the margins of questions."""

    event: RenderedImage
    sample: str
    scene: Scene
    questions: tuple[Question, ...]
    strictness: float = 1.0


@dataclass(frozen=True)
class Judgement:
    """`finding` rejects the picture. Otherwise the scene and the questions that are kept; `notes` go into provenance."""

    finding: Finding | None
    scene: Scene
    questions: tuple[Question, ...]
    notes: dict[str, str]


class PictureJudge(Protocol):
    """Judges one picture."""

    def judge(self, picture: bytes, known: PictureContext) -> Judgement:
        """The judgement. Raises RetryableError and PermanentError."""
        ...


class RunsCoroutine(Protocol):
    """Runs a coroutine from a thread that has no event loop, and waits for it."""

    def __call__(self, work: Coroutine[Any, Any, Judgement]) -> Judgement:
        """What the coroutine returns or raises."""
        ...


@dataclass(frozen=True)
class Models:
    """`first` filters pictures and writes questions, in `one_request` if that is wanted; `other` answers them independently
    and checks them."""

    first: LanguageModel
    other: LanguageModel
    counts: Counts
    call_tokens: CallTokens = field(default_factory=CallTokens)
    one_request: bool = False
