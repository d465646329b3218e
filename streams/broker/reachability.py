"""Reaching services: a quick probe of a broker, and retrying until a service answers.

In: connections, and attempts that raise RetryableError.  Out: what the attempt returns, or Unreachable with the last error.
"""

from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryError, Retrying, retry_if_exception_type, stop_before_delay, wait_exponential_jitter

from schemas.errors import RetryableError
from streams.broker.connection import KafkaConnection
from streams.errors import AccessDenied, Unreachable

T = TypeVar("T")


class ServiceAway(RetryableError):
    """A service that does not answer: `what` names it, its address and the setting, `why` is the last error."""

    def __init__(self, what: str, why: str, service: str = "broker") -> None:
        super().__init__(f"cannot reach {what}: {why}", service)
        self.what, self.why = what, why


def kafka_at(connection: KafkaConnection) -> str:
    """A broker in messages: its address, and the setting that changes it."""
    return f"Kafka at {connection} (SKG_KAFKA_BOOTSTRAP)"


CONNECT_S = 2.2
"""A host that does not accept a connection within this time is unavailable: a command says so 3 s after its start."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 3.0
"""Between attempts, doubled each time."""


def probe(connection: KafkaConnection) -> None:
    """Return if a broker accepts this connection. Raises RetryableError where none answers.

    Raises AccessDenied where one refuses the login; the client library would log pages and retry forever.
    """
    from streams.broker.access_probe import log_in  # imports the client library, which takes a moment

    last, denied = "no address", None
    for host, port in connection.addresses:
        try:
            log_in(connection, host, port, CONNECT_S)
        except AccessDenied as error:
            denied = denied or error
        except OSError as error:
            last = error.strerror.lower() if error.strerror else str(error)
        else:
            return
    raise denied or ServiceAway(kafka_at(connection), last)


def retry_until(attempt: Callable[[], T], timeout_s: float) -> T:
    """The result of `attempt`, retried with backoff while it raises RetryableError. Raises Unreachable after
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
