"""What the launcher needs to know of a kind of service. Declares only.

In: a place (folder, ports, keys).  Out: the command that runs there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from streams.services.bound_process import Command


class Keys(NamedTuple):
    """The keys that a store requires of its clients. MinIO requires at least 3 and 8 characters."""

    access: str
    secret: str


LOCAL_KEYS = Keys("skg", "skg-secret")
"""For stores on loopback with the lifetime of a test or a demo."""


@dataclass(frozen=True)
class Place:
    """The place of an instance: its own folder, its ports on loopback (the first is the clients'), its keys."""

    folder: Path
    ports: tuple[int, ...]
    keys: Keys = LOCAL_KEYS


@dataclass(frozen=True)
class ServiceSpec:
    """A kind of service: how many ports, the command, how long starting and a graceful stop may take.

    `command` may write configuration into the folder; it raises ServiceError when the program is not installed.
    `leftovers` names files outside the folder that a killed instance leaves behind, if no watchdog removes them.
    """

    title: str
    ports: int
    command: Callable[[Place], Command]
    start_s: float
    stop_s: float
    leftovers: Callable[[Place], tuple[Path, ...]] = lambda _place: ()
