"""The proxy before the store passes bytes through, or answers as an overloaded store does."""

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from time import monotonic

import pytest

from tests.chaos.proxy import SLOW_S, Proxy


class _Says(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"well")

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    server = HTTPServer(("127.0.0.1", 0), _Says)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    proxy = Proxy(server.server_address[1])
    yield proxy
    proxy.close()
    server.shutdown()
    server.server_close()


def _asked(proxy: Proxy) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{proxy.port}/", timeout=10) as answer:
        data: bytes = answer.read()
        return data


def test_bytes_pass(proxy: Proxy):
    assert _asked(proxy) == b"well"


@pytest.mark.thorough
def test_a_slow_store_answers_late(proxy: Proxy):
    proxy.set("slow")
    began = monotonic()
    assert _asked(proxy) == b"well"
    assert monotonic() - began >= SLOW_S


def test_an_overloaded_store_says_503_until_it_is_well_again(proxy: Proxy):
    proxy.set("unavailable")
    with pytest.raises(urllib.error.HTTPError) as refused:
        _asked(proxy)
    assert refused.value.code == 503
    assert b"SlowDown" in refused.value.read()
    proxy.set("pass")
    assert _asked(proxy) == b"well"
