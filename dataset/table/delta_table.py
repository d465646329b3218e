"""The Delta Lake table: the one file that imports deltalake.

In: Arrow tables with positions, or questions about the snapshot.  Out: commits, versions, files.
Independent of events and columns.  Unreachable storage raises RetryableError, an address without a table NoDataset, a table
of which a file is missing or broken DamagedTable with that file.
Never uses `DeltaTable.to_pyarrow_table`: a process that did aborts when it exits.
"""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import pyarrow as pa
import pyarrow.fs
from deltalake import (
    ColumnProperties,
    CommitProperties,
    DeltaTable,
    QueryBuilder,
    Schema,
    Transaction,
    WriterProperties,
    write_deltalake,
)
from deltalake.exceptions import (
    CommitFailedError,
    DeltaError,
    DeltaProtocolError,
    SchemaMismatchError,
    TableNotFoundError,
)
from deltalake.fs import DeltaStorageHandler
from deltalake.transaction import AddAction, create_table_with_add_actions

from dataset.table.storage_environment import client_environment
from dataset.table.table_damage import Fault, empty_commit, first_fault, log_fault, size_fault, version_of
from dataset.table.table_errors import (
    CommitConflict,
    DamagedTable,
    LogGone,
    NoDataset,
    NoTable,
    NoVersion,
    Vacuumed,
    failure_of,
    first_line,
)
from schemas.errors import RetryableError

IDS_TRANSACTION = "skg.sample-ids"
"""A transaction id of every commit of rows: of two concurrent commits one is refused, so no commit can store an id that
another one has just stored. Its number is the time in nanoseconds, by which a restored table is known: versions of the
same number differ in it once the table went on."""

CONFIGURATION = {
    "delta.enableChangeDataFeed": "true",  # readers can follow the rows of each version; appends cost nothing more
    "delta.dataSkippingStatsColumns": "sample_id",  # statistics of pictures and texts would only swell the log
}
ROWS_IN_GROUP = 64
"""Rows that must be read to get one of them, its picture among them: 2 MB instead of a whole file after compaction."""

WRITER_PROPERTIES = WriterProperties(
    compression="ZSTD",
    max_row_group_size=ROWS_IN_GROUP,
    default_column_properties=ColumnProperties(statistics_enabled="NONE"),  # useless for texts and pictures
    column_properties={name: ColumnProperties(statistics_enabled="CHUNK") for name in ("sample_id", "scene", "split")},
)
"""Properties of Parquet files, for appends and compaction."""

RETRY_OPTIONS = {"max_retries": "4", "retry_timeout": "10s", "connect_timeout": "5s", "timeout": "20s"}
"""For tables in an object store: callers retry, and opening a partition must not take minutes."""

NO_ANSWER = "Generic S3 error"
"""In the library's errors of a store that does not answer, or refuses: asking it once more says nothing new."""

Options = Mapping[str, str] | None

Properties = Mapping[str, str]
"""The table's own properties: they stay whatever is appended, compacted or vacuumed."""

NO_PROPERTIES: Properties = {}

At = int | datetime | None
"""A state of the table: a version, what was current at a time (UTC where it has no zone), or None for now."""

ROWS_ADDED = "skg.rows"
"""In the history of a table that was written at once: its number of rows, which the log has only for appends."""

VERSION_COLUMN = "_commit_version"
"""In the rows of `Table.changes`: the version that added them."""


@dataclass(frozen=True)
class DataFile:
    """A Parquet file of a snapshot. `path` is relative to the table, `written` is in milliseconds since 1970."""

    path: str
    size: int
    written: int


@dataclass(frozen=True)
class NewFile(DataFile):
    """A file with `rows` rows that is not in any snapshot yet."""

    rows: int

    def action(self) -> AddAction:
        """Its action in the log."""
        stats = json.dumps({"numRecords": self.rows})
        return AddAction(self.path, self.size, {}, self.written, data_change=True, stats=stats)


class Table:
    """One snapshot of a table, held until `refresh`."""

    def __init__(self, delta: DeltaTable, uri: str, options: Options) -> None:
        self._delta, self._uri, self._options = delta, uri, options

    @classmethod
    def load(cls, uri: str, options: Options = None, version: At = None) -> Self:
        """The current snapshot, that of a version, or the one of a time. Raises NoDataset, DamagedTable, RetryableError."""
        with _translated_errors(uri, options), client_environment(options):
            delta = DeltaTable(uri, storage_options=_with_retries(options))
        fault = empty_commit(uri)  # which the library takes for a commit of nothing
        if fault is not None:
            raise _damage(uri, fault)
        if version is not None:
            _load_version(delta, version, uri)
        return cls(delta, uri, options)

    @classmethod
    def create(cls, uri: str, schema: pa.Schema, options: Options = None, properties: Properties = NO_PROPERTIES) -> Self:
        """The table at `uri`, created empty with `properties` if there is none; safe with concurrent writers.

        Raises NoDataset when none can be created there.
        """
        try:
            return cls.load(uri, options)
        except NoDataset:
            pass
        with (
            _translated_errors(uri, options),
            client_environment(options),
            suppress(CommitFailedError),
        ):  # another writer made it
            DeltaTable.create(
                uri,
                schema=schema,
                mode="ignore",
                configuration={**CONFIGURATION, **properties},
                raise_if_key_not_exists=False,  # the project's properties are unknown to the library
                storage_options=_with_retries(options),
                commit_properties=CommitProperties(max_commit_retries=0),  # a retry would give it another id
            )
        return cls.load(uri, options)

    @classmethod
    def create_from_files(cls, uri: str, schema: pa.Schema, files: Sequence[NewFile], options: Options = None) -> Self:
        """A new table of Parquet files at `uri`, in one commit. Raises CommitConflict where a table exists,
        RetryableError.

        Its properties are the metadata of the columns in `schema`: the library refuses unknown ones in such a commit.
        """
        added_values = [file.action() for file in files]
        rows = {ROWS_ADDED: str(sum(file.rows for file in files))}
        with _translated_errors(uri, options), client_environment(options):
            try:
                create_table_with_add_actions(
                    uri,
                    Schema.from_arrow(schema),
                    added_values,
                    configuration=CONFIGURATION,
                    storage_options=_with_retries(options),
                    commit_properties=CommitProperties(max_commit_retries=0, custom_metadata=rows),
                )
            except DeltaError as error:
                if DeltaTable.is_deltatable(uri, _with_retries(options)):
                    raise CommitConflict(str(error)) from error
                raise
        return cls.load(uri, options)

    @property
    def id(self) -> str:
        """The table's id: a later table at the same address has another."""
        return str(self._delta.metadata().id)

    @property
    def properties(self) -> Properties:
        """The table's properties, also those that it has as metadata of a column (`create_from_files`)."""
        columns = [field.metadata or {} for field in self.schema]
        marks = {name.decode(): value.decode() for metadata in columns for name, value in metadata.items()}
        return {**marks, **self._delta.metadata().configuration}

    @property
    def version(self) -> int:
        """The version of the snapshot."""
        return self._delta.version()

    def refresh(self) -> None:
        """Move on to the newest version."""
        with _translated_errors(self._uri, self._options):
            self._delta.update_incremental()

    def position(self, partition: str) -> int | None:
        """The position that the last commit of `partition` recorded, as of the snapshot."""
        return self._delta.transaction_version(partition)

    @property
    def mark(self) -> int | None:
        """A number that the last commit of rows had alone; None where there is none."""
        return self.position(IDS_TRANSACTION)

    def had(self, version: int, mark: int | None) -> bool:
        """Whether an earlier version, or this one, had this mark: else the table was replaced by a copy that was older.

        False too for a version that can no longer be read. Raises RetryableError.
        """
        if version >= self.version:
            return (version, mark) == (self.version, self.mark)
        try:
            return Table.load(self._uri, self._options, version).mark == mark
        except NoDataset:
            return False

    @property
    def schema(self) -> pa.Schema:
        """The columns of the snapshot."""
        return pa.schema(self._delta.schema())

    def append(self, rows: pa.Table, positions: Mapping[str, int]) -> None:
        """Add rows and record positions in one commit on the held snapshot. Raises CommitConflict, RetryableError.

        Columns that the table lacks are added to it, null in earlier rows; columns that `rows` lacks are null.
        """
        marks = {**positions, IDS_TRANSACTION: time.time_ns()}
        transactions = [Transaction(name, position) for name, position in marks.items()]
        with _translated_errors(self._uri, self._options):
            try:
                write_deltalake(
                    self._delta,
                    rows,
                    mode="append",
                    schema_mode="merge",
                    writer_properties=WRITER_PROPERTIES,
                    commit_properties=CommitProperties(app_transactions=transactions),
                )
            except CommitFailedError as error:
                raise CommitConflict(str(error)) from error

    def changes(self, first: int, last: int, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """The rows that versions `first` to `last` added, with VERSION_COLUMN. Raises LogGone, DamagedTable where a file of
        this snapshot is broken, RetryableError."""
        try:
            changes = self._delta.load_cdf(first, last, columns=None if columns is None else list(columns))
            yield from pa.RecordBatchReader.from_stream(changes)
        except (DeltaError, pa.ArrowException) as error:
            self._require_whole(error)
            raise LogGone(f"versions {first} to {last} of {self._uri}: {first_line(error)}") from error
        except OSError as error:
            raise RetryableError(f"{self._uri} cannot be reached: {first_line(error)}", "table") from error

    def added_values(self, first: int, last: int, column: str) -> list[str]:
        """The values of `column` in the rows that versions `first` to `last` added. Raises LogGone, RetryableError."""
        return [text for batch in self.changes(first, last, [column]) for text in batch.column(0).to_pylist()]

    def files(self) -> list[DataFile]:
        """The snapshot's Parquet files, oldest first."""
        actions = self._delta.get_add_actions()
        columns = [actions[name].to_pylist() for name in ("path", "size_bytes", "modification_time")]
        found = [DataFile(path, size, written) for path, size, written in zip(*columns, strict=True)]
        return sorted(found, key=lambda file: (file.written, file.path))

    def uris(self) -> list[str]:
        """The full addresses of the snapshot's Parquet files."""
        return sorted(self._delta.file_uris())

    def folder(self, files: Sequence[DataFile]) -> pyarrow.fs.FileSystem:
        """A file system with `files` under their relative paths, for local and remote tables."""
        sizes = {file.path: file.size for file in files}  # spares a request a file
        return _storage(self._delta.table_uri, self._options, sizes)

    @contextmanager
    def reading(self, file: DataFile) -> Iterator[None]:
        """Around reads of a file of the snapshot. Raises DamagedTable where the file is missing or broken, Vacuumed where
        the newest snapshot does not have it either, RetryableError where the storage does not answer; passes on an error of
        Arrow that is no fault of the file."""
        try:
            yield
        except (OSError, pa.ArrowException) as error:
            self._require_whole(error, [file])
            if isinstance(error, OSError):
                raise RetryableError(f"{file.path} of {self._uri} cannot be read: {first_line(error)}", "table") from error
            raise

    def query(self, sql: str) -> pa.Table:
        """The result of a query over the snapshot, which is the table `samples` there.

        Raises DamagedTable, RetryableError.
        """
        with _translated_errors(self._uri, self._options):
            answer = QueryBuilder().register("samples", self._delta).execute(sql)
            try:
                return pa.RecordBatchReader.from_stream(answer).read_all()  # pa.table() would import pandas: 2 s
            except pa.ArrowException as error:
                self._require_whole(error)
                if "Object Store error" in str(error):
                    raise OSError(first_line(error)) from error
                raise

    def require_files(self) -> None:
        """Raise DamagedTable for a file of the snapshot that is missing or cut short, RetryableError. Reads none."""
        folder = _storage(self._uri, self._options)
        with _translated_errors(self._uri, self._options):
            fault = size_fault(folder, self.files())
            if fault is not None:
                raise _damage(self._uri, fault, version_of(folder, fault.path))

    def _require_whole(self, error: Exception, files: Sequence[DataFile] | None = None) -> None:
        """After a read failed: raise for the first of the files, of all of the snapshot by default, that is broken."""
        folder = _storage(self._uri, self._options)
        with _translated_errors(self._uri, self._options):
            fault = first_fault(folder, self.files() if files is None else files)
        if fault is None:
            return
        if fault.is_missing and fault.path not in {file.path for file in Table.load(self._uri, self._options).files()}:
            why = f"the dataset at {self._uri} was compacted and vacuumed since, {fault.path} is gone"
            raise Vacuumed(f"{why}: read a version after {self.version}") from error
        raise _damage(self._uri, fault, version_of(folder, fault.path)) from error

    def compact(self, target_bytes: int) -> tuple[int, int]:
        """Join small files in one commit; (files joined, files made). Nothing is deleted. Raises CommitConflict,
        DamagedTable, RetryableError."""
        with _translated_errors(self._uri, self._options):
            try:
                done = self._delta.optimize.compact(
                    target_size=target_bytes,
                    max_concurrent_tasks=1,  # memory stays near one target's size
                    writer_properties=WRITER_PROPERTIES,
                    commit_properties=CommitProperties(max_commit_retries=0),
                )
            except CommitFailedError as error:
                raise CommitConflict(str(error)) from error
            except (DeltaError, pa.ArrowException) as error:
                self._require_whole(error)
                raise
        return int(done["numFilesRemoved"]), int(done["numFilesAdded"])

    def vacuum(self, keep_hours: int, dry_run: bool) -> list[str]:
        """Delete files that no version of the last `keep_hours` needs, or only list them. Raises RetryableError.

        Files of writers that died before their commit are among them; the caller chooses the retention.
        """
        with _translated_errors(self._uri, self._options):
            return list(self._delta.vacuum(keep_hours, dry_run=dry_run, enforce_retention_duration=False, full=True))

    def history(self, newest: int | None = None) -> list[dict[str, object]]:
        """The log's entries of the versions up to the snapshot's, oldest first; all of them, or the newest so many."""
        with (
            _translated_errors(self._uri, self._options),
            client_environment(self._options),
        ):  # a table loaded at an earlier version lists all versions, wrongly numbered
            table = DeltaTable(self._uri, storage_options=_with_retries(self._options))
            return [entry for entry in reversed(table.history(newest)) if int(entry["version"]) <= self.version]


def folder_at(uri: str, options: Options = None) -> pyarrow.fs.FileSystem:
    """A file system with the files at an address under their relative paths. Creates a local folder, but no table."""
    if "://" not in uri:
        Path(uri).mkdir(parents=True, exist_ok=True)
    with _translated_errors(uri, options):
        return _storage(uri, options)


def _storage(uri: str, options: Options, sizes: Mapping[str, int] | None = None) -> pyarrow.fs.FileSystem:
    """The files at an address; those of known size are opened without asking for it."""
    with client_environment(options):
        known = None if sizes is None else dict(sizes)
        return pyarrow.fs.PyFileSystem(DeltaStorageHandler(uri, _with_retries(options), known))


@contextmanager
def _translated_errors(uri: str, options: Options = None) -> Iterator[None]:
    try:
        yield
    except TableNotFoundError as error:
        raise NoTable(uri) from error
    except (SchemaMismatchError, DeltaProtocolError):
        raise
    except OSError as error:
        raise failure_of(uri, first_line(error)) from error
    except DeltaError as error:
        fault = None if NO_ANSWER in str(error) else _log_fault(uri, options)
        raise (failure_of(uri, first_line(error)) if fault is None else _damage(uri, fault)) from error


def _log_fault(uri: str, options: Options) -> Fault | None:
    """What is broken in the log at an address; None where nothing is, and where the storage does not answer."""
    with suppress(OSError):
        return log_fault(_storage(uri, options))
    return None


BESIDE_A_DATASET = ("-rejections", "-verdicts")
"""What the addresses of tables end with whose versions nobody chooses."""


def _damage(uri: str, fault: Fault, version: int | None = None) -> DamagedTable:
    """The error for a broken file that came with a version."""
    earlier = f"; version {version - 1} is the last without it" if version else ""
    error = DamagedTable(f"the table at {uri} is damaged: {fault}; put that file back from a copy{earlier}")
    error.earlier = version - 1 if version and not uri.endswith(BESIDE_A_DATASET) else None
    return error


def _current_at(delta: DeltaTable, time: datetime, uri: str) -> int:
    """The newest version committed by then, by the times that commits state. Raises NoVersion where none was.

    The Delta library goes by the times of files, which are later, in a store by up to a second.
    """
    milliseconds = (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp() * 1000
    entries = delta.history()
    found = [int(entry["version"]) for entry in entries if int(entry["timestamp"]) <= milliseconds]
    if found:
        return max(found)
    first = min(entries, key=lambda entry: int(entry["version"]))
    began = datetime.fromtimestamp(int(first["timestamp"]) / 1000, UTC).isoformat(timespec="milliseconds")
    raise NoVersion(f"the dataset at {uri} has no version of {time}: its first, {first['version']}, is of {began}")


def _load_version(delta: DeltaTable, version: int | datetime, uri: str) -> None:
    newest = delta.version()
    if isinstance(version, int) and not 0 <= version <= newest:
        raise NoVersion(f"the dataset at {uri} has no version {version}; the newest is {newest}")
    try:
        delta.load_as_version(_current_at(delta, version, uri) if isinstance(version, datetime) else version)
    except DeltaError as error:
        raise NoVersion(f"{version} of the dataset at {uri} can no longer be read: {first_line(error)}") from error
    except OSError as error:
        raise RetryableError(f"the dataset at {uri} cannot be reached: {first_line(error)}", "table") from error


def _with_retries(options: Options) -> dict[str, str] | None:
    return {**RETRY_OPTIONS, **options} if options is not None else None
