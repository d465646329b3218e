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
from gpu_workers.model_shelf.model_loading import Loading, require_weights

AUTO = "auto"
"""On a GPU float16, on a CPU float32. Scores of tiny random weights, steeper than trained ones, are moved by up to 0.15 by
bfloat16, by less than 0.03 by float16; they are compared with thresholds."""

MAX_PICTURES = 64
"""Pictures in one batch at first; halved when the device runs out of memory."""


@dataclass(frozen=True)
class LoadedModel:
    """A model with its processor, on a device."""

    name: str
    model: Any
    processor: Any
    device: str
    dtype: str = "float32"
    backoff: OomBackoff = field(
        default_factory=lambda: OomBackoff(MAX_PICTURES, lazy_imports.torch().OutOfMemoryError, lazy_imports.release)
    )

    @property
    def text_room(self) -> int:
        """The most tokens of a text that the model reads, the marks at both ends among them."""
        config, tokenizer = self.model.config, self.processor.tokenizer
        text = getattr(config, "text_config", config)
        limits = (getattr(config, "max_text_len", None), getattr(text, "max_position_embeddings", None))
        return min(int(tokenizer.model_max_length), *(int(limit) for limit in limits if limit))

    def taken(self, inputs: Any) -> Any:
        """What a processor gives, on the model's device and in its number format."""
        return inputs.to(self.device, getattr(lazy_imports.torch(), self.dtype))


RawDetections = tuple[Tensor, Tensor]
"""For one picture: scores (queries, labels), and boxes (queries, 4) as centre and size, in shares of the picture."""

RunsDetector = Callable[[LoadedModel, Sequence[Image.Image], Sequence[Sequence[str]]], list[RawDetections]]
"""Runs a detector once over pictures, each with its labels."""


def load(folder: Path, name: str, model: Any, processor: Any, dtype: str = AUTO) -> LoadedModel:
    """Load a model in safetensors and its processor, of these classes. Raises UserError where the folder holds none."""
    device = lazy_imports.best_device()
    chosen = ("float16" if device == "cuda" else "float32") if dtype == AUTO else dtype
    with Loading(name, folder):
        made = model.from_pretrained(folder, use_safetensors=True, dtype=getattr(lazy_imports.torch(), chosen))
        prepared = processor.from_pretrained(folder)
    require_weights(name, made)
    return LoadedModel(name, made.to(device).eval(), prepared, device, chosen)
