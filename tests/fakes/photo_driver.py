"""Composes the processes of a factory of photographs as production does, on tiny weights, over scenes in metres whose
bodies are drawn as boxes in place of Blender; its eyes see what is claimed, since a tiny model draws noise.

`python -m tests.fakes.photo_driver STAGE`.  Settings come from the environment; needs torch for `render`.
"""

import sys

from gpu_workers.renderers import RENDERERS
from schemas.interfaces import Renderer
from streams.cli.root import run
from streams.composition import Hooks, run_examine, run_render
from streams.settings import ExamineSettings, RenderSettings
from tests.fakes.boxed_bodies import BodyBoxesRenderer
from tests.fakes.painted_photographs import ClaimReadingEyes

SIDE = 192
"""Of the structures, in pixels."""


def photographs(settings: RenderSettings) -> Renderer:
    """The renderer of photographs, as its row makes it, over boxes."""
    from gpu_workers.diffusion.diffusion_config import diffusion_config
    from gpu_workers.diffusion.model_registry import make_renderer
    from gpu_workers.photo.photographs import FromStructures
    from gpu_workers.photo.structure_sources import structure_source

    given = {name: getattr(settings, name) for name in RENDERERS["photo"].settings}
    return make_renderer(diffusion_config("photo", given), FromStructures(structure_source(BodyBoxesRenderer(SIDE))))


def main(stage: str) -> int:
    if stage == "render":
        settings = RenderSettings()
        run_render(settings, Hooks(renderer=photographs(settings)))
    elif stage == "examine":
        run_examine(ExamineSettings(), Hooks(detector=ClaimReadingEyes()))
    else:
        return run([stage])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
