"""What the tests of the dataset share: a store with pictures, a table's address, writers."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from dataset.reading.row_reader import batches
from dataset.table.delta_table import Table
from dataset.table.sample_writer import DatasetWriter, Reached, TableLocation, ignore
from schemas.events import QAEvent, SeedOptions
from schemas.ids import make_seed
from schemas.interfaces import Delivery, Sample, StoredObject
from spatial.world.solid_capabilities import solids_only
from tests.fakes.boxed_bodies import BodyBoxesRenderer
from tests.fakes.events import stored_picture
from tests.fakes.line import Line
from tests.fakes.store import InMemoryStore


class Lab:
    """A table in a folder, a store in memory, and as many writers as a test wants."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.uri = str(folder / "table")
        self.store = InMemoryStore()

    def writer(self, machine: str = "a", reached: Reached = ignore) -> DatasetWriter:
        return DatasetWriter(TableLocation(self.uri, self.folder / machine), self.store, reached=reached)

    def draw(self, events: Iterable[QAEvent]) -> None:
        for event in events:
            self.store.put_if_absent(event.image.key, stored_picture(event))

    def put(self, key: str, file: bytes) -> None:
        self.store.put_if_absent(key, StoredObject(file, "image/webp"))

    def deliver(self, writer: DatasetWriter, partition: str, offset: int, events: Sequence[QAEvent]) -> list[Delivery]:
        """The events as deliveries from `offset` on, pictures fetched."""
        self.draw(events)
        samples = [sample for sample in writer.prepare(events) if isinstance(sample, Sample)]
        return [Delivery(partition, offset + i, sample) for i, sample in enumerate(samples)]

    def ids(self) -> list[str]:
        """The table's sample ids, as they are stored."""
        return [one for batch in batches(Table.load(self.uri), ["sample_id"]) for one in batch["sample_id"].to_pylist()]


@pytest.fixture(scope="session")
def solid_samples() -> list[Sample]:
    """Samples of scenes in metres, drawn as boxes; in one of them something leans."""
    line = Line(BodyBoxesRenderer(), capabilities=solids_only("solid"))
    leaning = SeedOptions(required_relations=(("broom", "leaning_on", "refrigerator"),), max_objects=3)
    seeds = [make_seed(concept, 2) for concept in ("breakfast table", "park", "living room", "office")]
    return line.samples([*seeds, make_seed("kitchen", 2, options=leaning)])


@pytest.fixture(scope="session")
def view_samples() -> list[Sample]:
    """Samples of scenes in metres that further cameras see too, drawn as boxes."""
    line = Line(BodyBoxesRenderer(256), capabilities=replace(solids_only("solid"), view_share=1.0))
    found = line.samples([make_seed(concept, 2) for concept in ("breakfast table", "park", "farm")])
    assert sum(bool(sample.views) for sample in found) >= 2
    return found


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path)
