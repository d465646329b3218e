"""Encodes events as rows.

In: samples with the bytes of their pictures.  Out: an Arrow table with the dataset's columns.
Does not fetch, check or store anything.
"""

import json
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

import pyarrow as pa

from dataset.solid.world_columns import body_fields, camera_of, pictured_world
from dataset.table.columns import COLUMNS
from schemas.events import QAEvent
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
        "questions": [question.model_dump(mode="python") for question in event.questions],
        "split": split_of(event.graph, event.held_out_per_mille),
        "provenance": provenance_of(event),
        **_in_metres(sample, seen["objects"], depth_maps),
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
        "renderer": notes.get("renderer"),
        "seeds": {name: value for name, value in sorted(notes.items()) if SEED_NOTES in name},
        "producers": _versions(graph.provenance, event.provenance),
        "notes": notes,
        "scene_hash": scene_hash(graph),
        "graph": graph.model_dump(mode="json"),
    }
    return json.dumps(story, ensure_ascii=False, separators=(",", ":"))


def _versions(*provenances: Provenance) -> dict[str, str]:
    return {provenance.producer: provenance.version for provenance in provenances}
