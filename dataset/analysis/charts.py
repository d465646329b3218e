"""Statistics as charts and as a page.

In: `Statistics`.  Out: a folder with `index.html`, PNG charts and `statistics.json`; it opens from disk.
Counts nothing.  Imports matplotlib when it draws.
"""

import json
import warnings
from collections.abc import Mapping
from pathlib import Path

from dataset.analysis.page_templates import templates_in
from dataset.analysis.statistics import Statistics
from schemas.graph import UNDERSTOOD

BAR = "#3b6ea5"
WIDTH, ROW, MIN_HEIGHT = 7.0, 0.24, 1.6
"""Inches: a chart's width, the height of one bar, and the least height of a chart."""

DPI = 130

CHARTS = {
    "objects": "things that are seen most",
    "relations": "relations that hold most",
    "density": "samples by number of things seen",
    "kinds": "questions by kind",
    "answers": "commonest answers of each kind, as shares",
    "scenes": "samples by scene",
    "yield": "requests that a stage let pass, and why others ended",
}
ANSWERS_SHOWN = 4


def write_statistics(found: Statistics, out: Path) -> Path:
    """Write everything and return the page."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "statistics.json").write_text(json.dumps(found.as_json(), ensure_ascii=False, indent=1), "utf-8")
    charts = _charts(found)
    for name, bars in charts.items():
        _draw(out / f"{name}.png", CHARTS[name], bars)
    page = out / "index.html"
    tables = [(name, CHARTS[name], charts[name]) for name in charts]
    template = templates_in(Path(__file__).parent).get_template("statistics.html")
    page.write_text(template.render(found=found, tables=tables, understood=UNDERSTOOD), "utf-8")
    return page


Bars = dict[str, float]


def _charts(found: Statistics) -> dict[str, Bars]:
    """Bars of each chart; charts without bars are left out."""
    charts: dict[str, Bars] = {
        "objects": _floats(found.objects),
        "relations": _floats(found.relations),
        "density": _floats(found.density),
        "kinds": _floats(found.kinds),
        "answers": _answers(found.answers),
        "scenes": _floats(found.scenes),
        "yield": _yield(found),
    }
    return {name: bars for name, bars in charts.items() if bars}


def _floats(counts: Mapping[str, int]) -> Bars:
    return {word.replace("_", " "): float(count) for word, count in counts.items()}


def _answers(answers: Mapping[str, Mapping[str, int]]) -> Bars:
    bars: Bars = {}
    for kind, counts in answers.items():
        total = sum(counts.values())
        for answer in list(counts)[:ANSWERS_SHOWN]:
            bars[f"{kind.replace('_', ' ')}: {answer}"] = round(counts[answer] / total, 3)
    return bars


def _yield(found: Statistics) -> Bars:
    bars: Bars = {f"{stage.stage}: passed": float(stage.passed) for stage in found.stages}
    for loss in found.losses:
        name = f"{loss.stage}: {loss.gate}, {loss.reason.replace('_', ' ')}"
        bars[name] = bars.get(name, 0.0) + loss.count
    return bars


def _draw(path: Path, title: str, bars: Bars) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, max(MIN_HEIGHT, 0.8 + ROW * len(bars))), dpi=DPI, layout="constrained")
    axes = figure.subplots()
    names, values = list(bars), list(bars.values())
    drawn = axes.barh(range(len(names)), values, color=BAR)
    axes.set_yticks(range(len(names)), [name.replace("$", r"\$") for name in names], fontsize=8)
    axes.bar_label(drawn, [_formatted(value) for value in values], fontsize=7, padding=2)
    axes.invert_yaxis()
    axes.margins(x=0.12, y=0.01)
    axes.set_title(title, fontsize=10, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(axis="x", labelsize=8)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")  # the page has every word as text
        figure.savefig(path)


def _formatted(value: float) -> str:
    """A count in full, a share in three digits."""
    return f"{value:,.0f}" if value.is_integer() else f"{value:.3g}"
