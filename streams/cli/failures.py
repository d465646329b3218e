"""Reports why a program of the factory cannot continue: one line on standard error, and an exit code.

In: an error of a kind that a user can act on.  Out: `skg: …` or a log line, without secrets; 1 for what had begun and
failed, and for a table that is damaged, 2 where nothing was done: an argument, a value, a setting or a file is wrong or
missing, an extra is not installed, a service does not answer or does not let us in.
Every command imports this: the errors that it names are in modules that import no more than they need.
"""

import sys
from typing import TYPE_CHECKING

from pydantic import ValidationError

from monitoring.logs import log, logs_json
from monitoring.redaction import redacted
from schemas.errors import Damaged, NothingThere, RetryableError, UserError
from schemas.texts.fault_words import in_plain_words
from streams.address_redaction import masked
from streams.cli.remedies import for_missing_dataset, for_service
from streams.errors import BadSeeds, Misused, RunFailed, Unreachable

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

EXIT_FAILURE, EXIT_USAGE = 1, 2

WRONG_PATH = (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError, FileExistsError)
"""What a path that was given lacks; another fault of the system, as a full disk, ends what had begun."""

FAILURES = (UserError, BadSeeds, ValidationError, RetryableError, OSError)
"""The errors that `report` explains; any other is a bug and shows its traceback."""


def report(error: Exception) -> int:
    """Write the line; the exit code. The error is one of FAILURES. A process that logs JSON writes it as such."""
    message, code = _explained(error)
    remedy = "" if logs_json() else _remedy(error)
    message = f"{message}; {remedy}" if remedy else message
    if logs_json():
        log("process").error(message)
        return code
    for line in redacted(message).splitlines():
        sys.stderr.write(f"skg: {line}\n")
    return code


def _explained(error: Exception) -> tuple[str, int]:
    if isinstance(error, ValidationError):
        return _of_validation(error), EXIT_USAGE
    if isinstance(error, OSError):  # a missing file, a folder without write permission, a full disk
        said = ": ".join(str(part) for part in (error.filename, error.strerror or error) if part)
        return said, EXIT_USAGE if isinstance(error, WRONG_PATH) else EXIT_FAILURE
    return str(error), EXIT_FAILURE if isinstance(error, RunFailed | Damaged) else EXIT_USAGE


def _remedy(error: Exception) -> str:
    """What helps, of a service that does not answer and of a path without a dataset; empty where nothing is known."""
    cause = error.__cause__ or error if isinstance(error, Unreachable | Misused) else error
    if isinstance(cause, NothingThere):
        return for_missing_dataset(cause.address)
    return for_service(cause.service) if isinstance(cause, RetryableError) else ""


def _of_validation(error: ValidationError) -> str:
    """Every fault, one a line."""
    lines = (_of_fault(fault, error.title.endswith("Settings")) for fault in error.errors())
    return "\n".join(dict.fromkeys(lines))


def _of_fault(fault: "ErrorDetails", is_of_settings: bool) -> str:
    where = ".".join(str(part) for part in fault["loc"])
    name = f"SKG_{where.upper()}" if is_of_settings else where
    given, why = fault["input"], in_plain_words(fault)
    if not isinstance(given, str | int | float):  # all settings together, secrets among them
        return f"{name}: {why}" if where else why
    return f"{name}: {why} (got {masked(str(given))!r})"
