"""A page of samples that opens from disk, with the pictures as files beside it.

In: the table's address.  Out: a folder with `index.html` and `images/`.
Needs no server and no network.  Shows the newest rows, up to a limit.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from dataset.gallery.templates_engine import render
from dataset.gallery.views.layer_pictures import depth_picture, masks_picture
from dataset.gallery.views.row_views import View, other_views, view
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
    samples = [_saved(row, images) for row in _newest(table, limit)]
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


def _saved(row: View, images: Path) -> View:
    """The view of a row whose pictures are files now: its own, those of further cameras, masks and depths."""
    stem = "".join(c for c in row["sample_id"] if c.isalnum() or c == "-")
    sample = view(row, _save(images, stem, row["image"]))
    views = row.get("views") or ()
    pictures = [_save(images, f"{stem}-{number}", seen["image"]) for number, seen in enumerate(views, start=1)]
    others = [{**other, "picture": place} for other, place in zip(other_views(row, views), pictures, strict=True)]
    return {**sample, "others": others, "layers": list(_layers(images, stem, row))}


def _save(images: Path, stem: str, image: View) -> str:
    """Save a picture; its relative address. The stem has only alphanumeric characters and `-`."""
    suffix = PurePosixPath(image["path"] or "").suffix.lower()
    name = f"{stem}{suffix if suffix in EXTENSIONS else '.webp'}"
    (images / name).write_bytes(image["bytes"])
    return f"images/{name}"


def _layers(images: Path, stem: str, row: View) -> Iterator[tuple[str, str, str]]:
    """Name, key and address of what lies over a picture of a scene in metres."""
    depth = row.get("depth_map")
    found = {
        ("masks", "m"): masks_picture(row["objects"]),
        ("depth", "d"): None if depth is None else depth_picture(depth["bytes"]),
    }
    for (name, key), data in found.items():
        if data is not None:
            (images / f"{stem}-{name}.png").write_bytes(data)
            yield name, key, f"images/{stem}-{name}.png"


def _page(samples: list[View], summary: Mapping[str, object]) -> str:
    return render(
        "static.html",
        samples=samples,
        summary=dict(summary),
        scenes=_counted(sample["scene"] for sample in samples),
        splits=_counted(sample["split"] for sample in samples),
        kinds=_counted(kind for sample in samples for kind in sample["kinds"]),
        questions=sum(sample["asked"] for sample in samples),
        in_metres=any(sample["layers"] for sample in samples),
    )


def _counted(words: Iterable[str]) -> list[tuple[str, int]]:
    return sorted(Counter(words).items())
