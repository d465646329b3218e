"""Pictures as files of an export.

In: a row.  Out: a file named by the sample's id.  Does not decode or change a picture.
"""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from dataset.exports.export_source import Row

SUFFIXES = {".webp", ".png", ".jpg", ".jpeg"}


def file_name(row: Row) -> str:
    """The sample's id, reduced to letters, digits and hyphens, with the stored file's suffix."""
    stem = "".join(c for c in row["sample_id"] if c.isalnum() or c == "-")
    return stem + suffix(row)


def suffix(row: Row) -> str:
    """The picture's suffix, with its dot."""
    found = PurePosixPath(row["image"]["path"] or "").suffix.lower()
    return found if found in SUFFIXES else ".webp"


def save(row: Row, folder: Path) -> str:
    """Write the row's picture into a folder of the export, once; returns its path relative to the folder's parent."""
    return _written(folder / file_name(row), row["image"]["bytes"])


def save_views(row: Row, views: Sequence[int], folder: Path) -> list[str]:
    """Write the row's pictures with these numbers (0: its image, 1: the first further camera's), each once; returns their
    paths as `save` does. A view's name ends with its number."""
    return [_save_view(row, number, folder) if number else save(row, folder) for number in views]


def _save_view(row: Row, number: int, folder: Path) -> str:
    view = row["views"][number - 1]
    name = f"{file_name(row).removesuffix(suffix(row))}-view{number}{suffix(view)}"
    return _written(folder / name, view["image"]["bytes"])


def _written(path: Path, data: bytes) -> str:
    """A picture that several questions show is written for the first of them: a file takes longer than all else."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return f"{path.parent.name}/{path.name}"
