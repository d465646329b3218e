"""A topic as JSON.

In: a topic's records from their beginning.  Out: one JSON value per record; invalid bytes are shown as such.
"""

import base64
from collections.abc import Iterator
from typing import Any

from schemas.codec import decode
from schemas.errors import PermanentError
from streams.broker.clients import Reader, Record
from streams.broker.connection import connection_of
from streams.broker.reachability import retry_until
from streams.settings import KafkaSettings

POLL_S = 0.5


def lines(settings: KafkaSettings, topic: str, *, follow: bool, meta: bool) -> Iterator[dict[str, Any]]:
    """The topic's records, then new ones if `follow`. Otherwise ends when every partition was read to its end."""
    reader = retry_until(lambda: Reader(connection_of(settings), [topic]), settings.connect_timeout_s)
    try:
        while True:
            records = reader.poll(POLL_S)
            for record in records:
                yield _line(record, meta)
            if not records and not follow and reader.at_end():
                return
    finally:
        reader.close()


def _line(record: Record, meta: bool) -> dict[str, Any]:
    event = _event(record)
    if not meta:
        return event
    return {
        "topic": record.partition.topic,
        "partition": record.partition.number,
        "offset": record.offset,
        "key": None if record.key is None else record.key.decode("utf-8", "replace"),
        "headers": {name: value.decode("utf-8", "replace") for name, value in record.headers if value is not None},
        "event": event,
    }


def _event(record: Record) -> dict[str, Any]:
    try:
        return decode(record.partition.topic, record.value, record.headers).model_dump(mode="json")
    except PermanentError as fault:
        value = None if record.value is None else base64.b64encode(record.value).decode()
        return {"undecodable": str(fault), "partition": record.partition.number, "offset": record.offset, "value": value}
