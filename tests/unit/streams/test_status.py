"""Status adds up what live processes say and forgets those that died."""

import json
import os
from io import StringIO
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, start_http_server
from rich.console import Console

from schemas.events import STAGES
from streams.operations.status import StageStatus, as_json, collect, registered, with_rates
from streams.operations.status_table import as_report, as_table


@pytest.fixture
def process(tmp_path: Path):
    """A registered process that answers with known numbers."""
    registry = CollectorRegistry()
    Counter("skg_accepted_total", "x", ["stage"], registry=registry).labels("examine").inc(7)
    rejected = Counter("skg_rejected_total", "x", ["stage", "gate", "reason"], registry=registry)
    rejected.labels("examine", "presence", "missing_object").inc(2)
    rejected.labels("examine", "relation", "violated_relation").inc()
    redrawn = Counter("skg_redrawn_total", "x", ["stage", "gate", "reason"], registry=registry)
    redrawn.labels("examine", "presence", "wrong_count").inc(4)
    Gauge("skg_consumer_lag_events", "x", ["stage"], registry=registry).labels("examine").set(5)
    server, thread = start_http_server(0, addr="127.0.0.1", registry=registry)
    entry = {"kind": "examine", "pid": os.getpid(), "port": server.server_port, "started": 0}
    (tmp_path / "processes").mkdir()
    (tmp_path / "processes" / f"examine-{os.getpid()}.json").write_text(json.dumps(entry))
    yield tmp_path
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_stage_sums_its_processes_and_names_its_reasons(process: Path):
    status = collect(process)["examine"]
    assert (status.processes, status.accepted, status.lag) == (1, 7, 5)
    assert status.rejected == {"missing_object": 2, "violated_relation": 1}
    assert status.redrawn == {"wrong_count": 4}, "pictures, of requests that are still open"


@pytest.mark.thorough
def test_a_balance_process_has_a_row_where_one_runs(process: Path):
    assert "balance" not in collect(process)
    registry = CollectorRegistry()
    Counter("skg_accepted_total", "x", ["stage"], registry=registry).labels("balance").inc(40)
    Gauge("skg_in_flight_events", "x", ["stage"], registry=registry).labels("balance").set(12)
    lacking = Gauge("skg_lacking_share", "x", ["axis"], registry=registry)
    lacking.labels("relations").set(0.125)
    lacking.labels("scenes").set(0)
    server, thread = start_http_server(0, addr="127.0.0.1", registry=registry)
    entry = {"kind": "balance", "pid": os.getpid(), "port": server.server_port, "started": 0}
    (process / "processes" / f"balance-{os.getpid()}.json").write_text(json.dumps(entry))
    before: dict[str, StageStatus] = {}
    row = with_rates(before, collect(process), 2.0)["balance"]
    server.shutdown()
    thread.join()
    server.server_close()
    assert (row.accepted, row.in_flight, row.lacking, row.rate) == (40, 12, {"relations": 0.125}, 20.0)
    assert "  balance: lacks relations 12%" in printed({"balance": row}, 80)


def test_80_columns_hold_the_table_and_nothing_stands_before_it():
    busy = StageStatus(12, 99_999, 99_999, {"missing_object": 2}, lag=99_999, tokens=123_456, rate=12.34, state="well")
    head, *rows = printed(dict.fromkeys(STAGES, busy), 80)
    assert head.split() == (
        "stage processes done rejected dead in flight lag members oldest rate/s".split()  # noqa: SIM905
    )
    assert all(row.split()[-1] == "12.3" for row in rows[:4])
    assert "  render: tokens 123456, rejected missing_object 2" in rows


def printed(status: dict[str, StageStatus], width: int) -> list[str]:
    console = Console(width=width, file=StringIO())
    console.print(as_report(status))
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_a_dead_process_and_a_broken_entry_are_not_counted(process: Path):
    folder = process / "processes"
    (folder / "render-1.json").write_text('{"kind": "render", "pid": 2000000000, "port": 1}')
    (folder / "render-2.json").write_text("{")
    assert [kind for kind, _ in registered(process)] == ["examine"]
    assert collect(process)["render"] == StageStatus()


def test_a_rate_is_the_gain_over_the_time_and_never_negative():
    before = {"render": StageStatus(accepted=10)}
    assert with_rates(before, {"render": StageStatus(accepted=15)}, 2.0)["render"].rate == 2.5
    assert with_rates(before, {"render": StageStatus(accepted=1)}, 2.0)["render"].rate == 0.0


def test_the_json_and_the_table_show_every_stage(process: Path):
    status = collect(process)
    assert set(json.loads(as_json(status))) == set(STAGES)
    table = as_table(status)
    assert table.row_count == 4
    shown = "\n".join(printed(status, 200))
    assert "missing_object 2, violated_relation 1, drawn again: wrong_count 4" in shown
    assert next(word for word in shown.splitlines() if word.startswith("examine")).split()[:4] == ["examine", "1", "7", "3"]
