"""The files of a model, in a folder or at a hub: names, sizes, small texts. Nothing is loaded into memory.

In: a folder, or a hub's `owner/name` with a commit.  Out: a `ModelFiles`.
"""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gpu_workers.diffusion import lazy_imports
from gpu_workers.diffusion.weight_files import require_named
from schemas.errors import UserError

MOST_HEADER_BYTES = 100_000_000
"""Of a safetensors file: what its format allows."""


@dataclass(frozen=True)
class ModelFiles:
    """`sizes`: bytes by name within the model.  `place`: the folder with its texts.  `complete`: all files are there."""

    name: str
    sizes: Mapping[str, int]
    place: Path
    complete: bool

    def json_of(self, name: str) -> dict[str, Any] | None:
        """A JSON object of the model; None where there is no such file. Raises UserError for a broken one."""
        if name not in self.sizes:
            return None
        try:
            found = json.loads((self.place / name).read_text("utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise UserError(f"{self.name}/{name} is no JSON: {error}") from error
        return found if isinstance(found, dict) else None

    def is_whole(self, name: str) -> bool:
        """Whether a safetensors file is as long as its header says. At a hub only its size is known, which is believed."""
        return not self.complete or declared_bytes(self.place / name) == self.sizes[name]


def files_in(folder: Path) -> ModelFiles:
    """The files of a folder."""
    found = {file.relative_to(folder).as_posix(): file.stat().st_size for file in folder.rglob("*") if file.is_file()}
    return ModelFiles(folder.name, found, folder, complete=True)


def files_at_hub(model: str, revision: str | None) -> ModelFiles:
    """The files of a repository, of which only the small texts are fetched.

    Raises UserError for no such repository and for a revision that may move, RetryableError, MissingExtra.
    """
    require_named(model, revision, "--revision")
    assert revision is not None
    sizes = lazy_imports.files_of(model, revision)
    place = lazy_imports.snapshot(model, revision, ["*.json", "README.md"], [])
    return ModelFiles(model, sizes, Path(place), complete=False)


def declared_bytes(file: Path) -> int | None:
    """How long a safetensors file is by its header: its first eight bytes are the header's length, and each tensor says
    where its data ends. None for a file that is none."""
    with file.open("rb") as stream:
        start = stream.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else MOST_HEADER_BYTES + 1
        if length > MOST_HEADER_BYTES:
            return None
        try:
            header = json.loads(stream.read(length))
            ends = [int(entry["data_offsets"][1]) for name, entry in header.items() if name != "__metadata__"]
        except (ValueError, AttributeError, KeyError, TypeError, IndexError, RecursionError):
            return None
    return 8 + int(length) + max(ends, default=0)
