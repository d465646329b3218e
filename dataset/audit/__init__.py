"""A dataset judged from its own files alone: every answer, box, hash and split is derived anew.

In: a folder with a table or with Parquet files.  Out: a `Report` with every fault that was found.
Shares no code with whoever wrote the dataset (import-linter holds that): it reads the files itself, computes ids and
hashes itself, and asks `spatial.verify` for answers.  Needs no broker, no store and no network.  Changes nothing.
"""

from dataset.audit.auditing import Report, audit
from dataset.audit.faults import KINDS, Fault

__all__ = ["KINDS", "Fault", "Report", "audit"]
