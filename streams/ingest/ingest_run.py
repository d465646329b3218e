"""Takes in annotated pictures: each is stored first and then published, so that an event never names what is not there.

In: records, and where to store and publish.  Out: what became of each record, in order.
Interrupted, it is run again: what is stored or published already is the same picture and the same request.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from schemas.base import Event
from schemas.interfaces import ObjectStore, StoredObject
from streams.ingest.annotated_objects import AnnotatedPicture
from streams.ingest.picture_events import NotTaken, PictureEvent, Terms, picture_event

BATCH = 50
"""Pictures published at a time."""

Publish = Callable[[Sequence[Event]], None]


@dataclass(frozen=True)
class Taken:
    """What became of a record. `why`: the reason where it was not taken."""

    record: str
    file_name: str
    why: str | None = None
    request: str | None = None
    image: str | None = None
    objects: int = 0
    left_out: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """As plain values."""
        fields = {"record": self.record, "file": self.file_name}
        if self.why is not None:
            return {**fields, "refused": self.why}
        ids = {"seed_id": self.request, "index": 0, "image_id": self.image}
        return {**fields, **ids, "objects": self.objects, "left_out": list(self.left_out)}


def look_over(pictures: Iterable[AnnotatedPicture], terms: Terms) -> Iterator[Taken]:
    """What would become of each, without storing or publishing anything."""
    for picture in pictures:
        found = _prepared(picture, terms)
        yield found if isinstance(found, Taken) else _taken(picture, found)


def take_in(pictures: Iterable[AnnotatedPicture], terms: Terms, store: ObjectStore, publish: Publish) -> Iterator[Taken]:
    """Store and publish each; what became of it, once its event is acknowledged. Raises RetryableError."""
    waiting: list[tuple[Taken, Event | None]] = []
    for picture in pictures:
        found = _prepared(picture, terms)
        if isinstance(found, PictureEvent):
            store.put_if_absent(found.event.image.key, StoredObject(found.data, found.event.image.media_type))
            waiting.append((_taken(picture, found), found.event))
        else:
            waiting.append((found, None))
        if len(waiting) == BATCH:
            yield from _published(waiting, publish)
            waiting = []
    yield from _published(waiting, publish)


def _published(waiting: Sequence[tuple[Taken, Event | None]], publish: Publish) -> list[Taken]:
    publish([event for _, event in waiting if event is not None])
    return [taken for taken, _ in waiting]


def _prepared(picture: AnnotatedPicture, terms: Terms) -> PictureEvent | Taken:
    try:
        return picture_event(picture, terms)
    except NotTaken as reason:
        return Taken(picture.record, picture.file_name, str(reason))


def _taken(picture: AnnotatedPicture, found: PictureEvent) -> Taken:
    event = found.event
    return Taken(
        picture.record,
        picture.file_name,
        None,
        event.graph.seed_id,
        event.image.image_id,
        len(event.graph.objects),
        found.left_out,
    )


def counts_of(taken: Iterable[Taken]) -> dict[str, int]:
    """Totals: records, requests (equal ones once), refused records, objects, and annotations left out."""
    found: Counter[str] = Counter(dict.fromkeys(("records", "requests", "refused", "objects", "with_left_out"), 0))
    requests: set[str] = set()
    for one in taken:
        found["records"] += 1
        if one.request is None:
            found["refused"] += 1
        elif one.request not in requests:
            requests.add(one.request)
            found.update({"requests": 1, "objects": one.objects, "with_left_out": bool(one.left_out)})
    return dict(found)
