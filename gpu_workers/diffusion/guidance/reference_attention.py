"""The attention that an object had while it was drawn alone, as a further energy for the whole picture.

In: maps of objects alone, by step.  Out: one energy per picture, low where the whole picture's attention within each box is
distributed as it was.  After LLM-grounded Diffusion's program (arXiv 2305.13655).
"""

from collections.abc import Mapping, Sequence

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.conditioning import word_positions
from gpu_workers.diffusion.guidance.attention_maps import Maps, Size
from gpu_workers.diffusion.guidance.box_grid import rounded_size
from gpu_workers.diffusion.guidance.box_targets import Grid, Targets, Term, boxes_by_tokens
from gpu_workers.diffusion.guidance.energies import layer_count
from gpu_workers.diffusion.lazy_imports import Tensor
from gpu_workers.diffusion.model_components import Parts
from gpu_workers.diffusion.tensor_batch import Batch

LEAST_SUM = 1e-5
"""Added to the sum of attention in a box, which may be very small: the reference program's."""

Kept = Mapping[int, Mapping[Size, Tensor]]
"""By step and size of maps, the attention to each object's word: (objects, heads of all layers, positions)."""


class ReferenceAttention:
    """The maps of a batch's objects, all those of its first picture first."""

    def __init__(self, parts: Parts, batch: Batch, kept: Kept, weight: float, smallest: int) -> None:
        terms, self._objects = list[Term](), list[int]()
        for number, place, term in reference_terms(parts, batch, weight):
            self._objects.append(number)
            terms.append(Term(term.picture, place, term.boxes, term.weight))
        self._kept, grid = kept, Grid(rounded_size, smallest)
        self._targets = Targets(terms, len(batch.conditionings), grid, parts.machine.device)

    def energies(self, maps: Maps, number: int) -> Tensor | float:
        """One energy per picture at a step, by its number; 0 for a step without kept maps."""
        if number not in self._kept or not self._objects:
            return 0.0
        total: Tensor | float = 0.0
        for size, layers in maps.items():
            mask, here = self._targets.region(size).mask, self._targets.read(layers)
            apart = (_shares(here * mask) - _shares(self._kept[number][size][self._objects] * mask)).abs().sum((1, 2))
            total = total + self._targets.by_picture(apart) / layers[0].shape[1]
        return total / layer_count(maps)


def reference_terms(parts: Parts, batch: Batch, weight: float) -> list[tuple[int, int, Term]]:
    """Of each named object its number in the batch, its word's last token, and its term: a mean over the boxes of a name,
    and over the names of a picture."""
    terms, passed = list[tuple[int, int, Term]](), 0
    for picture, conditioning in enumerate(batch.conditionings):
        words = word_positions(parts.tokenizer, conditioning)
        named = boxes_by_tokens(words, conditioning.boxes)
        for number, (places, box) in enumerate(zip(words, conditioning.boxes, strict=True)):
            if places:
                share = weight / (len(named) * len(named[tuple(places)]))
                terms.append((passed + number, places[-1], Term(picture, places[-1], (box,), share)))
        passed += len(conditioning.boxes)
    return terms


def _shares(attention: Tensor) -> Tensor:
    return attention / (attention.sum(-1, keepdim=True) + LEAST_SUM)


def joined(parts_of: Sequence[dict[int, dict[Size, Tensor]]]) -> dict[int, dict[Size, Tensor]]:
    """The maps of objects that were drawn in several batches, in order."""
    torch = lazy_imports.torch()
    return {
        step: {size: torch.cat([each[step][size] for each in parts_of]) for size in sizes}
        for step, sizes in (parts_of[0] if parts_of else {}).items()
    }
