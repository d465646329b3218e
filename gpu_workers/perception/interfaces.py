"""Detectors and depth estimators, as Protocols over batches of pictures.

Declares only.  The adapters of transformers are in `gpu_workers.perception.vision_models` and
`gpu_workers.perception.depth_models`; tests have fakes.
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
    """One of the requested labels, its box, and the score (0 to 1)."""

    label: str
    box: Box
    score: float


class Detector(Protocol):
    """Open-vocabulary object detection."""

    @property
    def name(self) -> str:
        """Model and revision, for provenance."""
        ...

    def detect(self, pictures: Sequence[Image.Image], labels: Sequence[Sequence[str]]) -> list[list[Detection]]:
        """For each picture all detections of its labels, those with low scores included. Raises RetryableError."""
        ...


class DepthModel(Protocol):
    """Depth estimation from one picture."""

    @property
    def name(self) -> str:
        """Model and revision, for provenance."""
        ...

    def measure(self, pictures: Sequence[Image.Image]) -> list[DepthMap]:
        """One map for each picture. Raises RetryableError."""
        ...
