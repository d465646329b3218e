"""The real line for measurements: Apache Kafka, MinIO and processes of stages on this machine, and what each spends.

In: a folder, kinds of processes.  Out: running processes; how many records topics hold; processor time and memory.
A machine without the services raises NotHere.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from kafka import KafkaConsumer, KafkaProducer
from kafka.structs import TopicPartition

from schemas.events import SeedConcept
from schemas.topics import DEAD_LETTERS, QA, REJECTIONS
from streams.broker.topic_admin import apply
from streams.operations.seed_publisher import publish_seeds
from streams.services import Running, start_broker, start_store
from streams.services.apache_kafka import missing
from streams.services.program_cache import find_program
from streams.settings import KafkaSettings
from tests.bench.figures import NotHere
from tests.chaos.supervisor import REPOSITORY, die_with_me, environment_with, last_words
from tests.fakes.left_behind import services_environment

TICKS = os.sysconf("SC_CLK_TCK")
ENDS = (QA, REJECTIONS, DEAD_LETTERS)
"""Topics in which every request has one outcome."""

LOOK_S = 0.1
STOP_S = 45.0


@dataclass
class Line:
    """Services, and the processes that were started over them."""

    broker: Running
    store: Running
    folder: Path
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    @property
    def kafka(self) -> KafkaSettings:
        """How to reach the broker."""
        return KafkaSettings(kafka_bootstrap=self.broker.bootstrap)

    @property
    def dataset(self) -> Path:
        """The table."""
        return self.folder / "dataset"

    def start(self, kind: str, module: str = "streams.cli", **settings: str) -> "subprocess.Popen[bytes]":
        """One more process: `python -m MODULE KIND`. It ends with this one."""
        name = f"{kind}-{len(self.processes)}"
        places = services_environment(self.broker.bootstrap, self.store.settings(), self.folder)
        environment = environment_with(**places) | {"SKG_LOG_FORMAT": "json"} | settings
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", module, kind], cwd=REPOSITORY, env=environment, stdout=log, stderr=log,
                preexec_fn=die_with_me,  # noqa: PLW1509 # it calls prctl alone
            )  # fmt: skip
        self.processes.append(process)
        return process

    def start_stages(self, counts: Mapping[str, int], **settings: str) -> None:
        """So many processes of each stage."""
        for kind, count in counts.items():
            for _ in range(count):
                self.start(kind, **settings)

    def stop(self, processes: Sequence["subprocess.Popen[bytes]"] | None = None) -> None:
        """SIGTERM to these, or to all, and wait."""
        ending = list(self.processes if processes is None else processes)
        for process in ending:
            process.terminate()
        for process in ending:
            process.wait(STOP_S)
            self.processes.remove(process)

    def publish(self, seeds: Sequence[SeedConcept]) -> None:
        """Publish seeds, acknowledged."""
        publish_seeds(self.kafka, seeds)

    def check(self) -> None:
        """Raise where a process has ended by itself."""
        for number, process in enumerate(self.processes):
            if process.poll() is not None:
                log = next(self.folder.glob(f"*-{number}.log"))
                raise AssertionError(f"{log.stem} ended by itself: {last_words(log)}")

    def wait(self, condition: Callable[[], bool], within_s: float, what: str) -> float:
        """Seconds until the condition held."""
        began = time.monotonic()
        while not condition():
            self.check()
            if time.monotonic() - began > within_s:
                raise AssertionError(f"not within {within_s:g} s: {what}")
            threading.Event().wait(LOOK_S)
        return time.monotonic() - began


@contextmanager
def real_line(folder: Path) -> Iterator[Line]:
    """Apache Kafka and MinIO with the factory's topics. Raises NotHere."""
    lacking = missing() or (None if find_program("minio") else "minio")
    if lacking:
        raise NotHere(f"{lacking} is not installed: run `make services`")
    with ExitStack() as stack:
        broker = stack.enter_context(start_broker("apache", folder / "broker"))
        store = stack.enter_context(start_store("minio", folder / "store"))
        line = Line(broker, store, folder)
        apply(line.kafka)
        stack.callback(line.stop)
        yield line


class Ends:
    """Records of topics, read by one client: a new one for every look would cost more than what is measured.

    Offsets would not do for a count: each transaction's marker takes one, so a topic's end is further than its records.
    Nor would records: what is delivered again after a rebalance is published again, and the writer takes it once.
    """

    def __init__(self, bootstrap: str, *topics: str) -> None:
        self._consumer = KafkaConsumer(
            bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest",
            isolation_level="read_committed", allow_auto_create_topics=False, max_partition_fetch_bytes=4 << 20,
            fetch_max_bytes=64 << 20,
        )  # fmt: skip
        self._partitions = [
            TopicPartition(topic, number)
            for topic in topics
            for number in sorted(self._consumer.partitions_for_topic(topic) or ())
        ]
        self._consumer.assign(self._partitions)
        self._counted = set[tuple[str, object]]()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._consumer.close(autocommit=False)

    def count(self) -> int:
        """Committed events so far, each once."""
        self._counted |= {(record.topic, _id_of(record)) for record in self.records()}
        return len(self._counted)

    def records(self) -> list[Any]:
        """All committed records that were not counted or given yet, as the client library gives them."""
        return [record for batch in self._unread() for record in batch]

    def _unread(self) -> Iterator[list[Any]]:
        ends = self._consumer.end_offsets(self._partitions)
        while any(self._consumer.position(each) < end for each, end in ends.items()):
            yield from self._consumer.poll(timeout_ms=500, max_records=2000).values()


def _id_of(record: Any) -> object:
    """The event's id, or the place of a record that names none."""
    return dict(record.headers).get("ce_id", (record.partition, record.offset))


def put_evenly(line: Line, topic: str, messages: Sequence[tuple[bytes, bytes]]) -> None:
    """Keys and values onto the topic's partitions in turn, acknowledged."""
    producer = KafkaProducer(bootstrap_servers=line.broker.bootstrap, acks="all", linger_ms=5)
    partitions = sorted(producer.partitions_for(topic))
    try:
        sent = [
            producer.send(topic, value, key, partition=partitions[number % len(partitions)])
            for number, (key, value) in enumerate(messages)
        ]
        for future in sent:
            future.get(timeout=30)
    finally:
        producer.close(timeout=10)


def spent_s(*pids: int) -> float:
    """Processor seconds of processes and of all that they have started, those that have ended among them."""
    return sum(_times(pid) for root in pids for pid in (root, *_descendants(root)))


def resident_mb(pid: int) -> float:
    """What the kernel says of a process's memory."""
    return int(Path(f"/proc/{pid}/status").read_text("utf-8").partition("VmRSS:")[2].split()[0]) / 1024


def _times(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:  # it has ended
        return 0.0
    return sum(int(each) for each in fields[11:15]) / TICKS


def _descendants(pid: int) -> Iterator[int]:
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text("utf-8").split():
            yield int(child)
            yield from _descendants(int(child))
