"""The batched loop against the stock pipeline and against itself."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gpu_workers.diffusion.conditioning import Conditioning
from gpu_workers.diffusion.config_check import planned_steps
from gpu_workers.diffusion.denoise import GuidanceStrategy, Sampling, classifier_free, denoise, steps_of
from gpu_workers.diffusion.diffusion_config import DiffusionConfig, Weights
from gpu_workers.diffusion.generators.photo_models import PhotoSettings
from gpu_workers.diffusion.model_components import Machine, Parts, load, scheduled
from gpu_workers.diffusion.model_registry import make_generator
from gpu_workers.diffusion.tensor_batch import prepare
from gpu_workers.tiny_models.tiny_diffusion import build
from schemas.errors import UserError

pytestmark = pytest.mark.thorough

SIZE = (64, 64)
SAMPLING = Sampling(steps=5, beta=0.6)
CLOSE = 1e-4
"""Largest difference that counts as equal, in fp32."""

CAT = Conditioning("a cat in a room", "dog, text", ("a red cat",), ("cat",), ((0.0, 0.1, 0.4, 0.6),))
STREET = Conditioning(
    "a car left of a bus",
    "tree",
    ("a car", "a long blue bus"),
    ("car", "bus"),
    ((0.0, 0.5, 0.3, 0.8), (0.5, 0.2, 1.0, 0.9)),
)
SKY = Conditioning("a kite", "", ("a kite",), ("kite",), ((0.3, 0.0, 0.6, 0.2),))


def drawn(parts: Parts, conditionings: Sequence[Conditioning], seeds: Sequence[int], sampling: Sampling = SAMPLING) -> Any:
    return denoise(
        parts, prepare(parts, conditionings, seeds, SIZE), sampling, GuidanceStrategy(classifier_free(parts, sampling))
    )


def difference(a: Any, b: Any) -> float:
    return float((a - b).abs().max())


@pytest.fixture(scope="module")
def stock(checkpoint: Path) -> Any:
    import diffusers

    pipeline = diffusers.StableDiffusionGLIGENPipeline.from_pretrained(checkpoint, safety_checker=None)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


@pytest.mark.parametrize("conditionings", [CAT, STREET], ids=["one box", "two boxes"])
def test_one_picture_is_the_stock_pipelines(parts: Parts, stock: Any, conditionings: Conditioning):
    import torch

    theirs = stock(
        prompt=conditionings.prompt, negative_prompt=conditionings.negative, gligen_phrases=list(conditionings.phrases),
        gligen_boxes=[list(box) for box in conditionings.boxes], gligen_scheduled_sampling_beta=SAMPLING.beta,
        num_inference_steps=SAMPLING.steps, guidance_scale=SAMPLING.guidance, width=SIZE[0], height=SIZE[1],
        generator=torch.Generator().manual_seed(7), output_type="latent",
    ).images  # fmt: skip
    assert difference(drawn(parts, [conditionings], [7]), theirs) < CLOSE


def test_a_mixed_batch_is_its_pictures_drawn_alone(parts: Parts):
    import torch

    conditionings, seeds = [CAT, STREET, SKY], [7, 8, 9]
    alone = torch.cat([drawn(parts, [each], [seed]) for each, seed in zip(conditionings, seeds, strict=True)])
    assert difference(drawn(parts, conditionings, seeds), alone) < CLOSE


@pytest.mark.parametrize("kind", ["EulerAncestralDiscreteScheduler", "DDPMScheduler", "LCMScheduler"])
def test_a_schedule_that_adds_noise_draws_it_from_each_pictures_own_seed_as_the_stock_pipeline_does(
    parts: Parts, stock: Any, kind: str
):
    import diffusers
    import torch

    noisy = replace(parts, scheduler=getattr(diffusers, kind).from_config(parts.scheduler.config))
    noisy = replace(noisy, scheduler=noisy.new_scheduler(SAMPLING.steps))
    together = drawn(noisy, [CAT, SKY], [7, 8])
    assert difference(drawn(noisy, [CAT, SKY], [7, 8]), together) == 0, "the same batch gives the same again"
    alone = torch.cat([drawn(noisy, [each], [seed]) for each, seed in ((CAT, 7), (SKY, 8))])
    near = CLOSE * float(together.abs().max())
    assert difference(together, alone) < near
    usual, stock.scheduler = stock.scheduler, noisy.new_scheduler(SAMPLING.steps)
    theirs = stock(
        prompt=SKY.prompt, negative_prompt=SKY.negative, gligen_phrases=list(SKY.phrases),
        gligen_boxes=[list(box) for box in SKY.boxes], gligen_scheduled_sampling_beta=SAMPLING.beta,
        num_inference_steps=SAMPLING.steps, guidance_scale=SAMPLING.guidance, width=SIZE[0], height=SIZE[1],
        generator=torch.Generator().manual_seed(8), output_type="latent",
    ).images  # fmt: skip
    stock.scheduler = usual
    assert difference(alone[1:], theirs) < near


EULER = "EulerDiscreteScheduler"
UNSAID: dict[str, object] = {"clip_sample": None, "steps_offset": None}


def rewritten(file: Path, changes: Mapping[str, object]) -> None:
    """A JSON file with some other values, and without those that are None."""
    values = {**json.loads(file.read_text("utf-8")), **changes}
    file.write_text(json.dumps({name: value for name, value in values.items() if value is not None}), "utf-8")


@pytest.mark.parametrize(
    ("kind", "changes", "scheduler"),
    [
        (EULER, {"_class_name": EULER}, "model"),
        ("EulerAncestralDiscreteScheduler", {"_class_name": "EulerAncestralDiscreteScheduler"}, "model"),
        ("PNDMScheduler", {"_class_name": "PNDMScheduler", "skip_prk_steps": True}, "model"),
        pytest.param("PNDMScheduler", {"skip_prk_steps": True}, "model", id="the index names another class"),
        pytest.param("DDIMScheduler", {"clip_sample": True}, "model", id="latents would be cut"),
        pytest.param(EULER, {"_class_name": EULER, **UNSAID}, "model", id="an offset that is not said"),
        pytest.param(EULER, {"_class_name": EULER, **UNSAID}, "ddim", id="the same under DDIM"),
    ],
)
def test_the_loop_and_a_stock_pipeline_draw_the_same_picture_by_any_schedule_of_the_folder(
    tmp_path: Path, kind: str, changes: Mapping[str, object], scheduler: str
):
    """Euler's first noise is as strong as at the first of the steps that are taken, and not of all that there are."""
    pytest.importorskip("diffusers", reason="the gpu extra is not installed")
    folder = build(tmp_path / "model", gated=False)
    rewritten(folder / "model_index.json", {"scheduler": ["diffusers", kind]})
    rewritten(folder / "scheduler" / "scheduler_config.json", changes)
    config = DiffusionConfig("text", str(folder), None, tmp_path, 1, steps=3, scheduler=scheduler)
    drawers = [make_generator(replace(config, renderer=name)) for name in ("text", "text2image")]
    told = replace(CAT, excluded=("dog",))
    one, other = (np.asarray(drawer.draw([told], [7], SIZE)[0]).astype(int) for drawer in drawers)
    assert np.abs(one - other).max() <= 1
    steps = planned_steps(folder, 3) if scheduler == "model" else 3
    assert steps == load(folder, Machine()).taken_steps(3), "it is known before weights are read"


@pytest.mark.parametrize("scheduler", ["model", "ddim", "dpmsolver++", "unipc"])
@pytest.mark.parametrize("renderer", ["text", "text2image"])
def test_steps_to_whose_end_a_schedule_does_not_come_are_refused_in_a_line(tmp_path: Path, renderer: str, scheduler: str):
    """Those of Stable Diffusion count from 1 on, so that the last of 1000 is beyond the last noise."""
    pytest.importorskip("diffusers", reason="the gpu extra is not installed")
    config = DiffusionConfig(renderer, "tiny", None, tmp_path, 1, steps=1000, scheduler=scheduler)
    with pytest.raises(UserError, match=r"does not come to the end of 1000 steps: fewer of them \(SKG_RENDER_STEPS\)"):
        make_generator(config)
    make_generator(replace(config, steps=900))


@pytest.mark.parametrize("guidance", [0.0, 0.5, 1.0])
def test_a_weight_that_is_not_above_1_is_no_guidance_and_what_is_excluded_is_said(tmp_path: Path, guidance: float):
    """At 0 the negative text would be drawn, of which all is excluded. A stock pipeline has none of it."""
    pytest.importorskip("diffusers", reason="the gpu extra is not installed")
    config = DiffusionConfig("text", str(build(tmp_path / "model", gated=False)), None, tmp_path, 1, 3, guidance)
    drawers = [make_generator(replace(config, renderer=name)) for name in ("text", "text2image")]
    told = replace(CAT, excluded=("dog",))
    one, other = (np.asarray(drawer.draw([told], [7], SIZE)[0]).astype(int) for drawer in drawers)
    assert np.abs(one - other).max() <= 1
    [silent] = drawers[0].draw([replace(told, excluded=())], [7], SIZE)
    assert np.abs(one - np.asarray(silent).astype(int)).max() > 1, "its prompt says that there is no dog"
    with pytest.raises(UserError, match=r"count where there is guidance: its weight SKG_RENDER_GUIDANCE .* is not above 1"):
        make_generator(replace(config, guided=(0.2, 0.8)))


@pytest.mark.parametrize("renderer", ["gligen", "lmd_plus", "multidiffusion"])
def test_without_guidance_a_negative_text_changes_nothing(tmp_path: Path, renderer: str):
    pytest.importorskip("diffusers", reason="the gpu extra is not installed")
    drawer = make_generator(DiffusionConfig(renderer, "tiny", None, tmp_path, 1, steps=2, guidance=0.0))
    one, other = (drawer.draw([replace(CAT, negative=text)], [7], SIZE)[0] for text in ("dog", "a very long tree"))
    assert (np.asarray(one) == np.asarray(other)).all()


def test_a_schedule_is_what_its_name_says_whatever_it_replaces(parts: Parts):
    """Latents go beyond 1, where DDIM that is not told cuts them, and a folder may have another of DPM-Solver's kinds."""
    import diffusers

    euler = diffusers.EulerDiscreteScheduler(beta_schedule="scaled_linear")
    assert scheduled(euler, "ddim").config.clip_sample is False
    noisy = diffusers.DPMSolverMultistepScheduler.from_config(parts.scheduler.config, algorithm_type="sde-dpmsolver++")
    assert scheduled(noisy, "dpmsolver++").config.algorithm_type == "dpmsolver++"


@pytest.mark.parametrize(
    ("said", "side"),
    [({"sample_size": [16, 24]}, 96), ({"_diffusers_version": "0.6.0"}, 256), ({"_diffusers_version": "0.9.0"}, 64)],
)
def test_the_loop_and_a_stock_pipeline_draw_at_the_same_side_however_it_is_said(
    tmp_path: Path, said: Mapping[str, object], side: int
):
    """Of two sides it is the longer one; the first configurations of Stable Diffusion said half of their side."""
    pytest.importorskip("diffusers", reason="the gpu extra is not installed")
    folder = build(tmp_path / "model", gated=False)
    rewritten(folder / "unet" / "config.json", said)
    config = DiffusionConfig("text", str(folder), None, tmp_path, 1, steps=1)
    assert [make_generator(replace(config, renderer=name)).side for name in ("text", "text2image")] == [side, side]


@pytest.mark.parametrize("renderer", ["text", "boxdiff", "text2image"])
def test_a_text_is_as_long_as_its_encoder_reads_where_the_tokenizer_does_not_say_it(tmp_path: Path, renderer: str):
    pytest.importorskip("diffusers", reason="the gpu extra is not installed")
    whole = build(tmp_path / "whole", gated=False)
    silent = Path(shutil.copytree(whole, tmp_path / "silent"))
    (silent / "tokenizer" / "tokenizer_config.json").unlink()
    long = replace(CAT, prompt="a cat " * 100)
    drawers = [make_generator(DiffusionConfig(renderer, str(each), None, tmp_path, 1, steps=1)) for each in (whole, silent)]
    one, other = (np.asarray(drawer.draw([long], [7], SIZE)[0]) for drawer in drawers)
    assert (one == other).all()


def test_a_network_that_does_not_say_its_side_is_refused_in_a_line(tmp_path: Path):
    pytest.importorskip("diffusers", reason="the gpu extra is not installed")
    folder = build(tmp_path / "model", gated=False)
    rewritten(folder / "unet" / "config.json", {"sample_size": None})
    for name in ("text", "text2image"):
        with pytest.raises(UserError, match=r"unet/config\.json has to say sample_size"):
            _ = make_generator(DiffusionConfig(name, str(folder), None, tmp_path, 1, steps=1)).side


def test_words_that_a_text_encoder_is_not_to_read_are_not_read(tmp_path: Path):
    """Some checkpoints mask the padding of a text."""
    pytest.importorskip("diffusers", reason="the gpu extra is not installed")
    folder = build(tmp_path / "model", gated=False)
    rewritten(folder / "text_encoder" / "config.json", {"use_attention_mask": True})
    config = DiffusionConfig("text", str(folder), None, tmp_path, 1, steps=1)
    drawers = [make_generator(replace(config, renderer=name)) for name in ("text", "text2image")]
    one, other = (np.asarray(drawer.draw([CAT], [7], SIZE)[0]).astype(int) for drawer in drawers)
    assert np.abs(one - other).max() <= 1


def test_a_checkpoint_in_the_old_layout_of_gligen_has_its_layers(parts: Parts, checkpoint: Path, tmp_path: Path):
    old = Path(shutil.copytree(checkpoint, tmp_path / "old"))
    config = json.loads((old / "unet" / "config.json").read_text("utf-8"))
    del config["attention_type"]
    (old / "unet" / "config.json").write_text(json.dumps({**config, "use_gated_attention": True}), "utf-8")
    read = load(old, Machine())
    assert read.grounded
    assert difference(drawn(read, [CAT], [7]), drawn(parts, [CAT], [7])) == 0


def test_a_moved_box_is_felt(parts: Parts):
    moved = Conditioning(CAT.prompt, CAT.negative, CAT.phrases, CAT.words, ((0.6, 0.4, 1.0, 0.9),))
    assert difference(drawn(parts, [CAT], [7]), drawn(parts, [moved], [7])) > 100 * CLOSE


def test_boxes_are_not_heard_after_their_share_of_steps(parts: Parts):
    deaf = Sampling(steps=5, beta=0.0)
    moved = Conditioning(CAT.prompt, CAT.negative, CAT.phrases, CAT.words, ((0.6, 0.4, 1.0, 0.9),))
    assert difference(drawn(parts, [CAT], [7], deaf), drawn(parts, [moved], [7], deaf)) == 0


@pytest.mark.parametrize(("steps", "beta"), [(3, 0.3), (1, 0.3), (4, 0.01)])
def test_a_share_that_is_less_than_a_step_is_one_step(parts: Parts, steps: int, beta: float):
    few = Sampling(steps=steps, beta=beta)
    moved = Conditioning(CAT.prompt, CAT.negative, CAT.phrases, CAT.words, ((0.6, 0.4, 1.0, 0.9),))
    assert difference(drawn(parts, [CAT], [7], few), drawn(parts, [moved], [7], few)) > CLOSE
    assert [step.grounded for step in steps_of(parts.new_scheduler(steps), beta)] == [True, *([False] * (steps - 1))]


def test_a_span_of_guidance_without_a_step_is_refused(tmp_path: Path):
    pytest.importorskip("diffusers", reason="the gpu extra is not installed")
    config = DiffusionConfig("gligen", "tiny", None, tmp_path, 1, steps=3)
    with pytest.raises(
        UserError, match=r"GUIDANCE_FROM 0\.4 until SKG_RENDER_GUIDANCE_UNTIL 0\.6 there is none of 3 steps"
    ):
        make_generator(replace(config, guided=(0.4, 0.6)))
    make_generator(replace(config, guided=(0.4, 0.7)))


@pytest.mark.parametrize("renderer", ["gligen", "photo"])
def test_what_no_step_of_an_unusual_schedule_counts_for_is_refused_before_weights_are_read(tmp_path: Path, renderer: str):
    """PNDM with its Runge-Kutta steps: 13 predictions for 4 steps."""
    pytest.importorskip("diffusers", reason="the gpu extra is not installed")
    folder = build(tmp_path / "model", gated=renderer == "gligen")
    rewritten(folder / "scheduler" / "scheduler_config.json", {"_class_name": "PNDMScheduler", "skip_prk_steps": False})
    rewritten(folder / "model_index.json", {"scheduler": ["diffusers", "PNDMScheduler"]})
    for weights in folder.rglob("*.safetensors"):
        weights.write_bytes(b"none")
    config = DiffusionConfig(renderer, str(folder), None, tmp_path, 1, steps=4)
    spanned = replace(config, guided=(0.7, 0.72))
    if renderer == "photo":
        config = replace(config, control=Weights("tiny"))
        spanned = replace(config, photo=PhotoSettings(span=(0.7, 0.72)))
    with pytest.raises(UserError, match=r"there is (none|no whole one) of \d+ steps"):
        make_generator(spanned)
    with pytest.raises(UserError, match="is cut or no safetensors"):
        make_generator(config)
    with pytest.raises(UserError, match=r"PNDMScheduler has no schedule of 2 steps \(SKG_RENDER_STEPS\)"):
        make_generator(replace(config, steps=2))


@pytest.mark.parametrize("scheduler", ["ddim", "dpmsolver++", "unipc"])
def test_a_mixed_batch_of_any_schedule_is_its_pictures_drawn_alone(parts: Parts, scheduler: str):
    import torch

    made = replace(parts, scheduler=scheduled(parts.scheduler, scheduler))
    alone = torch.cat([drawn(made, [each], [seed]) for each, seed in ((CAT, 7), (SKY, 8))])
    together = drawn(made, [CAT, SKY], [7, 8])
    assert difference(together, alone) < CLOSE
    assert (difference(together, drawn(parts, [CAT, SKY], [7, 8])) < CLOSE) == (scheduler == "ddim")


def test_a_schedule_of_other_noise_is_not_replaced(parts: Parts):
    import diffusers

    flow = diffusers.FlowMatchEulerDiscreteScheduler()
    assert scheduled(flow, "model") is flow
    with pytest.raises(UserError, match="FlowMatchEulerDiscreteScheduler"):
        scheduled(flow, "unipc")
    assert scheduled(parts.scheduler, "model") is parts.scheduler


def test_outside_its_interval_there_is_no_guidance_and_a_step_costs_half(parts: Parts):
    rows: list[int] = []
    hook = parts.unet.register_forward_pre_hook(lambda _, given: rows.append(len(given[0])))
    try:
        within = drawn(parts, [CAT], [7], replace(SAMPLING, guided=(0.2, 0.8)))
    finally:
        hook.remove()
    assert rows == [1, 2, 2, 2, 1]
    assert difference(within, drawn(parts, [CAT], [7])) > CLOSE
    whole = replace(SAMPLING, guidance=1.0)
    assert difference(drawn(parts, [CAT], [7], replace(whole, guided=(1.0, 1.0))), drawn(parts, [CAT], [7], whole)) < CLOSE


def test_what_is_excluded_changes_the_picture(parts: Parts):
    other = Conditioning(CAT.prompt, "dog, text, lamp", CAT.phrases, CAT.words, CAT.boxes)
    assert difference(drawn(parts, [CAT], [7]), drawn(parts, [other], [7])) > CLOSE


def test_the_same_seed_gives_the_same_bits_and_another_does_not(parts: Parts):
    assert difference(drawn(parts, [CAT, SKY], [7, 8]), drawn(parts, [CAT, SKY], [7, 8])) == 0
    assert difference(drawn(parts, [CAT], [7]), drawn(parts, [CAT], [8])) > CLOSE


@pytest.mark.parametrize(
    "machine", [Machine(channels_last=True), Machine(compiled=True, compiler="eager")], ids=["channels last", "compiled"]
)
def test_a_network_laid_out_or_compiled_draws_the_same(parts: Parts, checkpoint: Path, machine: Machine):
    assert difference(drawn(load(checkpoint, machine), [CAT, STREET], [7, 8]), drawn(parts, [CAT, STREET], [7, 8])) < CLOSE


@pytest.mark.slow
def test_a_network_compiled_to_machine_code_draws_the_same(parts: Parts, checkpoint: Path):
    compiled = load(checkpoint, Machine(compiled=True))
    assert difference(drawn(compiled, [CAT, STREET], [7, 8]), drawn(parts, [CAT, STREET], [7, 8])) < 10 * CLOSE


@pytest.mark.parametrize(("dtype", "steps_apart"), [("bfloat16", 0.05), ("float16", 0.01)])
def test_half_precision_draws_about_the_same(parts: Parts, checkpoint: Path, dtype: str, steps_apart: float):
    half = drawn(load(checkpoint, Machine(dtype=dtype)), [CAT, STREET], [7, 8])
    assert str(half.dtype) == f"torch.{dtype}"
    whole = drawn(parts, [CAT, STREET], [7, 8])
    apart = float((half.float() - whole).abs().mean() / whole.abs().mean())
    assert 0 < apart < steps_apart, "other seeds are 1.4 apart"


def test_a_run_that_was_cut_and_resumed_is_a_straight_one(parts: Parts):
    batch, strategy = prepare(parts, [CAT, STREET], [7, 8], SIZE), GuidanceStrategy(classifier_free(parts, SAMPLING))
    straight = denoise(parts, batch, SAMPLING, strategy)
    half = denoise(parts, batch, SAMPLING, strategy, (0, 2))
    assert difference(denoise(parts, replace(batch, latents=half), SAMPLING, strategy, (2, None)), straight) == 0
