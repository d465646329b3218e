"""MinIO over TLS, with an authority of its own.

In: a folder, certificates.  Out: a running store and the settings that reach it; stopped at the end of the `with`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copy

from pydantic import SecretStr

from streams.services.bound_process import Bound, Command
from streams.services.ports import HOST, free_ports
from streams.services.program_cache import find_program
from streams.settings import StoreSettings
from streams.storage.s3 import connect
from tests.fakes.certificates import Signed
from tests.fakes.services import require

USER, PASSWORD = "secured-user", "secured-password"
START_S = 30.0


@contextmanager
def secured_minio(folder: Path, shown: Signed, authority: Path) -> Iterator[StoreSettings]:
    """A store that shows this certificate; usable when the certificate is right for this machine."""
    require("minio")
    certs = folder / "certs"
    certs.mkdir(parents=True)
    copy(shown.certificate, certs / "public.crt")
    copy(shown.key, certs / "private.key")
    (port,) = free_ports(1)
    argv = (str(find_program("minio")), "server", "--address", f"{HOST}:{port}", "--certs-dir", str(certs), "data")
    environment = {"MINIO_ROOT_USER": USER, "MINIO_ROOT_PASSWORD": PASSWORD, "MINIO_BROWSER": "off", "MINIO_UPDATE": "off"}
    settings = StoreSettings(
        s3_endpoint=f"https://{HOST}:{port}",
        s3_access_key=SecretStr(USER),
        s3_secret_key=SecretStr(PASSWORD),
        s3_ca_file=authority,
        s3_bucket="secured",
    )
    process = Bound(Command(argv, folder, os.environ | environment))
    try:
        yield settings
    finally:
        process.stop(0)


def usable(settings: StoreSettings) -> StoreSettings:
    """The settings, once the store has taken a bucket."""
    connect(settings, START_S)
    return settings
