"""Locates weights: a local folder or a pinned revision of a hub, safetensors only, with licence and hash.

In: the name of a model.  Out: a folder and a `Source` for provenance.  Loads nothing into memory; runs no code of a
model's repository.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gpu_workers.diffusion import lazy_imports
from gpu_workers.tiny_models import tiny_diffusion, tiny_sdxl
from schemas.errors import UserError

TINY = "tiny"
"""The name of the test kit's model."""

FETCHED_PATTERNS = ["*.json", "*.jinja", "*.txt", "*.model", "*.safetensors", "README.md"]
"""Files that are fetched from a hub's repository: no pickles, no code. (Processors store their chat template as Jinja.)"""

CHUNK_BYTES = 1 << 22


@dataclass(frozen=True)
class Source:
    """The weights in a picture's provenance. `sha256` is over all safetensors files, in the order of their names."""

    model: str
    revision: str
    licence: str
    sha256: str


def locate(model: str, revision: str | None, cache: Path, kind: str = "gligen") -> tuple[Path, Source]:
    """The folder of a model and its source. `kind` is of the tiny model: gligen, text or sdxl.

    Raises UserError where there is none, or a hub's revision is not pinned.
    """
    if model == TINY:
        place = cache / f"tiny-{kind}"
        folder = tiny_sdxl.build(place) if kind == "sdxl" else tiny_diffusion.build(place, gated=kind == "gligen")
    elif Path(model).is_dir():
        folder = Path(model)
    else:
        folder = _fetch(model, revision)
    return folder, Source(_name(model), revision or "local", licence_of(folder), fingerprint(folder))


def _name(model: str) -> str:
    return Path(model).name if Path(model).is_dir() else model


def _fetch(model: str, revision: str | None) -> Path:
    if "/" not in model or model.startswith((".", "/", "~")):
        raise UserError(f"{model} is neither a folder nor a hub's owner/name")
    if revision is None:
        raise UserError(f"{model} comes from a hub: pin its revision with SKG_RENDER_REVISION")
    return Path(lazy_imports.snapshot(model, revision, FETCHED_PATTERNS))


def fingerprint(folder: Path) -> str:
    """The SHA-256 of the weights. Raises UserError where a folder has none in safetensors."""
    files = sorted(folder.rglob("*.safetensors"))
    if not files:
        raise UserError(f"{folder} holds no safetensors")
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.relative_to(folder).as_posix().encode())
        for chunk in _chunks(file):
            digest.update(chunk)
    return digest.hexdigest()


def _chunks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk


def licence_of(folder: Path) -> str:
    """The licence that a model's card names, or `unknown`."""
    card = folder / "README.md"
    if not card.exists():
        return "unknown"
    for line in card.read_text("utf-8", "replace").splitlines()[:60]:
        name, colon, value = line.partition(":")
        if colon and name.strip() in ("license", "licence"):
            return value.strip() or "unknown"
    return "unknown"
