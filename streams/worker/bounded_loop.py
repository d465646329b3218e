"""An event loop that ends: as `asyncio.run`, but it waits for nothing that does not heed its cancellation.

In: a coroutine.  Out: what it returns or raises.  What is left running is left to the process's end.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from monitoring.logs import log

CLEAN_UP_S = 5.0
"""How long cancelled tasks may take to end."""

T = TypeVar("T")


def run(main: Coroutine[Any, Any, T], clean_up_s: float = CLEAN_UP_S) -> T:
    """What `main` returns. `asyncio.run` waits for ever for a task that swallows its cancellation, as Faust has."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        return loop.run_until_complete(main)
    finally:
        asyncio.set_event_loop(None)
        _leave(loop, clean_up_s)


def _leave(loop: asyncio.AbstractEventLoop, within_s: float) -> None:
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    pending = tasks
    if tasks:
        _, pending = loop.run_until_complete(asyncio.wait(tasks, timeout=within_s))
    if pending:
        names = sorted({getattr(task.get_coro(), "__qualname__", task.get_name()) for task in pending})
        log("process").warning("tasks did not end when they were cancelled", tasks=", ".join(names))
        return  # closing the loop under them would make each of them fail once more
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
