"""A small factory of real processes over Apache Kafka and MinIO, in which one process can be made to die.

In: services, a folder, seeds.  Out: what the topics, the bucket and the dataset hold in the end.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from dataset.table.delta_table import Table
from dataset.table.rejection_table import rejections_uri
from dataset.table.table_errors import NoDataset
from schemas.codec import decode
from schemas.events import STAGES, QAEvent, Rejection, SeedConcept
from schemas.graph import SpatialGraph
from schemas.ids import make_seed
from schemas.topics import GRAPHS, IMAGES, REJECTIONS
from streams.broker.clients import Reader
from streams.broker.connection import KafkaConnection
from streams.broker.records import Record
from streams.broker.topic_admin import apply
from streams.demo.outcome_counts import ENDS, OutcomeCounts
from streams.operations.seed_publisher import publish_seeds
from streams.operations.seeds import requests_of
from streams.settings import KafkaSettings, StoreSettings
from tests.chaos.accounting import Balance, Undisturbed, balance
from tests.chaos.broker_view import BrokerView
from tests.chaos.evidence import gathered, rows_of, twins_of
from tests.fakes.left_behind import image_ids, sample_ids, services_environment
from tests.fakes.wait import until

DRAIN_S = 2.0
"""Agents wait this long for seeds in hand: rules answer within milliseconds."""

WITHIN_S = 90.0
"""For a whole run on two busy cores, restart and session timeout included; 15 to 25 s when they are free."""

SEEDS = [make_seed(concept, count=3) for concept in ("street market", "kitchen", "living room", "park", "desk")]
SEEDS += [make_seed("quantum chromodynamics", count=3)]  # matches no scene: three rejections
REPOSITORY = Path(__file__).parents[2]


@dataclass
class Factory:
    """Processes of every kind over one broker and one bucket, with a dataset of its own."""

    bootstrap: str
    store: StoreSettings
    folder: Path
    seeds: Sequence[SeedConcept] = field(default_factory=lambda: SEEDS)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    logs: list[IO[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.uri = str(self.folder / "dataset")
        self.kafka = KafkaSettings(kafka_bootstrap=self.bootstrap)
        apply(self.kafka)
        self._reader = Reader(KafkaConnection.plain(self.bootstrap), list(ENDS))
        self.outcomes = OutcomeCounts(requests_of(self.seeds))

    def publish(self) -> None:
        """Ask for all graphs."""
        publish_seeds(self.kafka, list(self.seeds))

    def start(self, kind: str, *fault: str) -> "subprocess.Popen[bytes]":
        """A process of this kind, with a fault or without."""
        log = (self.folder / f"{kind}.log").open("ab")
        self.logs.append(log)
        command = [sys.executable, "-m", "tests.chaos.driver", kind, *fault]
        process = subprocess.Popen(command, cwd=REPOSITORY, env=self._environment(), stderr=log, stdout=log)
        self.running[kind] = process
        return process

    def await_ready(self, kind: str) -> None:
        """Wait until the process of this kind has connected."""
        pid = self.running[kind].pid
        entry = self.folder / "state" / "processes" / f"{kind}-{pid}.json"
        until(entry.exists, WITHIN_S, f"{kind} (logs in {self.folder})")

    def run_undisturbed(self) -> Undisturbed:
        """Work the seeds off with one process of each kind, and stop them. What became of each request."""
        self.publish()
        for kind in STAGES:
            self.start(kind)
        self.finish()
        assert set(self.stop().values()) == {0}
        return Undisturbed(dict(rows_of(self.uri)), twins_of(self.uri, BrokerView(self.bootstrap)))

    def balance(self, wanted: Undisturbed) -> Balance:
        """What is there now, held against an undisturbed run: of two near duplicates, either may have come first."""
        view = BrokerView(self.bootstrap)
        return balance(gathered(view, self.store, self.uri, (requests_of(self.seeds), wanted)))

    def finish(self) -> None:
        """Wait until every request has its outcome and every sample its row."""
        until(self._all_ended, WITHIN_S, f"an outcome of every request (logs in {self.folder})")
        wanted = set(self.outcomes.samples.values())
        until(lambda: set(self.rows()) == wanted, WITHIN_S, f"a row of every sample (logs in {self.folder})")
        rejected = {(r.key or b"").decode() for r in self._read(REJECTIONS)}
        until(lambda: set(self.rejections()) == rejected, WITHIN_S, f"every rejection kept (logs in {self.folder})")

    def stop(self) -> dict[str, int]:
        """SIGTERM to all. Their exit codes."""
        for process in self.running.values():
            process.send_signal(signal.SIGTERM)
        codes = {kind: process.wait(40) for kind, process in self.running.items()}
        for log in self.logs:
            log.close()
        return codes

    def kill(self) -> None:
        """Whatever is left of it."""
        self._reader.close()
        for process in self.running.values():
            process.kill()
            process.wait(10)

    def rows(self) -> list[str]:
        """The sample ids of the dataset, as often as they are in it."""
        return sample_ids(self.uri)

    def rejections(self) -> list[str]:
        """The ids in the table of rejections, as often as they are in it."""
        try:
            return Table.load(rejections_uri(self.uri)).query("SELECT rejection_id FROM samples")[0].to_pylist()
        except NoDataset:
            return []

    def images(self) -> set[str]:
        """The image ids that the bucket holds, from its keys."""
        return image_ids(self.store)

    def referenced(self) -> set[str]:
        """The image ids that samples and rejections name."""
        events = [decode(r.partition.topic, r.value, r.headers) for r in self._read(*ENDS)]
        images = [event.image for event in events if isinstance(event, QAEvent | Rejection)]
        return {image.image_id for image in images if image is not None}

    def announced(self) -> tuple[set[str], set[str]]:
        """The distinct keys of `skg.graphs` and of `skg.images`."""
        graphs, images = self._read(GRAPHS), self._read(IMAGES)
        return {(r.key or b"").decode() for r in graphs}, {(r.key or b"").decode() for r in images}

    def planned(self) -> set[tuple[str, int]]:
        """The requests whose graph is there."""
        events = [decode(GRAPHS, record.value) for record in self._read(GRAPHS)]
        return {(event.seed_id, event.index) for event in events if isinstance(event, SpatialGraph)}

    def _read(self, *topics: str) -> list[Record]:
        reader = Reader(KafkaConnection.plain(self.bootstrap), list(topics))
        records: list[Record] = []
        while not reader.at_end():
            records += reader.poll(0.3)
        reader.close()
        return records

    def watch(self) -> None:
        """Take note of the outcomes that are there."""
        self.outcomes.feed(self._reader.poll(0.2))

    def _all_ended(self) -> bool:
        self.watch()
        return not self.outcomes.open

    def _environment(self) -> dict[str, str]:
        return os.environ | {
            **services_environment(self.bootstrap, self.store, self.folder),
            "SKG_WRITE_EVERY_S": "0.5",
            "SKG_AGENTS_DRAIN_S": str(DRAIN_S),
            "SKG_LOG_FORMAT": "console",
        }
