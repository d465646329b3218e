"""Arguments that several commands take: the dataset's address, folders for results, times.

In: texts and paths of the command line, settings.  Out: what they mean; Misused for anything else.  Also where output goes.
"""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

FILE_COLUMNS = 2000
"""Of output that is no terminal: a reason of any length stays on its line, where `grep` finds it."""

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

_AGO = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)([smhdw])", re.ASCII)

FORMS = "a time such as 2026-03-01 or 2026-03-01T12:00 (UTC), or how long ago: 90s, 15m, 2h, 7d"


def where(uri: str | None, waits: bool = False) -> tuple[str, dict[str, str] | None]:
    """The table's address and, in an object store, the options that reach it.

    Raises RetryableError for a store that does not answer within `connect_timeout_s`: clients of tables try for
    minutes.  Who `waits` for it asks for no such look.
    """
    from streams.errors import Misused
    from streams.settings import WriterSettings
    from streams.storage.s3 import require_keys, storage_options
    from streams.storage.s3_connection import endpoint_of
    from streams.storage.s3_probe import store_answers

    settings = WriterSettings()
    found = uri or settings.dataset_uri
    if not found.startswith("s3://"):
        if "://" in found:
            raise Misused(f"{found}: a dataset is in a folder or at s3://bucket/path")
        return found, None
    options = storage_options(settings, found)
    if not waits:
        store_answers(endpoint_of(settings), settings.connect_timeout_s)
    require_keys(settings)
    return found, options


def known_renderer(name: str | None) -> str | None:
    """A renderer of the command line, None where none is given. Raises Misused with the nearest and what there is."""
    from gpu_workers.renderers import RENDERERS
    from schemas.texts.fault_words import did_you_mean
    from streams.errors import Misused

    if name is not None and name not in RENDERERS:
        raise Misused(
            f"--renderer {name}: no such renderer{did_you_mean(name, RENDERERS)}; there are {', '.join(RENDERERS)}"
        )
    return name


def console_of_output() -> "Console":
    """Standard output for tables: as wide as the terminal, and in a file or a pipe so wide that no line is broken."""
    from rich.console import Console

    console = Console()
    return console if console.is_terminal else Console(width=FILE_COLUMNS)


def folder(path: Path) -> Path:
    """A folder of this machine for results. Raises Misused for an address in an object store."""
    from streams.errors import Misused

    if path.parts and path.parts[0].endswith(":"):
        raise Misused(f"--out {path}: give a folder of this machine; only tables can be written to an object store")
    return path


def moment(text: str, now: datetime) -> datetime:
    """The time given by `text`: ISO 8601 (UTC without a zone), or a duration before `now`. Raises Misused."""
    from streams.errors import Misused

    ago = _AGO.fullmatch(text.strip())
    try:
        if ago is not None:
            return now.astimezone(UTC) - timedelta(**{UNITS[ago[2]]: float(ago[1])})
        found = datetime.fromisoformat(text.strip())
        return (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Misused(f"{text!r} is no time: give {FORMS}") from None
