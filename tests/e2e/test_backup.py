"""A rehearsal of docs/operating.md, "Backup and restore": a table in a bucket is copied while it grows, lost, and restored.

Over Apache Kafka and MinIO, with the factory's own processes. The copy is made as `aws s3 sync` makes one: it lists first,
and reads each object later.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from deltalake import DeltaTable
from minio import Minio

from dataset.table.delta_table import Table
from dataset.table.id_index import stored_ids
from dataset.table.rejection_table import rejections_uri
from dataset.table.table_errors import NoDataset
from schemas.ids import make_seed
from streams.operations.seed_publisher import publish_seeds
from streams.settings import StoreSettings
from streams.storage.s3 import storage_options
from tests.conftest import FreshService
from tests.e2e.factory import Factory
from tests.fakes.wait import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

FIRST = [make_seed(concept, count=6) for concept in ("street market", "kitchen")]
SECOND = [make_seed(concept, count=6) for concept in ("harbour", "park", "quantum chromodynamics")]
THIRD = [make_seed("farm", count=3)]
PATIENCE_S = 120.0
HINT = "_delta_log/_last_checkpoint"


class Tables:
    """The tables of samples and of rejections in a bucket, and a copy of both in a folder."""

    def __init__(self, store: StoreSettings, copy: Path) -> None:
        self.uri, self._options, self._copy, self._bucket = (
            f"s3://{store.s3_bucket}/dataset", storage_options(store), copy, store.s3_bucket,
        )  # fmt: skip
        keys = store.s3_access_key.get_secret_value(), store.s3_secret_key.get_secret_value()
        self._client = Minio(store.s3_endpoint.removeprefix("http://"), *keys, secure=False)

    def ids(self) -> list[str]:
        """The ids of all rows of both tables, as often as they are there."""
        found: list[str] = []
        for uri, column in ((self.uri, "sample_id"), (rejections_uri(self.uri), "rejection_id")):
            try:
                table = Table.load(uri, self._options)
            except NoDataset:
                continue
            found += [one for some in stored_ids(table, column) for one in some]
        return found

    def version(self) -> int:
        """Of the table of samples."""
        return Table.load(self.uri, self._options).version

    def checkpoint(self) -> None:
        """As the table's library makes one with every hundredth commit."""
        DeltaTable(self.uri, storage_options=self._options).create_checkpoint()

    def back_up(self, meanwhile: Callable[[], object]) -> None:
        """Copy both while they grow; `meanwhile` happens between the list of the logs and the reading of what it lists."""
        listed = self._keys("dataset/_delta_log/", without=HINT) + self._keys(
            "dataset-rejections/_delta_log/", without=HINT
        )
        meanwhile()
        self._fetch(listed)
        self._fetch(self._keys("dataset", without="_delta_log/"))

    def lose(self) -> None:
        """Everything of both is gone."""
        for key in self._keys("dataset"):
            self._client.remove_object(self._bucket, key)

    def restore(self) -> None:
        """Copy everything back."""
        for path in sorted(each for each in self._copy.rglob("*") if each.is_file()):
            self._client.fput_object(self._bucket, str(path.relative_to(self._copy)), str(path))

    def _keys(self, prefix: str, without: str = "\n") -> list[str]:
        found = self._client.list_objects(self._bucket, prefix, recursive=True)
        return [str(each.object_name) for each in found if without not in str(each.object_name)]

    def _fetch(self, keys: list[str]) -> None:
        for key in keys:
            self._client.fget_object(self._bucket, key, str(self._copy / key))


def test_a_table_restored_from_a_copy_of_a_running_factory_has_everything_once(
    fresh_broker: FreshService, minio_store: StoreSettings, tmp_path: Path
) -> None:
    tables = Tables(minio_store, tmp_path / "copy")

    class InABucket(Factory):
        def environment(self) -> dict[str, str]:
            return super().environment() | {"SKG_DATASET_URI": tables.uri}

    factory = InABucket(fresh_broker("apache").bootstrap, minio_store, tmp_path)

    def command(*words: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | factory.environment()
        return subprocess.run(
            [sys.executable, "-m", "streams.cli", *words], env=environment, capture_output=True, text=True, check=False
        )

    def open_requests() -> int:
        counts = json.loads(command("requests", "--json").stdout.splitlines()[-1])
        assert counts["twice"] == 0
        return int(counts["none"])

    def grows() -> None:
        before = tables.version()
        until(lambda: tables.version() > before, PATIENCE_S, "the samples grow")
        tables.checkpoint()

    with factory.running():
        publish_seeds(factory.kafka, FIRST)
        until(lambda: len(tables.ids()) > 3, PATIENCE_S, "rows of the first seeds")
        tables.checkpoint()
        publish_seeds(factory.kafka, SECOND)
        tables.back_up(meanwhile=grows)
        until(lambda: open_requests() == 0, PATIENCE_S, "all have an outcome")
    whole = tables.ids()
    tables.lose()
    assert tables.ids() == []
    tables.restore()
    copied = tables.ids()
    assert set(copied) < set(whole), "the copy is older than what was lost"
    with factory.running():
        publish_seeds(factory.kafka, THIRD)
        until(lambda: set(whole) < set(tables.ids()) and open_requests() == 0, PATIENCE_S, "all have an outcome again")
    assert max(Counter(tables.ids()).values()) == 1
    audited = command("audit", tables.uri)
    assert audited.returncode == 0, audited.stdout + audited.stderr
