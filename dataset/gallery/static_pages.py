"""A page of samples that opens from disk, with the pictures as files beside it.

In: the table's address.  Out: a folder with `index.html` and `images/`.
Needs no server and no network.  Shows the newest rows, up to a limit.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from dataset.gallery.row_views import View, view
from dataset.gallery.templates_engine import render
from dataset.reading.row_reader import batches
from dataset.table.columns import COLUMNS
from dataset.table.delta_table import Options, Table

EXTENSIONS = {".webp", ".png", ".jpg", ".jpeg"}


def write_gallery(
    uri: str,
    out_dir: Path,
    limit: int = 200,
    summary: Mapping[str, object] | None = None,
    storage_options: Options = None,
) -> Path:
    """Write the page of the newest `limit` samples and return its path. Raises NoDataset, RetryableError.

    `summary` is shown on top: labels with values, such as the results of a run.
    """
    table = Table.load(uri, storage_options)
    images = out_dir / "images"
    images.mkdir(parents=True, exist_ok=True)
    samples = [view(row, _save(row, images)) for row in _newest(table, limit)]
    page = out_dir / "index.html"
    page.write_text(_page(samples, summary or {}), encoding="utf-8")
    return page


def _newest(table: Table, limit: int) -> Iterator[View]:
    left = limit
    for batch in batches(table, COLUMNS.names, newest_first=True):
        for row in batch.slice(0, left).to_pylist():
            left -= 1
            yield row
        if left <= 0:
            return


def _save(row: View, images: Path) -> str:
    """Save the picture; its relative address. The name has only alphanumeric characters and `-`."""
    stem = "".join(c for c in row["sample_id"] if c.isalnum() or c == "-")
    suffix = PurePosixPath(row["image"]["path"] or "").suffix.lower()
    name = f"{stem}{suffix if suffix in EXTENSIONS else '.webp'}"
    (images / name).write_bytes(row["image"]["bytes"])
    return f"images/{name}"


def _page(samples: list[View], summary: Mapping[str, object]) -> str:
    return render(
        "static.html",
        samples=samples,
        summary=dict(summary),
        scenes=_counted(sample["scene"] for sample in samples),
        splits=_counted(sample["split"] for sample in samples),
        kinds=_counted(kind for sample in samples for kind in sample["kinds"]),
        questions=sum(len(sample["questions"]) for sample in samples),
    )


def _counted(words: Iterable[str]) -> list[tuple[str, int]]:
    return sorted(Counter(words).items())
