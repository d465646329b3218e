"""Cross-attention maps of a UNet for each token, recorded while it predicts.

In: a UNet.  Out: maps with gradients.  Restores the UNet's own attention processors afterwards.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gpu_workers.diffusion.lazy_imports import Tensor

MIN_COARSENESS = 4
"""Latent positions per position of a map, along a side: finer maps show texture, not position."""

KEPT_SIDE = 8
"""Maps up to this side are always recorded: a small model has no coarser ones."""


class AttentionMaps:
    """The maps of one prediction, each (pictures, height, width, tokens), averaged over heads."""

    def __init__(self, latent_size: tuple[int, int]) -> None:
        self.maps: list[Tensor] = []
        self._height, self._width = latent_size

    def take(self, probabilities: Tensor, heads: int) -> None:
        """Record a layer's map, if it is coarse enough."""
        places, tokens = probabilities.shape[1:]
        scale = math.sqrt(self._height * self._width / places)
        height, width = round(self._height / scale), round(self._width / scale)
        if scale < MIN_COARSENESS and max(height, width) > KEPT_SIDE:
            return
        by_picture = probabilities.reshape(-1, heads, places, tokens).mean(1)
        self.maps.append(by_picture.reshape(-1, height, width, tokens))


class _RecordingProcessor:
    """An attention processor that records its probabilities."""

    def __init__(self, recorded: AttentionMaps) -> None:
        self._recorded = recorded

    def __call__(
        self, attn: Any, hidden_states: Tensor, encoder_hidden_states: Tensor, attention_mask: Any = None, **_: object
    ) -> Tensor:
        mask = attn.prepare_attention_mask(attention_mask, encoder_hidden_states.shape[1], len(hidden_states))
        query = attn.head_to_batch_dim(attn.to_q(hidden_states))
        key = attn.head_to_batch_dim(attn.to_k(encoder_hidden_states))
        value = attn.head_to_batch_dim(attn.to_v(encoder_hidden_states))
        probabilities = attn.get_attention_scores(query, key, mask)
        self._recorded.take(probabilities, attn.heads)
        return attn.to_out[0](attn.batch_to_head_dim(probabilities @ value))


@contextmanager
def recording_attention(unet: Any, latent_size: tuple[int, int]) -> Iterator[AttentionMaps]:
    """Within this context every prediction of `unet` records its maps."""
    before, recorded = unet.attn_processors, AttentionMaps(latent_size)
    cross = {name: _RecordingProcessor(recorded) if ".attn2." in name else own for name, own in before.items()}
    unet.set_attn_processor(dict(cross))
    try:
        yield recorded
    finally:
        unet.set_attn_processor(dict(before))
