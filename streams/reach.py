"""Reaching services: a quick look whether somebody listens, and patience until a service answers.

In: addresses, and attempts that raise TryLater.  Out: what the attempt returns, or Unreachable with its last words.
"""

import socket
import ssl
from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryError, Retrying, retry_if_exception_type, stop_after_delay, wait_exponential_jitter

from schemas.failures import TryLater
from streams.connection import Address, KafkaConnection, as_connection
from streams.problems import Refused, Unreachable

T = TypeVar("T")


class Away(TryLater):
    """A service that does not answer: `what` names it, its address and the setting, `why` its last words."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(f"cannot reach {what}: {why}")
        self.what, self.why = what, why


def kafka_at(address: Address) -> str:
    """A broker as people find it: its address, and the setting that changes it."""
    return f"Kafka at {address} (SKG_KAFKA_BOOTSTRAP)"


CONNECT_S = 3.0
"""A host that does not answer a connection for this long is not there."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 3.0
"""Between attempts, doubled each time."""


def probe(address: Address) -> None:
    """Return if a broker accepts connections. Raises TryLater; the client library would log pages instead.

    Raises Refused for a certificate that TLS does not take: the client library would try for ever.
    """
    connection, last = as_connection(address), "no address"
    bootstrap = connection.bootstrap
    for one in bootstrap.split(","):
        host, colon, port = one.strip().rpartition(":")
        if not colon or not port.isdigit():
            raise Refused(f"SKG_KAFKA_BOOTSTRAP is {bootstrap!r}; it needs host:port, separated by commas")
        try:
            _shake_hands(connection, host.strip("[]"), int(port))
        except ssl.SSLCertVerificationError as error:
            raise Refused(f"Kafka at {one}: certificate not accepted: {error.verify_message}") from error
        except ssl.SSLError as error:
            raise Refused(f"Kafka at {one}: TLS failed: {error.reason or error}") from error
        except OSError as error:
            last = str(error.strerror or error).lower()
        else:
            return
    raise Away(kafka_at(bootstrap), last)


def _shake_hands(connection: KafkaConnection, host: str, port: int) -> None:
    context = connection.context()
    with socket.create_connection((host, port), timeout=CONNECT_S) as plain:
        if context is not None:
            context.wrap_socket(plain, server_hostname=host).close()


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
