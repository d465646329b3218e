"""Locates weights: a local folder or a pinned revision of a hub, safetensors only, with licence and hash.

In: the name of a model.  Out: a folder and a `Source` for provenance.  Loads nothing into memory; runs no code of a
model's repository.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatch
from pathlib import Path

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.weight_hash import fingerprint
from gpu_workers.tiny_models import tiny_diffusion, tiny_sdxl
from schemas.errors import RetryableError, UserError

TINY = "tiny"
"""The name of the test kit's model."""

INDEX = "model_index.json"
"""A pipeline's list of its parts, each a folder."""

FETCHED_KINDS = ("*.json", "*.jinja", "*.txt", "*.model", "*.safetensors")
"""Files that are fetched from a hub's repository: no pickles, no code. (Processors store their chat template as Jinja.)"""

VARIANTS = ("fp16", "bf16", "non_ema")
"""Copies of weights in other number formats, by the word before `.safetensors`: one is read where it is asked for."""

ENDS = (".safetensors", "-*.safetensors")
"""Of one file, and of one piece of several."""

UNUSED_PARTS = ("safety_checker", "feature_extractor", "image_encoder")
"""Parts of a pipeline that are not loaded: a safety checker blackens pictures in silence, where `SKG_NSFW_ABOVE` rejects
them with their score."""

COMMIT = re.compile(r"[0-9a-f]{40}")
"""A revision that stays the same; branches and tags move."""

HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)
"""An owner and a name, as hubs allow them."""


@dataclass(frozen=True)
class Source:
    """The weights in a picture's provenance. `sha256` is over the safetensors files that are read, in order of names.

    `variant`: the copy that is read of the parts that have it.
    """

    model: str
    revision: str
    licence: str
    sha256: str
    variant: str | None = None

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
    files = used_weights(folder, variant)
    if not files:
        raise UserError(f"{folder} holds no safetensors")
    read = variant if any(is_variant(file.name, variant) for file in files) else None
    return folder, Source(_name(model), revision or "local", licence_of(folder), fingerprint(folder, files, cache), read)


def _tiny(place: Path, kind: str) -> Path:
    if kind == "sdxl":
        return tiny_sdxl.build(place)
    if kind == "control":
        return tiny_diffusion.build_control(place)
    return tiny_diffusion.build(place, gated=kind == "gligen")


def _name(model: str) -> str:
    return Path(model).name if Path(model).is_dir() else model


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
    require_named(model, revision)
    assert revision is not None
    folder = Path(lazy_imports.snapshot(model, revision, [INDEX, "README.md"], []))
    wanted = needed_patterns(folder)
    if variant is None:
        return Path(lazy_imports.snapshot(model, revision, wanted, ignored_files(None)))
    try:
        listed = lazy_imports.files_of(model, revision)
    except RetryableError:
        return folder  # no hub answers: with what was fetched before
    names = (name for name in listed if any(fnmatch(name, each) for each in wanted))
    return Path(lazy_imports.snapshot(model, revision, sorted(needed_files(names, variant)), []))


def ignored_files(variant: str | None) -> list[str]:
    """Patterns of the copies of weights that are not read."""
    return [f"*.{other}{end}" for other in VARIANTS if other != variant for end in ENDS]


def is_variant(name: str, variant: str | None) -> bool:
    """Whether a file's name says that it is that copy of the weights."""
    return variant is not None and any(fnmatch(name, f"*.{variant}{end}") for end in ENDS)


def needed_files(names: Iterable[str], variant: str | None) -> list[str]:
    """Of files of a model those that are read: of each folder's weights the variant if it has one, else the usual ones."""
    kept = [name for name in names if not any(fnmatch(name, each) for each in ignored_files(variant))]
    having = {name.rpartition("/")[0] for name in kept if is_variant(name, variant)}
    return [
        name for name in kept
        if not name.endswith(".safetensors") or name.rpartition("/")[0] not in having or is_variant(name, variant)
    ]  # fmt: skip


def needed_patterns(folder: Path) -> list[str]:
    """Of the folder of a repository, which files have to be fetched: a pipeline's by its index, else all of its kinds."""
    parts = used_parts(folder)
    if parts is None:
        return [*FETCHED_KINDS, "README.md"]
    return [INDEX, "README.md", *(f"{part}/{kind}" for part in parts for kind in FETCHED_KINDS)]


def used_parts(folder: Path) -> list[str] | None:
    """The parts of a pipeline that are loaded, in the order of their names; None for a model that is no pipeline."""
    listed = index_of(folder)
    if not listed:
        return None
    return sorted(
        name for name, value in listed.items()
        if isinstance(value, list) and value and value[0] is not None and name not in UNUSED_PARTS
    )  # fmt: skip


def index_of(folder: Path) -> dict[str, object]:
    """A pipeline's index; empty for a model that is no pipeline. Raises UserError for a broken one."""
    file = folder / INDEX
    if not file.is_file():
        return {}
    try:
        listed = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"{file} is no JSON: {error}") from error
    return listed if isinstance(listed, dict) else {}


def used_weights(folder: Path, variant: str | None = None) -> list[Path]:
    """The safetensors files that are read, in the order of their names."""
    parts = used_parts(folder)
    places: Sequence[Path] = [folder] if parts is None else [folder / part for part in parts]
    files = {file.relative_to(folder).as_posix() for place in places for file in place.rglob("*.safetensors")}
    return sorted(folder / name for name in needed_files(files, variant))


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
