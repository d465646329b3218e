"""An event loop in a thread of its own, for synchronous callers.

In: coroutines, from any thread.  Out: what they return.  One loop for the whole process, so that clients keep their
connections from one call to the next.
"""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class LoopThread:
    """Starts its thread with the first coroutine; the thread ends with the process."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="language", daemon=True)
        self._starting = threading.Lock()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for the result of a coroutine, or for what it raises."""
        with self._starting:
            if not self._thread.is_alive():
                self._thread.start()
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()
