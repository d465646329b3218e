"""Stores pictures under keys that are known before anything is drawn; each key is written once.

In: keys, and drawings to store.  Out: the stored pictures, or the error.  Encodes a drawing when it is stored.
A second writer of a key reads what the first one stored.  Does not draw, publishes no events.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from schemas.errors import PermanentError, RetryableError
from schemas.events import Truth
from schemas.interfaces import Drawing, ObjectStore, StoredObject

NOTES = "skg-notes"
"""The object metadata that holds a drawing's notes, so that the event of a redelivery has them too."""


@dataclass(frozen=True)
class StoredPicture:
    """A picture in the store, and the seconds that drawing it took (0 when it was stored before).

    `views`: the pictures of further cameras of the same scene.
    """

    data: bytes
    media_type: str
    truth: Truth | None
    seconds: float
    notes: Mapping[str, str]
    views: tuple["StoredPicture", ...] = ()


@dataclass(frozen=True)
class Drawn:
    """A drawing that is not stored yet, and the seconds that it took."""

    drawing: Drawing
    seconds: float


Outcome = StoredPicture | RetryableError | PermanentError


class ImageStore:
    """The pictures of one renderer in a store. Thread-safe as far as the store is."""

    def __init__(self, store: ObjectStore, read_truth: Callable[[bytes], Truth | None]) -> None:
        self._store, self._read_truth = store, read_truth

    def find(self, keys: Sequence[str]) -> StoredPicture | RetryableError | None:
        """The picture stored under the first key with its views under the others, or None where there is none.

        Views are stored before their picture: those that are missing then were never drawn.
        """
        try:
            first, *views = (self._store.get(key) for key in keys)
        except RetryableError as failure:
            return failure
        if first is None:
            return None
        found = (self._read(view) for view in takewhile(lambda view: view is not None, views) if view is not None)
        return replace(self._read(first), views=tuple(found))

    def put(self, keys: Sequence[str], drawn: Drawn) -> Outcome:
        """Store the views of a drawing and then the drawing, each under its key unless there is one; returns what is stored
        there then."""
        views = list[StoredPicture]()
        for key, view in zip(keys[1:], drawn.drawing.views, strict=False):
            stored = self._put(key, Drawn(view, 0.0))
            if not isinstance(stored, StoredPicture):
                return stored
            views.append(stored)
        first = self._put(keys[0], drawn)
        return replace(first, views=tuple(views)) if isinstance(first, StoredPicture) else first

    def _put(self, key: str, drawn: Drawn) -> Outcome:
        made = drawn.drawing
        picture = StoredPicture(made.data, made.media_type, made.truth, drawn.seconds, made.notes)
        metadata = {NOTES: json.dumps(dict(picture.notes), sort_keys=True)} if picture.notes else {}
        try:
            if self._store.put_if_absent(key, StoredObject(picture.data, picture.media_type, metadata)):
                return picture
            found = self._store.get(key)
        except RetryableError as failure:
            return failure
        return RetryableError(f"{key} was stored by another worker and is gone") if found is None else self._read(found)

    def _read(self, stored: StoredObject) -> StoredPicture:
        truth = self._read_truth(stored.data)
        return StoredPicture(stored.data, stored.media_type, truth, 0.0, _notes_in(stored.metadata))


def _notes_in(metadata: Mapping[str, str]) -> dict[str, str]:
    """The notes that were stored with a picture; none where they cannot be read."""
    try:
        found = json.loads(metadata.get(NOTES, "{}"))
    except ValueError:
        return {}
    return {str(name): str(text) for name, text in found.items()} if isinstance(found, dict) else {}
