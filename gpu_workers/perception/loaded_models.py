"""Models that look: loaded from a folder, with their processor, in batches that fit into the device's memory.

In: a folder.  Out: a `Loaded`.  Knows no kind of model.
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

MOST_PICTURES = 64
"""Pictures in one run at first; halved where the device's memory does not hold them."""


@dataclass(frozen=True)
class Loaded:
    """A model with its processor, on a device."""

    name: str
    model: Any
    processor: Any
    device: str
    runs: OomBackoff = field(
        default_factory=lambda: OomBackoff(MOST_PICTURES, lazy_imports.torch().OutOfMemoryError, lazy_imports.release)
    )


Answer = tuple[Tensor, Tensor]
"""For one picture: scores (queries, labels), and boxes (queries, 4) as centre and size, in shares of the picture."""

Asks = Callable[[Loaded, Sequence[Image.Image], Sequence[Sequence[str]]], list[Answer]]
"""One run over pictures, each with its labels."""


def load(folder: Path, name: str, model: Any, processor: Any) -> Loaded:
    """A model in safetensors with its processor. Raises UserError where the folder holds none."""
    device = lazy_imports.best_device()
    try:
        made = model.from_pretrained(folder, use_safetensors=True).to(device).eval()
        return Loaded(name, made, processor.from_pretrained(folder), device)
    except (OSError, ValueError) as error:
        raise UserError(f"{name} cannot be loaded: {str(error).splitlines()[0]}") from error
