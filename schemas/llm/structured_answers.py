"""Requests an answer of a given form from a model, with repair rounds that show the model its faults.

In: a model, a request, a form, a check.  Out: the checked answer, or Unanswered with all replies.
Knows no server, no cache and no store.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from pydantic import BaseModel

from schemas.llm.answer_parsing import Unreadable
from schemas.llm.contract import Counts, Fault, LanguageModel, MalformedReply, Reply, Request, Turn
from schemas.llm.reply_reading import read_reply
from schemas.llm.thinking import is_blank, without_thinking
from schemas.llm.token_limits import GROWN_TOKENS

T = TypeVar("T", bound=BaseModel)
Check = Callable[[T], Fault | None]

REPAIRS = 2
"""Repair rounds: a fault that a model does not fix in two it rarely fixes in more."""

REPAIR_MARK = "This answer cannot be used:"
"""How the request for a repair begins."""

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
            reply = await self._complete()
            self.replies = (*self.replies, reply)
            found = self._parse_and_check(reply, check)
            if not isinstance(found, Fault):
                return found
            self.show(found)

    async def _complete(self) -> Reply:
        """The reply. Raises Unanswered where a server sends no answer of the API to this request."""
        try:
            return await self.model.complete(self.request)
        except MalformedReply as error:
            raise Unanswered(Fault(str(error)), self.request, self.replies) from error

    def show(self, fault: Fault) -> None:
        """Add a fault of the last answer to the request, for the next `ask`. Raises Unanswered after the last round."""
        if self._faults_shown == REPAIRS or fault.reason == "refused":
            raise Unanswered(fault, self.request, self.replies)
        self._faults_shown += 1
        self.counts.repaired(self.request.stage)
        last, room = self.replies[-1], self.request.max_tokens
        if last.finish == "cut" and self.request.may_grow:
            room = max(room, min(GROWN_TOKENS, 2 * room))
        self.request = replace(self.request, turns=_with_repair(self.request.turns, last, fault), max_tokens=room)

    def _parse_and_check(self, reply: Reply, check: Check[T]) -> T | Fault:
        if reply.finish == "refused":
            return Fault(f"the model declined: {reply.text[:300]}", reason="refused")
        try:
            value = read_reply(reply, self.form, self.request.max_tokens)
        except Unreadable as error:
            return Fault(str(error))
        return check(value) or value


def _with_repair(turns: tuple[Turn, ...], last: Reply, fault: Fault) -> tuple[Turn, ...]:
    """The turns with the faulty answer and its fault.

    Some servers refuse an answer without words, and two turns of one role: the fault is added to the last turn then.
    """
    said = (without_thinking(last.text) or "").strip()[:SHOWN_CHARS]
    if not is_blank(said):
        return (*turns, Turn("assistant", said), Turn("user", _repair_request(fault)))
    return (*turns[:-1], Turn("user", f"{turns[-1].text}\n\n{_repair_request(fault)}"))


def _repair_request(fault: Fault) -> str:
    return f"{REPAIR_MARK} {fault.text}\nGive the whole answer again, corrected, as one JSON object."


def accept(_: BaseModel) -> None:
    """The check of a form that needs no further check."""
