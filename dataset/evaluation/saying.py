"""How a question is put to a model, and which choice its words mean.

In: a question, what a model said.  Out: a prompt, the number of a choice or None.
What cannot be read as exactly one choice counts as wrong, never as a guess in the model's favour.
"""

import json
import re
from collections.abc import Sequence

from dataset.evaluation.items import Item

PROMPT = "choice-1"
"""Name and version of the wording: answers to another wording are another run."""

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

_ALONE = re.compile(r"^\W*([A-Z])(?:\W*$|[.):,]\s)")
_NAMED = re.compile(r"\b(?:answer|choice|option)\b(?: is)?[\s:*(\"']*([A-Z])\b(?!')", re.IGNORECASE)


def prompt(item: Item) -> str:
    """The question with lettered choices."""
    choices = "\n".join(f"{letter}. {choice}" for letter, choice in zip(LETTERS, item.choices, strict=False))
    return (
        "Look at the picture and answer the question with one of the choices.\n\n"
        f"Question: {item.question}\n{choices}\n\nAnswer with the letter of the right choice only."
    )


def choice_of(said: str, choices: Sequence[str]) -> int | None:
    """The choice that a model's words mean, None where they mean none or several."""
    text = _inner(said).strip()
    exact = [n for n, choice in enumerate(choices) if _plain(choice) == _plain(text)]
    if len(exact) == 1:
        return exact[0]
    for pattern in (_ALONE, _NAMED):
        found = {match.upper() for match in pattern.findall(text)}
        if len(found) == 1:
            number = LETTERS.index(found.pop())
            return number if number < len(choices) else None
    return _mentioned(text, choices)


def _inner(said: str) -> str:
    """The `answer` of a JSON object, or the text as it is."""
    start, end = said.find("{"), said.rfind("}")
    if start < 0 or end < start:
        return said
    try:
        found = json.loads(said[start : end + 1])
    except (ValueError, RecursionError):
        return said
    return str(found["answer"]) if isinstance(found, dict) and "answer" in found else said


def _mentioned(text: str, choices: Sequence[str]) -> int | None:
    """The only choice whose whole words stand in the text; one that is a part of another mentioned one does not count."""
    plain = _plain(text)
    found = [n for n, choice in enumerate(choices) if re.search(rf"(?<!\w){re.escape(_plain(choice))}(?!\w)", plain)]
    longest = [n for n in found if not any(n != m and _plain(choices[n]) in _plain(choices[m]) for m in found)]
    return longest[0] if len(longest) == 1 else None


def _plain(text: str) -> str:
    return " ".join(text.casefold().strip(" .!\"'*`\n\t").split())
