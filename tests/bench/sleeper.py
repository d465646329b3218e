"""`python -m tests.bench.sleeper render`: a render process as in production, whose renderer sleeps instead of drawing.

In: settings from the environment; SKG_BENCH_SLEEP_S, seconds that a picture takes.  Out: for every graph the same picture.
"""

import os
import time
from collections.abc import Sequence
from dataclasses import replace

from schemas.graph import SpatialGraph
from schemas.interfaces import Drawing
from streams.composition import Hooks, run_render
from streams.settings import RenderSettings
from tests.fakes.boxes_renderer import BoxesRenderer


class Sleeper(BoxesRenderer):
    """Waits as for a device, and gives every graph what it drew of the first one."""

    name = "sleeper-1"

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._drawn: Drawing | None = None

    def render(self, graphs: Sequence[SpatialGraph], seeds: Sequence[int]) -> list[Drawing]:
        """One picture for each."""
        if self._drawn is None:
            (drawn,) = super().render(graphs[:1], seeds[:1])
            data = drawn.data
            self._drawn = replace(drawn, file=lambda: data)
        time.sleep(self._seconds * len(graphs))  # a device that takes so long is what is measured
        return [self._drawn] * len(graphs)


if __name__ == "__main__":
    run_render(RenderSettings(), Hooks(renderer=Sleeper(float(os.environ["SKG_BENCH_SLEEP_S"]))))
