"""Puts every open question to a model, several at a time, and keeps each answer at once.

In: questions, an `Answerer`, a book.  Out: answers in the book; how many were had of nobody.
Tries nothing twice: patience is the answerer's business, and what failed is asked again by the next run.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from dataset.evaluation.answer_log import AnswerLog
from dataset.evaluation.eval_items import EncodedPicture, Item
from dataset.evaluation.prompting import choice_of
from schemas.errors import PermanentError, RetryableError, UserError

MAX_CONSECUTIVE_FAILURES = 20
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

    async def answer(self, item: Item, picture_data: EncodedPicture) -> str:
        """What it says. Raises RetryableError, PermanentError."""
        ...


@dataclass
class RunProgress:
    """How a run went: `failed` questions have no answer, `last` says why."""

    answered: int = 0
    failed: int = 0
    last: str = ""
    consecutive_failures: int = 0


async def ask(
    with_pictures: Iterator[tuple[Item, EncodedPicture]],
    answerer: Answerer,
    log: AnswerLog,
    tell: Callable[[RunProgress], None],
) -> RunProgress:
    """Ask what the book has no answer to. `tell` hears of every step. Raises UserError where the set-up is wrong."""
    progress = RunProgress()
    semaphore = asyncio.Semaphore(answerer.at_once)

    async def answer_one(item: Item, picture_data: EncodedPicture) -> None:
        try:
            response = await answerer.answer(item, picture_data)
        except (RetryableError, PermanentError) as error:
            progress.failed, progress.consecutive_failures, progress.last = (
                progress.failed + 1,
                progress.consecutive_failures + 1,
                str(error),
            )
        else:
            log.add({"id": item.id, "said": response, "choice": choice_of(response, item.choices)})
            progress.answered, progress.consecutive_failures = progress.answered + 1, 0
        finally:
            semaphore.release()
        tell(progress)

    try:
        async with asyncio.TaskGroup() as group:
            for item, picture_data in with_pictures:
                if item.id in log.choices:
                    continue
                await semaphore.acquire()
                if progress.consecutive_failures >= MAX_CONSECUTIVE_FAILURES:
                    semaphore.release()
                    break
                group.create_task(answer_one(item, picture_data))
    except ExceptionGroup as several:
        raise _user_error_of(several) from None
    return progress


def _user_error_of(several: ExceptionGroup[Exception]) -> Exception:
    """What a person can mend, where that is all that went wrong; else the group as it is."""
    user_errors, others = several.split(UserError)
    if user_errors is None or others is not None:
        return several
    first = user_errors.exceptions[0]
    return _user_error_of(first) if isinstance(first, ExceptionGroup) else first
