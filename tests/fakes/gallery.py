"""A gallery for tests: tables of given events, a factory that notes what it is asked, a server on a free port.

In: events.  Out: tables on disk; a running gallery's address.
"""

import json
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import pyarrow as pa
import uvicorn
from starlette.types import ASGIApp

from dataset.gallery.interfaces import ConceptReading, FactoryView, SeedForm, StageView
from dataset.gallery.rejected_samples import RejectionSearch
from dataset.gallery.rejection_files import Pictures
from dataset.gallery.sample_search import SampleSearch
from dataset.gallery.web_app import GalleryData
from dataset.table.columns import COLUMNS
from dataset.table.delta_table import Options, Table
from dataset.table.rejection_table import REJECTION_COLUMNS, rejections_uri
from dataset.table.rejection_table import rows_of as rejection_rows
from dataset.table.row_encoding import rows_of
from schemas.events import QAEvent, Rejection
from schemas.ids import make_seed
from schemas.interfaces import Sample
from tests.fakes.events import make_picture
from tests.fakes.wait import until


@dataclass
class NotedFactory:
    """Implements `gallery.interfaces.Factory`. `refuse` is raised instead of publishing; `stages` are seen if given."""

    refuse: Exception | None = None
    published: list[SeedForm] = field(default_factory=list)
    replayed: list[str] = field(default_factory=list)
    looks: int = 0
    away: tuple[str, ...] = ()
    stages: tuple[StageView, ...] | None = None

    def reading(self, form: SeedForm) -> ConceptReading:
        if self.refuse is not None:
            raise self.refuse
        return ConceptReading((f"{form.concept!r}: scene kitchen (named)",), (("kitchen", 1.0), ("dining_room", 0.5)))

    def publish(self, form: SeedForm) -> list[str]:
        if self.refuse is not None:
            raise self.refuse
        self.published.append(form)
        return [make_seed(form.concept).seed_id]

    def funnel(self) -> FactoryView:
        self.looks += 1
        if self.stages is not None:
            return FactoryView(self.stages, self.away)
        examine = {"rejected": {"violated_relation": 7}, "redrawn": {"missing_object": 13}}
        trouble = ("render: stuck: 5 events are unread and nothing has moved for 90 s",)
        return FactoryView(
            (
                StageView("agents", 1, accepted=1200 + self.looks, in_flight=3, rate=12.5, state="well", hour=(3, 0, 9)),
                StageView("balance", 1, accepted=40, lacking={"relations": 0.125}),
                StageView("render", 1, lag=5, oldest_unread_s=240.0, state="stuck", problems=trouble),
                StageView("examine", 2, accepted=900, lag=4, **examine),
            ),
            self.away,
        )

    def replay(self, rejection_ids: Collection[str]) -> str:
        if self.refuse is not None:
            raise self.refuse
        self.replayed += rejection_ids
        return "Sent to skg.images."


def store_samples(uri: str, events: Sequence[QAEvent], options: Options = None) -> None:
    """One more commit of samples with their pictures."""
    rows = rows_of([Sample(event, make_picture(event.graph)) for event in events])
    Table.create(uri, COLUMNS, options).append(rows, {})


def store_rejections(uri: str, events: Sequence[Rejection]) -> None:
    """One more commit of rejections of the dataset at `uri`."""
    rows = rejection_rows([Sample(event, None) for event in events])
    Table.create(rejections_uri(uri), REJECTION_COLUMNS).append(rows, {})


def shown(uri: str, factory: NotedFactory | None = None, pictures: Pictures | None = None) -> GalleryData:
    """A gallery of what is in the tables now."""
    found = GalleryData(SampleSearch(uri), RejectionSearch(rejections_uri(uri)), factory, pictures)
    found.refresh()
    return found


def store_many(uri: str, event: QAEvent, rows: int, per_file: int) -> None:
    """`rows` samples with ids of their own that differ in nothing else but scene and split, quickly."""
    (one,) = rows_of([Sample(event, make_picture(event.graph))]).to_pylist()
    varied = [{**one, "scene": f"scene {n % 26}", "split": "test" if n % 10 == 0 else "train"} for n in range(per_file)]
    part = pa.Table.from_pylist(varied, schema=COLUMNS)
    table = Table.create(uri, COLUMNS)
    for first in range(0, rows, per_file):
        ids = pa.array([f"{(first + n) * 2654435761 % 2**128:032x}" for n in range(per_file)])
        table.append(part.set_column(0, COLUMNS.field(0), ids), {})


def store_many_rejections(uri: str, event: Rejection, rows: int, per_file: int) -> None:
    """`rows` rejections with ids and requests of their own that differ in nothing else but their stage, quickly."""
    (one,) = rejection_rows([Sample(event, None)]).to_pylist()
    varied = [{**one, "stage": "examine" if n % 10 == 0 else one["stage"]} for n in range(per_file)]
    part = pa.Table.from_pylist(varied, schema=REJECTION_COLUMNS)
    table = Table.create(rejections_uri(uri), REJECTION_COLUMNS)
    for first in range(0, rows, per_file):
        ids = pa.array([f"{first + n:032x}" for n in range(per_file)])
        requests = pa.array(range(first + 1, first + 1 + per_file), pa.int32())
        place = REJECTION_COLUMNS.names.index("index")
        table.append(part.set_column(0, REJECTION_COLUMNS.field(0), ids).set_column(place, "index", requests), {})


def with_side(event: QAEvent) -> QAEvent:
    """The sample with a proof of its first question that names its query, as those of the factory do."""
    query = {"op": "side", "subject": {"category": "cat"}, "object": {"category": "dog"}}
    references = [{"text": "the cat", "object": 0}, {"text": "the dog", "object": 1}]
    proof = json.dumps({"query": query, "references": references, "premises": [], "margin": 0.31})
    first, *more = event.questions
    return event.model_copy(update={"questions": (first.model_copy(update={"certificate": proof}), *more)})


@contextmanager
def running(app: ASGIApp) -> Iterator[str]:
    """The address of the application, served by a thread of this process."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started, 20, "the gallery listens")
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
