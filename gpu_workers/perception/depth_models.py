"""Depth estimators of transformers, as they are published: each has its own way from what its network says to a map.

In: pictures of any sizes.  Out: for each a map of its size, smaller is nearer: metres where the estimator gives any.
Believes no order: `depth_order` does.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from PIL import Image

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.lazy_imports import Tensor
from gpu_workers.model_shelf.model_loading import require_kind
from gpu_workers.perception.depth_order import anchored
from gpu_workers.perception.interfaces import DepthMap
from gpu_workers.perception.loaded_models import AUTO, LoadedModel, load

RELATIVE, METRIC = ("depth_anything", "prompt_depth_anything", "dpt"), ("zoedepth", "depth_pro", "glpn")
"""Model types.  The first ones give disparity, which is larger for what is nearer, unless their configuration says that
they are metric; the others metres."""

DEPTH_ESTIMATORS = (*RELATIVE, *METRIC)

Size = tuple[int, int]
"""(height, width) of a picture."""


def load_depth(folder: Path, name: str, dtype: str = AUTO) -> "DepthEstimator":
    """The depth estimator in a folder. Raises UserError for one of an unknown kind, MissingExtra."""
    require_kind(folder, name, DEPTH_ESTIMATORS, "depth estimators")
    transformers = lazy_imports.transformers()
    model, processor = transformers.AutoModelForDepthEstimation, transformers.AutoImageProcessor
    return DepthEstimator(load(folder, name, model, processor, dtype))


class DepthEstimator:
    """Implements `gpu_workers.perception.interfaces.DepthModel`."""

    def __init__(self, loaded: LoadedModel) -> None:
        self._loaded = loaded

    @property
    def name(self) -> str:
        """The model's name."""
        return self._loaded.name

    def measure(self, pictures: Sequence[Image.Image]) -> list[DepthMap]:
        """One map for each picture, at its size, smaller is nearer."""
        return self._loaded.backoff.map(pictures, self._depth_maps)

    def _depth_maps(self, pictures: Sequence[Image.Image]) -> list[DepthMap]:
        """Pictures that are prepared to one size are looked at together: most estimators keep a picture's shape."""
        torch, loaded, alike = lazy_imports.torch(), self._loaded, dict[tuple[int, ...], list[tuple[int, Tensor]]]()
        for place, picture in enumerate(pictures):
            prepared = loaded.taken(loaded.processor(images=[picture], return_tensors="pt"))["pixel_values"]
            alike.setdefault(tuple(prepared.shape), []).append((place, prepared))
        found = dict[int, DepthMap]()
        for group in alike.values():
            sizes = [pictures[place].size[::-1] for place, _ in group]
            with torch.no_grad():
                said = loaded.model(pixel_values=torch.cat([prepared for _, prepared in group]))
                maps = _OWN_WAYS.get(loaded.model.config.model_type, _scaled)(loaded.processor, said, sizes)
            found |= {place: self._nearest_smallest(each) for (place, _), each in zip(group, maps, strict=True)}
        return [found[place] for place in range(len(pictures))]

    def _nearest_smallest(self, measured: Tensor) -> DepthMap:
        found = np.asarray(measured.cpu(), np.float32)
        return found if self._is_metric() else anchored(found)

    def _is_metric(self) -> bool:
        config = self._loaded.model.config
        return config.model_type in METRIC or getattr(config, "depth_estimation_type", "relative") == "metric"


Measures = Callable[[Any, Any, Sequence[Size]], list[Tensor]]
"""Maps of pictures of some sizes, by a processor, from what the network says."""


def _scaled(_processor: Any, said: Any, sizes: Sequence[Size]) -> list[Tensor]:
    """The network's map is of the whole picture."""
    interpolate = lazy_imports.torch().nn.functional.interpolate
    maps = zip(said.predicted_depth.float(), sizes, strict=True)
    return [interpolate(each[None, None], size, mode="bilinear")[0, 0] for each, size in maps]


def _unpadded(processor: Any, said: Any, sizes: Sequence[Size]) -> list[Tensor]:
    """ZoeDepth's network is shown the picture with a mirrored margin, which its map has, too."""
    single = SimpleNamespace(predicted_depth=said.predicted_depth.float())
    return [each["predicted_depth"] for each in processor.post_process_depth_estimation(single, source_sizes=sizes)]


def _inverted(processor: Any, said: Any, sizes: Sequence[Size]) -> list[Tensor]:
    """Depth Pro's network gives the inverse of metres, and the field of view by which it is to be scaled."""
    view = None if said.field_of_view is None else said.field_of_view.float()
    single = SimpleNamespace(predicted_depth=said.predicted_depth.float(), field_of_view=view)
    return [each["predicted_depth"] for each in processor.post_process_depth_estimation(single, target_sizes=sizes)]


_OWN_WAYS: dict[str, Measures] = {"zoedepth": _unpadded, "depth_pro": _inverted}
"""By the model type, of those whose map is not of the picture as it is."""
