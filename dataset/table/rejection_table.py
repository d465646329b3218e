"""The table of rejections: requests that ended without a sample, pictures that were drawn again, and the evidence.

In: deliveries of `skg.rejections`.  Out: commits, as `dataset.table.table_writer`, into a table beside the dataset's.
Stores the rejected events, so that they can be judged again after a rule changed.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from dataset.table.delta_table import Options
from dataset.table.table_writer import Reached, TableContents, TableLocation, TableWriter, ignore
from schemas.base import Event
from schemas.codec import decode
from schemas.errors import PermanentError
from schemas.events import Rejection, RenderedImage, SeedConcept
from schemas.graph import SpatialGraph
from schemas.interfaces import Sample
from schemas.topics import TOPICS

RELATION = pa.struct(
    [("subject", pa.int32()), ("predicate", pa.string()), ("object", pa.int32()), ("others", pa.list_(pa.int32()))]
)
"""Of the graph that was judged; `object` is null for an absolute place, `others` where there are none."""

REJECTION_COLUMNS = pa.schema(
    [
        ("rejection_id", pa.string()),
        ("seed_id", pa.string()),
        ("index", pa.int32()),  # which of the seed's graphs
        ("stage", pa.string()),
        ("gate", pa.string()),  # schemas.reasons
        ("reason", pa.string()),
        ("detail", pa.string()),
        ("graph_id", pa.string()),  # null where there was no graph yet
        ("image_id", pa.string()),  # null where there was no picture yet
        ("image_key", pa.string()),  # in the object store
        ("conflict", pa.list_(RELATION)),
        ("evidence", pa.string()),  # JSON: what was measured
        ("source_topic", pa.string()),
        ("source", pa.binary()),  # the event that was judged, as it lay in that topic
        ("retried", pa.bool_()),  # the request went on with another picture: no final outcome
        ("things", pa.list_(pa.string())),  # categories, in the order that the conflict's numbers mean; may be empty
        ("concept", pa.string()),  # of the judged seed or graph; null where the event cannot be read
        ("kept_at", pa.timestamp("us", tz="UTC")),  # when the row was stored
    ]
)
"""As with `dataset.table.columns`: one may be added at the end, none is ever renamed, retyped or dropped."""

ADDED_LATER = frozenset({"retried", "things", "concept", "kept_at"})

NEXT_ATTEMPT = '"next_attempt":'
"""In the evidence of a rejection whose request went on with another picture; older rows have it but no `retried`."""

IS_RETRIED = f"coalesce(CAST(retried AS BOOLEAN), evidence LIKE '%{NEXT_ATTEMPT}%')"
"""SQL of whether the request went on."""


def rejections_uri(uri: str) -> str:
    """Where the rejections of the dataset at `uri` are: beside it, so that vacuuming one never touches the other."""
    return f"{uri.rstrip('/')}-rejections"


class RejectionsWriter(TableWriter[Rejection]):
    """Implements `schemas.interfaces.Sink` for rejections. `uri` is the dataset's, `index_dir` a folder of its own."""

    def __init__(self, uri: str, index_dir: Path, storage_options: Options = None, reached: Reached = ignore) -> None:
        contents = TableContents(REJECTION_COLUMNS, "rejection_id", _id, _rows_now, _without_pictures, needs_picture=False)
        super().__init__(TableLocation(rejections_uri(uri), index_dir, storage_options), contents, reached)


def rows_of(samples: Sequence[Sample[Rejection]], kept_at: datetime | None = None) -> pa.Table:
    """One row per rejection, in order. Where `kept_at` is null readers take the file's time."""
    return pa.Table.from_pylist([_row(sample.event, kept_at) for sample in samples], schema=REJECTION_COLUMNS)


def judged_event(topic: str, source: bytes) -> Event | None:
    """The event that was judged, None where its bytes are none."""
    if topic not in TOPICS:
        return None
    try:
        return decode(topic, source)
    except PermanentError:
        return None


def concept_of(event: Event | None) -> str | None:
    """The concept of a judged event."""
    match event:
        case SeedConcept() | SpatialGraph():
            return event.concept
        case RenderedImage():
            return event.graph.concept
    return None


def _rows_now(samples: Sequence[Sample[Rejection]]) -> pa.Table:
    return rows_of(samples, datetime.now(UTC))


def _row(event: Rejection, kept_at: datetime | None) -> dict[str, object]:
    image, judged = event.image, judged_event(event.source_topic, event.source)
    same = event.model_dump(include=set(REJECTION_COLUMNS.names) - {"conflict", "evidence", "things"})
    return {
        **same,
        "image_id": None if image is None else image.image_id,
        "image_key": None if image is None else image.key,
        "conflict": [relation.model_dump() for relation in event.conflict],
        "things": _object_categories(event, judged),
        "evidence": json.dumps(event.model_dump(mode="json")["evidence"], ensure_ascii=False, sort_keys=True),
        "concept": concept_of(judged),
        "kept_at": kept_at,
    }


def _object_categories(event: Rejection, judged: Event | None) -> list[str]:
    """The categories of the ids in the conflict: of the judged graph's objects, or as the evidence lists them."""
    listed = event.evidence.get("objects")
    if isinstance(listed, list | tuple) and listed and all(isinstance(name, str) for name in listed):
        return list(listed)
    graph = judged.graph if isinstance(judged, RenderedImage) else judged
    return [thing.category for thing in graph.objects] if isinstance(graph, SpatialGraph) else []


def _id(event: Rejection) -> str:
    return event.rejection_id


def _without_pictures(events: Sequence[Rejection]) -> list[None]:
    return [None for _ in events]
