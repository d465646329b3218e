"""Configurations that change pictures change the digest; how and where they are written does not."""

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from gpu_workers.diffusion.weight_files import locate
from gpu_workers.model_shelf.config_digest import config_digest
from gpu_workers.model_shelf.model_files import files_in
from schemas.ids import image_id

INDEX = {
    "_class_name": "StableDiffusionXLPipeline", "_diffusers_version": "0.42.1", "force_zeros_for_empty_prompt": True,
    "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"],
    "text_encoder": ["transformers", "CLIPTextModel"], "tokenizer": ["transformers", "CLIPTokenizer"],
    "scheduler": ["diffusers", "DDIMScheduler"], "safety_checker": [None, None],
}  # fmt: skip
CONFIGS: Mapping[str, dict[str, Any]] = {
    "unet/config.json": {"_class_name": "UNet2DConditionModel", "sample_size": 64},
    "vae/config.json": {"_class_name": "AutoencoderKL", "scaling_factor": 0.18215, "shift_factor": None},
    "text_encoder/config.json": {
        "model_type": "clip_text_model", "hidden_act": "quick_gelu", "text_config": {"_name_or_path": "", "layers": 2},
    },
    "tokenizer/tokenizer_config.json": {"model_max_length": 77, "name_or_path": "a/b", "added": [{"content": "<pad>"}]},
    "tokenizer/vocab.json": {"cat": 0, "dog": 1},
    "scheduler/scheduler_config.json": {"_class_name": "DDIMScheduler"},
}  # fmt: skip
WEIGHTS = ("unet/diffusion_pytorch_model", "vae/diffusion_pytorch_model", "text_encoder/model")

Changes = Callable[[Path], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model's folder."""
    made = tmp_path / "model"
    for name, value in {"model_index.json": INDEX, **CONFIGS}.items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text(json.dumps(value), "utf-8")
    (made / "tokenizer" / "merges.txt").write_bytes(b"c a\nd o\n")
    for name in WEIGHTS:
        (made / f"{name}.safetensors").write_bytes(name.encode())
    return made


def digest(folder: Path) -> str:
    return config_digest(files_in(folder))


def setting(name: str, *path: str | int, to: object) -> Changes:
    """A value at a path of a JSON file."""

    def change(folder: Path) -> None:
        file = folder / name
        config = inner = json.loads(file.read_text("utf-8"))
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = to
        file.write_text(json.dumps(config), "utf-8")

    return change


def writing(name: str, data: bytes) -> Changes:
    return lambda folder: (folder / name).write_bytes(data) and None


@pytest.mark.parametrize(
    "change",
    [
        setting("vae/config.json", "scaling_factor", to=0.13),
        setting("vae/config.json", "shift_factor", to=0.1),
        setting("unet/config.json", "_class_name", to="UNet2DModel"),
        setting("text_encoder/config.json", "hidden_act", to="gelu"),
        setting("text_encoder/config.json", "text_config", "layers", to=1),
        setting("tokenizer/tokenizer_config.json", "model_max_length", to=64),
        setting("tokenizer/tokenizer_config.json", "added", 0, "content", to="<end>"),
        setting("tokenizer/vocab.json", "cat", to=2),
        setting("tokenizer/vocab.json", "_cat", to=2),
        writing("tokenizer/merges.txt", b"d o\nc a\n"),
        writing("tokenizer/chat_template.jinja", b"{{ prompt }}"),
        writing("tokenizer/words-of-its-own.json", b"{}"),
        setting("model_index.json", "force_zeros_for_empty_prompt", to=False),
        setting("model_index.json", "text_encoder", to=["transformers", "T5EncoderModel"]),
    ],
)
def test_what_changes_pictures_changes_the_digest(folder: Path, change: Changes):
    before = digest(folder)
    change(folder)
    assert digest(folder) != before


def turned(folder: Path) -> None:
    """Every JSON file written anew: keys in another order, other white space."""
    for file in folder.rglob("*.json"):
        value = json.loads(file.read_text("utf-8"))
        file.write_text(json.dumps(dict(reversed(value.items())), indent=7) + "\n\n", "utf-8")


@pytest.mark.parametrize(
    "change",
    [
        turned,
        setting("vae/config.json", "_name_or_path", to="/home/someone/vae"),
        setting("text_encoder/config.json", "text_config", "_name_or_path", to="/elsewhere"),
        setting("tokenizer/tokenizer_config.json", "name_or_path", to="/elsewhere"),
        setting("tokenizer/tokenizer_config.json", "special_tokens_map_file", to="/elsewhere/map.json"),
        setting("unet/config.json", "_diffusers_version", to="0.1.0"),
        setting("unet/config.json", "sample_size", to=64.0),
        setting("text_encoder/config.json", "transformers_version", to="4.0"),
        setting("text_encoder/config.json", "torch_dtype", to="float16"),
        setting("model_index.json", "safety_checker", to=["stable_diffusion", "StableDiffusionSafetyChecker"]),
        setting("model_index.json", "requires_safety_checker", to=True),
        setting("model_index.json", "image_encoder", to=[None, None]),
        setting("model_index.json", "_name_or_path", to="/elsewhere"),
        writing("tokenizer/merges.txt", b"c a\r\nd o\r\n"),
        writing("unet/notes.json", b"{}"),
        writing("README.md", b"license: mit"),
        writing("unet/diffusion_pytorch_model.bin", b"pickle"),
        setting("scheduler/scheduler_config.json", "_class_name", to="PNDMScheduler"),
    ],
)
def test_how_and_where_it_is_written_does_not(folder: Path, change: Changes):
    """The schedule has a digest of its own, of what is loaded."""
    before = digest(folder)
    change(folder)
    assert digest(folder) == before


def test_a_modular_index_counts_without_the_places_that_it_names(tmp_path: Path):
    def made(name: str, at: str, loaded: bool, kind: str = "AutoencoderKLFlux2") -> str:
        folder = tmp_path / name
        (folder / "vae").mkdir(parents=True)
        hint = {"pretrained_model_name_or_path": at, "revision": None, "type_hint": ["diffusers", kind]}
        entry = [*(["diffusers", kind] if loaded else [None, None]), hint]
        (folder / "modular_model_index.json").write_text(json.dumps({"_class_name": "Flux3", "vae": entry}), "utf-8")
        (folder / "vae" / "config.json").write_text('{"latent_channels": 4}', "utf-8")
        return digest(folder)

    same = {made("one", "/a", True), made("two", "someone/b", True), made("three", "/c", False)}
    assert len(same) == 1
    assert made("four", "/a", True, "AutoencoderKL") not in same


def test_ids_follow_the_digest_and_not_the_place(folder: Path, tmp_path: Path):
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(folder, elsewhere)
    turned(elsewhere)
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    setting("vae/config.json", "scaling_factor", to=0.13)(other)
    sources = [locate(str(place), None, tmp_path / "cache")[1].stated() for place in (folder, elsewhere, other)]
    assert len({source["sha256"] for source in sources}) == 1
    ids = [image_id("0" * 32, "text-1", source, 0) for source in sources]
    assert ids[0] == ids[1] != ids[2]
