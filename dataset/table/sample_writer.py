"""The writer of samples: `skg.qa` into the dataset's table.

In: deliveries of accepted samples, whose pictures it fetches from the store.  Out: commits, as
`dataset.table.table_writer`.
"""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from dataset.table.columns import COLUMNS
from dataset.table.delta_table import Table
from dataset.table.held_out_share import properties_of, refusal_of, require_share
from dataset.table.row_encoding import rows_of
from dataset.table.table_writer import Reached, TableContents, TableLocation, TableWriter, ignore
from schemas.errors import PermanentError
from schemas.events import ImageRef, QAEvent
from schemas.interfaces import ObjectStore
from spatial.splits import DEFAULT_HELD_OUT_PER_MILLE

__all__ = ["MAX_COMMIT_BYTES", "DatasetWriter", "Reached", "TableLocation", "ignore"]

MAX_COMMIT_BYTES = 16 * 1024 * 1024
"""Pictures of one `append` that keep a process below 512 MB: it takes about 250 MB and five times its pictures."""

THREADS = 8
"""Gets in flight: enough to hide the store's latency, few enough for its connection pool."""


class DatasetWriter(TableWriter[QAEvent]):
    """Implements `schemas.interfaces.Sink`. The location's `index_dir` holds the ids seen, a cache.

    Of 1,000 scenes `held_out_per_mille` are in validation, and as many in test.  Raises OtherShare for a table with another
    share; a sample with another one is a PermanentError.  `depth_maps`: whether rows get those that are known.
    """

    def __init__(
        self,
        place: TableLocation,
        store: ObjectStore,
        held_out_per_mille: int = DEFAULT_HELD_OUT_PER_MILLE,
        reached: Reached = ignore,
        depth_maps: bool = True,
    ) -> None:
        rows = partial(rows_of, depth_maps=depth_maps)

        def pictures(events: Sequence[QAEvent]) -> Sequence[tuple[bytes, ...] | PermanentError]:
            refusals = [refusal_of(event, held_out_per_mille) for event in events]
            welcome = [event for event, refusal in zip(events, refusals, strict=True) if refusal is None]
            fetched = iter(fetch_pictures(store, [image for event in welcome for image in (event.image, *event.views)]))
            found = iter([_all_of([next(fetched) for _ in (event.image, *event.views)]) for event in welcome])
            return [next(found) if refusal is None else refusal for refusal in refusals]

        def check(table: Table) -> None:
            require_share(table, place.uri, held_out_per_mille)

        properties = properties_of(held_out_per_mille)
        contents = TableContents(
            COLUMNS, "sample_id", _id, rows, pictures, needs_picture=True, properties=properties, check=check
        )
        super().__init__(place, contents, reached)


def _id(event: QAEvent) -> str:
    return event.sample_id


def _all_of(pictures: Sequence[bytes | PermanentError]) -> tuple[bytes, ...] | PermanentError:
    """The pictures of one sample, or why there are not all of them."""
    fault = next((each for each in pictures if isinstance(each, PermanentError)), None)
    return fault or tuple(each for each in pictures if isinstance(each, bytes))


def fetch_pictures(store: ObjectStore, images: Sequence[ImageRef]) -> list[bytes | PermanentError]:
    """The bytes of each image, in order; a PermanentError where it is missing or another.

    Raises RetryableError when the store cannot be reached.
    """
    if not images:
        return []
    with ThreadPoolExecutor(min(THREADS, len(images)), thread_name_prefix="pictures") as pool:
        return list(pool.map(lambda image: _checked(store, image), images))


def _checked(store: ObjectStore, image: ImageRef) -> bytes | PermanentError:
    stored = store.get(image.key)
    if stored is None:
        return PermanentError("missing_image", f"there is no object {image.key} in bucket {store.bucket}")
    found = hashlib.sha256(stored.data).hexdigest()
    if found != image.sha256:
        return PermanentError("hash_mismatch", f"object {image.key} has sha256 {found}, announced was {image.sha256}")
    return stored.data
