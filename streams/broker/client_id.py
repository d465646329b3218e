"""Client ids of processes: stage, host and process id, so that a group shows who its members are.

In: a stage or another kind of process.  Out: text that Kafka accepts as a client id.
"""

import os
import re
import socket
from dataclasses import dataclass

_PREFIX = "skg"
_STRANGE = re.compile(r"[^A-Za-z0-9._-]")


@dataclass(frozen=True)
class Client:
    """The parts of a client id. Hosts may contain dashes, stages and process ids do not."""

    stage: str
    host: str
    pid: int


def client_id(stage: str) -> str:
    """The client id of this process: `skg-STAGE-HOST-PID`."""
    return f"{_PREFIX}-{stage}-{_host()}-{os.getpid()}"


def _host() -> str:
    return _STRANGE.sub("_", socket.gethostname()) or "unknown"


def has_ended(text: str) -> bool:
    """Whether a client id is of a process of this machine that has ended: a broker may name it until its session ends."""
    found = parse_client_id(text)
    if found is None or found.host != _host() or found.pid <= 0:
        return False
    try:
        os.kill(found.pid, 0)
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:
        return False
    return False


def parse_client_id(text: str) -> Client | None:
    """The parts of a client id, None for another program's."""
    found = re.fullmatch(rf"{_PREFIX}-([a-z_]+)-(.+)-(\d+)", text)
    return None if found is None else Client(found[1], found[2], int(found[3]))
