"""The table of rejections: their evidence, once each, with the positions they came from."""

import json

import pytest

from dataset.analysis.info import info
from dataset.analysis.statistics import statistics
from dataset.gallery.rejected_samples import RejectionFilter, RejectionSearch
from dataset.table.delta_table import Table
from dataset.table.rejection_table import ADDED_LATER, REJECTION_COLUMNS, RejectionsWriter, rejections_uri, rows_of
from schemas.codec import decode, encode
from schemas.errors import Fenced
from schemas.events import Rejection
from schemas.graph import Relation
from schemas.interfaces import Delivery, Sample
from schemas.topics import IMAGES
from tests.fakes.events import make_graph, make_picture, make_qa, make_rejection, make_rendered
from tests.fakes.gallery import store_rejections
from tests.fakes.line import store_rows

P0 = "5f0c/0"


def writer(lab, machine="a"):
    return RejectionsWriter(lab.uri, lab.folder / machine)


def deliver(rejections, offset=0):
    return [Delivery(P0, offset + i, Sample(event, None)) for i, event in enumerate(rejections)]


def rows(lab):
    return Table.load(rejections_uri(lab.uri)).query("SELECT * FROM samples ORDER BY index").to_pylist()


def judged(index: int = 0) -> Rejection:
    event = make_rendered(make_graph(index=index))
    return make_rejection(index=index).model_copy(
        update={
            "stage": "examine",
            "gate": "relation",
            "reason": "violated_relation",
            "graph_id": event.graph.graph_id,
            "image": event.image,
            "conflict": (Relation(subject=0, predicate="left_of", object=1),),
            "evidence": {"measured": [0.25, "ü"]},
            "source_topic": IMAGES,
            "source": encode(event),
        }
    )


def test_a_rejection_is_kept_with_its_evidence_and_can_be_judged_again(lab):
    sink, event = writer(lab), judged()
    assert sink.open(P0) is None
    assert sink.append(deliver([event])).positions == {P0: 1}
    (row,) = rows(lab)
    assert (row["stage"], row["gate"], row["reason"]) == ("examine", "relation", "violated_relation")
    assert json.loads(row["evidence"]) == {"measured": [0.25, "ü"]}
    assert row["conflict"] == [{"subject": 0, "predicate": "left_of", "object": 1, "others": None}]
    assert row["image_id"] == event.image.image_id
    assert decode(row["source_topic"], row["source"]) == make_rendered(make_graph())


def test_rejections_have_a_table_of_their_own_beside_the_dataset(lab):
    sink = writer(lab)
    sink.open(P0)
    assert rejections_uri("s3://bucket/dataset/") == "s3://bucket/dataset-rejections"
    assert Table.load(rejections_uri(lab.uri)).schema.names == REJECTION_COLUMNS.names


def test_a_redelivered_rejection_is_kept_once(lab):
    sink, events = writer(lab), [make_rejection(index=i) for i in range(3)]
    sink.open(P0)
    sink.append(deliver(events))
    assert sink.append(deliver(events)).rows == 0
    again = sink.append(deliver(events, offset=3))  # published again, under new offsets
    assert (again.rows, again.positions) == (0, {P0: 6})
    assert [row["index"] for row in rows(lab)] == [0, 1, 2]


def test_a_new_machine_knows_the_rejections_that_another_one_kept(lab):
    first, events = writer(lab), [make_rejection(index=i) for i in range(3)]
    first.open(P0)
    first.append(deliver(events))
    second = writer(lab, "b")
    assert second.open(P0) == 3
    assert second.prepare(events)
    assert second.append(deliver(events, offset=3)).rows == 0


def test_a_stale_writer_of_rejections_is_refused(lab):
    stale, current, events = writer(lab), writer(lab, "b"), [make_rejection()]
    stale.open(P0)
    current.open(P0)
    current.append(deliver(events))
    with pytest.raises(Fenced):
        stale.append(deliver(events))


def retried(event: Rejection) -> Rejection:
    evidence = {**event.evidence, "next_attempt": 1}
    return event.model_copy(update={"rejection_id": "cd" * 16, "retried": True, "evidence": evidence})


def test_what_went_on_with_another_picture_says_so(lab):
    sink = writer(lab)
    sink.open(P0)
    sink.append(deliver([judged(), retried(judged())]))
    assert sorted(row["retried"] for row in rows(lab)) == [False, True]


def test_a_picture_that_is_drawn_again_is_no_request_that_was_lost(lab):
    store_rows(lab.uri, [Sample(make_qa(), make_picture(make_graph()))])
    store_rejections(lab.uri, [judged(1), retried(judged(1))])
    told, counted = info(lab.uri), statistics(lab.uri)
    assert (told["rejections"], told["redrawn"]) == ({"examine: violated_relation": 1}, {"examine: violated_relation": 1})
    assert [stage.reached for stage in counted.stages] == [2, 2]
    assert [(loss.reason, loss.count) for loss in (*counted.losses, *counted.redrawn)] == [("violated_relation", 1)] * 2


def test_a_table_from_before_that_difference_is_told_apart_by_its_evidence(lab):
    store_rows(lab.uri, [Sample(make_qa(), make_picture(make_graph()))])
    old = rows_of([Sample(event, None) for event in (judged(), retried(judged()))])
    old = old.drop_columns(sorted(ADDED_LATER))
    Table.create(rejections_uri(lab.uri), old.schema).append(old, {})
    assert info(lab.uri)["redrawn"] == {"examine: violated_relation": 1}
    assert [loss.count for loss in statistics(lab.uri).redrawn] == [1]
    found = RejectionSearch(rejections_uri(lab.uri))
    found.refresh()
    assert (found.facets.rejections, found.facets.ended) == (2, 1)
    assert found.search(RejectionFilter(outcome="drawn_again"), 1)[1][0]["conflict"] == ["object 0 is left of object 1"]


@pytest.mark.parametrize(
    ("event", "things"),
    [
        (judged(), ["cat", "dog"]),
        (make_rejection(), []),
        (make_rejection().model_copy(update={"evidence": {"objects": ["cup", "table"]}}), ["cup", "table"]),
        (make_rejection().model_copy(update={"source": b"none"}), []),
    ],
    ids=["of the graph", "without a graph", "of the evidence", "of bytes that are no event"],
)
def test_the_numbers_in_a_conflict_have_names(lab, event: Rejection, things: list[str]):
    sink = writer(lab)
    sink.open(P0)
    sink.append(deliver([event]))
    assert rows(lab)[0]["things"] == things
