"""The OpenTelemetry exporter: records spans and sends them over OTLP, configured by its standard environment variables.

In: `OTEL_EXPORTER_OTLP_ENDPOINT` and its companions, spans.  Out: HTTP requests of a thread of their own.
Without an endpoint, or without the extra `otel`, nothing is imported and nothing is recorded.  Spans that cannot be sent
are dropped, and logged at intervals: no stage waits for them, or fails.
"""

import logging
import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from monitoring.redaction import redacted
from monitoring.traces import Attributes, Kind, Span, ids_in, recorded_by
from schemas.errors import install_hint

if TYPE_CHECKING:
    from opentelemetry import trace
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
HEADERS = ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS")
"""The headers of each request to the endpoint: usually a key."""

FLUSH_S = 3.0
"""How long the end of a process waits for unsent spans: a part of the limit of the whole shutdown."""

REPORT_EVERY_S = 300.0
"""Between two log lines about spans that cannot be sent: the library has several for each attempt."""

MAX_ERROR_CHARS = 200

_log = logging.getLogger("skg.traces")


@contextmanager
def exporting(kind: str) -> Iterator[None]:
    """Record and send the spans of this process while the block runs, if the environment names an endpoint."""
    provider = _provider(kind) if _endpoint() else None
    if provider is None:
        yield
        return
    with recording(provider):
        yield


@contextmanager
def recording(provider: "TracerProvider") -> Iterator[None]:
    """Record spans with a provider while the block runs; the rest is sent at the end, within `FLUSH_S`."""
    _Running.providers.append(provider)
    try:
        with recorded_by(OtelTracer(provider)):
            yield
    finally:
        _Running.providers.remove(provider)
        _shut_down([provider])


def flush() -> None:
    """Send the recorded spans, within `FLUSH_S`: for a process that ends without leaving its blocks."""
    _shut_down(_Running.providers)


class _Running:
    """The providers of this process."""

    providers: "list[TracerProvider]" = []  # noqa: RUF012 - one list for the process


def _shut_down(providers: "Sequence[TracerProvider]") -> None:
    """On threads that the end of the process does not wait for: the library's own limit is half a minute."""
    threads = [threading.Thread(target=each.shutdown, name="traces-end", daemon=True) for each in providers]
    until = time.monotonic() + FLUSH_S
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))


class OtelTracer:
    """Implements `monitoring.traces.Tracer`."""

    def __init__(self, provider: "TracerProvider") -> None:
        self._tracer = provider.get_tracer("skg")

    def start(self, name: str, parent: str | None, kind: Kind, link: Span | None) -> Span:
        """A span that is recorded, unless the parent or the sampler says otherwise."""
        from opentelemetry.trace import Link, SpanKind

        of_kind = {"producer": SpanKind.PRODUCER, "consumer": SpanKind.CONSUMER, "internal": SpanKind.INTERNAL}[kind]
        linked = _context_of(None if link is None else link.traceparent)
        links = [] if linked is None else [Link(linked)]
        return _OtelSpan(self._tracer.start_span(name, _parent(parent), of_kind, links=links))


class _OtelSpan:
    """Implements `monitoring.traces.Span`."""

    def __init__(self, span: "trace.Span") -> None:
        self._span = span
        self._ended = False
        context = span.get_span_context()
        self.traceparent = f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"

    @property
    def recording(self) -> bool:
        """Whether it is recorded."""
        return self._span.is_recording()

    def annotate(self, attributes: Attributes, error: str | None = None) -> None:
        """Add attributes, and the status of work that failed; without secrets."""
        from opentelemetry.trace import StatusCode

        for name, value in attributes.items():
            if value is not None:
                self._span.set_attribute(name, redacted(value) if isinstance(value, str) else value)
        if error is not None:
            self._span.set_status(StatusCode.ERROR, redacted(error)[:MAX_ERROR_CHARS])

    def end(self) -> None:
        """Queue it for the sending thread."""
        if not self._ended:
            self._ended = True
            self._span.end()


def _context_of(traceparent: str | None) -> "trace.SpanContext | None":
    from opentelemetry.trace import SpanContext, TraceFlags

    found = ids_in(traceparent)
    if found is None:
        return None
    trace_id, span_id, flags = (int(digits, 16) for digits in found)
    return SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags))


def _parent(traceparent: str | None) -> "Context":
    from opentelemetry.context import Context
    from opentelemetry.trace import NonRecordingSpan, set_span_in_context

    context = _context_of(traceparent)
    return Context() if context is None else set_span_in_context(NonRecordingSpan(context), Context())


def _endpoint() -> str | None:
    """The endpoint, unless the environment disables sending."""
    off = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true" or os.environ.get("OTEL_TRACES_EXPORTER") == "none"
    return None if off else next((os.environ[name] for name in ENDPOINTS if os.environ.get(name)), None)


def fault_of_endpoint() -> str | None:
    """What is wrong with the address that the environment names, or None."""
    said = _endpoint()
    if said is None:
        return None
    try:
        where = urlsplit(said)
        fine = where.scheme in ("http", "https") and bool(where.hostname) and where.port != 0
    except ValueError:
        fine = False
    return None if fine else f"OTEL_EXPORTER_OTLP_ENDPOINT is {redacted(said)!r}, which is no address of a collector"


def _provider(kind: str) -> "TracerProvider | None":
    """The provider that records and sends the spans of a kind of process; None, with a log line, where it cannot."""
    where = urlsplit(_endpoint() or "")
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        _log.warning(f"no traces: an endpoint is set, but not installed: {install_hint('otel')}")
        return None
    _redact_headers()
    _limit_warnings(f"{where.hostname}:{where.port or where.scheme}")
    try:
        provider = TracerProvider(resource=Resource.create(_service(kind)), shutdown_on_exit=False)
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    except (ValueError, OSError) as error:
        _log.warning("no traces: %s", redacted(str(error)))
        return None
    return provider


def _service(kind: str) -> dict[str, str]:
    """The name of the service, where the environment gives none."""
    named = os.environ.get("OTEL_SERVICE_NAME") or "service.name=" in os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
    return {} if named else {"service.name": f"skg-{kind}"}


def _redact_headers() -> None:
    pairs = (pair for name in HEADERS for pair in os.environ.get(name, "").split(","))
    values = [unquote(pair.partition("=")[2].strip()) for pair in pairs]
    redacted.learn([*values, *(value.rpartition(" ")[2] for value in values)])  # with and without `Bearer`
    redacted.learn(urlsplit(os.environ.get(name, "")).password or "" for name in ENDPOINTS)


def _limit_warnings(where: str) -> None:
    """Reduce the library's warnings to one line every few minutes."""
    logger = logging.getLogger("opentelemetry")
    logger.propagate = False
    logger.handlers = [_RateLimitedHandler(where)]


class _RateLimitedHandler(logging.Handler):
    """Logs the first of many warnings, and how many there were since the last one logged."""

    def __init__(self, where: str) -> None:
        super().__init__(logging.WARNING)
        self._where, self._reported_at, self._left_out = where, float("-inf"), 0

    def emit(self, record: logging.LogRecord) -> None:
        """Log it, or count it."""
        now = time.monotonic()
        if now - self._reported_at < REPORT_EVERY_S:
            self._left_out += 1
            return
        more = f" (and {self._left_out} more lines since the last)" if self._left_out else ""
        self._reported_at, self._left_out = now, 0
        _log.warning("spans for %s: %s%s", self._where, redacted(record.getMessage())[:MAX_ERROR_CHARS], more)
