"""What sees: detectors and depth estimators, as Protocols over batches of pictures.

Declares only.  The adapters of transformers are in `gpu_workers.perception.vision_models`; tests script their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Box = tuple[float, float, float, float]
"""[x, y, width, height] in pixels of the picture."""

DepthMap = NDArray[np.float32]
"""(height, width) of the picture; no unit, smaller is nearer."""


@dataclass(frozen=True)
class Detection:
    """Something found: which of the labels that were asked for, where, and how sure (0 to 1)."""

    label: str
    box: Box
    score: float


class Detector(Protocol):
    """Finds things by words."""

    @property
    def name(self) -> str:
        """Model and revision, for provenance."""
        ...

    def detect(self, pictures: Sequence[Image.Image], labels: Sequence[Sequence[str]]) -> list[list[Detection]]:
        """For each picture all that is found of its labels, the doubtful included. Raises RetryableError."""
        ...


class Depth(Protocol):
    """Tells near from far."""

    @property
    def name(self) -> str:
        """Model and revision, for provenance."""
        ...

    def measure(self, pictures: Sequence[Image.Image]) -> list[DepthMap]:
        """A map a picture. Raises RetryableError."""
        ...
