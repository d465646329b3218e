"""Annotated pictures on their way, in memory: taken in, stored, published, examined."""

from collections.abc import Sequence
from pathlib import Path

from gpu_workers.examine import ExamineHandler
from schemas.base import Event
from schemas.codec import decode, to_message
from schemas.events import RenderedImage
from schemas.topics import IMAGES
from streams.ingest.annotation_files import read_annotations
from streams.ingest.ingest_run import Taken, take_in
from streams.ingest.picture_events import Terms
from tests.fakes.broker import MemoryBroker
from tests.fakes.steps import NOW, TRACE
from tests.fakes.store import InMemoryStore


class Factory:
    """Store, broker and examiner in memory."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.store, self.broker = folder, InMemoryStore(), MemoryBroker(partitions=1)
        self.examiner = ExamineHandler(self.store, self.store)
        self.ends: list[Event] = []

    def take_in(self, annotations: Path) -> list[Taken]:
        def publish(events: Sequence[Event]) -> None:
            self.broker.publish([to_message(event, "ingest", TRACE, NOW) for event in events])

        return list(take_in(read_annotations(annotations), Terms(self.folder, "pictures", 100), self.store, publish))

    def images(self) -> list[RenderedImage]:
        found = [decode(IMAGES, record.value or b"", record.headers) for record in self.broker.records(IMAGES)]
        return [event for event in found if isinstance(event, RenderedImage)]

    def outcomes(self) -> list[Event]:
        if not self.ends:
            self.ends = [event for results in self.examiner.begin(self.images())() for event in as_events(results)]
        return self.ends


def as_events(results: object) -> list[Event]:
    assert isinstance(results, list), results
    return results
