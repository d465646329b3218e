"""What helps: beside a service that does not answer, a path without a dataset.

In: an error, the settings, the current folder.  Out: a few words for people; none where nothing is known.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

LOG = "_delta_log"
COPY = "published.json"
"""What is in the folder of a table, and of a published copy."""

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


def datasets_below(folder: Path, or_copy: bool = False) -> list[str]:
    """Paths of tables in a folder, from the current one, by their names; of published copies too with `or_copy`."""
    return sorted(str(path) for path in _tables(folder, DEPTH, (LOG, COPY) if or_copy else (LOG,)))


def for_missing_dataset(address: str = "", or_copy: bool = False) -> str:
    """The tables that there are near an address that is none, or below the current folder; empty where there are none.

    `or_copy`: published copies as well.
    """
    found = _near(address, or_copy) or datasets_below(Path(), or_copy)
    more = ["…"] if len(found) > MOST_NAMED else []
    return f"there are {', '.join([*found[:MOST_NAMED], *more])}" if found else ""


def _near(address: str, or_copy: bool) -> list[str]:
    """The tables in the folder in which a path was looked for, where that is not the current one or the whole disk."""
    if not address or "://" in address:
        return []
    folder = Path(address).parent
    while not folder.is_dir():
        folder = folder.parent
    return [] if folder.resolve() in (Path.cwd(), Path(folder.resolve().anchor)) else datasets_below(folder, or_copy)


def is_table(folder: Path) -> bool:
    """Whether a folder has a table's log."""
    return (folder / LOG).is_dir()


def _tables(folder: Path, depth: int, marks: tuple[str, ...]) -> Iterator[Path]:
    """Folders with one of these; what cannot be read, hidden folders and links are passed over."""
    try:
        there = sorted(path for path in folder.iterdir() if not path.is_symlink())
        inner = [path for path in there if path.is_dir()]
    except OSError:
        return
    if any(path.name in marks for path in there):
        yield from () if folder.name.endswith(BESIDE) else (folder,)
    elif depth:
        for path in inner:
            if not path.name.startswith((".", "_")):
                yield from _tables(path, depth - 1, marks)
