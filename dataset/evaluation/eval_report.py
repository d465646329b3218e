"""The report of an evaluation: one JSON object and one chart.

In: items, choices of the model and of the baselines.  Out: `result.json`, `accuracy.png`.
matplotlib is imported only when a chart is drawn.
"""

import json
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

from dataset.evaluation.eval_items import Item
from dataset.evaluation.reply_outcome import FAULT_KINDS, Fault, FaultKind
from dataset.evaluation.scores import Choices, Score, Scores, score

FACETS = ("kind", "relation", "hops", "density")


class FaultCount(TypedDict):
    """How many replies have a fault of a kind, and how many of these have each cause, the commonest first."""

    count: int
    causes: dict[str, int]


class Result(TypedDict):
    """`run`: the run's parameters. `left`: questions without a reply. `scores` is None where no model was asked.

    `faults`: replies without an answer by kind, which count as wrong.
    """

    run: Mapping[str, object]
    questions: int
    left: int
    faults: dict[FaultKind, FaultCount]
    scores: Scores | None
    baselines: dict[str, Scores]


@dataclass(frozen=True)
class Answers:
    """What a model chose, and why some of its replies have no answer (faults by item)."""

    choices: Choices
    faults: Mapping[str, Fault]


def result(
    run: Mapping[str, object], items: Sequence[Item], answers: Answers | None, others: Mapping[str, Choices]
) -> Result:
    """The scores of a model (`answers` None: only baselines) and of the baselines, on the same questions."""
    made, faults = ({}, {}) if answers is None else (answers.choices, answers.faults)
    return Result(
        run=run,
        questions=len(items),
        left=0 if answers is None else sum(item.id not in made for item in items),
        faults=_counted([faults[item.id] for item in items if item.id in faults]),
        scores=None if answers is None else score(items, answers.choices),
        baselines={name: score(items, found) for name, found in others.items()},
    )


def _counted(faults: Sequence[Fault]) -> dict[FaultKind, FaultCount]:
    counted: dict[FaultKind, FaultCount] = {}
    for kind in FAULT_KINDS:
        causes = Counter(fault.cause for fault in faults if fault.kind == kind)
        counted[kind] = FaultCount(count=causes.total(), causes=dict(causes.most_common()))
    return counted


def faults_text(found: Result) -> str:
    """The replies without an answer by kind, as in `12 cut, 3 empty`; empty where there are none."""
    return ", ".join(f"{fault['count']} {kind}" for kind, fault in found["faults"].items() if fault["count"])


def write(found: Result, folder: Path) -> tuple[Path, Path]:
    """Write both files, return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    text, picture = folder / "result.json", folder / "accuracy.png"
    text.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    draw(found, picture)
    return text, picture


def draw(found: Result, path: Path) -> None:
    """Accuracy by kind, relation, hops and density, with intervals; baselines as marks beside the bars."""
    from matplotlib.figure import Figure

    main = found["scores"] or next(iter(found["baselines"].values()))
    lengths = [max(1, len(_groups(main, facet))) for facet in FACETS]
    left, right = lengths[0] + lengths[2], lengths[1] + lengths[3]
    figure = Figure(figsize=(13, 2.2 + 0.3 * max(left, right)), layout="constrained")
    panels = figure.subplots(2, 2, height_ratios=[max(lengths[0], lengths[1]), max(lengths[2], lengths[3], 2)])
    for panel, facet in zip(panels.flat, FACETS, strict=True):
        _panel(panel, facet, main, found)
    figure.suptitle(_plain(_title(found, main)), fontsize=12)
    handles, labels = panels.flat[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=5, frameon=False)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")  # the result has every word as text
        figure.savefig(path, dpi=120)


MARKS = {"random": ("o", "#6b7280"), "always-left": ("^", "#d97706"), "text-only": ("D", "#be185d")}


def _panel(panel: Any, facet: str, main: Scores, found: Result) -> None:
    groups = _groups(main, facet)
    names = list(reversed(groups))
    shares = [groups[name]["accuracy"] for name in names]
    ends = [
        [groups[name]["accuracy"] - groups[name]["low"] for name in names],
        [groups[name]["high"] - groups[name]["accuracy"] for name in names],
    ]
    panel.barh(range(len(names)), shares, color="#3b82f6", height=0.62, label=_plain(_name(found)), zorder=2)
    panel.errorbar(shares, range(len(names)), xerr=ends, fmt="none", ecolor="#1e3a8a", capsize=3, zorder=3)
    for name, scores in found["baselines"].items():
        if scores is main:
            continue
        mark, colour = MARKS.get(name, ("s", "#111827"))
        others = _groups(scores, facet)
        places = [(others[one]["accuracy"], place) for place, one in enumerate(names) if one in others]
        xs, ys = [x for x, _ in places], [y for _, y in places]
        panel.scatter(xs, ys, marker=mark, s=34, color=colour, edgecolor="white", label=name, zorder=4, clip_on=False)
    panel.set_yticks(range(len(names)), [_label(f"{name} ({groups[name]['asked']})") for name in names])
    panel.set(xlim=(0, 1), title=f"by {facet}")
    panel.grid(axis="x", alpha=0.3, zorder=0)
    panel.spines[["top", "right"]].set_visible(False)


def _label(name: str) -> str:
    return _plain(name.replace("_", " "))


def _plain(text: str) -> str:
    """Text escaped so that matplotlib does not parse it as a formula."""
    return text.replace("$", r"\$")


def _groups(scores: Scores, facet: str) -> dict[str, Score]:
    groups: dict[str, Score] = scores[facet]  # type: ignore[literal-required] # one of FACETS
    return groups


def _name(found: Result) -> str:
    return str(found["run"].get("model")) if found["scores"] else next(iter(found["baselines"]))


def _title(found: Result, main: Scores) -> str:
    whole = main["all"]
    interval = f"{whole['low']:.3f} to {whole['high']:.3f}"
    without = f"\nwithout an answer: {faults_text(found)}" if faults_text(found) else ""
    return (
        f"{_name(found)}: {whole['accuracy']:.3f} right of {whole['asked']} questions (95 % interval {interval}){without}"
    )
