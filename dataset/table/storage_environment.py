"""Sets what delta-rs reads from the environment only: trusted certificates, the region for credentials, session tokens.

In: a table's options.  Out: the process's environment, changed only while a client of the store is built.
The client keeps what it read then.  Python's `os.environ` does not change, so other libraries are not affected.
"""

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


class _SharedEnvironment:
    """Environment variables that are set while in use. Users of equal values do not wait for each other."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._set: Mapping[str, str | None] = {}
        self._users = 0

    def acquire(self, wanted: Mapping[str, str | None]) -> None:
        """Set them (None: unset), once no user needs other values."""
        with self._condition:
            self._condition.wait_for(lambda: not self._users or wanted == self._set)
            self._users += 1
            if self._users == 1:
                self._set = wanted
                for name, value in wanted.items():
                    _put(name, value)

    def release(self) -> None:
        """Restore them, once they have no more users."""
        with self._condition:
            self._users -= 1
            if not self._users:
                for name in self._set:
                    _put(name, os.environ.get(name))
            self._condition.notify_all()


def _put(name: str, value: str | None) -> None:
    if value is None:
        os.unsetenv(name)
    else:
        os.putenv(name, value)


_ENVIRONMENT = _SharedEnvironment()


@contextmanager
def client_environment(options: Mapping[str, str] | None) -> Iterator[None]:
    """Within it clients of a table with these options can be built, by several threads at a time."""
    wanted = _wanted(options or {})
    if not wanted:
        yield
        return
    _ENVIRONMENT.acquire(wanted)
    try:
        yield
    finally:
        _ENVIRONMENT.release()


def _wanted(options: Mapping[str, str]) -> dict[str, str | None]:
    wanted: dict[str, str | None] = {}
    if "AWS_CA_BUNDLE" in options:
        wanted["SSL_CERT_FILE"] = options["AWS_CA_BUNDLE"]
    if "AWS_FORCE_CREDENTIAL_LOAD" in options and "AWS_REGION" in options:
        wanted["AWS_REGION"] = options["AWS_REGION"]  # or it asks the instance's metadata, and complains
    if "AWS_ACCESS_KEY_ID" in options and "AWS_SESSION_TOKEN" not in options and "AWS_SESSION_TOKEN" in os.environ:
        wanted["AWS_SESSION_TOKEN"] = None  # it belongs to other keys
    return wanted
