"""Builds the wheel that needs no network once it is installed: the package with the sprites in it.

`python -m tools.build_wheel [--out dist]`.  In: the working tree, the folder of sprites that `make setup` fetched.  Out:
`dist/skg_factory-VERSION-py3-none-any.whl`; its path and size on standard output.
It is built from a copy of what a wheel has, so that no sprite ever lies in the tree.  The sprites are Microsoft's Fluent
emoji under the MIT licence, as the npm package carries them; their notes are beside them in the wheel.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from gpu_workers.collage.sprites.fetch import PACKED, default_sprites_dir, fetch

ROOT = Path(__file__).parents[1]
FILES = ("pyproject.toml", "README.md", "LICENSE")
MB = 1e6


def build_wheel(out: Path, sprites: Path) -> Path:
    """Build the wheel into a folder; its path. `sprites`: a complete folder of them. Raises CalledProcessError."""
    with tempfile.TemporaryDirectory(prefix="skg-wheel-") as scratch:
        tree, fresh = Path(scratch) / "tree", Path(scratch) / "wheel"
        copy_sources(tree)
        shutil.copytree(sprites, tree / PACKED)
        command = [sys.executable, "-m", "uv", "build", "--quiet", "--wheel", "--out-dir", str(fresh)]
        locked = ["--build-constraints", str(ROOT / "requirements" / "build.txt"), "--require-hashes"]
        subprocess.run([*command, *locked, str(tree)], check=True)
        (built,) = fresh.glob("*.whl")
        out.mkdir(parents=True, exist_ok=True)
        return Path(shutil.copy2(built, out / built.name))


def copy_sources(tree: Path) -> None:
    """Copy the packages of the wheel, and what its metadata is made of, into a new folder."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    tree.mkdir()
    for name in FILES:
        shutil.copy2(ROOT / name, tree / name)
    for pattern in project["tool"]["setuptools"]["packages"]["find"]["include"]:
        name = pattern.removesuffix("*")
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("dist"), help="folder of the wheel")
    out: Path = parser.parse_args().out
    fetch(default_sprites_dir())
    wheel = build_wheel(out, default_sprites_dir())
    sys.stdout.write(f"{wheel}: {wheel.stat().st_size / MB:.1f} MB\n")


if __name__ == "__main__":
    main()
