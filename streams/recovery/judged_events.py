"""Judged events, rebuilt from the tables: the pictures of samples and of rejections as the events that examine received.

In: both tables.  Out: each picture's current verdict, with its event where it can be rebuilt.
A sample's picture is in its row; of a rejection only the key in the store is known.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dataset.reading.rejection_outcomes import DRAWN_AGAIN, SUPERSEDED
from dataset.reading.rejection_rows import Row
from dataset.reading.rejection_search import RejectionFilter, find, full_rows
from dataset.reading.row_reader import batches
from dataset.table.columns import COLUMNS
from dataset.table.delta_table import Options, Table
from dataset.table.held_out_share import share_of
from dataset.table.rejection_table import judged_event
from gpu_workers.annotated_pictures import is_annotated
from gpu_workers.picture_metadata import read_packet
from gpu_workers.relabel import PRODUCER as SALVAGE
from schemas.events import ImageRef, Question, RenderedImage, RenderedView, SeenObject, Truth
from schemas.graph import Provenance, Relation, SpatialGraph

ACCEPTED = "accepted"

REQUIRED_COLUMNS = (
    "sample_id", "image", "width", "height", "objects", "relations", "excluded", "questions", "provenance", "views",
)  # fmt: skip


@dataclass(frozen=True)
class Judged:
    """A picture and its current verdict: `accepted`, `drawn_again`, or the reason of its rejection.

    `event` is None where it cannot be rebuilt, with the reason in `why`.  `picture` is None where it is in the store,
    as `views` are then, the pictures of further cameras.
    `questions` are those of a sample.  `settled`: no picture was judged, so no setting of examine changes the verdict.
    """

    now: str
    event: RenderedImage | None = None
    picture: bytes | None = None
    views: tuple[bytes, ...] = ()
    questions: tuple[Question, ...] = ()
    evidence: Mapping[str, object] = field(default_factory=dict)
    settled: bool = False
    why: str = ""


def accepted(uri: str, options: Options, limit: int | None) -> Iterator[Judged]:
    """The newest `limit` samples, in the order in which they were stored. Raises NoDataset, RetryableError."""
    table = Table.load(uri, options)
    rows = int(table.query("SELECT count(*) AS n FROM samples")["n"][0].as_py())
    held_out_per_mille = share_of(table)
    skip = 0 if limit is None else max(0, rows - limit)
    for batch in batches(table, [name for name in COLUMNS.names if name in REQUIRED_COLUMNS]):
        part = batch.slice(min(skip, batch.num_rows))
        skip -= batch.num_rows - part.num_rows
        for row in part.to_pylist():
            yield _of_sample(row, held_out_per_mille)


def rejected(uri: str, options: Options, limit: int | None) -> Iterator[Judged]:
    """The rejections, in the order in which they were stored, without superseded ones."""
    found = [row for row in find(uri, options, RejectionFilter()) if row["outcome"] != SUPERSEDED]
    for row in full_rows(uri, options, found[:limit]):
        yield _of_rejection(row)


def _of_sample(row: Row, held_out_per_mille: int) -> Judged:
    try:
        story = json.loads(row["provenance"])
        graph = SpatialGraph.model_validate(story["graph"])
        if graph.provenance.producer == SALVAGE:
            return Judged(ACCEPTED, why="salvaged: the graph that was wanted is not stored")
        picture: bytes = row["image"]["bytes"]
        questions = tuple(Question.model_validate(question) for question in row["questions"])
        event = _rendered(row, story, graph).model_copy(update={"held_out_per_mille": held_out_per_mille})
        views = tuple(view["image"]["bytes"] for view in row["views"] or ())
        return Judged(ACCEPTED, event, picture, views, questions)
    except (ValueError, KeyError, TypeError) as error:  # ValidationError is a ValueError
        return Judged(ACCEPTED, why=f"its provenance cannot be read: {type(error).__name__}")


def _rendered(row: Row, story: Mapping[str, Any], graph: SpatialGraph) -> RenderedImage:
    notes, picture = story.get("notes", {}), row["image"]["bytes"]
    measured = "eyes" in notes  # the renderer reported no truth
    recorded = None if measured or is_annotated(graph) else read_packet(picture)
    return RenderedImage(
        image=_reference(row, story),
        graph=graph,
        renderer=story["renderer"],
        seed=int(notes.get("render_seed", 0)),
        attempt=int(notes.get("attempt", 0)),
        seconds=0.0,
        truth=None if measured else recorded or _truth(row, graph),
        provenance=Provenance(producer="render", version=story["renderer"], parents=(graph.graph_id,)),
        views=tuple(_view(view, stored) for view, stored in zip(row["views"] or (), story.get("views") or (), strict=True)),
    )


def _reference(shown: Mapping[str, Any], stored: Mapping[str, Any]) -> ImageRef:
    """The reference to a picture of a row, or of one of its views."""
    return ImageRef(
        image_id=stored["image_id"],
        bucket=stored["image_bucket"],
        key=stored["image_key"],
        sha256=stored["sha256"],
        media_type=stored["media_type"],
        size=len(shown["image"]["bytes"]),
        width=shown["width"],
        height=shown["height"],
    )


def _view(shown: Mapping[str, Any], stored: Mapping[str, Any]) -> RenderedView:
    """The picture of a further camera, which carries its truth. Raises ValueError where it does not."""
    truth = read_packet(shown["image"]["bytes"])
    if truth is None:
        raise ValueError("a view's picture says nothing of what it shows")
    return RenderedView(image=_reference(shown, stored), truth=truth)


def _truth(row: Row, graph: SpatialGraph) -> Truth:
    """The renderer's truth, as far as the row keeps it: objects, contacts and what is absent."""
    objects = tuple(
        SeenObject.model_validate({name: thing[name] for name in SeenObject.model_fields}) for thing in row["objects"]
    )
    drawn = [
        {**{name: r[name] for name in ("subject", "predicate", "object")}, "others": r.get("others") or ()}
        for r in row["relations"]
        if r["drawn"]
    ]
    shown = tuple(name for name in graph.excluded if name not in row["excluded"])
    return Truth(objects=objects, drawn=tuple(Relation.model_validate(r) for r in drawn), elements=shown)


def _of_rejection(row: Row) -> Judged:
    now = DRAWN_AGAIN if row["outcome"] == DRAWN_AGAIN else row["reason"]
    if row["stage"] != "examine":
        return Judged(now, settled=True)
    event = judged_event(row["source_topic"], row["source"])
    if not isinstance(event, RenderedImage):
        return Judged(now, why="its judged event cannot be read")
    return Judged(now, event, evidence=_evidence(row))


def _evidence(row: Row) -> Mapping[str, object]:
    try:
        found = json.loads(row["evidence"] or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
