"""The state of the factory and its exit code: no process here is needed, and every kind of trouble is told apart."""

import http.server
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from schemas.errors import RetryableError
from schemas.topics import GRAPHS, REJECTIONS
from streams.broker.client_id import client_id, has_ended
from streams.broker.group_state import Member
from streams.broker.records import Partition
from streams.cli.root import run
from streams.operations.factory_state import STATES, FactoryWatch, GroupWatch
from streams.operations.status import as_json
from streams.operations.status_table import as_report
from streams.settings import StatusSettings
from streams.storage.s3_probe import store_answers
from tests.fakes.groups import FakeGroups

FIRST = Partition(GRAPHS, 0)
WORKER = Member("skg-render-host-7", "10.0.0.1", 16)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Bench:
    """A watch over a fake broker."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.broker, self.clock = FakeGroups(put_at=0.0), Clock()
        found = StatusSettings(state_dir=folder, **settings)
        self.settings = found
        self.watch = FactoryWatch(found, GroupWatch(found, self.broker.connect), self.clock)

    def look(self):
        return self.watch.report()


@pytest.mark.thorough
def test_broker_and_store_are_asked_at_the_same_time(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as store:  # silent; the broker answers once it was asked
        endpoint = f"http://127.0.0.1:{store.getsockname()[1]}"
        bench = Bench(tmp_path, s3_endpoint=endpoint, connect_timeout_s="1")
        connect, asked = bench.broker.connect, []

        def connect_after_the_store():
            store.settimeout(5)
            asked.append(store.accept()[0])
            return connect()

        bench.watch = FactoryWatch(bench.settings, GroupWatch(bench.settings, connect_after_the_store), bench.clock)
        (away,) = bench.look().away
        asked[0].close()
    assert away.startswith("cannot reach S3 at ")


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.delenv("SKG_S3_ENDPOINT", raising=False)
    return Bench(tmp_path)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"SKG_S3_ENDPOINT": "127.0.0.1:28413"}, "SKG_S3_ENDPOINT is '127.0.0.1:28413'; it needs a scheme"),
        ({"SKG_S3_ENDPOINT": "localhost"}, "SKG_S3_ENDPOINT is 'localhost'; it needs a scheme"),
        ({"SKG_S3_ENDPOINT": "http://host:port"}, "SKG_S3_ENDPOINT is 'http://host:port'; it needs"),
        ({"SKG_S3_ENDPOINT": "http://me:zq9@host:9000"}, "SKG_S3_ENDPOINT holds a user or a password"),
        ({"SKG_S3_ENDPOINT": "http://host:9000", "SKG_S3_CA_FILE": "ca.pem"}, "write https://"),
        ({"SKG_S3_ENDPOINT": "https://host:9000", "SKG_S3_CA_FILE": "ca.pem"}, "SKG_S3_CA_FILE ca.pem cannot be used"),
        ({"SKG_S3_ACCESS_KEY": "half"}, "SKG_S3_ACCESS_KEY alone is no use"),
        ({"SKG_KAFKA_BOOTSTRAP": "localhost"}, "SKG_KAFKA_BOOTSTRAP is 'localhost'; it needs host:port"),
    ],
)
def test_settings_that_are_no_use_are_one_line_before_any_table(
    monkeypatch: pytest.MonkeyPatch, capsys, tmp_path: Path, given: dict[str, str], says: str
) -> None:
    for name in [name for name in os.environ if name.startswith("SKG_")]:
        monkeypatch.delenv(name)
    for name, value in {"SKG_STATE_DIR": str(tmp_path), "SKG_KAFKA_BOOTSTRAP": "127.0.0.1:9", **given}.items():
        monkeypatch.setenv(name, value)
    for options in ([], ["--json"], ["--watch"]):
        assert run(["status", *options]) == 2
        said = capsys.readouterr()
        assert (said.out, len(said.err.splitlines())) == ("", 1)
        assert says in said.err
        assert "zq9" not in said.err


def test_one_unread_event_is_told_as_one(bench: Bench) -> None:
    bench.broker.ends[FIRST] = 1
    (problem,) = bench.look().stages["render"].problems
    assert problem.startswith("render: 1 event is unread and")


def test_without_work_a_stage_need_not_run_and_all_is_well(bench: Bench) -> None:
    report = bench.look()
    assert report.exit_code == 0
    assert {row.state for row in report.stages.values()} == {"idle"}
    assert {row.lag for row in report.stages.values()} == {0}


def test_a_stage_with_work_and_no_member_is_named_and_exits_1(bench: Bench) -> None:
    bench.broker.ends[FIRST] = 44
    report = bench.look()
    assert report.exit_code == 1
    assert (report.stages["render"].lag, report.stages["render"].state) == (44, "no_member")
    assert report.stages["render"].problems == ("render: 44 events are unread and it has no member; start `skg render`",)


def test_a_stage_that_has_a_member_and_works_is_well(bench: Bench) -> None:
    bench.broker.joined["skg-render"] = (WORKER,)
    bench.broker.ends[FIRST] = 1000
    for done in range(0, 300, 30):
        bench.clock.now += 30
        bench.broker.reads["skg-render"] = {FIRST: done}
        assert bench.look().exit_code == 0, "old events alone are a backlog"


def test_lag_without_progress_is_stuck_only_after_the_bound(bench: Bench) -> None:
    bench.broker.joined["skg-render"] = (WORKER,)
    bench.broker.ends[FIRST] = 3
    codes = []
    for _ in range(4):
        codes.append(bench.look().exit_code)
        bench.clock.now += 30
    assert codes == [0, 0, 1, 1]
    (problem,) = bench.look().stages["render"].problems
    assert problem == "render: stuck: 3 events are unread and nothing has moved for 120 s"


def test_a_new_event_after_a_quiet_hour_is_not_stuck(bench: Bench) -> None:
    bench.broker.joined["skg-render"] = (WORKER,)
    bench.look()
    bench.clock.now += 3600
    bench.broker.ends[FIRST] = 1
    bench.broker.put_at = bench.clock.now
    assert bench.look().exit_code == 0


def test_a_topic_that_is_gone_is_trouble(bench: Bench) -> None:
    del bench.broker.ends[Partition(REJECTIONS, 0)]
    report = bench.look()
    assert (report.exit_code, report.stages["write"].state) == (1, "no_topic")
    assert "skg topics apply" in report.stages["write"].problems[0]


def test_a_broker_that_is_away_is_2_and_nothing_is_claimed_of_the_lag(bench: Bench) -> None:
    bench.broker.ends[FIRST] = 3
    bench.look()
    bench.broker.away = True
    for _ in range(2):
        report = bench.look()
        assert report.exit_code == 2
        assert report.away == ("cannot reach Kafka at broker:9092: it is away",)
        assert {row.lag for row in report.stages.values()} == {None}
        assert {row.state for row in report.stages.values()} == {"unknown"}
    bench.broker.away = False
    assert bench.look().stages["render"].lag == 3
    assert bench.broker.connections == 2


def test_a_store_that_is_away_is_2_where_its_endpoint_is_set(tmp_path: Path) -> None:
    report = Bench(tmp_path, s3_endpoint="http://me:sesame@127.0.0.1:9", connect_timeout_s="1").look()
    assert report.exit_code == 2
    (line,) = report.away
    assert line.startswith("cannot reach S3 at http://127.0.0.1:9 (SKG_S3_ENDPOINT): ")


@contextmanager
def answering(status: int) -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.thorough
@pytest.mark.parametrize("status", [200, 403, 404])
def test_a_store_that_refuses_is_there(status: int) -> None:
    with answering(status) as endpoint:
        store_answers(endpoint, 5.0)


@pytest.mark.thorough
def test_a_store_that_answers_503_is_unavailable() -> None:
    with answering(503) as endpoint, pytest.raises(RetryableError, match="answers 503"):
        store_answers(endpoint, 5.0)


def test_people_see_members_and_in_red_what_is_wrong(bench: Bench) -> None:
    bench.broker.joined["skg-render"] = (WORKER,)
    bench.broker.ends |= {Partition("skg.images", 0): 7}
    report = bench.look()
    console = Console(width=80, file=StringIO(), force_terminal=True, color_system="standard")
    console.print(as_report(report.stages, ["the store is away"]))
    shown = console.file.getvalue()
    assert "skg-render-host-7 at 10.0.0.1" in shown
    assert "nothing to do, and no member: agents, write" in shown
    red = [line for line in shown.splitlines() if "\x1b[1;31m" in line]
    assert [word for word in ("examine: 7 events are unread", "the store is away") if any(word in r for r in red)]
    assert not [line for line in red if "render" in line and "examine" not in line]


def test_a_member_whose_process_has_ended_is_said_to_have(bench: Bench) -> None:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    own, gone = client_id("render"), client_id("render").replace(str(os.getpid()), str(done.pid))
    bench.broker.joined["skg-render"] = (replace(WORKER, client_id=own), replace(WORKER, client_id=gone), WORKER)
    console = Console(width=200, file=StringIO())
    console.print(as_report(bench.look().stages))
    (line,) = [each for each in console.file.getvalue().splitlines() if own in each]
    assert line.count("ended") == 1
    assert f"{gone} at {WORKER.host} (ended; the broker has not noticed yet)" in line
    assert [has_ended(one) for one in (own, gone, WORKER.client_id, "somebody")] == [False, True, False, False]


def test_every_state_has_a_meaning_and_the_json_holds_members(bench: Bench) -> None:
    bench.broker.joined["skg-render"] = (WORKER,)
    report = bench.look()
    assert {row.state for row in report.stages.values()} <= set(STATES)
    assert '"members": [{"client_id": "skg-render-host-7", "host": "10.0.0.1", "partitions": 16}]' in as_json(report.stages)
