"""A real S3 server: MinIO, built by Go into the cache folder. Takes its first put after about half a second.

In: a place.  Out: a command, with the keys in its environment.
"""

import os

from streams.services.bound_process import Command
from streams.services.ports import HOST
from streams.services.program_cache import find_program
from streams.services.service_errors import ServiceError
from streams.services.service_spec import Place, ServiceSpec


def _command(place: Place) -> Command:
    program = find_program("minio")
    if program is None:
        raise ServiceError("MinIO is not installed; run `make services` in a checkout (it needs Go)")
    folder = place.folder.resolve()
    (folder / "data").mkdir(parents=True, exist_ok=True)
    environment = {
        "MINIO_ROOT_USER": place.keys.access,
        "MINIO_ROOT_PASSWORD": place.keys.secret,
        "MINIO_BROWSER": "off",
        "MINIO_UPDATE": "off",
    }
    options = ("--address", f"{HOST}:{place.ports[0]}", "--certs-dir", str(folder / "certs"), "data")
    return Command((str(program), "server", *options), folder, os.environ | environment)


MINIO = ServiceSpec("MinIO", ports=1, command=_command, start_s=30, stop_s=3)
