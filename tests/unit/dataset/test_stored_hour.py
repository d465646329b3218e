"""The last hour of each stage from the times that the tables hold."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from starlette.testclient import TestClient

from dataset.gallery.interfaces import StageView
from dataset.gallery.pages import background_result
from dataset.gallery.pages.factory_flow import flow
from dataset.gallery.pages.stored_hour import MINUTES, by_minute, passed, stored_hour
from dataset.gallery.rejected_samples import RejectionSearch
from dataset.gallery.sample_search import SampleSearch
from dataset.gallery.web_app import application
from dataset.reading.rejection_outcomes import DRAWN_AGAIN, ENDED
from dataset.table.delta_table import Table
from dataset.table.rejection_table import REJECTION_COLUMNS, rejections_uri, rows_of
from schemas.events import STAGES
from schemas.ids import make_seed
from schemas.interfaces import Sample
from tests.fakes.events import make_rejection, make_samples
from tests.fakes.gallery import NotedFactory, shown, store_rejections, store_samples

NOW = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def test_counts_stand_in_the_minute_of_their_time_and_what_is_older_in_none():
    found = by_minute([(ago(0), 2), (ago(0.5), 1), (ago(1), 4), (ago(59.9), 8), (ago(60), 16), (ago(-1), 32)], NOW)
    assert (len(found), found[-1], found[-2], found[0], sum(found)) == (MINUTES, 3, 4, 8, 15)


def test_what_a_later_stage_lost_had_passed_the_earlier_ones():
    found = passed([(ago(2), 5)], {"agents": [(ago(2), 1)], "examine": [(ago(2), 3)]}, NOW)
    assert [found[stage][-3] for stage in STAGES] == [8, 8, 5, 5]


def test_the_hour_is_known_of_tables_that_nobody_watched(tmp_path: Path):
    uri = str(tmp_path / "dataset")
    samples, rejected = SampleSearch(uri), RejectionSearch(rejections_uri(uri))
    assert stored_hour(samples, rejected, datetime.now(UTC)) == {}
    store_samples(uri, make_samples(3))
    store_samples(uri, make_samples(2, "a bus beside a car"))
    store_rejections(uri, [make_rejection(make_seed("lost"), 0)])
    samples.refresh()
    rejected.refresh()
    found = stored_hour(samples, rejected, datetime.now(UTC) + timedelta(seconds=1))
    assert sum(found["write"]) == 5
    stations = flow(5, {ENDED: {}, DRAWN_AGAIN: {}}, (), found)
    assert [station["stage"]["in_hour"] for station in stations[:-1]][-1] == 5
    assert stations[-2]["stage"]["minutes"] == MINUTES


def test_the_page_counts_what_the_tables_got_since_it_was_last_seen(tmp_path: Path, monkeypatch):
    seconds = iter(range(1_000, 10**6, 60))
    monkeypatch.setattr(background_result, "monotonic", lambda: float(next(seconds)))
    uri = str(tmp_path / "dataset")
    store_samples(uri, make_samples(3))
    data = shown(uri, NotedFactory(stages=tuple(StageView(stage) for stage in STAGES)))
    pages = TestClient(application(data, hosts=None))
    assert passed_in_hour(pages) == {3}
    store_samples(uri, make_samples(2, "a bus beside a car"))
    data.refresh()
    assert passed_in_hour(pages) == {5}
    lost = Sample(make_rejection(make_seed("lost"), 0).model_copy(update={"stage": "examine"}), None)
    Table.create(rejections_uri(uri), REJECTION_COLUMNS).append(rows_of([lost], datetime.now(UTC)), {})
    data.refresh()
    assert passed_in_hour(pages) == {5, 6}


def passed_in_hour(pages: TestClient) -> set[int]:
    """What the factory's page says that passed its stages in the last hour."""
    return {int(count) for count in re.findall(r"<dt>last hour</dt><dd>(\d+)", pages.get("/factory").text)}
