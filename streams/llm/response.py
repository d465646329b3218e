"""Parses a chat completion: text, finish reason and usage, from JSON that may be anything.

In: the parsed body of a chat completion.  Out: a `Body`, or InvalidResponse that says what is missing.
Servers, proxies and models differ: optional parts may be absent or wrong, text may come in parts.
"""

import json
from dataclasses import dataclass
from typing import Any

from schemas.llm.contract import Finish
from schemas.llm.json_objects import MAX_CHARS

MAX_TOKENS = 10**9
"""Larger counts are invalid, and would spoil every sum."""


TEXT_PARTS = ("text", "output_text")

THOUGHT_FIELDS = ("reasoning_content", "reasoning", "thinking")
"""Fields of a message in which servers keep thinking apart: vLLM and DeepSeek, OpenRouter, Ollama."""

CUT = ("length", "max_tokens", "model_length", "MAX_TOKENS")
"""Finish reasons of an answer that reached its limit, as servers and proxies say it."""


class InvalidResponse(ValueError):
    """The body is not a chat completion; the message says what is missing."""


@dataclass(frozen=True)
class Body:
    """An answer. `tokens` are (input, output), 0 where the server does not count; `thoughts` are no part of the text."""

    text: str
    finish: Finish
    tokens: tuple[int, int]
    thoughts: str = ""


def read_body(body: object) -> Body:
    """The first choice of a chat completion. Raises InvalidResponse."""
    if isinstance(body, str):
        body = _parsed(body)
    if not isinstance(body, dict):
        raise InvalidResponse("no JSON object")
    choices = body.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict):
        raise InvalidResponse("no choices")
    refusal = _text(message.get("refusal"))
    return Body(
        text=refusal or _text(message.get("content")) or _arguments(message.get("tool_calls")),
        finish=_finish(choice.get("finish_reason"), refusal),
        tokens=_tokens(body.get("usage")),
        thoughts=_thoughts(message),
    )


def _parsed(text: str) -> object:
    """JSON that a server labelled otherwise; other text as it is."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def body_text(body: object) -> str:
    """What a server sent, for an error: the message of an error object, or the body itself."""
    error = body.get("error") if isinstance(body, dict) else None
    said = error.get("message") if isinstance(error, dict) else error
    if isinstance(said, str) and said.strip():
        return said
    return body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, default=str)


def _text(content: object) -> str:
    """The text of a message's content, which may be a list of parts, cut just above the accepted length.

    Parts of other types, such as `reasoning`, are no text.
    """
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict) and part.get("type") in TEXT_PARTS]
        content = "".join(part for part in parts if isinstance(part, str))
    return _clipped(content)


def _clipped(text: object) -> str:
    return readable(text[: MAX_CHARS + 1]) if isinstance(text, str) else ""


def _arguments(calls: object) -> str:
    """The arguments of the one call of a function: some servers turn an object that was asked for into one."""
    call = calls[0] if isinstance(calls, list) and len(calls) == 1 else None
    function = call.get("function") if isinstance(call, dict) else None
    return _clipped(function.get("arguments")) if isinstance(function, dict) else ""


def _thoughts(message: dict[str, Any]) -> str:
    """What the model thought, from the field of the server's kind."""
    return next((text for name in THOUGHT_FIELDS if (text := _clipped(message.get(name)))), "")


def readable(text: str) -> str:
    """The text with a question mark for each lone surrogate: such text can be neither stored nor sent."""
    return text.encode("utf-8", "replace").decode()


def _finish(reason: object, refusal: str) -> Finish:
    if refusal or reason == "content_filter":
        return "refused"
    return "cut" if reason in CUT else "done"


def _tokens(usage: object) -> tuple[int, int]:
    given = usage if isinstance(usage, dict) else {}
    return _count(given.get("prompt_tokens")), _count(given.get("completion_tokens"))


def _count(said: object) -> int:
    """A count of tokens; 0 where invalid."""
    if isinstance(said, bool) or not isinstance(said, int | float):
        return 0
    return int(said) if 0 <= said <= MAX_TOKENS else 0
