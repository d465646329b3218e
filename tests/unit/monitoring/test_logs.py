"""Log lines: this project's and its libraries' in one format, each naming its process."""

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from monitoring.logs import REPEAT_S, RepeatFilter

PROGRAM = """
import logging
from monitoring.logs import log, set_up
set_up({format!r}, "render")
log("worker").warning("trying again", records=3)
logging.getLogger("kafka.client").info("chatter")
logging.getLogger("kafka.cluster").error("Metadata refresh: failed KafkaConnectionError")
logging.getLogger("kafka.net.selector").warning("Task ran for 0.2s: a busy machine, which helps nobody")
logging.getLogger("some.library").warning("trouble with %s", "a disk")
"""


def lines(log_format: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(format=log_format)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "", "standard output is for results"
    return done.stderr.splitlines()


@pytest.mark.thorough
@pytest.mark.parametrize("log_format", ["json", "auto"])
def test_without_a_terminal_every_line_is_a_json_object(log_format: str) -> None:
    ours, theirs = (json.loads(line) for line in lines(log_format))
    assert (ours["event"], ours["records"], ours["process"], ours["level"]) == ("trying again", 3, "render", "warning")
    assert (theirs["event"], theirs["logger"], theirs["process"]) == ("trouble with a disk", "some.library", "render")


def test_for_people_a_line_reads_as_one() -> None:
    ours, theirs = lines("console")
    assert "trying again" in ours
    assert "records=3" in ours
    assert "trouble with a disk" in theirs


def record(name: str, line: int, value: int) -> logging.LogRecord:
    return logging.LogRecord(name, logging.ERROR, "client.py", line, "node %s is gone", (value,), None)


def test_a_client_without_its_broker_says_so_once_and_counts_the_rest() -> None:
    now = [100.0]
    sparing = RepeatFilter(lambda: now[0])
    assert [sparing.filter(record("kafka.cluster", 7, value)) for value in range(5)] == [True] + [False] * 4
    assert sparing.filter(record("kafka.cluster", 8, 0)), "another line of the same file is news"
    now[0] += REPEAT_S
    later = record("kafka.cluster", 7, 5)
    assert sparing.filter(later)
    assert later.getMessage() == "node 5 is gone (and 4 more like it since the last)"


BROKEN = """
import logging
from monitoring.logs import log, set_up
set_up("json", "render")
reset = ConnectionResetError(104, "Connection reset by peer")
closing = "%s: Error receiving network data closing socket"
logging.getLogger("kafka.net.transport").error(closing, "<KafkaTCPTransport [100% up]>", exc_info=reset)
logging.getLogger("kafka.consumer.fetcher").error("a fault", exc_info=ZeroDivisionError("no area"))
logging.getLogger("some.library").error("trouble", exc_info=reset)
closed = type("KafkaConnectionError", (RuntimeError,), {"__module__": "aiokafka.errors"})("connection closed")
logging.getLogger("mode.supervisors").critical("commit failed", exc_info=closed)
"""


def test_a_broken_connection_inside_the_brokers_client_is_one_line_and_no_traceback() -> None:
    done = subprocess.run([sys.executable, "-c", BROKEN], capture_output=True, text=True, check=True)
    broken, fault, other, own = (json.loads(line) for line in done.stderr.splitlines())
    said = (
        "<KafkaTCPTransport [100% up]>: Error receiving network data closing socket: [Errno 104] Connection reset by peer"
    )
    assert (broken["event"], broken["level"]) == (said, "warning")
    assert "exception" not in broken
    assert "ZeroDivisionError" in fault["exception"], "a fault of the library is told with its place"
    assert "ConnectionResetError" in other["exception"]
    assert (own["event"], "exception" in own) == ("commit failed: connection closed", False)


def test_our_own_lines_are_told_each_time() -> None:
    sparing = RepeatFilter(lambda: 100.0)
    assert all(sparing.filter(record("skg.worker", 7, value)) for value in range(5))


ENDING = """
import logging
from monitoring.logs import log, set_up, silence_clients
set_up("json", "render")
silence_clients()
logging.getLogger("kafka.cluster").error("Metadata refresh: failed Cancelled")
log("render").warning("ours is")
"""


def test_as_a_process_ends_what_its_clients_cancel_is_not_logged():
    done = subprocess.run([sys.executable, "-c", ENDING], capture_output=True, text=True, check=True)
    assert [json.loads(line)["event"] for line in done.stderr.splitlines()] == ["ours is"]


FAILING = """
import logging, sys, threading, warnings
from monitoring.logs import log, set_up
set_up("json", "render", {level!r})
for _ in range(3):
    warnings.warn("that will go", DeprecationWarning, stacklevel=1)
warnings.warn("another", UserWarning, stacklevel=1)
log("part").debug("every attempt")
log("part").info("a result")
log("part").warning("a loss")
for number in range(5):
    logging.getLogger("some.library").warning("again %s", number)
logging.getLogger("some.library").info("chatter")
def fail():
    raise RuntimeError("of a thread")
thread = threading.Thread(target=fail)
thread.start()
thread.join()
raise RuntimeError("of the process")
"""


def told(level: str) -> list[dict[str, str]]:
    program = [sys.executable, "-W", "always", "-c", FAILING.format(level=level)]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_what_nobody_expects_is_json_too_and_no_library_says_a_thing_many_times() -> None:
    lines = told("info")
    events = [line["event"] for line in lines]
    assert sum("that will go" in event for event in events) == 1
    assert sum("another" in event for event in events) == 1
    assert [event for event in events if event.startswith("again")] == ["again 0"]
    assert "chatter" not in events
    failures = [line for line in lines if line["level"] == "critical"]
    assert [line["event"] for line in failures] == ["an error that nothing expects"] * 2
    assert "RuntimeError: of a thread" in failures[0]["exception"]
    assert "RuntimeError: of the process" in failures[1]["exception"]
    assert {line["process"] for line in lines} == {"render"}


@pytest.mark.parametrize(
    ("level", "ours"),
    [
        ("debug", ["every attempt", "a result", "a loss"]),
        ("info", ["a result", "a loss"]),
        ("warning", ["a loss"]),
        ("error", []),
    ],
)
def test_a_setting_says_from_which_level_on_lines_are_told(level: str, ours: list[str]) -> None:
    lines = told(level)
    assert [line["event"] for line in lines if line["logger"] == "skg.part"] == ours
    assert ("again 0" in {line["event"] for line in lines}) == (level != "error")


NATIVE = """
import os, sys
from streams.settings import ProcessSettings
from streams.worker.process_lifetime import process
with process("write", ProcessSettings(log_format="json", state_dir={folder!r})):
    for _ in range(3):
        os.write(2, b"thread 'worker' panicked\\nstack backtrace:\\n")
    os.system("echo a child says so >&2")
    sys.stderr.write("half a line")
    os.write(2, b"x" * 100 * (1 << 20) + b"\\n")
print("as ever", file=sys.stderr)
"""


def test_what_native_code_and_children_write_is_json_each_line_once_and_delays_nothing(tmp_path: Path) -> None:
    program = [sys.executable, "-c", NATIVE.format(folder=str(tmp_path))]
    done = subprocess.run(program, capture_output=True, text=True, check=True, timeout=30)
    *inside, last = done.stderr.splitlines()
    assert last == "as ever", "after the process's end the descriptor is what it was"
    lines = [json.loads(line) for line in inside]
    told = [line["event"] for line in lines if line["logger"] == "stderr"]
    assert [event for event in told if "x" * 10 not in event] == [
        "thread 'worker' panicked", "stack backtrace:", "a child says so",
    ]  # fmt: skip
    assert {line["process"] for line in lines} == {"write"}
    assert lines[-1]["event"] == "stopped" or "x" * 10 in lines[-1]["event"]
