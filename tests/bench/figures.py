"""Figures of a bench run: measured, shown, kept, compared.

In: figures.  Out: one table, `bench.json`, a page, a line of a history, and what became slower than the noise allows.
"""

import json
import os
import platform
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Figure:
    """`value` in `unit` over `n` observations. `limited_by`: what keeps it from being better.  `goal`: words of what is
    wanted, empty where nothing is."""

    name: str
    value: float
    unit: str
    n: int
    limited_by: str = ""
    goal: str = ""


class NotHere(Exception):
    """What a part needs is not on this machine; the message says what, and what would bring it."""


FALLING_IS_BETTER = ("s", "ms", "µs", "MB", "bytes", "calls", "calls a graph", "times as much", "% of the machine")
"""Units of which less is better; of all others more is."""


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    cores = len(os.sched_getaffinity(0))
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"), "processor": processor(), "cores": cores,
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "python": platform.python_version(), "load_before": round(os.getloadavg()[0], 2),
    }  # fmt: skip


def processor() -> str:
    """The processor's name, as the kernel tells it."""
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines() if Path("/proc/cpuinfo").exists() else ():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def written(value: float) -> str:
    """Three digits that count, and no fewer before the point."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def table(figures: Sequence[Figure]) -> str:
    """One line a figure, the columns in line."""
    rows = [(each.name, written(each.value), each.unit, f"{each.n:,}", each.goal, each.limited_by) for each in figures]
    head = ("figure", "value", "unit", "n", "goal", "limited by")
    widths = [max(len(row[k]) for row in (head, *rows)) for k in range(len(head))]
    lines = ("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) for row in (head, *rows))
    return "\n".join(line.rstrip() for line in lines)


def page(figures: Sequence[Figure], on: Mapping[str, Any]) -> str:
    """docs/performance.md's table: the parts under headings, with machine and date."""
    head = ("figure", "value", "unit", "n", "goal", "limited by")
    rows = [(each.name, written(each.value), each.unit, f"{each.n:,}", each.goal, each.limited_by) for each in figures]
    where = f"{on['processor']}, {on['cores']} cores, {on['memory_gb']} GB, Python {on['python']}, load {on['load_before']}"
    lines = [f"Measured on {on['at'][:10]}: {where} before.", ""]
    lines += [f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *rows)]
    return "\n".join(lines) + "\n"


def save(figures: Sequence[Figure], on: Mapping[str, Any], out: Path, history: Path | None) -> None:
    """Write bench.json, and add a line to the history."""
    out.write_text(json.dumps([asdict(each) for each in figures], indent=1, ensure_ascii=False) + "\n", "utf-8")
    if history is not None:
        history.parent.mkdir(parents=True, exist_ok=True)
        line = {**on, "figures": {each.name: {"value": each.value, "unit": each.unit} for each in figures}}
        with history.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


@dataclass(frozen=True)
class Change:
    """A figure of two versions: the medians of interleaved runs, and how far runs of one version differ."""

    name: str
    unit: str
    before: float
    after: float
    noise: float

    @property
    def ratio(self) -> float:
        """How many times as good it became: below 1 it is worse."""
        if not self.before or not self.after:
            return 1.0
        return self.before / self.after if self.unit in FALLING_IS_BETTER else self.after / self.before

    @property
    def is_worse(self) -> bool:
        """Whether it became worse by more than the noise."""
        return self.ratio < 1 - self.noise


LEAST_NOISE = 0.05
"""A change below it counts as noise, however alike the runs were."""


def changes(before: Sequence[Mapping[str, Figure]], after: Sequence[Mapping[str, Figure]]) -> list[Change]:
    """What changed between runs of two versions, each by the names of its figures. The noise is the greatest distance of a
    run from its version's median, as a share of that."""
    found = []
    for name in [name for name in after[0] if all(name in run for run in (*before, *after))]:
        old, new = ([run[name].value for run in runs] for runs in (before, after))
        spread = max(_spread(old), _spread(new), LEAST_NOISE)
        found.append(Change(name, after[0][name].unit, statistics.median(old), statistics.median(new), spread))
    return found


def _spread(values: Sequence[float]) -> float:
    middle = statistics.median(values)
    return max(abs(value - middle) for value in values) / middle if middle else 0.0


def quantile(values: Iterable[float], share: float) -> float:
    """The value below which that share of them lies, by the nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-int(share * 100) * len(ordered) // 100) - 1))]
