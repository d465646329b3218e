"""What is on record of a copy: from which state of which table, and which of its files are stored.

In: a copy while it is made.  Out: `TAG/published.json`, by which an interrupted push goes on and readers check files.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from schemas.errors import UserError

FILE = "published.json"


@dataclass(frozen=True)
class Shard:
    """A stored Parquet file: its rows, bytes and SHA-256, and the SHA-256 of its sample ids in their order."""

    split: str
    rows: int
    bytes: int
    sha256: str
    ids: str


@dataclass(frozen=True)
class Origin:
    """What is copied. `table` is the table's id, `split` None for all, `flagged` whether flagged samples are in it."""

    table: str
    version: int
    split: str | None
    flagged: bool


@dataclass(frozen=True)
class PushRecord:
    """A copy under a tag; `files` by path from the tag's folder, `published` its time (ISO 8601, UTC) once complete.

    `licence`: that of the whole, None where none holds.
    """

    tag: str
    origin: Origin
    made_by: str
    files: Mapping[str, Shard] = field(default_factory=dict)
    published: str | None = None
    quality: Mapping[str, Any] | None = None
    licence: str | None = None

    @property
    def rows(self) -> dict[str, int]:
        """Rows by split, in the order in which they were written."""
        found: dict[str, int] = {}
        for shard in self.files.values():
            found[shard.split] = found.get(shard.split, 0) + shard.rows
        return found

    def with_file(self, path: str, shard: Shard) -> "PushRecord":
        """A copy with one more file."""
        return replace(self, files={**self.files, path: shard})

    def as_json(self) -> str:
        """The record's text."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n"


def read_record(data: bytes, where: str) -> PushRecord:
    """The record of a text. Raises UserError for one that is none."""
    try:
        found = json.loads(data)
        files = {path: Shard(**shard) for path, shard in found.pop("files").items()}
        return PushRecord(origin=Origin(**found.pop("origin")), files=files, **found)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{where} is no record of a copy ({error}): take another tag") from error
