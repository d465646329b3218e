"""Log lines about single records: a rejection, a second drawing, a dead letter, another attempt.

In: records and what became of them.  Out: one line each, with the request, where the record stands, why, and its trace.
Counts nothing.
"""

from collections.abc import Sequence

from monitoring.logs import log
from monitoring.traces import ids_in
from schemas.codec import header
from schemas.errors import PermanentError, RetryableError
from schemas.events import Rejection
from streams.broker.records import Record
from streams.steps.request_ids import requests_in_record

MAX_REQUESTS, MAX_WHY_CHARS = 3, 300
"""Requests of a record, and characters of a failure's text, in a log line; rejections and dead letters have all."""

NAME = "outcomes"
"""Of the logger."""


def log_rejection(record: Record, event: Rejection) -> None:
    """A request ended in a rejection, or its picture is drawn again."""
    log(NAME).info(
        "a picture is drawn again" if event.retried else "a request was rejected",
        **_place(record) | {"request": f"{event.seed_id}-{event.index}"},
        gate=event.gate,
        reason=event.reason,
        why=event.detail[:MAX_WHY_CHARS],
    )


def log_dead_letter(record: Record, failure: PermanentError) -> None:
    """A record became a dead letter."""
    log("dead-letters").warning(
        "a record became a dead letter", **_place(record), reason=failure.reason, why=str(failure)[:MAX_WHY_CHARS]
    )


def log_retry(records: Sequence[Record], failure: RetryableError, waited_s: float, *, brief: bool = False) -> None:
    """Records are tried again; the line is about the first of them. A `brief` one is seen at the level debug alone."""
    say = log(NAME).debug if brief else log(NAME).warning
    say(
        "a batch is tried again",
        **_place(records[0]),
        records=len(records),
        waited_s=round(waited_s),
        reason=failure.service,
        why=str(failure)[:MAX_WHY_CHARS],
    )


def _place(record: Record) -> dict[str, str | int]:
    """Where a record stands, the requests that it is about, as far as its bytes tell, and its trace."""
    topic, trace = record.partition.topic, ids_in(header(record.headers, "traceparent"))
    requests = [f"{seed_id}-{index}" for seed_id, index in requests_in_record(topic, record.value, record.headers)]
    more = [f"and {len(requests) - MAX_REQUESTS} more"] if len(requests) > MAX_REQUESTS else []
    return {
        "request": " ".join(requests[:MAX_REQUESTS] + more),
        "topic": topic,
        "partition": record.partition.number,
        "offset": record.offset,
        "trace_id": trace[0] if trace else "",
    }
