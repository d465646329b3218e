"""One request, one outcome: what was judged again leaves its earlier rejections behind, and is counted once."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dataset.info import info
from dataset.outcomes import DRAWN_AGAIN, ENDED, SUPERSEDED, outcomes, outcomes_of, sampled
from dataset.rejections import REJECTION_COLUMNS, rejections_uri
from dataset.statistics import statistics
from dataset.table import Table
from schemas.doors import Sample
from schemas.ids import make_seed
from tests.fakes.events import make_graph, make_picture, make_qa, make_rejection
from tests.fakes.gallery import store_rejections, store_samples
from tests.fakes.line import store_rows

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
        {"rejection_id": f"{n}", "seed_id": "s", "index": i, "retried": again, "kept_at": START + timedelta(seconds=at)}
        for n, (i, again, at) in enumerate(drawn)
    ]
    told = outcomes_of(rows, {("s", index) for index in accepted})
    assert set(told) == {row["rejection_id"] for row in rows}
    ended = Counter(row["index"] for row in rows if told[row["rejection_id"]] == ENDED)
    assert all(count == 1 for count in ended.values())
    assert set(ended) == {row["index"] for row in rows if not row["retried"]} - accepted
    assert all((told[row["rejection_id"]] == DRAWN_AGAIN) == row["retried"] for row in rows)


def test_the_columns_added_since_are_at_the_end():
    assert REJECTION_COLUMNS.names[-2:] == ["concept", "kept_at"]
