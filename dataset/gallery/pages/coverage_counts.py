"""How often each scene has each relation, and each kind of question is in each split; the mix beside its targets.

In: the copy of the samples' small columns.  Out: plain values for templates.
A sample counts once for a relation, however often it holds there; questions are counted each.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dataset.gallery.interfaces import BalanceTargets
from dataset.gallery.sample_search import SampleSearch
from spatial.relations.predicate_table import PREDICATES
from spatial.splits import SPLITS

MOST_ROWS = 60
"""Scenes of the heat map, those with most samples first; `all` shows every one."""

LEVELS = 6
"""Shades of a heat map, besides that of nothing."""

OTHERS = 8
"""Values beside an axis of the targets that are named."""

Values = dict[str, Any]
Counts = Mapping[str, int]


@dataclass(frozen=True)
class HeatMap:
    """Counts by row and column. `rows` have the largest totals first; `left_out` rows are not among them."""

    rows: Sequence[str]
    columns: Sequence[str]
    counts: Mapping[tuple[str, str], int]
    left_out: int = 0

    def cells(self, row: str) -> list[tuple[str, int, int]]:
        """Of each column its name, count and shade, which grows with the square root of the count."""
        most = max(self.counts.values(), default=1)
        found = [(column, self.counts.get((row, column), 0)) for column in self.columns]
        return [(column, count, shade(count, most)) for column, count in found]


def shade(count: int, most: int) -> int:
    """0 for nothing, else 1 to LEVELS."""
    return 0 if count <= 0 else min(LEVELS, 1 + int((LEVELS - 1) * (count / most) ** 0.5))


def scenes_by_relation(samples: SampleSearch, everything: bool = False) -> HeatMap:
    """Samples by scene and relation; relations in the order of their families."""
    sql = "SELECT scene, p, count(*) FROM (SELECT scene, unnest(predicates) AS p FROM rows) GROUP BY ALL"
    counts = {(scene, predicate): count for scene, predicate, count in samples.query(sql)}
    scenes = [name for name, _ in sorted(samples.facets.scene, key=lambda entry: (-entry[1], entry[0]))]
    shown = scenes if everything else scenes[:MOST_ROWS]
    there = {predicate for _, predicate in counts}
    known = [name for name in PREDICATES if name in there]
    return HeatMap(shown, [*known, *sorted(there - set(known))], counts, len(scenes) - len(shown))


def kinds_by_split(samples: SampleSearch) -> HeatMap:
    """Questions by kind and split, the commonest kinds first."""
    sql = "SELECT k, split, count(*) FROM (SELECT unnest(asked_kinds) AS k, split FROM rows) GROUP BY ALL"
    counts = {(kind, split): count for kind, split, count in samples.query(sql)}
    totals: Counter[str] = Counter()
    for (kind, _), count in counts.items():
        totals[kind] += count
    others = {split for _, split in counts} - set(SPLITS)
    return HeatMap([kind for kind, _ in totals.most_common()], [*SPLITS, *sorted(others)], counts)


def family_of(predicate: str) -> str:
    """The family of a relation, empty for an unknown one."""
    row = PREDICATES.get(predicate)
    return "" if row is None else row.family


def mix(samples: SampleSearch, targets: BalanceTargets) -> list[Values]:
    """Of each axis of the targets its values: the share that is wanted, the share that is there, and whether it lacks.

    Shares are of what the targets name, as the balance counts; `others` are there and not named, the commonest first.
    """
    counted = {
        "scenes": dict(samples.facets.scene),
        "relations": _families(samples),
        "kinds": _kinds(samples),
        "density": _densities(samples, list(targets.axes.get("density", {}))),
    }
    return [
        {
            "axis": axis,
            "values": [_value(name, share, counted.get(axis, {}), wanted, targets) for name, share in wanted.items()],
            **_others(counted.get(axis, {}), wanted),
        }
        for axis, wanted in targets.axes.items()
        if wanted
    ]


def _others(counts: Counts, wanted: Iterable[str]) -> Values:
    """What is there and not named: how much of how much, and the commonest of it."""
    others = sorted(
        ((count, name) for name, count in counts.items() if name not in wanted), key=lambda one: (-one[0], one[1])
    )
    return {
        "total": sum(counts.values()),
        "outside": sum(count for count, _ in others),
        "others": [(name, count) for count, name in others[:OTHERS]],
        "more": max(0, len(others) - OTHERS),
    }


def _value(name: str, wanted: float, counts: Counts, shares: Mapping[str, float], targets: BalanceTargets) -> Values:
    total = sum(counts.get(other, 0) for other in shares)
    there = counts.get(name, 0) / total if total else 0.0
    return {
        "name": name,
        "count": counts.get(name, 0),
        "wanted": wanted,
        "there": there,
        "lacks": wanted - there > targets.tolerance,
    }


def _families(samples: SampleSearch) -> Counts:
    sql = "SELECT p, count(*) FROM (SELECT unnest(drawn) AS p FROM rows) GROUP BY 1"
    return _added((family_of(predicate), count) for predicate, count in samples.query(sql))


def _kinds(samples: SampleSearch) -> Counts:
    return _added(samples.query("SELECT k, count(*) FROM (SELECT unnest(asked_kinds) AS k FROM rows) GROUP BY 1"))


def _densities(samples: SampleSearch, bands: Sequence[str]) -> Counts:
    """Samples by the bands of the targets, written `2-3` or `4`, and by their number of things outside of all bands."""
    counts = samples.query("SELECT things, count(*) FROM rows GROUP BY 1")
    found: Counter[str] = Counter()
    for band in bands:
        found[band] = sum(count for things, count in counts if _is_in(things, band))
    for things, count in counts:
        if not any(_is_in(things, band) for band in bands):
            found[str(things)] += count
    return found


def _is_in(things: int, band: str) -> bool:
    first, _, last = band.partition("-")
    return int(first) <= things <= int(last or first)


def _added(pairs: Iterable[Sequence[Any]]) -> Counts:
    found: Counter[str] = Counter()
    for name, count in pairs:
        found[name] += count
    return found
