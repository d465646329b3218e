"""Annotated pictures go the whole way: store, topic, examiner, table; each request has one outcome."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from dataset.audit import audit
from dataset.reading.lineage import lineage
from dataset.table.columns import COLUMNS
from dataset.table.delta_table import Table
from dataset.table.held_out_share import properties_of
from gpu_workers.annotated_pictures import is_depth_known
from gpu_workers.collage import CollageRenderer
from schemas.events import QAEvent, Rejection
from schemas.interfaces import Sample
from spatial.knowledge.knowledge_base import scene_kinds
from spatial.relations.scene_extraction import extract_scene
from streams.errors import Refused
from streams.operations.rerender import rerender_sample
from streams.recovery.judged_events import accepted
from streams.recovery.request_outcomes import read_requests
from tests.fakes.annotated import annotation, photographs, written
from tests.fakes.ingestion import Factory
from tests.fakes.line import store_rows
from tests.fakes.memory_topics import MemoryTopics

NUMBER = 10


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> tuple[Factory, Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("photographs")
    content = photographs(folder, NUMBER)
    factory, path = Factory(folder), written(folder / "instances.json", content)
    for _ in range(2):
        assert all(one.why is None for one in factory.take_in(path))
    return factory, path, content


@pytest.mark.thorough
def test_the_same_file_twice_is_the_same_requests_and_each_has_one_outcome(taken_in: Any):
    factory, *_ = taken_in
    requests = read_requests(MemoryTopics(factory.broker))
    ends = factory.outcomes()
    requests.accepted({(e.graph.seed_id, e.graph.index) for e in ends if isinstance(e, QAEvent)})
    requests.rejected((e.seed_id, e.index) for e in ends if isinstance(e, Rejection))
    counts = requests.counts()
    assert (counts["accepted"] + counts["rejected"], counts["none"], counts["twice"]) == (NUMBER, 0, 0)
    assert counts["accepted"] >= NUMBER / 2
    assert len(ends) == 2 * NUMBER
    assert len({e.sample_id for e in ends if isinstance(e, QAEvent)}) == counts["accepted"]


@pytest.mark.thorough
def test_samples_pass_the_audit_and_say_where_they_are_from(taken_in: Any, tmp_path: Path):
    factory, _, content = taken_in
    events = {e.sample_id: e for e in factory.outcomes() if isinstance(e, QAEvent)}
    samples = [Sample(event, factory.store.objects[event.image.key].data) for event in events.values()]
    uri = store_rows(str(tmp_path / "table"), samples)
    report = audit(uri)
    assert (report.rows, report.faults) == (len(events), ())
    kinds = Counter(question.kind for event in events.values() for question in event.questions)
    assert kinds
    assert not kinds.keys() & {"depth_order", "distance_comparison", "selection", "multi_hop"}
    stated = {relation.predicate for event in events.values() for relation in event.scene.relations}
    assert stated <= {"left_of", "right_of", "above", "below", "far"}
    found = lineage(uri, next(iter(events)))
    assert (found.graph.provenance.producer, found.provenance["renderer"]) == ("ingest", "ingest-1")
    assert found.provenance["notes"]["file"] in {image["file_name"] for image in content["images"]}
    with pytest.raises(Refused, match="not drawn"):
        rerender_sample(found, CollageRenderer({}))
    again = [judged.event for judged in accepted(uri, None, None)]
    assert [e.truth for e in again if e] == [
        next(i.truth for i in factory.images() if i.image.image_id == e.image.image_id) for e in again if e
    ]


@pytest.mark.parametrize(
    ("spoilt", "fault"),
    [
        (lambda row, story: row["objects"][0]["box"].__setitem__(0, row["objects"][0]["box"][0] + 1), "box"),
        (lambda row, story: row["objects"][0].update(depth=0.5), "object"),
        (lambda row, story: story.update(sha256="0" * 64), "provenance"),
        (lambda row, story: row["relations"].append(relation(row, "near")), "relation"),
        (lambda row, story: row["relations"].append(relation(row, "touching")), "relation"),
    ],
)
def test_the_audit_finds_what_does_not_follow_from_the_annotations(taken_in: Any, tmp_path: Path, spoilt: Any, fault: str):
    factory, *_ = taken_in
    event = next(e for e in factory.outcomes() if isinstance(e, QAEvent) and len(e.scene.objects) > 1)
    uri = store_rows(str(tmp_path / "table"), [Sample(event, factory.store.objects[event.image.key].data)])
    table = Table.load(uri)
    (row,) = table.query("SELECT * FROM samples").to_pylist()
    story = json.loads(row["provenance"])
    spoilt(row, story)
    row["provenance"] = json.dumps(story)
    other = str(tmp_path / "spoilt")
    store_spoilt(other, row)
    assert fault in audit(other).counts


def relation(row: dict[str, Any], name: str) -> dict[str, Any]:
    a, b = row["objects"][:2]
    return {"subject": a["id"], "predicate": name, "object": b["id"], "drawn": False}


def store_spoilt(uri: str, row: dict[str, Any]) -> None:
    Table.create(uri, COLUMNS, properties=properties_of(100)).append(pa.Table.from_pylist([row], schema=COLUMNS), {})


def test_what_is_not_known_is_not_asked_and_not_counted(taken_in: Any, tmp_path: Path):
    factory, _, content = taken_in
    image = content["images"][0]
    size = image["width"], image["height"]
    categories = [{"id": 1, "name": "cat"}, {"id": 2, "name": "zither"}, {"id": 3, "name": "TV"}, {"id": 4, "name": "lyre"}]
    boxes = [
        annotation(0, 0, 1, [20.4, 30.2, 90.0, 80.0]),
        annotation(1, 0, 1, [200.0, 30.0, 60.0, 80.0], iscrowd=1, segmentation={"size": list(size[::-1]), "counts": [0]}),
        annotation(2, 0, 2, [10.0, 200.0, 50.0, 60.0]),
        annotation(3, 0, 3, [size[0] - 100.0, size[1] - 90.0, 500.0, 600.0]),
        annotation(4, 0, 4, [size[0] + 5.0, 5.0, 20.0, 20.0]),
    ]
    path = written(tmp_path / "some.json", {"images": [image], "annotations": boxes, "categories": categories})
    fresh = Factory(factory.folder)
    (one,) = fresh.take_in(path)
    assert one.left_out == ("a crowd of cat", "lyre that no pixel shows", "unknown category zither")
    (event,) = fresh.images()
    assert [thing.category for thing in event.graph.objects] == ["television", "cat"] or [
        thing.category for thing in event.graph.objects
    ] == ["cat", "television"]
    assert event.graph.layout.boxes[[t.category for t in event.graph.objects].index("cat")] == (20, 30, 90, 80)
    assert event.truth is not None
    assert {thing.category for thing in event.truth.objects if thing.visible < 0.35} == {"cat", "zither"}
    ends = fresh.outcomes()
    for end in ends:
        assert not isinstance(end, Rejection) or end.reason == "no_questions", end
        for question in end.questions if isinstance(end, QAEvent) else ():
            assert "zither" not in question.question
            assert question.kind != "count" or "cat" not in question.question


def test_a_picture_of_unknown_things_alone_is_rejected_and_says_which(taken_in: Any, tmp_path: Path):
    factory, _, content = taken_in
    image = content["images"][1]
    things = [annotation(place, image["id"], place, [10.0 + 70 * place, 30.0, 60.0, 80.0]) for place in range(2)]
    categories = [{"id": 0, "name": "zither"}, {"id": 1, "name": "lyre"}]
    path = written(tmp_path / "some.json", {"images": [image], "annotations": things, "categories": categories})
    fresh = Factory(factory.folder)
    fresh.take_in(path)
    (end,) = fresh.outcomes()
    assert isinstance(end, Rejection)
    assert (end.gate, end.reason) == ("consistency", "invalid_graph")
    assert "lyre, zither" in end.detail


def test_depth_is_asked_where_it_was_annotated(taken_in: Any, tmp_path: Path):
    factory, _, content = taken_in
    image = content["images"][0]
    objects = [
        {"category": "person", "box": [20, 100, 80, 200], "depth": 1.5, "attributes": ["shiny"]},
        {"category": "car", "box": [200, 60, 120, 80], "depth": 8},
    ]
    line = {"image": {"path": image["file_name"], "bytes": None}, "objects": objects, "scene": "street", "split": "train"}
    path = tmp_path / "lines.jsonl"
    path.write_text(json.dumps(line) + "\n", "utf-8")
    fresh = Factory(factory.folder)
    (one,) = fresh.take_in(path)
    assert one.left_out == ("unknown attribute shiny of person",)
    (event,) = fresh.images()
    assert sorted(event.graph.layout.depth) == [1.5, 8.0]
    assert event.graph.scene in scene_kinds()
    assert event.truth is not None
    scene = extract_scene(event.graph, event.truth, event.graph.layout.canvas, is_depth_known(event.graph))
    assert {"in_front_of", "behind"} & {r.predicate for r in scene.relations}
