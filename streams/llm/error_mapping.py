"""Maps HTTP errors to failures: wait, fix the configuration, or change the request.

In: status, code and headers of an HTTP answer.  Out: one of four kinds of failure, and how long to wait.
Knows no client.
"""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

FailureKind = Literal["busy", "unavailable", "configuration", "request"]
"""`busy`: fewer at a time; `unavailable`: retry later; `configuration`: a person must act; `request`: never succeeds."""

TRANSIENT = frozenset({408, 409, 425})
"""Statuses below 500 that are transient: timed out, in conflict, too early."""

MISCONFIGURED = frozenset({401, 402, 403, 404, 405, 410})
"""A wrong key or none, no credit, no right, no such model or path."""

NO_CREDIT = frozenset({"insufficient_quota", "billing_hard_limit_reached"})
"""Codes of 429 for which waiting does not help."""


def failure_kind(status: int, code: str | None) -> FailureKind:
    """The failure behind an answer other than 2xx. A redirection is a wrong address: the key is sent nowhere else."""
    if status == 429:
        return "configuration" if code in NO_CREDIT else "busy"
    if status in MISCONFIGURED or 300 <= status < 400:
        return "configuration"
    if status in TRANSIENT or status >= 500:
        return "unavailable"
    return "request"


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds that a server requests in `retry-after-ms` or `retry-after`, as a number or as a date; None if it does not.

    A date is compared with the server's own clock where the answer has it.
    """
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        said = headers.get(name)
        if said is None:
            continue
        try:
            return max(0.0, float(said) * unit)
        except ValueError:
            until = _moment(said)
        if until is not None:
            return max(0.0, until - (_moment(headers.get("date", "")) or time.time()))
    return None


def _moment(said: str) -> float | None:
    """Seconds since the epoch of an HTTP date."""
    try:
        found = parsedate_to_datetime(said)
    except ValueError:
        return None
    return (found if found.tzinfo is not None else datetime.replace(found, tzinfo=UTC)).timestamp()
