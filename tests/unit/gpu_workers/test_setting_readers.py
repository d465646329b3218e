"""A setting that a renderer, a model or the other settings would leave unread is refused before anything starts."""

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from gpu_workers.diffusion.config_check import check_at_hand
from gpu_workers.diffusion.diffusion_config import DiffusionConfig, Weights
from gpu_workers.diffusion.families.family_table import FAMILIES, Family
from gpu_workers.diffusion.guidance_methods import VARIANTS
from gpu_workers.diffusion.setting_readers import GROUNDED, LOOPED, LOOPED_FAMILY, MODELLED, NEEDED, READERS, variable
from gpu_workers.renderers import ALWAYS_READ, DRAWING, RENDERERS, refuse_ignored
from schemas.errors import MissingExtra, UserError
from streams.adapters.vision_factories import check_drawing
from streams.settings import RenderSettings
from tests.fakes.collage import make_sprites

FIELDS = RenderSettings.model_fields
SETTINGS = sorted(name for name in FIELDS if name.startswith(DRAWING) and name not in ALWAYS_READ)
USUAL = {name: field.default for name, field in FIELDS.items()}
OTHER = {
    "render_model": "tiny", "render_refine": "tiny", "render_controlnet": "tiny", "render_structure": "solid",
    "render_refine_side": 512, "render_side": 128, "render_steps": 20, "render_guidance": 2.0, "render_method": "{}",
    "render_guidance_from": 0.2, "render_guidance_until": 0.8, "render_beta": 0.5, "render_strength": 0.5,
    "render_condition_from": 0.1, "render_condition_until": 0.9, "render_condition_scale": 0.5, "render_inpaint": 0.5,
    "render_regional": 0.5, "render_segmenter": "someone/sam", "solid_side": 256, "solid_samples": 4, "solid_bounces": 2,
    "solid_threads": 1, "solid_denoise": False, "render_compile": True,
}  # fmt: skip
"""Values that are nobody's defaults; of settings with a list of words, any other than the default is one."""


def other(name: str) -> Any:
    if name in OTHER:
        return OTHER[name]
    words = [each for part in (FIELDS[name].annotation, *get_args(FIELDS[name].annotation)) for each in get_args(part)]
    chosen = [each for each in words if isinstance(each, str) and each != USUAL[name]]
    return chosen[0] if chosen else "0123456789abcdef0123456789abcdef01234567"


def given(**changes: Any) -> dict[str, Any]:
    return USUAL | changes


def test_the_table_names_the_renderers_that_there_are_and_rows_are_made_of_it():
    assert set(VARIANTS) == set(LOOPED)
    assert {name for name, spec in RENDERERS.items() if spec.has_model} == set(MODELLED)
    for name in MODELLED:
        assert {each for each in RENDERERS[name].settings if each in READERS} == {
            each for each in READERS if name in READERS[each]
        }


def test_the_page_says_what_the_table_says():
    page = (Path(__file__).parents[3] / "docs" / "pixels.md").read_text("utf-8")
    section = page.partition("### Settings that count")[2].partition("\n### ")[0]
    rows = [line.split(" | ") for line in section.splitlines() if line.startswith("| `SKG_")]
    told = {name: readers for names, readers in rows for name in re.findall(r"`(SKG_\w+)`", names)}
    assert set(told) == {variable(name) for name in READERS if name not in ("render_batch", "model_cache")}
    for name, readers in READERS.items():
        said = told.get(variable(name), "every")
        every = said.startswith(("every", "all of these"))
        named = set(MODELLED) if every else set(re.findall(r"`([\w-]+)`", said))
        assert set(readers) == (named - {"flux3-boxes"} if said.startswith("all") else named), name


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_that_is_in_no_row_of_a_renderer_is_refused_with_what_reads_it(renderer: str, name: str):
    if name in RENDERERS[renderer].settings:
        return
    with pytest.raises(UserError) as caught:
        refuse_ignored(renderer, given(**{name: other(name)}), USUAL)
    said = str(caught.value)
    assert said.startswith(f"the renderer {renderer} would ignore {variable(name)}: ")
    assert "\n" not in said
    named = said.partition(": ")[2].removesuffix(" would read it").split(", ")
    assert named == [each for each in RENDERERS if name in RENDERERS[each].settings] != []


@pytest.mark.parametrize("name", NEEDED)
def test_a_setting_without_what_it_belongs_to_is_refused_and_is_taken_with_it(name: str):
    renderer = READERS[name][0] if "controlnet" not in NEEDED[name] else "photo"
    with pytest.raises(UserError, match=f"{variable(name)} counts with {variable(NEEDED[name])} alone"):
        refuse_ignored(renderer, given(**{name: other(name)}), USUAL)
    with_it: dict[str, Any] = {name: other(name), NEEDED[name]: other(NEEDED[name])}
    if name.endswith("_revision"):
        with pytest.raises(UserError, match="pins a hub's model"):
            refuse_ignored(renderer, given(**with_it | {NEEDED[name]: "tiny"}), USUAL)
        with_it[NEEDED[name]] = "someone/something"
    refuse_ignored(renderer, given(**with_it), USUAL)


@pytest.mark.parametrize(
    "name", ["render_group", "render_linger_s", "render_batch", "solid_python", "sprites_dir", "model_cache"]
)
def test_what_the_worker_reads_and_where_things_are_may_be_set_for_every_renderer(name: str):
    for renderer in RENDERERS:
        refuse_ignored(renderer, given(**{name: "anything"}), USUAL)


def test_settings_of_a_structure_that_is_not_drawn_over_are_refused():
    with pytest.raises(UserError, match=r"SKG_SOLID_SIDE counts with SKG_RENDER_STRUCTURE=solid, and it is collage"):
        refuse_ignored("photo", given(solid_side=1024), USUAL)
    refuse_ignored("photo", given(solid_side=1024, render_structure="solid"), USUAL)


@pytest.mark.parametrize(
    ("renderer", "changes", "words"),
    [
        ("gligen", {"render_guidance_from": 0.8, "render_guidance_until": 0.8}, r"FROM 0\.8 is not before SKG_RENDER_GUID"),
        ("photo", {"render_controlnet": "tiny", "render_condition_from": 1.0}, "CONDITION_FROM 1 is not before"),
        ("photo", {"render_inpaint": 0.5, "render_regional": 0.5}, "REGIONAL counts where whole pictures are drawn"),
    ],
)
def test_settings_that_leave_each_other_nothing_are_refused(renderer: str, changes: dict[str, Any], words: str):
    with pytest.raises(UserError, match=words):
        refuse_ignored(renderer, given(**changes), USUAL)


SCHEDULES = [
    ({"_class_name": "DDIMScheduler"}, 4), ({"_class_name": "HeunDiscreteScheduler"}, 7),
    ({"_class_name": "PNDMScheduler", "skip_prk_steps": True}, 5), ({"_class_name": "PNDMScheduler"}, None), ({}, None),
    ({"_class_name": ["DDIMScheduler"]}, None),
]  # fmt: skip
"""With the predictions of each for 4 steps, where they are known."""


@pytest.mark.parametrize(("schedule", "taken"), SCHEDULES)
def test_a_span_in_which_the_folders_schedule_has_no_step_is_refused_before_anything_is_loaded(
    tmp_path: Path, schedule: dict[str, object], taken: int | None
):
    named = index_in(tmp_path, FAMILIES[0], "ControlNetModel")
    (tmp_path / "model" / "scheduler").mkdir()
    (tmp_path / "model" / "scheduler" / "scheduler_config.json").write_text(json.dumps(schedule), "utf-8")
    model, spans = {"render_model": named["render_model"], "render_steps": 4}, ("guidance", "condition")
    none = {f"render_{name}_{end}": share for name in spans for end, share in (("from", 0.8), ("until", 0.84))}
    guided = {name: value for name, value in none.items() if "guidance" in name}
    told = said_of(tmp_path, "text", **model, **guided)
    assert told.endswith("SKG_RENDER_GUIDANCE=1 says") if taken in (4, 7) else not told
    shown = {name: value for name, value in none.items() if "condition" in name}
    over = said_of(tmp_path, "photo", **model, render_controlnet=named["render_controlnet"], **shown)
    assert (f"there is no whole one of {taken} steps" in over) == (taken is not None)


def test_a_span_is_refused_of_a_hubs_model_where_a_setting_names_the_schedule(tmp_path: Path):
    hub = {"render_model": "someone/something", "render_revision": "0" * 40, "render_steps": 4}
    span = {"render_guidance_from": 0.8, "render_guidance_until": 0.9}
    assert "there is none of 4 steps" in said_of(tmp_path, "gligen", **hub, **span, render_scheduler="ddim")
    assert not said_of(tmp_path, "gligen", **hub, **span), "its own schedule may have a step there"


@pytest.mark.parametrize("name", ["render_side", "render_refine_side"])
def test_a_side_that_would_be_rounded_is_refused(name: str):
    with pytest.raises(ValidationError, match="multiple of 64"):
        RenderSettings.model_validate({name: 1000})


def index_in(folder: Path, family: Family, net: str | None = None) -> dict[str, str]:
    """The settings of a model of a family, and a ControlNet, of which there is nothing but what they say they are."""
    (folder / "model").mkdir(parents=True, exist_ok=True)
    (folder / "model" / "model_index.json").write_text(json.dumps({"_class_name": family.index[0]}), "utf-8")
    named = {"render_model": str(folder / "model")}
    if net is not None:
        (folder / net).mkdir(exist_ok=True)
        (folder / net / "config.json").write_text(json.dumps({"_class_name": net}), "utf-8")
        named["render_controlnet"] = str(folder / net)
    return named


def said_of(tmp_path: Path, renderer: str, **changes: Any) -> str:
    """What is said before `skg render` starts; nothing where it is taken, whether or not the libraries are there."""
    sprites = make_sprites(tmp_path / "sprites")
    try:
        check_drawing(RenderSettings(renderer=renderer, sprites_dir=sprites, **changes))
    except MissingExtra:
        return ""
    except UserError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_schedule_is_taken_by_the_families_whose_noise_it_is_for(tmp_path: Path, family: Family):
    named = index_in(tmp_path, family)
    renderer = "text2image" if "text" in family.ways else "photo"
    how: dict[str, Any] = {} if renderer == "text2image" or "edit" in family.ways else {"render_inpaint": 0.5}
    if renderer == "photo" and "image" in family.ways:
        how = {"render_strength": 0.5}
    assert said_of(tmp_path, renderer, **named, **how) == ""
    said = said_of(tmp_path, renderer, **named, **how, render_scheduler="unipc")
    assert (said == "") == (family.network == "unet")
    assert not said or said == f"SKG_RENDER_SCHEDULER is for SD1.5, SDXL, SDXL refiner, not for {family.name}"


@pytest.mark.parametrize(
    ("family", "net", "changes", "words"),
    [
        ("FLUX.1", "FluxControlNetModel", {"render_strength": 0.5, "render_guidance": 2.0}, "has one weight, 3.5"),
        ("FLUX.1", "FluxControlNetModel", {"render_guidance": 2.0}, ""),
        ("FLUX.1 Fill", None, {"render_inpaint": 0.5, "render_guidance": 2.0}, ""),
        ("FLUX.2", None, {"render_inpaint": 0.5}, "has no inpainting"),
        ("FLUX.2", None, {"render_strength": 0.5}, "FLUX.2 draws photographs by"),
        ("Qwen-Image", None, {"render_strength": 0.5, "render_regional": 0.5}, "SKG_RENDER_REGIONAL is for SD1.5 and SDXL"),
        ("Z-Image", "ZImageControlNetModel", {"render_condition_until": 0.5}, "counts in every step"),
        ("SD1.5", "ControlNetModel", {"render_condition_until": 0.5, "render_regional": 0.5}, ""),
        ("SD1.5", None, {}, "SD1.5 draws photographs by"),
        ("SD1.5", None, {"render_strength": 0.01}, "SKG_RENDER_STRENGTH 0.01 of 50 steps"),
    ],
)
def test_what_a_model_in_a_folder_has_no_place_for_is_refused_before_anything_starts(
    tmp_path: Path, family: str, net: str | None, changes: dict[str, Any], words: str
):
    row = next(each for each in FAMILIES if each.name == family)
    said = said_of(tmp_path, "photo", **index_in(tmp_path, row, net), **changes)
    assert words in said if words else said == ""
    assert "\n" not in said


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_refiner_is_of_a_family_that_draws_over_pictures(tmp_path: Path, family: Family):
    refine = index_in(tmp_path, family)["render_model"]
    said = said_of(tmp_path, "gligen", render_model="tiny", render_refine=refine)
    if "image" in family.ways:
        assert said == ""
    else:
        able = "SD1.5, SDXL, SDXL refiner, SD3.5, FLUX.1, Qwen-Image, Z-Image"
        assert said == f"SKG_RENDER_REFINE: {refine} is of {family.name}, which does not refine; {able} do"


@pytest.mark.parametrize("renderer", GROUNDED)
def test_what_a_renderer_reads_is_taken(tmp_path: Path, renderer: str):
    changes = {
        "render_beta": 0.5,
        "render_guidance_from": 0.1,
        "render_compile": True,
        "render_compile_mode": "max-autotune",
    }
    assert said_of(tmp_path, renderer, render_model="tiny", **changes) == ""


def test_a_renderer_without_its_model_is_refused_before_anything_starts(tmp_path: Path):
    assert "needs a model: set SKG_RENDER_MODEL" in said_of(tmp_path, "gligen")


def test_a_folder_with_parts_of_two_models_is_refused_before_anything_starts(tmp_path: Path):
    named = index_in(tmp_path, FAMILIES[0])
    for part, config in (("unet", {"cross_attention_dim": 768}), ("text_encoder", {"hidden_size": 1024})):
        (tmp_path / "model" / part).mkdir()
        (tmp_path / "model" / part / "config.json").write_text(json.dumps(config), "utf-8")
    for renderer in ("text2image", "boxdiff"):
        assert "they are of different models" in said_of(tmp_path, renderer, **named)


def said_of_model(renderer: str, model: str, segmenter: Weights | None = None) -> str:
    """What is said of models at hand before anything is loaded; nothing where they are taken."""
    try:
        check_at_hand(DiffusionConfig(renderer, model, None, Path(), 1, segmenter=segmenter))
    except UserError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("family", [each for each in FAMILIES if each.name != LOOPED_FAMILY], ids=lambda each: each.name)
def test_a_loop_refuses_a_model_of_another_family_by_its_name_before_anything_is_loaded(tmp_path: Path, family: Family):
    """By its numbers alone one would seem to be of parts that do not belong together."""
    named = index_in(tmp_path, family, "none")
    for renderer in LOOPED:
        said = said_of_model(renderer, named["render_model"])
        assert f"is of {family.name}: {renderer} draws with SD1.5 alone" in said


@pytest.mark.parametrize("unet", [{"attention_type": "default"}, {"use_gated_attention": False}])
def test_what_needs_boxes_refuses_a_model_without_them_before_anything_is_loaded(tmp_path: Path, unet: dict[str, object]):
    model = index_in(tmp_path, FAMILIES[0], "none")["render_model"]
    (Path(model) / "unet").mkdir()
    for config in (unet, {"attention_type": "gated"}, {"use_gated_attention": True}):
        (Path(model) / "unet" / "config.json").write_text(json.dumps(config), "utf-8")
        for renderer in LOOPED:
            said = said_of_model(renderer, model)
            assert ("is no GLIGEN" in said) == (renderer in GROUNDED and config is unet)


def test_a_segmenter_that_is_none_is_refused_before_anything_is_loaded(tmp_path: Path):
    (tmp_path / "eyes").mkdir()
    (tmp_path / "eyes" / "config.json").write_text('{"model_type": "owlv2"}', "utf-8")
    assert "is a owlv2; segmenters are: sam" in said_of_model("lmd", "tiny", Weights(str(tmp_path / "eyes")))
    assert "there is no tiny one; segmenters are: sam" in said_of_model("lmd", "tiny", Weights("tiny"))
