"""Text that people write: one spelling of each character, nothing that cannot be seen.

In: text.  Out: the text in Unicode's form NFC, or the reason why it is refused, in one line.
A phrase (a concept, a name) is one line of visible characters; prose (a context) may have line breaks and marks of
direction.
"""

import unicodedata
from collections.abc import Callable, Iterator
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Characters that Unicode classifies as letters or symbols but that are invisible."""

JOINERS = frozenset("\u200c\u200d")
"""Needed within words of Persian and Indic scripts, and within emoji."""

TAGS = range(0xE0020, 0xE0080)
"""The end of an emoji flag."""

MAX_DIGITS = 18
"""Of a number that fits into 64 bits."""

MAX_SHOWN = 60
"""Characters of a text that an error repeats."""


def nfc(text: str) -> str:
    """The text with one code point a letter where Unicode has one: é instead of e and an accent."""
    return unicodedata.normalize("NFC", text)


def shown(text: str) -> str:
    """The text for an error: quoted, on one line, without anything invisible, shortened."""
    return repr(text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…")


def whole_number(text: str) -> int | None:
    """The number that a text writes with the digits 0 to 9, at most 18; None for anything else.

    `str.isdigit` holds for ², and `int` fails beyond 4,300 digits.
    """
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS else None


def phrase(text: str) -> str:
    """A phrase in NFC, without white space around it. Raises PydanticCustomError for what cannot be seen."""
    text = nfc(text.strip())
    if text.isascii() and text.isprintable():
        return text
    _refuse(_unseen(text))
    return text


def prose(text: str) -> str:
    """Prose in NFC. Raises PydanticCustomError for control characters other than white space, and half characters."""
    _refuse(f"a control character ({_code(one)})" for one in text if _is_control(one) and not one.isspace())
    _refuse(f"half a character ({_code(one)})" for one in text if unicodedata.category(one) == "Cs")
    return nfc(text)


Phrase = Annotated[str, AfterValidator(phrase)]
"""A field that people write as a phrase."""

Prose = Annotated[str, AfterValidator(prose)]
"""A field that people write as prose."""


def each_text(value: object, checked: Callable[[str], str]) -> object:
    """JSON values with every text and key checked and in NFC. Raises what `checked` raises."""
    if isinstance(value, str):
        return checked(value)
    if isinstance(value, dict):
        return {each_text(key, checked): each_text(one, checked) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [each_text(one, checked) for one in value]
    return value


def _refuse(reasons: Iterator[str]) -> None:
    reason = next(reasons, None)
    if reason is not None:
        raise PydanticCustomError("unseen_character", "must not have {reason}", {"reason": reason})


def _unseen(text: str) -> Iterator[str]:
    for place, one in enumerate(text):
        kind = unicodedata.category(one)
        if one in "\n\r\u0085" or kind in ("Zl", "Zp"):
            yield f"a line break ({_code(one)})"
        elif kind == "Cc":
            yield f"a control character ({_code(one)})"
        elif kind == "Cs":
            yield f"half a character ({_code(one)})"
        elif one in FILLERS or (kind == "Cf" and not _is_part_of_word(text, place)):
            yield f"an invisible character ({_code(one)} {unicodedata.name(one, 'without a name')})"


def _is_part_of_word(text: str, place: int) -> bool:
    """Whether the character joins two of a script that needs that, or ends an emoji."""
    one, before, after = text[place], text[place - 1 : place], text[place + 1 : place + 2]
    if one in JOINERS:
        return _is_foreign(before) and _is_foreign(after)
    return ord(one) in TAGS and _is_foreign(before)


def _is_foreign(one: str) -> bool:
    return bool(one) and not one.isascii() and not one.isspace()


def _is_control(one: str) -> bool:
    return unicodedata.category(one) == "Cc"


def _code(one: str) -> str:
    return f"U+{ord(one):04X}"
