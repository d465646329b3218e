"""Isolating a poison record: whatever a handler raises is kept to the record that caused it.

In: a call for one record.  Out: what it returns, or PermanentError once it failed a few times.
The one place that catches every exception: a program's fault in one record must not stop the records beside it.  What says
that the process itself cannot go on (no memory, a lost device, an interrupt) passes through.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from schemas.errors import DeviceLost, Fenced, PermanentError, RetryableError, UserError

T = TypeVar("T")

TRIES = 3
"""A fault that is no failure word may still be a matter of chance, as of threads or of memory that was short."""

PASSING = (PermanentError, RetryableError, Fenced, UserError, DeviceLost, MemoryError)
"""What is said on purpose, or of the process and not of the record."""


def isolated(call: Callable[[], T], tries: int = TRIES) -> T | PermanentError:
    """What `call` returns, or why it never will. Raises what is said on purpose, and what is no fault of the record."""
    for attempt in range(1, tries + 1):
        try:
            return call()
        except PASSING:
            raise
        except Exception as error:  # noqa: BLE001 - see above
            if attempt == tries:
                return failed(error, attempt)
    raise ValueError(f"{tries} tries")


async def isolated_async(call: Callable[[], Awaitable[T]], tries: int = TRIES) -> T | PermanentError:
    """The same for what is awaited."""
    for attempt in range(1, tries + 1):
        try:
            return await call()
        except PASSING:
            raise
        except Exception as error:  # noqa: BLE001 - see above
            if attempt == tries:
                return failed(error, attempt)
    raise ValueError(f"{tries} tries")


def failed(error: Exception, attempts: int) -> PermanentError:
    """The failure that stands for an exception; `__cause__` keeps it, for the dead letter's class and traceback."""
    failure = PermanentError("failed", f"{type(error).__name__}: {error}", attempts)
    failure.__cause__ = error
    return failure
