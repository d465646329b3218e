"""One request, one outcome: what was judged again leaves its earlier rejections behind, and is counted once."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset.analysis.info import info
from dataset.analysis.statistics import statistics
from dataset.gallery.rejected_samples import RejectionFilter
from dataset.reading.rejection_outcomes import DRAWN_AGAIN, ENDED, OUTCOMES, SUPERSEDED, outcomes, outcomes_of, sampled
from dataset.table.columns import COLUMNS
from dataset.table.delta_table import Table
from dataset.table.rejection_table import REJECTION_COLUMNS, rejections_uri, rows_of
from schemas.ids import make_seed
from schemas.interfaces import Sample
from tests.fakes.events import make_graph, make_picture, make_qa, make_rejection
from tests.fakes.gallery import shown, store_rejections, store_samples
from tests.fakes.line import store_rows

pytestmark = pytest.mark.thorough

START = datetime(2026, 3, 1, tzinfo=UTC)
SEED = make_seed("a cat beside a dog", 1000)


def rejection(index: int, name: str, reason: str = "no_layout"):
    return make_rejection(SEED, index).model_copy(update={"rejection_id": name * 16, "reason": reason})


def test_a_sample_that_came_later_is_the_outcome_of_its_request(tmp_path):
    uri = str(tmp_path / "table")
    store_samples(uri, [make_qa(make_graph(SEED, 0))])
    store_rejections(uri, [rejection(0, "aa"), rejection(1, "bb"), rejection(2, "cc")])
    assert info(uri)["rejections"] == {"agents: no_layout": 2}
    assert [stage.reached for stage in statistics(uri).stages] == [3, 3 - 2]
    store_samples(uri, [make_qa(make_graph(SEED, 1))])
    found = outcomes(Table.load(uri), Table.load(rejections_uri(uri)))
    assert found == {"aa" * 16: SUPERSEDED, "bb" * 16: SUPERSEDED, "cc" * 16: ENDED}
    assert info(uri)["rejections"] == {"agents: no_layout": 1}


def test_of_several_rejections_of_a_request_the_last_one_counts(tmp_path):
    uri = str(tmp_path / "table")
    store_samples(uri, [make_qa(make_graph(SEED, 0))])
    store_rejections(uri, [rejection(1, "aa"), rejection(1, "bb", "no_questions")])
    assert info(uri)["rejections"] == {"agents: no_questions": 1}
    assert [(loss.reason, loss.count) for loss in statistics(uri).losses] == [("no_questions", 1)]


def test_an_earlier_version_tells_the_outcomes_of_then(tmp_path):
    uri = str(tmp_path / "table")
    store_samples(uri, [make_qa(make_graph(SEED, 0))])
    store_rejections(uri, [rejection(1, "aa")])
    before = Table.load(uri).version
    then = {"agents: no_layout": 1}
    assert info(uri)["rejections"] == then
    store_samples(uri, [make_qa(make_graph(SEED, 1))])
    assert info(uri)["rejections"] == {}
    assert info(uri, version=before)["rows"] == 1


def test_provenance_in_another_writers_words_is_read_too(tmp_path):
    graph = make_graph(SEED, 4)
    uri = store_rows(str(tmp_path / "table"), [Sample(make_qa(graph), make_picture(graph))])
    rows = Table.load(uri).query("SELECT * FROM samples").to_pylist()
    assert rows[0]["provenance"].startswith('{"seed_id"')
    other = str(tmp_path / "other")
    turned = f'{{"odd": 1, "index": 4, "seed_id": "{SEED.seed_id}"}}'
    samples = Table.load(uri).query("SELECT * FROM samples").drop_columns(["provenance"])
    Table.create(other, Table.load(uri).schema).append(samples.append_column("provenance", [[turned]]), {})
    wanted = {(SEED.seed_id, 4), (SEED.seed_id, 5)}
    assert sampled(Table.load(other), wanted) == {(SEED.seed_id, 4)}


ROWS = st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.integers(0, 5)), max_size=12)


@given(ROWS, st.sets(st.integers(0, 3)))
def test_every_request_has_one_outcome_at_most(drawn, accepted):
    rows = [
        {
            "rejection_id": f"{n}",
            "seed_id": "s",
            "index": i,
            "retried": again,
            "undated": at == 0,
            "kept_at": START + timedelta(seconds=at),
        }
        for n, (i, again, at) in enumerate(drawn)
    ]
    told = outcomes_of(rows, {("s", index) for index in accepted})
    assert set(told) == {row["rejection_id"] for row in rows}
    ended = Counter(row["index"] for row in rows if told[row["rejection_id"]] == ENDED)
    assert all(count == 1 for count in ended.values())
    assert set(ended) == {row["index"] for row in rows if not row["retried"]} - accepted
    assert all((told[row["rejection_id"]] == DRAWN_AGAIN) == row["retried"] for row in rows)


@pytest.mark.parametrize("chance", range(6))
def test_the_gallery_tells_the_same_outcomes(tmp_path, chance: int):
    uri, rng, numbers = str(tmp_path / "table"), Random(chance), iter(range(1000))
    Table.create(uri, COLUMNS)
    found = shown(uri)
    for _ in range(4):
        if rng.random() < 0.7:
            store_samples(uri, [make_qa(make_graph(SEED, rng.randrange(6)))])
        lost = [
            rejection(rng.randrange(6), f"{next(numbers):02x}").model_copy(update={"retried": rng.random() < 0.3})
            for _ in range(rng.randrange(1, 5))
        ]
        at = None if rng.random() < 0.2 else START + timedelta(seconds=rng.randrange(3))
        rows = rows_of([Sample(one, None) for one in lost], at)
        Table.create(rejections_uri(uri), REJECTION_COLUMNS).append(rows, {})
        found.refresh()
        told = outcomes(Table.load(uri), Table.load(rejections_uri(uri)))
        _, page = found.rejected.search(RejectionFilter(), 1)
        assert {row["rejection_id"]: row["outcome"] for row in page} == told
        counts = Counter(told.values())
        facets = found.rejected.facets
        assert (facets.ended, facets.drawn_again, facets.superseded) == tuple(counts[name] for name in OUTCOMES)


def test_the_columns_added_since_are_at_the_end():
    assert REJECTION_COLUMNS.names[-2:] == ["concept", "kept_at"]
