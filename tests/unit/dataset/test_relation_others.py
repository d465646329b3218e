"""Relations of several objects in the table: older rows are read as before, and the audit judges new ones."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from dataset.audit.audit_run import _untrue_relations, scene_of
from dataset.audit.content_ids import scene_hash as audited_hash
from dataset.reading.row_reader import batches
from dataset.table.columns import COLUMNS, RELATION
from dataset.table.delta_table import Table
from schemas.graph import GraphObject, Layout, Relation
from schemas.ids import with_graph_id
from schemas.reference.examples import graph
from spatial.splits import scene_hash

OLD = pa.struct([field for field in RELATION if field.name != "others"])
BOXES = [(0, 50, 20, 30), (40, 50, 20, 30), (80, 50, 20, 30)]


def row(*relations: dict[str, Any], depth: float = 0.5) -> dict[str, Any]:
    objects = [
        {"id": i, "category": "cup", "attributes": [], "box": list(box), "depth": depth if i == 1 else 0.5, "visible": 1.0}
        for i, box in enumerate(BOXES)
    ]
    return {"sample_id": "s", "width": 100, "height": 100, "scene": "kitchen", "objects": objects,
            "relations": list(relations), "excluded": []}  # fmt: skip


def said(subject: int, first: int, second: int | None, predicate: str = "between") -> dict[str, Any]:
    others = None if second is None else [second]
    return {"subject": subject, "predicate": predicate, "object": first, "drawn": False, "others": others}


def test_a_table_from_before_there_were_others_grows_them_and_is_read_as_before(tmp_path: Path):
    fields = [pa.field("relations", pa.list_(OLD)) if field.name == "relations" else field for field in COLUMNS]
    old = pa.schema(fields)
    near = {"subject": 0, "predicate": "near", "object": 1, "drawn": True}
    table = Table.create(str(tmp_path / "table"), old)
    table.append(pa.Table.from_pylist([{"sample_id": "a", "relations": [near]}], schema=old), {"p": 1})
    table.refresh()
    table.append(pa.Table.from_pylist([{"sample_id": "b", "relations": [said(1, 0, 2), near]}], schema=COLUMNS), {"p": 2})
    table.refresh()
    found = [each for batch in batches(table, ["sample_id", "relations"]) for each in batch.to_pylist()]
    assert {each["sample_id"]: [r["others"] for r in each["relations"]] for each in found} == {
        "a": [None],
        "b": [[2], None],
    }


def test_a_row_with_others_is_a_scene():
    assert scene_of({**row(said(1, 0, 2)), "questions": []}).relations[0].others == (2,)  # type: ignore[arg-type]


def test_the_audit_accepts_what_is_between():
    assert list(_untrue_relations(row(said(1, 0, 2)))) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("relations", "depth", "why"),
    [
        ([said(0, 1, 2)], 0.5, "does not hold"),
        ([said(1, 0, 2), said(1, 2, 0)], 0.5, "there twice"),
        ([said(1, 0, 0)], 0.5, "of one thing"),
        ([said(1, 0, 7)], 0.5, "not there"),
        ([said(1, 0, None)], 0.5, "no relation"),
        ([said(1, 0, 2, "near")], 0.5, "no relation"),
        ([said(1, 0, 2)], 0.9, "far apart in depth"),
    ],
)
def test_the_audit_finds_what_is_not_between(relations: list[dict[str, Any]], depth: float, why: str):
    found = list(_untrue_relations(row(*relations, depth=depth)))  # type: ignore[arg-type]
    assert any(why in detail for detail in found), found


def test_writer_and_audit_hash_a_scene_with_others_alike_whatever_the_order_of_the_two():
    def hashed(first: int, second: int) -> str:
        fields = {name: getattr(graph(), name) for name in type(graph()).model_fields if name != "graph_id"}
        names = ("cat", "chair", "table")
        made = with_graph_id(
            {
                **fields,
                "objects": tuple(GraphObject(id=i, category=name) for i, name in enumerate(names)),
                "relations": (Relation(subject=0, predicate="between", object=first, others=(second,)),),
                "layout": Layout(canvas=(100, 100), boxes=tuple(BOXES), depth=(0.5, 0.5, 0.5)),
            }
        )
        assert audited_hash(json.loads(made.model_dump_json())) == scene_hash(made)
        return scene_hash(made)

    assert hashed(1, 2) == hashed(2, 1)
