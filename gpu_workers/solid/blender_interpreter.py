"""The interpreter that Blender runs in: which one it is, how it is started, and what it wrote before it ended.

In: the setting of the interpreter.  Out: its path once it is known to have what the program imports; its environment.
Nothing here imports `bpy`: the interpreter is asked, in a process of its own.
"""

import os
import subprocess
import sys
from collections import deque
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from threading import Thread
from typing import IO, Any

from schemas.errors import UserError

PROGRAM = Path(__file__).parent / "blender" / "blender_program.py"

DEFAULT_PYTHON = Path(sys.prefix).parent / ".venv-solid" / "bin" / "python"
"""Beside this environment: where `make setup EXTRAS=solid` installs Blender."""

NEEDED = ("bpy", "OpenEXR", "numpy")
"""What the program imports that Python does not bring."""

OF_THIS_PYTHON = ("PYTHONHOME", "PYTHONPATH", "PYTHONSAFEPATH")
"""Variables that say where this interpreter finds modules: another one would miss its own by them."""

REMEDY = "run `make setup EXTRAS=solid` in a clone, or name one that has bpy in SKG_SOLID_PYTHON"

ASK = f"from importlib.util import find_spec; print('lacks', *(name for name in {NEEDED!r} if find_spec(name) is None))"
ASK_S = 30.0

KEPT_LINES, LINE_BYTES = 3, 1000
"""Of what a process writes to standard error: enough for the end of a traceback."""

JOIN_S = 1.0
"""For the last line of a process that has ended."""


def environment() -> dict[str, str]:
    """This process's environment for another interpreter, which finds the program's modules whatever is set here."""
    return {name: value for name, value in os.environ.items() if name not in OF_THIS_PYTHON}


def interpreter_of(given: Mapping[str, Any]) -> Path:
    """The interpreter of settings that can import Blender, which is asked once. Raises UserError where there is none."""
    python: Path = given["solid_python"] or DEFAULT_PYTHON
    fault = _fault(python) if python.is_file() else f"{python} is no interpreter"
    if fault:
        raise UserError(f"Blender is not installed ({fault}): {REMEDY}")
    return python


@cache
def _fault(python: Path) -> str:
    """Why this interpreter cannot run the program, found without an import of Blender; empty where it can."""
    try:
        asked = subprocess.run(
            [str(python), "-c", ASK],
            cwd=PROGRAM.parent,
            env=environment(),
            capture_output=True,
            check=False,
            text=True,
            timeout=ASK_S,
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return f"{python} is no interpreter"
    said, _, lacking = asked.stdout.strip().partition(" ")
    if asked.returncode or said != "lacks":
        return f"{python} is no interpreter"
    return f"{python} has no {', no '.join(lacking.split())}" if lacking else ""


class LastWords:
    """The last lines that a process writes to standard error; a thread reads them, so that it never waits to write."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._lines: deque[str] = deque(maxlen=KEPT_LINES)
        self._thread = Thread(target=self._read, args=(stream,), daemon=True)
        self._thread.start()

    def text(self) -> str:
        """In one line, for a process that has ended; empty where it wrote nothing."""
        self._thread.join(JOIN_S)
        return " / ".join(tuple(self._lines))

    def _read(self, stream: IO[bytes]) -> None:
        with stream:
            for line in iter(lambda: stream.readline(LINE_BYTES), b""):
                if said := line.decode(errors="replace").strip():
                    self._lines.append(said)
