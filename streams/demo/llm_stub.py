"""A server with the OpenAI API that simulates a language model: for the demo, benchmarks and tests.

In: chat completions over real HTTP.  Out: what a script says: answers, or the failures of real servers (429, 500, a
connection reset, silence, an answer cut off, a refusal).
Understands nothing: it reads the stage and the JSON input of the factory's own prompts (`llm_answers`).
"""

import contextlib
import json
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from schemas.ids import content_id
from schemas.llm.structured_answers import REPAIR_MARK

CHARS_A_TOKEN = 4
"""English text has about four characters per token."""


@dataclass(frozen=True)
class StubRequest:
    """A request as a script sees it. `time` counts how often the same request was made, from 0."""

    stage: str
    given: Mapping[str, Any]
    model: str
    seed: int
    repairs: int
    time: int
    body: Mapping[str, Any]

    @property
    def key(self) -> str:
        """Identifies requests by their content, whatever was repaired since."""
        return content_id("stub", self.stage, self.model, self.seed, dict(self.given))


@dataclass(frozen=True)
class StubResponse:
    """What the server does, `delay_s` after the request arrived.

    `status` other than 200 is an error (`param` blames a parameter); `reset` closes the connection without a word; `raw`
    is the whole body, whatever it is.
    """

    text: str = ""
    finish: str = "stop"
    refusal: str | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    reset: bool = False
    param: str | None = None
    raw: str | None = None


Script = Callable[[StubRequest], StubResponse]


class Stub(ThreadingHTTPServer):
    """The server. `asked` keeps every request; `knows_forms` false refuses `response_format`, as older servers do."""

    daemon_threads = True
    request_queue_size = 256
    allow_reuse_address = True

    def __init__(self, script: Script, *, port: int = 0, knows_forms: bool = True) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.script, self.knows_forms, self.models = script, knows_forms, ("stub",)
        self.asked: list[StubRequest] = []
        self._times: Counter[str] = Counter()
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """The base URL for clients."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def note(self, body: Mapping[str, Any]) -> StubRequest:
        """Read a request and record it."""
        words = content_id("words", dict(body))
        with self._lock:
            count = self._times[words]
            self._times[words] += 1
            asked = _asked(body, count)
            self.asked.append(asked)
        return asked

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that disconnects is not an error."""


@contextmanager
def serving(script: Script, *, port: int = 0, knows_forms: bool = True) -> Iterator[Stub]:
    """A running stub."""
    stub = Stub(script, port=port, knows_forms=knows_forms)
    thread = threading.Thread(target=stub.serve_forever, kwargs={"poll_interval": 0.05}, name="stub", daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        stub.shutdown()
        stub.server_close()


def _asked(body: Mapping[str, Any], count: int) -> StubRequest:
    messages = body.get("messages") or [{"content": ""}]
    users = [_text(m.get("content")) for m in messages if m.get("role") == "user"]
    given: dict[str, Any] = {}
    with contextlib.suppress(ValueError, IndexError):
        found, _ = json.JSONDecoder().raw_decode(users[0])  # a request for a repair may follow
        given = found if isinstance(found, dict) else {}
    form = (body.get("response_format") or {}).get("json_schema") or {}
    repairs = sum(text.count(REPAIR_MARK) for text in users)
    stage = str(form.get("name") or given.get("stage") or "")
    return StubRequest(stage, given, str(body.get("model")), int(body.get("seed") or 0), repairs, count, body)


def _text(content: object) -> str:
    """The text of a message, whose content may be a list of parts."""
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content if isinstance(part, dict))
    return str(content or "")


class _Handler(BaseHTTPRequestHandler):
    server: Stub
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """`/v1/models`."""
        self._answer(200, {"object": "list", "data": [{"id": name, "object": "model"} for name in self.server.models]})

    def do_POST(self) -> None:
        """`/v1/chat/completions`."""
        arrived = time.monotonic()
        try:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        except ValueError:
            self._answer(400, {"error": {"message": "not JSON"}})
            return
        if "response_format" in body and not self.server.knows_forms:
            self._answer(400, {"error": {"message": "response_format is not supported here"}})
            return
        asked = self.server.note(body)
        says = self.server.script(asked)
        time.sleep(max(0.0, arrived + says.delay_s - time.monotonic()))
        if says.reset:
            self._reset()
        elif says.raw is not None:
            self._send(says.status, says.raw.encode(), says.headers)
        elif says.status != 200:
            error = {"message": says.text or f"status {says.status}", "param": says.param}
            self._answer(says.status, {"error": error}, says.headers)
        else:
            self._answer(200, _completion(asked, says), says.headers)

    def _answer(self, status: int, value: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> None:
        self._send(status, json.dumps(value).encode(), headers)

    def _send(self, status: int, data: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        for name, text in (headers or {}).items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()

    def _reset(self) -> None:
        """End the connection with a reset, as after a crash of the server."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def log_message(self, format: str, *args: object) -> None:
        """The stub keeps no log."""


def _completion(asked: StubRequest, says: StubResponse) -> dict[str, Any]:
    prompt = sum(len(_text(m.get("content"))) for m in asked.body.get("messages", [])) // CHARS_A_TOKEN
    answer = len(says.text or says.refusal or "") // CHARS_A_TOKEN
    message = {"role": "assistant", "content": None if says.refusal else says.text, "refusal": says.refusal}
    return {
        "id": f"stub-{asked.key[:12]}",
        "object": "chat.completion",
        "created": 0,
        "model": asked.model,
        "choices": [{"index": 0, "message": message, "finish_reason": says.finish, "logprobs": None}],
        "usage": {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer},
    }
