"""`python -m tests.bench.torch_loader URI CACHE ROWS`: a shuffled DataLoader over a table, in an environment with torch.

In: a table's address, the cache of `dataset.load`, how many rows are taken.  Out: JSON: rows, and the seconds from the
first batch on, when the workers have started.
"""

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dataset.reading.loading import load
from tests.bench.dataset_rows import BATCH, WORKERS


def collated(samples: Sequence[dict[str, Any]]) -> tuple[Any, list[str]]:
    """Pictures as one tensor, and the first question of each."""
    import numpy as np
    import torch

    pictures = [torch.from_numpy(np.array(sample["image"].convert("RGB").resize((256, 256)))) for sample in samples]
    return torch.stack(pictures), [sample["questions"][0]["question"] for sample in samples]


def main(uri: str, cache: str, rows: int) -> None:
    """Print the JSON."""
    from torch.utils.data import DataLoader, Subset

    samples = load(uri, cache_dir=Path(cache))
    loader = DataLoader(
        Subset(samples, range(min(rows, samples.num_rows))), batch_size=BATCH, shuffle=True, num_workers=WORKERS,
        collate_fn=collated, persistent_workers=True,
    )  # fmt: skip
    for _ in loader:
        break
    began, found = time.perf_counter(), 0
    for pictures, _ in loader:
        found += len(pictures)
    sys.stdout.write(json.dumps({"rows": found, "seconds": time.perf_counter() - began}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
