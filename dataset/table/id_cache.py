"""Caches the sample ids of a table in a local file, with the table version up to which they are complete.

In: ids and versions.  Out: which of some ids are known.
Only a cache: a file that is damaged, unfinished or of another table is discarded and filled anew from the table
(`dataset.table.id_index`).  Each process has its own file, so processes never wait for each other.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

CACHE_KIB = 32 * 1024
"""SQLite's page cache: bounds memory for any number of ids."""

SLOTS = 64
"""Processes of one machine that may share the folder."""

HEX_ID_CHARS = 32
"""Ids of this many hexadecimal digits are stored as 16 bytes, others as text."""

Key = bytes | str


class CacheDamaged(Exception):
    """The file is unusable: start over with a new `IdCache`."""


class IdCache:
    """An ordered set of ids on disk. `version` and its `mark` (`Table.mark`) are None while it is being filled."""

    def __init__(self, folder: Path, table_id: str, cache_kib: int = CACHE_KIB) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path, self._db = _claim(folder, table_id)
        self._db.execute(f"PRAGMA cache_size = -{cache_kib}")
        self.version, self.mark = self._read_version()

    def known(self, ids: Iterable[str]) -> set[str]:
        """Those of `ids` that are in the set."""
        ask = "SELECT 1 FROM seen WHERE id = ?"
        with self._usable():
            return {one for one in ids if self._db.execute(ask, (_key(one),)).fetchone()}

    def add(self, ids: Iterable[str], version: int, mark: int | None = None) -> None:
        """Add the ids that the table has at `version`, in one transaction."""
        with self._usable(), self._db:
            self._db.execute("BEGIN")
            self._insert(ids)
            self._set_version(version, mark)
        self.version, self.mark = version, mark

    def fill(self, chunks: Iterable[Sequence[str]], version: int, mark: int | None = None) -> None:
        """Replace all ids. A process that dies meanwhile leaves a file without a version, which is filled anew."""
        self.version = self.mark = None
        with self._usable():
            self._db.execute("PRAGMA journal_mode = OFF")
            self._db.execute("PRAGMA synchronous = OFF")
            self._db.execute("DELETE FROM reached")
            self._db.execute("DELETE FROM seen")
            for chunk in chunks:
                with self._db:
                    self._db.execute("BEGIN")
                    self._insert(chunk)
            with self._db:
                self._set_version(version, mark)
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.execute("PRAGMA journal_mode = WAL")
        self.version, self.mark = version, mark

    def close(self, discard: bool = False) -> None:
        """Leave the file to the next process, or delete it."""
        self._db.close()
        if discard:
            _delete(self._path)

    def _insert(self, ids: Iterable[str]) -> None:
        keys = [_key(one) for one in ids]
        hexadecimal = sorted(key for key in keys if isinstance(key, bytes))  # in the file's order: each page once
        others = [key for key in keys if isinstance(key, str)]
        self._db.executemany("INSERT OR IGNORE INTO seen VALUES (?)", zip((*hexadecimal, *others), strict=True))

    def _set_version(self, version: int, mark: int | None) -> None:
        self._db.execute("INSERT OR REPLACE INTO reached VALUES (0, ?, ?)", (version, mark))

    def _read_version(self) -> tuple[int | None, int | None]:
        return self._db.execute("SELECT version, mark FROM reached").fetchone() or (None, None)

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            self.close(discard=True)
            raise CacheDamaged(f"{self._path}: {error}") from error


def _claim(folder: Path, table_id: str) -> tuple[Path, sqlite3.Connection]:
    for slot in range(SLOTS):
        path = folder / f"seen-{table_id}-{slot}.sqlite"
        try:
            return path, _open(path)
        except sqlite3.DatabaseError as error:
            if _is_taken(error):
                continue
        _delete(path)
        return path, _open(path)
    raise OSError(f"{SLOTS} processes already keep their ids in {folder}")


def _open(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA locking_mode = EXCLUSIVE")  # the file is this process's until it ends
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("BEGIN EXCLUSIVE")
        db.execute("CREATE TABLE IF NOT EXISTS seen (id BLOB PRIMARY KEY) WITHOUT ROWID")
        db.execute("CREATE TABLE IF NOT EXISTS reached (one INTEGER PRIMARY KEY, version INTEGER NOT NULL, mark INTEGER)")
        db.execute("SELECT mark FROM reached")  # fails for a file of an earlier version, which is then made anew
        db.execute("COMMIT")
        found = db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise sqlite3.DatabaseError(found)
    except sqlite3.DatabaseError:
        db.close()
        raise
    return db


def _is_taken(error: sqlite3.DatabaseError) -> bool:
    return getattr(error, "sqlite_errorcode", None) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _delete(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _key(one: str) -> Key:
    if len(one) != HEX_ID_CHARS:
        return one
    try:
        return bytes.fromhex(one)
    except ValueError:
        return one
