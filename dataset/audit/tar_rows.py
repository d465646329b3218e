"""Reads the rows of tar shards: each a picture and a JSON file of the same name, as in the `webdataset` format.

In: an open tar file.  Out: rows as plain Python values, in the order of their names.
Writes nothing.
"""

import json
import re
import tarfile
from collections.abc import Iterator
from io import BufferedReader
from pathlib import PurePosixPath
from typing import IO, Any

from pyarrow import NativeFile

Row = dict[str, Any]


DEPTH = ".depth_map"
"""A third file, of samples whose depths are known; it comes before the JSON."""

VIEW = re.compile(r"\.view(\d+)\.\w+$")
"""Ends of the names of pictures of further cameras, which come in order before the JSON."""

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
    picture: dict[str, Any] | None = None
    depth: dict[str, bytes] | None = None
    views: list[dict[str, Any]] = []
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
            elif VIEW.search(name.name):
                views.append({"path": str(name), "bytes": data})
            else:
                picture = {"path": str(name), "bytes": data}
            if row is not None and picture is not None:
                yield {**row, "image": picture, "depth_map": depth, "views": _with_pictures(row.get("views"), views)}
                row, picture, depth, views = None, None, None, []
    if row is not None or picture is not None:
        raise ValueError("a picture or a JSON file stands alone")


def _with_pictures(views: Any, pictures: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
    """The views of a row, each with its picture. Raises ValueError where there are others."""
    if len(views or ()) != len(pictures):
        raise ValueError(f"{len(views or ())} views are said, {len(pictures)} pictures of views are there")
    return [{**view, "image": picture} for view, picture in zip(views or (), pictures, strict=True)] or None
