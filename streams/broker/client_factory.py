"""Creating clients of kafka-python so that a failed or unusable one leaves nothing running.

In: the library's class and its arguments.  Out: the client.  Maps no errors.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from kafka.net.compat import KafkaNetClient


class _Closes(Protocol):
    def close(self) -> None: ...


Client = TypeVar("Client", bound=_Closes)


def make_client(make: Callable[..., Client], **arguments: Any) -> Client:
    """The client that `make` makes of the arguments. Raises what the library raises.

    A consumer or an administration client of kafka-python 3.0.12 whose bootstrap fails leaves its IO thread, which keeps
    looking for the broker: one more for each attempt of an outage.  Here it is stopped.
    """
    networks: list[KafkaNetClient] = []

    def network(**config: Any) -> KafkaNetClient:
        networks.append(KafkaNetClient(**config))
        return networks[-1]

    try:
        return make(kafka_client=network, **arguments)
    except BaseException:
        for one in networks:
            one.close()
        raise


@contextmanager
def close_on_error(client: _Closes) -> Iterator[None]:
    """Set up a new client in this block; an exception closes the client."""
    try:
        yield
    except BaseException:
        client.close()
        raise
