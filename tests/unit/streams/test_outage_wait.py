"""What ends a process that waits for a service while it carries records."""

import threading
from collections.abc import Iterator

import pytest
import structlog
from structlog.testing import LogCapture

from streams.broker.reachability import ServiceAway
from streams.errors import AccessDenied, Unreachable
from streams.worker.health import Health
from streams.worker.outage_wait import LOADING, ConnectionMonitor, Startup
from tests.fakes.wait import until

pytestmark = pytest.mark.thorough


def watched(look: object, give_up_s: float | None) -> None:
    """A process whose connection is gone: it goes on until it is stopped."""
    stopped = threading.Event()

    def raises() -> None:
        assert isinstance(look, Exception)
        raise look

    with ConnectionMonitor(Startup("render", give_up_s, Health()), "Kafka", raises).watching(lambda: False, stopped.set):
        until(stopped.is_set, 10, "the end")


def test_a_service_that_answers_and_lets_nobody_in_ends_the_process():
    with pytest.raises(AccessDenied, match="wrong password"):
        watched(AccessDenied("wrong password"), None)


def test_a_service_that_is_away_ends_the_process_when_it_is_given_up():
    with pytest.raises(Unreachable, match=r"no route .*SKG_GIVE_UP_S"):
        watched(ServiceAway("Kafka", "no route"), 1.0)


@pytest.fixture
def told() -> Iterator[LogCapture]:
    capture = LogCapture()
    before = structlog.get_config()
    structlog.configure(processors=[capture], cache_logger_on_first_use=False)
    yield capture
    structlog.configure(**before)


def lines(told: LogCapture) -> list[str]:
    return [str(entry["event"]) for entry in told.entries]


def carried(told: LogCapture, back: bool) -> list[str]:
    """What is said by a process whose service goes away, and comes `back` or not before the process is told to end."""
    away, monitor = threading.Event(), ConnectionMonitor(Startup("render", None, Health()), "Kafka", lambda: None)
    away.set()
    with monitor.watching(lambda: not away.is_set(), lambda: None):
        until(lambda: any("waiting" in line for line in lines(told)), 15, "the outage is told")
        if back:
            away.clear()
            until(lambda: "Kafka answers" in lines(told), 10, "its end is told")
    until(lambda: not any(thread.name in ("watch", "outage") for thread in threading.enumerate()), 5, "the watch ended")
    return lines(told)


def test_a_process_that_ends_while_its_service_is_away_does_not_say_that_it_answers(told: LogCapture):
    assert carried(told, back=False) == ["waiting for Kafka: no answer"]


def test_a_service_that_is_back_is_said_to_answer(told: LogCapture):
    assert carried(told, back=True) == ["waiting for Kafka: no answer", "Kafka answers"]


def test_models_that_take_their_time_are_loading_and_do_not_fail_to_answer(told: LogCapture):
    start = Startup("render", None, Health())
    start.wait(lambda: until(lambda: lines(told), 15, "the wait is told"), "the models", LOADING)
    assert lines(told)[0] == "waiting for the models: still loading"
