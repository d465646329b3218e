"""Spans on their way: sent over OTLP where the environment says to where, and never in the way of the work."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic

import pytest

import monitoring.otel_export
from monitoring.otel_export import ENDPOINTS, HEADERS, exporting
from monitoring.redaction import redacted
from monitoring.traces import child_of, start_span
from tests.fakes.collector import collecting

AWAY = "http://127.0.0.1:9"
"""Nothing listens there."""

BARE = """
import sys
{before}
{imports}
from monitoring.otel_export import exporting
from monitoring.traces import start_span
with exporting("render"):
    span = start_span("render", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "consumer")
    span.annotate({{"skg.outcome": "accepted"}})
    span.end()
    print(span.traceparent, span.recording)
print([name for name in sys.modules if name.startswith("opentelemetry")])
"""

STOPPED = """
import signal, threading
from monitoring.traces import start_span
from streams.settings import ProcessSettings
from streams.worker.process_lifetime import stop_on_signal, process
stopping = threading.Event()
with process("render", ProcessSettings()):
    stop_on_signal(stopping.set)
    start_span("render").end()
    print("ready", flush=True)
    stopping.wait()
"""


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the environment; a thread that is left to its attempts gives up soon."""
    for name in (*ENDPOINTS, *HEADERS, "OTEL_SDK_DISABLED", "OTEL_TRACES_EXPORTER", "OTEL_SERVICE_NAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")


def environment(**more: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")} | more


def bare(before: str = "", imports: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-c", BARE.format(before=before, imports=imports)]
    return subprocess.run(program, env=environment(**more), capture_output=True, text=True, check=True)


@pytest.mark.thorough
def test_without_an_endpoint_nothing_of_the_library_is_imported_and_the_header_is_passed_on() -> None:
    done = bare(imports="import streams.composition, streams.steps.seed_step, streams.operations.seed_publisher")
    header, modules = done.stdout.splitlines()
    assert re.fullmatch(r"00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01 False", header)
    assert modules == "[]"
    assert done.stderr == ""


def test_without_the_extra_a_process_says_so_in_one_line_and_passes_the_header_on() -> None:
    done = bare("sys.modules['opentelemetry'] = None", OTEL_EXPORTER_OTLP_ENDPOINT=AWAY)
    assert re.match(r"00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01 False\n", done.stdout)
    (line,) = done.stderr.splitlines()
    assert "make setup EXTRAS=otel" in line


@pytest.mark.parametrize(("name", "value"), [("OTEL_SDK_DISABLED", "true"), ("OTEL_TRACES_EXPORTER", "none")])
def test_the_environment_may_switch_it_off(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENDPOINTS[1], AWAY)
    monkeypatch.setenv(name, value)
    with exporting("render"):
        assert not start_span("render").recording


def test_spans_are_sent_when_the_block_ends_under_the_name_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    parent = child_of(None)
    with collecting() as collector:
        monkeypatch.setenv(ENDPOINTS[1], collector.endpoint)
        with exporting("render"):
            span = start_span("render", parent, "consumer")
            span.annotate({"skg.index": 3, "skg.gate": None})
            span.end()
            span.end()
    assert not start_span("render").recording, "the block is over"
    (sent,) = collector.spans
    assert collector.services == {"skg-render"}
    assert (sent.trace_id.hex(), sent.parent_span_id.hex()) == (parent[3:35], parent[36:52])
    assert sent.span_id.hex() == span.traceparent[36:52]
    assert [(each.key, each.value.int_value) for each in sent.attributes] == [("skg.index", 3)]
    assert collector.headers[0]["path"] == "/v1/traces"


def test_a_parent_that_is_not_sampled_is_passed_on_and_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    parent = child_of(None)[:-2] + "00"
    with collecting() as collector:
        monkeypatch.setenv(ENDPOINTS[1], collector.endpoint)
        with exporting("render"):
            span = start_span("render", parent, "consumer")
            span.end()
    assert not span.recording
    assert (span.traceparent[:35], span.traceparent[-2:]) == (parent[:35], "00")
    assert collector.spans == []


def test_no_span_holds_a_secret_of_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    redacted.learn(["planted-in-settings"])
    with collecting() as collector:
        monkeypatch.setenv(ENDPOINTS[1], collector.endpoint)
        monkeypatch.setenv(HEADERS[1], "authorization=Bearer%20planted-in-a-header")
        with exporting("render"):
            span = start_span("render")
            span.annotate({"skg.reason": "planted-in-settings"}, "the server says planted-in-a-header")
            span.end()
    (sent,) = collector.spans
    assert "planted" not in str(sent)
    assert sent.status.message == "the server says ***"
    assert collector.headers[0]["authorization"] == "Bearer planted-in-a-header"


@pytest.mark.thorough
def test_an_endpoint_that_is_away_holds_up_nothing_and_is_one_line_of_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(ENDPOINTS[1], AWAY)
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "10")
    monkeypatch.setattr(monitoring.otel_export, "FLUSH_S", 0.5)
    with exporting("render"):
        began = monotonic()
        for _ in range(5000):
            start_span("render").end()
        worked_s = monotonic() - began
        ending = monotonic()
    assert worked_s < 5.0, "as long as it takes to make them: they wait in a queue, and the oldest are dropped"
    assert monotonic() - ending < 2.0
    (line,) = caplog.records
    assert "spans for 127.0.0.1:9" in line.getMessage()


def test_an_endpoint_that_never_answers_holds_up_the_end_for_no_longer_than_its_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with collecting(silent=True) as collector:
        monkeypatch.setenv(ENDPOINTS[1], collector.endpoint)
        monkeypatch.setattr(monitoring.otel_export, "FLUSH_S", 0.5)
        with exporting("render"):
            start_span("render").end()
            ending = monotonic()
        assert 0.4 < monotonic() - ending < 2.0


def test_what_the_environment_says_wrongly_ends_no_process(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(ENDPOINTS[1], AWAY)
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "-1")
    with exporting("render"):
        assert not start_span("render").recording
    assert "no traces: max_queue_size" in caplog.text


@pytest.mark.thorough
def test_sigterm_sends_what_is_held(tmp_path: Path) -> None:
    with collecting() as collector:
        never = {"OTEL_BSP_SCHEDULE_DELAY": "600000", "SKG_STATE_DIR": str(tmp_path)}
        settings = environment(OTEL_EXPORTER_OTLP_ENDPOINT=collector.endpoint, **never)
        program = [sys.executable, "-c", STOPPED]
        with subprocess.Popen(program, env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
            assert running.stdout is not None
            assert running.stdout.readline() == "ready\n"
            assert collector.spans == []
            running.send_signal(signal.SIGTERM)
            running.communicate(timeout=30)
    assert running.returncode == 0
    assert [span.name for span in collector.spans] == ["render"]
