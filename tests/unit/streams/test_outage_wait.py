"""What ends a process that waits for a service while it carries records."""

import threading

import pytest

from streams.broker.reachability import ServiceAway
from streams.errors import AccessDenied, Unreachable
from streams.worker.health import Health
from streams.worker.outage_wait import Start, Watch
from tests.fakes.wait import until


def watched(look: object, give_up_s: float | None) -> None:
    """A process whose connection is gone: it goes on until it is stopped."""
    stopped = threading.Event()

    def raises() -> None:
        assert isinstance(look, Exception)
        raise look

    with Watch(Start("render", give_up_s, Health()), "Kafka", raises).over(lambda: False, stopped.set):
        until(stopped.is_set, 10, "the end")


def test_a_service_that_answers_and_lets_nobody_in_ends_the_process():
    with pytest.raises(AccessDenied, match="wrong password"):
        watched(AccessDenied("wrong password"), None)


def test_a_service_that_is_away_ends_the_process_when_it_is_given_up():
    with pytest.raises(Unreachable, match=r"no route .*SKG_GIVE_UP_S"):
        watched(ServiceAway("Kafka", "no route"), 1.0)
