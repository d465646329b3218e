"""One view of the truth: who looks on sees the broker's lag, and the processes' own word only while the broker is away."""

from pathlib import Path

from schemas.topics import GRAPHS
from streams.adapters.gallery_backend import RunningFactory
from streams.broker.records import Partition
from streams.demo.demo_folder import Places
from streams.demo.demo_watch import status_of
from streams.operations.factory_state import GroupWatch
from streams.operations.stage_view import RETRY_AFTER_S, StageView
from streams.settings import KafkaSettings, StatusSettings
from tests.fakes.groups import FakeGroups


class Bench:
    """The stages of an empty folder over a fake broker."""

    def __init__(self, folder: Path, **given) -> None:
        self.broker, self.now = FakeGroups(), 100.0
        self.broker.ends[Partition(GRAPHS, 0)] = 500
        settings = StatusSettings(state_dir=folder, **given)
        self.seen = StageView(settings, GroupWatch(settings, self.broker.connect), lambda: self.now)


def test_a_stage_without_a_process_shows_its_true_lag_to_who_looks_on(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    assert bench.seen()["render"].lag == 500
    factory = RunningFactory(bench.seen.report, list, str)
    shown = {view.stage: view for view in factory.funnel().stages}["render"]
    assert (shown.lag, shown.state) == (500, "no_member")
    assert shown.problems == ("render: 500 events are unread and it has no member; start `skg render`",)


def test_a_broker_that_is_away_is_not_asked_at_each_look(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.broker.away = True
    assert bench.seen()["render"].lag == 0, "what processes say: there are none"
    (fault,) = bench.seen.report().away
    assert fault
    bench.broker.away = False
    assert bench.seen()["render"].lag == 0
    assert bench.seen.report().away == (fault,), "also while it is not asked again"
    bench.now += RETRY_AFTER_S
    assert bench.seen()["render"].lag == 500
    assert bench.seen.report().away == ()


def test_a_store_that_is_away_is_said_and_the_broker_is_still_asked(tmp_path: Path) -> None:
    bench = Bench(tmp_path, s3_endpoint="http://127.0.0.1:9", connect_timeout_s=1.0)
    report = bench.seen.report()
    assert "127.0.0.1:9" in report.away[0]
    assert report.stages["render"].lag == 500


def test_a_demo_looks_at_its_own_groups_whatever_the_settings_around_it_say(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("SKG_RENDER_GROUP", "elsewhere")
    found = status_of(Places(tmp_path), KafkaSettings(kafka_bootstrap="127.0.0.1:9"))
    assert found.groups["render"] == "skg-render"
    assert found.state_dir == tmp_path / "state"
