"""WebDataset: tar shards for sequential reading.

In: a source.  Out: `train-000000.tar` and so on; each sample is a picture and a JSON file of one name.
Pictures of further cameras are `.view1.webp` and so on, beside the picture; what is seen in them is in the JSON's `views`.
A depth map is a file of its own (`.depth_map`, a 16-bit PNG: decoders of pictures would turn it into 8 bits).
The same rows give the same bytes: no times, no owners.
"""

import io
import tarfile
from pathlib import Path

from dataset.exports.export_source import Row, Source
from dataset.exports.files.json_stream import dump
from dataset.exports.files.picture_files import file_name, suffix
from dataset.table.columns import PICTURES

SHARD_BYTES = 256 * 1024 * 1024
"""Large enough for sequential reads from a bucket, small enough that many workers get some."""


DEPTH = ".depth_map"


def write(source: Source, out: Path, shard_bytes: int = SHARD_BYTES) -> None:
    """Write shards of each split, each closed when it has reached its size."""
    for split in source.splits:
        shard, number = _open(out, split, 0), 0
        for row in source.rows(split):
            if shard.offset >= shard_bytes:
                shard.close()
                number += 1
                shard = _open(out, split, number)
            _add(shard, row)
        shard.close()


def _open(out: Path, split: str, number: int) -> tarfile.TarFile:
    return tarfile.open(out / f"{split}-{number:06}.tar", "w", format=tarfile.USTAR_FORMAT)


def _add(shard: tarfile.TarFile, row: Row) -> None:
    key = file_name(row).removesuffix(suffix(row))
    views = row["views"] or []
    metadata = {name: value for name, value in row.items() if name not in PICTURES}
    metadata["views"] = [{name: value for name, value in view.items() if name != "image"} for view in views] or None
    depth = [(DEPTH, row["depth_map"]["bytes"])] if row["depth_map"] else []
    shown = [(f".view{k}{suffix(view)}", view["image"]["bytes"]) for k, view in enumerate(views, start=1)]
    for ending, data in ((suffix(row), row["image"]["bytes"]), *shown, *depth, (".json", dump(metadata).encode())):
        entry = tarfile.TarInfo(key + ending)
        entry.size = len(data)
        shard.addfile(entry, io.BytesIO(data))
