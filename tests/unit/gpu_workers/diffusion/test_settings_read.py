"""What a renderer takes it reads: every setting in its row changes what provenance says of its pictures."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gpu_workers.diffusion.conditioning import Conditioning
from gpu_workers.diffusion.config_check import check_at_hand
from gpu_workers.diffusion.denoise import Sampling
from gpu_workers.diffusion.diffusion_config import DiffusionConfig, Weights, diffusion_config
from gpu_workers.diffusion.diffusion_renderer import ImageGenerator
from gpu_workers.diffusion.families.family_pipeline import Batch, FamilyPipeline, Given, takes_guidance
from gpu_workers.diffusion.families.family_table import FAMILIES, Family, Way
from gpu_workers.diffusion.families.pipeline_loading import Model
from gpu_workers.diffusion.generators.photo_models import PhotoSettings
from gpu_workers.diffusion.generators.refine import RefinedGenerator
from gpu_workers.diffusion.model_components import Machine
from gpu_workers.diffusion.model_registry import machine_of, make_generator
from gpu_workers.diffusion.setting_readers import LOOPED, NEEDED, READERS
from gpu_workers.diffusion.weight_files import Source
from gpu_workers.tiny_models import tiny_diffusion
from schemas.errors import UserError
from schemas.ids import image_id
from streams.settings import RenderSettings
from tests.fakes.grey_generator import GreyGenerator

torch = pytest.importorskip("torch", reason="the gpu extra is not installed")

pytestmark = pytest.mark.thorough

USUAL = {name: field.default for name, field in RenderSettings.model_fields.items()}
OTHER: dict[str, Any] = {
    "render_steps": 3, "render_guidance": 2.0, "render_dtype": "bfloat16", "render_refine": "tiny",
    "render_refine_side": 512, "render_scheduler": "unipc", "render_guidance_from": 0.2, "render_guidance_until": 0.8,
    "render_beta": 0.7, "render_controlnet": "tiny", "render_condition": "canny", "render_condition_scale": 0.5,
    "render_condition_from": 0.1, "render_condition_until": 0.9, "render_strength": 0.5, "render_inpaint": 0.5,
    "render_regional": 0.5, "render_side": 128,
}  # fmt: skip
METHODS = {"gligen_guided": "scale", "lmd_plus": "scale", "lmd": "scale", "boxdiff": "scale", "backward": "scale"}
NOT_IN_PARAMETERS = {
    "model_cache": "a place", "render_batch": "provenance names the batch", "render_compile": "draws the same",
    "render_compile_mode": "draws the same", "render_structure": "of the pictures that are drawn over",
    "render_model": "its weights are", "render_variant": "its weights are", "render_segmenter": "its weights are",
}  # fmt: skip
RENDERERS = (*LOOPED, "text2image", "controlnet", "photo")


REFINED = ("gligen", "photo")
"""One with a loop of its own and one without: a refiner is put around any."""


def cases() -> list[tuple[str, str]]:
    left_out = {*NOT_IN_PARAMETERS, *(name for name in READERS if name.endswith("_revision"))}
    pairs = [(renderer, name) for name, readers in READERS.items() for renderer in RENDERERS if renderer in readers]
    return [
        (renderer, name) for renderer, name in pairs
        if name not in left_out and (renderer, name) != ("controlnet", "render_controlnet")
        and (renderer in REFINED or not name.startswith("render_refine"))
    ]  # fmt: skip


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    return tmp_path_factory.mktemp("cache")


@pytest.mark.parametrize(("renderer", "name"), cases())
def test_a_setting_that_a_renderer_takes_changes_what_is_said_of_its_pictures(cache: Path, renderer: str, name: str):
    base: dict[str, Any] = USUAL | {"model_cache": cache, "render_model": "tiny"}
    if renderer == "controlnet" or (renderer == "photo" and name not in ("render_strength", "render_controlnet")):
        base["render_controlnet"] = "tiny"
    elif renderer == "photo":
        base["render_inpaint"] = 0.5
    if name in NEEDED:
        base[NEEDED[name]] = "tiny"
    other = json.dumps({METHODS[renderer]: 1.5}) if name == "render_method" else OTHER[name]
    assert said_of(renderer, base) != said_of(renderer, base | {name: other})


SAID: dict[tuple[str, str], tuple[object, ...]] = {}
"""What was said already, by renderer and settings: most settings are changed from the same ones."""


def said_of(renderer: str, given: dict[str, Any]) -> tuple[object, ...]:
    key = renderer, repr(sorted((name, value) for name, value in given.items() if value != USUAL[name]))
    if key not in SAID:
        made = make_generator(diffusion_config(renderer, given))
        SAID[key] = made.parameters, made.name, made.side
    return SAID[key]


class Recording:
    """A pipeline that keeps what it is called with, and draws grey."""

    def __init__(self) -> None:
        self.told: dict[str, Any] = {}

    def __call__(self, **told: Any) -> Any:
        self.told = told
        count = len(told["prompt"]) if isinstance(told["prompt"], list) else 1
        return type("Drawn", (), {"images": [Image.new("RGB", (told["width"], told["height"]))] * count})


WAYS = [
    (family, way) for family in FAMILIES
    for ways in (family.ways, *(net.ways for net in family.nets.values())) for way in ways.values()
]  # fmt: skip


@pytest.mark.parametrize(("family", "way"), WAYS, ids=lambda each: each.name if isinstance(each, Family) else each.pipeline)
def test_a_weight_of_guidance_reaches_a_pipeline_where_it_is_said_to_be_read(family: Family, way: Way):
    told = []
    for guidance in (2.0, 3.0):
        pipeline = Recording()
        picture = Image.new("RGB", (64, 64))
        drawn = FamilyPipeline(family, way, pipeline, Sampling(steps=4, guidance=guidance))
        drawn.draw(Batch([Conditioning("a cat")], [1], (64, 64)), Given([picture], [picture], [picture]))
        told.append({name: value for name, value in pipeline.told.items() if isinstance(value, float)})
    assert (told[0] != told[1]) == takes_guidance(family, way)


def spoken(folder: Path, part: str, name: str, value: object) -> Path:
    """The same files in a folder beside it, with one value of a configuration changed."""
    copy = shutil.copytree(folder, folder.parent / f"{folder.name}-{name}-{value}")
    file = copy / part
    file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), name: value}), "utf-8")
    return copy


def test_a_weight_of_guidance_is_refused_by_a_distilled_klein_and_is_no_part_of_its_ids(tmp_path: Path):
    folder = model_in(tmp_path, "Flux2KleinPipeline").folder
    distilled = spoken(folder, "model_index.json", "is_distilled", True)
    config = DiffusionConfig("text2image", str(distilled), None, tmp_path, 1, steps=1)
    for renderer in ("text2image", "photo"):
        with pytest.raises(UserError, match=r"SKG_RENDER_GUIDANCE: this FLUX\.2 klein is distilled"):
            check_at_hand(replace(config, renderer=renderer, guidance=2.0))
    with pytest.raises(UserError, match="SKG_RENDER_GUIDANCE"):
        make_generator(replace(config, guidance=2.0))
    assert "guidance" not in make_generator(config).parameters
    assert make_generator(replace(config, model=str(folder), guidance=2.0)).parameters["guidance"] == 2.0


@pytest.mark.parametrize("renderer", ["gligen", "text2image", "photo", "refined"])
def test_another_schedule_in_the_folder_gives_other_ids_and_another_version_does_not(tmp_path: Path, renderer: str):
    folder = tiny_diffusion.build(tmp_path / "model", gated=renderer == "gligen")
    schedule = "scheduler/scheduler_config.json"
    other = spoken(folder, schedule, "prediction_type", "v_prediction")
    same = spoken(folder, schedule, "_diffusers_version", "0.1.0")

    def made(place: Path) -> ImageGenerator:
        if renderer == "refined":
            return make_generator(DiffusionConfig("gligen", "tiny", None, tmp_path, 1, refiner=Weights(str(place))))
        photo = PhotoSettings(strength=0.5)
        return make_generator(DiffusionConfig(renderer, str(place), None, tmp_path, 1, steps=2, photo=photo))

    ids = [image_id("0" * 32, each.name, each.parameters, 0) for each in map(made, (folder, same, other))]
    assert ids[0] == ids[1] != ids[2]


def test_another_class_of_schedule_with_the_same_numbers_gives_other_ids(tmp_path: Path):
    folder = tiny_diffusion.build(tmp_path / "model")
    other = spoken(folder, "model_index.json", "scheduler", ["diffusers", "PNDMScheduler"])
    configs = [DiffusionConfig("gligen", str(place), None, tmp_path, 1) for place in (folder, other)]
    said, changed = (make_generator(config).parameters["schedule"] for config in configs)
    assert said != changed


def model_in(folder: Path, kind: str, dtype: str = "float32") -> Model:
    from tests.fakes.tiny_families import make_family

    return Model(make_family(folder / kind, kind), Source(kind, "local", "unknown", ""), Machine(dtype=dtype))


REFINING = [family for family in FAMILIES if "image" in family.ways]


@pytest.mark.parametrize("family", REFINING, ids=lambda family: family.name)
def test_a_family_that_draws_over_pictures_refines_those_of_any_renderer(cache: Path, family: Family):
    refined = RefinedGenerator(GreyGenerator(), model_in(cache, family.index[0]), side=128)
    told = [Conditioning("a cat", "dog", excluded=("dog",)), Conditioning("a bus")]
    together = refined.draw(told, [1, 2], (128, 64))
    [alone] = refined.draw(told[1:], [2], (128, 64))
    assert [picture.size for picture in together] == [(128, 64)] * 2
    apart = np.abs(np.asarray(together[1]).astype(int) - np.asarray(alone).astype(int))
    assert apart.max() <= 1, "a picture does not depend on its neighbours"
    second = refined.parameters["refined"]
    assert isinstance(second, dict)
    assert second["guidance"] == family.guidance
    assert second.get("distilled") == family.distilled


@pytest.mark.parametrize("family", [each for each in FAMILIES if "image" not in each.ways], ids=lambda each: each.name)
def test_one_that_does_not_is_refused_by_its_name(cache: Path, family: Family):
    folder = model_in(cache, family.index[0]).folder
    config = DiffusionConfig("gligen", "tiny", None, cache, 1, refiner=Weights(str(folder)))
    with pytest.raises(UserError, match=r"SKG_RENDER_REFINE: .* which does not refine; SD1\.5, SDXL, SDXL refiner, "):
        make_generator(config)


def test_a_refiner_has_the_number_format_of_its_family(cache: Path, monkeypatch: pytest.MonkeyPatch):
    from gpu_workers.diffusion import lazy_imports

    monkeypatch.setattr(lazy_imports, "best_device", lambda: "cuda")
    config = DiffusionConfig("gligen", "tiny", None, cache, 1)
    rows = {family.name: family for family in FAMILIES}
    assert machine_of(config, rows["SDXL"].half).dtype == "float16"
    assert machine_of(config, rows["FLUX.1"].half).dtype == "bfloat16"


def test_a_copy_of_the_weights_that_no_part_has_is_refused(cache: Path):
    for renderer in ("gligen", "text2image"):
        with pytest.raises(UserError, match="SKG_RENDER_VARIANT is fp16, and no part of tiny has such a copy"):
            make_generator(DiffusionConfig(renderer, "tiny", None, cache, 1, variant="fp16"))
