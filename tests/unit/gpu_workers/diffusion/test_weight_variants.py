"""A copy of the weights in another number format is read where it is asked for, by the loop and by stock pipelines."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="the gpu extra is not installed")

from safetensors.torch import load_file, save_file  # noqa: E402

from gpu_workers.diffusion.diffusion_config import DiffusionConfig, Weights  # noqa: E402
from gpu_workers.diffusion.families.family_table import family_of  # noqa: E402
from gpu_workers.diffusion.families.pipeline_loading import Model, load_pipeline  # noqa: E402
from gpu_workers.diffusion.model_components import Machine, load  # noqa: E402
from gpu_workers.diffusion.model_registry import make_generator  # noqa: E402
from gpu_workers.diffusion.weight_files import locate  # noqa: E402
from gpu_workers.model_shelf.model_check import checked  # noqa: E402
from gpu_workers.model_shelf.model_files import files_in  # noqa: E402
from gpu_workers.tiny_models import tiny_diffusion  # noqa: E402
from schemas.errors import UserError  # noqa: E402
from schemas.ids import image_id  # noqa: E402

WEIGHTS = "diffusion_pytorch_model.safetensors"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny checkpoint whose UNet has a copy of zeros."""
    made = tmp_path_factory.mktemp("models") / "tiny"
    shutil.copytree(tiny_diffusion.build(made.parent / "built", gated=False), made)
    unet = load_file(made / "unet" / WEIGHTS)
    copy = {name: torch.zeros_like(each) for name, each in unet.items()}
    save_file(copy, made / "unet" / WEIGHTS.replace(".", ".fp16.", 1))
    return made


def largest(network: object) -> float:
    return max(float(each.abs().max()) for each in network.parameters())  # type: ignore[attr-defined]


@pytest.mark.parametrize("variant", [None, "fp16"])
def test_the_loop_reads_the_copy_that_is_asked_for_and_the_usual_weights_else(folder: Path, variant: str | None):
    parts = load(folder, Machine(), variant)
    assert (largest(parts.unet) == 0) is (variant == "fp16")
    assert largest(parts.vae) > 0


@pytest.mark.parametrize("variant", [None, "fp16"])
def test_a_stock_pipeline_reads_the_copy_that_is_asked_for(folder: Path, tmp_path: Path, variant: str | None):
    place, source = locate(str(folder), None, tmp_path, variant=variant)
    way = family_of(place, "tiny").way("text")
    assert way is not None
    pipeline = load_pipeline(Model(place, source, Machine()), way)
    assert (largest(pipeline.unet) == 0) is (variant == "fp16")
    assert source.stated().get("variant") == variant


def without_configuration(scheduler: Path) -> None:
    (scheduler / "scheduler_config.json").unlink()


def of_no_class(scheduler: Path) -> None:
    (scheduler / "scheduler_config.json").write_text('{"_class_name": "NoSuchScheduler"}')
    index = json.loads((scheduler.parent / "model_index.json").read_text("utf-8"))
    (scheduler.parent / "model_index.json").write_text(json.dumps({**index, "scheduler": [None, None]}), "utf-8")


def of_no_class_in_the_index(scheduler: Path) -> None:
    index = json.loads((scheduler.parent / "model_index.json").read_text("utf-8"))
    (scheduler.parent / "model_index.json").write_text(json.dumps({**index, "scheduler": ["a", "NoScheduler"]}), "utf-8")


@pytest.mark.parametrize("spoil", [without_configuration, of_no_class, of_no_class_in_the_index])
def test_a_checkpoint_without_a_scheduler_that_can_be_read_is_refused_in_a_line(
    folder: Path, tmp_path: Path, spoil: Callable[[Path], None]
):
    shutil.copytree(folder, tmp_path / "spoilt")
    spoil(tmp_path / "spoilt" / "scheduler")
    with pytest.raises(UserError, match=r"spoilt cannot be loaded: .*[Ss]cheduler") as caught:
        load(tmp_path / "spoilt", Machine())
    assert "\n" not in str(caught.value)


def test_a_check_says_which_copies_there_are(folder: Path):
    found = checked(files_in(folder))
    assert (found.faults, found.variants) == ((), ("fp16",))


def renamed(folder: Path, name: str) -> Path:
    """The same files in a folder of another name, with a card."""
    other = folder.parent / name
    shutil.copytree(folder, other)
    (other / "README.md").write_text("---\nlicense: mit\n---\n", "utf-8")
    return other


@pytest.mark.parametrize("refined", [False, True])
def test_the_same_weights_give_the_same_ids_wherever_they_lie(tmp_path: Path, refined: bool):
    folder = tiny_diffusion.build(tmp_path / "one", gated=False)
    places = [folder, renamed(folder, "another-name")]
    configs = [
        DiffusionConfig("text", str(each), None, tmp_path, 1, refiner=Weights(str(each)) if refined else None)
        for each in places
    ]
    made = [make_generator(config) for config in configs]
    stated = [json.dumps(each.parameters) for each in made]
    assert "another-name" in stated[1]
    assert "mit" in stated[1]
    assert stated[0] != stated[1], "provenance says which it was"
    ids = {image_id("0" * 32, each.name, each.parameters, 0) for each in made}
    assert len(ids) == 1
