"""What the agents say of themselves: to a probe, before and after their assignment, and when a planner hangs."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from streams.broker.topic_admin import apply
from streams.faust_app import seed_agent
from streams.settings import AgentSettings
from tests.conftest import FreshService
from tests.fakes.agents_thread import Planner, agents, message, publish, seeds
from tests.fakes.carrier import SESSION_S
from tests.fakes.slow_params import BOTH_BROKERS
from tests.fakes.stage_process import StageProcess, silent, timed
from tests.fakes.wait import until

pytestmark = pytest.mark.contract


@pytest.fixture(params=BOTH_BROKERS)
def settings(request: pytest.FixtureRequest, fresh_broker: FreshService, tmp_path: Path) -> AgentSettings:
    """Over a broker whose seeds lie in one partition, so that a second member gets none."""
    settings = AgentSettings(
        kafka_bootstrap=fresh_broker(request.param).bootstrap,
        kafka_session_s=SESSION_S,
        agents_drain_s=1.0,
        state_dir=tmp_path,
        topic_partitions="skg.seeds=1",
    )
    apply(settings)
    return settings


def test_they_are_ready_once_the_group_has_told_them_their_partitions_and_not_before(settings: AgentSettings) -> None:
    app, seen = seed_agent.new_app(settings), list[tuple[bool, int]]()

    def ready() -> bool:
        seen.append((seed_agent.is_ready(app), len(app.assigned())))
        return seen[-1][0]

    with agents(settings, Planner(), app=app):
        until(ready, 40, "ready")
        assert seen[0] == (False, 0)
        assert seen[-1] == (True, 1)


def test_a_member_for_which_no_partition_is_left_is_ready(settings: AgentSettings) -> None:
    first, second = seed_agent.new_app(settings), seed_agent.new_app(settings)
    with agents(settings, Planner(), app=first):
        until(lambda: seed_agent.is_ready(first), 40, "the first is ready")
        with agents(settings, Planner(), app=second):
            until(lambda: seed_agent.is_ready(first) and seed_agent.is_ready(second), 40, "both are ready")
            assert sorted(len(app.assigned()) for app in (first, second)) == [0, 1]


@pytest.fixture
def hanging(apache_broker: str, tmp_path: Path) -> Iterator[StageProcess]:
    """Agents of a group of their own whose planner never answers."""
    group = f"agents-{uuid4().hex[:8]}"
    environment = {
        "SKG_KAFKA_BOOTSTRAP": apache_broker, "SKG_KAFKA_SESSION_S": str(SESSION_S), "SKG_AGENTS_GROUP": group,
        "SKG_CALL_S": "2", "SKG_AGENTS_DRAIN_S": "1",
    }  # fmt: skip
    apply(AgentSettings(kafka_bootstrap=apache_broker))
    process = StageProcess("agents", tmp_path, environment, "hang")
    yield process
    process.kill()


def test_a_process_whose_planner_hangs_fails_its_probes_and_ends_in_time(hanging: StageProcess, apache_broker: str) -> None:
    assert hanging.ask("/healthz")[0] == 200
    assert hanging.becomes("/readyz", 200) == "ready"
    publish(AgentSettings(kafka_bootstrap=apache_broker), [message(seed) for seed in seeds(3, graphs=1)])
    assert hanging.becomes("/healthz", 503) == "stuck"
    assert hanging.ask("/readyz") == (503, "stuck")
    with timed(10, "the end"):
        assert hanging.stop(30) == 0
    assert len(hanging.lines("stopped")) == 1
    assert len(hanging.lines("seeds in flight did not finish")) == 1
    assert "Traceback" not in hanging.log()


def test_agents_end_with_one_line_that_is_no_error_while_their_broker_is_silent(
    fresh_broker: FreshService, tmp_path: Path
) -> None:
    bootstrap = fresh_broker("apache").bootstrap
    apply(AgentSettings(kafka_bootstrap=bootstrap))
    process = StageProcess("agents", tmp_path, {"SKG_KAFKA_BOOTSTRAP": bootstrap, "SKG_KAFKA_SESSION_S": str(SESSION_S)})
    try:
        process.becomes("/readyz", 200)
        with silent(int(bootstrap.rpartition(":")[2])):
            process.says("waiting for Kafka")
            before = len(process.log().splitlines())
            assert process.stop(30) == 0
        [last] = process.log().splitlines()[before:]
        assert '"stopped"' in last
        assert '"error"' not in last
    finally:
        process.kill()
