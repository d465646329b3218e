"""W3C trace context: the one header that ties an event to what caused it.

In: a record's `traceparent`, or none.  Out: the `traceparent` of what is published because of it.
Records no spans and exports nothing.
"""

import re
import secrets

_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})-(?P<flags>[0-9a-f]{2})")
_SAMPLED = "01"


def child_of(parent: str | None) -> str:
    """A new span of the parent's trace; the root of a new trace where the parent is missing or malformed."""
    match = _TRACEPARENT.fullmatch(parent.strip()) if parent else None
    if match is None or not int(match["trace"], 16) or not int(match["span"], 16):
        return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-{_SAMPLED}"
    return f"00-{match['trace']}-{secrets.token_hex(8)}-{match['flags']}"
