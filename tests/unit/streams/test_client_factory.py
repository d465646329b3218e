"""A client of Kafka that cannot be made, or not be used, leaves no thread and no connection behind."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from streams.broker.client_factory import close_on_error, make_client


def _io_threads() -> int:
    return sum(thread.name.startswith("kafka-io-") for thread in threading.enumerate())


@pytest.fixture(params=["closed", "mute"])
def no_broker(request: pytest.FixtureRequest) -> Iterator[str]:
    """A port where nobody listens, and one that takes connections and never answers."""
    with closing(socket.socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        if request.param == "mute":
            listening.listen()
        yield f"127.0.0.1:{listening.getsockname()[1]}"


@pytest.mark.thorough
@pytest.mark.parametrize("make", [KafkaConsumer, KafkaProducer, KafkaAdminClient])
def test_attempts_at_a_broker_that_does_not_answer_leave_nothing_behind(make: Callable[..., object], no_broker: str):
    before = _io_threads()
    for _ in range(3):
        with pytest.raises(KafkaError):
            make_client(make, bootstrap_servers=no_broker, bootstrap_timeout_ms=100)  # type: ignore[arg-type]
    assert _io_threads() == before


class Client:
    """Counts how often it was closed."""

    closed = 0

    def close(self) -> None:
        self.closed += 1


def test_a_client_that_cannot_be_set_up_is_closed_and_the_reason_goes_on():
    client = Client()
    with pytest.raises(KeyError), close_on_error(client):
        raise KeyError("no such partition")
    assert client.closed == 1


def test_a_client_that_was_set_up_stays_open():
    client = Client()
    with close_on_error(client):
        pass
    assert client.closed == 0
