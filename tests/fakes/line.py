"""The production line without carriers: planner, renderer, examiner and table in one process.

In: concepts with numbers of graphs.  Out: accepted samples with their pictures, and a dataset of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from agents.planner import RulePlanner
from dataset.table.columns import COLUMNS
from dataset.table.delta_table import Table
from dataset.table.held_out_share import properties_of
from dataset.table.row_encoding import rows_of
from gpu_workers.collage import CollageRenderer
from gpu_workers.examine import ExamineHandler
from gpu_workers.render import RenderHandler
from gpu_workers.renderers import capabilities_of
from schemas.base import Event
from schemas.events import QAEvent, Rejection, SeedConcept
from schemas.interfaces import Renderer, Sample
from spatial.knowledge.renderer_capabilities import RendererCapabilities
from spatial.splits import DEFAULT_HELD_OUT_PER_MILLE
from tests.fakes.collage import make_sprites
from tests.fakes.store import InMemoryStore


@dataclass
class Line:
    """A line with a store of its own."""

    renderer: Renderer
    store: InMemoryStore = field(default_factory=InMemoryStore)
    capabilities: RendererCapabilities = field(default_factory=partial(capabilities_of, "collage"))

    def outcomes(self, seeds: Sequence[SeedConcept]) -> Iterator[Event]:
        """One QAEvent or Rejection for every graph that is asked for."""
        planner = RulePlanner(self.capabilities)
        render, examine = RenderHandler(self.renderer, self.store), ExamineHandler(self.store, self.store)
        for seed in seeds:
            for index in range(seed.first, seed.first + seed.count):
                event = planner.plan_now(seed, index)
                if isinstance(event, Rejection):
                    yield event
                    continue
                (drawn,) = render.begin([event])()
                assert isinstance(drawn, list), drawn
                (examined,) = examine.begin(drawn)()
                assert isinstance(examined, list), examined
                yield from examined

    def samples(self, seeds: Sequence[SeedConcept]) -> list[Sample]:
        """The accepted samples with their pictures."""
        events = [event for event in self.outcomes(seeds) if isinstance(event, QAEvent)]
        files = [[self.store.objects[image.key].data for image in (event.image, *event.views)] for event in events]
        return [Sample(event, file, tuple(views)) for event, (file, *views) in zip(events, files, strict=True)]


def collage_line(folder: Path) -> Line:
    """A line that draws collages of plain sprites, made in `folder`."""
    return Line(CollageRenderer(make_sprites(folder)))


def store_rows(uri: str, samples: Sequence[Sample]) -> str:
    """A table of the samples at `uri`, which is returned."""
    Table.create(uri, COLUMNS, properties=properties_of(DEFAULT_HELD_OUT_PER_MILLE)).append(rows_of(samples), {})
    return uri
