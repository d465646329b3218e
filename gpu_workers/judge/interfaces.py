"""What a judge is given and what it finds.

In: a picture with all that is known of it.  Out: a `Judgement`.  Declares only; `judge` is the one with models.
"""

from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

from gpu_workers.graph_check import Finding
from schemas.events import Question, RenderedImage, Scene
from schemas.llm.contract import Counts, LanguageModel


@dataclass(frozen=True)
class Known:
    """What is known of a picture before any model looks at it. `strictness` is a factor on the margins of questions."""

    event: RenderedImage
    sample: str
    scene: Scene
    questions: tuple[Question, ...]
    strictness: float = 1.0


@dataclass(frozen=True)
class Judgement:
    """`finding` rejects the picture. Otherwise the scene and the questions that stand; `notes` go into provenance."""

    finding: Finding | None
    scene: Scene
    questions: tuple[Question, ...]
    notes: dict[str, str]


class PictureJudge(Protocol):
    """Looks at a picture."""

    def look(self, picture: bytes, known: Known) -> Judgement:
        """The judgement. Raises RetryableError and PermanentError."""
        ...


class Waits(Protocol):
    """Runs a coroutine from a thread that has no event loop, and waits for it."""

    def __call__(self, work: Coroutine[Any, Any, Judgement]) -> Judgement:
        """What the coroutine returns or raises."""
        ...


@dataclass(frozen=True)
class Models:
    """`first` filters and writes, `other` takes the second look and checks."""

    first: LanguageModel
    other: LanguageModel
    counts: Counts
