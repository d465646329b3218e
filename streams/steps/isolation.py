"""Isolating a poison record: an exception of a handler fails only the record that caused it.

In: a call for one record.  Out: its result, or PermanentError once it failed a few times.
The only place that catches every exception: a bug triggered by one record must not stop the others.  Errors of the process
itself (no memory, a lost device, an interrupt) are not caught.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from schemas.errors import DeviceLost, Fenced, PermanentError, RetryableError, UserError

T = TypeVar("T")

TRIES = 3
"""An unexpected exception may be transient, as with threads or a shortage of memory."""

PASSED_THROUGH = (PermanentError, RetryableError, Fenced, UserError, DeviceLost, MemoryError)
"""Errors that are raised deliberately, or that concern the process and not the record."""


def isolated(call: Callable[[], T], tries: int = TRIES) -> T | PermanentError:
    """The result of `call`, or its permanent failure. Raises `PASSED_THROUGH` errors."""
    for attempt in range(1, tries + 1):
        try:
            return call()
        except PASSED_THROUGH:
            raise
        except Exception as error:  # noqa: BLE001 - see above
            if attempt == tries:
                return as_permanent_error(error, attempt)
    raise ValueError(f"{tries} tries")


async def isolated_async(call: Callable[[], Awaitable[T]], tries: int = TRIES) -> T | PermanentError:
    """The same for an awaitable."""
    for attempt in range(1, tries + 1):
        try:
            return await call()
        except PASSED_THROUGH:
            raise
        except Exception as error:  # noqa: BLE001 - see above
            if attempt == tries:
                return as_permanent_error(error, attempt)
    raise ValueError(f"{tries} tries")


def as_permanent_error(error: Exception, attempts: int) -> PermanentError:
    """The failure that stands for an exception; `__cause__` keeps it, for the dead letter's class and traceback."""
    failure = PermanentError("failed", f"{type(error).__name__}: {error}", attempts)
    failure.__cause__ = error
    return failure
