"""Locates weights: a local folder or a pinned revision of a hub, safetensors only, with licence and hash.

In: the name of a model.  Out: a folder and a `Source` for provenance.  Loads nothing into memory; runs no code of a
model's repository.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.weight_hash import fingerprint
from gpu_workers.model_shelf.config_digest import config_digest
from gpu_workers.model_shelf.model_files import ModelFiles, files_in
from gpu_workers.model_shelf.read_files import (
    CARD,
    INDEX,
    MODULAR,
    WEIGHTLESS,
    is_variant,
    lacking_pieces,
    parts_of,
    read_texts,
    read_weights,
    weights_of,
)
from gpu_workers.tiny_models import tiny_diffusion, tiny_sdxl
from schemas.errors import RetryableError, UserError

TINY = "tiny"
"""The name of the test kit's model."""

COMMIT = re.compile(r"[0-9a-f]{40}")
"""A revision that stays the same; branches and tags move."""

HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)
"""An owner and a name, as hubs allow them."""


@dataclass(frozen=True)
class Source:
    """The weights in a picture's provenance. `sha256` is over the safetensors files that are read, in order of names.

    `variant`: the copy that is read of the parts that have it.  `config`: the digest of the configurations that are read.
    """

    model: str
    revision: str
    licence: str
    sha256: str
    variant: str | None = None
    config: str | None = None

    def stated(self) -> dict[str, str]:
        """What provenance says: no variant where the usual weights are read."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def locate(
    model: str, revision: str | None, cache: Path, kind: str = "gligen", variant: str | None = None
) -> tuple[Path, Source]:
    """The folder of a model and its source. `kind` is of the tiny model: gligen, text, sdxl or control.

    `variant`: the copy of its weights in another number format that is to be read, of the parts that have it.
    Raises UserError where there is none, or a hub's revision is not pinned.
    """
    if model == TINY:
        folder = _tiny(cache / f"tiny-{kind}", kind)
    elif Path(model).is_dir():
        folder, revision = Path(model), None  # a folder's is not known, whatever is said of it
    else:
        folder = _fetch(model, revision, variant)
    found = files_in(folder, str(folder))
    weights = read_weights(found.sizes, found.json_of, variant)
    for index, lacking in lacking_pieces(found.sizes, found.json_of, variant).items():
        raise UserError(f"{folder} cannot be loaded: {index} names {lacking[0]}, which is not beside it")
    if not weights:
        raise UserError(
            f"{folder} holds no safetensors that are read: diffusion_pytorch_model.safetensors of a unet, a transformer or"
            " a vae, model.safetensors of what transformers loads, or the pieces that an index beside them names"
        )
    read = variant if any(is_variant(name, variant) for name in weights) else None
    digest = fingerprint(folder, [folder / name for name in weights], cache)
    return folder, Source(_name(model), revision or "local", licence_of(folder), digest, read, config_digest(found))


def _tiny(place: Path, kind: str) -> Path:
    if kind == "sdxl":
        return tiny_sdxl.build(place)
    if kind == "control":
        return tiny_diffusion.build_control(place)
    return tiny_diffusion.build(place, gated=kind == "gligen")


def _name(model: str) -> str:
    return Path(model).resolve().name if Path(model).is_dir() else model


def require_named(model: str, revision: str | None, pinned_by: str = "SKG_RENDER_REVISION") -> None:
    """Raise UserError where a model is neither `tiny`, a folder, nor a hub's owner/name that `pinned_by` pins."""
    if model == TINY or Path(model).is_dir():
        return
    if not HUB_NAME.fullmatch(model):
        raise UserError(f"{model} is neither a folder nor a hub's owner/name")
    if revision is None:
        raise UserError(
            f"there is no folder {model} here; of a hub's {model}, {pinned_by} must give the commit: 40 hex digits"
        )
    if not COMMIT.fullmatch(revision):
        short = re.fullmatch(r"[0-9a-f]{4,39}", revision)
        why = "is only the beginning of a commit" if short else "may move"
        raise UserError(f"{pinned_by} is {revision}, which {why}: all 40 hex digits of a commit of {model} are needed")


def _fetch(model: str, revision: str | None, variant: str | None) -> Path:
    """The folder of a revision with the files that are read, of which the hub is asked by their names."""
    require_named(model, revision)
    assert revision is not None
    folder = Path(lazy_imports.snapshot(model, revision, [INDEX, MODULAR, CARD]))
    try:
        listed = lazy_imports.files_of(model, revision)
    except RetryableError:
        if is_fetched(files_in(folder), variant):
            return folder  # no hub answers: with what was fetched before
        raise
    known = ModelFiles(model, listed, folder, complete=False)
    if INDEX not in listed and "config.json" in listed:
        lazy_imports.snapshot(model, revision, ["config.json"])
    lazy_imports.snapshot(model, revision, read_texts(listed, known.json_of))
    return Path(lazy_imports.snapshot(model, revision, [CARD, *read_weights(listed, known.json_of, variant)]))


def is_fetched(files: ModelFiles, variant: str | None) -> bool:
    """Whether all is there that is read of a model, as far as its index and its configurations tell."""
    if lacking_pieces(files.sizes, files.json_of, variant):
        return False
    for part in parts_of(files.json_of):
        inside = part.files(files.sizes)
        is_bare = part.name.startswith(WEIGHTLESS) or (part.name and "config.json" not in inside)
        if not inside or not (is_bare or weights_of(part, files.sizes, files.json_of, variant)):
            return False
    return True


def files_at_hub(model: str, revision: str | None) -> ModelFiles:
    """The files of a repository, of which only the small texts are fetched.

    Raises UserError for no such repository, for a revision that may move and for what is built here, RetryableError,
    MissingExtra.
    """
    if model == TINY:
        raise UserError(f"{TINY} is built where it is used, and fits wherever a model is named: there is nothing to check")
    require_named(model, revision, "--revision")
    assert revision is not None
    sizes = lazy_imports.files_of(model, revision)
    place = lazy_imports.snapshot(model, revision, ["*.json", CARD])
    return ModelFiles(model, sizes, Path(place), complete=False)


def index_of(folder: Path) -> Mapping[str, object]:
    """A pipeline's index; empty for a model that is no pipeline. Raises UserError for a broken one."""
    return ModelFiles(str(folder), {INDEX: 0} if (folder / INDEX).is_file() else {}, folder, True).json_of(INDEX) or {}


def used_weights(folder: Path, variant: str | None = None) -> list[Path]:
    """The safetensors files that are read, in the order of their names."""
    files = files_in(folder)
    return [folder / name for name in read_weights(files.sizes, files.json_of, variant)]


def licence_of(folder: Path) -> str:
    """The licence that a model's card names, or `unknown`."""
    card = folder / CARD
    if not card.is_file():
        return "unknown"
    for line in card.read_text("utf-8", "replace").splitlines()[:60]:
        name, colon, value = line.partition(":")
        if colon and name.strip() in ("license", "licence"):
            return value.strip() or "unknown"
    return "unknown"
