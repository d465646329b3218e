"""Vision models, loaded from a folder with their processor, run in batches that fit into the device's memory.

In: a folder.  Out: a `LoadedModel`.  Independent of the kind of model.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.lazy_imports import Tensor
from gpu_workers.diffusion.oom_backoff import OomBackoff
from schemas.errors import UserError

MAX_PICTURES = 64
"""Pictures in one batch at first; halved when the device runs out of memory."""


@dataclass(frozen=True)
class LoadedModel:
    """A model with its processor, on a device."""

    name: str
    model: Any
    processor: Any
    device: str
    backoff: OomBackoff = field(
        default_factory=lambda: OomBackoff(MAX_PICTURES, lazy_imports.torch().OutOfMemoryError, lazy_imports.release)
    )


RawDetections = tuple[Tensor, Tensor]
"""For one picture: scores (queries, labels), and boxes (queries, 4) as centre and size, in shares of the picture."""

RunsDetector = Callable[[LoadedModel, Sequence[Image.Image], Sequence[Sequence[str]]], list[RawDetections]]
"""Runs a detector once over pictures, each with its labels."""


def load(folder: Path, name: str, model: Any, processor: Any) -> LoadedModel:
    """Load a model in safetensors with its processor. Raises UserError where the folder holds none."""
    device = lazy_imports.best_device()
    try:
        made = model.from_pretrained(folder, use_safetensors=True).to(device).eval()
        return LoadedModel(name, made, processor.from_pretrained(folder), device)
    except (OSError, ValueError) as error:
        raise UserError(f"{name} cannot be loaded: {str(error).splitlines()[0]}") from error
