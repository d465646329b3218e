"""What a panel is, and the selectors of its queries.

In: nothing.  Out: types and texts for the modules of panels.
"""

from typing import Literal, NamedTuple

OF_SCRAPE = 'namespace=~"$namespace",job=~"$job",instance=~"$instance"'
"""Series of the chosen processes."""

OF_STAGE = f'{OF_SCRAPE},stage=~"$stage"'
"""Those of the chosen stages."""

OF_GROUPS = 'namespace=~"$namespace",job=~"$job",stage=~"$stage"'
"""Series of the lag exporter: its own instance is not that of a stage."""

RATE = "[$__rate_interval]"


class Panel(NamedTuple):
    """A panel: one query, what it tells, and how it is drawn."""

    title: str
    unit: str
    legend: str
    query: str
    meaning: str
    form: Literal["timeseries", "stat"] = "timeseries"


class Row(NamedTuple):
    """Panels under a heading."""

    title: str
    panels: tuple[Panel, ...]


CHOICES = ("namespace", "job", "stage", "instance")
"""The variables of the dashboards."""


def asked(panel: Panel, interval: str) -> str:
    """The query of a panel as a Prometheus takes it, with everything chosen and this interval for rates, as in `1m`."""
    query = panel.query.replace("$__rate_interval", interval)
    for label in CHOICES:
        query = query.replace(f'{label}=~"${label}"', f'{label}=~".*"')
    return query
