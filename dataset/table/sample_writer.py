"""The writer of samples: `skg.qa` into the dataset's table.

In: deliveries of accepted samples, whose pictures it fetches from the store.  Out: commits, as
`dataset.table.table_writer`.
"""

from collections.abc import Sequence
from pathlib import Path

from dataset.table.columns import COLUMNS
from dataset.table.delta_table import Options
from dataset.table.picture_fetch import fetch
from dataset.table.row_encoding import rows_of
from dataset.table.table_writer import Reached, TableContents, TableLocation, TableWriter, ignore
from schemas.errors import PermanentError
from schemas.events import QAEvent
from schemas.interfaces import ObjectStore

__all__ = ["MAX_COMMIT_BYTES", "DatasetWriter", "Reached", "ignore"]

MAX_COMMIT_BYTES = 16 * 1024 * 1024
"""Pictures of one `append` that keep a process below 512 MB: it takes about 250 MB and five times its pictures."""


class DatasetWriter(TableWriter[QAEvent]):
    """Implements `schemas.interfaces.Sink`. `index_dir` holds the ids seen, a cache."""

    def __init__(
        self,
        uri: str,
        store: ObjectStore,
        index_dir: Path,
        storage_options: Options = None,
        reached: Reached = ignore,
    ) -> None:
        def pictures(events: Sequence[QAEvent]) -> Sequence[bytes | PermanentError]:
            return fetch(store, [event.image for event in events])

        contents = TableContents(COLUMNS, "sample_id", _id, rows_of, pictures, needs_picture=True)
        super().__init__(TableLocation(uri, index_dir, storage_options), contents, reached)


def _id(event: QAEvent) -> str:
    return event.sample_id
