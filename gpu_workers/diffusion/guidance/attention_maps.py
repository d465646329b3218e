"""Cross-attention maps of chosen layers of a UNet, kept while it predicts.

In: a UNet, and which of its layers are read.  Out: a network over the same tensors that keeps those layers' maps, with
gradients where its input has them.  The UNet itself is not touched: the copy has processors of its own, set once.
"""

import copy
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.lazy_imports import Tensor
from gpu_workers.diffusion.model_components import Parts, compiled_network

Size = tuple[int, int]
"""(height, width) of a map or of latents."""

Maps = dict[Size, list[Tensor]]
"""By size, one tensor (pictures, heads, positions, tokens) for each layer of that size."""

QUARTER = 4
"""Latent positions per position of BoxDiff's maps, along a side."""


class _KeepingProcessor:
    """An attention processor that keeps its probabilities under its layer's name."""

    def __init__(self, name: str, kept: dict[str, Tensor]) -> None:
        self._name, self._kept = name, kept

    def __call__(
        self, attn: Any, hidden_states: Tensor, encoder_hidden_states: Tensor, attention_mask: Any = None, **_: object
    ) -> Tensor:
        mask = attn.prepare_attention_mask(attention_mask, encoder_hidden_states.shape[1], len(hidden_states))
        query = attn.head_to_batch_dim(attn.to_q(hidden_states))
        key = attn.head_to_batch_dim(attn.to_k(encoder_hidden_states))
        value = attn.head_to_batch_dim(attn.to_v(encoder_hidden_states))
        probabilities = attn.get_attention_scores(query, key, mask)
        self._kept[self._name] = probabilities.unflatten(0, (-1, attn.heads))
        return attn.to_out[0](attn.batch_to_head_dim(probabilities @ value))


class WatchedNetwork:
    """A UNet's copy that keeps the maps of `names` (keys of `attn_processors`) at each call.

    `parts` has it as its UNet.  With `cut` it ends at the last block that is read, and what it predicts means nothing.
    """

    def __init__(self, parts: Parts, names: Sequence[str], cut: bool) -> None:
        self._names, self._kept = tuple(names), dict[str, Tensor]()
        network = sharing_copy(parts.unet)
        own = network.attn_processors
        network.set_attn_processor(
            {name: _KeepingProcessor(name, self._kept) if name in self._names else own[name] for name in own}
        )
        if cut:
            cut_after(network, self._names)
        self.parts = replace(parts, unet=compiled_network(network, replace(parts.machine, mode="default")))

    def take(self, latent_size: Size, names: Sequence[str] | None = None) -> Maps:
        """The maps of the last call, of all layers or of some; they are not kept any longer."""
        maps: Maps = {}
        for name in self._names if names is None else names:
            layer = self._kept.pop(name)
            maps.setdefault(map_size(layer.shape[2], latent_size), []).append(layer)
        return maps


def sharing_copy(network: Any) -> Any:
    """A copy of a network's modules over the same tensors; of a compiled one, not compiled."""
    eager = getattr(network, "_orig_mod", network)
    return copy.deepcopy(eager, {id(tensor): tensor for tensor in (*eager.parameters(), *eager.buffers())})


def cut_after(network: Any, names: Iterable[str]) -> None:
    """Leave out all that comes after the last block that one of the layers is in."""
    last = max((int(name.split(".")[1]) for name in names if name.startswith("up_blocks.")), default=-1)
    network.up_blocks = network.up_blocks[: last + 1]
    if last >= 0:
        network.up_blocks[last].upsamplers = None
    network.conv_norm_out, network.conv_out = None, lazy_imports.torch().nn.Identity()


def map_size(positions: int, latent_size: Size) -> Size:
    """The height and width of a map of so many positions over latents of that size."""
    scale = math.sqrt(latent_size[0] * latent_size[1] / positions)
    return round(latent_size[0] / scale), round(latent_size[1] / scale)


def middle_layers(unet: Any) -> list[str]:
    """The cross-attention of the middle block and of the first up block that has any: LMD and backward guidance read it."""
    names = _cross_attention(unet)
    ups = [name for name in names if name.startswith("up_blocks.")]
    first = min((int(name.split(".")[1]) for name in ups), default=0)
    return [name for name in names if name.startswith("mid_block.")] + [
        name for name in ups if name.startswith(f"up_blocks.{first}.")
    ]


def quarter_layers(unet: Any) -> list[str]:
    """The cross-attention at a quarter of the latents' side, which BoxDiff reads; of a small model, its smallest maps."""
    levels = len(unet.config.block_out_channels)
    scales = {name: _scale(name, levels) for name in _cross_attention(unet)}
    wanted = QUARTER if QUARTER in scales.values() else max(scales.values(), default=QUARTER)
    return [name for name, scale in scales.items() if scale == wanted]


def last_down_layer(unet: Any) -> str:
    """The last cross-attention of the down blocks, whose maps show where an object is."""
    return [name for name in _cross_attention(unet) if name.startswith("down_blocks.")][-1]


def _cross_attention(unet: Any) -> list[str]:
    return [name for name in getattr(unet, "_orig_mod", unet).attn_processors if ".attn2." in name]


def _scale(name: str, levels: int) -> int:
    """Latent positions per position of a layer's map, along a side."""
    block = re.match(r"(down|up)_blocks\.(\d+)\.", name)
    if block is None:
        return int(2 ** (levels - 1))
    number = int(block[2])
    return int(2 ** (number if block[1] == "down" else levels - 1 - number))
