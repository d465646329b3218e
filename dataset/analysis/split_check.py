"""Proof that the splits of a dataset share nothing.

In: the table's address.  Out: what each split has, and everything that two splits have in common.
The audit defines what is compared and when texts count as shared (`dataset.audit.split_overlaps`): the proof uses none
of the code that decided the splits.
"""

import json
from collections import Counter
from dataclasses import dataclass

from dataset.audit.audit_run import scene_of
from dataset.audit.fault_kinds import Fault
from dataset.audit.split_overlaps import Overlaps
from dataset.reading.row_reader import batches
from dataset.table.delta_table import Options, Table
from dataset.table.table_errors import NoDataset

COLUMNS = (
    "sample_id", "image", "width", "height", "scene", "objects", "relations", "excluded", "questions", "split",
    "provenance",
)  # fmt: skip


@dataclass(frozen=True)
class SplitCheck:
    """`samples` by split; `different` ones of each kind by split; `shared` is what two splits have in common.

    `unread` counts the questions that could not be parsed, of which nothing is proven.
    """

    samples: dict[str, int]
    different: dict[str, dict[str, int]]
    shared: tuple[Fault, ...]
    unread: int

    @property
    def is_proven(self) -> bool:
        """Whether the check proves that the splits share nothing."""
        return not self.shared and not self.unread


def check_split(uri: str, storage_options: Options = None) -> SplitCheck:
    """Compare the splits of the current snapshot. Raises NoDataset also where there is no row, RetryableError."""
    overlaps, samples, shared = Overlaps(), Counter[str](), list[Fault]()
    for batch in batches(Table.load(uri, storage_options), COLUMNS):
        for row in batch.to_pylist():
            samples[row["split"]] += 1
            shared += overlaps.row_faults(row, json.loads(row["provenance"]), scene_of(row))
    if not samples:
        raise NoDataset(f"the dataset at {uri} has no rows: nothing is shown of its splits")
    return SplitCheck(dict(sorted(samples.items())), overlaps.counts(), tuple(shared), overlaps.unread)
