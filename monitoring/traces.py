"""Traces: a span for each piece of work, tied to what caused it by the W3C header `traceparent`.

In: a record's `traceparent`, or none, and what a span tells.  Out: spans, and the `traceparent` of what is published
because of that work.  Where nothing records spans, they are no more than the header, which is passed on all the same.
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
"""What a span tells, by name; None is left out."""

Kind = Literal["producer", "consumer", "internal"]
"""Publishes what begins a trace; works on a record; neither."""


class Span(Protocol):
    """A piece of work that has begun. Its methods may be called on any thread, `end` more than once."""

    @property
    def traceparent(self) -> str:
        """The header of what is published because of it."""
        ...

    @property
    def recording(self) -> bool:
        """Whether anybody will see what it tells."""
        ...

    def tell(self, attributes: Attributes, error: str | None = None) -> None:
        """Add to what it tells; with `error`, the work failed."""
        ...

    def end(self) -> None:
        """The work is done."""
        ...


class Tracer(Protocol):
    """What begins spans."""

    def start(self, name: str, parent: str | None, kind: Kind, link: Span | None) -> Span:
        """A child of the span in `parent`; the root of a new trace where that is missing or malformed."""
        ...


class _HeaderOnly:
    """A span that nothing records."""

    recording = False

    def __init__(self, traceparent: str) -> None:
        self.traceparent = traceparent

    def tell(self, attributes: Attributes, error: str | None = None) -> None:
        """Nobody hears."""

    def end(self) -> None:
        """Nothing is kept."""


class _PassingOn:
    """Begins spans that nothing records."""

    def start(self, name: str, parent: str | None, kind: Kind, link: Span | None) -> Span:  # noqa: ARG002 - Tracer's
        """The header alone."""
        return _HeaderOnly(child_of(parent))


class _Process:
    """What begins the spans of this process."""

    tracer: Tracer = _PassingOn()


_process = _Process()


def start_span(name: str, parent: str | None = None, kind: Kind = "internal", link: Span | None = None) -> Span:
    """Begin a piece of work; `link` is a span of another trace that it belongs to as well."""
    return _process.tracer.start(name, parent, kind, link)


@contextmanager
def recorded_by(tracer: Tracer) -> Iterator[None]:
    """Spans of this process are begun by `tracer` while the block runs."""
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
