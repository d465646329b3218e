"""Removes secrets from texts before they leave the process.

In: the settings' secrets, texts.  Out: the texts without the secrets, in every encoding in which they occur.
Clients remove their own secrets first; this is for foreign texts, such as a server that echoes the key it refused.
"""

import json
import re
import sys
import threading
import traceback
from collections.abc import Iterable
from types import TracebackType
from urllib.parse import quote, quote_plus

HIDDEN = "***"

LEAST_CHARS = 6
"""A shorter secret would be found in ordinary words, and removing those would reveal it."""


class Redactor:
    """Holds secrets and removes them. Thread-safe: it only swaps references."""

    def __init__(self) -> None:
        self._known: frozenset[str] = frozenset()
        self._pattern: re.Pattern[str] | None = None
        self._lock = threading.Lock()

    def learn(self, secrets: Iterable[str]) -> None:
        """Remove these from now on."""
        new = frozenset(form for secret in secrets if len(secret) >= LEAST_CHARS for form in _forms(secret)) - self._known
        if not new:
            return
        with self._lock:
            self._known |= new
            longest_first = sorted(self._known, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def __call__(self, text: str) -> str:
        """The text without the secrets."""
        pattern = self._pattern
        return text if pattern is None else pattern.sub(HIDDEN, text)


redacted = Redactor()
"""The redactor of this process: `streams.settings` adds secrets; logs, error messages and dead letters use it."""


def hide_in_tracebacks() -> None:
    """Print what ends a process or a thread unexpectedly without secrets."""
    sys.excepthook = _print
    threading.excepthook = lambda args: _print(args.exc_type, args.exc_value, args.exc_traceback)


def _print(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    sys.stderr.write(redacted("".join(traceback.format_exception(kind, error, trace))))


def _forms(secret: str) -> set[str]:
    """The plain secret, and as in a URL, in JSON, in Python's repr."""
    return {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1], repr(secret)[1:-1]}
