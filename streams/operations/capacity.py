"""How large a factory must be: cores, GPUs, processes, partitions, storage and cost for a number of samples a day.

In: samples a day, a renderer, maybe a GPU; figures of `capacity_figures.json`, each measured or an estimate, with a source.
Out: lines, each a sum in words with its result and the figures that it used.  Looks at no running factory.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from math import ceil
from pathlib import Path
from typing import Any, Literal

from schemas.errors import BadInput
from schemas.topics import GRAPHS, IMAGES, QA, SEEDS, TOPICS

FIGURES = Path(__file__).with_name("capacity_figures.json")
DAY_S, HOURS_A_MONTH, DAY_MS = 86_400, 730, 86_400_000
GIGA = 1e9

Origin = Literal["measured", "estimate", "given"]


@dataclass(frozen=True)
class Figure:
    """A number that sums use. `source` says what it is and where it is from."""

    name: str
    value: float
    origin: Origin
    source: str


@dataclass(frozen=True)
class Line:
    """A result: `sum` is how it came about, in numbers."""

    what: str
    result: float
    unit: str
    sum: str


@dataclass(frozen=True)
class Wish:
    """What is wanted. `gpu` None: renderers draw on cores. `given` replaces figures by name."""

    samples_a_day: float
    renderer: str
    gpu: str | None = None
    has_language_model: bool = False
    given: Mapping[str, float] = field(default_factory=dict)


@dataclass
class Capacity:
    """The answer: lines in the order in which they were calculated, and the figures that they used."""

    lines: list[Line] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)

    def add(self, what: str, unit: str, result: float, words: str) -> float:
        """Keep a line; returns its result."""
        self.lines.append(Line(what, result, unit, words))
        return result


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(FIGURES.read_text("utf-8"))
    return table


def figures_of(kind: str, name: str) -> dict[str, Figure]:
    """The figures of one of the `renderers` or `gpus`. Raises BadInput for an unknown one."""
    rows = _table()[kind]
    if name not in rows:
        raise BadInput(f"no figures for {name!r}: there are some for {', '.join(sorted(rows))}")
    return _read(rows[name])


def names_of(kind: str) -> list[str]:
    """The `renderers` or `gpus` that have figures."""
    return sorted(_table()[kind])


def _read(rows: Mapping[str, Sequence[Any]]) -> dict[str, Figure]:
    return {name: Figure(name, float(value), origin, source) for name, (value, origin, source) in rows.items()}


class _Figures:
    """Figures by name; each that is asked for is noted once."""

    def __init__(self, wish: Wish, noted: list[Figure]) -> None:
        self._rows = _read(_table()["every"]) | figures_of("renderers", wish.renderer)
        if wish.gpu is not None:
            self._rows |= figures_of("gpus", wish.gpu)
        for name, value in wish.given.items():
            self._rows[name] = Figure(name, value, "given", "on the command line")
        self._noted = noted

    def __contains__(self, name: str) -> bool:
        return name in self._rows

    def __call__(self, name: str) -> float:
        found = self._rows[name]
        if found not in self._noted:
            self._noted.append(found)
        return found.value


def capacity(wish: Wish) -> Capacity:
    """What a factory needs for the wish. Raises BadInput for an unknown renderer or GPU, or no samples."""
    if not wish.samples_a_day > 0:
        raise BadInput("--samples-per-day must be above 0")
    found = Capacity()
    of = _Figures(wish, found.figures)
    accepted, wanted = of("accepted"), wish.samples_a_day
    graphs = found.add("graphs", "a day", wanted / accepted, f"{wanted:,.0f} samples / {accepted:g} accepted")
    cores = _stages(found, of, wish, graphs)
    gpu_count = _gpus(found, of, wish, graphs)
    stored_gb = _storage(found, of, wish, graphs)
    _cost(found, of, (cores, gpu_count, stored_gb))
    return found


def _pictures(of: _Figures, graphs: float) -> float:
    """Pictures drawn for so many graphs, with those drawn again."""
    return graphs * (of("drawn") if "drawn" in of else 1)


def _stages(found: Capacity, of: _Figures, wish: Wish, graphs: float) -> int:
    """Lines of cores and processes by stage; returns all cores."""
    agents_s = of("agents_language_s" if wish.has_language_model else "agents_s")
    pictures = _pictures(of, graphs)
    trace_s = of("trace_s") if wish.gpu is None and "trace_s" in of else 0.0
    rows = (
        ("agents", SEEDS, graphs, agents_s),
        ("render", GRAPHS, pictures, of("render_s") + trace_s),
        ("examine", IMAGES, pictures, of("examine_s")),
        ("write", QA, wish.samples_a_day, of("write_s")),
    )
    cores = sum(_stage(found, of("core_busy"), row) for row in rows)
    if wish.has_language_model:
        calls = of("language_calls")
        words = f"{graphs:,.0f} graphs x {calls:g} calls / {DAY_S:,} s"
        found.add("language model", "calls a second", graphs * calls / DAY_S, words)
    return cores


def _stage(found: Capacity, busy: float, row: tuple[str, str, float, float]) -> int:
    stage, topic, events, seconds = row
    words = f"{events:,.0f} events x {seconds:g} s / {DAY_S:,} s / {busy:g} busy"
    cores = max(1, ceil(found.add(f"{stage}: cores", "cores", events * seconds / DAY_S / busy, words)))
    partitions = TOPICS[topic].partitions
    if cores > partitions:
        why = f"a process a core; fewer, of several cores each, need fewer. {topic} has {partitions} by itself"
        found.add(f"{stage}: partitions", f"of {topic}", cores, why)
    return cores


def _gpus(found: Capacity, of: _Figures, wish: Wish, graphs: float) -> int:
    if wish.gpu is None or not ("trace_s" in of or "gpu_work" in of):
        return 0
    if "gpu_seconds" in of:
        seconds = of("gpu_seconds")
    elif "trace_s" in of:
        words = f"{of('trace_s'):g} s of a core / {of('traces_as_cores'):g} cores"
        seconds = found.add("a picture on the GPU", "s", of("trace_s") / of("traces_as_cores"), words)
    else:
        words = f"{of('gpu_work'):g} / {of('speed'):g} (10^12 operations, and a second)"
        seconds = found.add("a picture on the GPU", "s", of("gpu_work") / of("speed"), words)
    pictures = _pictures(of, graphs)
    words = f"{pictures:,.0f} pictures x {seconds:.3g} s / {DAY_S:,} s / {of('gpu_busy'):g} busy"
    return ceil(found.add(f"GPUs ({wish.gpu})", "GPUs", pictures * seconds / DAY_S / of("gpu_busy"), words))


def _storage(found: Capacity, of: _Figures, wish: Wish, graphs: float) -> float:
    """Lines of bytes; returns the store's gigabytes after a month."""
    samples, pictures = wish.samples_a_day, _pictures(of, graphs)
    stored = (samples * of("row_bytes") + pictures * of("picture_bytes")) / GIGA
    words = f"{samples:,.0f} rows x {of('row_bytes'):,.0f} B + {pictures:,.0f} pictures x {of('picture_bytes'):,.0f} B"
    found.add("store and table", "GB a day", stored, words)
    kept, terms = 0.0, []
    for topic, name, events in (
        (GRAPHS, "graph_bytes", graphs),
        (IMAGES, "image_bytes", pictures),
        (QA, "qa_bytes", samples),
    ):
        days = TOPICS[topic].retention_ms / DAY_MS
        kept += events * of(name) * days
        terms.append(f"{events:,.0f} x {of(name):,.0f} B x {days:g} days")
    copies = of("replicas")
    found.add("broker's disks", "GB", kept * copies / GIGA, f"({' + '.join(terms)}) x {copies:g} copies")
    return 30 * stored


def _cost(found: Capacity, of: _Figures, needs: tuple[int, int, float]) -> None:
    cores, gpu_count, stored_gb = needs
    words = f"({cores} cores x {of('core_hour'):g}"
    hourly = cores * of("core_hour")
    if gpu_count:
        words += f" + {gpu_count} GPUs x {of('gpu_hour'):g}"
        hourly += gpu_count * of("gpu_hour")
    words += f") x {HOURS_A_MONTH} h + {stored_gb:,.0f} GB after 30 days x {of('gb_month'):g}"
    found.add("cost without broker and network", "a month", hourly * HOURS_A_MONTH + stored_gb * of("gb_month"), words)
