"""The pictures of rejections, for the gallery: they are in the object store, not in a table.

In: the store's settings.  Out: a function from a key to bytes.  Connects with the first picture; writes nothing.
"""

from collections.abc import Callable
from functools import lru_cache

from schemas.errors import RetryableError, UserError
from streams.settings import StoreSettings
from streams.storage.s3 import S3Store


def stored_pictures(settings: StoreSettings) -> Callable[[str], bytes | None]:
    """The bytes behind a key, None where they are gone. The function raises RetryableError, also without access."""

    @lru_cache(maxsize=1)
    def store() -> S3Store:
        return S3Store(settings)

    def picture(key: str) -> bytes | None:
        try:
            stored = store().get(key)
        except UserError as error:
            raise RetryableError(str(error)) from error
        return None if stored is None else stored.data

    return picture
