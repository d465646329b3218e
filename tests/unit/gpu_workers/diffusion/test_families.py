"""Every family of models draws from text: on tiny random weights of the published classes, through the ordinary loaders."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gpu_workers.diffusion.conditioning import Conditioning
from gpu_workers.diffusion.denoise import Sampling
from gpu_workers.diffusion.diffusion_config import DiffusionConfig
from gpu_workers.diffusion.families.family_pipeline import denied
from gpu_workers.diffusion.families.family_table import FAMILIES, family_of, net_of
from gpu_workers.diffusion.families.part_fit import FITS, check_parts
from gpu_workers.diffusion.families.pipeline_loading import Model
from gpu_workers.diffusion.generators.stock_pipelines import text2image
from gpu_workers.diffusion.model_components import Machine
from gpu_workers.diffusion.model_registry import make_renderer
from gpu_workers.diffusion.weight_files import Source
from gpu_workers.model_shelf.model_check import checked
from gpu_workers.model_shelf.model_files import files_in
from schemas.errors import UserError

CATS = Conditioning("a cat on a lawn", "dog, blurry", ("a cat",), ("cat",), ((0.0, 0.0, 1.0, 1.0),), excluded=("dog",))
BUS = Conditioning("a bus", "", ("a bus",), ("bus",), ((0.0, 0.0, 0.5, 0.5),))
TEXT = [family for family in FAMILIES if "text" in family.ways]
SAMPLING = Sampling(steps=2, guidance=3.0)


def model_in(folder: Path) -> Model:
    return Model(folder, Source(folder.name, "local", "unknown", ""), Machine())


def pixels(picture: Image.Image) -> "np.ndarray[tuple[int, ...], np.dtype[np.int64]]":
    return np.asarray(picture).astype(np.int64)


def differ(one: Image.Image, other: Image.Image) -> bool:
    return bool(np.abs(pixels(one) - pixels(other)).max() > 1)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch = pytest.importorskip("torch", reason="the gpu extra is not installed")
    torch.set_num_threads(1)
    return tmp_path_factory.mktemp("families")


def made(folders: Path, kind: str) -> Path:
    from tests.fakes.tiny_families import make_family

    return make_family(folders / kind, kind)


@pytest.mark.thorough
@pytest.mark.parametrize("family", TEXT, ids=lambda family: family.name)
def test_a_family_draws_a_batch_from_text_and_minds_what_is_excluded(folders: Path, family):
    drawer = text2image(model_in(made(folders, family.index[0])), SAMPLING)
    size = (96, 64)
    together = drawer.draw([CATS, BUS], [1, 2], size)
    [alone] = drawer.draw([BUS], [2], size)
    assert [each.size for each in together] == [size, size]
    assert not differ(together[1], alone), "a picture does not depend on its neighbours"
    [without] = drawer.draw([replace(CATS, negative="", excluded=())], [1], size)
    assert differ(together[0], without), "what is excluded changes the picture"
    [seeded] = drawer.draw([BUS], [3], size)
    assert differ(alone, seeded)


@pytest.mark.thorough
@pytest.mark.parametrize("family", [each for each in TEXT if each.side is None], ids=lambda family: family.name)
def test_a_network_that_says_its_side_is_believed(folders: Path, family):
    drawer = text2image(model_in(made(folders, family.index[0])), SAMPLING)
    assert drawer.side == {"SD1.5": 64, "SDXL": 1024}[family.name]


@pytest.mark.thorough
@pytest.mark.parametrize("kind", ["FluxPipeline", "ZImagePipeline"])
def test_what_is_excluded_is_told_in_the_prompt_where_no_negative_text_is_read(folders: Path, kind: str):
    """Without guidance above 1 these make no second pass."""
    drawer = text2image(model_in(made(folders, kind)), Sampling(steps=1, guidance=1.0))
    [told], [silent], [other] = (
        drawer.draw([each], [1], (64, 64))
        for each in (CATS, replace(CATS, excluded=()), replace(CATS, negative="something else"))
    )
    assert differ(told, silent)
    assert not differ(told, other), "its negative text is not read"


def test_what_is_excluded_ends_the_prompt_as_a_sentence():
    assert denied(replace(CATS, excluded=("dog", "red car"))).prompt == "a cat on a lawn. No dog, no red car."
    assert denied(BUS) == BUS


def test_what_is_excluded_begins_the_prompt_of_a_model_that_cuts_long_ones():
    assert denied(replace(CATS, excluded=("dog", "red car")), first=True).prompt == "No dog, no red car. a cat on a lawn"
    assert denied(BUS, first=True) == BUS


@pytest.mark.thorough
@pytest.mark.parametrize("kind", ["StableDiffusionPipeline", "StableDiffusionXLPipeline"])
def test_what_is_excluded_is_not_cut_off_a_long_prompt(folders: Path, kind: str):
    drawer = text2image(model_in(made(folders, kind)), Sampling(steps=2, guidance=1.0))
    long = replace(CATS, prompt="a cat on a lawn " * 30)
    told, silent = drawer.draw([long, replace(long, excluded=())], [1, 1], (64, 64))
    assert (pixels(told) != pixels(silent)).any()


@pytest.mark.parametrize("kind", ["ChromaPipeline", "GlmImagePipeline", None])
def test_any_other_model_is_refused_in_a_line_that_names_the_families(tmp_path: Path, kind: str | None):
    if kind is not None:
        (tmp_path / "model_index.json").write_text(json.dumps({"_class_name": kind}), "utf-8")
    with pytest.raises(UserError) as caught:
        family_of(tmp_path, "some/model")
    assert "\n" not in str(caught.value)
    assert all(family.name in str(caught.value) for family in FAMILIES)
    assert kind is None or kind in str(caught.value)


def test_a_second_network_of_another_family_is_refused_in_a_line(tmp_path: Path):
    (tmp_path / "config.json").write_text(json.dumps({"_class_name": "FluxControlNetModel"}), "utf-8")
    named = {family.name: family for family in FAMILIES}
    assert net_of(tmp_path, "some/net", named["FLUX.1"]) == "FluxControlNetModel"
    with pytest.raises(UserError, match="takes ControlNetModel or ControlNetUnionModel"):
        net_of(tmp_path, "some/net", named["SDXL"])
    with pytest.raises(UserError, match=r"FLUX\.2 takes no ControlNet"):
        net_of(tmp_path, "some/net", named["FLUX.2"])


@pytest.mark.parametrize("kind", ["ControlNetModel_Union", "ControlNetModel", None])
def test_a_union_for_sdxl_is_known_by_its_conditions_whoever_saved_it(tmp_path: Path, kind: str | None):
    (tmp_path / "config.json").write_text(json.dumps({"_class_name": kind, "num_control_type": 6}), "utf-8")
    named = {family.name: family for family in FAMILIES}
    assert net_of(tmp_path, "some/net", named["SDXL"]) == "ControlNetUnionModel"
    with pytest.raises(UserError, match=r"it is a ControlNetUnionModel, and SD1\.5 takes ControlNetModel"):
        net_of(tmp_path, "some/net", named["SD1.5"])


@pytest.mark.thorough
@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_every_class_and_argument_in_the_table_is_one_of_the_library(family):
    import inspect

    diffusers = pytest.importorskip("diffusers", reason="the gpu extra is not installed")
    nets = {kind: net.ways for kind, net in family.nets.items()}
    for ways in (family.ways, *nets.values()):
        for way in ways.values():
            taken = set(inspect.signature(getattr(diffusers, way.pipeline).__call__).parameters)
            wanted = {way.image, way.control, way.mask, *way.always, "num_inference_steps", "generator"} - {""}
            wanted |= {"strength"} if way.strength else set()
            wanted |= {"control_guidance_start", "control_guidance_end"} if way.spanned else set()
            wanted |= {"negative_prompt", family.guidance_name} if way.negative else set()
            wanted |= {"guidance_scale"} if family.distilled else set()
            assert wanted <= taken, f"{way.pipeline} takes no {wanted - taken}"
            assert way.negative == ("negative_prompt" in taken), way.pipeline
            assert way.spanned == ("control_guidance_start" in taken), way.pipeline
    assert all(hasattr(diffusers, kind) for kind in (*family.index, *nets))


@pytest.mark.thorough
def test_an_unset_guidance_is_the_familys_own(folders: Path):
    folder = made(folders, "StableDiffusionPipeline")
    config = DiffusionConfig("text2image", str(folder), None, folders, 1, steps=1)
    assert make_renderer(config).parameters["guidance"] == 7.5
    assert make_renderer(replace(config, guidance=2.0)).parameters["guidance"] == 2.0


@pytest.mark.thorough
@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_parts_of_one_model_fit_together_by_their_configurations_and_those_of_two_do_not(
    folders: Path, tmp_path: Path, family
):
    folder = made(folders, family.index[0])
    assert checked(files_in(folder)).faults == ()
    other = shutil.copytree(folder, tmp_path / "mixed")
    encoders = sorted(part for part in other.iterdir() if part.name.startswith("text_encoder"))
    for encoder in encoders:
        config = json.loads((encoder / "config.json").read_text("utf-8"))
        wider = {name: 2 * value for name, value in config.items() if name in ("hidden_size", "d_model", "projection_dim")}
        if isinstance(config.get("text_config"), dict):
            wider["text_config"] = {**config["text_config"], "hidden_size": 2 * config["text_config"]["hidden_size"]}
        (encoder / "config.json").write_text(json.dumps({**config, **wider}), "utf-8")
    faults = checked(files_in(other)).faults
    judged = {part.partition(":")[0] for fit in FITS if family.name in fit.families for part in fit.others}
    if any(part.startswith("text_encoder") for part in judged):
        assert "they are of different models" in faults[0]
        with pytest.raises(UserError, match=r"cannot be loaded: its .* of different models"):
            check_parts(family.name, other, "mixed")
