"""The whole factory for tests: its four processes over given services, and what it left behind.

In: a broker's address, a store, a folder.  Out: outcomes, and the ids in bucket and dataset.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from dataset.table.delta_table import Table
from dataset.table.rejection_table import rejections_uri
from dataset.table.table_errors import NoDataset
from schemas.codec import decode
from schemas.events import QAEvent, Rejection, SeedConcept
from schemas.ids import sample_id
from schemas.topics import QA, REJECTIONS
from streams.broker.clients import Reader
from streams.broker.connection import KafkaConnection
from streams.broker.topic_admin import apply
from streams.demo.demo_services import ProcessSupervisor
from streams.demo.outcome_counts import ENDS, OutcomeCounts
from streams.operations.seed_publisher import publish_seeds
from streams.operations.seeds import requests_of
from streams.settings import KafkaSettings, StoreSettings
from tests.fakes.left_behind import image_ids, sample_ids, services_environment
from tests.fakes.wait import until


@dataclass(frozen=True)
class Factory:
    """One factory: where its services are and where it keeps its dataset."""

    bootstrap: str
    store: StoreSettings
    folder: Path

    @property
    def kafka(self) -> KafkaSettings:
        """How to reach the broker."""
        return KafkaSettings(kafka_bootstrap=self.bootstrap)

    @property
    def dataset(self) -> str:
        """The table."""
        return str(self.folder / "dataset")

    def environment(self) -> dict[str, str]:
        """The settings of its processes."""
        return services_environment(self.bootstrap, self.store, self.folder) | {"SKG_WRITE_EVERY_S": "1"}

    @contextmanager
    def running(self) -> Iterator[ProcessSupervisor]:
        """Its processes, stopped at the end."""
        apply(self.kafka)
        plant = ProcessSupervisor(self.folder / "logs", self.environment())
        try:
            yield plant
        finally:
            plant.stop()

    def work_off(self, seeds: Sequence[SeedConcept], plant: ProcessSupervisor, within_s: float = 90.0) -> OutcomeCounts:
        """Publish seeds and wait until each request has an outcome and each sample is stored."""
        outcomes = OutcomeCounts(requests_of(seeds))
        publish_seeds(self.kafka, seeds)
        with closing(Reader(KafkaConnection.plain(self.bootstrap), ENDS)) as reader:

            def done() -> bool:
                plant.check()
                outcomes.feed(reader.poll(0.2))
                return not outcomes.open and set(outcomes.samples.values()) <= self.stored()

            until(done, within_s, "every request has an outcome and every sample is stored")
        return outcomes

    def stored(self) -> set[str]:
        """The sample ids in the dataset. Fails if one is there twice."""
        ids = sample_ids(self.dataset)
        assert len(ids) == len(set(ids)), "a sample id is in the dataset twice"
        return set(ids)

    def kept_rejections(self) -> list[tuple[str, str]]:
        """(rejection id, seed id) of every row of the rejections' table, in order."""
        try:
            rows = Table.load(rejections_uri(self.dataset)).query("SELECT rejection_id, seed_id FROM samples")
        except NoDataset:
            return []
        return sorted((row["rejection_id"], row["seed_id"]) for row in rows.to_pylist())

    def announced_rejections(self) -> list[tuple[str, str]]:
        """The same of the topic, each once."""
        found = set()
        with closing(Reader(KafkaConnection.plain(self.bootstrap), (REJECTIONS,))) as reader:
            while records := reader.poll(1.0):
                for record in records:
                    event = decode(record.partition.topic, record.value, record.headers)
                    assert isinstance(event, Rejection)
                    found.add((event.rejection_id, event.seed_id))
        return sorted(found)

    def objects(self) -> set[str]:
        """The image ids in the bucket."""
        return image_ids(self.store)

    def referenced(self) -> set[str]:
        """The image ids that accepted samples and rejections name. Every named sample is in the dataset."""
        images, stored = set(), self.stored()
        with closing(Reader(KafkaConnection.plain(self.bootstrap), (QA, REJECTIONS))) as reader:
            while records := reader.poll(1.0):
                for record in records:
                    event = decode(record.partition.topic, record.value, record.headers)
                    if isinstance(event, QAEvent):
                        assert sample_id(event.image.image_id) in stored
                        images.add(event.image.image_id)
                    elif isinstance(event, Rejection) and event.image is not None:
                        images.add(event.image.image_id)
        return images
