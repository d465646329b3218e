"""The whole line over a broker in memory, with the stages' own steps and handlers, and the spans that they record.

In: seeds.  Out: what lies on the topics, and finished spans.  Draws boxes, into a table in memory, unless it is told
otherwise; nothing of a service is needed.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from gpu_workers.examine import ExamineHandler
from gpu_workers.render import RenderHandler
from monitoring.otel_export import recording
from schemas.base import Event
from schemas.codec import Message
from schemas.errors import PermanentError
from schemas.events import QAEvent, Rejection, SeedConcept, Stage
from schemas.interfaces import Appended, Delivery, Planner, Renderer, Sample, Sink
from schemas.topics import GRAPHS, IMAGES, QA, REJECTIONS, SEEDS
from streams.steps.handler_step import HandlerStep, StepTools
from streams.steps.root_spans import publish_roots
from streams.steps.seed_step import RetryPolicy, SeedStep, SeedTools
from streams.steps.sink_step import SinkStep
from tests.fakes.boxes_renderer import BoxesRenderer
from tests.fakes.broker import MemoryBroker
from tests.fakes.events import make_graph
from tests.fakes.sink import MemorySink, Table
from tests.fakes.steps import tally
from tests.fakes.store import InMemoryStore

WORDS = ("cat", "dog", "mug", "bench")


@contextmanager
def spans_kept() -> Iterator[InMemorySpanExporter]:
    """Where the spans of the block end up."""
    exporter, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with recording(provider):
        yield exporter


class Varied:
    """Plans the graph of each index with other things in it."""

    async def plan(self, seed: SeedConcept, index: int) -> Event:
        return make_graph(seed, index, (WORDS[index], WORDS[index + 1]))


class RejectionSink(MemorySink):
    """Keeps rejections."""

    def prepare(self, events: Sequence[Rejection]) -> list[Sample[Rejection] | PermanentError]:  # type: ignore[override]
        return [Sample(event, None) for event in events]

    def append(self, deliveries: Sequence[Delivery[Rejection]]) -> Appended:  # type: ignore[override]
        return Appended({each.partition: each.offset + 1 for each in deliveries}, len(deliveries))


@dataclass
class _Awaited:
    broker: MemoryBroker

    async def publish(self, messages: Sequence[Message]) -> None:
        self.broker.publish(messages)


@dataclass
class TracedLine:
    """The stages, each carried by hand."""

    planner: Planner = field(default_factory=Varied)
    broker: MemoryBroker = field(default_factory=lambda: MemoryBroker(partitions=1))
    store: InMemoryStore = field(default_factory=InMemoryStore)
    table: Table = field(default_factory=Table)
    renderer: Renderer = field(default_factory=BoxesRenderer)
    sink: Sink[QAEvent] | None = None

    def publish(self, seed: SeedConcept) -> None:
        publish_roots(self.broker.publish, "seed", [seed])

    def plan(self) -> None:
        step = SeedStep(SeedTools(self.planner, _Awaited(self.broker), tally("agents"), RetryPolicy(2, 0.001)))
        for record in self.broker.records(SEEDS):
            asyncio.run(step.handle(record))

    def render(self) -> None:
        HandlerStep(RenderHandler(self.renderer, self.store), self._tools("render")).begin(self.broker.records(GRAPHS))()

    def examine(self) -> None:
        handler = ExamineHandler(self.store, self.store)
        HandlerStep(handler, self._tools("examine")).begin(self.broker.records(IMAGES))()

    def write(self) -> None:
        for topic, sink in ((QA, self.sink or MemorySink(self.table)), (REJECTIONS, RejectionSink(Table()))):
            records = self.broker.records(topic)
            step: SinkStep[Event] = SinkStep(sink, self._tools("write"), topic, lambda _: "id")
            step.assigned([record.partition for record in records][:1])
            step.begin(records)()

    def run(self, seed: SeedConcept, *before: tuple[str, Callable[[], None]]) -> None:
        """From the seed to the tables; `before` a stage something may be done."""
        self.publish(seed)
        for stage in (self.plan, self.render, self.examine, self.write):
            for name, act in before:
                if name == stage.__name__:
                    act()
            stage()

    def _tools(self, stage: Stage) -> StepTools:
        return StepTools(stage, self.broker, tally(stage))


def by_name(spans: Sequence[ReadableSpan], name: str) -> list[ReadableSpan]:
    return [span for span in spans if span.name == name]
