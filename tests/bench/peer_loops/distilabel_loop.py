# mypy: ignore-errors
"""A trivial step in distilabel, run in an environment of its own: `python distilabel_loop.py ROWS`.

In: rows with a number.  Out: JSON: seconds of the run, megabytes of this process and of its largest child.
"""

import json
import resource
import sys
import time

from distilabel.pipeline import Pipeline
from distilabel.steps import LoadDataFromDicts, StepInput, step

BATCH = 500


@step(inputs=["number"], outputs=["next"])
def Trivial(inputs: StepInput):
    """Adds one."""
    for row in inputs:
        row["next"] = row["number"] + 1
    yield inputs


if __name__ == "__main__":
    rows = int(sys.argv[1])
    with Pipeline(name="trivial") as pipeline:
        source = LoadDataFromDicts(data=[{"number": number} for number in range(rows)], batch_size=BATCH)
        source >> Trivial(input_batch_size=BATCH)
    began = time.perf_counter()
    made = pipeline.run(use_cache=False)
    seconds = time.perf_counter() - began
    assert len(made["default"]["train"]) == rows
    own, child = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    sys.stdout.write(json.dumps({"seconds": seconds, "megabytes": own + child}) + "\n")
