"""`skg requests` over a real broker and real tables: it shows what a factory lost."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitoring.traces import child_of
from schemas.codec import to_message
from schemas.errors import PermanentError
from schemas.ids import make_seed
from streams.broker import topic_admin
from streams.broker.clients import Publisher
from streams.broker.connection import KafkaConnection
from streams.cli.root import run
from streams.settings import KafkaSettings
from streams.steps.dead_letters import dead_letter
from tests.conftest import FreshService
from tests.fakes.events import make_graph, make_qa, make_rejection
from tests.fakes.gallery import store_rejections, store_samples
from tests.fakes.steps import record_of

pytestmark = pytest.mark.contract

Skg = Callable[..., tuple[int, list[str], str]]


@pytest.fixture
def skg(capfd: pytest.CaptureFixture[str]) -> Skg:
    def call(*arguments: object) -> tuple[int, list[str], str]:
        code = run(list(map(str, arguments)))
        said, fault = capfd.readouterr()
        return code, said.splitlines(), fault

    return call


@pytest.mark.parametrize("kind", ["tansu", "apache"])
def test_what_was_lost_is_listed_and_what_ended_is_not(
    skg: Skg, fresh_broker: FreshService, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap, uri = fresh_broker(kind).bootstrap, str(tmp_path / "table")
    monkeypatch.setenv("SKG_KAFKA_BOOTSTRAP", bootstrap)
    topic_admin.apply(KafkaSettings(kafka_bootstrap=bootstrap))
    seed = make_seed("a cat beside a dog", 159)
    graphs = [make_graph(seed, index) for index in range(159)]
    letters = [
        dead_letter(record_of(graph, graph.index), "render", PermanentError("failed", "gone")) for graph in graphs[88:91]
    ]
    store_samples(uri, [make_qa(graph) for graph in graphs[:80]])
    lost = [make_rejection(seed, index).model_copy(update={"rejection_id": f"{index:032x}"}) for index in range(80, 88)]
    going_on = make_rejection(seed, 91).model_copy(update={"rejection_id": "ab" * 16, "retried": True})
    store_rejections(uri, [*lost, going_on])
    publisher = Publisher(KafkaConnection.plain(bootstrap))
    now = datetime.now(UTC)
    publisher.publish([to_message(seed, "seed", child_of(None), now)])
    publisher.publish([to_message(letter, "render", child_of(None), now) for letter in letters])
    publisher.close()

    code, lines, _ = skg("requests", "--without-outcome", "--json", "--uri", uri)
    *listed, counts = [json.loads(line) for line in lines]
    assert code == 1
    assert [(one["seed_id"], one["index"], one["outcome"]) for one in listed] == [
        (seed.seed_id, index, "none") for index in range(91, 159)
    ]
    assert len(listed) == 68
    assert (counts["requests"], counts["accepted"], counts["rejected"], counts["dead_letter"]) == (159, 80, 8, 3)
    assert (counts["none"], counts["pending"], counts["twice"]) == (68, 0, 0)
    assert (counts["since"], counts["missing_tables"]) == (now.isoformat(), [])

    assert skg("replay", "--all")[0] == 0
    code, lines, _ = skg("requests", "--json", "--uri", uri)
    everything = [json.loads(line) for line in lines[:-1]]
    assert (code, len(everything), sum(one["pending"] for one in everything)) == (1, 159, 3)

    store_samples(uri, [make_qa(graph) for graph in graphs[88:]])
    code, lines, _ = skg("requests", "--without-outcome", "--uri", uri)
    assert code == 0
    assert lines[0] == "159 requests: 151 accepted, 8 rejected, 0 dead letters, 0 without outcome"
    assert now.isoformat() in lines[1]


def test_a_broker_that_is_away_is_told_from_requests_without_outcome(skg: Skg, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKG_KAFKA_BOOTSTRAP", "127.0.0.1:9")
    monkeypatch.setenv("SKG_CONNECT_TIMEOUT_S", "0.5")
    code, lines, fault = skg("requests", "--without-outcome")
    assert (code, lines) == (2, [])
    assert "127.0.0.1:9" in fault
