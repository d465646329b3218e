"""Separates what a model thinks from what it answers, where both are in one text.

In: the text of a reply.  Out: the text behind the thinking, or None where the thinking never ends.
Knows the marks of common models; thinking without marks looks like any other text.
"""

import re

_NAMES = r"(?:seed:)?(?:think|thinking|thought|thoughts|reasoning|reflection|scratchpad|analysis)"

_FINAL = r"<\|channel\|>\s*final\b[^<]{0,40}(?:<\|constrain\|>[^<]{0,40})?<\|message\|>"

_SOLUTION = r"<\|END_THINKING\|>(?:\s*<\|START_(?:RESPONSE|TEXT)\|>)?|<\|end_of_thought\|>(?:\s*<\|begin_of_solution\|>)?"

_OPEN, _CLOSE = "(?:<|&lt;)", "(?:>|&gt;)"
"""Some servers escape what looks like a mark of HTML."""

_ATTRIBUTES = r"(?:\s+[\w-]+\s*=[^<>&]*)?"

_END = re.compile(
    rf"{_OPEN}/{_NAMES}\s*{_CLOSE}|\[/THINK\]|◁/think▷|<\|/think\|>|<channel\|>|{_SOLUTION}|{_FINAL}", re.IGNORECASE
)

_START = re.compile(
    rf"{_OPEN}{_NAMES}{_ATTRIBUTES}\s*{_CLOSE}|\[THINK\]|◁think▷|<\|think\|>|<\|channel>\s*thought\b|<\|START_THINKING\|>|<\|begin_of_thought\|>"
    r"|<\|channel\|>\s*(?:analysis|commentary)\b",
    re.IGNORECASE,
)
"""Some templates give the first mark in the prompt, so that a reply has the second one alone."""


def without_thinking(text: str) -> str | None:
    """What follows the last mark of an end, or the whole text; None where thinking begins and never ends."""
    answer = _END.split(text)[-1]
    return None if _START.search(answer) else answer


def is_blank(text: str) -> bool:
    """Whether a text shows nothing: spaces, and characters that nobody sees."""
    return not any(character.isprintable() and not character.isspace() for character in text)
