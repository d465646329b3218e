"""Rows: the columns that others rely on, filled from an event."""

import json

import pyarrow as pa

from dataset.table.columns import COLUMNS
from dataset.table.row_encoding import rows_of
from schemas.graph import SpatialGraph
from schemas.interfaces import Sample
from tests.fakes.events import make_picture, make_qa


def one_row():
    event = make_qa()
    (row,) = rows_of([Sample(event, make_picture(event.graph))]).to_pylist()
    return event, row


def test_the_columns_are_those_that_readers_rely_on():
    text, whole = pa.string(), pa.int32()
    texts, wholes, numbers = pa.list_(text), pa.list_(whole), pa.list_(pa.float64())
    things = pa.list_(
        pa.struct(
            {
                "id": whole,
                "category": text,
                "attributes": texts,
                "box": wholes,
                "depth": pa.float64(),
                "visible": pa.float64(),
                "position": numbers,
                "size": numbers,
                "heading": pa.float64(),
                "has_front": pa.bool_(),
                "distance": pa.float64(),
                "mask": pa.struct({"size": wholes, "counts": text}),
                "amodal_box": numbers,
                "support": whole,
                "rotation": numbers,
                "hidden_by": pa.list_(pa.struct({"object": whole, "share": pa.float64()})),
            }
        )
    )
    image = pa.struct({"bytes": pa.binary(), "path": text})
    camera = pa.struct({"intrinsics": numbers, "world_to_camera": numbers})
    view = pa.struct({"image": image, "width": whole, "height": whole, "camera": camera, "objects": things})
    assert dict(zip(COLUMNS.names, COLUMNS.types, strict=True)) == {
        "sample_id": text,
        "image": image,
        "width": whole,
        "height": whole,
        "scene": text,
        "objects": things,
        "relations": pa.list_(
            pa.struct({"subject": whole, "predicate": text, "object": whole, "drawn": pa.bool_(), "others": wholes})
        ),
        "excluded": texts,
        "questions": pa.list_(
            pa.struct(
                {
                    "id": text,
                    "question": text,
                    "answer": text,
                    "kind": text,
                    "choices": texts,
                    "objects": wholes,
                    "certificate": text,
                    "views": wholes,
                }
            )
        ),
        "split": text,
        "provenance": text,
        "camera": camera,
        "depth_map": pa.struct({"bytes": pa.binary()}),
        "views": pa.list_(view),
        "room": pa.struct(dict.fromkeys(("left", "right", "back"), pa.float64())),
        "plain_ground": pa.bool_(),
    }


def test_a_row_says_what_the_event_says():
    event, row = one_row()
    assert row["sample_id"] == event.sample_id
    assert row["image"] == {"bytes": make_picture(event.graph), "path": f"{event.image.image_id}.png"}
    assert (row["width"], row["height"], row["scene"]) == (64, 64, "living_room")
    known = {name: value for name, value in row["objects"][0].items() if value is not None}
    assert known == {
        "id": 0, "category": "cat", "attributes": ["red"], "box": [4, 34, 22, 26], "depth": 1.0, "visible": 1.0,
    }  # fmt: skip
    assert row["excluded"] == ["tree"]
    assert [question["answer"] for question in row["questions"]] == ["yes", "no"]


def test_a_place_is_a_relation_without_an_object():
    _, row = one_row()
    assert row["relations"] == [
        {"subject": 0, "predicate": "left_of", "object": 1, "drawn": True, "others": None},
        {"subject": 0, "predicate": "bottom_left", "object": None, "drawn": False, "others": None},
    ]


def test_provenance_is_enough_to_make_the_sample_again():
    event, row = one_row()
    story = json.loads(row["provenance"])
    assert SpatialGraph.model_validate(story.pop("graph")) == event.graph
    assert story.pop("scene_hash")
    assert story == {
        "seed_id": event.graph.seed_id,
        "index": 0,
        "graph_id": event.graph.graph_id,
        "image_id": event.image.image_id,
        "image_bucket": "pictures",
        "image_key": event.image.key,
        "sha256": event.image.sha256,
        "media_type": "image/png",
        "renderer": "boxes-1",
        "seeds": {"render_seed": "7"},
        "producers": {"agents": "rules-1", "examine": "1"},
        "notes": {"renderer": "boxes-1", "render_seed": "7"},
    }


def test_no_samples_are_a_table_without_rows():
    assert rows_of([]).schema == COLUMNS
    assert rows_of([]).num_rows == 0
