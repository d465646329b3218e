"""What the dataset still lacks, and which seeds would bring it: pure decisions.

In: targets; what was accepted and rejected; how many graphs may be asked for now.  Out: wishes for seeds.
Reads no clock, no topic and no file (`streams.operations.balance_controller` does).

Four axes are balanced: families of relations (counted in the graphs of accepted samples), kinds of questions, density
(things that are seen) and scenes.  A wish fixes a scene, a density and a family; kinds follow from those: each kind is
credited to the wishes that its row in `spatial.questions.kind_table` favours.  A wish's score is what it would bring on
each axis, and in its own cell of scene × density × family, so that no cell stays empty because its axes look well.
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
"""An empty cell is worth as much as a tenth that lacks on an axis."""

TRIED, LEAST_YIELD = 20, 0.05
"""A cell that brought what it was asked for less often than this, after so many outcomes, is given up."""


@dataclass(frozen=True)
class Cell:
    """What one wish fixes."""

    scene: str
    band: Band
    family: str


@dataclass(frozen=True)
class Accepted:
    """An accepted sample: scene, things seen, relations of its graph by family, questions by kind."""

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
    """What there is, as far as it was told. Kept by whoever reads the topics; can be told everything anew."""

    targets: Targets
    samples: int = 0
    scenes: Counter[str] = field(default_factory=Counter)
    bands: Counter[Band] = field(default_factory=Counter)
    families: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    cells: Counter[Cell] = field(default_factory=Counter)
    asked: Counter[Cell] = field(default_factory=Counter)
    hits: Counter[Cell] = field(default_factory=Counter)
    misses: Counter[Cell] = field(default_factory=Counter)

    def ask(self, cell: Cell, count: int) -> None:
        """Graphs of the cell were asked for by this agent."""
        self.asked[cell] += count

    def accept(self, sample: Accepted, cell: Cell | None) -> None:
        """A sample was accepted; `cell` is the wish that it came from, if it came from one."""
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

    def reject(self, cell: Cell | None) -> None:
        """A request of this agent ended in a rejection (those of others tell nothing about its cells)."""
        if cell is not None:
            self.misses[cell] += 1

    def reconsider(self, cell: Cell | None) -> None:
        """A request that was counted as rejected is judged again, and ended otherwise."""
        if cell is not None:
            self.misses[cell] -= 1

    def withdraw(self, cell: Cell) -> None:
        """A rejection of the cell was none: its request ended otherwise after all."""
        self.misses[cell] -= 1

    @property
    def open(self) -> int:
        """Graphs that were asked for and have no outcome yet."""
        return sum(self._open(cell) for cell in self.asked)

    def _open(self, cell: Cell) -> int:
        return max(0, self.asked[cell] - self.hits[cell] - self.misses[cell])

    def chance(self, cell: Cell) -> float:
        """How often the cell's wishes bring what they ask for; hopeful while little is known."""
        return (self.hits[cell] + 2) / (self.hits[cell] + self.misses[cell] + 3)

    def given_up(self) -> list[Cell]:
        """Cells that do not bring what they are asked for."""
        return [cell for cell in self._all() if self._hopeless(cell)]

    def exhausted(self) -> bool:
        """Whether no cell is left to ask for."""
        return all(self._hopeless(cell) for cell in self._all())

    def _hopeless(self, cell: Cell) -> bool:
        outcomes = self.hits[cell] + self.misses[cell]
        return outcomes >= TRIED and self.hits[cell] < LEAST_YIELD * outcomes

    def _all(self) -> Iterator[Cell]:
        targets = self.targets
        yield from (Cell(*parts) for parts in product(targets.scenes, targets.bands, targets.relations))

    def lacking(self) -> dict[str, dict[str, float]]:
        """By axis and value: target share less the share there is, where that is more than the tolerance."""
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
        return {axis: gaps for axis, shares in zip(AXES, axes, strict=True) if (gaps := self._gaps(*shares))}

    def _gaps(self, want: Mapping[str, float], have: Mapping[str, int]) -> dict[str, float]:
        total = sum(have.get(name, 0) for name in want)
        gaps = {name: share - (have.get(name, 0) / total if total else 0.0) for name, share in want.items()}
        return {name: gap for name, gap in gaps.items() if gap > self.targets.tolerance}

    def satisfied(self) -> bool:
        """Whether there is enough and every axis has its mix."""
        return self.samples >= self.targets.least_samples and not self.lacking()

    def wishes(self, allowed: int) -> list[SeedRequest]:
        """The best wishes for at most `allowed` graphs, the most wanted cells first; none once satisfied."""
        allowed = min(allowed, self.targets.ahead - self.open)
        if allowed <= 0 or self.satisfied():
            return []
        board = _Board(self)
        chosen: Counter[Cell] = Counter()
        for _ in range(allowed):
            best = board.best()
            if best is None:
                break
            chosen[best] += 1
            board.expect(best)
        return [SeedRequest(cell, count) for cell, count in chosen.most_common()]


class _Board:
    """Scores of cells while wishes are being made: each wish counts as if it had half come true."""

    def __init__(self, balance: Balance) -> None:
        self._balance, targets = balance, balance.targets
        self._cells = [cell for cell in balance._all() if not balance._hopeless(cell)]
        self._share = {
            c: targets.scenes[c.scene] * targets.bands[c.band] * targets.relations[c.family] for c in self._cells
        }
        self._scenes: Counter[str] = Counter(balance.scenes)
        self._bands: Counter[Band] = Counter(balance.bands)
        self._families: Counter[str] = Counter(balance.families)
        self._held: dict[Cell, float] = dict(balance.cells)
        self._more = 0.0
        self._kinds = balance.lacking().get("kinds", {})
        self._gains = {cell: self._kind_gain(cell) for cell in self._cells}
        for cell in balance.asked:
            for _ in range(balance._open(cell)):
                self.expect(cell)

    def expect(self, cell: Cell) -> None:
        """A graph of the cell is on its way."""
        self._scenes[cell.scene] += 1
        self._bands[cell.band] += 1
        self._families[cell.family] += 1
        self._held[cell] = self._held.get(cell, 0.0) + self._balance.chance(cell)
        self._more += 1

    def best(self) -> Cell | None:
        """The cell with the highest score above zero; the first one of equals."""
        if not self._cells:
            return None
        targets = self._balance.targets
        scenes, bands = _wants(targets.scenes, self._scenes), _wants(targets.bands, self._bands)
        families = _wants(targets.relations, self._families)
        total = self._balance.samples + self._more + 1

        def score(cell: Cell) -> float:
            axes = scenes[cell.scene] + bands[cell.band] + families[cell.family] + self._gains[cell]
            own = max(0.0, 1 - self._held.get(cell, 0.0) / (self._share[cell] * total))
            return (axes + OWN_WEIGHT * own) * self._balance.chance(cell)

        found = max(self._cells, key=score)
        return found if score(found) > 0 or self._balance.samples < targets.least_samples else None

    def _kind_gain(self, cell: Cell) -> float:
        """What the cell would do for kinds that lack."""
        gain = 0.0
        for kind, gap in self._kinds.items():
            row = KINDS[kind]
            if cell.band.last >= row.fewest_things and (not row.favoured_by or cell.family in row.favoured_by):
                gain += gap * min(1.0, cell.band.first / row.fewest_things)
        return gain


def _wants(shares: Mapping[K, float], have: Mapping[K, int]) -> dict[K, float]:
    """For each value the share that it lacks; negative where there is too much."""
    total = sum(have.get(value, 0) for value in shares) or 1
    return {value: share - have.get(value, 0) / total for value, share in shares.items()}
