"""Alerts over a recorded run: which fire when one thing after the other goes wrong, and that no other does.

The series are those of a real factory over 40 minutes (`python -m tests.alerts services`), one value every 15 s.
"""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.services.program_cache import find_program
from tests.alerts.prometheus import FIRING, RULES
from tests.fakes.services import require

RECORDED = Path(__file__).parents[2] / "alerts" / "recorded.yaml"

DEAD_LETTER = ("SkgDeadLetters", "warning", {"stage": "render", "reason": "undecodable"})
REFUSALS = ("SkgRejectionRateHigh", "warning", {"stage": "agents"})
NO_MEMBER = ("SkgNoMember", "critical", {"stage": "render"})
STORE = ("SkgServiceAway", "critical", {"stage": "render", "service": "store"})
BROKER = ("SkgBrokerAway", "critical", {})
BUDGET = ("SkgTokenBudgetSpent", "warning", {"role": "agents"})
HUNG = ("SkgHung", "critical", {"stage": "render"})
STILL = ("SkgNoProgress", "critical", {"stage": "render"})

Alert = tuple[str, str, dict[str, str]]

FIRED: tuple[tuple[str, float, tuple[Alert, ...]], ...] = (
    # moment, seconds after it, all that fires then
    ("poison, a bulk feed and a concept that no scene fits", -15, ()),
    ("poison, a bulk feed and a concept that no scene fits", 60, (DEAD_LETTER,)),
    ("render is killed", 240, (DEAD_LETTER,)),
    ("render is killed", 390, (DEAD_LETTER, REFUSALS, NO_MEMBER)),
    ("render is back", 30, (DEAD_LETTER, REFUSALS)),
    ("the store dies", 105, (DEAD_LETTER, REFUSALS)),
    ("the store dies", 195, (STORE,)),
    ("the store is back", 45, ()),
    ("the broker dies", 90, ()),
    ("the broker dies", 180, (BROKER,)),
    ("the broker is back", 45, ()),
    ("the agents have a budget", 45, (BUDGET,)),
    ("render hangs", 150, (BUDGET, HUNG)),
    ("render hangs", 600, (BUDGET, HUNG)),
    ("render hangs", 750, (BUDGET, HUNG, STILL)),
)


@pytest.fixture(scope="module")
def recorded() -> dict[str, Any]:
    """The recording."""
    found: dict[str, Any] = yaml.safe_load(RECORDED.read_text("utf-8"))
    return found


def _promtool(recorded: dict[str, Any], folder: Path, cases: list[dict[str, Any]]) -> str:
    """What promtool complains about, nothing where all cases hold."""
    require("promtool")
    every = f"{recorded['interval_s']:g}s"
    tests = [{"interval": every, "input_series": recorded["series"], "promql_expr_test": cases}]
    file = folder / "recorded.test.yaml"
    file.write_text(yaml.safe_dump({"rule_files": [str(RULES)], "evaluation_interval": every, "tests": tests}), "utf-8")
    command = [str(find_program("promtool")), "test", "rules", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def _sample(alert: Alert, instance: str) -> dict[str, Any]:
    name, severity, own = alert
    labels = {"alertname": name, "alertstate": "firing", "severity": severity, **own}
    if name == "SkgHung":
        labels["instance"] = instance
    return {"labels": f"ALERTS{{{','.join(f'{label}={value!r}' for label, value in labels.items())}}}", "value": 1}


def _hung(recorded: dict[str, Any]) -> str:
    """The instance that hung."""
    (series,) = (each["series"] for each in recorded["series"] if "skg_hung{" in each["series"] and " 1" in each["values"])
    return str(series.partition('instance="')[2].partition('"')[0])


@pytest.mark.thorough
def test_each_thing_that_goes_wrong_raises_its_alerts_and_no_others(recorded: dict[str, Any], tmp_path: Path) -> None:
    instance = _hung(recorded)
    cases = [
        {
            "expr": FIRING,
            "eval_time": f"{recorded['moments'][moment] + later:g}s",
            "exp_samples": [_sample(alert, instance) for alert in alerts],
        }
        for moment, later, alerts in FIRED
    ]
    assert _promtool(recorded, tmp_path, cases) == ""


def test_the_recording_has_series_of_every_metric_that_the_fired_alerts_ask_for(recorded: dict[str, Any]) -> None:
    names = {each["series"].partition("{")[0] for each in recorded["series"]}
    assert {"skg_group_lag_events", "skg_hung", "skg_waiting", "skg_dead_letters_total", "skg_rejected_total"} <= names
    assert recorded["interval_s"] == 15.0
    assert {moment for moment, _, _ in FIRED} <= set(recorded["moments"])
