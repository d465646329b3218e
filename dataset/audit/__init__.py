"""A dataset judged from its own files alone: every answer, box, hash and split is derived anew.

In: a folder, here or in an object store, with a table, Parquet files or tar shards.  Out: a `Report` with every fault
that was found.
Shares no code with whoever wrote the dataset (import-linter holds that): it reads the files itself, computes ids and
hashes itself, and asks `spatial.verify` for answers.  Needs no broker.  Changes nothing.
"""

from dataset.audit.audit_run import Report, audit
from dataset.audit.fault_kinds import KINDS, Fault

__all__ = ["KINDS", "Fault", "Report", "audit"]
