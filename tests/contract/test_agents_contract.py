"""The Faust application over every broker that this machine has."""

from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from schemas.base import Event
from schemas.codec import Message, decode
from schemas.errors import RetryableError
from schemas.events import DeadLetter
from schemas.graph import SpatialGraph
from schemas.topics import DEAD_LETTERS, GRAPHS, SEEDS
from streams.broker.clients import Reader
from streams.broker.connection import KafkaConnection
from streams.broker.reachability import ServiceAway
from streams.broker.topic_admin import apply
from streams.demo.llm_stub import StubResponse, serving
from streams.errors import Refused
from streams.faust_app import seed_agent
from streams.llm import rate_limiter
from streams.llm.factory import make_language_agents
from streams.settings import AgentSettings
from streams.steps.seed_step import RetryPolicy
from tests.conftest import FreshService
from tests.fakes.agents_thread import Planner, Stuck, agents, message, publish, seeds
from tests.fakes.carrier import SESSION_S
from tests.fakes.slow_params import BOTH_BROKERS
from tests.fakes.steps import KeptMessagesLater
from tests.fakes.store import InMemoryStore
from tests.fakes.wait import until

pytestmark = pytest.mark.contract


@pytest.fixture(params=BOTH_BROKERS)
def settings(request: pytest.FixtureRequest, fresh_broker: FreshService, tmp_path: Path) -> AgentSettings:
    """Over a broker on which no other test has left events."""
    settings = AgentSettings(
        kafka_bootstrap=fresh_broker(request.param).bootstrap,
        kafka_session_s=SESSION_S,
        agents_group=f"agents-{uuid4().hex[:8]}",
        agents_drain_s=1.0,
        state_dir=tmp_path,
    )
    apply(settings)
    return settings


class Topic:
    """A topic's events as they come."""

    def __init__(self, settings: AgentSettings, name: str) -> None:
        self._reader, self._name = Reader(KafkaConnection.plain(settings.kafka_bootstrap), [name]), name
        self._events: list[Event] = []

    def close(self) -> None:
        self._reader.close()

    def events(self) -> list[Event]:
        self._events += [decode(self._name, r.value, r.headers) for r in self._reader.poll(0.1)]
        return self._events

    def requests(self) -> list[tuple[str, int]]:
        return [(e.seed_id, e.index) for e in self.events() if isinstance(e, SpatialGraph)]


def test_every_graph_of_every_seed_is_published_and_a_restart_plans_nothing_again(settings: AgentSettings) -> None:
    asked = seeds(10, graphs=3)
    wanted = {(seed.seed_id, index) for seed in asked for index in range(3)}
    publish(settings, [message(seed) for seed in asked])
    with closing(Topic(settings, GRAPHS)) as graphs:
        with agents(settings, Planner()):
            until(lambda: wanted <= set(graphs.requests()), 40, "all graphs")
        again, last = Planner(), seeds(1, graphs=1)
        publish(settings, [message(seed) for seed in last])
        with agents(settings, again):
            until(lambda: again.calls, 40, "the new seed")
        assert again.calls == [(last[0].seed_id, 0)]
        assert len([request for request in graphs.requests() if request in wanted]) == 30


def test_bytes_that_are_no_seed_become_a_dead_letter_as_they_were(settings: AgentSettings) -> None:
    mark = uuid4().hex.encode()
    publish(settings, [Message(SEEDS, mark, b"\xc1" + mark, (("who", mark),)), message(*seeds(1, graphs=1))])
    with closing(Topic(settings, DEAD_LETTERS)) as letters:

        def found() -> list[DeadLetter]:
            return [e for e in letters.events() if isinstance(e, DeadLetter) and e.key == mark]

        with agents(settings, Planner()):
            until(found, 40, "the dead letter")
        (letter,) = found()
        assert (letter.value, letter.headers, letter.stage) == (b"\xc1" + mark, (("who", mark),), "agents")


def test_when_not_even_a_dead_letter_can_be_published_the_process_ends_and_the_seed_comes_back(
    settings: AgentSettings,
) -> None:
    asked = seeds(1, graphs=1)
    publish(settings, [message(seed) for seed in asked])
    with agents(settings, Planner(), KeptMessagesLater(refusals=10**9), RetryPolicy(2, 0.01, 0.05)) as ended:
        until(ended.running.done, 40, "the end")
        assert isinstance(ended.running.exception(), RetryableError)
    again = Planner()
    with agents(settings, again):
        until(lambda: (asked[0].seed_id, 0) in again.calls, 40, "the redelivery")


def test_a_server_that_never_answers_properly_ends_the_process_and_the_seed_comes_back(
    settings: AgentSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limiter, "FIRST_PAUSE_S", 0.001)
    (asked,) = seeds(1, graphs=1)
    publish(settings, [message(asked)])
    with serving(lambda _: StubResponse(raw="data: [DONE]\n\n")) as stub:
        told = settings.model_copy(update={"llm_url": stub.url, "llm_model": "stub"})
        with agents(settings, make_language_agents(told, InMemoryStore()).planner) as ended:
            until(ended.running.done, 40, "the end")
            assert isinstance(ended.running.exception(), Refused)
            assert f"stub at {stub.url} sent no answer of the API, but 'data: [DONE]'" in str(ended.running.exception())
    again = Planner()
    with agents(settings, again):
        until(lambda: (asked.seed_id, 0) in again.calls, 40, "the redelivery")


def test_a_seed_that_hangs_does_not_hold_up_the_stop_and_comes_back(settings: AgentSettings) -> None:
    asked, stuck = seeds(1, graphs=1), Stuck()
    publish(settings, [message(seed) for seed in asked])
    with agents(settings, stuck) as ended:
        until(lambda: stuck.calls, 40, "the seed")
        ended.stop()
        until(ended.running.done, 20, "the stop")
        assert ended.running.exception() is None
    again = Planner()
    with agents(settings, again):
        until(lambda: (asked[0].seed_id, 0) in again.calls, 40, "the redelivery")


def test_a_broker_that_goes_away_before_faust_is_connected_is_waited_for_by_another_application(
    settings: AgentSettings,
) -> None:
    gone = settings.model_copy(update={"kafka_bootstrap": "127.0.0.1:9"})
    for _ in range(2):
        with pytest.raises(ServiceAway, match="SKG_KAFKA_BOOTSTRAP"):
            seed_agent.run(seed_agent.new_app(gone), lambda stop: None)
    asked, planner = seeds(1, graphs=1), Planner()
    publish(settings, [message(seed) for seed in asked])
    with agents(settings, planner):
        until(lambda: (asked[0].seed_id, 0) in planner.calls, 40, "the seed")
