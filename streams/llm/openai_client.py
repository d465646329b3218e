"""Client of servers with the OpenAI API: the only file that imports openai.

In: requests.  Out: replies, or one of five failures: busy, away, malformed answer, invalid request, wrong configuration.
Makes one attempt; `rate_limiter`, `answer_cache` and `usage` are wrapped around it.
"""

import asyncio
import base64
import json
import re
import time
from collections.abc import Callable
from typing import Any, Literal

import openai
from openai import AsyncOpenAI

from monitoring.redaction import redacted
from schemas.errors import PermanentError, RetryableError
from schemas.llm.contract import Picture, Reply, Request
from schemas.llm.json_objects import MAX_CHARS
from streams.address_redaction import masked
from streams.errors import Refused
from streams.llm.endpoint import Endpoint
from streams.llm.error_mapping import failure_kind, retry_after_s
from streams.llm.response import InvalidResponse, body_text, read_body, readable

Mode = Literal["json_schema", "object_schema", "json_object", "text"]
MODES: tuple[Mode, ...] = ("json_schema", "object_schema", "json_object", "text")
"""How a request states the form of the answer, the strictest first; a server that does not support one gets the next.
`object_schema` is what llama-cpp-python's server needs: a `json_object` with a schema beside it."""

OPTIONAL = {"max_tokens": "max_completion_tokens", "temperature": "", "seed": ""}
"""Parameters that some models refuse, with their replacement; empty: omitted."""


_ROLES = re.compile(r"system role|roles? .{0,20}not supported|roles are supported|must alternate", re.IGNORECASE)
"""What chat templates complain of that know no turn of the system."""

GATEWAY = frozenset({502, 503})
"""Statuses of gateways without a server, and of servers that start or stop. Not 504: a slow request causes it."""

CONNECT_S = 10.0
"""A host that takes no connection for so long is away; less than a call may take, so that the two differ."""

SENT_SHOWN = 80
"""Characters of what a server sent that an error shows."""


class Busy(RetryableError):
    """The server is busy (429) or failing (5xx, no answer): fewer concurrent requests would help.

    `retry_after_s` is what the server requested, None if it did not.
    """

    def __init__(self, text: str, retry_after_s: float | None = None) -> None:
        super().__init__(text)
        self.retry_after_s = retry_after_s


class Away(Busy):
    """Nobody takes connections there, or a gateway says so (502, 503): no request is at fault, and every one fails."""


class Malformed(Busy):
    """The server sent no answer of the API, with a status of success: a proxy's page, or it is no such server at all."""


def data_url(picture: Picture) -> str:
    """The picture as text, for servers that cannot reach the store."""
    return f"data:{picture.media_type};base64,{base64.b64encode(picture.data).decode()}"


class OpenAIClient:
    """Implements `schemas.llm.contract.LanguageModel`. `link` gives the URL under which a server finds a picture."""

    def __init__(self, endpoint: Endpoint, link: Callable[[Picture], str] = data_url) -> None:
        self._endpoint, self._link = endpoint, link
        self._client = AsyncOpenAI(
            base_url=endpoint.url,
            api_key=endpoint.api_key or "none",  # local servers need none, the client needs a text
            max_retries=0,
            timeout=openai.Timeout(endpoint.timeout_s, connect=min(CONNECT_S, endpoint.timeout_s / 2)),
            http_client=openai.DefaultAsyncHttpxClient(follow_redirects=False),  # the key goes to the configured host only
        )
        self._mode: Mode = MODES[0]
        self._unknown: set[str] = set()
        self._merges_system = False

    @property
    def name(self) -> str:
        """The model's name."""
        return self._endpoint.model

    async def complete(self, request: Request) -> Reply:
        """Make one call. Raises Busy (Away, Malformed), PermanentError (a request that the server refuses in every mode),
        Refused (configuration)."""
        started = time.monotonic()
        links = [await asyncio.to_thread(self._link, picture) for picture in request.pictures]
        answer = await self._complete_in_any_mode(request, links)
        return self._reply(request, answer, time.monotonic() - started)

    async def _complete_in_any_mode(self, request: Request, links: list[str]) -> Any:
        """The answer in the strictest mode that the server supports; the mode is remembered once it has worked."""
        last: openai.APIStatusError | None = None
        modes = list(MODES[MODES.index(self._mode) :])
        while modes:
            try:
                answer = await self._call(request, links, modes[0])
            except openai.APIStatusError as error:
                last = error
                if not self._drop_parameter(error.param) and not self._drop_system_turn(error):
                    modes.pop(0)
                continue
            self._mode = modes[0]
            return answer
        raise PermanentError("failed", f"{self.name} does not take this request: {self._describe(last)}") from last

    async def _call(self, request: Request, links: list[str], mode: Mode) -> Any:
        """One call; `post` avoids the client's traversal of the body, which takes as long as sending it."""
        try:
            async with asyncio.timeout(self._endpoint.timeout_s):
                body = self._body(request, links, mode)
                return await self._client.post("/chat/completions", body=body, cast_to=object)
        except TimeoutError as error:
            raise Busy(f"{self._where} did not answer within {self._endpoint.timeout_s:g} s") from error
        except openai.APIConnectionError as error:
            if _is_other_protocol(error.__cause__):
                raise self._malformed(str(error.__cause__)) from error
            failure = Away if _is_unconnected(error.__cause__) else Busy
            raise failure(f"{self._where} cannot be reached: {_cause_text(error)}") from error
        except openai.APIStatusError as error:
            raise self._as_error(error) or error from error
        except (openai.APIError, ValueError, RecursionError) as error:
            sent = error.doc if isinstance(error, json.JSONDecodeError) else str(error)
            raise self._malformed(sent) from error

    def _as_error(self, error: openai.APIStatusError) -> Exception | None:
        """The exception for an HTTP status; None where the request might succeed in another mode."""
        kind = failure_kind(error.status_code, error.code)
        if kind == "request" or _is_form_error(error):
            return None
        if kind == "configuration":
            return Refused(f"{self._where} refused: {self._describe(error)}; check URL, model and key")
        verb = "is busy" if kind == "busy" else "is failing"
        failure = Away if error.status_code in GATEWAY else Busy
        return failure(f"{self._where} {verb}: {self._describe(error)}", retry_after_s(error.response.headers))

    def _describe(self, error: openai.APIStatusError | None) -> str:
        """The status and the server's message, in one line; some repeat the key."""
        if error is None:
            return "nothing"
        where = error.response.headers.get("location")
        reason = f"redirected to {where}" if where else error.body if isinstance(error.body, str) else error.message
        return f"HTTP {error.status_code}: {self._readable(' '.join(reason.split()))}"

    def _malformed(self, sent: str) -> Malformed:
        """The failure, with the beginning of what the server sent in one line and without secrets."""
        line = " ".join(redacted(self._endpoint.without_key(readable(sent[:MAX_CHARS]))).split())
        shown = repr(line if len(line) <= SENT_SHOWN else f"{line[:SENT_SHOWN]}…") if line else "nothing"
        return Malformed(f"{self._where} sent no answer of the API, but {shown}")

    def _readable(self, text: str) -> str:
        return readable(self._endpoint.without_key(text))[:300]

    def _drop_parameter(self, parameter: object) -> bool:
        """Omit a parameter that this model does not know. False if it cannot be omitted."""
        if not isinstance(parameter, str) or parameter not in OPTIONAL or parameter in self._unknown:
            return False
        self._unknown.add(parameter)
        return True

    def _drop_system_turn(self, error: openai.APIStatusError) -> bool:
        """Say the instructions in the first turn of the user from now on, where a model knows no other turns than his."""
        if self._merges_system or not _ROLES.search(error.message):
            return False
        self._merges_system = True
        return True

    @property
    def _where(self) -> str:
        return f"{self.name} at {masked(self._endpoint.url)}"

    def _body(self, request: Request, links: list[str], mode: Mode) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self.name,
            "messages": _messages(request, links, mode, merges_system=self._merges_system),
        }
        for name, value in self._options(request).items():
            if name not in self._unknown:
                body[name] = value
            elif OPTIONAL[name]:
                body[OPTIONAL[name]] = value
        if mode == "json_schema":
            form = {"name": request.form.name, "schema": dict(request.form.schema), "strict": True}
            body["response_format"] = {"type": "json_schema", "json_schema": form}
        elif mode == "object_schema":
            body["response_format"] = {"type": "json_object", "schema": dict(request.form.schema)}
        elif mode == "json_object":
            body["response_format"] = {"type": "json_object"}
        return body

    @staticmethod
    def _options(request: Request) -> dict[str, float]:
        return {
            "max_tokens": request.max_tokens,
            "temperature": request.temperature,
            "seed": request.seed % 2**31,
        }

    def _reply(self, request: Request, answer: object, seconds: float) -> Reply:
        try:
            body = read_body(answer)
        except InvalidResponse as error:
            raise self._malformed(body_text(answer)) from error
        given, got = body.tokens
        return Reply(
            body.text, body.finish, self.name, given, got, round(seconds, 3), request.key(self.name), body.thoughts
        )


def _messages(request: Request, links: list[str], mode: Mode, *, merges_system: bool) -> list[dict[str, Any]]:
    """The turns; in the modes without a schema the schema is appended to the first one.

    `merges_system`: the turn of the system becomes the beginning of the next one.
    """
    messages: list[dict[str, Any]] = [{"role": turn.role, "content": turn.text} for turn in request.turns]
    if mode != "json_schema":
        schema = json.dumps(request.form.schema, separators=(",", ":"))
        messages[0]["content"] += f"\n\nAnswer with one JSON object of this JSON Schema and nothing else:\n{schema}"
    if merges_system and len(messages) > 1 and messages[0]["role"] == "system":
        instructions = messages.pop(0)["content"]
        messages[0]["content"] = f"{instructions}\n\n{messages[0]['content']}"
    if links:
        first = next(message for message in messages if message["role"] == "user")
        first["content"] = [
            {"type": "text", "text": first["content"]},
            *({"type": "image_url", "image_url": {"url": link}} for link in links),
        ]
    return messages


def _is_form_error(error: openai.APIStatusError) -> bool:
    """Whether a server failed because of `response_format`: some answer 500 to a form that they do not support."""
    return error.status_code == 500 and "response_format" in error.message


def _is_unconnected(error: BaseException | None) -> bool:
    """Whether no connection was made: refused, no route, no such name, no TLS, no answer in time.  By name, as below."""
    return type(error).__name__ in {"ConnectError", "ConnectTimeout", "ProxyError"}


def _cause_text(error: openai.APIConnectionError) -> str:
    """What the HTTP library says, or the name of its error where it says nothing."""
    cause = error.__cause__
    return str(error) if cause is None else str(cause) or type(cause).__name__


def _is_other_protocol(error: BaseException | None) -> bool:
    """Whether something answered that is no HTTP, or cannot be decoded; a connection that broke off is neither.

    By name: the client brings its own HTTP library.
    """
    kind = type(error).__name__
    return kind == "DecodingError" or (kind == "RemoteProtocolError" and "illegal" in str(error))
