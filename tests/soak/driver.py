"""A process of the soak: the worker and step of production, over a handler that does next to nothing.

`python -m tests.soak.driver render|examine`.  In: settings from the environment.  Out: for every graph a picture's event,
for every picture a sample, with ids of their own; or a rejection, of an examiner that refuses everything.
Touches no pixels and no store: what grows is the carrying.
"""

import sys
from collections.abc import Callable, Sequence

from schemas.base import Event
from schemas.events import Rejection, RenderedImage
from schemas.graph import SpatialGraph
from schemas.ids import content_id, rejection_id
from schemas.interfaces import Results
from schemas.reference.examples import rendered, sample
from schemas.topics import GRAPHS, IMAGES
from streams.settings import ExamineSettings, RenderSettings
from streams.steps.handler_step import HandlerStep
from streams.worker.loop import no_hook
from streams.worker.process_lifetime import process
from streams.worker.record_buffer import BatchLimits
from streams.worker.worker_process import Role, run_worker


class Announces:
    """For each graph the event of a picture that was never drawn."""

    def __init__(self) -> None:
        self._example = rendered()

    def begin(self, events: Sequence[Event]) -> Callable[[], Results]:
        results: Results = [[self._of(event)] for event in events if isinstance(event, SpatialGraph)]
        return lambda: results

    def _of(self, graph: SpatialGraph) -> Event:
        image = self._example.image.model_copy(update={"image_id": content_id("soak", graph.graph_id)})
        return self._example.model_copy(update={"graph": graph, "image": image})


class Accepts:
    """For each picture a sample that asks what the example asks."""

    def __init__(self) -> None:
        self._example = sample()

    def begin(self, events: Sequence[Event]) -> Callable[[], Results]:
        results: Results = [[self._of(event)] for event in events if isinstance(event, RenderedImage)]
        return lambda: results

    def _of(self, event: RenderedImage) -> Event:
        made = content_id("soak", event.image.image_id)
        return self._example.model_copy(update={"sample_id": made, "image": event.image, "graph": event.graph})


class Refuses:
    """For each picture a rejection."""

    def begin(self, events: Sequence[Event]) -> Callable[[], Results]:
        results: Results = [[self._of(event)] for event in events if isinstance(event, RenderedImage)]
        return lambda: results

    def _of(self, event: RenderedImage) -> Event:
        place = {"stage": "examine", "gate": "image", "reason": "blank"}
        name = rejection_id(*place.values(), event.image.image_id)
        request = {"seed_id": event.graph.seed_id, "index": event.graph.index}
        return Rejection(rejection_id=name, **place, **request, source_topic=IMAGES, source=b"a picture's event")


def main(kind: str, refusing: bool = False) -> None:
    """Carry until SIGTERM."""
    if kind == "render":
        render = RenderSettings()
        role = Role("render", (GRAPHS,), render.render_group, BatchLimits(render.render_batch or 4, max_batches=3))
        with process("render", render) as start:
            run_worker(role, render, start, lambda tools, _: HandlerStep(Announces(), tools), no_hook)
    else:
        examine = ExamineSettings()
        role = Role("examine", (IMAGES,), examine.examine_group, BatchLimits(examine.examine_batch, max_batches=3))
        with process("examine", examine) as start:
            handler = Refuses() if refusing else Accepts()
            run_worker(role, examine, start, lambda tools, _: HandlerStep(handler, tools), no_hook)


if __name__ == "__main__":
    main(sys.argv[1])
