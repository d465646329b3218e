"""FLUX.3 on tiny weights, through the ordinary loaders: what its boxes become, what it draws, what it refuses."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gpu_workers.diffusion.conditioning import Conditioning
from gpu_workers.diffusion.denoise import Sampling
from gpu_workers.diffusion.diffusion_config import DiffusionConfig
from gpu_workers.diffusion.families.pipeline_loading import Model
from gpu_workers.diffusion.generators.flux3 import Flux3Generator, boxes_of, flux3, load_pipeline
from gpu_workers.diffusion.model_components import Machine
from gpu_workers.diffusion.model_registry import make_renderer
from gpu_workers.diffusion.weight_files import Source
from schemas.errors import PermanentError, UserError
from tests.fakes.collage import Thing, make_scene

torch = pytest.importorskip("torch", reason="the gpu extra is not installed")
diffusers = pytest.importorskip("diffusers", reason="the gpu extra is not installed")

pytestmark = pytest.mark.thorough
needs_flux = pytest.mark.skipif(not hasattr(diffusers, "Flux3ModularPipeline"), reason="needs diffusers 0.42")

SAMPLING = Sampling(steps=2)
SOURCE = Source("tiny flux", "local", "unknown", "")
CAT = Conditioning("a cat", "dog", ("a cat",), ("cat",), ((0.5, 0.25, 1.0, 0.75),))
MOVED = Conditioning("a cat", "dog", ("a cat",), ("cat",), ((0.0, 0.25, 0.5, 0.75),))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.fakes.tiny_flux3 import make_flux3

    torch.set_num_threads(1)
    return make_flux3(tmp_path_factory.mktemp("models") / "flux3")


def model_in(folder: Path) -> Model:
    return Model(folder, SOURCE, Machine())


def pixels(picture: Image.Image) -> "np.ndarray[tuple[int, ...], np.dtype[np.int64]]":
    return np.asarray(picture).astype(np.int64)


class Listening:
    """A pipeline that notes the caption it draws."""

    def __init__(self, pipeline: Any) -> None:
        self._pipeline = pipeline
        self.captions: list[str] = []

    def __call__(self, *, output: str, **given: Any) -> Any:
        state = self._pipeline(**given)
        self.captions.append(state.get("prompt"))
        return state.get(output)


def test_boxes_are_told_with_y_first():
    assert boxes_of(CAT) == [{"id": "object0", "desc": "a cat", "bbox": [0.25, 0.5, 0.75, 1.0]}]


@needs_flux
def test_the_caption_that_is_drawn_holds_the_boxes_with_y_first_on_its_grid_of_a_thousand(folder: Path):
    pipeline = Listening(load_pipeline(model_in(folder)))
    Flux3Generator(pipeline, model_in(Path()), SAMPLING).draw([CAT], [1], (64, 64))
    [caption] = pipeline.captions
    [row] = json.loads(caption[caption.index("[") :])
    assert (row["id"], row["bbox"], row["desc"]) == ("object0", [250, 500, 750, 1000], "a cat")


@needs_flux
def test_a_moved_box_a_negative_text_and_a_seed_change_the_picture_and_nothing_else_does(folder: Path):
    drawer = flux3(model_in(folder), SAMPLING)
    without = Conditioning(CAT.prompt, "", CAT.phrases, CAT.words, CAT.boxes)
    first, again, moved, undenied = drawer.draw([CAT, CAT, MOVED, without], [1, 1, 1, 1], (64, 48))
    assert first.size == (64, 48)
    assert (pixels(first) == pixels(again)).all()
    [other] = drawer.draw([CAT], [2], (64, 48))
    for picture in (moved, undenied, other):
        assert (pixels(first) != pixels(picture)).any()


@needs_flux
def test_a_graph_without_objects_is_drawn_from_its_prompt(folder: Path):
    [picture] = flux3(model_in(folder), SAMPLING).draw([Conditioning("an empty room")], [1], (64, 64))
    assert picture.size == (64, 64)


@needs_flux
def test_every_part_comes_from_the_models_own_folder_wherever_its_index_points(folder: Path, tmp_path: Path):
    copy = shutil.copytree(folder, tmp_path / "copy")
    index = copy / "modular_model_index.json"
    index.write_text(index.read_text("utf-8").replace(str(folder), "someone/elsewhere"), "utf-8")
    assert flux3(model_in(copy), SAMPLING).draw([CAT], [1], (64, 64))[0].size == (64, 64)
    shutil.rmtree(copy / "prompt_upsampler")
    with pytest.raises(UserError, match="lacks prompt_upsampler"):
        flux3(model_in(copy), SAMPLING)


@needs_flux
def test_a_part_that_is_no_safetensors_is_not_read(folder: Path, tmp_path: Path):
    copy = shutil.copytree(folder, tmp_path / "copy")
    (copy / "vae" / "diffusion_pytorch_model.safetensors").rename(copy / "vae" / "diffusion_pytorch_model.bin")
    with pytest.raises(UserError, match="vae cannot be read"):
        flux3(model_in(copy), SAMPLING)


@needs_flux
def test_a_folder_that_is_no_flux_is_told_in_one_line(tmp_path: Path):
    with pytest.raises(UserError, match=r"no modular_model_index\.json"):
        flux3(model_in(tmp_path), SAMPLING)


@needs_flux
def test_the_renderer_is_chosen_by_its_name(folder: Path, tmp_path: Path):
    renderer = make_renderer(DiffusionConfig("flux3-boxes", str(folder), None, tmp_path, 2, steps=1))
    assert renderer.name == "flux3-boxes-1"
    assert renderer.parameters["side"] == 1024
    [drawing] = renderer.render([make_scene("park", [Thing("dog", (60, 300, 90, 90), 0.4)])], [1])
    assert (drawing.width, drawing.height) == (1024, 1024)


def test_a_caption_that_is_empty_is_never_drawn_and_other_errors_are_not_hidden():
    def failing(error: Exception) -> Any:
        def pipeline(**given: object) -> object:
            raise error

        return Flux3Generator(pipeline, model_in(Path()), SAMPLING)

    with pytest.raises(PermanentError, match="empty caption"):
        failing(RuntimeError("The prompt upsampler returned an empty caption.")).draw([CAT], [1], (64, 64))
    with pytest.raises(torch.OutOfMemoryError):
        failing(torch.OutOfMemoryError("CUDA out of memory")).draw([CAT], [1], (64, 64))


@pytest.mark.skipif(hasattr(diffusers, "Flux3ModularPipeline"), reason="this diffusers has FLUX.3")
def test_a_diffusers_without_flux_is_told_in_one_line(tmp_path: Path):
    with pytest.raises(UserError, match=r"0\.42"):
        flux3(model_in(tmp_path), SAMPLING)
