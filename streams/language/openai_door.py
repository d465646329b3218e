"""The door to servers that speak the OpenAI API: the only file that imports openai.

In: requests.  Out: replies, or a failure by its kind: busy, failing, mistaken, misconfigured.
Tries once; patience (`throttle`), memory (`cache`) and counting (`meter`) are wrapped around it.
"""

import asyncio
import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import openai
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletion

from schemas.failures import Never, TryLater
from schemas.language import Finish, Picture, Reply, Request
from streams.problems import Refused

Mode = Literal["json_schema", "object_schema", "json_object", "text"]
MODES: tuple[Mode, ...] = ("json_schema", "object_schema", "json_object", "text")
"""How a server is told the answer's form, the strictest first; one that does not know the word gets the next.
`object_schema` is what llama-cpp-python's server wants: a `json_object` with a schema beside it."""

OPTIONAL = {"max_tokens": "max_completion_tokens", "temperature": "", "seed": ""}
"""Parameters that some models refuse, with what they want instead; empty: they do without."""

_CONFIGURED_WRONG = (openai.AuthenticationError, openai.PermissionDeniedError, openai.NotFoundError)


class Busy(TryLater):
    """The server asks for patience (429) or is unwell (5xx, no answer): fewer requests at a time would help.

    `retry_after_s` is what the server asked for, None where it did not say.
    """

    def __init__(self, text: str, retry_after_s: float | None = None) -> None:
        super().__init__(text)
        self.retry_after_s = retry_after_s


@dataclass(frozen=True)
class Endpoint:
    """A server and a model on it. `timeout_s` bounds one call from end to end."""

    url: str
    model: str
    api_key: str
    timeout_s: float


def data_url(picture: Picture) -> str:
    """The picture as text, for servers that cannot reach the store."""
    return f"data:{picture.media_type};base64,{base64.b64encode(picture.data).decode()}"


class OpenAIDoor:
    """Implements `schemas.language.LanguageModel`. `link` gives the URL under which a server finds a picture."""

    def __init__(self, endpoint: Endpoint, link: Callable[[Picture], str] = data_url) -> None:
        self._endpoint, self._link = endpoint, link
        self._client = AsyncOpenAI(
            base_url=endpoint.url,
            api_key=endpoint.api_key or "none",  # local servers want none, the client wants a text
            max_retries=0,
            timeout=endpoint.timeout_s,
        )
        self._mode: Mode = MODES[0]
        self._unknown: set[str] = set()

    @property
    def name(self) -> str:
        """The model's name."""
        return self._endpoint.model

    async def complete(self, request: Request) -> Reply:
        """One call. Raises Busy, TryLater, Never (a request that the server refuses in every mode), Refused (set-up)."""
        started = time.monotonic()
        picture = None
        if request.picture is not None:
            picture = await asyncio.to_thread(self._link, request.picture)
        answer = await self._in_a_mode(request, picture)
        return self._reply(request, answer, time.monotonic() - started)

    async def _in_a_mode(self, request: Request, picture: str | None) -> Any:
        """The answer in the strictest mode that the server takes; the mode is remembered once it has worked."""
        last: openai.APIStatusError | None = None
        modes = list(MODES[MODES.index(self._mode) :])
        while modes:
            try:
                answer = await self._call(request, picture, modes[0])
            except openai.APIStatusError as error:
                last = error
                if not self._does_without(error.param):
                    modes.pop(0)
                continue
            self._mode = modes[0]
            return answer
        raise Never("failed", f"{self.name} does not take this request: {_said(last)}") from last

    async def _call(self, request: Request, picture: str | None, mode: Mode) -> Any:
        """One call; `post` spares the client's walk over the body, which takes as long as sending it."""
        try:
            async with asyncio.timeout(self._endpoint.timeout_s):
                body = self._body(request, picture, mode)
                return await self._client.post("/chat/completions", body=body, cast_to=ChatCompletion)
        except TimeoutError as error:
            raise Busy(f"{self._where} did not answer within {self._endpoint.timeout_s:g} s") from error
        except openai.APIConnectionError as error:
            raise Busy(f"{self._where} cannot be reached: {error.__cause__ or error}") from error
        except openai.RateLimitError as error:
            raise Busy(f"{self._where} asks for patience: {_said(error)}", _retry_after(error)) from error
        except _CONFIGURED_WRONG as error:
            raise Refused(f"{self._where} refused: {_said(error)}; check URL, model and key") from error
        except (openai.BadRequestError, openai.UnprocessableEntityError):
            raise
        except openai.APIStatusError as error:
            if _blames_form(error):
                raise
            raise Busy(f"{self._where} is unwell: {_said(error)}", _retry_after(error)) from error
        except (openai.APIError, ValueError) as error:
            raise TryLater(f"{self._where} sent no answer of the API: {str(error)[:300]}") from error

    def _does_without(self, parameter: str | None) -> bool:
        """Whether the request can be made anew without a parameter that this model does not know."""
        if parameter not in OPTIONAL or parameter in self._unknown:
            return False
        self._unknown.add(parameter)
        return True

    @property
    def _where(self) -> str:
        return f"{self.name} at {self._endpoint.url}"

    def _body(self, request: Request, picture: str | None, mode: Mode) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self.name,
            "messages": _messages(request, picture, mode),
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

    def _reply(self, request: Request, answer: Any, seconds: float) -> Reply:
        choices = getattr(answer, "choices", None)
        if not choices:
            raise TryLater(f"{self._where} sent no choices")
        choice, usage = choices[0], getattr(answer, "usage", None)
        refusal = getattr(choice.message, "refusal", None)
        return Reply(
            text=refusal or choice.message.content or "",
            finish=_finish(choice.finish_reason, refusal),
            model=self.name,
            tokens_in=int(getattr(usage, "prompt_tokens", 0) or 0),
            tokens_out=int(getattr(usage, "completion_tokens", 0) or 0),
            seconds=round(seconds, 3),
            key=request.key(self.name),
        )


def _finish(reason: str | None, refusal: str | None) -> Finish:
    if refusal or reason == "content_filter":
        return "refused"
    return "cut" if reason == "length" else "done"


def _messages(request: Request, picture: str | None, mode: Mode) -> list[dict[str, Any]]:
    """The turns; in the modes that cannot carry a schema it stands at the end of the first one."""
    messages: list[dict[str, Any]] = [{"role": turn.role, "content": turn.text} for turn in request.turns]
    if mode != "json_schema":
        schema = json.dumps(request.form.schema, separators=(",", ":"))
        messages[0]["content"] += f"\n\nAnswer with one JSON object of this JSON Schema and nothing else:\n{schema}"
    if picture is not None:
        first = next(message for message in messages if message["role"] == "user")
        first["content"] = [
            {"type": "text", "text": first["content"]},
            {"type": "image_url", "image_url": {"url": picture}},
        ]
    return messages


def _blames_form(error: openai.APIStatusError) -> bool:
    """Whether a server fell over `response_format`: some answer 500 to a form that they do not know."""
    return error.status_code == 500 and "response_format" in error.message


def _said(error: openai.APIStatusError | None) -> str:
    return "nothing" if error is None else f"HTTP {error.status_code}: {error.message[:300]}"


def _retry_after(error: openai.APIStatusError) -> float | None:
    """Seconds in `retry-after-ms` or `retry-after`; dates are not read."""
    headers = error.response.headers
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers[name]) * unit)
        except (KeyError, ValueError):
            continue
    return None
