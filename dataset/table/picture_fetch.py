"""Fetches the pictures of samples from the object store and checks their hashes.

In: image references.  Out: bytes, or a PermanentError.
Neither decodes nor caches pictures.
"""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from schemas.errors import PermanentError
from schemas.events import ImageRef
from schemas.interfaces import ObjectStore

THREADS = 8
"""Gets in flight: enough to hide the store's latency, few enough for its connection pool."""


def fetch(store: ObjectStore, images: Sequence[ImageRef]) -> list[bytes | PermanentError]:
    """The bytes of each image, in order. Raises RetryableError when the store cannot be reached."""
    if not images:
        return []
    with ThreadPoolExecutor(min(THREADS, len(images)), thread_name_prefix="pictures") as pool:
        return list(pool.map(lambda image: _checked(store, image), images))


def _checked(store: ObjectStore, image: ImageRef) -> bytes | PermanentError:
    record_commit = store.get(image.key)
    if record_commit is None:
        return PermanentError("missing_image", f"there is no object {image.key} in bucket {store.bucket}")
    found = hashlib.sha256(record_commit.data).hexdigest()
    if found != image.sha256:
        return PermanentError("hash_mismatch", f"object {image.key} has sha256 {found}, announced was {image.sha256}")
    return record_commit.data
