"""What is done about pictures that break their graph, and who looks at those that do not know what they show.

Declares only: `gpu_workers.examine` acts on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from schemas.events import RenderedImage, Truth

SALVAGED = ("presence", "relation")
"""Gates whose findings leave a picture that may be described as it is."""

RETRIED = ("image", "presence", "relation", "questions", "judge")
"""Gates that another picture of the same graph may pass."""


class ObjectDetector(Protocol):
    """Finds out what pictures show when their renderer does not know."""

    @property
    def name(self) -> str:
        """What looks, for provenance."""
        ...

    def perceive(self, pictures: Sequence[bytes], events: Sequence[RenderedImage]) -> list[Truth]:
        """What is seen in each, with the graph's ids for what is taken for the graph's objects. Raises RetryableError."""
        ...


class NsfwClassifier(Protocol):
    """Tells what should not be shown."""

    def score(self, picture: bytes) -> float:
        """0 (harmless) to 1."""
        ...


@dataclass(frozen=True)
class Policy:
    """What is done about a picture of a renderer that does not know what it drew, when it breaks its graph.

    `salvage` describes what is there instead; where that is too poor, up to `retries` further pictures are asked for.
    `censor` rejects pictures that score above `most_nsfw`, whoever drew them.
    `question_margin` is a factor on the margins that an answer must keep to be asked for.
    """

    salvage: bool = True
    retries: int = 2
    censor: NsfwClassifier | None = None
    most_nsfw: float = 0.5
    question_margin: float = 1.0
