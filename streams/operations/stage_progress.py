"""How long a stage has stood still: it has members and unread events, and neither commits nor publishes anything.

In: the state of each group at each look.  Out: seconds; a small file, so that looks of one call after another add up.
One look alone shows nothing: a slow step commits seldom.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from streams.broker.group_state import GroupState

Marks = dict[str, tuple[str, float]]
"""Stage to its mark, and since when it has been the same (UNIX time)."""


class Progress:
    """Remembers the marks of the last look, in a file where one is given. A file that is no such file is forgotten."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._marks: Marks = _read(file) if file is not None else {}

    def still_s(self, states: Mapping[str, GroupState], now: float) -> dict[str, float]:
        """For each stage the seconds since it last moved, as far as it was looked at. `now` is the UNIX time."""
        marks: Marks = {}
        for stage, state in states.items():
            if state.members and state.unread:
                mark, since = self._marks.get(stage, ("", now))
                marks[stage] = (state.mark, since if mark == state.mark and since <= now else now)
        self._marks = marks
        if self._file is not None:
            _write(self._file, marks)
        return {stage: now - marks[stage][1] if stage in marks else 0.0 for stage in states}


def _read(file: Path) -> Marks:
    try:
        found = json.loads(file.read_text("utf-8"))
        return {str(stage): (str(mark), float(since)) for stage, (mark, since) in found.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _write(file: Path, marks: Marks) -> None:
    with suppress(OSError):  # a folder that may not be written only means that the next call knows less
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f"{file.name}.part")
        draft.write_text(json.dumps(marks), "utf-8")
        draft.replace(file)
