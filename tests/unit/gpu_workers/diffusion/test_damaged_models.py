"""A damaged model is refused in one line that names its folder and, where one file is damaged, that file."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gpu_workers.diffusion.diffusion_config import DiffusionConfig, Weights
from gpu_workers.diffusion.guidance.segmentation import load_segmenter
from gpu_workers.diffusion.model_components import Machine, load
from gpu_workers.diffusion.model_registry import make_generator
from gpu_workers.diffusion.weight_files import Source
from gpu_workers.model_shelf.model_loading import Loading
from gpu_workers.perception.depth_models import load_depth
from gpu_workers.perception.vision_models import load_detector
from gpu_workers.tiny_models import tiny_detectors, tiny_diffusion
from schemas.errors import UserError
from tests.unit.gpu_workers.diffusion.test_segmentation import make_sam

torch = pytest.importorskip("torch", reason="the gpu extra is not installed")

pytestmark = pytest.mark.thorough

Loads = Callable[[Path], Any]


def of_renderer(name: str) -> Loads:
    return lambda folder: make_generator(DiffusionConfig(name, str(folder), None, folder.parent, 1))


def of_control(folder: Path) -> Any:
    return make_generator(DiffusionConfig("controlnet", "tiny", None, folder.parent, 1, control=Weights(str(folder))))


LOADERS: dict[str, tuple[Callable[[Path], Path], Loads]] = {
    "loop": (tiny_diffusion.build, lambda folder: load(folder, Machine())),
    "text2image": (lambda folder: tiny_diffusion.build(folder, gated=False), of_renderer("text2image")),
    "controlnet": (tiny_diffusion.build_control, of_control),
    "segmenter": (make_sam, lambda folder: load_segmenter(folder, Source(folder.name, "local", "", ""), Machine())),
    "owlv2": (lambda folder: tiny_detectors.build(folder, "owlv2"), lambda folder: load_detector(folder, folder.name)),
    "grounding-dino": (
        lambda folder: tiny_detectors.build(folder, "grounding-dino"), lambda folder: load_detector(folder, folder.name)
    ),
    "depth": (lambda folder: tiny_detectors.build(folder, "depth"), lambda folder: load_depth(folder, folder.name)),
}  # fmt: skip

SPOILT = {
    "a list": b"[1]", "an empty object": b"{}", "half an object": b'{"a', "no text": b"\xff\xfe", "deep": b"[" * 9000,
    "a class that is a list": b'{"_class_name": ["x"], "model_type": ["y"], "tokenizer_class": ["z"]}',
    "a class that is not there": b'{"_class_name": "NoSuch", "model_type": "nosuch", "tokenizer_class": "NoSuch"}',
}  # fmt: skip
"""What a configuration or a list of words holds."""


@pytest.fixture(scope="module", params=LOADERS)
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Loads]:
    torch.set_num_threads(1)
    make, loads = LOADERS[request.param]
    folder = make(tmp_path_factory.mktemp("models") / "whole")
    loads(folder)
    return folder, loads


def refused(folder: Path, loads: Loads) -> str | None:
    """What is said of it, in one line that names the folder; None where it is loaded."""
    said = None
    try:
        loads(folder)
    except UserError as error:
        said = str(error)
    assert said is None or ("\n" not in said and folder.name in said and "make setup" not in said)
    return said


def files(folder: Path, *endings: str) -> Iterator[Path]:
    return (each for each in sorted(folder.rglob("*")) if each.suffix in endings)


def test_weights_that_are_cut_are_named(model: tuple[Path, Loads], tmp_path: Path):
    folder, loads = model
    for number, whole in enumerate(files(folder, ".safetensors")):
        for length in (0, 5, 1000, -100):
            copy = shutil.copytree(folder, tmp_path / f"cut-{number}-{length}")
            file = copy / whole.relative_to(folder)
            file.write_bytes(file.read_bytes()[:length])
            assert str(file) in (refused(copy, loads) or "it was loaded")


def test_a_model_whose_files_lack_a_weight_is_refused_and_not_filled_up_at_random(
    model: tuple[Path, Loads], tmp_path: Path
):
    """Its libraries load it, with a line in a log at most."""
    from safetensors.torch import load_file, save_file

    folder, loads = model
    for number, whole in enumerate(files(folder, ".safetensors")):
        copy = shutil.copytree(folder, tmp_path / f"lacking-{number}")
        file = copy / whole.relative_to(folder)
        weights = load_file(file)
        lacking = sorted(weights)[len(weights) // 2]
        del weights[lacking]
        save_file(weights, file, metadata={"format": "pt"})
        said = refused(copy, loads) or "it was loaded"
        assert "its files lack weights of a" in said
        assert lacking in said


def test_weights_of_another_network_are_not_taken_for_its_own(tmp_path: Path):
    folder = tiny_detectors.build(tmp_path / "owl", "owlv2")
    config = json.loads((make_sam(tmp_path / "sam") / "config.json").read_text("utf-8"))
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    with pytest.raises(UserError, match="its files lack weights of a SamModel"):
        load_segmenter(folder, Source("owl", "local", "", ""), Machine())


def test_weights_that_a_network_never_uses_may_lack(tmp_path: Path):
    """Published files of DPT do not have what would come before the first layer of its fusion, others no mask of places."""
    from safetensors.torch import load_file, save_file

    folder = tiny_detectors.build(tmp_path / "depth", "depth")
    weights = load_file(folder / "model.safetensors")
    unused = [name for name in weights if "fusion_stage.layers.0.residual_layer1." in name or name.endswith(".mask_token")]
    assert len(unused) > 1
    kept = {name: weight for name, weight in weights.items() if name not in unused}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    load_depth(folder, "depth")


@pytest.mark.parametrize("damage", SPOILT)
def test_a_configuration_or_words_that_are_spoilt_are_refused_in_a_line_or_read(
    model: tuple[Path, Loads], tmp_path: Path, damage: str
):
    folder, loads = model
    for number, whole in enumerate(files(folder, ".json", ".txt")):
        copy = shutil.copytree(folder, tmp_path / f"spoilt-{number}")
        file = copy / whole.relative_to(folder)
        file.write_bytes(SPOILT[damage])
        said = refused(copy, loads)
        if file.name == "config.json":
            assert said is not None
        if file.name == "config.json" and damage in ("a list", "half an object", "no text", "deep"):
            assert str(file) in said


def test_a_file_that_is_not_there_is_refused_in_a_line_or_not_needed(model: tuple[Path, Loads], tmp_path: Path):
    folder, loads = model
    for number, whole in enumerate(files(folder, ".json", ".txt", ".safetensors")):
        copy = shutil.copytree(folder, tmp_path / f"gone-{number}")
        (copy / whole.relative_to(folder)).unlink()
        said = refused(copy, loads)
        if whole.suffix == ".safetensors" or whole.name == "config.json":
            assert said is not None


WIDER = {
    "loop": ("text_encoder", ("intermediate_size",)), "text2image": ("text_encoder", ("vocab_size",)),
    "controlnet": (".", ("conditioning_embedding_out_channels", 0)), "segmenter": (".", ("vision_config", "mlp_dim")),
    "owlv2": (".", ("text_config", "intermediate_size")), "grounding-dino": (".", ("encoder_ffn_dim",)),
    "depth": (".", ("fusion_hidden_size",)),
}  # fmt: skip
"""Of each loader a number in the configuration of a part that weights follow."""


@pytest.mark.parametrize("name", WIDER)
def test_weights_of_other_shapes_than_their_configuration_says_are_refused(tmp_path: Path, name: str):
    make, loads = LOADERS[name]
    folder, (part, (*path, last)) = make(tmp_path / "wider"), WIDER[name]
    file = folder / part / "config.json"
    config = inner = json.loads(file.read_text("utf-8"))
    for each in path:
        inner = inner[each]
    inner[last] = inner.get(last, 48) + 16 if isinstance(inner, dict) else inner[last] + 16
    file.write_text(json.dumps(config), "utf-8")
    assert refused(folder, loads) is not None


def test_a_schedule_of_another_noise_is_refused_by_the_loop(tmp_path: Path):
    folder = tiny_diffusion.build(tmp_path / "flow")
    index = json.loads((folder / "model_index.json").read_text("utf-8"))
    index["scheduler"] = ["diffusers", "FlowMatchEulerDiscreteScheduler"]
    (folder / "model_index.json").write_text(json.dumps(index), "utf-8")
    with pytest.raises(UserError, match="FlowMatchEulerDiscreteScheduler, is not for Stable Diffusion"):
        load(folder, Machine())


def test_what_a_device_says_while_a_model_is_loaded_is_no_fault_of_its_files(tmp_path: Path):
    for error in (torch.OutOfMemoryError("CUDA out of memory"), RuntimeError("CUDA error: an illegal memory access")):
        with pytest.raises(type(error), match="CUDA"), Loading("a model", tmp_path):
            raise error
    with pytest.raises(KeyboardInterrupt), Loading("a model", tmp_path):
        raise KeyboardInterrupt
