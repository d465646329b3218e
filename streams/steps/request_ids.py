"""Which requests a record is about, as far as its bytes show.

In: a topic's name, a record's value and headers.  Out: seed ids with indices of their graphs.
Accepts also bytes that are no valid event of the topic, as long as they are a map that names a request.
"""

from collections.abc import Mapping, Sequence

import msgpack

from schemas.base import Event
from schemas.codec import decode
from schemas.errors import PermanentError
from schemas.events import MAX_GRAPHS_PER_SEED_EVENT, QAEvent, Rejection, RenderedImage, SeedConcept
from schemas.graph import SpatialGraph
from schemas.topics import IMAGES, QA, SEEDS, TOPICS

Request = tuple[str, int]
"""A seed's id and the index of one of its graphs."""

ID_CHARS = range(8, 65)
LARGEST_INDEX = 2**31


def requests_in_record(topic: str, value: bytes | None, headers: Sequence[tuple[str, bytes]] = ()) -> list[Request]:
    """The requests that the record asks for or answers; none where its bytes name none."""
    if topic not in TOPICS or value is None:
        return []
    try:
        return _requests_of_event(decode(topic, value, headers))
    except PermanentError:
        return _requests_of_map(topic, _as_mapping(value))


def _requests_of_event(event: Event) -> list[Request]:
    match event:
        case SeedConcept():
            return [(event.seed_id, index) for index in range(event.first, event.first + event.count)]
        case SpatialGraph():
            return [(event.seed_id, event.index)]
        case RenderedImage() | QAEvent():
            return [(event.graph.seed_id, event.graph.index)]
        case Rejection():
            return [] if event.retried else [(event.seed_id, event.index)]
    return []


def _as_mapping(value: bytes) -> Mapping[str, object]:
    try:
        payload = msgpack.unpackb(value, raw=False, strict_map_key=True)
    except (ValueError, msgpack.exceptions.UnpackException, RecursionError):
        return {}
    return payload if isinstance(payload, dict) else {}


def _requests_of_map(topic: str, payload: Mapping[str, object]) -> list[Request]:
    inner = payload.get("graph") if topic in (IMAGES, QA) else payload
    if not isinstance(inner, dict) or inner.get("retried") is True:
        return []
    seed_id, first = inner.get("seed_id"), inner.get("first", 0) if topic == SEEDS else inner.get("index")
    count = inner.get("count", 1) if topic == SEEDS else 1
    if not isinstance(seed_id, str) or not _is_id(seed_id) or not _is_int_in(first, 0, LARGEST_INDEX):
        return []
    if not _is_int_in(count, 1, MAX_GRAPHS_PER_SEED_EVENT + 1):
        return []
    return [(seed_id, index) for index in range(first, first + count)]  # type: ignore[operator, arg-type] # checked above


def _is_id(text: str) -> bool:
    return len(text) in ID_CHARS and all(c in "0123456789abcdef" for c in text)


def _is_int_in(number: object, least: int, end: int) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and least <= number < end
