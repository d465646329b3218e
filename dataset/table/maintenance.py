"""Maintains a table while it is read and written: compaction and vacuum.

In: the table's address.  Out: commits that add no rows; deleted files.
Readers keep their snapshots, writers their positions.  Runs only when called.
"""

from dataclasses import dataclass

from dataset.table.delta_table import Options, Table
from dataset.table.table_errors import CommitConflict
from schemas.errors import RetryableError, UserError

TARGET_BYTES = 128 * 1024 * 1024
"""Size of a joined file: thousands of samples, and one still fits into memory while it is written."""

SAFE_HOURS = 168
"""A week: longer than any training run reads one snapshot, or a follower of the change feed is stopped."""

MIN_HOURS = 1
"""Even when forced: files of a commit in progress are not yet in the log and must not be deleted."""

TRIES = 3
"""Attempts: another process may compact the same files first."""


@dataclass(frozen=True)
class Compacted:
    """The number of files joined and made, and the table's version afterwards."""

    joined: int
    made: int
    version: int


def compact(uri: str, storage_options: Options = None, target_bytes: int = TARGET_BYTES) -> Compacted:
    """Join files that are smaller than the target; nothing happens where there are none.

    The replaced files stay until a vacuum, for readers of earlier snapshots.  Raises NoDataset, RetryableError.
    """
    for _ in range(TRIES):
        table = Table.load(uri, storage_options)
        try:
            joined, made = table.compact(target_bytes)
        except CommitConflict:
            continue
        return Compacted(joined, made, table.version)
    raise RetryableError(f"another process is compacting {uri}")


@dataclass(frozen=True)
class Retention:
    """How long to keep files that only earlier versions need. `force` allows less than a week."""

    keep_hours: int = SAFE_HOURS
    force: bool = False

    def check(self) -> None:
        """Raise UserError for a retention that is unsafe for readers."""
        least = MIN_HOURS if self.force else SAFE_HOURS
        if self.keep_hours < least:
            hint = "" if self.force else ", or force it when you know that nobody reads earlier versions"
            raise UserError(
                f"keeping {self.keep_hours} h is not safe: readers may still use what would be deleted;"
                f" keep {least} h or more{hint}"
            )


def vacuum(
    uri: str, storage_options: Options = None, retention: Retention | None = None, dry_run: bool = False
) -> list[str]:
    """Delete files that no version within the retention needs, and name them; with `dry_run` only name them.

    Versions from before can no longer be read afterwards, nor followed.  Raises UserError for a retention that is too
    short, NoDataset, RetryableError.
    """
    wanted = retention or Retention()
    wanted.check()
    return Table.load(uri, storage_options).vacuum(wanted.keep_hours, dry_run)
