"""How long a stage has stood still: it has members and unread events, and neither commits nor publishes anything.

In: the state of each group at each poll.  Out: seconds; a small file, so that successive commands add up.
One poll alone shows nothing: a slow step commits seldom.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from streams.broker.group_state import GroupState

Marks = dict[str, tuple[str, float]]
"""Stage to its mark, and since when the mark is unchanged (UNIX time)."""


class Progress:
    """Remembers the marks of the last poll, in a file if one is given. An invalid file is ignored."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._marks: Marks = _read(file) if file is not None else {}

    def seconds_without_progress(self, states: Mapping[str, GroupState], now: float) -> dict[str, float]:
        """For each stage the seconds since it last moved, as far as observed. `now` is the UNIX time."""
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
    with suppress(OSError):  # without write permission the next call only lacks this history
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f"{file.name}.part")
        draft.write_text(json.dumps(marks), "utf-8")
        draft.replace(file)
