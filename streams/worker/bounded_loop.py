"""Run a coroutine as `asyncio.run` does, but end within a bound even when a task ignores its cancellation.

In: a coroutine.  Out: what it returns or raises.  Tasks that are still running are left to the end of the process.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from monitoring.logs import log

CLEAN_UP_S = 5.0
"""How long cancelled tasks may take to end."""

T = TypeVar("T")


def run(main: Coroutine[Any, Any, T], clean_up_s: float = CLEAN_UP_S) -> T:
    """Return the result of `main`. `asyncio.run` waits forever for tasks that ignore cancellation, as Faust has."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        return loop.run_until_complete(main)
    finally:
        asyncio.set_event_loop(None)
        _shut_down(loop, clean_up_s)


def _shut_down(loop: asyncio.AbstractEventLoop, within_s: float) -> None:
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    pending = tasks
    if tasks:
        _, pending = loop.run_until_complete(asyncio.wait(tasks, timeout=within_s))
    if pending:
        names = sorted({getattr(task.get_coro(), "__qualname__", task.get_name()) for task in pending})
        log("process").warning("tasks did not end when they were cancelled", tasks=", ".join(names))
        return  # closing the loop under these tasks would make each of them fail again
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
