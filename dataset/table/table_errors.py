"""What can go wrong with a table: its errors, and what a storage's message means.

In: messages of the table's library.  Out: NoDataset, NoTable, NoAccess, DamagedTable, Vacuumed, CommitConflict, LogGone,
or RetryableError, each with the address and the setting to change.
"""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from schemas.errors import Damaged, NotAdmitted, NothingThere, RetryableError, UserError

ACCESS_DENIED = re.compile(r"\b(401 Unauthorized|403 Forbidden|AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch)\b")
"""Matches an object store's refusals, which no retry resolves."""

NO_BUCKET = "NoSuchBucket"
"""Retryable: a bucket may be created later."""

NO_KEYS = "loading credentials"
"""Retryable too: the chain of AWS may ask a service for them."""

DISK_FULL = "No space left on device"

BAD_CERTIFICATE = "invalid peer certificate"
"""Not retryable either."""


class NoDataset(UserError, ValueError):
    """There is no table at the address, or it has no rows to give."""


class NoTable(NoDataset, NothingThere):
    """There is no table at `address`."""

    def __init__(self, address: str) -> None:
        super().__init__(f"there is no dataset at {address}")
        self.address = address


class NoVersion(NoDataset):
    """The table is there, but not this state of it."""


class DamagedTable(Damaged):
    """A file of the table is missing or cannot be read, so the table cannot be read as it is."""


class Vacuumed(UserError):
    """A file of an earlier snapshot was deleted since."""


class NoAccess(UserError):
    """The storage denies access: wrong keys, missing permissions."""


class StoreAccessDenied(NoAccess, NotAdmitted):
    """An object store refuses the keys, or its certificate is not trusted."""


class CommitConflict(Exception):
    """Another commit came first: refresh and retry."""


class LogGone(Exception):
    """The log no longer has what some versions added."""


def failure_of(uri: str, why: str) -> Exception:
    """What a failure of the storage means, from the first line of the library's message."""
    if uri.startswith("s3:") and BAD_CERTIFICATE in why:
        fault = why.rpartition(":")[2].strip()
        return StoreAccessDenied(f"the dataset at {uri}: certificate not accepted: {fault} (SKG_S3_CA_FILE)")
    if uri.startswith("s3:") and ACCESS_DENIED.search(why):
        keys = "SKG_S3_ACCESS_KEY, SKG_S3_SECRET_KEY"
        return StoreAccessDenied(f"the store{_at(why)} refused these keys ({keys}) for the dataset at {uri}")
    if uri.startswith("s3:") and NO_BUCKET in why:
        bucket = urlsplit(uri).netloc
        return RetryableError(f"there is no bucket {bucket} in the store{_at(why)}: the dataset is to be at {uri}", "table")
    if uri.startswith("s3:") and NO_KEYS in why:
        keys = "SKG_S3_ACCESS_KEY, SKG_S3_SECRET_KEY and, for a store other than Amazon's, SKG_S3_ENDPOINT"
        return RetryableError(f"no keys were found for the dataset at {uri}: set {keys}, or give storage_options", "table")
    service = "disk" if DISK_FULL in why else "table"
    return RetryableError(f"the dataset at {uri} cannot be reached: {_without_markup(why)}{_setting_hint(uri)}", service)


def require_writable(uri: str) -> None:
    """Raise NoAccess for a local folder that is not writable: retrying does not help there.

    A full disk is retried, as is a folder that becomes read-only later.
    """
    if "://" in uri:
        return  # the store reports it itself
    folder = Path(uri).absolute()
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if not there.is_dir():
        raise NoAccess(f"there can be no dataset at {uri}: {there} is no folder (SKG_DATASET_URI)")
    if not os.access(there, os.W_OK | os.X_OK):
        raise NoAccess(f"the dataset at {uri} cannot be written: {there} is read-only for us (SKG_DATASET_URI)")


def _at(why: str) -> str:
    """The store's address, where the library's message has it."""
    found = re.search(r"(https?://[^/\s\"']+)", why)
    return f" at {found[1]}" if found else ""


def _without_markup(text: str) -> str:
    """A store's error message with its XML replaced by the error code."""
    code = re.search(r"<Code>(\w+)</Code>", text)
    plain = re.sub(r"<\?xml.*", "", text).strip(" :")
    return f"{plain}: {code[1]}" if code else plain


def _setting_hint(uri: str) -> str:
    return " (SKG_S3_ENDPOINT)" if uri.startswith("s3:") else ""


def first_line(error: Exception) -> str:
    """The library's message in one line of at most 500 characters, without its colours."""
    plain = re.sub(r"\x1b\[\d*m", "", str(error)).replace("↳", ":")  # the library colours its chains of causes
    return " ".join(plain.split())[:500]
