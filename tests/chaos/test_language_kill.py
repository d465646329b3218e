"""The factory on a language model of good days and bad: `kill -9` of the agents in its middle changes nothing, nor is
an answer paid twice.
"""

import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from schemas.events import STAGES, SeedConcept
from schemas.ids import make_seed
from streams.demo.llm_answers import delayed, lifelike
from streams.demo.llm_stub import Stub, StubRequest, StubResponse, serving
from streams.settings import StoreSettings
from tests.chaos.factory import WITHIN_S, Factory
from tests.conftest import FreshService
from tests.fakes.services import Pool, start
from tests.fakes.slow_params import slow
from tests.fakes.wait import until

pytestmark = pytest.mark.chaos

SEEDS = [make_seed(concept, count=5) for concept in ("street market", "kitchen", "living room", "park", "desk")]
LATENCY_S = 0.1


@dataclass
class Speaking(Factory):
    """A factory whose agents and judges speak to a model."""

    url: str = ""

    def _environment(self) -> dict[str, str]:
        return super()._environment() | {
            "SKG_LLM_URL": self.url,
            "SKG_LLM_MODEL": "stub-planner",
            "SKG_MLLM_URL": self.url,
            "SKG_MLLM_MODEL": "stub-author",
            "SKG_MLLM_CHECK_MODEL": "stub-checker",
        }


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving(delayed(lifelike, LATENCY_S)) as running:
        yield running


@pytest.fixture
def factory(fresh_broker: FreshService, minio_store: StoreSettings, tmp_path: Path, stub: Stub) -> Iterator[Speaking]:
    factory = Speaking(fresh_broker("apache").bootstrap, minio_store, tmp_path, SEEDS, url=stub.url)
    yield factory
    factory.kill()


@pytest.fixture(scope="module")
def undisturbed(services: Pool, tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The graph ids of a run in which nothing happens to the factory."""
    folder = tmp_path_factory.mktemp("undisturbed")
    with serving(delayed(lifelike, LATENCY_S)) as stub, start("apache", folder / "broker") as broker:
        factory = Speaking(broker.bootstrap, services.bucket("minio"), folder, SEEDS, url=stub.url)
        try:
            factory.run_undisturbed()
            graphs, _ = factory.announced()
        finally:
            factory.kill()
    assert not factory.outcomes.dead_letters
    return graphs


def _paid_twice(stub: Stub) -> list[str]:
    """Planning questions that got a whole answer more than once: those that failed over HTTP are asked again."""
    answered = Counter((asked.stage, asked.key, asked.repairs) for asked in stub.asked if _answers(stub, asked))
    return [stage for (stage, *_), count in answered.items() if count > 1]


def _answers(stub: Stub, asked: StubRequest) -> bool:
    says: StubResponse = lifelike(asked)
    return says.status == 200 and not says.reset


@pytest.mark.parametrize(
    ("step", "count"), [slow("consumed", 3), slow("put", 25), ("published", 2), slow("before_commit", 1)]
)
def test_agents_killed_in_the_middle_make_the_graphs_of_an_undisturbed_run_and_nothing_is_lost_or_doubled(
    undisturbed: set[str], factory: Speaking, stub: Stub, step: str, count: int
) -> None:
    factory.publish()
    for other in STAGES:
        if other != "agents":
            factory.start(other)
    if step == "before_commit":  # Faust commits by itself: kill from outside once answers are under way
        victim = factory.start("agents")
        until(partial(_asked_for_edges, stub), WITHIN_S, "relations are asked for")
        victim.kill()
    else:
        victim = factory.start("agents", step, str(count))
    assert victim.wait(WITHIN_S) == -signal.SIGKILL
    factory.start("agents")
    factory.finish()
    assert factory.stop() == dict.fromkeys(STAGES, 0)

    rows = factory.rows()
    assert len(rows) == len(set(rows))
    graphs, images = factory.announced()
    assert graphs == undisturbed  # of two that are near duplicates either may become the sample, so samples may differ
    assert len(rows) >= len(SEEDS)
    assert factory.images() == images == factory.referenced()
    assert not factory.outcomes.dead_letters
    in_hand = 16 * 2
    assert len(_paid_twice(stub)) <= in_hand  # what was under way when it was killed, and nothing else


def _asked_for_edges(stub: Stub) -> bool:
    return sum(asked.stage == "edges" for asked in stub.asked) >= 8


def test_a_model_that_hangs_for_one_seed_loses_nothing_when_the_agents_are_killed(
    fresh_broker: FreshService, minio_store: StoreSettings, tmp_path: Path
) -> None:
    """The slow head: the first seed's model call hangs, the others finish, then the agents die."""
    head = make_seed("harbour", count=1)
    others: list[SeedConcept] = [make_seed(concept, count=2) for concept in ("kitchen", "park", "desk")]
    hanging = [True]

    def script(asked: StubRequest) -> StubResponse:
        stuck = hanging[0] and asked.given.get("concept") == "harbour"
        return StubResponse(delay_s=60.0) if stuck else lifelike(asked)

    with serving(script) as stub:
        broker = fresh_broker("apache").bootstrap
        factory = Speaking(broker, minio_store, tmp_path, [head, *others], url=stub.url)
        try:
            factory.publish()
            for kind in STAGES:
                factory.start(kind)
            until(lambda: _open_requests(factory) == {(head.seed_id, 0)}, WITHIN_S, "everything but the head has ended")
            factory.running["agents"].kill()
            factory.running["agents"].wait(10)
            hanging[0] = False
            factory.start("agents")
            factory.finish()
            assert factory.stop() == dict.fromkeys(STAGES, 0)
            assert not factory.outcomes.dead_letters
        finally:
            factory.kill()


def _open_requests(factory: Speaking) -> set[tuple[str, int]]:
    factory.watch()
    return set(factory.outcomes.open)
