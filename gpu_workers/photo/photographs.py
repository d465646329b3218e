"""Conditions of photographs: structures drawn for each graph, and files that say what a photograph was drawn over.

In: graphs and seeds.  Out: conditionings with structures; files with the structure's picture, what it claims, and its
layers.  The claim is no truth: only what eyes confirm of it is (`gpu_workers.photo.confirmation`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import BytesIO

import numpy as np
from PIL import Image

from gpu_workers.diffusion.conditioning import Conditioning, conditioning_of
from gpu_workers.diffusion.diffusion_renderer import PLACEHOLDER, encode_webp
from gpu_workers.photo.resizing import resized
from gpu_workers.photo.structure import Structure
from gpu_workers.photo.structure_sources import StructureSource
from schemas.graph import SpatialGraph
from schemas.picture_layers import Claim, with_claim, with_layers

CLAIM_QUALITY, CLAIM_METHOD = 80, 2
"""WebP's, for the structure's picture: it is looked at beside the photograph, and no pixel of it is measured."""

STRUCTURE = "structure"
"""The note that names the renderer of a photograph's structure."""


class FromStructures:
    """Implements `gpu_workers.diffusion.diffusion_renderer.Conditions`."""

    def __init__(self, source: StructureSource) -> None:
        self._source = source

    @property
    def parameters(self) -> Mapping[str, object]:
        """The structures' renderer and its parameters."""
        return {STRUCTURE: {"renderer": self._source.name, **self._source.parameters}}

    def conditionings(
        self, graphs: Sequence[SpatialGraph], seeds: Sequence[int], size: tuple[int, int]
    ) -> list[Conditioning]:
        """Texts, boxes, and the structure that its renderer draws with the same seed."""
        structures = self._source.structures(graphs, seeds)
        return [
            replace(conditioning_of(graph), structure=resized(structure, size))
            for graph, structure in zip(graphs, structures, strict=True)
        ]

    def placeholder(self, size: tuple[int, int]) -> Conditioning:
        """One object in the middle of a wall."""
        shape, index = size[::-1], np.zeros(size[::-1], np.uint16)
        index[shape[0] // 4 : -shape[0] // 4, shape[1] // 4 : -shape[1] // 4] = 1
        grey = np.full((*shape, 3), 128, np.uint8)
        empty = Structure(grey, np.ones(shape, np.float32), index, np.zeros(shape, np.uint8), PLACEHOLDER.words)
        return replace(PLACEHOLDER, structure=empty, ids=(0,))

    def notes(self, conditioning: Conditioning) -> Mapping[str, str]:
        """Who drew the structure."""
        claimed = None if conditioning.structure is None else conditioning.structure.claimed
        return {} if claimed is None else {STRUCTURE: claimed.renderer}

    def encode(self, picture: Image.Image, conditioning: Conditioning) -> bytes:
        """The photograph with what is claimed of it."""
        file, structure = encode_webp(picture), conditioning.structure
        if structure is None or structure.claimed is None:
            return file
        claimed, buffer = structure.claimed, BytesIO()
        structure.image().save(buffer, "WEBP", quality=CLAIM_QUALITY, method=CLAIM_METHOD)
        if claimed.layers is not None:
            file = with_layers(file, claimed.layers)
        return with_claim(file, Claim(claimed.renderer, claimed.truth.model_dump_json(), buffer.getvalue()))
