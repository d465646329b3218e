"""The Grafana dashboards as code: overview, stage detail, language models, GPU, dataset.

In: nothing.  Out: each dashboard's JSON (`python -m monitoring.dashboard` writes them).  The JSON is committed; tests hold
it to this file, each query to the declared metrics, and all to the rules of Grafana's dashboard linter.
"""

from pathlib import Path

from grafana_foundation_sdk.builders import stat, timeseries
from grafana_foundation_sdk.builders.common import VizLegendOptions
from grafana_foundation_sdk.builders.dashboard import Dashboard, DashboardLink, DatasourceVariable, QueryVariable
from grafana_foundation_sdk.builders.dashboard import Row as RowBuilder
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import LegendDisplayMode, LegendPlacement
from grafana_foundation_sdk.models.dashboard import (
    DashboardLinkType,
    DataSourceRef,
    VariableOption,
    VariableRefresh,
    VariableSort,
)

from monitoring.panels import dataset_panels, gpu_panels, language_panels, overview_panels, stage_panels
from monitoring.panels.panel_rows import Panel, Row

FOLDER = Path(__file__).parent / "dashboards"
_SOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")

DASHBOARDS: dict[str, tuple[str, tuple[Row, ...]]] = {
    # name of the file and uid: title, rows
    "skg-factory": ("SKG factory: overview", overview_panels.ROWS),
    "skg-stages": ("SKG factory: stage detail", stage_panels.ROWS),
    "skg-language": ("SKG factory: language models", language_panels.ROWS),
    "skg-gpu": ("SKG factory: GPU", gpu_panels.ROWS),
    "skg-dataset": ("SKG factory: dataset", dataset_panels.ROWS),
}

_VARIABLES = (
    # name, label, value of "all", series that know its values
    ("namespace", "Namespace", ".*", "skg_build_info"),
    ("job", "Job", ".+", 'skg_build_info{namespace=~"$namespace"}'),
    ("stage", "Stage", ".+", 'skg_build_info{namespace=~"$namespace",job=~"$job"}'),
    ("instance", "Instance", ".+", 'skg_build_info{namespace=~"$namespace",job=~"$job",stage=~"$stage"}'),
)
"""Outside of Kubernetes there is no namespace: its "all" is also those without one."""

WIDTHS = {"timeseries": 12, "stat": 6}
HEIGHTS = {"timeseries": 8, "stat": 4}


def dashboard(name: str) -> str:
    """A dashboard as JSON text. Raises KeyError for a name that is not of `DASHBOARDS`."""
    title, rows = DASHBOARDS[name]
    built = (
        Dashboard(title)
        .uid(name)
        .tags(["skg"])
        .readonly()
        .refresh("10s")
        .time("now-1h", "now")
        .link(
            DashboardLink("SKG factory").type(DashboardLinkType.DASHBOARDS).tags(["skg"]).include_vars(True).keep_time(True)
        )
        .with_variable(DatasourceVariable("datasource").label("Data source").type("prometheus"))
    )
    for variable in _VARIABLES:
        built = built.with_variable(_variable(*variable))
    for row in rows:
        built = built.with_row(RowBuilder(row.title))
        for panel in row.panels:
            built = built.with_panel(_panel(panel))
    return JSONEncoder(sort_keys=True, indent=2).encode(built.build()) + "\n"


def _variable(name: str, label: str, everything: str, series: str) -> QueryVariable:
    return (
        QueryVariable(name)
        .label(label)
        .datasource(_SOURCE)
        .query(f"label_values({series}, {name})")
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .all_value(everything)
        .current(VariableOption(selected=True, text=["All"], value=["$__all"]))
    )


def _panel(panel: Panel) -> timeseries.Panel | stat.Panel:
    built = stat.Panel() if panel.form == "stat" else _with_legend(timeseries.Panel().min(0))
    return (
        built.title(panel.title)
        .description(panel.meaning)
        .unit(panel.unit)
        .span(WIDTHS[panel.form])
        .height(HEIGHTS[panel.form])
        .datasource(_SOURCE)
        .with_target(Dataquery().ref_id("A").expr(panel.query).legend_format(panel.legend))
    )


def _with_legend(panel: timeseries.Panel) -> timeseries.Panel:
    legend = VizLegendOptions().show_legend(True).display_mode(LegendDisplayMode.TABLE)
    return panel.legend(legend.placement(LegendPlacement.BOTTOM))


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for each in DASHBOARDS:
        (FOLDER / f"{each}.json").write_text(dashboard(each), "utf-8")
