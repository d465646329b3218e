"""Encodes events as rows.

In: samples with the bytes of all their pictures.  Out: an Arrow table with the dataset's columns.
Does not fetch, check or store anything.
"""

import json
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

import pyarrow as pa

from dataset.solid.world_columns import body_fields, camera_of, pictured_world, room_of
from dataset.table.columns import COLUMNS
from schemas.events import ImageRef, QAEvent
from schemas.graph import Provenance
from schemas.interfaces import Sample
from spatial.splits import scene_hash, split_of

SEED_NOTES = "seed"
"""Notes of a producer whose name contains this word are random seeds, as in `render_seed`."""


def rows_of(samples: Sequence[Sample], depth_maps: bool = True) -> pa.Table:
    """One row per sample, in order. Each must have its picture. `depth_maps`: whether rows get those that are known."""
    return pa.Table.from_pylist([_row(sample, depth_maps) for sample in samples], schema=COLUMNS)


def _row(sample: Sample, depth_maps: bool) -> dict[str, object]:
    event = sample.event
    seen = event.scene.model_dump(mode="python")
    return {
        "sample_id": event.sample_id,
        "image": {"bytes": sample.image, "path": PurePosixPath(event.image.key).name},
        "width": event.image.width,
        "height": event.image.height,
        "scene": event.scene.scene,
        "objects": seen["objects"],
        "relations": seen["relations"],
        "excluded": seen["excluded"],
        "questions": [
            {**question.model_dump(mode="python"), "views": question.views or None} for question in event.questions
        ],
        "split": split_of(event.graph, event.held_out_per_mille),
        "provenance": provenance_of(event),
        **_in_metres(sample, seen["objects"], depth_maps),
        "views": [_view(sample, number) for number in range(1, len(event.views) + 1)] or None,
    }


def _view(sample: Sample, number: int) -> dict[str, object]:
    """What a further camera sees. The number of the first one is 1."""
    image, seen, file = sample.event.views[number - 1], sample.event.scene.views[number - 1], sample.views[number - 1]
    pictured, shown = pictured_world(sample.event, file, number), seen.model_dump(mode="python")
    bodies = [{} if pictured is None else body_fields(pictured, thing.id, thing.category) for thing in seen.objects]
    return {
        "image": {"bytes": file, "path": PurePosixPath(image.key).name},
        "width": image.width,
        "height": image.height,
        "camera": shown["camera"],
        "objects": [{**thing, **body} for thing, body in zip(shown["objects"], bodies, strict=True)],
    }


def _in_metres(sample: Sample, objects: Sequence[dict[str, Any]], depth_maps: bool) -> dict[str, object]:
    """The columns that only pictures of scenes in metres have."""
    pictured = pictured_world(sample.event, sample.image or b"")
    if pictured is None:
        return {}
    return {
        "objects": [{**thing, **body_fields(pictured, thing["id"], thing["category"])} for thing in objects],
        "camera": camera_of(pictured),
        "depth_map": {"bytes": pictured.layers.depth} if depth_maps else None,
        "room": room_of(pictured),
        "plain_ground": pictured.world.space.plain,
    }


def provenance_of(event: QAEvent) -> str:
    """JSON text: the sample's lineage, with the whole graph; enough to draw it again.

    Notes of a later stage override those of an earlier one.
    """
    graph, image = event.graph, event.image
    notes = {**graph.provenance.notes, **event.provenance.notes}
    story = {
        "seed_id": graph.seed_id,
        "index": graph.index,
        "graph_id": graph.graph_id,
        "image_id": image.image_id,
        "image_bucket": image.bucket,
        "image_key": image.key,
        "sha256": image.sha256,
        "media_type": image.media_type,
        **({"views": [_stored(view) for view in event.views]} if event.views else {}),
        "renderer": notes.get("renderer"),
        "seeds": {name: value for name, value in sorted(notes.items()) if SEED_NOTES in name},
        "producers": _versions(graph.provenance, event.provenance),
        "notes": notes,
        "scene_hash": scene_hash(graph),
        "graph": graph.model_dump(mode="json"),
    }
    return json.dumps(story, ensure_ascii=False, separators=(",", ":"))


def _stored(image: ImageRef) -> dict[str, object]:
    """Where a picture of a further camera is, and its hash."""
    return {
        "image_id": image.image_id, "image_bucket": image.bucket, "image_key": image.key, "sha256": image.sha256,
        "media_type": image.media_type,
    }  # fmt: skip


def _versions(*provenances: Provenance) -> dict[str, str]:
    return {provenance.producer: provenance.version for provenance in provenances}
