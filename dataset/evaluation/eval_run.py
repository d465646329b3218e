"""Asks a model every unanswered question, several concurrently, and logs each answer at once.

In: questions, an `Answerer`, a log.  Out: answers in the log; the number of failures.
Does not retry: the answerer does, and the next run asks failed questions again.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from dataset.evaluation.answer_log import AnswerLog, logged
from dataset.evaluation.eval_items import EncodedPicture, Item
from dataset.evaluation.reply_outcome import outcome_of
from schemas.errors import PermanentError, RetryableError, UserError
from schemas.llm.contract import Reply

MAX_CONSECUTIVE_FAILURES = 20
"""Consecutive failures after which the run stops: the model is unavailable."""


class Answerer(Protocol):
    """A model that answers questions about pictures."""

    @property
    def name(self) -> str:
        """The model's name in the results."""
        ...

    @property
    def at_once(self) -> int:
        """The number of concurrent questions."""
        ...

    @property
    def max_tokens(self) -> int:
        """The limit of a reply."""
        ...

    async def answer(self, item: Item, picture_data: EncodedPicture) -> Reply:
        """The model's reply. Raises RetryableError, PermanentError."""
        ...


@dataclass
class RunProgress:
    """The progress of a run: `failed` questions have no answer, `last` is the last error."""

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
    """Ask the questions without an answer in the log; `tell` is called after each. Raises UserError for a wrong set-up."""
    progress = RunProgress()
    semaphore = asyncio.Semaphore(answerer.at_once)

    async def answer_one(item: Item, picture_data: EncodedPicture) -> None:
        try:
            reply = await answerer.answer(item, picture_data)
        except (RetryableError, PermanentError) as error:
            progress.failed, progress.consecutive_failures, progress.last = (
                progress.failed + 1,
                progress.consecutive_failures + 1,
                str(error),
            )
        else:
            log.add(logged(item.id, reply.text, outcome_of(reply, item, answerer.max_tokens)))
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
    """The first UserError, where the group has no other errors; else the group."""
    user_errors, others = several.split(UserError)
    if user_errors is None or others is not None:
        return several
    first = user_errors.exceptions[0]
    return _user_error_of(first) if isinstance(first, ExceptionGroup) else first
