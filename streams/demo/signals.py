"""Ctrl-C and SIGTERM of the demo, recorded.

In: signals.  Out: KeyboardInterrupt where the signal arrived, or at the next `check`.
A library that is deep in a call may swallow the exception; what was asked for is not forgotten by that.  Signals after
the first change nothing: the way out is bounded, and interrupting it would leave processes behind.
"""

import signal
from types import FrameType, TracebackType
from typing import Any

STOPPING = (signal.SIGINT, signal.SIGTERM)


class SignalFlag:
    """Handles signals while the block runs."""

    def __init__(self) -> None:
        self._asked = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> "SignalFlag":
        for number in STOPPING:
            self._before[number] = signal.signal(number, self._take)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def check(self) -> None:
        """Raise KeyboardInterrupt if a signal came."""
        if self._asked:
            raise KeyboardInterrupt

    def _take(self, _number: int, _frame: FrameType | None) -> None:
        if not self._asked:
            self._asked = True
            raise KeyboardInterrupt
