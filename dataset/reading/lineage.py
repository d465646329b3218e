"""The lineage of a sample: seed, graph, layout, picture, checks, prompts and versions.

In: the table's address and a sample's id (or the beginning of one).  Out: the lineage as values and as lines of text.
Reads one row.  Does not draw (`streams.operations.rerender`).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dataset.reading.row_reader import batches
from dataset.table.delta_table import Options, Table
from schemas.errors import BadInput, UserError
from schemas.graph import SpatialGraph
from schemas.picture_layers import Claim, UnreadableClaim, read_claim
from spatial.relations.relation_truth import members

MIN_ID_CHARS = 4
"""Shortest abbreviation of an id."""

PIXELS = "object_pixels"
"""What the notes begin with that hold fingerprints of pixels."""

COLUMNS = ("sample_id", "image", "width", "height", "scene", "split", "objects", "questions", "provenance", "views")


class NoSample(UserError):
    """No row has the id, or several begin with it."""


@dataclass(frozen=True)
class Lineage:
    """A sample's row and its parsed provenance."""

    row: Mapping[str, Any]
    provenance: Mapping[str, Any]

    @property
    def graph(self) -> SpatialGraph:
        """The graph that was drawn."""
        return SpatialGraph.model_validate(self.provenance["graph"])

    @property
    def picture(self) -> bytes:
        """The encoded picture."""
        data: bytes = self.row["image"]["bytes"]
        return data

    @property
    def views(self) -> tuple[bytes, ...]:
        """The encoded pictures of further cameras."""
        return tuple(view["image"]["bytes"] for view in self.row.get("views") or ())

    @property
    def claim(self) -> Claim | None:
        """What a photograph was drawn over; None for any other picture, and where that cannot be read."""
        try:
            return read_claim(self.picture)
        except UnreadableClaim:
            return None

    @property
    def claim_fault(self) -> str | None:
        """Why what a photograph was drawn over cannot be read; None where it can, and where there is nothing."""
        try:
            read_claim(self.picture)
        except UnreadableClaim as error:
            return str(error)
        return None

    def as_json(self) -> dict[str, object]:
        """Everything but the pictures' bytes."""
        row = {name: value for name, value in self.row.items() if name not in ("image", "provenance", "views")}
        return {**row, "image_path": self.row["image"]["path"], "provenance": dict(self.provenance)}

    def lines(self) -> list[str]:
        """For people, from the seed to the questions."""
        return list(_lines(self))


def checked_beginning(beginning: str, of_what: str) -> str:
    """The beginning of an id as it was typed, without an ellipsis at its end. Raises BadInput for what is none."""
    typed = beginning.removesuffix("…")
    if len(typed) < MIN_ID_CHARS or not all(c.isalnum() or c == "-" for c in typed):
        raise BadInput(f"{beginning!r} is no {of_what} id: give at least {MIN_ID_CHARS} of its characters")
    return typed


def whole_sample_id(table: Table, uri: str, beginning: str) -> str:
    """The id of the one sample of the table at `uri` that begins so. Raises BadInput for what is no id, NoSample."""
    typed = checked_beginning(beginning, "sample")
    found = table.query(f"SELECT sample_id FROM samples WHERE starts_with(sample_id, '{typed}') LIMIT 2")
    ids: list[str] = found["sample_id"].to_pylist()
    if len(ids) != 1:
        raise NoSample(f"{'no sample' if not ids else 'more than one sample'} in {uri} begins with {typed}")
    return ids[0]


def lineage(uri: str, sample: str, storage_options: Options = None) -> Lineage:
    """The lineage of a sample. Raises BadInput for what is no id, NoSample, NoDataset, RetryableError."""
    table = Table.load(uri, storage_options)
    whole = whole_sample_id(table, uri, sample)
    for batch in batches(table, COLUMNS):
        place = batch["sample_id"].to_pylist()
        if whole in place:
            (row,) = batch.slice(place.index(whole), 1).to_pylist()
            return Lineage(row, json.loads(row["provenance"]))
    raise NoSample(f"{whole} is not in the files of {uri}")


def _lines(found: Lineage) -> Iterator[str]:
    row, provenance, graph = found.row, found.provenance, found.graph
    notes = provenance.get("notes", {})
    yield f"sample     {row['sample_id']}  ({row['split']}, scene {provenance.get('scene_hash', '?')})"
    yield f"seed       {graph.seed_id} number {graph.index}: {graph.concept!r}"
    yield f"graph      {graph.graph_id}  {graph.scene}, by {graph.provenance.producer} {graph.provenance.version}"
    names = [f"{thing.id} {' '.join((*thing.attributes, thing.category))}" for thing in graph.objects]
    yield f"  things     {'; '.join(names)}"
    for r in graph.relations:
        yield f"  relation   {r.subject} {r.predicate} {' '.join(map(str, members(r)))}".rstrip()
    if graph.excluded:
        yield f"  excluded   {', '.join(graph.excluded)}"
    width, height = graph.layout.canvas
    yield f"layout     {width} × {height}"
    for thing, box, depth in zip(graph.objects, graph.layout.boxes, graph.layout.depth, strict=True):
        yield f"  {thing.id} {thing.category}: {list(box)}, depth {depth:g}"
    yield from _prompts(graph)
    yield f"picture    {provenance['image_id']}  {row['width']} × {row['height']} {provenance.get('media_type', '')}"
    yield f"  stored     {provenance.get('image_bucket')}/{provenance.get('image_key')}"
    yield f"  sha256     {provenance['sha256']}"
    yield f"  renderer   {provenance.get('renderer')}, seed {notes.get('render_seed')}, attempt {notes.get('attempt')}"
    if found.claim is not None:
        yield f"  over       a picture by {found.claim.renderer}; --pictures FILE shows both"
    elif found.claim_fault is not None:
        yield f"  over       a picture that cannot be read: {found.claim_fault}"
    for number, view in enumerate(provenance.get("views") or (), start=1):
        yield f"view {number}     {view['image_id']}, stored {view['image_bucket']}/{view['image_key']}"
        yield f"  sha256     {view['sha256']}"
    yield f"checks     {', '.join(f'{name} {version}' for name, version in provenance.get('producers', {}).items())}"
    for name, text in sorted(notes.items()):
        yield f"  {name}: {shown_note(name, text)}"
    yield f"questions  {len(row['questions'])}"
    for question in row["questions"]:
        shown = [number + 1 for number in question.get("views") or ()]
        cameras = f" (camera {', '.join(map(str, shown))})" if shown else ""
        yield f"  {question['kind']}{cameras}: {question['question']} {question['answer']}"


def shown_note(name: str, text: str) -> str:
    """A note as it is; what only a program reads is named."""
    return "a fingerprint of each thing's pixels (in --json)" if name.startswith(PIXELS) else text


def _prompts(graph: SpatialGraph) -> Iterator[str]:
    prompt = graph.prompt
    yield f"prompt     {prompt.positive}"
    for name in ("negative", "background"):
        if getattr(prompt, name):
            yield f"  {name:10} {getattr(prompt, name)}"
    for phrase in prompt.phrases:
        yield f"  phrase     {phrase}"
