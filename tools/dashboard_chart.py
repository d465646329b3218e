"""Draws a dashboard from a Prometheus: a chart of our own with the dashboard's queries, for where there is no Grafana.

`python -m tools.dashboard_chart skg-factory --prometheus http://127.0.0.1:9090 --minutes 10 --out FILE`.  In: a server's
address.  Out: a picture with a plot for each panel, of all namespaces, jobs, stages and instances.
"""

import argparse
import json
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from monitoring.panels.panel_rows import Panel, Row, asked

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS, WIDE, HIGH = 4, 4.2, 2.3
"""Panels beside each other; inches of one."""

POINTS = 240
LEGENDS = 7
"""A legend with more entries would hide the plot."""


class Series(NamedTuple):
    """A line of a plot: its legend, minutes before the end, values."""

    legend: str
    minutes: tuple[float, ...]
    values: tuple[float, ...]


def legend_of(form: str, labels: Mapping[str, str]) -> str:
    """A panel's form of legends with the labels of a series in it, as Grafana fills it in."""
    return re.sub(r"{{\s*(\w+)\s*}}", lambda found: labels.get(found[1], ""), form).strip()


def series_of(panel: Panel, server: str, end: float, minutes: float) -> list[Series]:
    """What a panel shows at UNIX time `end`. Raises OSError where the server does not answer or refuses the query."""
    step = max(1.0, minutes * 60 / POINTS)
    query = asked(panel, f"{max(60, int(4 * step))}s")
    given = {"query": query, "start": end - minutes * 60, "end": end, "step": step}
    with urllib.request.urlopen(f"{server}/api/v1/query_range?{urllib.parse.urlencode(given)}", timeout=30) as answer:
        found = json.load(answer)["data"]["result"]
    return [_series(panel, each["metric"], each["values"], end) for each in found]


def _series(panel: Panel, labels: Mapping[str, str], values: Sequence[tuple[float, str]], end: float) -> Series:
    ages, numbers = zip(*((float(at) - end, float(value)) for at, value in values), strict=True)
    return Series(legend_of(panel.legend, labels), tuple(age / 60 for age in ages), numbers)


def draw(title: str, rows: Sequence[Row], shown: Mapping[str, Sequence[Series]], file: Path) -> None:
    """A picture of the rows; `shown` has the series of each panel by its title."""
    from matplotlib.figure import Figure

    heights = [(len(row.panels) + COLUMNS - 1) // COLUMNS for row in rows]
    figure = Figure(figsize=(COLUMNS * WIDE, sum(heights) * HIGH + 0.5), layout="constrained")
    figure.suptitle(f"{title} (drawn from the dashboard's queries, not by Grafana)", fontsize=11)
    lines = figure.subfigures(len(rows), 1, height_ratios=heights, squeeze=False)[:, 0]
    for part, row, height in zip(lines, rows, heights, strict=True):
        part.suptitle(row.title, fontsize=10, x=0.01, ha="left", weight="bold")
        places = part.subplots(height, COLUMNS, squeeze=False).ravel()
        for place, panel in zip(places, row.panels, strict=False):
            _plot(place, panel, shown[panel.title])
        for place in places[len(row.panels) :]:
            place.set_visible(False)
    figure.savefig(file, dpi=75)


def _plot(place: "Axes", panel: Panel, series: Sequence[Series]) -> None:
    place.set_title(f"{panel.title} ({panel.unit})", fontsize=8)
    place.tick_params(labelsize=7)
    if panel.form == "stat":
        words = f"{series[0].values[-1]:.3g}" if series else "no data"
        place.text(0.5, 0.5, words, fontsize=20, ha="center", va="center", transform=place.transAxes)
        place.set_xticks([])
        place.set_yticks([])
        return
    for each in series:
        place.plot(each.minutes, each.values, linewidth=1, label=each.legend)
    if 0 < len(series) <= LEGENDS:
        place.legend(fontsize=6, loc="upper left")
    place.set_ylim(bottom=0)


def main() -> int:
    """Draw one."""
    from monitoring.dashboard import DASHBOARDS

    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("dashboard", choices=DASHBOARDS)
    parser.add_argument("--prometheus", default="http://127.0.0.1:9090", help="the server's address")
    parser.add_argument("--minutes", type=float, default=60.0, help="how far back")
    parser.add_argument("--out", type=Path, required=True, help="the PNG file to write")
    given = parser.parse_args()
    title, rows = DASHBOARDS[given.dashboard]
    panels, end = [panel for row in rows for panel in row.panels], time.time()
    try:
        shown = {panel.title: series_of(panel, given.prometheus, end, given.minutes) for panel in panels}
    except (OSError, urllib.error.HTTPError) as error:
        sys.stderr.write(f"no answer of a Prometheus at {given.prometheus}: {error}\n")
        return 2
    draw(title, rows, shown, given.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
