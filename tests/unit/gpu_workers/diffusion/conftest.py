"""One tiny model for all tests of diffusion; without torch they are skipped."""

from pathlib import Path

import pytest

from gpu_workers.diffusion.model_components import Machine, Parts, load
from gpu_workers.tiny_models import tiny_diffusion


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch = pytest.importorskip("torch", reason="the gpu extra is not installed")
    torch.set_num_threads(1)
    return tiny_diffusion.build(tmp_path_factory.mktemp("models") / "gligen")


@pytest.fixture(scope="session")
def parts(checkpoint: Path) -> Parts:
    return load(checkpoint, Machine())
