"""A factory that is watched while things go wrong: its services, a process of each stage, the lag exporter, a steady feed.

In: a folder.  Out: ways to take each part away and to bring it back.  Everything ends with the block.
"""

import json
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from itertools import count, cycle
from pathlib import Path
from typing import Any

from kafka import KafkaProducer

from schemas.codec import Message
from schemas.errors import RetryableError, UserError
from schemas.events import STAGES
from schemas.ids import content_id, make_seed
from schemas.topics import GRAPHS, TOPICS
from streams.broker.clients import Publisher
from streams.broker.connection import KafkaConnection
from streams.broker.topic_admin import apply
from streams.operations.seed_publisher import publish_seeds
from streams.services import Running
from streams.services.ports import free_ports
from streams.settings import KafkaSettings
from tests.fakes.left_behind import services_environment
from tests.fakes.services import start
from tests.fakes.stage_process import StageProcess

CONCEPTS = ("street market", "kitchen", "living room", "park", "harbour", "desk", "beach", "farm", "bakery", "garage")
UNKNOWN = "quantum chromodynamics"
OF_A_RECORD = frozenset({"request", "topic", "partition", "offset", "reason", "trace_id", "why"})
"""What a line about a record has."""
KINDS = (*STAGES, "lag-exporter")
WELL: Mapping[str, str] = dict.fromkeys(KINDS, "none")
"""Processes to begin with, and the fault of each (`tests.fakes.stage_driver`)."""


class WatchedFactory:
    """Broker, store, stages and lag exporter."""

    def __init__(self, folder: Path, more: Mapping[str, str], kinds: Mapping[str, str] = WELL) -> None:
        self.folder = folder
        self.broker = start("apache", folder / "broker")
        self.store = start("minio", folder / "store")
        self.kafka = KafkaSettings(kafka_bootstrap=self.broker.bootstrap)
        apply(self.kafka)
        own = services_environment(self.broker.bootstrap, self.store.settings("watched"), folder)
        self.environment = {**own, "SKG_WRITE_EVERY_S": "1", "SKG_LOG_FORMAT": "json", **more}
        self.processes: dict[str, StageProcess] = {}
        self.ports = dict(zip(kinds, free_ports(len(kinds)), strict=True))
        self._wishes = zip(cycle(CONCEPTS), count(), strict=False)
        for kind, fault in kinds.items():
            self.start(kind, fault)

    @property
    def state(self) -> Path:
        """The registry of its processes."""
        return self.folder / "state"

    def lines(self) -> list[dict[str, Any]]:
        """The log of every kind of process. Fails for a line that is not JSON or does not name its process."""
        found = [(kind, json.loads(line)) for kind in KINDS for line in (self.folder / f"{kind}.log").open()]
        assert all(line["process"] == kind for kind, line in found)
        return [line for _, line in found]

    def start(self, kind: str, fault: str = "none", **more: str) -> None:
        """A process of this kind instead of the one that was there."""
        self.kill(kind)
        own = {"SKG_METRICS_PORT": str(self.ports[kind])}
        self.processes[kind] = StageProcess(kind, self.folder, {**self.environment, **own, **more}, fault)

    def start_another(self, name: str, kind: str, fault: str = "none", **more: str) -> None:
        """One more process of this kind, under a name of its own."""
        (port,) = free_ports(1)
        self.processes[name] = StageProcess(
            kind, self.folder, {**self.environment, "SKG_METRICS_PORT": str(port), **more}, fault
        )

    def kill(self, name: str) -> None:
        """End the process of this kind or name, if there is one, as a crash does."""
        running = self.processes.pop(name, None)
        if running is not None:
            running.kill()

    def ask(self, graphs: int = 1, concept: str | None = None) -> None:
        """Publish a seed of its own; while the broker is away nothing is asked for."""
        name, number = next(self._wishes)
        try:
            publish_seeds(self.kafka, [make_seed(concept or name, graphs, first=1000 * number)])
        except (RetryableError, UserError):
            return

    def put(self, topic: str, values: Iterable[bytes], days_ago: float = 0.0) -> None:
        """Publish these values, to one partition after the other, as if that had been days ago."""
        then_ms = int((time.time() - days_ago * 24 * 60 * 60) * 1000)
        producer = KafkaProducer(bootstrap_servers=self.broker.bootstrap, acks="all")
        for number, value in enumerate(values):
            place = number % TOPICS[topic].partitions
            producer.send(topic, value, content_id(topic, number).encode(), partition=place, timestamp_ms=then_ms)
        producer.flush()
        producer.close()

    def poison(self) -> None:
        """Publish to render what is no graph."""
        with closing(Publisher(KafkaConnection.plain(self.broker.bootstrap))) as publisher:
            publisher.publish([Message(GRAPHS, b"key", b"\xc1", ())])

    def stop_broker(self) -> None:
        """The broker dies and keeps its data."""
        self.broker.stop(0)

    def stop_store(self) -> None:
        """The store dies and keeps its data."""
        self.store.stop(0)

    def start_broker(self) -> None:
        """It is back where it was."""
        self.broker = _again("apache", self.broker)

    def start_store(self) -> None:
        """It is back where it was."""
        self.store = _again("minio", self.store)

    def end(self) -> None:
        """End everything."""
        for kind in list(self.processes):
            self.kill(kind)
        self.store.stop(0)
        self.broker.stop(0)


def _again(kind: str, before: Running) -> Running:
    return start(kind, before.place.folder, before.place.ports[0])


@contextmanager
def watched(folder: Path, feed_every_s: float, kinds: Mapping[str, str] = WELL, **more: str) -> Iterator[WatchedFactory]:
    """A running factory that is asked for a graph every `feed_every_s` seconds."""
    with ExitStack() as stack:
        factory = WatchedFactory(folder, more, kinds)
        stack.callback(factory.end)
        over = threading.Event()

        def feed() -> None:
            while not over.wait(feed_every_s):
                factory.ask()

        feeder = threading.Thread(target=feed, name="feed", daemon=True)
        feeder.start()
        stack.callback(feeder.join, 30)
        stack.callback(over.set)
        yield factory
