"""Caches the locations of all rows that match a search, for paging.

In: SQL conditions over a copy.  Out: locations as single numbers, newest first.
Reads no rows: each page reads its own.
"""

import threading
from collections import OrderedDict
from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt

from dataset.gallery.duckdb_index import TableCopy

ROWS_OF_A_FILE = 2**32
"""More rows than a Parquet file has: file number and row number combine into one number that keeps their order."""

LOCATION = f"file::BIGINT * {ROWS_OF_A_FILE} + row"
"""SQL of that number."""

MAX_SEARCHES = 32
"""Searches whose results are kept: 0.8 MB each where 100,000 rows fit."""

RowNumbers = npt.NDArray[np.int64]


class SearchCache:
    """Thread-safe."""

    def __init__(self, copy: TableCopy) -> None:
        self._copy = copy
        self._lock = threading.Lock()
        self._cached: OrderedDict[tuple[Hashable, int], RowNumbers] = OrderedDict()

    def locations(self, wanted: Hashable, condition: str, values: Sequence[object]) -> RowNumbers:
        """The locations of all matching rows, newest first. `wanted` is the cache key for condition and values."""
        key = (wanted, self._copy.changes)
        with self._lock:
            cached = self._cached.get(key)
        if cached is None:
            cached = self._copy.column(
                f"SELECT {LOCATION} AS place FROM rows WHERE {condition} ORDER BY place DESC", values
            )
        with self._lock:
            self._cached[key] = cached
            self._cached.move_to_end(key)
            if len(self._cached) > MAX_SEARCHES:
                self._cached.popitem(last=False)
        return cached
