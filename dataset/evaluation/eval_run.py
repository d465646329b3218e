"""Puts every open question to a model, several at a time, and keeps each answer at once.

In: questions, an `Answerer`, a book.  Out: answers in the book; how many were had of nobody.
Tries nothing twice: patience is the answerer's business, and what failed is asked again by the next run.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from dataset.evaluation.answer_log import AnswerLog
from dataset.evaluation.eval_items import Item, Seen
from dataset.evaluation.prompting import choice_of
from schemas.errors import PermanentError, RetryableError, UserError

HOPELESS = 20
"""Failures in a row after which the rest is not asked: the model is not there."""


class Answerer(Protocol):
    """A model that looks at pictures."""

    @property
    def name(self) -> str:
        """The model, as it goes into the results."""
        ...

    @property
    def at_once(self) -> int:
        """How many questions it can be asked at a time."""
        ...

    async def answer(self, item: Item, seen: Seen) -> str:
        """What it says. Raises RetryableError, PermanentError."""
        ...


@dataclass
class Asking:
    """How a run went: `failed` questions have no answer, `last` says why."""

    answered: int = 0
    failed: int = 0
    last: str = ""
    in_a_row: int = 0


async def ask(
    pictured: Iterator[tuple[Item, Seen]], answerer: Answerer, book: AnswerLog, tell: Callable[[Asking], None]
) -> Asking:
    """Ask what the book has no answer to. `tell` hears of every step. Raises UserError where the set-up is wrong."""
    went = Asking()
    room = asyncio.Semaphore(answerer.at_once)

    async def one(item: Item, seen: Seen) -> None:
        try:
            said = await answerer.answer(item, seen)
        except (RetryableError, PermanentError) as error:
            went.failed, went.in_a_row, went.last = went.failed + 1, went.in_a_row + 1, str(error)
        else:
            book.add({"id": item.id, "said": said, "choice": choice_of(said, item.choices)})
            went.answered, went.in_a_row = went.answered + 1, 0
        finally:
            room.release()
        tell(went)

    try:
        async with asyncio.TaskGroup() as group:
            for item, seen in pictured:
                if item.id in book.choices:
                    continue
                await room.acquire()
                if went.in_a_row >= HOPELESS:
                    room.release()
                    break
                group.create_task(one(item, seen))
    except ExceptionGroup as several:
        raise _plain(several) from None
    return went


def _plain(several: ExceptionGroup[Exception]) -> Exception:
    """What a person can mend, where that is all that went wrong; else the group as it is."""
    mendable, others = several.split(UserError)
    if mendable is None or others is not None:
        return several
    first = mendable.exceptions[0]
    return _plain(first) if isinstance(first, ExceptionGroup) else first
