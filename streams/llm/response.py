"""Parses a chat completion: text, finish reason and usage, from JSON that may be anything.

In: the parsed body of a chat completion.  Out: a `Body`, or InvalidResponse that says what is missing.
Servers, proxies and models differ: optional parts may be absent or wrong, text may come in parts.
"""

import json
from dataclasses import dataclass
from typing import Any

from schemas.llm.answer_parsing import MAX_CHARS
from schemas.llm.contract import Finish

MAX_TOKENS = 10**9
"""Larger counts are invalid, and would spoil every sum."""


class InvalidResponse(ValueError):
    """The body is not a chat completion; the message says why."""


@dataclass(frozen=True)
class Body:
    """An answer. `tokens` are (input, output), 0 where the server does not count."""

    text: str
    finish: Finish
    tokens: tuple[int, int]


def read_body(body: object) -> Body:
    """The first choice of a chat completion. Raises InvalidResponse."""
    if isinstance(body, str):
        body = _parsed(body)
    if not isinstance(body, dict):
        raise InvalidResponse(f"a body that is no JSON object: {readable(str(body)[:100])!r}")
    choices = body.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict):
        raise InvalidResponse(f"no choices{_error_text(body)}")
    refusal = _text(message.get("refusal"))
    return Body(
        text=refusal or _text(message.get("content")),
        finish=_finish(choice.get("finish_reason"), refusal),
        tokens=_tokens(body.get("usage")),
    )


def _parsed(text: str) -> object:
    """JSON that a server labelled otherwise; other text as it is."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _error_text(body: dict[str, Any]) -> str:
    """The error text that some servers send with status 200."""
    error = body.get("error")
    said = error.get("message") if isinstance(error, dict) else error
    return f", but: {readable(str(said))[:300]}" if said else ""


def _text(content: object) -> str:
    """The text of a message's content, which may be a list of parts, cut just above the accepted length."""
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        content = "".join(part for part in parts if isinstance(part, str))
    return readable(content[: MAX_CHARS + 1]) if isinstance(content, str) else ""


def readable(text: str) -> str:
    """The text with a question mark for each lone surrogate: such text can be neither stored nor sent."""
    return text.encode("utf-8", "replace").decode()


def _finish(reason: object, refusal: str) -> Finish:
    if refusal or reason == "content_filter":
        return "refused"
    return "cut" if reason == "length" else "done"


def _tokens(usage: object) -> tuple[int, int]:
    given = usage if isinstance(usage, dict) else {}
    return _count(given.get("prompt_tokens")), _count(given.get("completion_tokens"))


def _count(said: object) -> int:
    """A count of tokens; 0 where invalid."""
    if isinstance(said, bool) or not isinstance(said, int | float):
        return 0
    return int(said) if 0 <= said <= MAX_TOKENS else 0
