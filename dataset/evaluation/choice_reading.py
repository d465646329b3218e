"""Reads which choice a model's response means. Imports the marks of thinking alone: exports take a copy of both.

In: a response, the texts of the choices, which are lettered.  Out: the number of a choice, or None.
A response that does not mean exactly one choice means none, never what favours the model.
"""

import json
import re
from collections.abc import Sequence

from schemas.llm.thinking import without_thinking

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

_ONLY = re.compile(r"^\W*([A-Z])\W*$", re.IGNORECASE)
_BEFORE = re.compile(r"^\W*([A-Z])(?:[.):,*]+\s|\n)")
_LETTER = r"(?i: is)?[\s:*(\"'>]*([A-Z])(?=\s*(?:[.):,;*\"\]}<(\n]|$|(?:is|because|since)\b))"
_NAMED = re.compile(r"\b(?i:answer|choice|option)\b" + _LETTER)
_DECLARED = re.compile(r"\b(?i:answer)\b" + _LETTER)
"""What is said to be the answer: of several the last counts, since models correct themselves."""
_BOXED = re.compile(r"\\boxed\{\W*([A-Z])\W*\}")
_SEVERAL = re.compile(r"\b([A-Z])(?=(\W*+(?:\b(?:or|and)\b\W*+)?)(?:(?i:option|choice|answer)\W*+)?([A-Z])\b(?!'))")
"""Two letters and what is between them, without backtracking: some replies end in a thousand commas."""
_DIVIDES = re.compile(r"[,/&]|or|and")


def choice_of(response: str, choices: Sequence[str]) -> int | None:
    """The choice that a response means, None where it means none or several."""
    answer = without_thinking(response)
    if answer is None:
        return None
    text = _json_answer(answer).strip()
    exact = [n for n, choice in enumerate(choices) if _plain(choice) == _plain(text)]
    if len(exact) == 1:
        return exact[0]
    if _several_letters(text, LETTERS[: len(choices)]):
        return None
    for pattern in (_ONLY, _BEFORE, _BOXED, _DECLARED, _NAMED):
        found = [match.upper() for match in pattern.findall(text)]
        if len(set(found)) == 1 or (found and pattern is _DECLARED):
            number = LETTERS.index(found[-1])
            return number if number < len(choices) and not _contradicts_letter(text, number, choices) else None
    return _only_mentioned_choice(text, choices)


def _several_letters(text: str, letters: str) -> bool:
    """`A, B` or `option A or option B`."""
    found = [(one, other) for one, between, other in _SEVERAL.findall(text) if _DIVIDES.search(between)]
    return any(one != other and one in letters and other in letters for one, other in found)


def _contradicts_letter(text: str, number: int, choices: Sequence[str]) -> bool:
    """`A. no` where A is yes: the letter of one choice with the text of another."""
    after = _plain(re.split(rf"\b{LETTERS[number]}\b\W*", text, maxsplit=1)[-1])
    return any(after == _plain(choice) for n, choice in enumerate(choices) if n != number)


def _json_answer(response: str) -> str:
    """The `answer` of a JSON object, or the text as it is."""
    start, end = response.find("{"), response.rfind("}")
    if start < 0 or end < start:
        return response
    try:
        found = json.loads(response[start : end + 1])
    except (ValueError, RecursionError):
        return response
    return str(found["answer"]) if isinstance(found, dict) and "answer" in found else response


def _only_mentioned_choice(text: str, choices: Sequence[str]) -> int | None:
    """The only choice that the text contains as whole words; one that is part of another contained one does not count."""
    plain = _plain(text)
    found = [n for n, choice in enumerate(choices) if re.search(rf"(?<!\w){re.escape(_plain(choice))}(?!\w)", plain)]
    longest = [n for n in found if not any(n != m and _plain(choices[n]) in _plain(choices[m]) for m in found)]
    return longest[0] if len(longest) == 1 else None


def _plain(text: str) -> str:
    return " ".join(text.casefold().strip(" .!\"'*`\n\t").split())
