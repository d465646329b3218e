"""Alerts over a recorded run: which fire when one thing after the other goes wrong, and that no other does.

The series are those of real factories over 30 to 43 minutes (`python -m tests.alerts services|models|bulk|waits`), a
value every 15 s.
"""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.services.program_cache import find_program
from tests.alerts.prometheus import FIRING, RULES
from tests.fakes.services import require

RECORDED = Path(__file__).parents[2] / "alerts" / "recorded"

DEAD_LETTER = ("SkgDeadLetters", "warning", {"stage": "render", "reason": "undecodable"})
REFUSALS = ("SkgRejectionRateHigh", "warning", {"stage": "agents"})
NO_MEMBER = ("SkgNoMember", "critical", {"stage": "render"})
STORE = ("SkgServiceAway", "critical", {"stage": "render", "service": "store"})
BROKER = ("SkgBrokerAway", "critical", {})
BUDGET = ("SkgTokenBudgetSpent", "warning", {"role": "agents"})
HUNG = ("SkgHung", "critical", {"stage": "render"})
STILL = ("SkgNoProgress", "critical", {"stage": "render"})

DISK = ("SkgTableUnavailable", "critical", {"stage": "write", "service": "disk"})
FULL = ("SkgDiskFills", "warning", {"stage": "write", "folder": "dataset"})
WRITER_RETRIED = ("SkgRetrying", "warning", {"stage": "write"})
AGENTS_RETRIED = ("SkgRetrying", "warning", {"stage": "agents"})
MODEL_AWAY = ("SkgServiceAway", "critical", {"stage": "agents", "service": "model"})
MODEL = ("SkgLanguageModelFailing", "warning", {"stage": "nodes"})

UNREAD_OLD = ("SkgUnreadOld", "warning", {"stage": "render"})
EXPIRING = ("SkgEventsExpire", "critical", {"stage": "render"})
NO_WRITER = ("SkgNoMember", "critical", {"stage": "write"})
NOTHING_REJECTED = ("SkgNothingRejected", "warning", {})
LAG_UNKNOWN = ("SkgLagUnknown", "warning", {})
PICTURES_REFUSED = ("SkgRejectionRateHigh", "warning", {"stage": "examine"})

Alert = tuple[str, str, dict[str, str]]

SERVICES: tuple[tuple[str, float, tuple[Alert, ...]], ...] = (
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


MODELS: tuple[tuple[str, float, tuple[Alert, ...]], ...] = (
    ("the disk fills", 105, ()),
    ("the disk fills", 210, (DISK,)),
    ("the disk fills", 345, (DISK, FULL)),
    ("the disk has room", 45, ()),
    ("the model is away", 120, (WRITER_RETRIED,)),
    ("the model is away", 195, (WRITER_RETRIED, MODEL_AWAY)),
    ("the model is away", 330, (MODEL_AWAY,)),
    ("the model is away", 555, (MODEL_AWAY, MODEL, AGENTS_RETRIED)),
    ("the model is back", 45, (MODEL, AGENTS_RETRIED)),
    ("the model is back", 720, ()),
)

# Nobody reads what the examiner of this run accepts.
BULK: tuple[tuple[str, float, tuple[Alert, ...]], ...] = (
    ("very many pictures", 240, ()),
    ("very many pictures", 420, (NO_WRITER,)),
    ("very many pictures", 660, (NO_WRITER, NOTHING_REJECTED)),
    ("the examiner rejects", 45, (NO_WRITER,)),
    ("nobody shows the lag", 570, ()),
    ("nobody shows the lag", 615, (LAG_UNKNOWN,)),
    ("nobody shows the lag", 675, (LAG_UNKNOWN, PICTURES_REFUSED)),
    ("the lag is shown again", 30, (PICTURES_REFUSED,)),
    ("the lag is shown again", 75, ()),
)

WAITS: tuple[tuple[str, float, tuple[Alert, ...]], ...] = (
    ("one of five renderers hangs", 600, ()),
    ("one of five renderers hangs", 1080, (UNREAD_OLD,)),
    ("it is gone", 45, ()),
    ("events come that are three days old", 285, ()),
    ("events come that are three days old", 345, (UNREAD_OLD,)),
    ("events come that are three days old", 945, (UNREAD_OLD, EXPIRING)),
    ("the other one is gone", 45, ()),
)

FIRED = {"services": SERVICES, "models": MODELS, "bulk": BULK, "waits": WAITS}
"""By the name of the run."""


def _recorded(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((RECORDED / f"{name}.yaml").read_text("utf-8"))
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
@pytest.mark.parametrize("name", FIRED)
def test_each_thing_that_goes_wrong_raises_its_alerts_and_no_others(name: str, tmp_path: Path) -> None:
    recorded = _recorded(name)
    instance = _hung(recorded) if name == "services" else ""
    cases = [
        {
            "expr": FIRING,
            "eval_time": f"{recorded['moments'][moment] + later:g}s",
            "exp_samples": [_sample(alert, instance) for alert in alerts],
        }
        for moment, later, alerts in FIRED[name]
    ]
    assert _promtool(recorded, tmp_path, cases) == ""


@pytest.mark.parametrize("name", FIRED)
def test_a_recording_has_series_of_what_the_fired_alerts_ask_for_and_their_moments(name: str) -> None:
    recorded = _recorded(name)
    names = {each["series"].partition("{")[0] for each in recorded["series"]}
    assert {"skg_group_lag_events", "skg_hung", "skg_waiting", "skg_dead_letters_total", "skg_rejected_total"} <= names
    assert recorded["interval_s"] == 15.0
    assert {moment for moment, _, _ in FIRED[name]} <= set(recorded["moments"])
