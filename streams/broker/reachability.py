"""Reaching services: a quick look whether somebody listens, and patience until a service answers.

In: connections, and attempts that raise RetryableError.  Out: what the attempt returns, or Unreachable with its last words.
"""

from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryError, Retrying, retry_if_exception_type, stop_before_delay, wait_exponential_jitter

from schemas.errors import RetryableError
from streams.broker.connection import KafkaConnection
from streams.errors import AccessDenied, Unreachable

T = TypeVar("T")


class ServiceAway(RetryableError):
    """A service that does not answer: `what` names it, its address and the setting, `why` its last words."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(f"cannot reach {what}: {why}")
        self.what, self.why = what, why


def kafka_at(connection: KafkaConnection) -> str:
    """A broker as people find it: its address, and the setting that changes it."""
    return f"Kafka at {connection} (SKG_KAFKA_BOOTSTRAP)"


CONNECT_S = 3.0
"""A host that does not answer a connection for this long is not there."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 3.0
"""Between attempts, doubled each time."""


def probe(connection: KafkaConnection) -> None:
    """Return if a broker lets this connection in. Raises RetryableError where none answers.

    Raises AccessDenied where one answers and lets nobody in; the client library would log pages and try for ever.
    """
    from streams.broker.login import enter  # and with it the client library, which takes a moment to import

    last, denied = "no address", None
    for host, port in connection.addresses:
        try:
            enter(connection, host, port, CONNECT_S)
        except AccessDenied as error:
            denied = denied or error
        except OSError as error:
            last = error.strerror.lower() if error.strerror else str(error)
        else:
            return
    raise denied or ServiceAway(kafka_at(connection), last)


def retry_until(attempt: Callable[[], T], timeout_s: float) -> T:
    """What `attempt` returns, tried again with backoff while it raises RetryableError. Raises Unreachable after
    `timeout_s`."""
    attempts = Retrying(
        retry=retry_if_exception_type(RetryableError),
        stop=stop_before_delay(timeout_s),  # an attempt may take as long itself
        wait=wait_exponential_jitter(multiplier=FIRST_PAUSE_S, max=LONGEST_PAUSE_S, jitter=FIRST_PAUSE_S),
    )
    try:
        return attempts(attempt)
    except RetryError as error:
        last = error.last_attempt.exception()
        raise Unreachable(f"{last} (tried for {timeout_s:.0f} s)") from last
