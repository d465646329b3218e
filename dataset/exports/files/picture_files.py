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
    """Write the row's picture into a folder of the export; returns its path relative to the folder's parent."""
    folder.mkdir(parents=True, exist_ok=True)
    name = file_name(row)
    (folder / name).write_bytes(row["image"]["bytes"])
    return f"{folder.name}/{name}"


def save_views(row: Row, views: Sequence[int], folder: Path) -> list[str]:
    """Write the row's pictures with these numbers (0: its image, 1: the first further camera's), each once; returns their
    paths as `save` does. A view's name ends with its number."""
    return [_save_view(row, number, folder) if number else save(row, folder) for number in views]


def _save_view(row: Row, number: int, folder: Path) -> str:
    view = row["views"][number - 1]
    path = folder / f"{file_name(row).removesuffix(suffix(row))}-view{number}{suffix(view)}"
    folder.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.write_bytes(view["image"]["bytes"])
    return f"{folder.name}/{path.name}"
