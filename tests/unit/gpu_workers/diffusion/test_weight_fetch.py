"""What is fetched from a hub and hashed, and what its refusals mean, against a stub of a hub."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.weight_files import locate, needed_patterns, used_weights
from gpu_workers.diffusion.weight_hash import REMEMBERED, fingerprint
from schemas.errors import RetryableError, UserError
from tests.fakes.hub import COMMIT, Hub, serving


def fetched(status: int) -> None:
    with serving(Hub({}, status)) as hub:
        lazy_imports.snapshot("nobody/nothing", COMMIT, ["*.json"], [], hub.address)


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
        lazy_imports.snapshot("nobody/nothing", COMMIT, ["*.json"], [], gone)
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
    for name in (
        "unet/model.safetensors", "unet/model.fp16.safetensors", "vae/model.safetensors",
        "safety_checker/model.safetensors", "pruned.safetensors",
    ):  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    return tmp_path


def test_of_a_pipeline_only_the_parts_that_are_loaded_are_fetched(pipeline: Path, tmp_path_factory: pytest.TempPathFactory):
    patterns = needed_patterns(pipeline)
    assert {"model_index.json", "unet/*.safetensors", "vae/*.json"} <= set(patterns)
    assert not [pattern for pattern in patterns if pattern.startswith(("*", "safety_checker", "image_encoder"))]
    assert "*.safetensors" in needed_patterns(tmp_path_factory.mktemp("detector")), "no index: all of its files"


def hash_of(folder: Path, cache: Path | None = None, variant: str | None = None) -> str:
    return fingerprint(folder, used_weights(folder, variant), cache)


def names_of(folder: Path, variant: str | None = None) -> list[str]:
    return [file.relative_to(folder).as_posix() for file in used_weights(folder, variant)]


def test_files_that_are_not_read_change_no_hash(pipeline: Path):
    assert names_of(pipeline) == ["unet/model.safetensors", "vae/model.safetensors"]
    before = hash_of(pipeline)
    (pipeline / "pruned.safetensors").write_bytes(b"another")
    (pipeline / "safety_checker" / "model.safetensors").unlink()
    assert hash_of(pipeline) == before
    (pipeline / "vae" / "model.safetensors").write_bytes(b"another")
    assert hash_of(pipeline) != before


def test_a_variant_is_read_of_the_parts_that_have_it(pipeline: Path):
    assert names_of(pipeline, "fp16") == ["unet/model.fp16.safetensors", "vae/model.safetensors"]
    assert names_of(pipeline, "bf16") == names_of(pipeline)
    assert hash_of(pipeline, variant="fp16") != hash_of(pipeline)


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
    weights = pipeline / "vae" / "model.safetensors"
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
        assert files == ["model_index.json", "unet/model.safetensors", "vae/model.safetensors"]
        assert source["sha256"] == hash_of(pipeline)
        assert source["revision"] == COMMIT
        assert "variant" not in source
        home_of_half = tmp_path_factory.mktemp("half")
        half, other = located(hub, home_of_half, "fp16")
        assert half == ["model_index.json", "unet/model.fp16.safetensors", "vae/model.safetensors"]
        assert other["sha256"] == hash_of(pipeline, variant="fp16")
        assert other["variant"] == "fp16"
    assert not [name for name in hub.asked if "safety_checker" in name or name.startswith("pruned")]
    assert located(hub, home, HF_HUB_OFFLINE="1")[1] == source, "what was fetched needs no hub"
    assert located(hub, home)[1] == source, "nor one that answers"
    assert located(hub, home_of_half, "fp16")[1] == other


def test_the_revision_of_a_folder_is_not_what_somebody_says(pipeline: Path, tmp_path: Path):
    assert {locate(str(pipeline), said, tmp_path)[1].revision for said in ("main", COMMIT, None)} == {"local"}


def test_a_broken_index_is_told_in_one_line(tmp_path: Path):
    (tmp_path / "model_index.json").write_text("{", "utf-8")
    with pytest.raises(UserError, match="is no JSON"):
        used_weights(tmp_path)
