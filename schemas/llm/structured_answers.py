"""Requests an answer of a given form from a model, with repair rounds that show the model its faults.

In: a model, a request, a form, a check.  Out: the checked answer, or Unanswered with all replies.
Knows no server, no cache and no store.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from pydantic import BaseModel

from schemas.llm.answer_parsing import Unreadable, read_answer
from schemas.llm.contract import Counts, Fault, LanguageModel, Reply, Request, Turn

T = TypeVar("T", bound=BaseModel)
Check = Callable[[T], Fault | None]

REPAIRS = 2
"""Repair rounds: a fault that a model does not fix in two it rarely fixes in more."""

MOST_TOKENS = 8000
"""A truncated answer is requested again with twice the tokens, up to this."""

SHOWN_CHARS = 6000
"""Characters of a faulty answer that are shown to the model again."""


class Unanswered(Exception):
    """No acceptable answer: the last `fault`, the request, and the raw replies of all rounds."""

    def __init__(self, fault: Fault, request: Request, replies: tuple[Reply, ...]) -> None:
        super().__init__(f"{request.stage}: {fault.text}")
        self.fault = fault
        self.request = request
        self.replies = replies


@dataclass
class Conversation(Generic[T]):
    """One request and its repairs: at most `REPAIRS` faults can be shown."""

    model: LanguageModel
    request: Request
    form: type[T]
    counts: Counts
    replies: tuple[Reply, ...] = ()
    _faults_shown: int = 0

    async def ask(self, check: Check[T]) -> T:
        """The first answer that has the form and passes the check. Raises Unanswered, RetryableError, PermanentError."""
        while True:
            reply = await self.model.complete(self.request)
            self.replies = (*self.replies, reply)
            found = self._parse_and_check(reply, check)
            if not isinstance(found, Fault):
                return found
            self.show(found)

    def show(self, fault: Fault) -> None:
        """Add a fault of the last answer to the request, for the next `ask`. Raises Unanswered after the last round."""
        if self._faults_shown == REPAIRS or fault.reason == "refused":
            raise Unanswered(fault, self.request, self.replies)
        self._faults_shown += 1
        self.counts.repaired(self.request.stage)
        last = self.replies[-1]
        room = min(MOST_TOKENS, 2 * self.request.max_tokens) if last.finish == "cut" else self.request.max_tokens
        turns = (*self.request.turns, Turn("assistant", last.text[:SHOWN_CHARS]), Turn("user", _repair_request(fault)))
        self.request = replace(self.request, turns=turns, max_tokens=room)

    def _parse_and_check(self, reply: Reply, check: Check[T]) -> T | Fault:
        if reply.finish == "refused":
            return Fault(f"the model declined: {reply.text[:300]}", reason="refused")
        try:
            value = read_answer(reply.text, self.form)
        except Unreadable as error:
            cut = f"it was cut off after {reply.tokens_out} tokens; " if reply.finish == "cut" else ""
            return Fault(cut + str(error))
        return check(value) or value


def _repair_request(fault: Fault) -> str:
    return f"This answer cannot be used: {fault.text}\nGive the whole answer again, corrected, as one JSON object."


def accept(_: BaseModel) -> None:
    """The check of a form that needs no further check."""
