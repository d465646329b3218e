"""The environments beside this one: a command goes on where an extra is that this environment lacks.

In: an extra that is missing, the command's arguments.  Out: the interpreter that has it; this process as that interpreter.
Only `gpu` has an environment of its own (`make setup EXTRAS=gpu`): its locked versions contradict those of Faust.
Blender's is no matter of a whole command: `gpu_workers.solid` starts its interpreter as a process of its own.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from monitoring.logs import logs_json
from schemas.errors import EXTRAS

BESIDE: Mapping[str, str] = {"gpu": ".venv-gpu"}
"""The folder of an extra's environment, beside that of this interpreter."""


def interpreter_with(extra: str, here: Path | None = None) -> Path | None:
    """The interpreter beside this one that has an extra's libraries; None where there is none, or where this is it.

    `here`: the folder of an environment; None: this process's own.
    """
    here = here or Path(sys.prefix)
    if extra not in BESIDE:
        return None
    there = here.parent / BESIDE[extra]
    python = there / "bin" / "python"
    is_other = there.resolve() != here.resolve()
    return python if is_other and python.is_file() and _has(there, EXTRAS[extra]) else None


def _has(environment: Path, libraries: Sequence[str]) -> bool:
    return all(any(environment.glob(f"lib/python*/site-packages/{library}")) for library in libraries)


def go_on_with(python: Path, extra: str, arguments: Sequence[str]) -> NoReturn:
    """Become the same command in another interpreter: same process id, same environment, same standard streams."""
    if not logs_json():
        sys.stderr.write(f"skg: going on with {python}, which has the extra {extra}\n")
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(python, [str(python), "-m", "streams.cli", *arguments])
