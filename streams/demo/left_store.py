"""The pictures that a demo left in its folder, of rejections too: its store runs again while a command reads them.

In: the address of a dataset, the settings.  Out: settings that reach the store that has its pictures.
A store that the settings name is the one that is meant, and nothing is started then.  Nothing is written.
"""

import threading
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from schemas.errors import require_extras
from streams.demo.demo_folder import lock_folder
from streams.demo.demo_services import STOP_S, STORE
from streams.services.launcher import start_store, store_settings
from streams.services.local_services import BUCKET
from streams.services.service_registry import load
from streams.settings import StoreSettings

STATE = "state"
"""The demo's processes and services, within the output folder."""

S = TypeVar("S", bound=StoreSettings)


class LeftStore:
    """A context: a store that was started ends with it. Thread-safe.  `has_pictures`: there is a store to ask."""

    def __init__(self, uri: str, given: StoreSettings) -> None:
        self._stack, self._lock = ExitStack(), threading.Lock()
        self._found: StoreSettings | None = None
        self._out = _folder_of(uri, given)
        self.has_pictures = bool(given.s3_endpoint) or uri.startswith("s3://") or self._out is not None

    def __enter__(self) -> "LeftStore":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.close()

    def reached_by(self, given: S) -> S:
        """The settings, with address and keys of the store that a demo left; it is started with the first call.

        Raises UserError where another demo is running in the folder, or the store does not start.
        """
        if self._out is None:
            return given
        with self._lock:
            self._found = self._found or self._open(self._out)
        return given.model_copy(update={name: getattr(self._found, name) for name in self._found.model_fields_set})

    def _open(self, out: Path) -> StoreSettings:
        running = load(out / STATE).get("store")
        if running is None or not running.alive:
            require_extras("local")
            self._stack.enter_context(lock_folder(out))
            running = start_store("seaweedfs", out / STORE)
            self._stack.callback(running.stop, STOP_S)
        return store_settings(running.place, BUCKET)


def _folder_of(uri: str, given: StoreSettings) -> Path | None:
    """The folder of the demo that made a dataset, None for another dataset, or where the settings name a store."""
    out = Path(uri).resolve().parent
    is_left = "://" not in uri and (out / STORE).is_dir() and (out / STATE).is_dir()
    return out if is_left and not given.s3_endpoint else None
