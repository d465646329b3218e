"""Results that the broker's own limit refuses: agents, render and write leave a dead letter that fits, and go on."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from kafka.admin import KafkaAdminClient

from agents.planner import RulePlanner
from gpu_workers.renderers import capabilities_of
from schemas.base import Event
from schemas.codec import Message, decode
from schemas.events import DeadLetter, RenderedImage, SeedConcept, SeedOptions
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from schemas.interfaces import StoredObject
from schemas.topics import DEAD_LETTERS, GRAPHS, IMAGES, QA, SEEDS
from streams.broker.clients import Publisher, Reader
from streams.broker.connection import KafkaConnection
from streams.broker.topic_admin import apply
from streams.settings import KafkaSettings, StoreSettings
from streams.storage import s3
from tests.fakes.agents_thread import message
from tests.fakes.events import make_picture, make_qa
from tests.fakes.left_behind import sample_ids, services_environment
from tests.fakes.services import start as start_service
from tests.fakes.stage_process import StageProcess
from tests.fakes.steps import record_of
from tests.fakes.wait import until

pytestmark = pytest.mark.contract

LIMITS = {GRAPHS: 2_400, IMAGES: 3_000, DEAD_LETTERS: 6_000}
"""Bytes. A graph of two things has about 850, one of twelve 2,650; a picture's event has its graph in it."""

LONG = "a word " * 2_000


@pytest.fixture(scope="module")
def bootstrap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A broker whose topics take less than ours send."""
    running = start_service("apache", tmp_path_factory.mktemp("apache"))
    with ExitStack() as stack:
        stack.callback(running.stop, 0)
        with closing(KafkaAdminClient(bootstrap_servers=running.bootstrap)) as admin:
            configs = {name: {"max.message.bytes": str(limit)} for name, limit in LIMITS.items()}
            admin.create_topics(
                {name: {"num_partitions": 1, "replication_factor": 1, "configs": each} for name, each in configs.items()}
            )
            admin.wait_for_topics(list(configs))
        apply(KafkaSettings(kafka_bootstrap=running.bootstrap))
        yield running.bootstrap


@pytest.fixture
def stage(bootstrap: str, minio_store: StoreSettings, tmp_path: Path) -> Iterator[Callable[[str], StageProcess]]:
    """Starts processes that do not outlive the test."""
    environment = services_environment(bootstrap, minio_store, tmp_path) | {"SKG_DEAD_LETTER_SHARE": "1"}
    with ExitStack() as stack:

        def start(kind: str) -> StageProcess:
            process = StageProcess(kind, tmp_path, environment)
            stack.callback(process.kill)
            return process

        yield start


@pytest.fixture
def came(bootstrap: str) -> Iterator[Callable[[str], list[Event]]]:
    """The events of a topic so far."""
    readers: dict[str, tuple[Reader, list[Event]]] = {}

    def so_far(topic: str) -> list[Event]:
        if topic not in readers:
            readers[topic] = Reader(KafkaConnection.plain(bootstrap), [topic]), []
        reader, events = readers[topic]
        events += [decode(topic, record.value, record.headers) for record in reader.poll(0.1)]
        return events

    yield so_far
    for reader, _ in readers.values():
        reader.close()


Came = Callable[[str], list[Event]]
Stage = Callable[[str], StageProcess]


def publish(bootstrap: str, *messages: Message) -> None:
    with closing(Publisher(KafkaConnection.plain(bootstrap))) as publisher:
        publisher.publish(messages)


def letters(came: Came, stage: str) -> list[DeadLetter]:
    return [event for event in came(DEAD_LETTERS) if isinstance(event, DeadLetter) and event.stage == stage]


def asking(things: int, context: str = "") -> SeedConcept:
    options = SeedOptions(min_objects=things, max_objects=things)
    return make_seed("kitchen", 1, context=context, options=options)


def graph_of(seed: SeedConcept) -> SpatialGraph:
    graph = RulePlanner(capabilities_of("collage-1")).plan_now(seed, 0)
    assert isinstance(graph, SpatialGraph)
    return graph


def carried(event: Event) -> Message:
    record = record_of(event)
    return Message(record.partition.topic, record.key, record.value, record.headers)


def test_agents_go_on_after_a_graph_and_a_letter_that_are_too_large(bootstrap: str, stage: Stage, came: Came) -> None:
    large, larger, small = asking(12), asking(12, LONG), asking(2)
    publish(bootstrap, *(message(seed) for seed in (large, larger, small)))
    process = stage("agents")
    until(lambda: [e for e in came(GRAPHS) if isinstance(e, SpatialGraph) and e.seed_id == small.seed_id], 60, "the graph")
    until(lambda: len(letters(came, "agents")) == 2, 30, "the dead letters")
    told = {letter.seed_id: letter for letter in letters(came, "agents")}
    assert {letter.reason for letter in told.values()} == {"oversize"}
    whole, without = told[large.seed_id], told[larger.seed_id]
    assert decode(SEEDS, whole.value, whole.headers) == large
    assert without.value is None
    assert without.omitted_bytes > len(LONG)
    assert process.stop(30) == 0


def test_render_goes_on_after_a_picture_whose_event_is_too_large(bootstrap: str, stage: Stage, came: Came) -> None:
    small = graph_of(asking(2))
    large = next(
        graph for things in (9, 8, 7, 10, 6) if len(carried(graph := graph_of(asking(things))).value or b"") < 2_200
    )
    publish(bootstrap, carried(large), carried(small))
    process = stage("render")
    until(lambda: [e for e in came(IMAGES) if isinstance(e, RenderedImage) and e.graph == small], 60, "the picture")
    (letter,) = until(lambda: letters(came, "render"), 30, "the dead letter")
    assert (letter.reason, letter.seed_id) == ("oversize", large.seed_id)
    assert decode(GRAPHS, letter.value, letter.headers) == large
    assert process.stop(30) == 0


def test_write_goes_on_after_a_letter_that_is_too_large(
    bootstrap: str, stage: Stage, came: Came, minio_store: StoreSettings, tmp_path: Path
) -> None:
    garbage, good = b"\xc1" * 20_000, make_qa()
    s3.connect(minio_store, 10).put_if_absent(good.image.key, StoredObject(make_picture(good.graph), good.image.media_type))
    process = stage("write")
    publish(bootstrap, Message(QA, b"k", garbage, ()), carried(good))
    (letter,) = until(lambda: letters(came, "write"), 60, "the dead letter")
    assert (letter.value, letter.omitted_bytes, letter.reason) == (None, len(garbage), "undecodable")
    until(lambda: sample_ids(str(tmp_path / "dataset")) == [good.sample_id], 30, "the good sample")
    assert process.stop(30) == 0
