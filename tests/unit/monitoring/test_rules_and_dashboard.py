"""Rules and dashboard ask only for metrics that the factory declares, and promtool agrees with the rules."""

import json
import re
import subprocess
from pathlib import Path

import promql_parser
import pytest
import yaml
from prometheus_client import REGISTRY, Counter, Gauge, Histogram

import monitoring.group_metrics
import monitoring.llm_metrics
import monitoring.metrics
from monitoring.dashboard import FILE, dashboard
from streams.services.program_cache import find_program
from tests.fakes.services import require

RULES = Path(monitoring.metrics.__file__).parent / "rules"
OF_THE_GRAFANA = {"$__rate_interval": "5m"}


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
    panels = json.loads(FILE.read_text("utf-8"))["panels"]
    of_panels = [target["expr"] for panel in panels for target in panel["targets"]]
    groups = yaml.safe_load((RULES / "skg.yaml").read_text("utf-8"))["groups"]
    return of_panels + [rule["expr"] for group in groups for rule in group["rules"]]


@pytest.mark.parametrize("query", _queries())
def test_a_query_parses_and_names_only_declared_metrics_and_labels(query: str):
    for variable, value in OF_THE_GRAFANA.items():
        query = query.replace(variable, value)
    promql_parser.parse(query)
    declared = _declared()
    asked = re.findall(r"skg_[a-z_]+", query)
    assert asked
    allowed = set().union(*(declared[name] for name in asked))
    for group in re.findall(r"by \(([^)]*)\)", query):
        assert {label.strip() for label in group.split(",")} <= allowed
    for label in re.findall(r"[{,](\w+)=", query):
        assert label in allowed


def test_every_metric_has_a_help_text_that_says_something():
    ours = [family for family in REGISTRY.collect() if family.name.startswith("skg_")]
    assert len(ours) >= 10
    for family in ours:
        assert len(family.documentation.split()) >= 3, family.name


def test_the_committed_dashboard_is_what_the_code_generates():
    assert FILE.read_text("utf-8") == dashboard(), "run `make schemas` and commit what changed"


def test_the_dashboard_shows_throughput_rejection_rate_by_reason_and_lag():
    titles = {panel["title"] for panel in json.loads(FILE.read_text("utf-8"))["panels"]}
    assert {"Accepted a second", "Rejection rate", "Rejections a second by reason", "Lag"} <= titles


@pytest.mark.thorough
@pytest.mark.parametrize("command", [("check", "rules", "skg.yaml"), ("test", "rules", "skg.test.yaml")])
def test_promtool_accepts_the_rules_and_every_alert_fires_and_stays_quiet_as_it_should(command: tuple[str, ...]):
    require("promtool")
    done = subprocess.run([str(find_program("promtool")), *command], cwd=RULES, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_has_a_test():
    groups = yaml.safe_load((RULES / "skg.yaml").read_text("utf-8"))["groups"]
    alerts = {rule["alert"] for group in groups for rule in group["rules"]}
    tested = yaml.safe_load((RULES / "skg.test.yaml").read_text("utf-8"))["tests"]
    assert {case["alertname"] for test in tested for case in test["alert_rule_test"]} == alerts


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
