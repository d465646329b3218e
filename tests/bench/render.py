"""How fast pictures are drawn: `make bench-render`, or some of it: `python -m tests.bench.render --parts guided photo`.

In: random weights, whose cost is that of trained ones.  On a CPU a narrow network at 128 pixels, so that it ends within
minutes; on a CUDA machine, or with `--full`, the architecture of Stable Diffusion 1.4 with GLIGEN's layers at 512 pixels.
A CPU is seldom one's own, so there one thread works and its processor time counts, not the clock's.
Out: pictures a second of the stock pipeline, which takes one layout a call; of batches of mixed layouts; of every guided
method; of other schedules at half of the steps; of a compiled network, with what compiling it takes; of photographs over
structures; and the render worker's share of the bare loop, by the clock, over a broker in memory, with a store and
acknowledgements that take their time.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.conditioning import Conditioning, conditioning_of
from gpu_workers.diffusion.denoise import Sampling
from gpu_workers.diffusion.diffusion_renderer import DiffusionRenderer
from gpu_workers.diffusion.families.pipeline_loading import Model
from gpu_workers.diffusion.generators.gligen import LatentGenerator
from gpu_workers.diffusion.generators.photo import PhotoGenerator
from gpu_workers.diffusion.generators.photo_models import PhotoModels, PhotoSettings
from gpu_workers.diffusion.guidance.method_settings import LmdSettings
from gpu_workers.diffusion.guidance_methods import VARIANTS
from gpu_workers.diffusion.model_components import Machine, Parts, compiled_network, scheduled
from gpu_workers.diffusion.setting_readers import LOOPED
from gpu_workers.diffusion.weight_files import Source
from gpu_workers.photo.structure import Structure
from gpu_workers.tiny_models import tiny_diffusion
from schemas.graph import Prompt, SpatialGraph
from tests.bench.line import RenderLine
from tests.fakes.collage import Thing, make_scene

BATCHES = (1, 4, 8, 16)
THINGS = ("dog", "bench", "ball")
"""Of each graph."""

GUIDED_BATCHES = (1, 4)

SCHEDULED = ("ddim", "dpmsolver++", "unipc")

PHOTOGRAPHS = {
    "a ControlNet": (True, PhotoSettings()),
    "the noised picture": (False, PhotoSettings(strength=0.6)),
    "a ControlNet, then each object anew": (True, PhotoSettings(inpaint=0.6)),
}
"""By what a photograph is drawn: whether with a ControlNet, and the settings."""

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
    asked.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="what is measured")
    given = asked.parse_args()
    torch = lazy_imports.torch()
    cuda = torch.cuda.is_available()
    scale = FULL if cuda or given.full else SMALL
    if not cuda:
        torch.set_num_threads(1)
    machine = Machine("cuda", "float16", channels_last=True) if cuda else Machine()
    parts, stock = built(scale, machine)
    _say(f"{torch.cuda.get_device_name() if cuda else 'CPU, one thread, by processor time'}; {scale}; {machine.dtype}")
    Bench(parts, stock, Sampling(scale.steps, 7.5, scale.beta), given.rounds, scale, _say).run(given.parts)


@dataclass(frozen=True)
class Bench:
    """The measurements over one model."""

    parts: Parts
    stock: Any
    sampling: Sampling
    rounds: int
    scale: Scale
    say: Callable[[str], None]

    def run(self, parts: Sequence[str]) -> None:
        """The lines of some parts, in the order of `PARTS`."""
        for name in PARTS:
            if name in parts:
                getattr(self, f"_{name}")()

    def _plain(self) -> None:
        base = self._line("stock pipeline, one layout a call", 1, self._stock)
        for batch in BATCHES:
            rate = self._line(f"gligen, batches of {batch}", batch, lambda n=batch: self._drawn("gligen", n))
            self.say(f"    {rate / base:.2f} times the stock pipeline")

    def _guided(self) -> None:
        """Every method of the loop but plain `gligen`, and the passes of the reference program's lmd_plus, which are ours.

        Each object alone first, for all steps, then the whole picture, with up to 65 moves of the latents, every one a pass
        forward and back.  In the reference no two pictures share a pass; here a batch does.
        """
        steps, things = self.sampling.steps, len(THINGS)
        guided = sum(LmdSettings().at(number, steps) for number in range(steps))
        self.say(
            f"by arithmetic, lmd_plus of {things} objects: {2 * steps * (1 + things)} passes a picture and up to {guided}"
        )
        self.say(f"    with gradients, in the reference one picture at a time; gligen: {2 * steps} passes")
        for kind in (name for name in LOOPED if name != "gligen"):
            for batch in GUIDED_BATCHES:
                self._line(f"{kind}, batches of {batch}", batch, lambda k=kind, n=batch: self._drawn(k, n))

    def _schedules(self) -> None:
        """Other schedules at half of the steps: what they are meant for."""
        steps = max(1, self.sampling.steps // 2)
        for name in SCHEDULED:
            parts = replace(self.parts, scheduler=scheduled(self.parts.scheduler, name))
            other = replace(self, parts=parts, sampling=replace(self.sampling, steps=steps, scheduler=name))
            self._line(f"gligen by {name} at {steps} steps, batches of 4", 4, lambda one=other: one._drawn("gligen", 4))

    def _compiled(self) -> None:
        """A compiled network; with CUDA graphs too where there is CUDA."""
        cuda = self.parts.machine.device == "cuda"
        for mode in ("default", "reduce-overhead") if cuda else ("default",):
            machine = replace(self.parts.machine, compiled=True, mode=mode)
            other = replace(
                self, parts=replace(self.parts, unet=compiled_network(self.parts.unet, machine), machine=machine)
            )
            self.say(f"compiling, {mode}: {_clock(lambda one=other: one._drawn('gligen', 4)):.1f} s by the clock")
            self._line(f"gligen compiled, {mode}, batches of 4", 4, lambda one=other: one._drawn("gligen", 4))

    def _photo(self) -> None:
        """Photographs over structures of three things, by the family of Stable Diffusion 1.5."""
        with TemporaryDirectory() as folder:
            models = saved(self.scale, self.parts.machine, Path(folder))
            for name, (by_net, settings) in PHOTOGRAPHS.items():
                generator = PhotoGenerator(models if by_net else PhotoModels(models.model), self.sampling, settings)
                for batch in GUIDED_BATCHES:
                    orders = [structured(graph, generator.side) for graph in graphs(batch)]
                    size = (generator.side, generator.side)

                    def drawn(one: PhotoGenerator = generator, given: Any = orders, size: Any = size) -> object:
                        return one.draw(given, list(range(len(given))), size)

                    self._line(f"photo over {name}, batches of {batch}", batch, drawn)

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
        self.say(f"bare loop, batches of {batch}, by the clock: {count / alone:.3f} pictures/s")
        self.say(f"render worker, batches of {batch}, by the clock: {count / whole:.3f} pictures/s")
        self.say(f"    the worker reaches {alone / whole:.1%} of the bare loop")

    def _line(self, name: str, pictures: int, work: Callable[[], object]) -> float:
        work()  # the first one prepares
        seconds = min(_seconds(work) for _ in range(self.rounds))
        self.say(f"{name}: {pictures / seconds:.3f} pictures/s")
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
    across, up = number % 20, number // 20
    places = [(20 + 6 * across + 130 * n, 350 - 5 * up, 110, 120) for n in range(len(THINGS))]
    return make_scene("park", [Thing(name, place, 0.4) for name, place in zip(THINGS, places, strict=True)])


def structured(graph: SpatialGraph, side: int) -> Conditioning:
    """The conditioning of a graph over a structure in which its boxes are filled, the first thing nearest."""
    told = conditioning_of(graph)
    index, depth = np.zeros((side, side), np.uint16), np.full((side, side), 9.0, np.float32)
    for number, (left, top, right, bottom) in enumerate(told.boxes):
        place = (slice(int(top * side), int(bottom * side)), slice(int(left * side), int(right * side)))
        index[place], depth[place] = number + 1, 2.0 + number
    picture = np.repeat((index * 60)[..., None], 3, axis=-1).astype(np.uint8)
    return replace(told, structure=Structure(picture, depth, index, np.zeros(index.shape, np.uint8), told.words))


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


def built(scale: Scale, machine: Machine, gated: bool = True) -> tuple[Parts, Any]:
    """A model of the scale as parts, and the stock pipeline over the same weights."""
    diffusers, transformers, torch = lazy_imports.diffusers(), lazy_imports.transformers(), lazy_imports.torch()
    crossed = len(scale.widths) - 1
    unet = diffusers.UNet2DConditionModel(
        sample_size=scale.latent_side, block_out_channels=scale.widths, cross_attention_dim=scale.text_width,
        layers_per_block=2 if scale is FULL else 1, attention_head_dim=8, attention_type="gated" if gated else "default",
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


def saved(scale: Scale, machine: Machine, folder: Path) -> PhotoModels:
    """A Stable Diffusion of the scale without gates, and a ControlNet of its own, in a folder, as photographs load them."""
    diffusers = lazy_imports.diffusers()
    parts, _ = built(scale, machine, gated=False)
    pipeline = diffusers.StableDiffusionPipeline(
        vae=parts.vae, text_encoder=parts.encoder, tokenizer=parts.tokenizer, unet=parts.unet, scheduler=parts.scheduler,
        safety_checker=None, feature_extractor=None, requires_safety_checker=False,
    )  # fmt: skip
    pipeline.save_pretrained(folder / "model", safe_serialization=True)
    net = diffusers.ControlNetModel.from_unet(parts.unet)
    net.save_pretrained(folder / "net", safe_serialization=True)
    source = Source("random", "local", "none", "")
    return PhotoModels(Model(folder / "model", source, machine), Model(folder / "net", source, machine))


def _another(scheduler: Any) -> Any:
    """One of its own for the stock pipeline, which keeps its steps in it."""
    return type(scheduler).from_config(scheduler.config)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


PARTS = ("plain", "guided", "schedules", "compiled", "photo", "worker")
"""What is measured, by the name of the method that does."""


if __name__ == "__main__":
    main()
