"""The services that a run disturbs: Apache Kafka, MinIO behind a proxy, a language model, a small disk.

In: a folder.  Out: addresses, and ways to take each of them away and bring it back.  Everything ends with the block.
"""

import uuid
from contextlib import ExitStack
from pathlib import Path

from streams.broker.topic_admin import apply
from streams.demo.llm_stub import serving
from streams.services import Running
from streams.services.readiness_probe import put
from streams.settings import KafkaSettings, StoreSettings
from tests.chaos.broker_view import BrokerView
from tests.chaos.disk import SmallDisk
from tests.chaos.model import Model
from tests.chaos.proxy import Proxy
from tests.chaos.supervisor import environment_with
from tests.fakes.left_behind import services_environment
from tests.fakes.services import start


class World:
    """A broker with the factory's topics, a fresh bucket, a disk for the dataset."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ending = ExitStack()
        try:
            self._begin(folder)
        except BaseException:
            self.close()
            raise

    def _begin(self, folder: Path) -> None:
        self.disk = SmallDisk(folder / "disk")
        self._ending.callback(self.disk.close)
        self.broker = start("apache", folder / "broker")
        self._ending.callback(lambda: self.broker.stop(0))
        self.store = start("minio", folder / "store")
        self._ending.callback(lambda: self.store.stop(0))
        self.proxy = Proxy(self.store.place.ports[0])
        self._ending.callback(self.proxy.close)
        self.model = Model()
        self._stub = self._ending.enter_context(serving(self.model))
        self.view = BrokerView(self.broker.bootstrap)
        self.direct = self.store.settings(f"chaos-{uuid.uuid4().hex[:8]}")
        put(self.direct)
        self.kafka = KafkaSettings(kafka_bootstrap=self.broker.bootstrap)
        apply(self.kafka)

    @property
    def uri(self) -> str:
        """Where the dataset is."""
        return str(self.disk.folder / "dataset")

    def environment(self, poison: Path) -> dict[str, str]:
        """The settings of the factory's processes: they reach the store through the proxy."""
        behind: StoreSettings = self.direct.model_copy(update={"s3_endpoint": f"http://127.0.0.1:{self.proxy.port}"})
        services = services_environment(self.broker.bootstrap, behind, self.folder)
        return environment_with(**services) | {
            "SKG_DATASET_URI": self.uri,
            "SKG_WRITE_EVERY_S": "0.5",
            "SKG_AGENTS_DRAIN_S": "5",
            "SKG_DEAD_LETTER_SHARE": "1",  # a replay of what still fails is all dead letters; the limit has its own tests
            "SKG_LOG_FORMAT": "console",
            "SKG_LLM_URL": self._stub.url,
            "SKG_LLM_MODEL": "stub-planner",
            "SKG_CHAOS_POISON": str(poison),
        }

    def stop_broker(self) -> None:
        """Without a goodbye."""
        self.broker.stop(0)

    def start_broker(self) -> None:
        """At its old place, with what it held."""
        self.broker = _again(self.broker)

    def stop_store(self) -> None:
        """Likewise."""
        self.store.stop(0)

    def start_store(self) -> None:
        """Likewise."""
        self.store = _again(self.store)

    def close(self) -> None:
        """Everything ends."""
        self._ending.close()


def _again(running: Running) -> Running:
    return start(running.kind, running.place.folder, running.place.ports[0])
