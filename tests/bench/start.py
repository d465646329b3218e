"""How long until something happens: `skg --help`, a render worker's import, the first sample of a demo.

In: nothing.  Out: seconds by the clock, each in a process of its own.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figures import Figure, quantile

TURNS, DEMOS = 5, 3
COMMANDS = {
    "skg --help": ["-m", "streams.cli", "--help"],
    "skg spatial solve": ["-m", "streams.cli", "spatial", "normalise"],
    "importing the render stage": ["-c", "import streams.composition, gpu_workers.collage, gpu_workers.render"],
}


def measured() -> Iterator[Figure]:
    """Medians of commands, and the time to the first sample of a demo."""
    for name, words in COMMANDS.items():
        seconds = [_timed([sys.executable, *words]) for _ in range(TURNS)]
        yield Figure(f"start/{name}", quantile(seconds, 0.5), "s", TURNS, "imports")
    seconds = [_first_sample() for _ in range(DEMOS)]
    yield Figure(
        "start/skg demo to the first sample", quantile(seconds, 0.5), "s", DEMOS, "imports, broker and store", "6 s"
    )


def _timed(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


def _first_sample() -> float:
    """Seconds until a row is in the dataset's log."""
    with tempfile.TemporaryDirectory() as folder:
        out, started = Path(folder) / "demo", time.perf_counter()
        command = [sys.executable, "-m", "streams.cli", "demo", "--graphs", "8", "--out", str(out)]
        kept = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}  # as `make demo` runs it
        with subprocess.Popen(command, env=kept, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
            found = 0.0
            while running.poll() is None:
                commits = list((out / "dataset" / "_delta_log").glob("*.json"))
                if not found and any('"add"' in commit.read_text("utf-8") for commit in commits):
                    found = time.perf_counter() - started
                time.sleep(0.02)  # looks at a folder: nothing else tells of a commit
        assert running.returncode == 0
        assert found
        return found
