"""Which samples or rejections a table holds, as its readers see it.

In: the table's address.  Out: counts and membership, read file by file and each file once.
"""

from collections.abc import Iterable

from dataset.reading.loading import sample_ids_by_file


class TableIds:
    """The ids of the current snapshot: of samples, or in `column`."""

    def __init__(self, uri: str, column: str = "sample_id") -> None:
        self._uri, self._column = uri, column
        self._known: dict[str, frozenset[str]] = {}

    def refresh(self) -> int:
        """Read what was committed since the last call; the number of samples."""
        self._known = dict(sample_ids_by_file(self._uri, self._known, column=self._column))
        return sum(len(ids) for ids in self._known.values())

    def holds(self, samples: Iterable[str]) -> bool:
        """Whether all of `samples` are in the table now."""
        wanted = set(samples)
        if not wanted:
            return True
        self.refresh()
        return wanted <= set().union(*self._known.values())
