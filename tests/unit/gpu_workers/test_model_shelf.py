"""Listed models are of kinds that are drawn and seen with, and a check finds what would stop a stage, loading nothing."""

import json
import os
import re
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from gpu_workers.diffusion.families.family_table import FAMILIES
from gpu_workers.diffusion.setting_readers import GROUNDED, UNGROUNDED
from gpu_workers.diffusion.weight_files import locate
from gpu_workers.model_shelf.listed_models import TASKS, ListedModel, listed_models
from gpu_workers.model_shelf.model_check import DETECTORS, Verdict, checked
from gpu_workers.model_shelf.model_files import declared_bytes, files_in
from gpu_workers.perception.depth_models import DEPTH_ESTIMATORS
from gpu_workers.perception.vision_models import DETECTOR_RUNNERS
from gpu_workers.renderers import RENDERERS
from schemas.errors import UserError
from tests.fakes.hub import COMMIT, Hub, serving

DOCS = Path(__file__).parents[3] / "docs" / "models.md"


def safetensors(file: Path, numbers: int = 4) -> None:
    """A file of one tensor of single precision."""
    tensor = {"dtype": "F32", "shape": [numbers], "data_offsets": [0, 4 * numbers]}
    text = json.dumps({"weight": tensor, "__metadata__": {"format": "pt"}}).encode()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(struct.pack("<Q", len(text)) + text + bytes(4 * numbers))


def written(file: Path, value: Mapping[str, object]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(value), "utf-8")


CONFIGS = {
    "unet": {"in_channels": 4, "cross_attention_dim": 768}, "vae": {"latent_channels": 4},
    "text_encoder": {"hidden_size": 768},
}  # fmt: skip
"""Of Stable Diffusion 1.5."""


def pipeline(folder: Path, kind: str = "StableDiffusionPipeline") -> Path:
    """A checkpoint with the files of Stable Diffusion's parts."""
    index = {
        "_class_name": kind, "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"],
        "scheduler": ["diffusers", "PNDMScheduler"], "tokenizer": ["transformers", "CLIPTokenizer"],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"],
    }  # fmt: skip
    written(folder / "model_index.json", index)
    for part, config in CONFIGS.items():
        written(folder / part / "config.json", config)
        safetensors(
            folder / part / ("model.safetensors" if part == "text_encoder" else "diffusion_pytorch_model.safetensors")
        )
    written(folder / "scheduler" / "scheduler_config.json", {})
    written(folder / "tokenizer" / "vocab.json", {})
    (folder / "README.md").write_text("---\nlicense: openrail\n---\n", "utf-8")
    return folder


def verdict_on(folder: Path) -> Verdict:
    return checked(files_in(folder))


def test_every_listed_model_is_for_what_exists():
    families, known = {family.name for family in FAMILIES}, {*DETECTORS, *DEPTH_ESTIMATORS}
    for row in listed_models():
        assert row.task in TASKS
        assert re.fullmatch(r"[\w.-]+/[\w.-]+", row.model)
        assert set(row.fits) <= RENDERERS.keys(), row.model
        assert row.family is None or row.family in families, row.model
        assert row.kind is None or row.kind in known, row.model
        assert row.revision is None or re.fullmatch("[0-9a-f]{40}", row.revision)
        assert (row.size_gb is None and row.memory_gb is None) or row.source, f"{row.model}: a figure has its source"
    assert {row.task for row in listed_models()} == set(TASKS)
    assert len({row.model for row in listed_models()}) == len(listed_models())


def test_the_page_of_models_names_each_and_says_what_is_not_verified():
    page = DOCS.read_text("utf-8")
    for row in listed_models():
        assert f"`{row.model}`" in page
        assert row.licence is None or row.licence in page
    assert "not verified" in page


def test_detectors_are_those_that_the_adapters_run():
    assert set(DETECTORS) == DETECTOR_RUNNERS.keys()


def test_a_whole_checkpoint_fits_and_says_what_it_fits(tmp_path: Path):
    found = verdict_on(pipeline(tmp_path))
    assert found.faults == ()
    assert found.what == "SD1.5 (StableDiffusionPipeline)"
    assert {f"SKG_RENDERER={name}" for name in (*UNGROUNDED, "text2image", "controlnet", "photo")} == {*found.fits} - {
        "SKG_RENDER_REFINE"
    }
    assert "SKG_RENDER_REFINE" in found.fits
    assert found.licence == "openrail"
    networks = [f"{part}/diffusion_pytorch_model.safetensors" for part in ("unet", "vae")]
    assert list(found.weights) == ["text_encoder/model.safetensors", *networks]


@pytest.mark.parametrize("words", [{"attention_type": "gated"}, {"use_gated_attention": True}])
def test_a_gligen_fits_what_needs_boxes_in_either_layout(tmp_path: Path, words: dict[str, object]):
    written(pipeline(tmp_path, "StableDiffusionGLIGENPipeline") / "unet" / "config.json", {**CONFIGS["unet"], **words})
    assert {f"SKG_RENDERER={name}" for name in GROUNDED} <= set(verdict_on(tmp_path).fits)


def without_a_part(folder: Path) -> None:
    shutil.rmtree(folder / "vae")


def with_pickles_only(folder: Path) -> None:
    (folder / "unet" / "diffusion_pytorch_model.safetensors").rename(folder / "unet" / "diffusion_pytorch_model.bin")


def with_a_variant_only(folder: Path) -> None:
    whole = folder / "unet" / "diffusion_pytorch_model.safetensors"
    whole.rename(folder / "unet" / "diffusion_pytorch_model.fp16.safetensors")


def cut(folder: Path) -> None:
    file = folder / "vae" / "diffusion_pytorch_model.safetensors"
    file.write_bytes(file.read_bytes()[:-3])


def with_a_page_in_its_place(folder: Path) -> None:
    (folder / "vae" / "diffusion_pytorch_model.safetensors").write_text("<!doctype html>", "utf-8")


def without_a_piece(folder: Path) -> None:
    pieces = {"a": "part-00001-of-00002.safetensors", "b": "part-00002-of-00002.safetensors"}
    written(folder / "unet" / "diffusion_pytorch_model.safetensors.index.json", {"weight_map": pieces})
    safetensors(folder / "unet" / "part-00001-of-00002.safetensors")


def with_weights_of_another_name(folder: Path) -> None:
    whole = folder / "unet" / "diffusion_pytorch_model.safetensors"
    whole.rename(folder / "unet" / "pruned.safetensors")


def without_a_configuration(folder: Path) -> None:
    (folder / "unet" / "config.json").unlink()


def with_an_index_of_nothing(folder: Path) -> None:
    written(folder / "model_index.json", {"_class_name": "StableDiffusionPipeline"})


def with_odd_entries(folder: Path) -> None:
    index = json.loads((folder / "model_index.json").read_text("utf-8"))
    written(folder / "model_index.json", {**index, "image_encoder2": ["diffusers"]})


def without_a_schedule(folder: Path) -> None:
    changed_index(folder, "scheduler")


def without_a_tokenizer(folder: Path) -> None:
    changed_index(folder, "tokenizer")


def changed_index(folder: Path, left_out: str) -> None:
    """A folder that never had a part, and whose index names none."""
    index = json.loads((folder / "model_index.json").read_text("utf-8"))
    written(folder / "model_index.json", {name: value for name, value in index.items() if name != left_out})
    shutil.rmtree(folder / left_out)


def with_a_schedule_of_nothing(folder: Path) -> None:
    (folder / "scheduler" / "scheduler_config.json").rename(folder / "scheduler" / "config.json")


def without_words(folder: Path) -> None:
    (folder / "tokenizer" / "vocab.json").rename(folder / "tokenizer" / "merges.txt")


def with_an_encoder_of_another_width(folder: Path) -> None:
    written(folder / "text_encoder" / "config.json", {"hidden_size": 1024})


def with_latents_of_another_model(folder: Path) -> None:
    written(folder / "vae" / "config.json", {"latent_channels": 16})


def of_no_family(folder: Path) -> None:
    written(folder / "model_index.json", {"_class_name": "KandinskyPipeline"})


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (without_a_part, "names the part vae"),
        (with_pickles_only, "only pickles as unet/diffusion_pytorch_model.bin"),
        (with_a_variant_only, "set SKG_RENDER_VARIANT"),
        (cut, "vae/diffusion_pytorch_model.safetensors is cut"),
        (with_a_page_in_its_place, "is cut or no safetensors"),
        (without_a_piece, "names part-00002-of-00002.safetensors"),
        (with_weights_of_another_name, "unet has no safetensors of a name that is read, only unet/pruned.safetensors"),
        (without_a_configuration, "unet has no config.json"),
        (with_an_index_of_nothing, "names no parts"),
        (with_odd_entries, "names the part image_encoder2"),
        (without_a_schedule, "its index names no scheduler, which SD1.5 has"),
        (without_a_tokenizer, "its index names no tokenizer, which SD1.5 has"),
        (with_a_schedule_of_nothing, "scheduler has no scheduler_config.json"),
        (without_words, "tokenizer has no words: none of tokenizer.json, vocab.json"),
        (
            with_an_encoder_of_another_width,
            "unet has cross_attention_dim 768, where 1024 would fit: text_encoder has hidden_size 1024",
        ),
        (with_latents_of_another_model, "unet has in_channels 4, where 16 would fit: vae has latent_channels 16"),
        (of_no_family, "no family of models has the pipeline KandinskyPipeline; there are SD1.5, SDXL"),
    ],
)
def test_what_would_stop_a_stage_is_a_fault(tmp_path: Path, spoil: Callable[[Path], None], says: str):
    spoil(pipeline(tmp_path))
    found = verdict_on(tmp_path)
    assert any(says in fault for fault in found.faults), found.faults
    assert found.fits == ()


@pytest.mark.parametrize("gated", [False, True])
def test_parts_of_a_gligen_are_those_of_stable_diffusion(tmp_path: Path, gated: bool):
    folder = pipeline(tmp_path, "StableDiffusionGLIGENPipeline")
    written(folder / "unet" / "config.json", {**CONFIGS["unet"], **({"attention_type": "gated"} if gated else {})})
    with_an_encoder_of_another_width(folder)
    assert any("hidden_size 1024" in fault for fault in verdict_on(folder).faults)


def test_the_copy_that_is_to_be_read_is_the_one_that_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with_a_variant_only(pipeline(tmp_path))
    found = checked(files_in(tmp_path), "fp16")
    assert found.faults == ()
    assert "unet/diffusion_pytorch_model.fp16.safetensors" in found.weights
    cut_copy = tmp_path / "unet" / "diffusion_pytorch_model.fp16.safetensors"
    cut_copy.write_bytes(cut_copy.read_bytes()[:-1])
    assert "unet/diffusion_pytorch_model.fp16.safetensors is cut" in checked(files_in(tmp_path), "fp16").faults[0]
    assert "no part has a copy of its weights as bf16" in checked(files_in(tmp_path), "bf16").faults[-1]
    plain = pipeline(tmp_path / "plain")
    monkeypatch.setenv("SKG_RENDER_VARIANT", "fp16")
    by_setting = skg("models", "check", str(plain))
    assert (by_setting.returncode, "as fp16" in by_setting.stdout) == (1, True)
    monkeypatch.delenv("SKG_RENDER_VARIANT")
    assert skg("models", "check", str(plain)).returncode == 0
    assert skg("models", "check", str(plain), "--variant", "fp16").returncode == 1


@pytest.mark.parametrize(
    "row", [row for row in listed_models() if row.task in ("base", "gligen")], ids=lambda row: row.model
)
def test_the_list_says_of_a_model_what_the_check_says_of_its_folder(tmp_path: Path, row: ListedModel):
    [family] = [family for family in FAMILIES if family.name == row.family]
    folder = pipeline(tmp_path, "StableDiffusionGLIGENPipeline" if row.task == "gligen" else family.index[0])
    if family.network != "unet":
        shutil.rmtree(folder / "unet")
        index = json.loads((folder / "model_index.json").read_text("utf-8"))
        written(folder / "model_index.json", {**index, "unet": [None, None], "transformer": ["diffusers", "Network"]})
        written(folder / "transformer" / "config.json", {})
        safetensors(folder / "transformer" / "diffusion_pytorch_model.safetensors")
    elif row.task == "gligen":
        written(folder / "unet" / "config.json", {"attention_type": "gated"})
    else:
        written(folder / "unet" / "config.json", {})
    found = verdict_on(folder)
    assert found.faults == ()
    assert {each.removeprefix("SKG_RENDERER=") for each in found.fits} - {"SKG_RENDER_REFINE"} == set(row.fits)
    assert row.setting != "SKG_RENDER_REFINE" or row.setting in found.fits


@pytest.mark.parametrize(
    ("config", "fits"),
    [
        ({"model_type": "owlv2"}, "SKG_DETECTOR"),
        ({"model_type": "depth_anything"}, "SKG_DEPTH"),
        ({"model_type": "sam"}, "SKG_RENDER_SEGMENTER"),
        ({"_class_name": "ControlNetModel"}, "SKG_RENDER_CONTROLNET with SD1.5 or SDXL"),
        ({"_class_name": "ControlNetModel_Union", "num_control_type": 6}, "SKG_RENDER_CONTROLNET with SDXL"),
    ],
)
def test_networks_are_known_by_their_configuration(tmp_path: Path, config: dict[str, object], fits: str):
    written(tmp_path / "config.json", config)
    for name in ("preprocessor_config.json", "vocab.json"):
        written(tmp_path / name, {})
    assert verdict_on(tmp_path).faults == ("it has no safetensors",)
    safetensors(tmp_path / ("diffusion_pytorch_model.safetensors" if "_class_name" in config else "model.safetensors"))
    assert verdict_on(tmp_path).fits == (fits,)
    (tmp_path / "preprocessor_config.json").unlink()
    (tmp_path / "vocab.json").unlink()
    lacking = {"SKG_DETECTOR": 2, "SKG_DEPTH": 1, "SKG_RENDER_SEGMENTER": 1}.get(fits, 0)
    assert len(verdict_on(tmp_path).faults) == lacking


def test_parts_that_are_links_are_parts_and_links_that_go_round_are_no_traceback(tmp_path: Path):
    """As in a hub's cache, whose folders others may point to, part by part."""
    real, folder = pipeline(tmp_path / "real"), tmp_path / "linked"
    (folder / "blobs").mkdir(parents=True)
    for part in real.iterdir():
        (folder / part.name).symlink_to(part)
    (folder / "blobs" / "round").symlink_to(folder)
    found = verdict_on(folder)
    assert found.faults == ()
    assert found == verdict_on(real)
    (real / "vae").rename(real / "elsewhere")
    assert any("names the part vae" in fault for fault in verdict_on(folder).faults), "a link to nothing is no part"


def test_what_lies_beside_the_files_that_are_read_is_not_judged(tmp_path: Path):
    folder = pipeline(tmp_path)
    for name in ("unet/pruned.safetensors", "unet/model.safetensors.index.json", "merged.safetensors"):
        (folder / name).write_text("{}", "utf-8")
    found = verdict_on(folder)
    assert (found.faults, len(found.weights)) == ((), 3)


@pytest.mark.parametrize("pieces", [["a"], {"a": {"b": 1}}, "a", None])
def test_an_index_of_pieces_in_another_form_is_no_traceback(tmp_path: Path, pieces: object):
    written(pipeline(tmp_path) / "unet" / "diffusion_pytorch_model.safetensors.index.json", {"weight_map": pieces})
    assert verdict_on(tmp_path).faults == ()


def test_a_deep_index_is_no_traceback(tmp_path: Path):
    (pipeline(tmp_path) / "model_index.json").write_text("[" * 100_000, "utf-8")
    with pytest.raises(UserError, match="is no JSON"):
        verdict_on(tmp_path)


def test_an_unknown_network_is_told_what_there_is(tmp_path: Path):
    written(tmp_path / "config.json", {"model_type": "bert"})
    safetensors(tmp_path / "model.safetensors")
    assert "a bert is none of" in verdict_on(tmp_path).faults[0]


@pytest.mark.parametrize("data", [b"", b"1234567", struct.pack("<Q", 1 << 40), struct.pack("<Q", 2) + b"[]", b"\xff" * 64])
def test_what_is_no_safetensors_is_not_believed(tmp_path: Path, data: bytes):
    (tmp_path / "x.safetensors").write_bytes(data)
    assert declared_bytes(tmp_path / "x.safetensors") is None


def skg(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    given = {**os.environ, "HF_HUB_DISABLE_XET": "1", **more}
    asked = [sys.executable, "-m", "streams.cli", *words]
    return subprocess.run(asked, env=given, capture_output=True, text=True, timeout=120, check=False)


def test_the_command_checks_a_repository_by_its_list_and_its_small_files(tmp_path: Path):
    pytest.importorskip("huggingface_hub", reason="the gpu extra is not installed")
    pipeline(tmp_path / "whole")
    without_a_part(pipeline(tmp_path / "part"))
    with serving(Hub({"someone/whole": tmp_path / "whole", "someone/part": tmp_path / "part"})) as hub:
        at = {"HF_ENDPOINT": hub.address, "HF_HOME": str(tmp_path / "home")}
        fits = skg("models", "check", "someone/whole", "--revision", COMMIT, **at)
        assert (fits.returncode, "SKG_RENDERER=photo" in fits.stdout) == (0, True), fits.stdout + fits.stderr
        lacks = skg("models", "check", "someone/part", "--revision", COMMIT, "--json", **at)
        assert lacks.returncode == 1
        assert "names the part vae" in json.loads(lacks.stdout)["faults"][0]
        nobody = skg("models", "check", "someone/nobody", "--revision", COMMIT, **at)
        assert nobody.returncode != 0
        assert "no such repository" in nobody.stderr
    assert not [name for name in hub.asked if name.endswith(".safetensors")], "no weights were fetched"
    for words in (("someone/whole",), ("someone/whole", "--revision", "main")):
        refused = skg("models", "check", *words)
        assert refused.returncode != 0
        assert "40 hex digits" in refused.stderr


def test_the_command_says_in_a_line_of_what_is_built_here_that_there_is_nothing_to_check():
    for more in ((), ("--revision", COMMIT)):
        told = skg("models", "check", "tiny", *more)
        assert told.returncode == 2, told.stderr
        assert told.stderr.strip().endswith("there is nothing to check")


def test_a_folder_is_called_by_its_name_from_wherever_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(pipeline(tmp_path / "whole"))
    assert files_in(Path()).name == "whole"
    assert locate(".", None, tmp_path / "cache")[1].model == "whole"


def test_the_list_can_be_read_by_people_and_programs():
    told = skg("models", "list", "--task", "gligen")
    assert told.returncode == 0
    assert "masterful/gligen-1-4-generation-text-box" in told.stdout
    assert "not verified" in told.stdout
    assert told.stdout.count("not verified") == 1, "it is said once, not on each line"
    assert "licence   CreativeML Open RAIL-M\n" in told.stdout
    rows = [json.loads(line) for line in skg("models", "list", "--json").stdout.splitlines()]
    assert {row["model"] for row in rows} == {row.model for row in listed_models()}
    wrong = skg("models", "list", "--task", "paint")
    assert wrong.returncode != 0
    assert "there are base, gligen, controlnet, detector, depth, judge" in wrong.stderr
