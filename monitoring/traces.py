"""Traces: a span for each piece of work, linked to its cause by the W3C header `traceparent`.

In: a record's `traceparent`, or none, and a span's attributes.  Out: spans, and the `traceparent` of the messages that
result from the work.  Without an exporter a span is no more than the header, which is passed on nevertheless.
Knows no tracing library: `monitoring.otel_export` has it.
"""

import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Literal, Protocol

_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})-(?P<flags>[0-9a-f]{2})")
_SAMPLED = "01"

Attributes = Mapping[str, str | int | None]
"""A span's attributes, by name; None is left out."""

Kind = Literal["producer", "consumer", "internal"]
"""Publishes the start of a trace; processes a record; neither."""


class Span(Protocol):
    """A piece of work in progress. Its methods may be called on any thread, `end` more than once."""

    @property
    def traceparent(self) -> str:
        """The header of messages that result from it."""
        ...

    @property
    def recording(self) -> bool:
        """Whether its attributes are recorded."""
        ...

    def annotate(self, attributes: Attributes, error: str | None = None) -> None:
        """Add attributes; with `error`, the work failed."""
        ...

    def end(self) -> None:
        """The work is done."""
        ...


class Tracer(Protocol):
    """Starts spans."""

    def start(self, name: str, parent: str | None, kind: Kind, link: Span | None) -> Span:
        """A child of the span in `parent`; the root of a new trace where that is missing or malformed."""
        ...


class _HeaderOnly:
    """A span that nothing records."""

    recording = False

    def __init__(self, traceparent: str) -> None:
        self.traceparent = traceparent

    def annotate(self, attributes: Attributes, error: str | None = None) -> None:
        """Do nothing."""

    def end(self) -> None:
        """Do nothing."""


class _HeaderTracer:
    """Starts spans that nothing records."""

    def start(self, name: str, parent: str | None, kind: Kind, link: Span | None) -> Span:  # noqa: ARG002 - Tracer's
        """A span with the header alone."""
        return _HeaderOnly(child_of(parent))


class _Process:
    """The tracer of this process."""

    tracer: Tracer = _HeaderTracer()


_process = _Process()


def start_span(name: str, parent: str | None = None, kind: Kind = "internal", link: Span | None = None) -> Span:
    """Start a span; `link` is a span of another trace that it belongs to as well."""
    return _process.tracer.start(name, parent, kind, link)


def records_spans() -> bool:
    """Whether this process's spans are recorded, so that a trace id leads somewhere."""
    return not isinstance(_process.tracer, _HeaderTracer)


@contextmanager
def recorded_by(tracer: Tracer) -> Iterator[None]:
    """Use `tracer` for the spans of this process while the block runs."""
    before, _process.tracer = _process.tracer, tracer
    try:
        yield
    finally:
        _process.tracer = before


def child_of(parent: str | None) -> str:
    """A new span of the parent's trace; the root of a new trace where the parent is missing or malformed."""
    found = ids_in(parent)
    if found is None:
        return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-{_SAMPLED}"
    trace, _, flags = found
    return f"00-{trace}-{secrets.token_hex(8)}-{flags}"


def ids_in(traceparent: str | None) -> tuple[str, str, str] | None:
    """Trace, span and flags in hexadecimal digits, if it is well-formed."""
    match = _TRACEPARENT.fullmatch(traceparent.strip()) if traceparent else None
    if match is None or not int(match["trace"], 16) or not int(match["span"], 16):
        return None
    return match["trace"], match["span"], match["flags"]
