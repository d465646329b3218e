"""The state of `skg up`: which services run, identified by process id and start time, and the store's keys.

In: running services.  Out: the same services in a later process. Files are readable by their owner only.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from streams.services.bound_process import Detached, identity
from streams.services.launcher import BROKERS, STORES, Running
from streams.services.service_errors import ServiceError
from streams.services.service_spec import Keys, Place

STATE = "services.json"
KEYS = "store-keys.json"


def store_keys(state_dir: Path) -> Keys:
    """The store's keys: generated once, so that exported settings stay valid."""
    path = state_dir / KEYS
    if not path.exists():
        _write(path, {"access": "skg", "secret": secrets.token_hex(16)})
    return Keys(**json.loads(path.read_text()))


def save(state_dir: Path, services: Mapping[str, Running]) -> None:
    """Save these services, by role."""
    state = {
        role: {
            "kind": one.kind,
            "pid": one.pid,
            "identity": identity(one.pid) or "",
            "folder": str(one.place.folder),
            "ports": one.place.ports,
            "keys": one.place.keys._asdict(),
        }
        for role, one in services.items()
    }
    _write(state_dir / STATE, state)


def load(state_dir: Path) -> dict[str, Running]:
    """The saved services, running or not. Raises ServiceError for an invalid file."""
    path = state_dir / STATE
    if not path.exists():
        return {}
    try:
        state: dict[str, dict[str, Any]] = json.loads(path.read_text())
        return {role: _running(one) for role, one in state.items()}
    except (ValueError, KeyError, TypeError) as error:
        raise ServiceError(f"{path} is damaged ({error}): remove it, and end by hand what still runs") from error


def _running(saved: Mapping[str, Any]) -> Running:
    place = Place(Path(saved["folder"]), tuple(saved["ports"]), Keys(**saved["keys"]))
    kind = saved["kind"]
    return Running(kind, (BROKERS | STORES)[kind], place, Detached(saved["pid"], saved["identity"]))


def forget(state_dir: Path) -> None:
    """Remove the saved services, but keep the keys: the store's data still exists."""
    (state_dir / STATE).unlink(missing_ok=True)


def _write(path: Path, value: object) -> None:
    fresh = path.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(value, indent=2))
    fresh.replace(path)


@contextmanager
def locked(state_dir: Path) -> Iterator[None]:
    """Allow only one `skg up` or `skg down` at a time."""
    state_dir.mkdir(parents=True, exist_ok=True)
    handle = os.open(state_dir / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
