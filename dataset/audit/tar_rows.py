"""Reads the rows of tar shards: each a picture and a JSON file of the same name, as in the `webdataset` format.

In: an open tar file.  Out: rows as plain Python values, in the order of their names.
Writes nothing.
"""

import json
import tarfile
from collections.abc import Iterator
from io import BufferedReader
from pathlib import PurePosixPath
from typing import IO, Any

from pyarrow import NativeFile

Row = dict[str, Any]


DEPTH = ".depth_map"
"""A third file, of samples whose depths are known; it comes before the JSON."""

_CUT = (tarfile.EmptyHeaderError, tarfile.TruncatedHeaderError)  # type: ignore[attr-defined]  # not in the stubs


class _Member(tarfile.TarInfo):
    """A member of an archive that ends with its end mark: one that is cut between two members seems whole otherwise."""

    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> "_Member":
        """The next member. Raises ReadError where the archive breaks off."""
        try:
            return super().fromtarfile(archive)
        except _CUT as error:
            raise tarfile.ReadError("the archive ends without its end mark") from error


def rows_of_shard(source: NativeFile | BufferedReader | IO[bytes]) -> Iterator[Row]:
    """Every sample. Raises ValueError for JSON that is no object, OSError and TarError for a broken shard."""
    row: Row | None = None
    picture: tuple[str, bytes] | None = None
    depth: dict[str, bytes] | None = None
    with tarfile.open(fileobj=source, mode="r|", tarinfo=_Member) as shard:
        for entry in shard:
            held = shard.extractfile(entry)
            name, data = PurePosixPath(entry.name), b"" if held is None else held.read()
            if name.suffix == ".json":
                row = json.loads(data)
                if not isinstance(row, dict):
                    raise ValueError(f"{name} is no JSON object")
            elif name.suffix == DEPTH:
                depth = {"bytes": data}
            else:
                picture = str(name), data
            if row is not None and picture is not None:
                yield {**row, "image": {"path": picture[0], "bytes": picture[1]}, "depth_map": depth}
                row = picture = depth = None
    if row is not None or picture is not None:
        raise ValueError("a picture or a JSON file stands alone")
