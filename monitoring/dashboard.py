"""The Grafana dashboard as code: throughput, rejection rate by reason, lag, age, seconds a stage, language models.

In: nothing.  Out: the dashboard's JSON (`python -m monitoring.dashboard` writes it).  The JSON is committed; a test
holds it to this file, and each query to the declared metrics.
"""

from pathlib import Path

from grafana_foundation_sdk.builders.common import VizLegendOptions
from grafana_foundation_sdk.builders.dashboard import Dashboard, DatasourceVariable
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.builders.timeseries import Panel
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import LegendDisplayMode, LegendPlacement
from grafana_foundation_sdk.models.dashboard import DataSourceRef

from monitoring import llm_panels

FILE = Path(__file__).parent / "dashboards" / "skg-factory.json"
_SOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")

_REJECTED = "sum by (stage) (rate(skg_rejected_total[$__rate_interval]))"
_ACCEPTED = "sum by (stage) (rate(skg_accepted_total[$__rate_interval]))"

PANELS: tuple[tuple[str, str, str, str, str], ...] = (
    # title, unit, legend, query, what it tells
    ("Accepted a second", "ops", "{{stage}}", _ACCEPTED, "Work that passed each stage."),
    (
        "Samples stored a minute", "short", "samples",
        'sum(rate(skg_accepted_total{stage="write"}[$__rate_interval])) * 60', "How fast the dataset grows.",
    ),
    (
        "Rejection rate", "percentunit", "{{stage}}", f"{_REJECTED} / ({_REJECTED} + {_ACCEPTED})",
        "Share of finished work that was rejected. Near 1 or at 0 for long: a gate is broken.",
    ),
    (
        "Rejections a second by reason", "ops", "{{stage}}: {{gate}} / {{reason}}",
        "sum by (stage, gate, reason) (rate(skg_rejected_total[$__rate_interval]))", "Why work was rejected.",
    ),
    (
        "Pictures drawn again a second by reason", "ops", "{{gate}} / {{reason}}",
        "sum by (gate, reason) (rate(skg_redrawn_total[$__rate_interval]))",
        "Given up for another attempt; their requests are still open.",
    ),
    (
        "Lag", "short", "{{stage}}", "sum by (stage) (skg_group_lag_events)",
        "Events not read and committed, as the broker counts them: of stages without a process too.",
    ),
    (
        "Members of the groups", "short", "{{stage}}", "sum by (stage) (skg_group_members)",
        "Processes that the broker knows. 0 with lag: start some.",
    ),
    (
        "Oldest unread event", "s", "{{stage}}", "max by (stage) (skg_group_oldest_unread_seconds)",
        "How long the event has waited that has waited longest.",
    ),
    (
        "Time without progress", "s", "{{stage}}", "max by (stage) (skg_group_still_seconds)",
        "Of stages with members and lag. High: stuck.",
    ),
    ("In flight", "short", "{{stage}}", "sum by (stage) (skg_in_flight_events)", "Events taken and not finished."),
    (
        "Seconds of one unit of work (p90)", "s", "{{stage}}",
        "histogram_quantile(0.9, sum by (stage, le) (rate(skg_stage_seconds_bucket[$__rate_interval])))",
        "Waiting excluded.",
    ),
    (
        "Age of events when taken (p90)", "s", "{{stage}}",
        "histogram_quantile(0.9, sum by (stage, le) (rate(skg_event_age_seconds_bucket[$__rate_interval])))",
        "High: the stage needs more processes.",
    ),
    (
        "Questions a second by kind", "ops", "{{kind}}",
        "sum by (kind) (rate(skg_questions_total[$__rate_interval]))", "The mix of what is asked.",
    ),
    (
        "Dead letters and retries", "ops", "{{stage}} {{reason}}",
        "sum by (stage, reason) (rate(skg_dead_letters_total[$__rate_interval]))"
        " or sum by (stage) (rate(skg_retries_total[$__rate_interval]))",
        "Messages that could not be processed; attempts repeated.",
    ),
    (
        "Consumed a second", "ops", "{{stage}}",
        "sum by (stage) (rate(skg_consumed_events_total[$__rate_interval]))", "Redeliveries included.",
    ),
    (
        "Published a second", "ops", "{{stage}} to {{topic}}",
        "sum by (stage, topic) (rate(skg_produced_events_total[$__rate_interval]))", "Acknowledged by the broker.",
    ),
)  # fmt: skip


def dashboard() -> str:
    """The dashboard as JSON text."""
    built = (
        Dashboard("SKG factory")
        .uid("skg-factory")
        .tags(["skg"])
        .refresh("10s")
        .time("now-1h", "now")
        .with_variable(DatasourceVariable("datasource").label("Data source").type("prometheus"))
    )
    for title, unit, legend, query, meaning in (*PANELS, *llm_panels.PANELS):
        built = built.with_panel(
            _panel(title, unit, meaning).with_target(Dataquery().ref_id("A").expr(query).legend_format(legend))
        )
    return JSONEncoder(sort_keys=True, indent=2).encode(built.build()) + "\n"


def _panel(title: str, unit: str, meaning: str) -> Panel:
    legend = VizLegendOptions().show_legend(True).display_mode(LegendDisplayMode.TABLE)
    return (
        Panel()
        .title(title)
        .description(meaning)
        .unit(unit)
        .min(0)
        .span(12)
        .height(8)
        .datasource(_SOURCE)
        .legend(legend.placement(LegendPlacement.BOTTOM))
    )


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(dashboard(), "utf-8")
