"""Judges a model's reply to a question: the choice that it means, or why it has none.

In: a reply, the question, the limit of tokens.  Out: an outcome.
Of a cut reply only a whole JSON value with nothing around it counts: any other text could be a draft.
"""

import json
import re
from dataclasses import dataclass
from typing import Literal

from dataset.evaluation.choice_reading import choice_of
from dataset.evaluation.eval_items import Item
from dataset.evaluation.place_scoring import is_hit, numbers_in
from schemas.llm.contract import Reply
from schemas.llm.json_objects import find_objects
from schemas.llm.reply_reading import cut_of, has_only_thoughts
from schemas.llm.thinking import is_blank, without_thinking

FaultKind = Literal["cut", "empty", "refused", "unreadable"]
FAULT_KINDS: tuple[FaultKind, ...] = ("cut", "empty", "refused", "unreadable")

HIT, MISS = 0, 1
"""The choices of a question without choices: the place that was said is right, or it is not."""

_FENCES = re.compile(r"^\s*```\w*\s*|\s*```\s*$")


@dataclass(frozen=True)
class Fault:
    """Why a reply has no answer."""

    kind: FaultKind
    cause: str


@dataclass(frozen=True)
class Outcome:
    """The number of a choice; of a place HIT or MISS. None beside a fault, which counts as wrong."""

    choice: int | None
    fault: Fault | None = None


def outcome_of(reply: Reply, item: Item, max_tokens: int) -> Outcome:
    """The outcome of a reply that was given so many tokens."""
    if reply.finish == "refused":
        return _without_answer("refused", "the model declined")
    is_thought = has_only_thoughts(reply)
    answer = without_thinking(reply.thoughts if is_thought else reply.text)
    if reply.finish == "cut":
        choice = _choice(answer, item) if answer is not None and not is_thought and _is_json(answer) else None
        return _without_answer("cut", cut_of(reply, max_tokens)) if choice is None else Outcome(choice)
    if answer is None:
        return _without_answer("unreadable", "thinking without an end")
    if is_blank(answer):
        return _without_answer("empty", "no text" if is_blank(reply.text) else "nothing but thinking")
    if is_thought and not _is_json(answer):
        return _without_answer("empty", "nothing but thinking")
    choice = _choice(answer, item)
    cause = "names no choice, or several" if item.region is None else "has no list of numbers"
    return _without_answer("unreadable", cause) if choice is None else Outcome(choice)


def _without_answer(kind: FaultKind, cause: str) -> Outcome:
    return Outcome(None, Fault(kind, cause))


def _choice(answer: str, item: Item) -> int | None:
    if item.region is None:
        return choice_of(_tolerantly_read(answer), item.choices)
    given = numbers_in(answer)
    return None if given is None else HIT if is_hit(given, item.answer, item.region) else MISS


def _tolerantly_read(answer: str) -> str:
    """The one `answer` of objects in JSON, with comments or single quotes too; the text where there is none, or several."""
    said = {str(found.value["answer"]) for found in find_objects(answer, {"answer"}) if "answer" in found.value}
    return said.pop() if len(said) == 1 else answer


def _is_json(answer: str) -> bool:
    """Whether a text is one JSON object or list, in a fence or alone."""
    try:
        return isinstance(json.loads(_FENCES.sub("", answer)), dict | list)
    except (ValueError, RecursionError):
        return False
