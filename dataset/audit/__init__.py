"""Audits a dataset from its files alone: every answer, box, hash and split is derived anew.

In: a local or object-store folder with a table, Parquet files or tar shards.  Out: a `Report` with every fault found.
Shares no code with the writer of the dataset (import-linter enforces that): it reads the files and computes ids and
hashes itself, and takes answers from `spatial.verify`.  Needs no broker.  Read-only.
"""

from dataset.audit.audit_run import Report, audit
from dataset.audit.fault_kinds import KINDS, Fault

__all__ = ["KINDS", "Fault", "Report", "audit"]
