"""The wire format: msgpack payloads with CloudEvents binary headers.

In: an event, or a topic with the bytes and headers of a record.  Out: the bytes and headers, or the event.
Does not talk to a broker.  Bytes that are no event of the topic raise PermanentError, which makes them a dead letter; no
input raises anything else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgpack
from pydantic import ValidationError

from schemas.base import READING, Event
from schemas.bounds import MAX_JSON_CHARS, MAX_JSON_ITEMS, MAX_PAYLOAD_BYTES
from schemas.errors import PermanentError
from schemas.topics import BY_EVENT, TOPICS, Topic, key_of, parts_of

CONTENT_TYPE = "application/msgpack"

LIMITS = {
    "max_str_len": 4 * MAX_JSON_CHARS,  # bytes; no field has a longer text
    "max_bin_len": MAX_PAYLOAD_BYTES,
    "max_array_len": MAX_JSON_ITEMS,
    "max_map_len": MAX_JSON_ITEMS,
    "max_ext_len": 0,  # no event has values of msgpack's extension types
}
"""Limits on unpacking: msgpack allocates memory for the lengths in the bytes. Its own limit on nesting is 1,024 levels."""

Headers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True)
class Message:
    """The input of a producer: topic, key, value and headers as bytes (None only in a dead letter's original)."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers


def encode(event: Event) -> bytes:
    """The payload of an event: a msgpack map of its fields and of its schema's version."""
    payload = {"schema_version": event.VERSION, **event.model_dump(mode="python")}
    data: bytes = msgpack.packb(payload, use_bin_type=True)
    return data


def to_message(event: Event, source: str, traceparent: str, now: datetime) -> Message:
    """The record of an event. `source` is the publishing stage, `now` the time of the CloudEvent."""
    topic = BY_EVENT[type(event)]
    key = key_of(event)
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": key,
        "ce_type": topic.type,
        "ce_source": f"skg/{source}",
        "ce_time": now.astimezone(UTC).isoformat(),
        "content-type": CONTENT_TYPE,
        "traceparent": traceparent,
    }
    headers = tuple((name, text.encode()) for name, text in attributes.items())
    return Message(topic.name, key.encode(), encode(event), headers)


def decode(topic: str, value: bytes | None, headers: Sequence[tuple[str, bytes]] = ()) -> Event:
    """The event in a record's value. A `ce_type` header, where there is one, must name the topic's event.

    Fields that a newer minor version added, at any depth, are dropped; values of closed sets from another version are
    kept.  Another major version, or anything else that is not an event of the topic, raises PermanentError.
    """
    row = TOPICS[topic]
    _check_type(row, header(headers, "ce_type"))
    payload = _unpack(value)
    version = payload.pop("schema_version", None)
    newer = _is_newer_minor(row, version)
    try:
        return row.event.model_validate(payload, context=READING)
    except ValidationError as error:
        unknown = [fault["loc"] for fault in error.errors() if fault["type"] == "extra_forbidden"]
        if not newer or not unknown:
            raise PermanentError("undecodable", _first_fault(row, error)) from error
    for where in unknown:
        _drop(payload, where)
    try:
        return row.event.model_validate(payload, context=READING)
    except ValidationError as error:
        raise PermanentError("undecodable", _first_fault(row, error)) from error


def _drop(payload: Any, where: tuple[int | str, ...]) -> None:
    for step in where[:-1]:
        payload = payload[step]
    del payload[where[-1]]


def _check_type(row: Topic, announced: str | None) -> None:
    if announced is None or announced == row.type:
        return
    same_event = announced.rpartition(".v")[0] == row.type.rpartition(".v")[0]
    reason = "wrong_major_version" if same_event else "undecodable"
    raise PermanentError(reason, f"{row.name} carries {row.type}, not {announced[:80]}")


def _unpack(value: bytes | None) -> dict[str, object]:
    if value is None:
        raise PermanentError("undecodable", "the record has no value")
    if len(value) > MAX_PAYLOAD_BYTES:
        raise PermanentError("undecodable", f"{len(value)} bytes are above the limit of {MAX_PAYLOAD_BYTES}")
    try:
        payload = msgpack.unpackb(value, raw=False, strict_map_key=True, **LIMITS)
    except (ValueError, msgpack.exceptions.UnpackException, RecursionError) as error:
        raise PermanentError("undecodable", f"not msgpack: {str(error) or type(error).__name__}") from error
    if not isinstance(payload, dict):
        raise PermanentError("undecodable", f"a map was expected, not {type(payload).__name__}")
    return payload


def _is_newer_minor(row: Topic, version: object) -> bool:
    try:
        theirs, ours = parts_of(version if isinstance(version, str) else ""), parts_of(row.event.VERSION)
    except ValueError as error:
        raise PermanentError("undecodable", f"schema_version is missing or malformed: {error}") from error
    if theirs[0] != ours[0]:
        raise PermanentError("wrong_major_version", f"{row.name} carries version {row.event.VERSION}, not {version}")
    return theirs[1] > ours[1]


def _first_fault(row: Topic, error: ValidationError) -> str:
    fault = error.errors()[0]
    where = ".".join(str(part) for part in fault["loc"]) or "event"
    return f"not a {row.event.__name__}: {where}: {fault['msg']}"


def header(headers: Sequence[tuple[str, bytes]], name: str) -> str | None:
    """The text of the first header called `name`, if it is there and is text."""
    for key, value in headers:
        if key == name and value is not None:
            return value.decode("utf-8", "replace")
    return None


def event_age(headers: Sequence[tuple[str, bytes]], now: datetime) -> float | None:
    """Seconds between the CloudEvent's time and `now`, never negative; None without a readable time."""
    text = header(headers, "ce_time")
    if text is None:
        return None
    try:
        then = datetime.fromisoformat(text)
    except ValueError:
        return None
    return max(0.0, (now - (then if then.tzinfo else then.replace(tzinfo=UTC))).total_seconds())
