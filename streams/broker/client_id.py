"""How a process names itself to the broker: by stage, host and process, so that its group tells who its members are.

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
    """What a client id says. Hosts may hold dashes, stages and process numbers do not."""

    stage: str
    host: str
    pid: int


def client_id(stage: str) -> str:
    """The client id of this process: `skg-STAGE-HOST-PID`."""
    host = _STRANGE.sub("_", socket.gethostname()) or "unknown"
    return f"{_PREFIX}-{stage}-{host}-{os.getpid()}"


def parse_client_id(text: str) -> Client | None:
    """What a client id says, None where it is of another program."""
    found = re.fullmatch(rf"{_PREFIX}-([a-z_]+)-(.+)-(\d+)", text)
    return None if found is None else Client(found[1], found[2], int(found[3]))
