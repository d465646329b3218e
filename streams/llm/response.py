"""Parses a chat completion: text, finish reason and usage, from JSON that may be anything.

In: the parsed body of a chat completion.  Out: a `Body`, or InvalidResponse that says what is missing.
Servers, proxies and models differ: optional parts may be absent or wrong, text may come in parts.
"""

import json
from dataclasses import dataclass
from typing import Any

from schemas.llm.contract import Finish
from schemas.llm.json_objects import MAX_CHARS
from schemas.llm.thinking import is_blank

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
        text=refusal or _words_and_call(message),
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


def _words_and_call(message: dict[str, Any]) -> str:
    """The text, and behind it the arguments of the one call of a function.

    Some servers turn an object that was asked for into a call; models say a few words before one, or empty lines.
    """
    words, arguments = _text(message.get("content")), _arguments(message)
    if not arguments or is_blank(words):
        return arguments or words
    return _clipped(f"{words}\n{arguments}")


def _arguments(message: dict[str, Any]) -> str:
    """The arguments of the calls of functions where all are the same, as text or as an object; the older form too."""
    calls = message.get("tool_calls")
    functions = [call.get("function") for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []
    found = {_written(function) for function in functions or [message.get("function_call")]}
    return found.pop() if len(found) == 1 else ""


def _written(function: object) -> str:
    arguments = function.get("arguments") if isinstance(function, dict) else None
    return _clipped(json.dumps(arguments, ensure_ascii=False) if isinstance(arguments, dict) else arguments)


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
