"""`skg status` over a real broker: 0 all well, 1 something is wrong, 2 the broker is away."""

import json
from pathlib import Path

import pytest

from schemas.ids import make_seed
from streams.broker.topic_admin import apply
from streams.cli.root import run
from streams.operations.seed_publisher import publish_seeds
from streams.settings import KafkaSettings
from tests.conftest import FreshService

pytestmark = pytest.mark.contract


def test_its_exit_code_says_what_it_shows(
    fresh_broker: FreshService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    running = fresh_broker("tansu")
    settings = KafkaSettings(kafka_bootstrap=running.bootstrap)
    monkeypatch.setenv("SKG_KAFKA_BOOTSTRAP", running.bootstrap)
    monkeypatch.setenv("SKG_STATE_DIR", str(tmp_path))
    monkeypatch.delenv("SKG_S3_ENDPOINT", raising=False)

    def status() -> tuple[int, str]:
        code = run(["status", "--json"])
        return code, json.loads(capsys.readouterr().out)["agents"]["state"]

    assert status() == (1, "no_topic")
    apply(settings)
    assert status() == (0, "idle")
    publish_seeds(settings, [make_seed("a cat")])
    assert status() == (1, "no_member")
    running.stop(0)
    assert status() == (2, "unknown")
