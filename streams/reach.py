"""Reaching services: a quick look whether somebody listens, and patience until a service answers.

In: addresses, and attempts that raise TryLater.  Out: what the attempt returns, or Unreachable with its last words.
"""

import socket
from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryError, Retrying, retry_if_exception_type, stop_after_delay, wait_exponential_jitter

from schemas.failures import TryLater
from streams.problems import Refused, Unreachable

T = TypeVar("T")

CONNECT_S = 3.0
"""A host that does not answer a connection for this long is not there."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 3.0
"""Between attempts, doubled each time."""


def probe(bootstrap: str) -> None:
    """Return if a broker address accepts connections. Raises TryLater; the client library would log pages instead."""
    last = "no address"
    for address in bootstrap.split(","):
        host, colon, port = address.strip().rpartition(":")
        if not colon or not port.isdigit():
            raise Refused(f"SKG_KAFKA_BOOTSTRAP is {bootstrap!r}; it needs host:port, separated by commas")
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT_S).close()
        except OSError as error:
            last = str(error.strerror or error)
        else:
            return
    raise TryLater(f"cannot reach Kafka at {bootstrap}: {last}")


def patiently(attempt: Callable[[], T], timeout_s: float) -> T:
    """What `attempt` returns, tried again with backoff while it raises TryLater. Raises Unreachable after `timeout_s`."""
    attempts = Retrying(
        retry=retry_if_exception_type(TryLater),
        stop=stop_after_delay(timeout_s),
        wait=wait_exponential_jitter(multiplier=FIRST_PAUSE_S, max=LONGEST_PAUSE_S, jitter=FIRST_PAUSE_S),
    )
    try:
        return attempts(attempt)
    except RetryError as error:
        last = error.last_attempt.exception()
        raise Unreachable(f"{last} (tried for {timeout_s:.0f} s)") from last
