"""What a server means when it does not answer: wait, mend the set-up, or ask something else.

In: status, code and headers of an HTTP answer.  Out: one of four meanings, and for how long it wants to be left alone.
Knows no client.
"""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

Meaning = Literal["patience", "unwell", "set_up", "request"]
"""`patience`: fewer at a time; `unwell`: later; `set_up`: a person must act; `request`: this one will never pass."""

PASSING = frozenset({408, 409, 425})
"""Statuses below 500 that pass by themselves: timed out, in conflict, too early."""

SET_UP = frozenset({401, 402, 403, 404, 405, 410})
"""A wrong key or none, no credit, no right, no such model or path."""

NO_CREDIT = frozenset({"insufficient_quota", "billing_hard_limit_reached"})
"""Codes of 429 that no patience helps."""


def meaning_of(status: int, code: str | None) -> Meaning:
    """What an answer other than 2xx means. A redirection is a wrong address: the key goes nowhere else."""
    if status == 429:
        return "set_up" if code in NO_CREDIT else "patience"
    if status in SET_UP or 300 <= status < 400:
        return "set_up"
    if status in PASSING or status >= 500:
        return "unwell"
    return "request"


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds that a server asks for in `retry-after-ms` or `retry-after`, as a number or as a date; None if it does not.

    A date is compared with the server's own clock where it tells the time.
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
