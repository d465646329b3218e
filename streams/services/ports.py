"""Free ports on loopback. In: how many, or which one. Out: port numbers, or who is in the way.

A port that is free now may be taken a moment later: the starter of a server tries again with others.
"""

import random
import socket
from pathlib import Path

from streams.services.service_errors import PortInUse, ServiceError

HOST = "127.0.0.1"

RANGE = (12_000, 32_000)
"""Below the range that Linux and macOS use for outgoing connections: a restarted server finds its port again."""

TRIES = 200
"""Enough unless the machine has no free ports."""


def free_ports(count: int) -> list[int]:
    """Different ports that nothing listens on. Raises ServiceError when none can be found."""
    chance = random.SystemRandom()
    found: list[int] = []
    for _ in range(TRIES):
        port = chance.randrange(*RANGE)
        if port not in found and is_free(port):
            found.append(port)
        if len(found) >= count:
            return found
    raise ServiceError(f"found no {count} free ports between {RANGE[0]} and {RANGE[1]} on {HOST}")


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of loopback now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def require_free(port: int) -> None:
    """Raise PortInUse, with the port and the process that holds it where that is visible."""
    if not is_free(port):
        holder = _holder(port)
        by = f" by {holder}" if holder else ""
        raise PortInUse(f"port {port} on {HOST} is already in use{by}: stop that, or choose another port")


def listener(port: int) -> int | None:
    """The id of the listening process, from /proc; None elsewhere, or when it belongs to another user."""
    sockets = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    for link in Path("/proc").glob("[0-9]*/fd/*") if sockets else ():
        try:
            if str(link.readlink()) in sockets:
                return int(link.parent.parent.name)
        except OSError:
            continue  # it ended, or belongs to another user
    return None


def _holder(port: int) -> str | None:
    process = listener(port)
    try:
        return f"{Path(f'/proc/{process}/comm').read_text().strip()} (process {process})"
    except OSError:
        return None  # no visible process, or it ended


def _listening_inodes(port: int) -> list[str]:
    inodes = []
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        for line in table.read_text().splitlines()[1:] if table.exists() else ():
            fields = line.split()
            if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:  # 0A is LISTEN
                inodes.append(fields[9])
    return inodes
