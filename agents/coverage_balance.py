"""Decides which seeds to request so that the dataset reaches its target mix.

In: targets; accepted and rejected samples; how many graphs may be requested now.  Out: requests for seeds.
Reads no clock, no topic and no file (`streams.operations.balance_controller` does).

Four axes are balanced: families of relations (counted in the graphs of accepted samples), kinds of questions, density
(objects seen) and scenes.  A request fixes a scene, a density and a family; kinds follow from those: each kind is
credited to the requests that its row in `spatial.questions.kind_table` favours.  A request's score is its expected gain
on each axis and in its own cell of scene × density × family, so that no cell stays empty while its axes are balanced.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import TypeVar

from agents.balance_targets import Band, Targets
from spatial.questions import KINDS

K = TypeVar("K")

AXES = ("scenes", "relations", "kinds", "density")

OWN_WEIGHT = 0.1
"""An empty cell scores as much as a deficit of a tenth on an axis."""

TRIED, LEAST_YIELD = 20, 0.05
"""After `TRIED` outcomes, a cell with a success rate below `LEAST_YIELD` is given up."""


@dataclass(frozen=True)
class Cell:
    """What one request fixes."""

    scene: str
    band: Band
    family: str


@dataclass(frozen=True)
class Accepted:
    """An accepted sample: scene, number of objects seen, relations of its graph by family, questions by kind."""

    scene: str
    things: int
    families: Mapping[str, int]
    kinds: Mapping[str, int]


@dataclass(frozen=True)
class SeedRequest:
    """`count` graphs of a cell."""

    cell: Cell
    count: int


@dataclass
class Balance:
    """Counts of samples and requests so far. Its owner reads the topics, and can rebuild it from their beginning."""

    targets: Targets
    samples: int = 0
    scenes: Counter[str] = field(default_factory=Counter)
    bands: Counter[Band] = field(default_factory=Counter)
    families: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    cells: Counter[Cell] = field(default_factory=Counter)
    requested: Counter[Cell] = field(default_factory=Counter)
    hits: Counter[Cell] = field(default_factory=Counter)
    misses: Counter[Cell] = field(default_factory=Counter)

    def record_requested(self, cell: Cell, count: int) -> None:
        """This agent requested graphs of the cell."""
        self.requested[cell] += count

    def record_accepted(self, sample: Accepted, cell: Cell | None) -> None:
        """A sample was accepted; `cell` is that of this agent's request, if it came from one."""
        self.samples += 1
        self.scenes[sample.scene] += 1
        self.families.update(sample.families)
        self.kinds.update(sample.kinds)
        band = self.targets.band_of(sample.things)
        if band is not None:
            self.bands[band] += 1
            self.cells.update(Cell(sample.scene, band, family) for family in sample.families)
        if cell is not None:
            brought = band == cell.band and sample.scene == cell.scene and sample.families.get(cell.family, 0) > 0
            (self.hits if brought else self.misses)[cell] += 1

    def record_rejected(self, cell: Cell | None) -> None:
        """A request of this agent was rejected (`cell` None: it was another's, which says nothing about the cells)."""
        if cell is not None:
            self.misses[cell] += 1

    def undo_rejected(self, cell: Cell | None) -> None:
        """A request that was counted as rejected was judged again with another outcome."""
        if cell is not None:
            self.misses[cell] -= 1

    @property
    def in_flight(self) -> int:
        """The number of requested graphs without an outcome yet."""
        return sum(self._in_flight(cell) for cell in self.requested)

    def _in_flight(self, cell: Cell) -> int:
        return max(0, self.requested[cell] - self.hits[cell] - self.misses[cell])

    def success_rate(self, cell: Cell) -> float:
        """The share of the cell's requests that bring what they ask for, with an optimistic prior."""
        return (self.hits[cell] + 2) / (self.hits[cell] + self.misses[cell] + 3)

    def given_up(self) -> list[Cell]:
        """Cells whose success rate is too low."""
        return [cell for cell in self._all_cells() if self._is_given_up(cell)]

    def is_exhausted(self) -> bool:
        """Whether all cells are given up."""
        return all(self._is_given_up(cell) for cell in self._all_cells())

    def _is_given_up(self, cell: Cell) -> bool:
        outcomes = self.hits[cell] + self.misses[cell]
        return outcomes >= TRIED and self.hits[cell] < LEAST_YIELD * outcomes

    def _all_cells(self) -> Iterator[Cell]:
        targets = self.targets
        yield from (Cell(*parts) for parts in product(targets.scenes, targets.bands, targets.relations))

    def deficits(self) -> dict[str, dict[str, float]]:
        """By axis and value: target share minus current share, where that exceeds the tolerance."""
        bands = (
            {str(band): share for band, share in self.targets.bands.items()},
            {str(band): count for band, count in self.bands.items()},
        )
        axes: tuple[tuple[Mapping[str, float], Mapping[str, int]], ...] = (
            (self.targets.scenes, self.scenes),
            (self.targets.relations, self.families),
            (self.targets.kinds, self.kinds),
            bands,
        )
        return {axis: gaps for axis, shares in zip(AXES, axes, strict=True) if (gaps := self._deficits_of(*shares))}

    def _deficits_of(self, want: Mapping[str, float], have: Mapping[str, int]) -> dict[str, float]:
        total = sum(have.get(name, 0) for name in want)
        gaps = {name: share - (have.get(name, 0) / total if total else 0.0) for name, share in want.items()}
        return {name: gap for name, gap in gaps.items() if gap > self.targets.tolerance}

    def is_satisfied(self) -> bool:
        """Whether there are enough samples and every axis has its target mix."""
        return self.samples >= self.targets.least_samples and not self.deficits()

    def seed_requests(self, allowed: int) -> list[SeedRequest]:
        """The best requests for at most `allowed` graphs, the most requested cells first; none once satisfied."""
        allowed = min(allowed, self.targets.ahead - self.in_flight)
        if allowed <= 0 or self.is_satisfied():
            return []
        board = _Scoreboard(self)
        chosen: Counter[Cell] = Counter()
        for _ in range(allowed):
            best = board.best()
            if best is None:
                break
            chosen[best] += 1
            board.expect(best)
        return [SeedRequest(cell, count) for cell, count in chosen.most_common()]


class _Scoreboard:
    """Scores of cells while requests are chosen: each chosen one counts as an expected sample."""

    def __init__(self, balance: Balance) -> None:
        self._balance, targets = balance, balance.targets
        self._cells = [cell for cell in balance._all_cells() if not balance._is_given_up(cell)]
        self._share = {
            c: targets.scenes[c.scene] * targets.bands[c.band] * targets.relations[c.family] for c in self._cells
        }
        self._scenes: Counter[str] = Counter(balance.scenes)
        self._bands: Counter[Band] = Counter(balance.bands)
        self._families: Counter[str] = Counter(balance.families)
        self._held: dict[Cell, float] = dict(balance.cells)
        self._more = 0.0
        self._kinds = balance.deficits().get("kinds", {})
        self._gains = {cell: self._kind_gain(cell) for cell in self._cells}
        for cell in balance.requested:
            for _ in range(balance._in_flight(cell)):
                self.expect(cell)

    def expect(self, cell: Cell) -> None:
        """Count a graph of the cell as requested."""
        self._scenes[cell.scene] += 1
        self._bands[cell.band] += 1
        self._families[cell.family] += 1
        self._held[cell] = self._held.get(cell, 0.0) + self._balance.success_rate(cell)
        self._more += 1

    def best(self) -> Cell | None:
        """The cell with the highest score above zero; the first one of ties."""
        if not self._cells:
            return None
        targets = self._balance.targets
        scenes, bands = _signed_deficits(targets.scenes, self._scenes), _signed_deficits(targets.bands, self._bands)
        families = _signed_deficits(targets.relations, self._families)
        total = self._balance.samples + self._more + 1

        def score(cell: Cell) -> float:
            axes = scenes[cell.scene] + bands[cell.band] + families[cell.family] + self._gains[cell]
            own = max(0.0, 1 - self._held.get(cell, 0.0) / (self._share[cell] * total))
            return (axes + OWN_WEIGHT * own) * self._balance.success_rate(cell)

        found = max(self._cells, key=score)
        return found if score(found) > 0 or self._balance.samples < targets.least_samples else None

    def _kind_gain(self, cell: Cell) -> float:
        """The cell's gain for under-represented kinds."""
        gain = 0.0
        for kind, gap in self._kinds.items():
            row = KINDS[kind]
            if cell.band.last >= row.fewest_things and (not row.favoured_by or cell.family in row.favoured_by):
                gain += gap * min(1.0, cell.band.first / row.fewest_things)
        return gain


def _signed_deficits(shares: Mapping[K, float], have: Mapping[K, int]) -> dict[K, float]:
    """For each value its target share minus its current one; negative where there is too much."""
    total = sum(have.get(value, 0) for value in shares) or 1
    return {value: share - have.get(value, 0) / total for value, share in shares.items()}
