"""Spans of events that begin a trace, such as seeds: no record caused them.

In: events and a producer.  Out: nothing, once every one is acknowledged.  Knows no stage.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from monitoring.traces import Span, start_span
from schemas.base import Event
from schemas.codec import Message, to_message
from schemas.topics import BY_EVENT
from streams.steps.record_spans import request_attributes


def publish_roots(publish: Callable[[Sequence[Message]], None], source: str, events: Sequence[Event]) -> None:
    """Publish events, each of which begins a trace. Raises what `publish` raises."""
    spans = [_start_root_span(source, event) for event in events]
    try:
        publish([_message(source, event, span) for event, span in zip(events, spans, strict=True)])
    except BaseException as error:
        for span in spans:
            span.annotate({"error.type": type(error).__name__}, str(error))
        raise
    finally:
        for span in spans:
            span.end()


def root_message(source: str, event: Event) -> Message:
    """A message that begins a trace and is published later; its span ends now."""
    span = _start_root_span(source, event)
    span.end()
    return _message(source, event, span)


def _start_root_span(source: str, event: Event) -> Span:
    span = start_span("publish", kind="producer")
    if span.recording:
        topic = {"messaging.system": "kafka", "messaging.destination.name": BY_EVENT[type(event)].name}
        span.annotate({"skg.stage": source, "messaging.operation.type": "send", **topic, **request_attributes(event)})
    return span


def _message(source: str, event: Event, span: Span) -> Message:
    return to_message(event, source, span.traceparent, datetime.now(UTC))
