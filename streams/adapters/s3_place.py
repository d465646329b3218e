"""A place of published copies in an object store: implements `dataset.publishing.Place`.

In: settings, an address.  Out: objects below it; the store's errors as everywhere else.
The keys and the endpoint are those of the settings, the bucket is that of the address.
"""

import re
from pathlib import Path

from schemas.interfaces import StoredObject
from streams.errors import Misused
from streams.settings import StoreSettings
from streams.storage.s3 import S3Store, bucket_answers, require_keys
from streams.storage.s3_connection import endpoint_of
from streams.storage.s3_probe import store_answers

ADDRESS = re.compile(r"s3://([^/]+)(?:/(.*))?")


class S3Place:
    """A prefix in a bucket."""

    def __init__(self, settings: StoreSettings, uri: str) -> None:
        """Raises Misused for another address, Misconfigured for unusable settings."""
        found = ADDRESS.fullmatch(uri)
        if found is None:
            raise Misused(f"{uri}: a copy is in a folder or at s3://bucket/path")
        self._prefix = f"{path}/" if (path := (found[2] or "").strip("/")) else ""
        self._store = S3Store(settings.model_copy(update={"s3_bucket": found[1]}))
        self.bucket = found[1]
        self.address = uri.rstrip("/")

    def read(self, path: str) -> bytes | None:
        """The content of a small object, or None."""
        found = self._store.get(self._prefix + path)
        return None if found is None else found.data

    def put(self, path: str, file: Path) -> None:
        """Store a file; readers see it whole."""
        self._store.put_file(self._prefix + path, file)

    def put_new(self, path: str, file: Path) -> bool:
        """Store a small file where there is none, by a conditional request."""
        return self._store.put_if_absent(self._prefix + path, StoredObject(file.read_bytes(), "application/json"))


def s3_place(settings: StoreSettings, uri: str, timeout_s: float) -> S3Place:
    """The place, once its store answers. Raises RetryableError after a time, and a Problem for keys or a bucket
    that are not there."""
    place = S3Place(settings, uri)
    store_answers(endpoint_of(settings), timeout_s)
    require_keys(settings)
    if not bucket_answers(settings.model_copy(update={"s3_bucket": place.bucket}), timeout_s):
        raise Misused(f"{uri}: there is no bucket {place.bucket} in the store at {endpoint_of(settings)}")
    return place
