"""A server that is asked as brokers are and answers with given bytes: for what real brokers never say.

In: answers, a TLS context.  Out: a port, while the block runs.
"""

import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress


def frame(content: bytes = b"") -> bytes:
    """An answer as brokers send it: its size, the number of its question, its content."""
    return (4 + len(content)).to_bytes(4, "big") + bytes(4) + content


WELL = (frame(), frame())
"""The greeting, and something of what is told those that are let in. Nobody reads what it says."""


@contextmanager
def greeter(answers: Sequence[bytes] = WELL, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """Each client is sent one answer a question; then the connection is closed."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_serve, args=(server, answers, context))
        thread.start()
        try:
            yield int(server.getsockname()[1])
        finally:
            server.shutdown(socket.SHUT_RDWR)  # ends the accept
            thread.join(10)


def _serve(server: socket.socket, answers: Sequence[bytes], context: ssl.SSLContext | None) -> None:
    while True:
        try:
            plain, _ = server.accept()
        except OSError:
            return  # the test is over
        with plain, suppress(OSError):  # the other side may not like what it sees
            plain.settimeout(5)
            stream = plain if context is None else context.wrap_socket(plain, server_side=True)
            with stream:
                for answer in answers:
                    stream.recv(4096)
                    stream.sendall(answer)
