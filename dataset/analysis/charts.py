"""Statistics as charts and as a page.

In: `Statistics`.  Out: a folder with `index.html`, vector charts and `statistics.json`; it opens from disk. The gallery
shows the same charts.  Counts nothing.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from dataset.analysis.names_in_words import in_words
from dataset.analysis.page_templates import templates_in
from dataset.analysis.statistics import Statistics
from dataset.analysis.svg_bars import bar_chart, number_in_words, share_in_words
from schemas.graph import UNDERSTOOD

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

LONGEST_ANSWER = 40
"""Characters: a longer answer is a description, which no other picture has."""

LOOKS = Path(__file__).parents[1] / "gallery" / "site"
"""Where the style sheet is that the gallery has too."""

Bars = dict[str, float]


def write_statistics(found: Statistics, out: Path) -> Path:
    """Write everything and return the page."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "statistics.json").write_text(json.dumps(found.as_json(), ensure_ascii=False, indent=1), "utf-8")
    for name, bars in charts_of(found).items():
        (out / f"{name}.svg").write_text(bar_chart(CHARTS[name], bars, _shown(name)), "utf-8")
    page = out / "index.html"
    template = templates_in(Path(__file__).parent, LOOKS).get_template("statistics.html")
    page.write_text(template.render(**page_values(found)), "utf-8")
    return page


def page_values(found: Statistics) -> dict[str, Any]:
    """The values of the template `statistics_body.html`."""
    tables = [(name, CHARTS[name], _rows(bars, _shown(name))) for name, bars in charts_of(found).items()]
    return {"found": found, "tables": tables, "understood": UNDERSTOOD, "review": found.review}


def _shown(chart: str) -> Callable[[float], str]:
    """How the numbers of a chart are written."""
    return share_in_words if chart == "answers" else number_in_words


def _rows(bars: Bars, shown: Callable[[float], str]) -> list[tuple[str, str, float]]:
    """Of each bar its name, its number in words, and its length in percent of the longest."""
    most = max(bars.values(), default=0) or 1
    return [(name, shown(value), round(100 * value / most, 1)) for name, value in bars.items()]


def charts_of(found: Statistics) -> dict[str, Bars]:
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
    return {in_words(word): float(count) for word, count in counts.items()}


def _answers(answers: Mapping[str, Mapping[str, int]]) -> Bars:
    """Answers that are given again and again: those of open questions are all different, and say nothing as bars."""
    bars: Bars = {}
    for kind, counts in answers.items():
        total = sum(counts.values())
        for answer in [answer for answer in counts if _is_repeated(answer)][:ANSWERS_SHOWN]:
            bars[f"{in_words(kind)}: {answer}"] = round(counts[answer] / total, 3)
    return bars


def _is_repeated(answer: str) -> bool:
    """Whether an answer can be another picture's too: no description, and no place in pixels."""
    return len(answer) <= LONGEST_ANSWER and not answer.startswith("[")


def _yield(found: Statistics) -> Bars:
    bars: Bars = {f"{stage.stage}: passed": float(stage.passed) for stage in found.stages}
    for loss in found.losses:
        name = f"{loss.stage}: {in_words(loss.reason)}"
        bars[name] = bars.get(name, 0.0) + loss.count
    return bars
