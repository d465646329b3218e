# mypy: ignore-errors
"""A trivial step in datatrove, written as JSON lines, in an environment of its own: `python datatrove_loop.py ROWS`.

In: documents with a number.  Out: JSON: seconds of the run, and megabytes of the process.
"""

import json
import resource
import sys
import tempfile
import time

from datatrove.data import Document
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.base import PipelineStep
from datatrove.pipeline.writers import JsonlWriter


class Source(PipelineStep):
    """Numbers."""

    name = "numbers"

    def __init__(self, rows):
        super().__init__()
        self.rows = rows

    def run(self, data=None, rank=0, world_size=1):
        for number in range(self.rows):
            yield Document(text=str(number), id=str(number))


class Trivial(PipelineStep):
    """Adds one."""

    name = "trivial"

    def run(self, data, rank=0, world_size=1):
        for document in data:
            document.metadata["next"] = int(document.text) + 1
            yield document


if __name__ == "__main__":
    rows = int(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        steps = [Source(rows), Trivial(), JsonlWriter(f"{folder}/out", compression=None)]
        began = time.perf_counter()
        LocalPipelineExecutor(steps, tasks=1, workers=1, logging_dir=f"{folder}/log").run()
        seconds = time.perf_counter() - began
    sys.stdout.write(
        json.dumps({"seconds": seconds, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}) + "\n"
    )
