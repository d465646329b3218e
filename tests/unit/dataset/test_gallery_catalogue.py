"""The catalogue finds what is in the table now: as it grows, is compacted, swept and replaced."""

import shutil

import pytest

from dataset.gallery.rejected_samples import ROWS, RejectionFilter, RejectionSearch
from dataset.gallery.sample_search import PAGE, SampleFilter, SampleSearch
from dataset.gallery.views.row_views import object_label
from dataset.table.columns import COLUMNS
from dataset.table.delta_table import Table
from dataset.table.rejection_table import rejections_uri
from schemas.ids import make_seed
from tests.fakes.events import make_graph, make_picture, make_qa, make_rejection, make_samples
from tests.fakes.gallery import store_many, store_rejections, store_samples


@pytest.fixture
def uri(tmp_path) -> str:
    return str(tmp_path / "dataset")


def catalogue(uri: str) -> SampleSearch:
    found = SampleSearch(uri)
    found.refresh()
    return found


def ids(found: SampleSearch, page: int = 1, **wanted: str) -> list[str]:
    return [row["sample_id"] for row in found.search(SampleFilter(**wanted), page)[1]]


def test_a_table_that_does_not_exist_yet_shows_nothing_and_then_what_comes(uri):
    found = SampleSearch(uri)
    assert not found.refresh()
    assert found.search(SampleFilter(), 1) == (0, [])
    store_samples(uri, make_samples(1))
    assert found.refresh()
    assert found.facets.samples == 1
    assert not found.refresh(), "nothing is new"


def test_samples_are_found_by_scene_relation_kind_split_and_words(uri):
    cat = make_qa()
    cup = make_qa(make_graph(make_seed("breakfast"), categories=("cup", "book"), scene="kitchen"))
    store_samples(uri, [cat, cup])
    found = catalogue(uri)
    assert ids(found, scene="kitchen") == [cup.sample_id]
    assert ids(found, relation="left_of", kind="presence") == [cup.sample_id, cat.sample_id], "newest first"
    assert ids(found, relation="inside") == []
    assert ids(found, kind="no such kind") == []
    assert ids(found, words="BREAKFAST book") == [cup.sample_id]
    assert ids(found, words="red left of dog") == [cat.sample_id], "attributes and relations are words too"
    assert ids(found, words=cup.graph.seed_id) == [cup.sample_id]
    assert ids(found, words="' OR 1=1 --") == []
    assert ids(found, words="reakfast") == [], "words begin so: letters in the middle of another are none"
    assert ids(found, words="break, BOO") == [cup.sample_id], "the beginning of a word is enough, and commas are none"
    assert dict(found.facets.scene) == {"kitchen": 1, "living_room": 1}
    assert dict(found.facets.kind) == {"presence": 2, "relation": 2}
    assert found.facets.questions == 4


def test_pages_hold_every_sample_once(uri):
    events = make_samples(2 * PAGE + 3)
    for start in range(0, len(events), 7):
        store_samples(uri, events[start : start + 7])
    found = catalogue(uri)
    seen = [one for page in (1, 2, 3) for one in ids(found, page)]
    assert len(seen) == len(set(seen)) == len(events)
    assert ids(found, 4) == []
    assert seen[0] == events[-1].sample_id


def test_a_row_and_its_picture_come_from_their_place_in_the_file(uri):
    events = make_samples(150)
    store_samples(uri, events)
    found = catalogue(uri)
    for event in (events[0], events[63], events[64], events[149]):
        row, picture = found.sample(event.sample_id), found.picture(event.sample_id)
        assert row is not None
        assert row["sample_id"] == event.sample_id
        assert "image" not in row
        assert picture is not None
        assert picture[0] == make_picture(event.graph)
    assert found.sample("0" * 32) is None
    assert found.picture("0" * 32) is None


def test_a_table_that_is_compacted_and_swept_meanwhile_is_still_read(uri):
    events = make_samples(6)
    for event in events:
        store_samples(uri, [event])
    found = catalogue(uri)
    table = Table.load(uri)
    table.compact(10**9)
    table.vacuum(0, dry_run=False)
    picture = found.picture(events[2].sample_id)
    assert picture is not None
    assert picture[0] == make_picture(events[2].graph)
    found.refresh()
    assert found.facets.samples == 6
    assert len(set(ids(found))) == 6


def test_a_table_that_was_replaced_is_read_anew(uri):
    old, new = make_samples(2)
    store_samples(uri, [old])
    found = catalogue(uri)
    shutil.rmtree(uri)
    store_samples(uri, [new])
    found.refresh()
    assert ids(found) == [new.sample_id]


def test_larger_groups_of_rows_of_other_writers_are_read_in_pieces(uri):
    import pyarrow as pa
    from deltalake import write_deltalake

    from dataset.table.row_encoding import rows_of
    from schemas.interfaces import Sample

    events = make_samples(200)
    rows = rows_of([Sample(event, make_picture(event.graph)) for event in events])
    write_deltalake(uri, pa.table(rows, schema=COLUMNS))
    found = catalogue(uri)
    for event in (events[0], events[130], events[199]):
        picture = found.picture(event.sample_id)
        assert picture is not None
        assert picture[0] == make_picture(event.graph)


def test_many_rows_of_many_files_are_counted_by_what_can_be_chosen(uri):
    store_many(uri, make_qa(), rows=2600, per_file=520)
    found = catalogue(uri)
    assert found.facets.samples == 2600
    assert dict(found.facets.split) == {"test": 260, "train": 2340}
    assert found.search(SampleFilter(scene="scene 3", split="train"), 1)[0] == sum(
        5 for n in range(520) if n % 26 == 3 and n % 10
    )


def test_rejections_are_found_by_reason_and_shown_with_their_evidence(uri):
    event = make_rejection()
    other = event.model_copy(
        update={
            "rejection_id": "ab" * 16, "stage": "examine", "gate": "relation", "reason": "violated_relation",
            "evidence": {
                "margin": -0.125, "objects": ["cat", "dog", "dog"],
                "relations": [{"relation": [0, "near", 2], "instead": {"far": 0.2}}],
            },
            "conflict": make_graph().relations,
        }
    )  # fmt: skip
    store_rejections(uri, [event, other])
    found = RejectionSearch(rejections_uri(uri))
    found.refresh()
    assert dict(found.facets.reason) == {"no_layout": 1, "violated_relation": 1}
    total, (row,) = found.search(RejectionFilter(reason="violated_relation"), 1)
    assert total == 1
    assert row["said"] == [
        "It is not so that the cat is near dog 2: measured was far from (0.20 of their mean size inside its bound); "
        "near needs a gap of at most 0.25 of their mean size, at about the same depth.",
        "It was about cat, dog, dog.",
    ]
    assert dict(row["evidence"]) == {"margin": "-0.125"}
    assert row["conflict"] == ["the cat is left of dog 1"]
    assert not row["again"]
    assert "does not hold" in row["meaning"]
    assert found.search(RejectionFilter(stage="agents", words=event.seed_id), 1)[0] == 1
    assert found.search(RejectionFilter(), 2) == (2, [])
    assert ROWS > 2


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ((), "dog"),
        (("red",), "red dog"),
        (("facing right",), "dog facing right"),
        (("facing left", "spotted", "brown"), "spotted brown dog facing left"),
    ],
)
def test_the_way_a_thing_is_turned_stands_after_its_name(attributes, words):
    assert object_label("dog", attributes) == words
