"""The lag exporter shows the last look and nothing else: no series stays of what is gone."""

from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from monitoring.group_metrics import FAMILIES, GroupMetrics
from schemas.topics import GRAPHS, QA
from streams.broker.group_state import READS, Member
from streams.broker.records import Partition
from streams.errors import Unreachable
from streams.operations.factory_state import GroupWatch
from streams.operations.lag_exporter import LagExporter
from streams.settings import LagSettings
from tests.fakes.groups import FakeGroups


class Bench:
    """An exporter over a fake broker, and what a scrape shows."""

    def __init__(self, **given: Any) -> None:
        self.broker, metrics, self.registry = FakeGroups(put_at=40.0), GroupMetrics(), CollectorRegistry()
        self.registry.register(metrics)
        settings = LagSettings(**given)
        self.exporter = LagExporter(settings, GroupWatch(settings, self.broker.connect), metrics)

    def value(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(name, labels)

    def series(self) -> set[str]:
        lines = generate_latest(self.registry).decode().splitlines()
        return {line.rpartition(" ")[0] for line in lines if not line.startswith("#")}


def test_a_stage_without_a_process_shows_its_true_lag() -> None:
    bench = Bench()
    bench.broker.ends |= {Partition(GRAPHS, 0): 3, Partition(GRAPHS, 1): 4}
    bench.exporter.export(100.0)
    assert bench.value("skg_group_lag_events", stage="render", topic=GRAPHS, partition="1") == 4
    assert bench.value("skg_group_members", stage="render") == 0
    assert bench.value("skg_group_oldest_unread_seconds", stage="render") == 60
    assert bench.value("skg_group_lag_events", stage="write", topic=QA, partition="0") == 0
    assert bench.value("skg_group_oldest_unread_seconds", stage="write") == 0
    assert bench.value("skg_broker_up") == 1


def test_of_a_partition_that_is_gone_no_series_stays() -> None:
    bench = Bench()
    bench.broker.ends[Partition(GRAPHS, 1)] = 4
    bench.exporter.export(100.0)
    gone = f'skg_group_lag_events{{partition="1",stage="render",topic="{GRAPHS}"}}'
    before = bench.series()
    del bench.broker.ends[Partition(GRAPHS, 1)]
    bench.exporter.export(110.0)
    assert before - bench.series() == {gone}


def test_while_the_broker_is_away_only_that_is_shown_and_then_all_again() -> None:
    bench = Bench()
    assert bench.series() == {"skg_broker_up"}
    bench.exporter.export(100.0)
    whole = bench.series()
    assert {name.partition("{")[0] for name in whole} == {family.name for family in FAMILIES}
    assert bench.exporter.is_ready()
    bench.broker.away = True
    assert bench.exporter.export(110.0) <= 3.0, "it is seen soon when it is back"
    assert (bench.series(), bench.value("skg_broker_up")) == ({"skg_broker_up"}, 0)
    assert bench.exporter.is_alive()
    assert not bench.exporter.is_ready()
    bench.broker.away = False
    bench.exporter.export(120.0)
    assert bench.series() == whole


def test_time_without_progress_is_shown_and_an_empty_group_has_none() -> None:
    bench = Bench()
    bench.broker.ends[Partition(GRAPHS, 0)] = 3
    bench.broker.joined["skg-render"] = (Member("skg-render-host-7", "", None),)
    for now in (100.0, 160.0):
        bench.exporter.export(now)
    assert bench.value("skg_group_still_seconds", stage="render") == 60
    bench.broker.joined.clear()
    bench.exporter.export(170.0)
    assert {bench.value("skg_group_still_seconds", stage=stage) for stage in READS} == {0}


def test_a_broker_that_stays_away_ends_it_where_it_is_told_to_give_up() -> None:
    bench = Bench(give_up_s=60)
    bench.broker.away = True
    for now in (100.0, 150.0):
        bench.exporter.export(now)
    bench.broker.away = False
    bench.exporter.export(170.0)
    bench.broker.away = True
    for now in (180.0, 239.0):
        bench.exporter.export(now)
    with pytest.raises(Unreachable, match="SKG_GIVE_UP_S"):
        bench.exporter.export(241.0)


def test_a_broker_that_stays_away_is_waited_for_by_default() -> None:
    bench = Bench()
    bench.broker.away = True
    for now in (100.0, 10_000_000.0):
        bench.exporter.export(now)
