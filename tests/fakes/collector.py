"""A collector of traces on this machine: takes OTLP over HTTP and keeps it.

In: requests.  Out: what came, decoded.  May be told to be silent: then it reads requests and never answers.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span


class Collector(ThreadingHTTPServer):
    """What came, in the order of its arrival."""

    daemon_threads = True

    def __init__(self, silent: bool) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.silent = silent
        self.requests: list[ExportTraceServiceRequest] = []
        self.headers: list[dict[str, str]] = []

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def spans(self) -> list[Span]:
        resources = [found for request in self.requests for found in request.resource_spans]
        return [span for found in resources for scope in found.scope_spans for span in scope.spans]

    @property
    def services(self) -> set[str]:
        resources = [found.resource for request in self.requests for found in request.resource_spans]
        return {each.value.string_value for r in resources for each in r.attributes if each.key == "service.name"}


class _Handler(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.server.silent:
            threading.Event().wait(60)
        self.server.requests.append(ExportTraceServiceRequest.FromString(body))
        self.server.headers.append({"path": self.path, **{name.lower(): value for name, value in self.headers.items()}})
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def collecting(silent: bool = False) -> Iterator[Collector]:
    """A collector while the block runs."""
    server = Collector(silent)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
