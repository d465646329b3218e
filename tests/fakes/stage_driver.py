"""Composes a process of a stage as production does, with something in it that never ends.

`python -m tests.fakes.stage_driver KIND FAULT`: `none`, or a renderer that sleeps (`hang`).  Settings come from the
environment; problems become a line and an exit code as those of the command do.
"""

import sys
import threading
from collections.abc import Sequence

from schemas.doors import Drawing
from schemas.graph import SpatialGraph
from streams.cli.root import run
from streams.processes import Hooks, run_render
from streams.settings import RenderSettings
from tests.fakes.boxes_renderer import BoxesRenderer


class Sleeps(BoxesRenderer):
    """A renderer that never answers."""

    def render(self, graphs: Sequence[SpatialGraph], seeds: Sequence[int]) -> list[Drawing]:
        threading.Event().wait()
        return []


def main(kind: str, fault: str) -> int:
    if fault == "none":
        return run([kind])
    run_render(RenderSettings(), Hooks(renderer=Sleeps()))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
