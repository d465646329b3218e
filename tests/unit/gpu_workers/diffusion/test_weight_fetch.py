"""What is fetched from a hub and hashed, and what its refusals mean, against a stub of a hub."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.weight_files import fingerprint, locate, needed_patterns, used_weights
from schemas.errors import RetryableError, UserError

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@contextmanager
def hub(status: int) -> Iterator[str]:
    """The address of a hub that answers everything with one status."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_HEAD = do_GET

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def fetched(status: int) -> None:
    with hub(status) as address:
        lazy_imports.snapshot("nobody/nothing", COMMIT, ["*.json"], [], address)


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


def test_files_that_are_not_read_change_no_hash(pipeline: Path):
    assert [str(file.relative_to(pipeline)) for file in used_weights(pipeline)] == [
        "unet/model.safetensors",
        "vae/model.safetensors",
    ]
    before = fingerprint(pipeline)
    (pipeline / "pruned.safetensors").write_bytes(b"another")
    (pipeline / "safety_checker" / "model.safetensors").unlink()
    assert fingerprint(pipeline) == before
    (pipeline / "vae" / "model.safetensors").write_bytes(b"another")
    assert fingerprint(pipeline) != before


def test_a_broken_index_is_told_in_one_line(tmp_path: Path):
    (tmp_path / "model_index.json").write_text("{", "utf-8")
    with pytest.raises(UserError, match="is no JSON"):
        fingerprint(tmp_path)
