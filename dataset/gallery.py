"""The gallery: a page of samples that opens from disk, with the pictures as files beside it.

In: the table's address.  Out: a folder with `index.html` and `images/`.
Needs no server and no network; every text of the dataset is escaped.  Shows the newest rows, up to a limit.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import jinja2

from dataset.columns import COLUMNS
from dataset.proofs import names_of, proof_in_words, relation_in_words
from dataset.reading import batches
from dataset.table import Options, Table

EXTENSIONS = {".webp", ".png", ".jpg", ".jpeg"}
COLOURS = 8
"""The style sheet's number of box colours."""

IDS = ("seed_id", "index", "graph_id", "image_id", "sha256", "renderer")

View = dict[str, Any]
"""What the template shows of a row."""


def write_gallery(
    uri: str,
    out_dir: Path,
    limit: int = 200,
    summary: Mapping[str, object] | None = None,
    storage_options: Options = None,
) -> Path:
    """Write the page of the newest `limit` samples and return its path. Raises NoDataset, TryLater.

    `summary` is shown on top: labels with values, such as how a run went.
    """
    table = Table.load(uri, storage_options)
    images = out_dir / "images"
    images.mkdir(parents=True, exist_ok=True)
    samples = [_view(row, _save(row, images)) for row in _newest(table, limit)]
    page = out_dir / "index.html"
    page.write_text(_render(samples, summary or {}), encoding="utf-8")
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
    """The picture's address as the page names it. The name is made of harmless characters only."""
    stem = "".join(c for c in row["sample_id"] if c.isalnum() or c == "-")
    suffix = PurePosixPath(row["image"]["path"] or "").suffix.lower()
    name = f"{stem}{suffix if suffix in EXTENSIONS else '.webp'}"
    (images / name).write_bytes(row["image"]["bytes"])
    return f"images/{name}"


def _view(row: View, picture: str) -> View:
    names = names_of(row["objects"])
    story = json.loads(row["provenance"])
    relations = [
        {"text": relation_in_words((r["subject"], r["predicate"], r["object"]), names), **r} for r in row["relations"]
    ]
    return {
        **{name: row[name] for name in ("sample_id", "width", "height", "scene", "split", "excluded")},
        "picture": picture,
        "concept": story.get("graph", {}).get("concept", ""),
        "ids": [(name, story[name]) for name in IDS if story.get(name) is not None],
        "producers": story.get("producers", {}),
        "objects": [{**thing, "name": names[thing["id"]], "colour": i % COLOURS} for i, thing in enumerate(row["objects"])],
        "drawn": [r for r in relations if r["drawn"]],
        "derived": [r for r in relations if not r["drawn"]],
        "questions": [{**q, "proof": proof_in_words(q["certificate"], row["objects"])} for q in row["questions"]],
        "kinds": sorted({question["kind"] for question in row["questions"]}),
    }


def _render(samples: list[View], summary: Mapping[str, object]) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["words"] = lambda text: str(text).replace("_", " ")
    return environment.get_template("gallery.html").render(
        samples=samples,
        summary=dict(summary),
        scenes=_counted(sample["scene"] for sample in samples),
        splits=_counted(sample["split"] for sample in samples),
        kinds=_counted(kind for sample in samples for kind in sample["kinds"]),
        questions=sum(len(sample["questions"]) for sample in samples),
    )


def _counted(words: Iterable[str]) -> list[tuple[str, int]]:
    return sorted(Counter(words).items())
