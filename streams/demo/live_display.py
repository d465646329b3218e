"""The demo's progress on a terminal, or as plain lines where the output is a file.

In: a status and the outcomes.  Out: text.
"""

import time
from types import TracebackType

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.text import Text

from streams.demo.outcome_counts import OutcomeCounts
from streams.operations.status import Status
from streams.operations.status_table import as_stages

PLAIN_EVERY_S = 5.0
"""Seconds between lines where the output is not a terminal."""


class Display:
    """Shows the latest state while the demo runs; a context manager. `began`: when the demo did, as of `time.monotonic`."""

    def __init__(self, console: Console, began: float) -> None:
        self._console = console
        self._live = Live(console=console, refresh_per_second=4, transient=True) if console.is_terminal else None
        self._next_line, self._began = 0.0, began

    def __enter__(self) -> "Display":
        if self._live:
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._live:
            self._live.stop()

    def say(self, text: str) -> None:
        """Print a permanent line."""
        self._console.print(text, highlight=False, soft_wrap=True)

    def show(self, status: Status, outcomes: OutcomeCounts, stored: int) -> None:
        """Show the current state."""
        line = f"{progress_line(outcomes, stored)}; {clock(outcomes, time.monotonic() - self._began)}"
        if self._live:
            self._live.update(picture(status, outcomes, line))
        elif time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + PLAIN_EVERY_S
            self.say(line)

    def end(self, outcomes: OutcomeCounts, stored: int) -> None:
        """Print the last state where the output is a file, whose last line would be of some seconds before."""
        if not self._live:
            self.say(f"{progress_line(outcomes, stored)}; {clock(outcomes, time.monotonic() - self._began)}")


def picture(status: Status, outcomes: OutcomeCounts, line: str) -> RenderableType:
    """The table of stages above a bar of finished requests."""
    done = outcomes.requested - len(outcomes.open)
    bar = ProgressBar(total=outcomes.requested, completed=done, width=60, complete_style="cyan", finished_style="cyan")
    return Group(as_stages(status), Text(), Padding(bar, 0), Text(line))  # a bar ends no line


def clock(outcomes: OutcomeCounts, seconds: float) -> str:
    """How long it has taken, and by the pace so far how long the rest takes: `1:04 elapsed, about 0:40 left`."""
    done = outcomes.requested - len(outcomes.open)
    left = f", about {_minutes(seconds / done * len(outcomes.open))} left" if done and outcomes.open else ""
    return f"{_minutes(seconds)} elapsed{left}"


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def progress_line(outcomes: OutcomeCounts, stored: int) -> str:
    """The counts as text."""
    done = outcomes.requested - len(outcomes.open)
    dead = sum(outcomes.dead_letters.values())
    return (
        f"{done} of {outcomes.requested} graphs decided: {len(outcomes.samples)} accepted, "
        f"{len(outcomes.rejected)} rejected, {dead} dead letters; {stored} in the dataset"
    )
