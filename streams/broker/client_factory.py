"""How a client of kafka-python is made and left: what cannot be made, or cannot be used, leaves nothing behind.

In: the library's class and its arguments.  Out: the client.  Interprets no error.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from kafka.net.compat import KafkaNetClient


class _Closes(Protocol):
    def close(self) -> None: ...


Client = TypeVar("Client", bound=_Closes)


def connected(make: Callable[..., Client], **arguments: Any) -> Client:
    """The client that `make` makes of the arguments. Raises what the library raises.

    A consumer or an administration client of kafka-python 3.0.12 whose bootstrap fails leaves its IO thread, which goes
    on to look for the broker: one more for each attempt of an outage.  Here it is ended.
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
def closed_if_unusable(client: _Closes) -> Iterator[None]:
    """Set a new client up inside of this: where that fails, it is closed."""
    try:
        yield
    except BaseException:
        client.close()
        raise
