"""Every series is there at zero before the first event: an increase to 1 fires only where there was a 0."""

import subprocess
import sys
from typing import get_args

import pytest
from prometheus_client import REGISTRY

from agents.llm.box_hints import UNKNOWN_OBJECT, UNREADABLE
from monitoring.metrics import StageMetrics, set_waiting
from schemas.events import STAGES
from schemas.llm.contract import LAYOUT_FAULTS
from schemas.reasons import DEAD_LETTER_REASONS, GATES, OUTCOMES_OF, REASONS, REJECTED_BY, SERVICES
from schemas.topics import TOPICS
from spatial.layout.layout_faults import FaultKind

FRESH = """
import sys
from monitoring.metrics import StageMetrics
from prometheus_client import generate_latest
StageMetrics(sys.argv[1])
sys.stdout.write(generate_latest().decode())
"""

ASKING = """
import sys
from monitoring.llm_metrics import LanguageMetrics
from prometheus_client import generate_latest
LanguageMetrics(sys.argv[1], [("edges", "paid"), ("nodes", "free")], {"paid"})
sys.stdout.write(generate_latest().decode())
"""


def shown(stage: str, program: str = FRESH) -> dict[str, float]:
    """The series of a fresh process of the stage."""
    done = subprocess.run([sys.executable, "-c", program, stage], capture_output=True, text=True, check=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("skg_")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines) if "_created" not in name}


@pytest.mark.parametrize("stage", STAGES)
def test_each_stage_shows_its_dead_letters_topics_and_rejections_at_zero(stage: str) -> None:
    series = shown(stage)
    for reason in DEAD_LETTER_REASONS:
        assert series[f'skg_dead_letters_total{{reason="{reason}",stage="{stage}"}}'] == 0
    for topic in TOPICS.values():
        if stage in topic.producer:
            assert series[f'skg_produced_events_total{{stage="{stage}",topic="{topic.name}"}}'] == 0
    for gate, reasons in REJECTED_BY.get(stage, {}).items():
        for reason in reasons:
            assert series[f'skg_rejected_total{{gate="{gate}",reason="{reason}",stage="{stage}"}}'] == 0
    for outcome in OUTCOMES_OF.get(stage, ()):
        assert series[f'skg_outcomes_total{{outcome="{outcome}",stage="{stage}"}}'] == 0
    assert set(series.values()) == {0.0}


def test_agents_that_ask_a_model_show_its_calls_its_money_and_its_faults_at_zero() -> None:
    series = shown("agents", ASKING)
    for kind in LAYOUT_FAULTS:
        assert series[f'skg_layout_hint_faults_total{{kind="{kind}"}}'] == 0
    assert series['skg_language_cost_total{model="paid",stage="edges"}'] == 0
    assert 'skg_language_cost_total{model="free",stage="nodes"}' not in series
    assert series['skg_language_calls_total{outcome="failed",stage="nodes"}'] == 0
    assert series['skg_language_tokens_total{kind="input",model="free",stage="nodes"}'] == 0


def test_the_faults_of_layouts_that_count_are_those_that_are_found() -> None:
    assert set(LAYOUT_FAULTS) == {*get_args(FaultKind), UNREADABLE, UNKNOWN_OBJECT}


def test_gates_and_reasons_of_stages_are_those_of_the_table() -> None:
    assert {gate for gates in REJECTED_BY.values() for gate in gates} == set(GATES)
    assert {reason for gates in REJECTED_BY.values() for reasons in gates.values() for reason in reasons} == set(REASONS)


def test_a_wait_names_one_service_and_its_end_names_none() -> None:
    metrics = StageMetrics("render")

    def waits() -> set[str]:
        found = {name: REGISTRY.get_sample_value("skg_waiting", {"stage": "render", "service": name}) for name in SERVICES}
        assert set(found.values()) <= {0.0, 1.0}
        return {name for name, value in found.items() if value}

    set_waiting("render", "broker")
    metrics.set_waiting("store")
    assert waits() == {"broker", "store"}
    metrics.set_waiting(None)
    assert waits() == set()
