"""A TCP proxy on loopback between the factory and its object store, which can be made slow or refuse.

In: connections.  Out: the same bytes, later, or HTTP's 503.  A change of mode closes what is open.
"""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SLOW_S = 0.4
"""Added to every piece of an answer in the mode `slow`."""

MODES = ("pass", "slow", "unavailable")

ANSWER = b"<?xml version='1.0'?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
REFUSAL = (
    b"HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
    % (
        len(ANSWER),
        ANSWER,
    )
)


class Proxy:
    """Listens on a free port; `mode` says what happens to requests."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._server = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = int(self._server.getsockname()[1])
        self._mode = "pass"
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, name="proxy", daemon=True).start()

    def set(self, mode: str) -> None:
        """From now on. Connections that are open end: their clients come back."""
        assert mode in MODES
        with self._lock:
            self._mode, gone = mode, list(self._open)
        for one in gone:
            _end(one)

    def close(self) -> None:
        """Listen no more, end what is open."""
        _end(self._server)
        self.set("pass")

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with self._held(client):
            if self._mode == "unavailable":
                self._refuse(client)
                return
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._target), 5) as store:
                store.settimeout(None)
                with self._held(store):
                    back = threading.Thread(target=self._copy, args=(store, client, True), daemon=True)
                    back.start()
                    self._copy(client, store, False)
                    back.join(30)

    def _refuse(self, client: socket.socket) -> None:
        client.settimeout(5)
        with contextlib.suppress(OSError):
            client.recv(65536)
            client.sendall(REFUSAL)
            client.shutdown(socket.SHUT_WR)
            while client.recv(65536):  # a body under way; closing on it would reset the connection before the answer
                pass

    def _copy(self, source: socket.socket, target: socket.socket, answer: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if answer and self._mode == "slow":
                    threading.Event().wait(SLOW_S)
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    @contextmanager
    def _held(self, one: socket.socket) -> Iterator[None]:
        with self._lock:
            self._open.add(one)
        try:
            yield
        finally:
            with self._lock:
                self._open.discard(one)
            one.close()


def _end(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
