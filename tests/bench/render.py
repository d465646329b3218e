"""How fast pictures are drawn: `make bench-render`.

In: random weights, whose cost is that of trained ones.  On a CPU a narrow network at 128 pixels, so that it ends within
minutes; on a CUDA machine, or with `--full`, the architecture of Stable Diffusion 1.4 with GLIGEN's layers at 512 pixels.
A CPU is seldom one's own, so there one thread works and its processor time counts, not the clock's.
Out: pictures a second of the stock pipeline, which takes one layout a call; of batches of mixed layouts; of the passes that
the reference program's way of drawing takes; and the render worker's share of the bare loop, by the clock, over a broker
in memory, with a store and acknowledgements that take their time.
"""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.conditioning import conditioning_of
from gpu_workers.diffusion.denoise import Sampling
from gpu_workers.diffusion.diffusion_renderer import DiffusionRenderer
from gpu_workers.diffusion.generators.gligen import LatentGenerator
from gpu_workers.diffusion.guidance.method_settings import LmdSettings
from gpu_workers.diffusion.guidance_methods import VARIANTS
from gpu_workers.diffusion.model_components import Machine, Parts
from gpu_workers.diffusion.weight_files import Source
from gpu_workers.tiny_models import tiny_diffusion
from schemas.graph import Prompt, SpatialGraph
from tests.bench.line import RenderLine
from tests.fakes.collage import Thing, make_scene

BATCHES = (1, 4, 8, 16)
THINGS = ("dog", "bench", "ball")
"""Of each graph."""

WORKER_BATCHES = 36
"""In one measurement of the worker: the first look and the last acknowledgement count too, and should count little."""


@dataclass(frozen=True)
class Scale:
    """What is drawn with: the UNet's widths, the decoder's, the latent's side, how often a latent is doubled."""

    widths: tuple[int, ...]
    text_width: int
    decoder: tuple[int, ...]
    latent_side: int
    steps: int
    beta: float = 0.3


FULL = Scale((320, 640, 1280, 1280), 768, (128, 256, 512, 512), 64, 50)
SMALL = Scale((32, 64, 64), 64, (16, 16, 16, 16), 16, 4, beta=0.5)


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--full", action="store_true", help="the true size, whatever the machine")
    asked.add_argument("--rounds", type=int, default=2, help="measurements of each line; the best counts")
    given = asked.parse_args()
    torch = lazy_imports.torch()
    cuda = torch.cuda.is_available()
    scale = FULL if cuda or given.full else SMALL
    if not cuda:
        torch.set_num_threads(1)
    machine = Machine("cuda", "float16", channels_last=True) if cuda else Machine()
    parts, stock = built(scale, machine)
    _say(f"{torch.cuda.get_device_name() if cuda else 'CPU, one thread, by processor time'}; {scale}; {machine.dtype}")
    bench = Bench(parts, stock, Sampling(scale.steps, 7.5, scale.beta), given.rounds)
    bench.all()


@dataclass(frozen=True)
class Bench:
    """The measurements over one model."""

    parts: Parts
    stock: Any
    sampling: Sampling
    rounds: int

    def all(self) -> None:
        """Every line."""
        base = self._line("stock pipeline, one layout a call", 1, self._stock)
        for batch in BATCHES:
            rate = self._line(f"gligen, batches of {batch}", batch, lambda n=batch: self._drawn("gligen", n))
            _say(f"    {rate / base:.2f} times the stock pipeline")
        self._reference()
        self._worker()

    def _reference(self) -> None:
        """The passes of the reference program's lmd_plus, which are ours.

        Each object alone first, for all steps, then the whole picture, with up to 65 moves of the latents, every one a pass
        forward and back.  In the reference no two pictures share a pass; here a batch does.
        """
        steps, things = self.sampling.steps, len(THINGS)
        guided = sum(LmdSettings().at(number, steps) for number in range(steps))
        _say(f"by arithmetic, lmd_plus of {things} objects: {2 * steps * (1 + things)} passes a picture and up to {guided}")
        _say(f"    with gradients, in the reference one picture at a time; gligen: {2 * steps} passes")
        for kind in ("gligen_guided", "lmd_plus"):
            for batch in (1, 4):
                self._line(f"{kind}, batches of {batch}", batch, lambda k=kind, n=batch: self._drawn(k, n))

    def _worker(self) -> None:
        """The whole worker against the bare drawer, in turns, so that a machine's moods meet both."""
        batch, count = 8, 8 * WORKER_BATCHES
        drawer = self._drawer("gligen")
        line = RenderLine(DiffusionRenderer(drawer, batch), batch)
        orders = [conditioning_of(graph) for graph in graphs(count)]

        def bare() -> None:
            for start in range(0, count, batch):
                drawer.draw(orders[start : start + batch], list(range(batch)), (self.parts.side, self.parts.side))

        pairs = [(_clock(bare), _clock(lambda: line.carry(graphs(count)))) for _ in range(1 + self.rounds)]
        alone, whole = (min(seconds) for seconds in zip(*pairs, strict=True))
        _say(f"bare loop, batches of {batch}, by the clock: {count / alone:.3f} pictures/s")
        _say(f"render worker, batches of {batch}, by the clock: {count / whole:.3f} pictures/s")
        _say(f"    the worker reaches {alone / whole:.1%} of the bare loop")

    def _line(self, name: str, pictures: int, work: Callable[[], object]) -> float:
        work()  # the first one prepares
        seconds = min(_seconds(work) for _ in range(self.rounds))
        _say(f"{name}: {pictures / seconds:.3f} pictures/s")
        return pictures / seconds

    def _drawer(self, kind: str) -> LatentGenerator:
        source = Source("random", "local", "none", "")
        return LatentGenerator(self.parts, source, self.sampling, VARIANTS[kind](self.parts, self.sampling, None))

    def _drawn(self, kind: str, batch: int) -> object:
        orders = [conditioning_of(graph) for graph in graphs(batch)]
        return self._drawer(kind).draw(orders, list(range(batch)), (self.parts.side, self.parts.side))

    def _stock(self) -> object:
        [orders] = [conditioning_of(graph) for graph in graphs(1)]
        return self.stock(
            prompt=orders.prompt, negative_prompt=orders.negative, gligen_phrases=list(orders.phrases),
            gligen_boxes=[list(box) for box in orders.boxes], gligen_scheduled_sampling_beta=self.sampling.beta,
            num_inference_steps=self.sampling.steps, guidance_scale=self.sampling.guidance,
            width=self.parts.side, height=self.parts.side,
        )  # fmt: skip


def graphs(count: int) -> list[SpatialGraph]:
    """Different layouts of the same things, each of which the prompt names."""
    prompt = Prompt(positive="a dog, a bench and a ball", negative="text", phrases=tuple(f"a {name}" for name in THINGS))
    return [_scene(number).model_copy(update={"prompt": prompt}) for number in range(count)]


def _scene(number: int) -> SpatialGraph:
    places = [(20 + 9 * number + 150 * n, 250, 110, 120) for n in range(len(THINGS))]
    return make_scene("park", [Thing(name, place, 0.4) for name, place in zip(THINGS, places, strict=True)])


def _clock(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _seconds(work: Callable[[], object]) -> float:
    cuda = lazy_imports.torch().cuda
    clock = time.perf_counter if cuda.is_available() else time.process_time
    started = clock()
    work()
    if cuda.is_available():
        cuda.synchronize()
    return clock() - started


def built(scale: Scale, machine: Machine) -> tuple[Parts, Any]:
    """A model of the scale as parts, and the stock pipeline over the same weights."""
    diffusers, transformers, torch = lazy_imports.diffusers(), lazy_imports.transformers(), lazy_imports.torch()
    crossed = len(scale.widths) - 1
    unet = diffusers.UNet2DConditionModel(
        sample_size=scale.latent_side, block_out_channels=scale.widths, cross_attention_dim=scale.text_width,
        layers_per_block=2 if scale is FULL else 1, attention_head_dim=8, attention_type="gated",
        down_block_types=("CrossAttnDownBlock2D",) * crossed + ("DownBlock2D",),
        up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * crossed,
    )  # fmt: skip
    vae = diffusers.AutoencoderKL(
        block_out_channels=scale.decoder, layers_per_block=2 if scale is FULL else 1, latent_channels=4,
        norm_num_groups=16, down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4,
    )  # fmt: skip
    config = tiny_diffusion.text_config(transformers, scale.text_width, 12 if scale is FULL else 2)
    encoder = transformers.CLIPTextModel(config)
    dtype = getattr(torch, machine.dtype)
    for model in (unet, vae, encoder):
        model.to(machine.device, dtype).eval().requires_grad_(False)
    if machine.channels_last:
        unet.to(memory_format=torch.channels_last)
    words, scheduler = tiny_diffusion.new_tokenizer(), diffusers.DDIMScheduler(**tiny_diffusion.SCHEDULER)
    parts = Parts(unet, vae, encoder, words, scheduler, machine)
    stock = diffusers.StableDiffusionGLIGENPipeline(
        vae=vae, text_encoder=encoder, tokenizer=words, unet=unet, scheduler=_another(scheduler),
        safety_checker=None, feature_extractor=None, requires_safety_checker=False,
    )  # fmt: skip
    stock.set_progress_bar_config(disable=True)
    return parts, stock


def _another(scheduler: Any) -> Any:
    """One of its own for the stock pipeline, which keeps its steps in it."""
    return type(scheduler).from_config(scheduler.config)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
