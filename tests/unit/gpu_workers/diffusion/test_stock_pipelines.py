"""Drawers over ready-made pipelines, on tiny weights through the ordinary loaders; and what boxes become for them."""

import json
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gpu_workers.diffusion.conditioning import Conditioning, Corners
from gpu_workers.diffusion.denoise import Sampling
from gpu_workers.diffusion.diffusion_config import DiffusionConfig
from gpu_workers.diffusion.diffusion_renderer import DiffusionRenderer
from gpu_workers.diffusion.families.pipeline_loading import Model
from gpu_workers.diffusion.generators.photo_models import PhotoSettings
from gpu_workers.diffusion.generators.refine import RefinedGenerator
from gpu_workers.diffusion.generators.stock_pipelines import colour_of, control_picture, controlnet, text2image
from gpu_workers.diffusion.model_components import Machine
from gpu_workers.diffusion.model_registry import make_generator, make_renderer
from gpu_workers.diffusion.weight_files import Source, licence_of
from gpu_workers.tiny_models import tiny_diffusion, tiny_sdxl
from schemas.errors import UserError
from schemas.events import SeedOptions
from streams.adapters import vision_factories
from streams.settings import RenderSettings
from tests.fakes.collage import Thing, make_scene
from tests.fakes.grey_generator import GreyGenerator

torch = pytest.importorskip("torch", reason="the gpu extra is not installed")

pytestmark = pytest.mark.thorough

BOXES = ((0.0, 0.0, 1.0, 1.0), (0.5, 0.25, 1.0, 0.75))
ORDERS = [
    Conditioning("a cat", "dog", ("a lawn", "a cat"), ("lawn", "cat"), BOXES),
    Conditioning("a bus", "", ("a bus",), ("bus",), ((0.0, 0.0, 0.5, 0.5),)),
]
SAMPLING = Sampling(steps=2)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    torch.set_num_threads(1)
    folder = tiny_diffusion.build(tmp_path_factory.mktemp("models") / "text", gated=False)
    return Model(folder, Source("tiny", "local", licence_of(folder), ""), Machine())


def pixels(picture: Image.Image) -> "np.ndarray[tuple[int, ...], np.dtype[np.int64]]":
    return np.asarray(picture).astype(np.int64)


def test_boxes_are_drawn_for_a_control_model_the_smaller_ones_on_top():
    picture = control_picture(ORDERS[0], (64, 64))
    assert picture.getpixel((10, 10)) == colour_of(0)
    assert picture.getpixel((48, 32)) == colour_of(1)


def test_text_to_image_draws_a_batch_of_mixed_prompts_with_seeds_of_their_own(model: Model):
    drawer = text2image(model, SAMPLING)
    assert drawer.side == 64
    together = drawer.draw(ORDERS, [1, 2], (64, 64))
    [alone] = drawer.draw(ORDERS[1:], [2], (64, 64))
    assert np.abs(pixels(together[1]) - pixels(alone)).max() <= 1
    assert np.abs(pixels(together[0]) - pixels(together[1])).max() > 1


@pytest.mark.parametrize("photo", [None, PhotoSettings(strength=0.5)], ids=["text2image", "photo"])
def test_an_sdxl_of_another_noise_is_drawn_with_by_its_own_schedule_alone(tmp_path: Path, photo: PhotoSettings | None):
    """Some of its descendants were trained on another one, which only the loops cannot draw by."""
    kind = "EDMEulerScheduler"
    folder = tiny_sdxl.build(tmp_path / "model")
    index = json.loads((folder / "model_index.json").read_text("utf-8"))
    index |= {"_class_name": "StableDiffusionXLPipeline", "scheduler": ["diffusers", kind]}
    (folder / "model_index.json").write_text(json.dumps(index), "utf-8")
    (folder / "scheduler" / "scheduler_config.json").write_text(json.dumps({"_class_name": kind}), "utf-8")
    config = DiffusionConfig("photo" if photo else "text2image", str(folder), None, tmp_path, 1, steps=2)
    config = replace(config, photo=photo or config.photo)
    assert make_generator(config).side > 0
    with pytest.raises(UserError, match=f"{kind} cannot be replaced"):
        make_generator(replace(config, scheduler="ddim"))


def test_a_control_model_reads_the_boxes(model: Model, tmp_path: Path):
    import diffusers

    unet = diffusers.UNet2DConditionModel.from_pretrained(model.folder, subfolder="unet")
    net = diffusers.ControlNetModel.from_unet(unet, conditioning_embedding_out_channels=(8, 8, 8))
    for name, weight in net.named_parameters():  # a new control model ends in zeros and says nothing
        if name.startswith("controlnet_") and name.endswith("weight"):
            torch.nn.init.normal_(weight, std=1.0)
    net.save_pretrained(tmp_path / "control")
    control = Model(tmp_path / "control", Source("tiny control", "local", "unknown", ""), Machine())
    drawer = controlnet(model, control, SAMPLING)
    moved = Conditioning(ORDERS[1].prompt, "", ORDERS[1].phrases, ORDERS[1].words, ((0.5, 0.5, 1.0, 1.0),))
    here, there = (drawer.draw([each], [2], (64, 64))[0] for each in (ORDERS[1], moved))
    assert np.abs(pixels(here) - pixels(there)).max() > 1


def test_refining_gives_larger_pictures_and_says_with_what(model: Model):
    renderer = DiffusionRenderer(RefinedGenerator(GreyGenerator(), model, side=128), 2)
    graph = make_scene("park", [Thing("dog", (60, 300, 90, 90), 0.4)])
    [drawing] = renderer.render([graph], [1])
    assert (drawing.width, drawing.height) == (128, 128)
    assert renderer.name == "plain-1-refined-1"
    refined = renderer.parameters["refined"]
    assert isinstance(refined, dict)
    assert refined["model"] == "tiny"


def test_an_sdxl_refines_to_1024_pixels_where_the_settings_name_it(tmp_path: Path):
    settings = RenderSettings(
        renderer="gligen", render_model="tiny", render_refine="tiny", render_batch=1, model_cache=tmp_path
    )
    renderer = vision_factories.renderer_of(settings)
    graph = make_scene("park", [Thing("dog", (60, 300, 90, 90), 0.4)])
    [drawing] = renderer.render([graph], [1])
    assert renderer.name == "gligen-1-refined-1"
    assert (drawing.width, drawing.height) == (1024, 1024)
    assert Image.open(BytesIO(drawing.data)).size == (1024, 1024)
    index = json.loads((tmp_path / "tiny-sdxl" / "model_index.json").read_text("utf-8"))
    assert index["_class_name"] == "StableDiffusionXLPipeline"


class Keeping(GreyGenerator):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.sizes, self.boxes = list[tuple[int, int]](), list[Corners]()

    def draw(self, conditionings: Sequence[Conditioning], seeds: Sequence[int], size: tuple[int, int]) -> list[Image.Image]:
        self.sizes.append(size)
        self.boxes += [box for each in conditionings for box in each.boxes]
        return super().draw(conditionings, seeds, size)


def test_boxes_are_shares_of_the_picture_whatever_its_size_and_a_wide_one_stays_wide(model: Model):
    inner = Keeping()
    graph = make_scene("park", [Thing("dog", (256, 128, 128, 64), 0.4)])
    wide = graph.model_copy(update={"layout": graph.layout.model_copy(update={"canvas": (512, 256)})})
    drawings = DiffusionRenderer(RefinedGenerator(inner, model, side=128), 2).render([graph, wide], [1, 2])
    assert [(each.width, each.height) for each in drawings] == [(128, 128), (128, 64)]
    assert inner.sizes == [(64, 64), (64, 64)], "a small model's sides come in whole steps"
    assert inner.boxes == [(0.5, 0.25, 0.75, 0.375), (0.5, 0.5, 0.75, 0.75)]


def test_refining_has_a_seed_of_its_own(model: Model):
    refined = RefinedGenerator(GreyGenerator(), model, side=64)
    first, again, other = (refined.draw(ORDERS[:1], [seed], (64, 64))[0] for seed in (1, 1, 2))
    assert (pixels(first) == pixels(again)).all()
    assert (pixels(first) != pixels(other)).any()


@pytest.mark.parametrize(
    "machine", [Machine(channels_last=True), Machine(compiled=True, compiler="eager")], ids=["channels last", "compiled"]
)
def test_a_pipeline_draws_the_same_however_its_network_is_laid_out(model: Model, machine: Machine):
    compiled = text2image(Model(model.folder, model.source, machine), SAMPLING)
    [one], [other] = (drawer.draw(ORDERS[:1], [1], (64, 64)) for drawer in (text2image(model, SAMPLING), compiled))
    assert np.abs(pixels(one) - pixels(other)).max() <= 1


def test_a_folder_without_a_pipeline_is_named_in_one_line(tmp_path: Path):
    with pytest.raises(UserError) as caught:
        text2image(Model(tmp_path, Source("an empty folder", "local", "unknown", ""), Machine()), SAMPLING)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["lmd_plus", "multidiffusion", "text2image"])
def test_a_renderer_is_chosen_by_its_name(tmp_path: Path, name: str):
    renderer = make_renderer(DiffusionConfig(name, "tiny", None, tmp_path, 2))
    assert renderer.name == f"{name}-1"
    [drawing] = renderer.render([make_scene("park", [Thing("dog", (60, 300, 90, 90), 0.4)])], [1])
    assert (drawing.width, drawing.height) == (64, 64)


def test_a_control_model_that_cannot_be_read_is_named_in_one_line(model: Model, tmp_path: Path):
    with pytest.raises(UserError, match="an empty folder cannot be loaded") as caught:
        controlnet(model, Model(tmp_path, Source("an empty folder", "local", "unknown", ""), Machine()), SAMPLING)
    assert "\n" not in str(caught.value)


def test_a_stock_pipeline_takes_a_schedule_and_refuses_what_it_has_no_place_for(tmp_path: Path):
    config = DiffusionConfig("text2image", "tiny", None, tmp_path, 2, scheduler="unipc")
    assert make_renderer(config).parameters["scheduler"] == "unipc"
    for changes, name in (
        ({"method": "{}"}, "SKG_RENDER_METHOD"),
        ({"guided": (0.1, 1.0)}, "SKG_RENDER_GUIDANCE_FROM"),
        ({"renderer": "flux3-boxes"}, "SKG_RENDER_SCHEDULER"),
    ):
        with pytest.raises(UserError, match=name):
            make_renderer(replace(config, **changes))


def test_a_control_renderer_without_its_second_model_says_what_to_set(tmp_path: Path):
    with pytest.raises(UserError, match="SKG_RENDER_CONTROLNET"):
        make_renderer(DiffusionConfig("controlnet", "tiny", None, tmp_path, 2))


class Counting(GreyGenerator):
    """Keeps how many pictures it is asked for."""

    def __init__(self) -> None:
        self.asked = list[int]()

    def draw(self, conditionings: Sequence[Conditioning], seeds: Sequence[int], size: tuple[int, int]) -> list[Image.Image]:
        self.asked.append(len(seeds))
        return super().draw(conditionings, seeds, size)


def test_where_no_batch_is_set_it_is_found_when_the_renderer_warms_up():
    free, told = Counting(), Counting()
    DiffusionRenderer(free, None).warm_up()
    DiffusionRenderer(told, 3).warm_up()
    assert told.asked == [3]
    if not torch.cuda.is_available():
        assert free.asked == [1, 4], "a CPU says nothing of its memory"


def test_what_takes_memory_by_the_object_warms_up_with_as_many_as_are_planned(tmp_path: Path):
    made = {
        name: make_renderer(DiffusionConfig(name, "tiny", None, tmp_path, 1))._conditions
        for name in ("multidiffusion", "gligen")
    }
    most = next(each.le for each in SeedOptions.model_fields["max_objects"].metadata if hasattr(each, "le"))
    boxes = {name: len(conditions.placeholder((64, 64)).boxes) for name, conditions in made.items()}
    assert boxes == {"multidiffusion": most, "gligen": 1}
