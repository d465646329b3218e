"""What a batch's objects ask of its attention maps: which token's attention belongs into which boxes.

In: conditionings, a tokenizer.  Out: `Targets`, made once per batch; energies read all objects of all pictures by it in a
few operators.  Objects of one name share tokens: their boxes form one region.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.conditioning import Conditioning, Corners, token_positions, word_positions
from gpu_workers.diffusion.guidance.attention_maps import Size
from gpu_workers.diffusion.guidance.box_grid import Rounding, union_mask, widened
from gpu_workers.diffusion.lazy_imports import Tensor


@dataclass(frozen=True)
class Term:
    """One token of an object: the index of its picture, its position in the prompt, its boxes, its share of the energy."""

    picture: int
    token: int
    boxes: tuple[Corners, ...]
    weight: float


@dataclass(frozen=True)
class Grid:
    """How boxes lie on a map: `rounding`; at least `smallest` positions along each side; `top`: the share of a region's
    positions that counts, `reach`: how far from an edge the corners' terms look, in positions."""

    rounding: Rounding
    smallest: int = 1
    inside_top: float = 0.2
    outside_top: float = 0.2
    reach: int = 1


@dataclass(frozen=True)
class Region:
    """Of a size of maps, one row a term: `mask` (terms, 1, positions); the weights of the strongest positions inside and
    outside (terms, 1, most); `columns` (terms, width) and `rows` (terms, height) near the boxes' edges."""

    mask: Tensor
    inside: Tensor
    outside: Tensor
    columns: Tensor
    rows: Tensor


class Targets:
    """The terms of a batch of `pictures`, on `device`."""

    def __init__(self, terms: Sequence[Term], pictures: int, grid: Grid, device: str) -> None:
        torch = lazy_imports.torch()
        self.terms, self._grid, self._device = tuple(terms), grid, device
        self._pictures = torch.tensor([term.picture for term in terms], dtype=torch.long).to(device)
        self._tokens = torch.tensor([term.token for term in terms], dtype=torch.long).to(device)
        owned = torch.tensor([[float(term.picture == number) for term in terms] for number in range(pictures)])
        self._owned = owned.reshape(pictures, len(terms)).to(device)
        self._weights = self._owned * torch.tensor([term.weight for term in terms], dtype=torch.float32).to(device)
        self._regions: dict[Size, Region] = {}

    def read(self, layers: Sequence[Tensor]) -> Tensor:
        """The terms' attention, the heads of all layers in a row: (terms, heads, positions), in single precision."""
        torch = lazy_imports.torch()
        return torch.cat([layer[self._pictures, :, :, self._tokens] for layer in layers], 1).float()

    def read_one(self, maps: Tensor) -> Tensor:
        """The terms' attention from maps without heads (pictures, positions, tokens): (terms, positions)."""
        return maps[self._pictures, :, self._tokens]

    def by_picture(self, values: Tensor) -> Tensor:
        """The weighted sum of the terms' values for each picture."""
        return self._weights @ values

    def worst(self, values: Tensor) -> Tensor:
        """The greatest of each picture's terms; minus infinity for a picture without any."""
        return values.masked_fill(self._owned == 0, -float("inf")).amax(1)

    def named_pictures(self) -> Tensor:
        """Whether each picture has a term."""
        return self._owned.any(1)

    def region(self, size: Size) -> Region:
        """The boxes on maps of a size."""
        if size not in self._regions:
            made = _region(self.terms, size, self._grid)
            self._regions[size] = Region(*(tensor.to(self._device) for tensor in made))
        return self._regions[size]


def _region(terms: Sequence[Term], size: Size, grid: Grid) -> tuple[Tensor, ...]:
    torch = lazy_imports.torch()
    edges = [[widened(grid.rounding(box, size), size, grid.smallest) for box in term.boxes] for term in terms]
    masks = torch.stack([union_mask(each, size) for each in edges]).flatten(1)
    inside, outside = (
        [max(1, int(float(area) * share)) for area in areas]
        for areas, share in ((masks.sum(1), grid.inside_top), ((1 - masks).sum(1), grid.outside_top))
    )
    columns = torch.stack([_near([each[0::2] for each in boxes], size[1], grid.reach) for boxes in edges])
    rows = torch.stack([_near([each[1::2] for each in boxes], size[0], grid.reach) for boxes in edges])
    return masks[:, None], _first(inside), _first(outside), columns, rows


def _first(counts: Sequence[int]) -> Tensor:
    """Weights that average the first `count` of a row: (rows, 1, most)."""
    torch = lazy_imports.torch()
    most = torch.tensor(counts)[:, None]
    return ((torch.arange(max(counts))[None] < most) / most)[:, None]


def _near(ends: Sequence[Sequence[int]], length: int, reach: int) -> Tensor:
    """1 at most `reach` places from one of the ends."""
    line = lazy_imports.torch().zeros(length)
    for end in (place for pair in ends for place in pair):
        line[max(end - reach, 0) : end + reach + 1] = 1
    return line


Terms = Callable[[Any, Sequence[Conditioning]], list[Term]]
"""The terms of a batch by its tokenizer and conditionings."""


def phrase_terms(tokenizer: Any, conditionings: Sequence[Conditioning]) -> list[Term]:
    """Each token of each phrase; the energies are means over a phrase's tokens and over a picture's phrases."""
    terms = list[Term]()
    for number, conditioning in enumerate(conditionings):
        named = boxes_by_tokens(token_positions(tokenizer, conditioning), conditioning.boxes)
        for places, boxes in named.items():
            terms += [Term(number, place, tuple(boxes), 1 / (len(places) * len(named))) for place in places]
    return terms


def word_terms(tokenizer: Any, conditionings: Sequence[Conditioning]) -> list[Term]:
    """Each token of each category's own word, not of its attributes; the energies are sums."""
    terms = list[Term]()
    for number, conditioning in enumerate(conditionings):
        named = boxes_by_tokens(word_positions(tokenizer, conditioning), conditioning.boxes)
        terms += [Term(number, place, tuple(boxes), 1.0) for places, boxes in named.items() for place in places]
    return terms


def boxes_by_tokens(positions: Sequence[Sequence[int]], boxes: Sequence[Corners]) -> dict[tuple[int, ...], list[Corners]]:
    """Boxes by token positions; objects that the prompt does not name are left out."""
    named: dict[tuple[int, ...], list[Corners]] = {}
    for places, box in zip(positions, boxes, strict=True):
        if places:
            named.setdefault(tuple(places), []).append(box)
    return named
