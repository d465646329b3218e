"""Regional prompts: within an object's mask the cross-attention also reads the object's own phrase.

In: a UNet, phrases with masks.  Out: while they are set, calls of the UNet read them.  A region's answer replaces a share
of the whole prompt's, as in the regional prompts by attention of Stable Diffusion's front ends; only where classifier-free
guidance reads the prompt, which is the second half of a batch.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.guidance.attention_maps import map_size
from gpu_workers.diffusion.lazy_imports import Tensor

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Regions:
    """Of each picture of a batch its regions. `texts`: (pictures, regions, tokens, width).  `masks`: (pictures, regions,
    height, width), all zero for a region that a picture lacks.  `weight`: share of the answer inside, 0 to 1."""

    texts: Tensor
    masks: Tensor
    weight: float


class RegionalAttention:
    """Sets processors on the cross-attention of a UNet, once."""

    def __init__(self, unet: Any) -> None:
        self.regions: Regions | None = None
        own = unet.attn_processors
        unet.set_attn_processor({name: _Processor(self, own[name]) if ".attn2." in name else own[name] for name in own})

    @contextmanager
    def reading(self, regions: Regions) -> Iterator[None]:
        """Within the block the UNet reads them."""
        self.regions = regions
        try:
            yield
        finally:
            self.regions = None


class _Processor:
    """An attention processor that adds the regions' answers to the one of the layer's own."""

    def __init__(self, shared: RegionalAttention, plain: Any) -> None:
        self._shared, self._plain = shared, plain

    def __call__(
        self, attn: Any, hidden_states: Tensor, encoder_hidden_states: Tensor, attention_mask: Any = None, **_: object
    ) -> Tensor:
        whole = self._plain(attn, hidden_states, encoder_hidden_states, attention_mask)
        regions = self._shared.regions
        if regions is None:
            return whole
        torch, count = lazy_imports.torch(), len(regions.masks)
        inside = self._inside(attn, hidden_states[-count:], regions)
        shares = _shares(regions, hidden_states.shape[1])
        wanted = whole[-count:]
        mixed = wanted + regions.weight * (shares * (inside - wanted[:, None])).sum(1)
        return torch.cat([whole[:-count], mixed.to(whole.dtype)])

    def _inside(self, attn: Any, hidden: Tensor, regions: Regions) -> Tensor:
        """The answer of each region's own phrase: (pictures, regions, positions, channels)."""
        torch = lazy_imports.torch()
        texts = regions.texts.to(hidden.dtype)

        def heads(values: Tensor) -> Tensor:
            return values.unflatten(-1, (attn.heads, -1)).transpose(-2, -3)

        query = heads(attn.to_q(hidden))[:, None].expand(-1, texts.shape[1], -1, -1, -1)
        key, value = heads(attn.to_k(texts)), heads(attn.to_v(texts))
        found = torch.nn.functional.scaled_dot_product_attention(query, key, value)
        return attn.to_out[0](found.transpose(-2, -3).flatten(-2))


def _shares(regions: Regions, positions: int) -> Tensor:
    """How much of each position lies in each region: (pictures, regions, positions, 1)."""
    size = map_size(positions, tuple(regions.masks.shape[-2:]))
    return lazy_imports.torch().nn.functional.interpolate(regions.masks, size, mode="area").flatten(-2)[..., None]


def regions_of(pipeline: Any, phrases: Sequence[Sequence[str]], masks: Sequence[Sequence[Flags]], weight: float) -> Regions:
    """Of pictures with a mask for each phrase, all of one size. At least one has any."""
    torch = lazy_imports.torch()
    most = max(len(some) for some in phrases)
    every = [phrase for some in phrases for phrase in (*some, *[""] * (most - len(some)))]
    with torch.no_grad():
        texts = pipeline.encode_prompt(
            every, device=pipeline.device, num_images_per_prompt=1, do_classifier_free_guidance=False
        )[0]
    height, width = next(mask.shape for some in masks for mask in some)
    filled = np.zeros((len(masks), most, height, width), np.float32)
    for number, some in enumerate(masks):
        for place, mask in enumerate(some):
            filled[number, place] = mask
    flags = torch.from_numpy(filled).to(pipeline.device, texts.dtype)
    return Regions(texts.unflatten(0, (len(phrases), most)), flags, weight)
