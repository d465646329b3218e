"""A hub of models on this machine: repositories of a few small files, served as the public one serves them.

In: repositories as folders by `owner/name`, and the commit of their one revision.  Out: an address.
Refuses what it does not know with 404, and everything with `status` where one is given.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub:
    """What was asked of it: `asked` are the names of files that were sent."""

    def __init__(self, repositories: Mapping[str, Path], status: int | None = None) -> None:
        self.repositories, self.status = repositories, status
        self.asked: list[str] = []
        self.address = ""

    def answer(self, path: str) -> tuple[int, bytes, dict[str, str]]:
        """Status, body and headers for a path."""
        if self.status is not None:
            return self.status, b"", {}
        parts = path.strip("/").split("/")
        if parts[:2] == ["api", "models"] and len(parts) == 6 and parts[4] in ("revision", "tree"):
            return self._listed("/".join(parts[2:4]), parts[5], parts[4])
        if len(parts) >= 5 and parts[2] == "resolve":
            return self._file("/".join(parts[:2]), parts[3], "/".join(parts[4:]))
        return 404, b"", {}

    def _listed(self, name: str, revision: str, form: str) -> tuple[int, bytes, dict[str, str]]:
        folder = self.repositories.get(name)
        if folder is None or revision != COMMIT:
            return 404, b"", {"X-Error-Code": "RepoNotFound" if folder is None else "RevisionNotFound"}
        files = sorted(file for file in folder.rglob("*") if file.is_file())
        sizes = {file.relative_to(folder).as_posix(): file.stat().st_size for file in files}
        told = {"id": name, "modelId": name, "sha": COMMIT, "tags": [], "private": False}
        siblings = [{"rfilename": file, "size": size} for file, size in sizes.items()]
        tree = [{"type": "file", "path": file, "size": size, "oid": COMMIT} for file, size in sizes.items()]
        body = json.dumps(tree if form == "tree" else {**told, "siblings": siblings})
        return 200, body.encode(), {"Content-Type": "application/json"}

    def _file(self, name: str, revision: str, file: str) -> tuple[int, bytes, dict[str, str]]:
        folder = self.repositories.get(name)
        if folder is None or revision != COMMIT or not (folder / file).is_file():
            return 404, b"", {"X-Error-Code": "EntryNotFound"}
        self.asked.append(file)
        body = (folder / file).read_bytes()
        return 200, body, {"ETag": f'"{hashlib.sha256(body).hexdigest()}"', "X-Repo-Commit": COMMIT}


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """The hub with its address, until the end."""

    class Handler(BaseHTTPRequestHandler):
        def _send(self, with_body: bool) -> None:
            status, body, headers = hub.answer(self.path.partition("?")[0])
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            if with_body:
                self.wfile.write(body)

        def do_GET(self) -> None:
            self._send(with_body=True)

        def do_HEAD(self) -> None:
            self._send(with_body=False)

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    hub.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
