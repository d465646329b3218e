"""The last hour of each stage from the times that the tables hold."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from dataset.gallery.pages.factory_flow import flow
from dataset.gallery.pages.stored_hour import MINUTES, by_minute, passed, stored_hour
from dataset.gallery.rejected_samples import RejectionSearch
from dataset.gallery.sample_search import SampleSearch
from dataset.reading.rejection_outcomes import DRAWN_AGAIN, ENDED
from dataset.table.rejection_table import rejections_uri
from schemas.events import STAGES
from schemas.ids import make_seed
from tests.fakes.events import make_rejection, make_samples
from tests.fakes.gallery import store_rejections, store_samples

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
