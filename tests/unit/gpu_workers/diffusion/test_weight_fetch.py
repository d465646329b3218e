"""What is fetched from a hub and hashed, and what its refusals mean, against a stub of a hub."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.diffusion_config import DiffusionConfig
from gpu_workers.diffusion.generators.photo_models import PhotoSettings
from gpu_workers.diffusion.model_registry import make_generator
from gpu_workers.diffusion.weight_files import locate, used_weights
from gpu_workers.diffusion.weight_hash import REMEMBERED, fingerprint
from gpu_workers.tiny_models.tiny_diffusion import LATENT_SIDE, PIXELS_PER_LATENT, build
from schemas.errors import RetryableError, UserError
from tests.fakes.hub import COMMIT, Hub, serving

SIDE = LATENT_SIDE * PIXELS_PER_LATENT


def fetched(status: int) -> None:
    with serving(Hub({}, status)) as hub:
        lazy_imports.snapshot("nobody/nothing", COMMIT, ["*.json"], hub.address)


@pytest.mark.parametrize(("status", "says"), [(401, "HF_TOKEN"), (403, "accepted"), (404, "no such repository")])
def test_what_a_hub_refuses_for_good_is_the_users_error(status: int, says: str):
    pytest.importorskip("huggingface_hub", reason="the gpu extra is not installed")
    with pytest.raises(UserError, match=says) as caught:
        fetched(status)
    assert "\n" not in str(caught.value)


def test_a_hub_that_fails_is_asked_again_later():
    pytest.importorskip("huggingface_hub", reason="the gpu extra is not installed")
    with pytest.raises(RetryableError):
        fetched(503)


def test_a_hub_that_does_not_answer_is_asked_again_later():
    pytest.importorskip("huggingface_hub", reason="the gpu extra is not installed")
    with serving(Hub({})) as hub:
        gone = hub.address
    with pytest.raises(RetryableError):
        lazy_imports.snapshot("nobody/nothing", COMMIT, ["*.json"], gone)
    with pytest.raises(RetryableError):
        lazy_imports.files_of("nobody/nothing", COMMIT, gone)


def test_a_name_that_cannot_be_is_the_users_error():
    pytest.importorskip("huggingface_hub", reason="the gpu extra is not installed")
    with pytest.raises(UserError, match="some thing"):
        lazy_imports.files_of("nobody/some thing", COMMIT)


@pytest.mark.parametrize("revision", [None, "main", "v1.0", COMMIT[:7]])
def test_a_revision_that_may_move_is_not_pinned(tmp_path: Path, revision: str | None):
    with pytest.raises(UserError, match="40 hex digits"):
        locate("someone/something", revision, tmp_path)


NAME = "diffusion_pytorch_model"
UNET, HALF, VAE = f"unet/{NAME}.safetensors", f"unet/{NAME}.fp16.safetensors", f"vae/{NAME}.safetensors"
CONFIGS = ["model_index.json", "unet/config.json", "vae/config.json"]

STRAYS = (
    "pruned.safetensors", "unet/model.safetensors", "unet/pruned.safetensors", f"unet/{NAME}_promax.safetensors",
    f"unet/{NAME}.non_ema.safetensors", f"vae/{NAME}-00001-of-00002.safetensors", f"unet/{NAME}.bin", "unet/notes.json",
    "unet/onnx/model.safetensors",
)  # fmt: skip
"""What lies in published repositories beside the files that are read."""


@pytest.fixture
def pipeline(tmp_path: Path) -> Path:
    """The folder of a repository with more than a pipeline needs."""
    index = {
        "_class_name": "StableDiffusionPipeline",
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
        "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"],
        "image_encoder": [None, None],
        "requires_safety_checker": True,
    }
    (tmp_path / "model_index.json").write_text(json.dumps(index), "utf-8")
    for name in (UNET, HALF, VAE, "safety_checker/model.safetensors", *STRAYS):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    for part in ("unet", "vae"):
        (tmp_path / part / "config.json").write_text("{}", "utf-8")
    return tmp_path


def hash_of(folder: Path, cache: Path | None = None, variant: str | None = None) -> str:
    return fingerprint(folder, used_weights(folder, variant), cache)


def names_of(folder: Path, variant: str | None = None) -> list[str]:
    return [file.relative_to(folder).as_posix() for file in used_weights(folder, variant)]


def test_files_that_are_not_read_change_no_hash(pipeline: Path):
    assert names_of(pipeline) == [UNET, VAE]
    before = hash_of(pipeline)
    for name in STRAYS:
        (pipeline / name).write_bytes(b"another")
    (pipeline / "safety_checker" / "model.safetensors").unlink()
    assert hash_of(pipeline) == before
    (pipeline / VAE).write_bytes(b"another")
    assert hash_of(pipeline) != before


def test_a_variant_is_read_of_the_parts_that_have_it(pipeline: Path):
    assert names_of(pipeline, "fp16") == [HALF, VAE]
    assert names_of(pipeline, "bf16") == names_of(pipeline)
    assert hash_of(pipeline, variant="fp16") != hash_of(pipeline)


def in_pieces(folder: Path, stem: str, copy: str = "") -> list[str]:
    """Weights in two pieces and their index, beside a piece of an earlier one. Returns the pieces."""
    pieces = [f"{stem}{copy}-0000{number}-of-00002.safetensors" for number in (1, 2)]
    for name in (*pieces, f"{stem}{copy}-00003-of-00003.safetensors"):
        (folder / name).write_bytes(name.encode())
    index = f"{stem}.safetensors.index{copy}.json"
    (folder / index).write_text(json.dumps({"weight_map": dict(zip("ab", pieces, strict=True))}), "utf-8")
    return [f"{folder.name}/{name}" for name in pieces]


def test_of_weights_in_pieces_those_are_read_that_their_index_names(pipeline: Path):
    pieces, half = in_pieces(pipeline / "unet", NAME), in_pieces(pipeline / "vae", NAME, ".fp16")
    assert names_of(pipeline) == [*pieces, VAE], "where there is one file beside them, diffusers reads the pieces"
    assert names_of(pipeline, "fp16") == [HALF, *half]
    index = json.loads((pipeline / "model_index.json").read_text("utf-8"))
    (pipeline / "model_index.json").write_text(json.dumps({**index, "text_encoder": ["transformers", "T5"]}), "utf-8")
    (pipeline / "text_encoder").mkdir()
    words = in_pieces(pipeline / "text_encoder", "model")
    assert names_of(pipeline) == [*words, *pieces, VAE]
    (pipeline / "text_encoder" / "model.safetensors").write_bytes(b"whole")
    assert names_of(pipeline) == ["text_encoder/model.safetensors", *pieces, VAE], "transformers reads the one file"


@pytest.mark.parametrize("piece", [f"{NAME}-00002-of-00002.safetensors", "../vae/elsewhere.safetensors", "/etc/hostname"])
def test_a_piece_that_is_not_beside_its_index_is_refused_by_its_name(pipeline: Path, tmp_path: Path, piece: str):
    """What lies elsewhere would be loaded and not be in the hash."""
    first = in_pieces(pipeline / "unet", NAME)[0].rpartition("/")[2]
    (pipeline / "unet" / f"{NAME}-00002-of-00002.safetensors").rename(pipeline / "vae" / "elsewhere.safetensors")
    index = pipeline / "unet" / f"{NAME}.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"a": first, "b": piece}}), "utf-8")
    with pytest.raises(UserError, match=f"index.json names {re.escape(piece)}, which is not beside it"):
        locate(str(pipeline), None, tmp_path / "cache")


def test_of_a_network_without_an_index_its_librarys_weights_are_read(tmp_path: Path):
    for name in (f"{NAME}.safetensors", f"{NAME}_promax.safetensors", "model.safetensors", "onnx/model.safetensors"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    for config, read in (
        ({"_class_name": "ControlNetModel"}, f"{NAME}.safetensors"),
        ({"model_type": "owlv2"}, "model.safetensors"),
    ):
        (tmp_path / "config.json").write_text(json.dumps(config), "utf-8")
        assert names_of(tmp_path) == [read]


def test_the_same_weights_have_the_same_hash_anywhere_and_are_read_once(
    pipeline: Path, tmp_path_factory: pytest.TempPathFactory
):
    cache, elsewhere = tmp_path_factory.mktemp("cache"), tmp_path_factory.mktemp("elsewhere")
    shutil.copytree(pipeline, elsewhere, dirs_exist_ok=True)
    found = hash_of(pipeline, cache)
    assert hash_of(elsewhere, cache) == found == hash_of(pipeline)
    remembered = json.loads((cache / REMEMBERED).read_text("utf-8"))
    (cache / REMEMBERED).write_text(json.dumps(dict.fromkeys(remembered, "0" * 64)), "utf-8")
    assert hash_of(pipeline, cache) == "0" * 64, "nothing was read again"
    weights = pipeline / VAE
    size, at = weights.stat().st_size, weights.stat().st_mtime_ns
    weights.write_bytes(b"x" * size)
    os.utime(weights, ns=(at + 1, at + 1))
    assert hash_of(pipeline, cache) not in (found, "0" * 64), "the time of change tells that it is another file"


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": 1}'])
def test_a_broken_cache_of_hashes_costs_hashing_and_nothing_else(pipeline: Path, tmp_path: Path, text: str):
    (tmp_path / REMEMBERED).write_text(text, "utf-8")
    assert hash_of(pipeline, tmp_path) == hash_of(pipeline)
    assert hash_of(pipeline, tmp_path / REMEMBERED / "no folder") == hash_of(pipeline)


FETCHED = """
import json, sys
from pathlib import Path
from gpu_workers.diffusion.weight_files import locate
folder, source = locate("someone/something", sys.argv[1], Path(sys.argv[2]), variant=sys.argv[3] or None)
print(json.dumps([sorted(f.relative_to(folder).as_posix() for f in folder.rglob("*") if f.is_file()), source.stated()]))
"""


def located(hub: Hub, home: Path, variant: str = "", **more: str) -> tuple[list[str], dict[str, str]]:
    """The files in a fetched folder, and its source: in a process of its own, whose hub is this one."""
    given = {**os.environ, "HF_ENDPOINT": hub.address, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1", **more}
    asked = [sys.executable, "-c", FETCHED, COMMIT, str(home / "cache"), variant]
    done = subprocess.run(asked, env=given, capture_output=True, text=True, check=True, timeout=120)
    files, source = json.loads(done.stdout)
    return files, source


def test_only_the_files_that_are_read_are_fetched_from_a_hub(pipeline: Path, tmp_path_factory: pytest.TempPathFactory):
    pytest.importorskip("huggingface_hub", reason="the gpu extra is not installed")
    home = tmp_path_factory.mktemp("home")
    with serving(Hub({"someone/something": pipeline})) as hub:
        files, source = located(hub, home)
        assert files == sorted([*CONFIGS, UNET, VAE])
        assert source["sha256"] == hash_of(pipeline)
        assert source["revision"] == COMMIT
        assert "variant" not in source
        home_of_half = tmp_path_factory.mktemp("half")
        half, other = located(hub, home_of_half, "fp16")
        assert half == sorted([*CONFIGS, HALF, VAE])
        assert other["sha256"] == hash_of(pipeline, variant="fp16")
        assert other["variant"] == "fp16"
    assert not {name for name in hub.asked if "safety_checker" in name} | set(STRAYS) & set(hub.asked)
    assert located(hub, home, HF_HUB_OFFLINE="1")[1] == source, "what was fetched needs no hub"
    assert located(hub, home)[1] == source, "nor one that answers"
    assert located(hub, home_of_half, "fp16")[1] == other


@pytest.mark.thorough
def test_what_is_fetched_of_a_published_pipeline_is_all_that_draws(tmp_path: Path):
    """Its index names a safety checker, and what reads pictures for it and for adapters: no picture needs them."""
    pytest.importorskip("diffusers", reason="the gpu extra is not installed")
    folder, home = build(tmp_path / "published", gated=False), tmp_path / "home"
    index = json.loads((folder / "model_index.json").read_text("utf-8"))
    index |= {
        "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"], "requires_safety_checker": True,
        "feature_extractor": ["transformers", "CLIPImageProcessor"],
        "image_encoder": ["transformers", "CLIPVisionModelWithProjection"],
    }  # fmt: skip
    (folder / "model_index.json").write_text(json.dumps(index), "utf-8")
    for part in ("safety_checker", "feature_extractor", "image_encoder"):
        (folder / part).mkdir()
        (folder / part / "preprocessor_config.json").write_text("{}", "utf-8")
    with serving(Hub({"someone/something": folder})) as hub:
        files, _ = located(hub, home)
    assert not [name for name in files if name.startswith(("safety_checker", "feature_extractor", "image_encoder"))]
    [fetched_index] = home.rglob("model_index.json")
    for renderer in ("text2image", "photo"):
        photo = PhotoSettings(strength=0.9, inpaint=0.9) if renderer == "photo" else PhotoSettings()
        config = DiffusionConfig(renderer, str(fetched_index.parent), None, tmp_path, 1, steps=2, photo=photo)
        assert make_generator(config).side == SIDE


def test_pieces_are_fetched_by_their_index_and_what_is_not_whole_is_asked_for_again(
    pipeline: Path, tmp_path_factory: pytest.TempPathFactory
):
    pytest.importorskip("huggingface_hub", reason="the gpu extra is not installed")
    home, pieces = tmp_path_factory.mktemp("home"), in_pieces(pipeline / "unet", NAME)
    with serving(Hub({"someone/something": pipeline})) as hub:
        files, source = located(hub, home)
        assert files == sorted([*CONFIGS, f"unet/{NAME}.safetensors.index.json", *pieces, VAE])
        assert source["sha256"] == hash_of(pipeline)
        for fetched_piece in home.rglob(Path(pieces[0]).name):
            fetched_piece.unlink()
        with pytest.raises(subprocess.CalledProcessError) as caught:
            located(hub, home, HF_HUB_OFFLINE="1")
        assert "RetryableError" in caught.value.stderr, "half a model is not taken for one"
        assert located(hub, home)[1] == source


def test_the_revision_of_a_folder_is_not_what_somebody_says(pipeline: Path, tmp_path: Path):
    assert {locate(str(pipeline), said, tmp_path)[1].revision for said in ("main", COMMIT, None)} == {"local"}


def test_a_broken_index_is_told_in_one_line(tmp_path: Path):
    (tmp_path / "model_index.json").write_text("{", "utf-8")
    with pytest.raises(UserError, match="is no JSON"):
        used_weights(tmp_path)
