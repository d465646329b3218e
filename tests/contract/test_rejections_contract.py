"""Rejections with real services: exports from a real store, replays over a real broker, tables on S3."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dataset.table.delta_table import Table
from dataset.table.rejection_table import REJECTION_COLUMNS, rejections_uri, rows_of
from schemas.codec import decode, encode
from schemas.events import RenderedImage, SeedConcept
from schemas.ids import make_seed
from schemas.interfaces import Sample
from schemas.topics import IMAGES, SEEDS
from streams.broker import topic_admin
from streams.broker.clients import Reader
from streams.broker.connection import KafkaConnection
from streams.cli.root import run
from streams.settings import KafkaSettings, StoreSettings
from streams.storage import s3
from tests.fakes.events import make_graph, make_qa, make_rejection, make_rendered, stored_picture
from tests.fakes.gallery import store_samples
from tests.fakes.wait import until

Skg = Callable[..., tuple[int, str]]
SEED = make_seed("a cat beside a dog", 5)


@pytest.fixture
def skg(capfd: pytest.CaptureFixture[str]) -> Skg:
    def call(*arguments: object) -> tuple[int, str]:
        code = run(list(map(str, arguments)))
        said, fault = capfd.readouterr()
        return code, said + fault

    return call


def rejected_picture(index: int) -> tuple[RenderedImage, dict[str, object]]:
    event = make_rendered(make_graph(SEED, index))
    named = {"stage": "examine", "gate": "relation", "reason": "violated_relation", "image": event.image}
    return event, {**named, "source_topic": IMAGES, "source": encode(event), "rejection_id": f"{index}" * 32}


def keep(uri: str, options: dict[str, str] | None = None) -> list[RenderedImage]:
    """Two pictures that were rejected, and a graph of a seed that never was."""
    events = [rejected_picture(index) for index in (1, 2)]
    lost = [make_rejection(SEED, event.graph.index).model_copy(update=update) for event, update in events]
    lost.append(make_rejection(SEED, 3).model_copy(update={"source": encode(SEED)}))
    rows = rows_of([Sample(one, None) for one in lost])
    Table.create(rejections_uri(uri), REJECTION_COLUMNS, options).append(rows, {})
    return [event for event, _ in events]


@pytest.fixture
def in_store(store: StoreSettings, monkeypatch: pytest.MonkeyPatch) -> StoreSettings:
    """The settings of commands that reach the store."""
    monkeypatch.setenv("SKG_S3_ENDPOINT", store.s3_endpoint)
    monkeypatch.setenv("SKG_S3_BUCKET", store.s3_bucket)
    monkeypatch.setenv("SKG_S3_ACCESS_KEY", store.s3_access_key.get_secret_value())
    monkeypatch.setenv("SKG_S3_SECRET_KEY", store.s3_secret_key.get_secret_value())
    return store


def test_an_export_of_a_table_on_s3_brings_the_pictures_that_are_there(skg: Skg, in_store: StoreSettings, tmp_path: Path):
    uri = f"s3://{in_store.s3_bucket}/dataset"
    there, gone = keep(uri, s3.storage_options(in_store))
    bucket = s3.connect(in_store, 20.0)
    bucket.put_if_absent(there.image.key, stored_picture(there))
    code, said = skg("rejections", "export", "--uri", uri, "--out", tmp_path / "out", "--json")
    told = json.loads(said)
    assert (code, told["rejections"], told["pictures"], told["gone"]) == (0, 3, 1, [gone.image.key])
    lines = [json.loads(line) for line in (tmp_path / "out" / "rejections.jsonl").read_text("utf-8").splitlines()]
    (picture,) = {line["picture"] for line in lines} - {None}
    assert hashlib.sha256((tmp_path / "out" / picture).read_bytes()).hexdigest() == there.image.sha256
    assert len(skg("rejections", "list", "--uri", uri, "--json")[1].splitlines()) == 3


def test_a_look_at_other_settings_leaves_no_object_behind(skg: Skg, in_store: StoreSettings, tmp_path: Path):
    uri = str(tmp_path / "table")
    store_samples(uri, [make_qa(make_graph(SEED, 0))])
    there, _ = keep(uri)
    bucket = s3.connect(in_store, 20.0)
    bucket.put_if_absent(there.image.key, stored_picture(there))
    code, said = skg("whatif", "--uri", uri, "--json", "--set", "SKG_QUESTION_MARGIN=2")
    found = json.loads(said)
    assert code == 0
    assert found["violated_relation"]["now"] == 2
    assert found["no_layout"] == {"now": 1, "then": 1}
    assert found["not_judged"] == {"now": 0, "then": 1}
    assert list(bucket.keys("")) == [there.image.key]


def published(bootstrap: str, count: int) -> list[object]:
    reader, found = Reader(KafkaConnection.plain(bootstrap), [IMAGES, SEEDS]), []

    def read() -> bool:
        found.extend(decode(r.partition.topic, r.value, r.headers) for r in reader.poll(0.5))
        return len(found) >= count and reader.at_end()

    until(read, 30, "what was sent back is read")
    reader.close()
    return found


@pytest.mark.parametrize("kind", ["tansu", "apache"])
def test_a_replay_publishes_the_judged_events_and_narrows_seeds(
    skg: Skg, kind: str, fresh_broker: Callable[..., object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    bootstrap = fresh_broker(kind).bootstrap
    monkeypatch.setenv("SKG_KAFKA_BOOTSTRAP", bootstrap)
    topic_admin.apply(KafkaSettings())
    uri = str(tmp_path / "table")
    store_samples(uri, [make_qa(make_graph(SEED, 0))])
    one, other = keep(uri)
    assert skg("rejections", "replay", "--uri", uri, "--all", "--dry-run")[0] == 0
    code, said = skg("rejections", "replay", "--uri", uri, "--all", "--json")
    assert (code, json.loads(said)["topics"]) == (0, {IMAGES: 2, SEEDS: 1})
    found = published(bootstrap, 3)
    (seed,) = [event for event in found if isinstance(event, SeedConcept)]
    assert (seed.seed_id, seed.first, seed.count) == (SEED.seed_id, 3, 1)
    images = {event.image.image_id: event for event in found if isinstance(event, RenderedImage)}
    assert images == {event.image.image_id: event for event in (one, other)}
    assert len(found) == 3


def test_a_replay_without_a_broker_says_so(skg: Skg, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SKG_KAFKA_BOOTSTRAP", "127.0.0.1:9")
    monkeypatch.setenv("SKG_CONNECT_TIMEOUT_S", "0.5")
    uri = str(tmp_path / "table")
    store_samples(uri, [make_qa(make_graph(SEED, 0))])
    keep(uri)
    code, said = skg("rejections", "replay", "--uri", uri, "--all")
    assert code != 0
    assert "127.0.0.1:9" in said
