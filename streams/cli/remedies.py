"""What helps: beside a service that does not answer, a path without a dataset.

In: an error, the settings, the current folder.  Out: a few words for people; none where nothing is known.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

LOG = "_delta_log"
DEPTH, MOST_NAMED = 3, 5
"""How far below a folder datasets are looked for, and how many of them are named."""

BESIDE = ("-rejections", "-verdicts")
"""What the names of tables end with that lie beside a dataset."""

SERVICES: Mapping[str, str] = {"broker": "Kafka", "store": "S3"}
"""The roles of `skg up`, and how messages name them."""


def for_service(role: str) -> str:
    """What of `skg up` runs in this folder, for a broker or a store that does not answer; empty for another service."""
    from schemas.errors import UserError
    from streams.broker.connection import connection_of
    from streams.services.service_errors import ServiceError
    from streams.services.service_registry import load
    from streams.settings import KafkaSettings, ProcessSettings, StoreSettings

    if role not in SERVICES:
        return ""
    try:
        running = load(ProcessSettings().state_dir).get(role)
        asked = (str(connection_of(KafkaSettings())), StoreSettings().s3_endpoint)
    except (ServiceError, UserError, OSError, ValueError):
        return ""
    if running is None or not running.alive:
        return 'nothing of `skg up` runs in this folder; eval "$(skg up)" starts a broker and a store'
    there = running.bootstrap if role == "broker" else running.endpoint
    if there in asked:
        return "it is the one that `skg up` of this folder runs: `skg down` and `skg up` start it anew"
    return f'`skg up` of this folder runs one at {there}: eval "$(skg up)" sets its address'


def datasets_below(folder: Path) -> list[str]:
    """Paths of tables in a folder, from the current one: the first few, by their names."""
    return sorted(str(path) for path in _tables(folder, DEPTH))


def for_missing_dataset(address: str = "") -> str:
    """The tables that there are near an address that is none, or below the current folder; empty where there are none."""
    found = _near(address) or datasets_below(Path())
    more = ["…"] if len(found) > MOST_NAMED else []
    return f"there are {', '.join([*found[:MOST_NAMED], *more])}" if found else ""


def _near(address: str) -> list[str]:
    """The tables in the folder in which a path was looked for, where that is not the current one or the whole disk."""
    if not address or "://" in address:
        return []
    folder = Path(address).parent
    while not folder.is_dir():
        folder = folder.parent
    return [] if folder.resolve() in (Path.cwd(), Path(folder.resolve().anchor)) else datasets_below(folder)


def is_table(folder: Path) -> bool:
    """Whether a folder has a table's log."""
    return (folder / LOG).is_dir()


def _tables(folder: Path, depth: int) -> Iterator[Path]:
    """Folders with a table's log; what cannot be read, hidden folders and links are passed over."""
    try:
        inner = sorted(path for path in folder.iterdir() if path.is_dir() and not path.is_symlink())
    except OSError:
        return
    if any(path.name == LOG for path in inner):
        yield from () if folder.name.endswith(BESIDE) else (folder,)
    elif depth:
        for path in inner:
            if not path.name.startswith((".", "_")):
                yield from _tables(path, depth - 1)
