"""The files of a model: names, sizes, small texts. Nothing is loaded into memory.

In: a folder, whose parts may be links, as in a hub's cache.  Out: a `ModelFiles`.
"""

import json
import os
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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


def files_in(folder: Path, name: str | None = None) -> ModelFiles:
    """The files of a folder, those behind links too; `name`: what it is called in errors, by default the folder's own."""
    found = {file.relative_to(folder).as_posix(): file.stat().st_size for file in _walked(folder) if file.is_file()}
    return ModelFiles(name or folder.resolve().name, found, folder, complete=True)


def _walked(folder: Path) -> Iterator[Path]:
    """Every path in a folder and in those that it links to, each real folder once on a way down: links may go round."""
    above = {str(folder): {os.path.realpath(folder)}}
    for place, folders, files in os.walk(folder, followlinks=True):
        real = {name: os.path.realpath(os.path.join(place, name)) for name in folders}
        folders[:] = [name for name in folders if real[name] not in above[place]]
        above |= {os.path.join(place, name): above[place] | {real[name]} for name in folders}
        yield from (Path(place, name) for name in files)


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
