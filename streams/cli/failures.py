"""Reports why a program of the factory cannot continue: one line on standard error, and an exit code.

In: an error of a kind that a user can act on.  Out: `skg: …` or a log line, without secrets; 1 for a failure, 2 for wrong
usage, bad input, or a service that does not answer or does not let us in.
"""

import sys

from pydantic import ValidationError

from dataset.table.table_errors import NoDataset, NoVersion
from monitoring.logs import log, logs_json
from monitoring.redaction import redacted
from schemas.errors import BadInput, BadKnowledge, NotAdmitted, RetryableError, UserError
from schemas.texts.fault_words import in_plain_words
from streams.address_redaction import masked
from streams.cli.remedies import for_missing_dataset, for_service
from streams.errors import Misconfigured, Misused, Unreachable
from streams.operations.seeds import BadSeeds

EXIT_FAILURE, EXIT_USAGE, EXIT_AWAY = 1, 2, 2

WRONG_INPUT = (BadInput, BadKnowledge, BadSeeds, ValidationError)
AWAY = (NotAdmitted, Misconfigured, Unreachable, RetryableError)

FAILURES = (*WRONG_INPUT, *AWAY, UserError, OSError)
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
    if isinstance(error, WRONG_INPUT):
        return str(error), EXIT_USAGE
    if isinstance(error, AWAY):
        return str(error), EXIT_AWAY
    if isinstance(error, OSError):  # a folder without write permission, a full disk
        return ": ".join(str(part) for part in (error.filename, error.strerror or error) if part), EXIT_FAILURE
    return str(error), EXIT_FAILURE


def _remedy(error: Exception) -> str:
    """What helps, of a service that does not answer and of a path without a dataset; empty where nothing is known."""
    cause = error.__cause__ or error if isinstance(error, Unreachable | Misused) else error
    if isinstance(cause, NoDataset) and not isinstance(cause, NoVersion):
        return for_missing_dataset()
    return for_service(cause.service) if isinstance(cause, RetryableError) else ""


def _of_validation(error: ValidationError) -> str:
    fault = error.errors()[0]
    where = ".".join(str(part) for part in fault["loc"])
    name = f"SKG_{where.upper()}" if error.title.endswith("Settings") else where
    given, why = fault["input"], in_plain_words(fault)
    if not isinstance(given, str | int | float):  # all settings together, secrets among them
        return f"{name}: {why}" if where else why
    return f"{name}: {why} (got {masked(str(given))!r})"
