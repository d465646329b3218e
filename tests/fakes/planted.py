"""Secrets that a test plants in every secret setting and in every address, and the search for them.

In: the settings' classes.  Out: environments; what was found where.  A new secret setting is planted by itself.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from streams import settings
from streams.secret_files import file_variable_of, secrets_of, variable_of
from tests.fakes.stage_process import REPOSITORY

COMMAND_S = 60.0
AROUND = '+/="'
"""Characters that are written otherwise in a URL or in JSON."""

ADDRESSES = {
    "SKG_KAFKA_BOOTSTRAP": "me:{}@127.0.0.1:9",
    "SKG_S3_ENDPOINT": "http://me:{}@127.0.0.1:9",
    "SKG_DATASET_URI": "s3://me:{}@bucket/dataset",
    "SKG_LLM_URL": "http://me:{}@127.0.0.1:9/v1",
    "SKG_MLLM_URL": "http://me:{}@127.0.0.1:9/v1",
    "SKG_MLLM_CHECK_URL": "http://me:{}@127.0.0.1:9/v1",
}


def classes() -> Iterator[type[Any]]:
    """Every class of settings."""
    waiting: list[type[Any]] = [settings._Settings]
    while waiting:
        yield (one := waiting.pop())
        waiting += [sub for sub in one.__subclasses__() if sub.__module__ == settings.__name__]


def secret_names() -> list[str]:
    """The settings that are secret."""
    return sorted({name for one in classes() for name in secrets_of(one)})


def _core(number: int) -> str:
    """What is searched for: nothing writes it otherwise, and a part of a secret is a secret."""
    return f"sesame{number:03}opens"


def planted() -> dict[str, str]:
    """Every secret setting with a secret of its own."""
    return {variable_of(name): _core(number) + AROUND for number, name in enumerate(secret_names())}


def planted_files(folder: Path) -> dict[str, str]:
    """The same, from files."""
    folder.mkdir()
    files = {}
    for name in secret_names():
        path = folder / name
        path.write_text(planted()[variable_of(name)] + "\n")
        files[file_variable_of(name)] = str(path)
    return files


def planted_addresses() -> dict[str, str]:
    """Every address with a user and a password in it."""
    return {name: text.format(_core(500 + number)) for number, (name, text) in enumerate(ADDRESSES.items())}


def told(where: Mapping[str, str]) -> list[str]:
    """Which secrets are in which of these texts."""
    cores = {_core(number): name for number, name in enumerate(secret_names())}
    cores |= {_core(500 + number): name for number, name in enumerate(ADDRESSES)}
    return [
        f"{name} in {place}: {_around(text, core)}"
        for place, text in where.items()
        for core, name in cores.items()
        if core in text
    ]


def _around(text: str, core: str) -> str:
    at = text.index(core)
    return text[max(0, at - 100) : at + len(core) + 20]


def process_list() -> str:
    """The command lines of all processes of this machine."""
    lines = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(entry.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue  # it has ended
    return "\n".join(lines)


def files_below(folder: Path) -> dict[str, str]:
    """All files as text."""
    return {str(path): path.read_bytes().decode(errors="replace") for path in folder.rglob("*") if path.is_file()}


def command(arguments: tuple[str, ...], environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """What a command says on both streams."""
    around = {"SKG_STATE_DIR": str(folder), "SKG_CONNECT_TIMEOUT_S": "0.3", "SKG_GIVE_UP_S": "0.3"}
    done = subprocess.run(
        [sys.executable, "-m", "streams.cli", *arguments],
        check=False, capture_output=True, text=True, timeout=COMMAND_S, cwd=REPOSITORY,
        env=os.environ | around | environment,
    )  # fmt: skip
    shown = " ".join(arguments)
    assert "Traceback" not in done.stderr, done.stderr
    return {f"stdout of {shown}": done.stdout, f"stderr of {shown}": done.stderr}


class _Echo(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Refuse, and repeat the key."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        why = f"{'long ' * 40}incorrect API key provided: {self.headers.get('Authorization')}"
        body = json.dumps({"error": {"message": why, "type": "invalid_request_error", "code": None}}).encode()
        self.send_response(self.server.status)  # type: ignore[attr-defined]
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@contextmanager
def echoing(status: int) -> Iterator[str]:
    """A language model that answers every request with this status and the key that came; gives its URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    server.status = status  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()
