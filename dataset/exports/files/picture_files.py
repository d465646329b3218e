"""Pictures as files of an export.

In: a row.  Out: a file named by the sample's id.  Does not decode or change a picture.
"""

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
