"""The shape of an object that was drawn alone, by Segment Anything, as LMD's program cuts it out.

In: a picture, the object's box, its shape by attention.  Out: a mask.  SAM proposes three masks for a box; taken is the
largest of those that it is sure of and that agree with the attention.
After Kirillov et al., "Segment Anything" (2023).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.conditioning import Corners
from gpu_workers.diffusion.lazy_imports import Tensor
from gpu_workers.diffusion.model_components import Machine
from gpu_workers.diffusion.weight_files import Source
from gpu_workers.model_shelf.model_loading import Loading, require_kind, require_weights

SEGMENTERS = ("sam",)
"""Model types of transformers."""

SURE, AGREES = 0.85, 0.2
"""SAM's own estimate of a mask's IoU, and the IoU with the attention's shape, below which a mask is discouraged: LMD's."""

HALF = 0.5
"""Share of a latent position that a mask covers, from which the position is in the shape."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Segmenter:
    """A loaded SAM."""

    model: Any
    processor: Any
    machine: Machine
    source: Source

    def shapes(self, pictures: Sequence[Image.Image], boxes: Sequence[Corners], coarse: Sequence[Tensor]) -> list[Tensor]:
        """Of each picture, in which one object is drawn in its box, the object's shape on the grid of `coarse`, its shape
        by attention (height, width); that one where SAM finds nothing."""
        torch = lazy_imports.torch()
        proposed = self._proposed(pictures, boxes)
        shapes = list[Tensor]()
        for (masks, sure), attention in zip(proposed, coarse, strict=True):
            size = int(attention.shape[0]), int(attention.shape[1])
            small = torch.nn.functional.interpolate(masks[None].float(), size, mode="area")[0]
            shape = small[chosen(np.asarray(small >= HALF), sure, np.asarray(attention > 0))] >= HALF
            shapes.append(shape.to(attention) if bool(shape.any()) else attention)
        return shapes

    def _proposed(
        self, pictures: Sequence[Image.Image], boxes: Sequence[Corners]
    ) -> list[tuple[Tensor, NDArray[np.float64]]]:
        """Three masks (3, height, width) of each picture, and how sure SAM is of each."""
        torch = lazy_imports.torch()
        pixels = [
            [[left * picture.width, top * picture.height, right * picture.width, bottom * picture.height]]
            for picture, (left, top, right, bottom) in zip(pictures, boxes, strict=True)
        ]
        inputs = self.processor(images=list(pictures), input_boxes=pixels, return_tensors="pt")
        sizes = [inputs.pop(name) for name in ("original_sizes", "reshaped_input_sizes")]
        taken = inputs.to(self.machine.device, getattr(torch, self.machine.dtype))
        with torch.no_grad():
            found = self.model(**taken, multimask_output=True)
        masks = self.processor.image_processor.post_process_masks(found.pred_masks.float().cpu(), *sizes)
        sure = found.iou_scores.float().cpu().numpy().astype(np.float64)
        return [(mask[0], sure[number, 0]) for number, mask in enumerate(masks)]


def chosen(masks: Flags, sure: NDArray[np.floating[Any]], coarse: Flags) -> int:
    """Which of some masks (n, height, width) is an object's: the largest, but for those in doubt, by LMD's rule."""
    areas = masks.sum(axis=(1, 2)).astype(np.float64)
    both = (masks & coarse).sum(axis=(1, 2))
    agreement = both / np.maximum(1, (masks | coarse).sum(axis=(1, 2)))
    return int(np.argmax(areas - areas.max() * (sure < SURE) - areas.max() * (agreement < AGREES)))


def load_segmenter(folder: Path, source: Source, machine: Machine) -> Segmenter:
    """The SAM in a folder. Raises UserError for a folder that holds none, MissingExtra."""
    require_kind(folder, source.model, SEGMENTERS, "segmenters")
    transformers, torch = lazy_imports.transformers(), lazy_imports.torch()
    with Loading(source.model, folder):
        model = transformers.SamModel.from_pretrained(folder, use_safetensors=True, dtype=getattr(torch, machine.dtype))
        processor = transformers.SamProcessor.from_pretrained(folder)
    require_weights(source.model, model)
    return Segmenter(model.to(machine.device).eval(), processor, machine, source)
