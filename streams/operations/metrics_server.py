"""`/metrics`, `/healthz` and `/readyz` of a process, and its entry in the registry that `skg status` reads.

In: the process's kind, its settings, and its health.  Out: HTTP answers; a JSON file below the state folder
while the process runs.  Counts nothing itself.
"""

import errno
import json
import os
import platform
import shutil
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path

from prometheus_client import REGISTRY
from prometheus_client.exposition import choose_encoder

from monitoring.logs import log
from monitoring.metrics import BUILD, DISK_FREE, HUNG
from streams.address_redaction import masked
from streams.errors import PortInUse
from streams.settings import ProcessSettings
from streams.worker.health import Health, ProbeResult

PLAIN = "text/plain; charset=utf-8"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    health: Health

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002 - the library's
        """Log a fault of ours. Who hangs up before the answer, as a scraper does on a busy machine, is none."""
        if not isinstance(sys.exception(), ConnectionError):
            log("metrics").error("a scrape or a probe was not answered", exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        """Answer a scrape or a probe."""
        path = self.path.partition("?")[0]
        if path == "/metrics":
            encode, content_type = choose_encoder(self.headers.get("Accept") or "")
            self._send(200, content_type, encode(REGISTRY))
        elif path == "/healthz":
            self._respond(self.server.health.alive())
        elif path == "/readyz":
            self._respond(self.server.health.ready())
        else:
            self._send(404, PLAIN, b"/metrics, /healthz and /readyz are served here\n")

    def _respond(self, result: ProbeResult) -> None:
        self._send(200 if result.ok else 503, PLAIN, f"{result.reason}\n".encode())

    def _send(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Scrapes every few seconds are not logged."""


@contextmanager
def serving(kind: str, settings: ProcessSettings, health: Health) -> Iterator[int]:
    """Serve while the block runs; yields the port. Raises PortInUse."""
    server = _listen(settings)
    server.health = health
    _export_process(kind, settings, health)
    port = int(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()
    where = f"http://{settings.metrics_host}:{port}/metrics"
    log(kind).info("started", broker=masked(settings.kafka_bootstrap), metrics=where)
    try:
        with _registered(kind, port, settings.state_dir):
            yield port
    finally:
        server.shutdown()
        server.server_close()


def _export_process(kind: str, settings: ProcessSettings, health: Health) -> None:
    """What every kind of process exports besides its work."""
    BUILD.labels(kind, version("skg-factory"), platform.python_version()).set(1)
    HUNG.labels(kind).set_function(lambda: float(not health.alive().ok))
    folders = {"state": settings.state_dir, "dataset": getattr(settings, "dataset_uri", "s3://")}
    for name, folder in folders.items():
        if "://" not in str(folder):
            DISK_FREE.labels(kind, name).set_function(partial(free_share, Path(folder)))


def free_share(folder: Path) -> float:
    """The free share of the folder's file system, for users without privileges; that of a parent before it exists."""
    there = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())
    usage = shutil.disk_usage(there)
    return usage.free / usage.total


def _listen(settings: ProcessSettings) -> _Server:
    try:
        return _Server((settings.metrics_host, settings.metrics_port), _Handler)
    except OSError as error:
        where = f"{settings.metrics_host}:{settings.metrics_port}"
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(f"port {where} is in use: set SKG_METRICS_PORT to another one, or to 0 for any") from error
        raise PortInUse(f"cannot listen on {where}: {error.strerror}") from error


@contextmanager
def _registered(kind: str, port: int, state_dir: Path) -> Iterator[None]:
    folder = state_dir / "processes"
    folder.mkdir(parents=True, exist_ok=True)
    _forget_killed(folder)
    entry = folder / f"{kind}-{os.getpid()}.json"
    draft = entry.with_suffix(".part")
    said = {"kind": kind, "pid": os.getpid(), "host": socket.gethostname(), "port": port, "started": time.time()}
    draft.write_text(json.dumps(said), "utf-8")
    draft.replace(entry)
    try:
        yield
    finally:
        entry.unlink(missing_ok=True)


def _forget_killed(folder: Path) -> None:
    """Remove entries of processes of this machine that were killed; their numbers may be given to other processes."""
    for path in folder.glob("*.json"):
        try:
            entry = json.loads(path.read_text("utf-8"))
            if entry["host"] == socket.gethostname():  # the folder may be shared with other machines
                os.kill(int(entry["pid"]), 0)
        except ProcessLookupError:
            path.unlink(missing_ok=True)
        except (OSError, ValueError, KeyError, TypeError):
            continue  # another user's, or not an entry of this version
