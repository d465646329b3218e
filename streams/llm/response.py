"""What a server's answer holds: the text, how it ended, what it cost; read from JSON that may be anything.

In: the parsed body of a chat completion.  Out: a `Body`, or NoAnswer that says what is missing.
Servers, proxies and models differ: parts that do not matter may be absent or wrong, text may come in parts.
"""

import json
from dataclasses import dataclass
from typing import Any

from schemas.llm.answer_parsing import MAX_CHARS
from schemas.llm.contract import Finish

MOST_TOKENS = 10**9
"""Larger counts are no counts, and would spoil every sum."""


class NoAnswer(ValueError):
    """The body is no chat completion; the message says why, for people."""


@dataclass(frozen=True)
class Body:
    """An answer. `tokens` are (input, output), 0 where the server does not count."""

    text: str
    finish: Finish
    tokens: tuple[int, int]


def read_body(body: object) -> Body:
    """The first choice of a chat completion. Raises NoAnswer."""
    if isinstance(body, str):
        body = _parsed(body)
    if not isinstance(body, dict):
        raise NoAnswer(f"a body that is no JSON object: {readable(str(body)[:100])!r}")
    choices = body.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict):
        raise NoAnswer(f"no choices{_complaint(body)}")
    refusal = _text(message.get("refusal"))
    return Body(
        text=refusal or _text(message.get("content")),
        finish=_finish(choice.get("finish_reason"), refusal),
        tokens=_tokens(body.get("usage")),
    )


def _parsed(text: str) -> object:
    """JSON that a server did not call JSON; other text as it is."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _complaint(body: dict[str, Any]) -> str:
    """What some servers say with status 200."""
    error = body.get("error")
    said = error.get("message") if isinstance(error, dict) else error
    return f", but: {readable(str(said))[:300]}" if said else ""


def _text(content: object) -> str:
    """The text of a message's content, which may be a list of parts. No longer than what is still found too long."""
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        content = "".join(part for part in parts if isinstance(part, str))
    return readable(content[: MAX_CHARS + 1]) if isinstance(content, str) else ""


def readable(text: str) -> str:
    """The text with a question mark for each half of a character: such text can be neither stored nor sent."""
    return text.encode("utf-8", "replace").decode()


def _finish(reason: object, refusal: str) -> Finish:
    if refusal or reason == "content_filter":
        return "refused"
    return "cut" if reason == "length" else "done"


def _tokens(usage: object) -> tuple[int, int]:
    given = usage if isinstance(usage, dict) else {}
    return _count(given.get("prompt_tokens")), _count(given.get("completion_tokens"))


def _count(said: object) -> int:
    """A count of tokens; what is none counts nothing."""
    if isinstance(said, bool) or not isinstance(said, int | float):
        return 0
    return int(said) if 0 <= said <= MOST_TOKENS else 0
