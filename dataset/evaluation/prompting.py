"""Makes a question's prompt, and parses the model's response to a choice.

In: a question, a model's response.  Out: a prompt, the number of a choice or None; of a place whether it was met.
A response that does not mean exactly one choice counts as wrong, never as a guess in the model's favour.
"""

import json
import re
from collections.abc import Sequence

from dataset.evaluation.eval_items import Item
from dataset.evaluation.place_scoring import is_hit, numbers_in

PROMPT = "choice-1"
"""Name and version of the wording: answers to another wording are another run."""

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

_ONLY = re.compile(r"^\W*([A-Z])\W*$", re.IGNORECASE)
_BEFORE = re.compile(r"^\W*([A-Z])(?:[.):,*]+\s|\n)")
_LETTER = r"(?i: is)?[\s:*(\"'>]*([A-Z])(?=\s*(?:[.):,;*\"\]}<(\n]|$|(?:is|because|since)\b))"
_NAMED = re.compile(r"\b(?i:answer|choice|option)\b" + _LETTER)
_DECLARED = re.compile(r"\b(?i:answer)\b" + _LETTER)
"""What is said to be the answer: of several the last counts, since models correct themselves."""
_BOXED = re.compile(r"\\boxed\{\W*([A-Z])\W*\}")
_THOUGHTS = re.compile(r"^.*</think(?:ing)?>", re.DOTALL)
_SEVERAL = re.compile(r"\b([A-Z])\W*(?:[,/&]|\bor\b|\band\b)\W*(?:(?i:option|choice|answer)\W*)?([A-Z])\b(?!')")


HIT, MISS = 0, 1
"""The choices of a question without choices: the place that was said is right, or it is not."""


def outcome_of(response: str, item: Item) -> int | None:
    """The choice that a response means; of a place whether it is right. None where it means none or several."""
    if item.region is None:
        return choice_of(response, item.choices)
    given = numbers_in(_THOUGHTS.sub("", response))
    return None if given is None else HIT if is_hit(given, item.answer, item.region) else MISS


def prompt(item: Item) -> str:
    """The question with lettered choices; of a place the question alone."""
    if item.region is not None:
        return f"Look at the picture and answer the question.\n\nQuestion: {item.question}\n\nAnswer with the numbers only."
    choices = "\n".join(f"{letter}. {choice}" for letter, choice in zip(LETTERS, item.choices, strict=False))
    return (
        "Look at the picture and answer the question with one of the choices.\n\n"
        f"Question: {item.question}\n{choices}\n\nAnswer with the letter of the right choice only."
    )


def choice_of(response: str, choices: Sequence[str]) -> int | None:
    """The choice that a response means, None where it means none or several."""
    text = _json_answer(_THOUGHTS.sub("", response)).strip()
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
    return any(one != other and one in letters and other in letters for one, other in _SEVERAL.findall(text))


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
