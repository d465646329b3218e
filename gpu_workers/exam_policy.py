"""The policy for pictures that break their graph, and the Protocols of the models that examine pictures.

Declares only: `gpu_workers.examine` applies it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from schemas.events import RenderedImage, Truth

SALVAGED_GATES = ("presence", "relation")
"""Gates whose rejected pictures may be relabelled."""

RETRIED_GATES = ("image", "presence", "relation", "questions", "judge")
"""Gates after which another picture of the same graph may be requested."""


class ObjectDetector(Protocol):
    """Measures what pictures show when their renderer does not know."""

    @property
    def name(self) -> str:
        """The models, for provenance."""
        ...

    def perceive(self, pictures: Sequence[bytes], events: Sequence[RenderedImage]) -> list[Truth]:
        """The measured truth of each, with the graph's ids for objects matched to the graph. Raises RetryableError."""
        ...


class NsfwClassifier(Protocol):
    """Scores how likely a picture is not safe for work."""

    def score(self, picture: bytes) -> float:
        """0 (harmless) to 1."""
        ...


@dataclass(frozen=True)
class Policy:
    """What to do when a measured picture breaks its graph.

    `salvage` relabels it; where too little is seen for that, up to `retries` further pictures are requested.
    `censor` rejects pictures of any renderer that score above `max_nsfw`.
    `question_margin` is a factor on the margins that an answer must keep to be asked for.
    `place_iou`: from which IoU on an object of a photograph is where its structure has it.
    """

    salvage: bool = True
    retries: int = 2
    censor: NsfwClassifier | None = None
    max_nsfw: float = 0.5
    question_margin: float = 1.0
    place_iou: float = 0.5
