"""Logging: JSON for machines, columns for people. Called once by a process, never on import.

In: a format's name and the process's kind.  Out: the configuration of structlog and of the standard library's logging,
on standard error.  Knows no stage's work.
"""

import logging
import sys
import time
from collections.abc import Callable
from typing import Literal

import structlog

from monitoring.redaction import redacted

LogFormat = Literal["auto", "json", "console"]
CHATTY = {
    "kafka": logging.WARNING,
    "kafka.net.selector": logging.ERROR,  # warns of each of its steps that took a tenth of a second, as on a busy machine
    "aiokafka": logging.CRITICAL,  # tracebacks for as long as a broker is away; the agents report that themselves
    "faust": logging.CRITICAL,
    "mode": logging.CRITICAL,  # what ends the agents is raised, and reported once
    "asyncio": logging.WARNING,
    "httpx": logging.WARNING,
    "httpx2": logging.WARNING,
    "openai": logging.WARNING,
    "urllib3": logging.ERROR,  # warns of every attempt; the caller reports when all have failed
}
"""Libraries whose lines below these levels concern only themselves."""

REPEAT_S = 30.0
"""A client without its broker logs the same many times a second: each line is passed once in so many seconds."""


class RepeatFilter(logging.Filter):
    """Passes a line of a chatty library once in `REPEAT_S` seconds, with the number of suppressed ones.

    Lines are the same when they come from the same place, whatever values they carry. Ours all pass.  What a broken
    connection raised inside a library is logged in one line, as a warning: where in the library it happened helps nobody.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._logged_at: dict[tuple[str, int], float] = {}
        self._left_out: dict[tuple[str, int], int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to pass this line."""
        if record.name.partition(".")[0] not in CHATTY:
            return True
        _tell_without_traceback(record)
        place, now = (record.pathname, record.lineno), self._clock()
        if now - self._logged_at.get(place, -REPEAT_S) < REPEAT_S:
            self._left_out[place] = self._left_out.get(place, 0) + 1
            return False
        self._logged_at[place] = now
        left_out = self._left_out.pop(place, 0)
        if left_out:
            record.msg = f"{record.msg} (and {left_out} more like it since the last)"
        return True


def _tell_without_traceback(record: logging.LogRecord) -> None:
    failure = record.exc_info[1] if record.exc_info else None
    if isinstance(failure, OSError):
        record.msg, record.args = f"{record.getMessage()}: {failure}", None
        record.exc_info = record.exc_text = None
        record.levelno, record.levelname = logging.WARNING, "WARNING"


class _RedactingFormatter(structlog.stdlib.ProcessorFormatter):
    """Removes secrets from whole lines, including tracebacks and lines of libraries."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return redacted(super().format(record))


def set_up(log_format: LogFormat, kind: str) -> None:
    """Send all log lines of this process, its libraries' included, to standard error in one format."""
    structlog.contextvars.bind_contextvars(process=kind)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    formatter = _RedactingFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(log_format)],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    handler.addFilter(RepeatFilter())
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    for name, level in CHATTY.items():
        logging.getLogger(name).setLevel(level)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def silence_clients() -> None:
    """Pass nothing more of the clients' libraries: as a process ends, what they cancel is no fault."""
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def log(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a part of the factory."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return logger


def _renderer(log_format: LogFormat) -> structlog.typing.Processor:
    if log_format == "console" or (log_format == "auto" and sys.stderr.isatty()):
        return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    return structlog.processors.JSONRenderer()
