"""Reaching services: patience with a limit, and one line that names the address."""

import socket
import time
from contextlib import closing

import pytest

from schemas.errors import RetryableError
from streams.broker import topic_admin
from streams.broker.connection import KafkaConnection
from streams.broker.reachability import probe, retry_until
from streams.errors import AccessDenied, Refused, Unreachable
from streams.settings import KafkaSettings, StoreSettings
from streams.storage import s3
from tests.fakes.greeter import greeter

STARTING_S = 0.6
"""What a command takes until it asks the broker."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.mark.thorough
def test_an_attempt_that_works_in_the_end_is_enough() -> None:
    failures = [RetryableError("not yet"), RetryableError("not yet")]

    def attempt() -> str:
        if failures:
            raise failures.pop()
        return "there"

    assert retry_until(attempt, 10) == "there"


def test_what_will_not_pass_is_not_tried_again() -> None:
    attempts: list[int] = []

    def attempt() -> None:
        attempts.append(1)
        raise Refused("wrong password")

    with pytest.raises(Refused):
        retry_until(attempt, 10)
    assert len(attempts) == 1


def test_an_unreachable_broker_is_one_line_with_its_address() -> None:
    port = free_port()
    settings = KafkaSettings(kafka_bootstrap=f"127.0.0.1:{port}", connect_timeout_s=0.3)
    with pytest.raises(
        Unreachable, match=rf"^cannot reach Kafka at 127.0.0.1:{port} \(SKG_KAFKA_BOOTSTRAP\): connection refused"
    ):
        topic_admin.check(settings)


@pytest.mark.parametrize("listens", [False, True], ids=["closed", "mute"])
def test_a_missing_broker_is_said_within_three_seconds_of_the_command_s_start(
    listens: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SKG_CONNECT_TIMEOUT_S", raising=False)
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.1", 0))
        if listens:
            other.listen()
        settings = KafkaSettings(kafka_bootstrap=f"127.0.0.1:{other.getsockname()[1]}")
        started = time.monotonic()
        with pytest.raises(Unreachable, match="SKG_KAFKA_BOOTSTRAP"):
            topic_admin.check(settings)
    assert time.monotonic() - started < 3 - STARTING_S


def test_an_unreachable_store_is_one_line_with_its_address() -> None:
    endpoint = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(Unreachable, match=rf"^cannot reach S3 at {endpoint} \(SKG_S3_ENDPOINT\): connection refused"):
        s3.connect(StoreSettings(s3_endpoint=endpoint), 0.3)


@pytest.mark.parametrize("address", ["somewhere", "host:", "host:port"])
def test_an_address_without_a_port_is_refused(address: str) -> None:
    with pytest.raises(Refused, match="SKG_KAFKA_BOOTSTRAP"):
        probe(KafkaConnection.plain(address))


@pytest.mark.parametrize("endpoint", ["127.0.0.1:9000", "ftp://host", "http://"])
def test_an_endpoint_without_a_scheme_is_refused(endpoint: str) -> None:
    with pytest.raises(Refused, match="SKG_S3_ENDPOINT"):
        s3.S3Store(StoreSettings(s3_endpoint=endpoint))


def test_any_of_several_brokers_is_enough() -> None:
    with greeter() as port:
        probe(KafkaConnection.plain(f"127.0.0.1:{free_port()},127.0.0.1:{port}"))


def test_a_broker_that_lets_nobody_in_does_not_matter_beside_one_that_does() -> None:
    with greeter([b"\x15\x03\x03\x00\x02\x02\x50"]) as encrypted, greeter() as port:
        probe(KafkaConnection.plain(f"127.0.0.1:{encrypted},127.0.0.1:{port}"))
        with pytest.raises(AccessDenied, match=f":{encrypted} speaks TLS, but SKG_KAFKA_SECURITY=PLAINTEXT does not"):
            probe(KafkaConnection.plain(f"127.0.0.1:{free_port()},127.0.0.1:{encrypted}"))


def test_a_slow_attempt_is_not_begun_again_when_the_time_is_up():
    tried = []

    def slow() -> None:
        tried.append(time.monotonic())
        time.sleep(0.3)
        raise RetryableError("mute")

    with pytest.raises(Unreachable, match="mute"):
        retry_until(slow, 0.4)
    assert len(tried) == 1
