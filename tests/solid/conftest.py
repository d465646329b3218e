"""The interpreter that has Blender (`make setup EXTRAS=solid`): its absence skips on a laptop and fails in CI."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gpu_workers.solid.blender_process import BlenderProcess

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def blender_python() -> Path:
    """The interpreter."""
    python = Path(os.environ.get("SKG_SOLID_PYTHON", ROOT / ".venv-solid" / "bin" / "python"))
    if not python.is_file():
        assert not os.environ.get("CI"), f"{python} is missing: make setup EXTRAS=solid"
        pytest.skip("Blender is not installed: make setup EXTRAS=solid")
    return python


@pytest.fixture
def blender(blender_python: Path) -> Iterator[BlenderProcess]:
    """A Blender process of the test's own."""
    process = BlenderProcess(blender_python)
    yield process
    process.close()
