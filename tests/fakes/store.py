"""An object store in memory.

In and out: as `schemas.interfaces.ObjectStore` says.  Keeps what it is given while the test lasts.
"""

import threading
from collections.abc import Iterator

from schemas.interfaces import StoredObject


class InMemoryStore:
    """Implements `schemas.interfaces.ObjectStore`."""

    def __init__(self, bucket: str = "pictures") -> None:
        self._bucket = bucket
        self._lock = threading.Lock()
        self.objects: dict[str, StoredObject] = {}

    @property
    def bucket(self) -> str:
        return self._bucket

    def put_if_absent(self, key: str, stored: StoredObject) -> bool:
        with self._lock:
            if key in self.objects:
                return False
            self.objects[key] = stored
            return True

    def get(self, key: str) -> StoredObject | None:
        return self.objects.get(key)

    def keys(self, prefix: str) -> Iterator[str]:
        return iter(sorted(key for key in self.objects if key.startswith(prefix)))
