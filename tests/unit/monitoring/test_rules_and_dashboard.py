"""Rules and dashboard ask only for metrics that the factory declares, and promtool agrees with the rules."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client import REGISTRY, Counter, Gauge, Histogram

import monitoring.group_metrics
import monitoring.llm_metrics
import monitoring.metrics
from monitoring.dashboard import DASHBOARDS, FOLDER, dashboard
from streams.services.program_cache import find_program
from tests.fakes.services import require
from tests.unit.monitoring.test_recorded_alerts import FIRED

RULES = Path(monitoring.metrics.__file__).parent / "rules"
RUNBOOK = RULES.parents[1] / "docs" / "runbook.md"
OF_THE_GRAFANA = {"$__rate_interval": "5m"}
ALERTS = {"alertstate", "alertname"}
"""Labels of the series that Prometheus makes of alerts."""
OF_THE_SCRAPE = {"namespace", "instance", "job"}
"""Labels that Prometheus gives every series."""


def _rules(kind: str) -> list[dict[str, Any]]:
    """The rules of a kind: `record` or `alert`."""
    groups = yaml.safe_load((RULES / "skg.yaml").read_text("utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"] if kind in rule]


def _declared() -> dict[str, set[str]]:
    """Every sample name that a scrape can show, with its labels."""
    names: dict[str, set[str]] = {family.name: set(family.labels) for family in monitoring.group_metrics.FAMILIES}
    for metric in (*vars(monitoring.metrics).values(), *vars(monitoring.llm_metrics).values()):
        if not isinstance(metric, Counter | Gauge | Histogram):
            continue
        labels = set(metric._labelnames)
        family = metric.describe()[0]
        for suffix in {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}[family.type]:
            names[family.name + suffix] = labels | ({"le"} if suffix == "_bucket" else set())
    return names


def _queries() -> list[str]:
    of_panels = [panel.query for _, rows in DASHBOARDS.values() for row in rows for panel in row.panels]
    ours = [query for query in of_panels if "skg_" in query]
    assert len(of_panels) - len(ours) <= 7, "those of Prometheus itself, of processes and of devices"
    return ours + [rule["expr"] for rule in _rules("record") + _rules("alert")]


def _expanded(query: str) -> str:
    """The query with what its recorded series are recorded from."""
    for rule in reversed(_rules("record")):
        query = query.replace(rule["record"], f"({rule['expr']})")
    return query


@pytest.mark.parametrize("query", _queries())
def test_a_query_parses_and_names_only_declared_metrics_and_labels(query: str):
    for variable, value in OF_THE_GRAFANA.items():
        query = query.replace(variable, value)
    promql_parser.parse(query)
    query = _expanded(query)
    assert "skg:" not in query
    declared = _declared()
    asked = re.findall(r"skg_[a-z_]+", query)
    assert asked
    allowed = (OF_THE_SCRAPE | ALERTS).union(*(declared[name] for name in asked))
    for group in re.findall(r"by \(([^)]*)\)", query):
        assert {label.strip() for label in group.split(",")} <= allowed
    for label in re.findall(r"[{,](\w+)=", query):
        assert label in allowed


def test_every_metric_has_a_help_text_that_says_something():
    ours = [family for family in REGISTRY.collect() if family.name.startswith("skg_")]
    assert len(ours) >= 10
    for family in ours:
        assert len(family.documentation.split()) >= 3, family.name


@pytest.mark.parametrize("name", DASHBOARDS)
def test_the_committed_dashboards_are_what_the_code_generates(name: str):
    assert (FOLDER / f"{name}.json").read_text("utf-8") == dashboard(name), "run `make schemas` and commit what changed"
    assert {path.stem for path in FOLDER.iterdir()} == set(DASHBOARDS)


def test_the_overview_shows_throughput_rejection_rate_by_reason_and_lag():
    titles = {panel["title"] for panel in json.loads(dashboard("skg-factory"))["panels"]}
    assert {"Accepted a second", "Rejection rate", "Rejections a second by reason", "Lag"} <= titles


@pytest.mark.thorough
@pytest.mark.parametrize("command", [("check", "rules", "skg.yaml"), ("test", "rules", "skg.test.yaml")])
def test_promtool_accepts_the_rules_and_every_alert_fires_and_stays_quiet_as_it_should(command: tuple[str, ...]):
    require("promtool")
    done = subprocess.run([str(find_program("promtool")), *command], cwd=RULES, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("rule", _rules("alert"), ids=lambda rule: rule["alert"])
def test_every_alert_says_what_it_is_how_bad_and_what_to_do(rule: dict[str, Any]):
    assert rule["labels"]["severity"] in {"critical", "warning"}
    said = rule["annotations"]
    assert set(said) == {"summary", "description", "runbook_url"}
    assert said["runbook_url"] == f"docs/runbook.md#{rule['alert'].lower()}"
    section = RUNBOOK.read_text("utf-8").partition(f"## {rule['alert']}\n")[2].partition("\n## ")[0]
    assert all(part in section for part in ("**Means:**", "**Look at:**", "**Do:**"))
    kept = set(re.findall(r"by \(([^)]*)\)", _expanded(rule["expr"])))
    named = set(re.findall(r"\$labels\.(\w+)", " ".join(said.values())))
    assert named <= {label.strip() for labels in kept for label in labels.split(",")}


@pytest.mark.parametrize("rule", _rules("alert"), ids=lambda rule: rule["alert"])
def test_every_alert_fires_at_a_moment_of_a_recorded_run_and_is_quiet_at_another(rule: dict[str, Any]):
    moments = [{name for name, _, _ in alerts} for run in FIRED.values() for _, _, alerts in run]
    assert {rule["alert"] in firing for firing in moments} == {True, False}


def test_recorded_runs_raise_no_alert_that_is_not_there():
    fired = {name for run in FIRED.values() for _, _, alerts in run for name, _, _ in alerts}
    assert fired == {rule["alert"] for rule in _rules("alert")}


def test_the_runbook_has_no_section_of_an_alert_that_is_not_there():
    assert re.findall(r"^## (\w+)", RUNBOOK.read_text("utf-8"), re.M) == [rule["alert"] for rule in _rules("alert")]


def test_every_metric_of_language_models_has_a_panel_or_an_alert():
    asked = " ".join(_queries())
    ours = [m for m in vars(monitoring.llm_metrics).values() if isinstance(m, Counter | Gauge | Histogram)]
    assert len(ours) >= 8
    for metric in ours:
        assert metric.describe()[0].name in asked


def test_every_metric_of_the_lag_exporter_has_an_alert_and_a_meaning():
    asked = " ".join(_queries())
    for family in monitoring.group_metrics.FAMILIES:
        assert family.name in asked
        assert len(family.meaning.split()) >= 3


def test_no_alert_and_no_panel_trusts_what_a_process_says_of_its_own_lag():
    assert "skg_consumer_lag_events" not in " ".join(_queries())
    assert monitoring.metrics.LAG.describe()[0].documentation.startswith("Deprecated")
