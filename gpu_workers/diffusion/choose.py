"""From a renderer's name to the renderer.

In: a name, a model, how to draw.  Out: a warm `DiffusionRenderer`.  The one table of the diffusion renderers.
"""

from dataclasses import dataclass
from pathlib import Path

from gpu_workers.diffusion import door
from gpu_workers.diffusion.gligen import LatentDrawer
from gpu_workers.diffusion.loop import Sampling
from gpu_workers.diffusion.parts import Machine, load
from gpu_workers.diffusion.renderer import DiffusionRenderer, Drawer
from gpu_workers.diffusion.variants import VARIANTS
from gpu_workers.diffusion.weights import TINY, locate
from schemas.failures import UserError

NAMES = tuple(VARIANTS)

TINY_STEPS = 4
"""A tiny model's pictures are noise however long it works."""


@dataclass(frozen=True)
class Choice:
    """What to draw with. `model` is a folder, a hub's owner/name with `revision`, or `tiny`; `cache` takes the last."""

    renderer: str
    model: str
    revision: str | None
    cache: Path
    batch: int
    steps: int = 50
    guidance: float = 7.5
    beta: float = 0.3
    dtype: str = "auto"
    compiled: bool = False


def renderer_of(choice: Choice) -> DiffusionRenderer:
    """The renderer, warmed up. Raises UserError (MissingExtra among them) and TryLater (a hub out of reach)."""
    door.torch()
    made = DiffusionRenderer(_drawer(choice), choice.batch)
    made.warm_up()
    return made


def _drawer(choice: Choice) -> Drawer:
    if choice.renderer not in NAMES:
        raise UserError(f"no renderer is called {choice.renderer!r}; there are: {', '.join(NAMES)}")
    folder, source = locate(choice.model, choice.revision, choice.cache)
    parts = load(folder, machine_of(choice))
    steps = TINY_STEPS if choice.model == TINY else choice.steps
    sampling = Sampling(steps, choice.guidance, choice.beta)
    return LatentDrawer(parts, source, sampling, VARIANTS[choice.renderer](parts, sampling))


def machine_of(choice: Choice) -> Machine:
    """Half precision and channels-last on a GPU, where nothing else is said; single precision on a CPU."""
    device = door.best_device()
    dtype = choice.dtype if choice.dtype != "auto" else ("float16" if device == "cuda" else "float32")
    return Machine(device, dtype, channels_last=device == "cuda", compiled=choice.compiled)
