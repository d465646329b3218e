"""Where everything lies that fits a search, kept while people turn its pages.

In: SQL conditions over a copy.  Out: places as single numbers, newest first.
Reads no rows: a page asks for its own few.
"""

import threading
from collections import OrderedDict
from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt

from dataset.gallery.duckdb_index import Copy

ROWS_OF_A_FILE = 2**32
"""More than a Parquet file has: a row's file and its number in the file make one number, which also orders them."""

PLACE = f"file::BIGINT * {ROWS_OF_A_FILE} + row"
"""SQL of that number."""

SEARCHES = 32
"""Searches whose results are kept: 0.8 MB each where 100,000 rows fit."""

Places = npt.NDArray[np.int64]


class Searches:
    """Thread-safe."""

    def __init__(self, copy: Copy) -> None:
        self._copy = copy
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[Hashable, int], Places] = OrderedDict()

    def places(self, wanted: Hashable, condition: str, values: Sequence[object]) -> Places:
        """Everything that fits, newest first. `wanted` stands for condition and values."""
        key = (wanted, self._copy.changes)
        with self._lock:
            kept = self._kept.get(key)
        if kept is None:
            kept = self._copy.column(f"SELECT {PLACE} AS place FROM rows WHERE {condition} ORDER BY place DESC", values)
        with self._lock:
            self._kept[key] = kept
            self._kept.move_to_end(key)
            if len(self._kept) > SEARCHES:
                self._kept.popitem(last=False)
        return kept
