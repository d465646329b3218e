"""Times on the command line: `--since` and `--until`.

In: ISO 8601, or how long ago, as in 90s, 15m, 2h or 7d.  Out: a time in UTC; Misused for anything else.
"""

import re
from datetime import UTC, datetime, timedelta

from streams.errors import Misused

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

_AGO = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)([smhdw])", re.ASCII)

FORMS = "a time such as 2026-03-01 or 2026-03-01T12:00 (UTC), or how long ago: 90s, 15m, 2h, 7d"


def moment(text: str, now: datetime) -> datetime:
    """The time given by `text`: ISO 8601 (UTC without a zone), or a duration before `now`. Raises Misused."""
    ago = _AGO.fullmatch(text.strip())
    try:
        if ago is not None:
            return now.astimezone(UTC) - timedelta(**{UNITS[ago[2]]: float(ago[1])})
        found = datetime.fromisoformat(text.strip())
        return (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Misused(f"{text!r} is no time: give {FORMS}") from None
