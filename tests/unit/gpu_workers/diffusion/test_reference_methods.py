"""Guided methods against the formulas of their reference programs, written anew as loops over one picture.

The network has Stable Diffusion 1's plan (four levels, eight heads) at a small width, with random weights.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from gpu_workers.diffusion.conditioning import Conditioning, Corners, token_positions
from gpu_workers.diffusion.denoise import Step, set_gligen_enabled, steps_of
from gpu_workers.diffusion.guidance.attention_maps import middle_layers, quarter_layers
from gpu_workers.diffusion.guidance.boxdiff import BoxDiffGuide
from gpu_workers.diffusion.guidance.latent_guidance import AttentionReader, EnergyGuide
from gpu_workers.diffusion.guidance.method_settings import BackwardSettings, BoxDiffSettings, LmdSettings
from gpu_workers.diffusion.guidance.reference_attention import ReferenceAttention
from gpu_workers.diffusion.guidance_methods import backward_method, lmd_method
from gpu_workers.diffusion.model_components import Parts
from gpu_workers.diffusion.tensor_batch import Batch, prepare

torch = pytest.importorskip("torch", reason="the gpu extra is not installed")

pytestmark = pytest.mark.thorough

SIDE = 32
"""Of the latents: maps of 4 and 8 positions a side."""

WORDS = ("cat", "dog", "car", "bus", "hat", "cup", "box", "key")
MIDDLE = ("mid_block.attentions.0", "up_blocks.1.attentions.0", "up_blocks.1.attentions.1", "up_blocks.1.attentions.2")
QUARTER = (
    "down_blocks.2.attentions.0", "down_blocks.2.attentions.1", "up_blocks.1.attentions.0", "up_blocks.1.attentions.1",
    "up_blocks.1.attentions.2",
)  # fmt: skip
COUNTS = (1, 4, 8)


@pytest.fixture(scope="module")
def wide(parts: Parts) -> Parts:
    """The tiny model's parts with a UNet of four levels whose attention is far from even."""
    import diffusers

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        unet = diffusers.UNet2DConditionModel(
            sample_size=SIDE, block_out_channels=(16, 32, 32, 32), layers_per_block=2, norm_num_groups=8,
            cross_attention_dim=32, attention_head_dim=8, attention_type="gated",
            down_block_types=("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",),
            up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3,
        )  # fmt: skip
    for name, weight in unet.named_parameters():
        if ".attn2.to_q." in name:
            weight.data.mul_(12)
    return replace(parts, unet=unet.eval().requires_grad_(False))


def told(count: int) -> Conditioning:
    """`count` objects, all of them named, in boxes of different sizes."""
    columns = min(count, 4)
    boxes: list[Corners] = []
    for number in range(count):
        left, top = 0.02 + 0.24 * (number % columns), 0.05 + 0.45 * (number // columns)
        boxes.append((left, top, left + 0.2 + 0.01 * number, top + 0.33 + 0.01 * number))
    words = WORDS[:count]
    return Conditioning(f"a room with {', '.join(words)}", "", words, words, tuple(boxes), "a room")


def batch_of(parts: Parts, count: int) -> Batch:
    side = SIDE * parts.pixels_per_latent
    return prepare(parts, [told(count)], [11], (side, side), boxes=False)


def step_of(parts: Parts, number: int = 0, of: int = 50) -> Step:
    return steps_of(parts.new_scheduler(of), 0.0)[number]


@dataclass(frozen=True)
class Place:
    """Where a loss is measured."""

    parts: Parts
    batch: Batch
    step: Step


@contextmanager
def seen(unet: Any, layers: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Within it, each layer's softmax of scaled products: (heads, positions, tokens)."""
    maps: dict[str, Any] = {}

    def hook(name: str) -> Callable[..., None]:
        def look(module: Any, given: Any, named: Any) -> None:
            query, key = module.to_q(given[0])[0], module.to_k(named["encoder_hidden_states"])[0]
            width = query.shape[-1] // module.heads
            split = [each.reshape(len(each), module.heads, width).transpose(0, 1) for each in (query, key)]
            maps[name] = torch.softmax(split[0] @ split[1].transpose(1, 2) / math.sqrt(width), -1)

        return look

    modules = {name: unet.get_submodule(f"{name}.transformer_blocks.0.attn2") for name in layers}
    hooks = [module.register_forward_pre_hook(hook(name), with_kwargs=True) for name, module in modules.items()]
    try:
        yield maps
    finally:
        for each in hooks:
            each.remove()


def gradient_of(at: Place, latents: Any, layers: Sequence[str], loss_of: Any) -> tuple[Any, Any]:
    """The gradient of a loss of maps, and the loss."""
    start = latents.detach().clone().requires_grad_(True)
    with torch.enable_grad(), seen(at.parts.unet, layers) as maps:
        scaled = at.step.scheduler.scale_model_input(start, at.step.timestep)
        boxes = at.batch.positive_grounding()
        extra = None if boxes is None else {"gligen": boxes}
        at.parts.unet(
            scaled, at.step.timestep, encoder_hidden_states=at.batch.positive_texts(), cross_attention_kwargs=extra
        )
        loss = loss_of(maps)
        return torch.autograd.grad(loss, start)[0], loss.detach()


def side_of(attention: Any) -> int:
    return math.isqrt(attention.shape[1])


def asked_of(maps: dict[str, Any], parts: Parts, count: int) -> Iterator[tuple[Any, int, Corners, list[int]]]:
    """Of each layer and each object: the layer's attention, the side of its maps, the object's box, its tokens."""
    conditioning = told(count)
    positions = token_positions(parts.tokenizer, conditioning)
    for attention in maps.values():
        for box, places in zip(conditioning.boxes, positions, strict=True):
            yield attention, side_of(attention), box, places


def lmd_loss(parts: Parts, count: int) -> Callable[[dict[str, Any]], Any]:
    def loss(maps: dict[str, Any]) -> Any:
        total = torch.zeros(())
        for attention, side, (left, top, right, bottom), places in asked_of(maps, parts, count):
            x, y = round(left * side), round(top * side)
            mask = torch.zeros(side, side)
            mask[y : y + round((bottom - top) * side), x : x + round((right - left) * side)] = 1
            inside, outside = max(1, int(0.2 * mask.sum())), max(1, int(0.2 * (1 - mask).sum()))
            own = torch.zeros(())
            for place in places:
                for head in attention:
                    here = head[:, place].reshape(side, side)
                    own = own + 1 - (here * mask).flatten().topk(inside).values.mean()
                    own = own + 4 * (here * (1 - mask)).flatten().topk(outside).values.mean()
            total = total + own / len(places)
        return total / (len(maps) * count)

    return loss


def backward_loss(parts: Parts, count: int) -> Callable[[dict[str, Any]], Any]:
    def loss(maps: dict[str, Any]) -> Any:
        total = torch.zeros(())
        for attention, side, box, places in asked_of(maps, parts, count):
            left, top, right, bottom = (int(value * side) for value in box)
            mask = torch.zeros(side, side)
            mask[top:bottom, left:right] = 1
            if mask.sum() == 0:  # our boxes keep one position
                mask[top, left] = 1
            for place in places:
                here = attention[:, :, place].reshape(-1, side, side)
                share = (here * mask).sum((1, 2)) / here.sum((1, 2))
                total = total + ((1 - share) ** 2).mean() / len(places)
        return total / (len(maps) * count)

    return loss


def boxdiff_losses(parts: Parts, count: int) -> Callable[[dict[str, Any]], tuple[list[Any], Any]]:
    """Of each token its inner-box loss, and the sum of all losses."""
    conditioning = told(count)
    positions = token_positions(parts.tokenizer, conditioning)

    def smooth(image: Any) -> Any:
        kernel = torch.tensor([[math.exp(-(x * x) - y * y) for x in (-1, 0, 1)] for y in (-1, 0, 1)])
        padded = torch.nn.functional.pad(image[None, None], (1, 1, 1, 1), mode="reflect")
        return torch.nn.functional.conv2d(padded, (kernel / kernel.sum())[None, None])[0, 0]

    def losses(maps: dict[str, Any]) -> tuple[list[Any], Any]:
        average = sum(attention.mean(0) for attention in maps.values()) / len(maps)
        side = math.isqrt(len(average))
        text = torch.softmax(100 * average[:, 1:-1], -1)
        inner, rest = [], torch.zeros(())
        for box, places in zip(conditioning.boxes, positions, strict=True):
            left, top, right, bottom = (round(value * side) for value in box)
            mask = torch.zeros(side, side)
            mask[top:bottom, left:right] = 1
            for place in places:
                image = smooth(text[:, place - 1].reshape(side, side))
                inside, outside = max(1, int(0.2 * mask.sum())), int(0.2 * (1 - mask).sum())
                inner.append(1 - (image * mask).flatten().topk(inside).values.mean())
                rest = rest + (image * (1 - mask)).flatten().topk(outside).values.mean()
                for axis, ends in ((0, (left, right)), (1, (top, bottom))):
                    near = torch.zeros(side)
                    for end in ends:
                        near[max(end - 1, 0) : end + 2] = 1
                    rest = rest + ((image.amax(axis) - mask.amax(axis)).abs() * near).mean()
        return inner, sum(inner) + rest

    return losses


def assert_same_move(found: Any, wanted: Any) -> None:
    found, wanted = found.flatten(), wanted.flatten()
    assert wanted.norm() > 0
    assert float(found @ wanted / (found.norm() * wanted.norm())) >= 0.99
    assert abs(float(found.norm() / wanted.norm()) - 1) <= 0.02


@pytest.mark.parametrize("count", COUNTS)
def test_a_move_of_lmd_is_the_reference_programs(wide: Parts, count: int):
    batch, step = batch_of(wide, count), step_of(wide, 3)
    settings = LmdSettings(moves=(1,) * 50, enough=0.0)
    guide = EnergyGuide(wide, AttentionReader(wide, middle_layers(wide.unet)), lmd_method(settings))
    gradient, loss = gradient_of(Place(wide, batch, step), batch.latents, MIDDLE, lmd_loss(wide, count))
    share = wide.scheduler.alphas_cumprod[int(step.timestep)]
    assert_same_move(guide(batch.latents, batch, step) - batch.latents, -5 * (1 - share) ** 0.5 * gradient)
    assert float(guide.energies(batch.latents, batch, step).detach()) == pytest.approx(float(loss), rel=1e-4)


def reference_loss(parts: Parts, count: int, kept: list[dict[str, Any]]) -> Callable[[dict[str, Any]], Any]:
    """`kept`: of each object alone, by layer (heads, positions)."""
    conditioning = told(count)
    words = [places[-1] for places in token_positions(parts.tokenizer, conditioning)]

    def loss(maps: dict[str, Any]) -> Any:
        total = torch.zeros(())
        for box, word, alone in zip(conditioning.boxes, words, kept, strict=True):
            for name, attention in maps.items():
                side = side_of(attention)
                left, top = round(box[0] * side), round(box[1] * side)
                mask = torch.zeros(side, side)
                mask[top : top + round((box[3] - box[1]) * side), left : left + round((box[2] - box[0]) * side)] = 1
                here, there = attention[:, :, word] * mask.flatten(), alone[name] * mask.flatten()
                here, there = (each / (each.sum(-1, keepdim=True) + 1e-5) for each in (here, there))
                total = total + 2.0 * (here - there).abs().sum(-1).mean()
        return total / (count * len(maps))

    return loss


@pytest.mark.parametrize("count", COUNTS)
def test_a_move_of_lmd_plus_with_attention_of_objects_alone_is_the_reference_programs(wide: Parts, count: int):
    side = SIDE * wide.pixels_per_latent
    batch, step = prepare(wide, [told(count)], [11], (side, side)), steps_of(wide.new_scheduler(50), 0.4)[3]
    chance = torch.Generator().manual_seed(5)
    sides = {name: 4 if name.startswith("mid") else 8 for name in MIDDLE}
    kept = [{name: torch.rand(8, sides[name] ** 2, generator=chance) for name in MIDDLE} for _ in range(count)]
    by_size = {
        (side, side): torch.stack([torch.cat([one[name] for name in MIDDLE if sides[name] == side]) for one in kept])
        for side in (4, 8)
    }
    reference = ReferenceAttention(wide, batch, {3: by_size}, 2.0, 1)
    settings = LmdSettings(moves=(1,) * 50, enough=0.0)
    guide = EnergyGuide(
        wide,
        AttentionReader(wide, middle_layers(wide.unet)),
        lmd_method(settings),
        lambda maps, batch, step: reference.energies(maps, step.number),
    )
    set_gligen_enabled(wide, True)
    own, other = lmd_loss(wide, count), reference_loss(wide, count, kept)
    gradient, loss = gradient_of(Place(wide, batch, step), batch.latents, MIDDLE, lambda maps: own(maps) + other(maps))
    assert_same_move(guide(batch.latents, batch, step) - batch.latents, -5 * (1 - step.signal) ** 0.5 * gradient)
    assert float(guide.energies(batch.latents, batch, step).detach()) == pytest.approx(float(loss), rel=1e-4)


@pytest.mark.parametrize("count", COUNTS)
def test_a_move_of_backward_guidance_is_the_reference_programs(wide: Parts, count: int):
    import diffusers

    scheduler = diffusers.LMSDiscreteScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")
    parts = replace(wide, scheduler=scheduler)
    batch, step = batch_of(parts, count), step_of(parts, 3, 51)
    guide = EnergyGuide(parts, AttentionReader(parts, middle_layers(parts.unet)), backward_method(one_move()))
    gradient, loss = gradient_of(Place(parts, batch, step), batch.latents, MIDDLE, backward_loss(parts, count))
    wanted = -30 * float(step.scheduler.sigmas[3]) ** 2 * gradient
    assert_same_move(guide(batch.latents, batch, step) - batch.latents, wanted)
    assert float(guide.energies(batch.latents, batch, step).detach()) == pytest.approx(float(loss), rel=1e-4)


def one_move() -> BackwardSettings:
    return BackwardSettings(moves=(1,) * 50, enough=0.0)


def test_in_scaled_latents_a_move_of_backward_guidance_is_the_same_one_scaled(wide: Parts):
    batch, step = batch_of(wide, 4), step_of(wide, 3)
    other = replace(step, scheduler=ScaledBy(step.signal**0.5))
    guides = [
        EnergyGuide(wide, AttentionReader(wide, middle_layers(wide.unet)), backward_method(one_move())) for _ in range(2)
    ]
    scaled = guides[0](batch.latents, batch, step) - batch.latents
    raw = batch.latents / step.signal**0.5
    assert_same_move((guides[1](raw, batch, other) - raw) * step.signal**0.5, scaled)


class ScaledBy:
    """A scheduler whose latents are the picture plus noise: the network's input is these times a factor."""

    init_noise_sigma = 14.6

    def __init__(self, factor: float) -> None:
        self._factor = factor

    def scale_model_input(self, latents: Any, timestep: Any) -> Any:
        return latents * self._factor


@pytest.mark.parametrize("count", COUNTS)
def test_a_move_of_boxdiff_is_the_reference_programs(wide: Parts, count: int):
    batch, step = batch_of(wide, count), step_of(wide, 3)
    losses = boxdiff_losses(wide, count)
    gradient, _ = gradient_of(Place(wide, batch, step), batch.latents, QUARTER, lambda maps: losses(maps)[1])
    guide = BoxDiffGuide(wide, AttentionReader(wide, quarter_layers(wide.unet)), BoxDiffSettings())
    wanted = -20 * math.sqrt(1 - 0.5 * 3 / 49) * gradient
    assert_same_move(guide(batch.latents, batch, step) - batch.latents, wanted)


@pytest.mark.parametrize("count", COUNTS)
def test_a_refinement_of_boxdiff_is_the_reference_programs(wide: Parts, count: int):
    batch, step = batch_of(wide, count), step_of(wide, 10)
    losses, size, latents = boxdiff_losses(wide, count), 20 * math.sqrt(1 - 0.5 * 10 / 49), batch.latents
    for _ in range(2):
        gradient, _ = gradient_of(Place(wide, batch, step), latents, QUARTER, lambda maps: max(losses(maps)[0]))
        latents = latents - size * gradient
    gradient, _ = gradient_of(Place(wide, batch, step), latents, QUARTER, lambda maps: sum(losses(maps)[0]))
    settings = BoxDiffSettings(refinements=2)
    guide = BoxDiffGuide(wide, AttentionReader(wide, quarter_layers(wide.unet)), settings)
    assert_same_move(guide(batch.latents, batch, step) - batch.latents, latents - size * gradient - batch.latents)


def test_the_layers_that_are_read_are_the_reference_programs(wide: Parts):
    end = ".transformer_blocks.0.attn2.processor"
    assert sorted(middle_layers(wide.unet)) == [name + end for name in MIDDLE]
    assert sorted(quarter_layers(wide.unet)) == [name + end for name in QUARTER]


def test_lmd_moves_at_most_65_times_in_30_of_50_steps_and_backward_guidance_50_times_in_10():
    for settings, total, steps in ((LmdSettings(), 65, 30), (BackwardSettings(), 50, 10)):
        moves = [settings.at(number, 50) for number in range(50)]
        assert sum(moves) == total
        assert sum(bool(count) for count in moves) == steps


def test_a_picture_is_moved_once_more_after_its_energy_was_enough_and_then_never(wide: Parts):
    batch, step = batch_of(wide, 1), step_of(wide)
    settings = LmdSettings(moves=(1,) * 50, enough=1e6)
    guide = EnergyGuide(wide, AttentionReader(wide, middle_layers(wide.unet)), lmd_method(settings))
    moved = guide(batch.latents, batch, step)
    assert (moved != batch.latents).any(), "its energy is known only by the pass that moves it"
    assert (guide(moved, batch, step) == moved).all()
