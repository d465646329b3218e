"""Where pictures lie: under a key that is known before anything is drawn, each put once.

In: keys, and drawings to keep.  Out: pictures as they lie in the store, or why not.  Encodes a drawing when it is kept.
Who comes second reads what the first one has stored.  Draws nothing and announces nothing.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from schemas.errors import PermanentError, RetryableError
from schemas.events import Truth
from schemas.interfaces import Drawing, ObjectStore, StoredObject

NOTES = "skg-notes"
"""The object metadata that keeps a drawing's notes, so that a redelivery announces them too."""


@dataclass(frozen=True)
class Picture:
    """A picture as it lies in the store, and the seconds that drawing it took (0 when it was there already)."""

    data: bytes
    media_type: str
    truth: Truth | None
    seconds: float
    notes: Mapping[str, str]


@dataclass(frozen=True)
class Drawn:
    """A picture that is nowhere yet, and the seconds that drawing it took."""

    drawing: Drawing
    seconds: float


Outcome = Picture | RetryableError | PermanentError


class ImageStore:
    """The pictures of one renderer in a store. Thread-safe as far as the store is."""

    def __init__(self, store: ObjectStore, read_truth: Callable[[bytes], Truth | None]) -> None:
        self._store, self._read_truth = store, read_truth

    def look(self, key: str) -> Picture | RetryableError | None:
        """What is stored under `key`; None when nothing is."""
        try:
            found = self._store.get(key)
        except RetryableError as failure:
            return failure
        return None if found is None else self._read(found)

    def keep(self, key: str, drawn: Drawn) -> Outcome:
        """Store a drawing under `key`, and what is stored there then."""
        made = drawn.drawing
        picture = Picture(made.data, made.media_type, made.truth, drawn.seconds, made.notes)
        metadata = {NOTES: json.dumps(dict(picture.notes), sort_keys=True)} if picture.notes else {}
        try:
            if self._store.put_if_absent(key, StoredObject(picture.data, picture.media_type, metadata)):
                return picture
            found = self._store.get(key)
        except RetryableError as failure:
            return failure
        return RetryableError(f"{key} was stored by another worker and is gone") if found is None else self._read(found)

    def _read(self, stored: StoredObject) -> Picture:
        truth = self._read_truth(stored.data)
        return Picture(stored.data, stored.media_type, truth, 0.0, _notes_in(stored.metadata))


def _notes_in(metadata: Mapping[str, str]) -> dict[str, str]:
    """The notes that were stored with a picture; none where they cannot be read."""
    try:
        found = json.loads(metadata.get(NOTES, "{}"))
    except ValueError:
        return {}
    return {str(name): str(text) for name, text in found.items()} if isinstance(found, dict) else {}
