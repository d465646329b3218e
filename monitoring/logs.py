"""Logging: JSON for machines, columns for people. Called once by a process, never on import.

In: a format's name, a level and the process's kind.  Out: the configuration of structlog, of the standard library's
logging, warnings and uncaught exceptions, on standard error.  Knows no stage's work.
"""

import logging
import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Literal

import structlog

from monitoring.redaction import redacted

LogFormat = Literal["auto", "json", "console"]
LogLevel = Literal["debug", "info", "warning", "error"]

OURS = "skg"
"""The parent of this project's loggers; all others belong to libraries."""

CHATTY = {
    "kafka": logging.WARNING,
    "kafka.cluster": logging.CRITICAL,  # "Metadata refresh: failed" while a broker is unavailable, which we say ourselves
    "kafka.net.selector": logging.ERROR,  # warns of each of its steps that took a tenth of a second, as on a busy machine
    "aiokafka": logging.CRITICAL,  # tracebacks for as long as a broker is unavailable; the agents report that themselves
    "faust": logging.CRITICAL,
    "mode": logging.CRITICAL,  # what ends the agents is raised, and reported once
    "urllib3": logging.ERROR,  # warns of every attempt; the caller reports when all have failed
}
"""Libraries whose lines below these levels concern only themselves; of all others, warnings and worse are passed."""

OF_ONE_PLACE = ("py.warnings", "stderr")
"""The loggers of the `warnings` module and of `monitoring.native_stderr`: their text distinguishes their lines."""

REPEAT_S = 30.0
"""A client without its broker logs the same many times a second: each line is passed once in so many seconds."""


class RepeatFilter(logging.Filter):
    """Passes a line of a library once in `REPEAT_S` seconds, with the number of suppressed ones.

    Lines are the same when they come from the same place, whatever values they carry. Ours all pass.  What a broken
    connection raised inside a chatty library, or an error of its own, is logged in one line, as a warning: where in the
    library it happened helps nobody.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._logged_at: dict[tuple[str, int, str], float] = {}
        self._left_out: dict[tuple[str, int, str], int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to pass this line."""
        library = record.name.partition(".")[0]
        if library == OURS:
            return True
        if library in CHATTY:
            _tell_without_traceback(record)
        place, now = (record.pathname, record.lineno, record.getMessage() * (record.name in OF_ONE_PLACE)), self._clock()
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
    if isinstance(failure, OSError) or type(failure).__module__.partition(".")[0] in CHATTY:
        record.msg, record.args = f"{record.getMessage()}: {failure}", None
        record.exc_info = record.exc_text = None
        record.levelno, record.levelname = logging.WARNING, "WARNING"


class _RedactingFormatter(structlog.stdlib.ProcessorFormatter):
    """Removes secrets from whole lines, including tracebacks and lines of libraries."""

    in_json = False

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return redacted(super().format(record))


def set_up(log_format: LogFormat, kind: str, level: LogLevel = "info") -> None:
    """Send all log lines of this process, its libraries' included, to standard error in one format.

    `level` is the least of our own lines; libraries' are passed from warnings on, or from `level` where that is higher.
    """
    shared = _shared_processors(kind)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(shared, is_json(log_format)))
    handler.addFilter(RepeatFilter())
    least = getattr(logging, level.upper())
    logging.basicConfig(handlers=[handler], level=max(logging.WARNING, least), force=True)
    logging.getLogger(OURS).setLevel(least)
    for name, bound in CHATTY.items():
        logging.getLogger(name).setLevel(max(bound, least))
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda args: _log_uncaught(args.exc_type, args.exc_value, args.exc_traceback)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def is_json(log_format: LogFormat) -> bool:
    """Whether lines of this format are JSON: `auto` is for people at a terminal."""
    return log_format == "json" or (log_format == "auto" and not sys.stderr.isatty())


def logs_json() -> bool:
    """Whether this process was set up to log JSON."""
    formatters = [handler.formatter for handler in logging.getLogger().handlers]
    return any(isinstance(each, _RedactingFormatter) and each.in_json for each in formatters)


def silence_clients() -> None:
    """Pass nothing more of the clients' libraries: as a process ends, what they cancel is no fault."""
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def log(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a part of the factory."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(f"{OURS}.{name}")
    return logger


def _log_uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    """Log what ends the process or a thread unexpectedly, as one line."""
    if error is None or issubclass(kind, KeyboardInterrupt | SystemExit):
        return
    log("process").critical("an error that nothing expects", exc_info=(kind, error, trace))


def _shared_processors(kind: str) -> list[structlog.typing.Processor]:
    def named(_: object, __: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
        return {**line, "process": kind}

    return [
        named,
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]


def _formatter(shared: list[structlog.typing.Processor], in_json: bool) -> logging.Formatter:
    foreign = [each for each in shared if each is not structlog.stdlib.filter_by_level]
    console = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    renderer = structlog.processors.JSONRenderer() if in_json else console
    made = _RedactingFormatter(
        foreign_pre_chain=foreign, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
    )
    made.in_json = in_json
    return made
