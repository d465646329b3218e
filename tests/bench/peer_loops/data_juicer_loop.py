# mypy: ignore-errors
"""A trivial operator in Data-Juicer, in an environment of its own: `python data_juicer_loop.py ROWS`.

In: samples with a text.  Out: JSON: seconds of the run, and megabytes of the process.
"""

import json
import resource
import sys
import time

from data_juicer.core.data import NestedDataset
from data_juicer.ops import Mapper


class Trivial(Mapper):
    """Adds one."""

    _batched_op = False

    def process_single(self, sample):
        sample["next"] = int(sample["text"]) + 1
        return sample


if __name__ == "__main__":
    rows = int(sys.argv[1])
    samples = NestedDataset.from_list([{"text": str(number)} for number in range(rows)])
    began = time.perf_counter()
    made = samples.process([Trivial(num_proc=1)])
    seconds = time.perf_counter() - began
    assert len(made) == rows
    sys.stdout.write(
        json.dumps({"seconds": seconds, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}) + "\n"
    )
