"""The life of a process: it serves its health first, ends on SIGTERM in whatever state it is, and says so in one line.

In: the kind of process, its settings, and what runs in it.  Out: exit codes; a line in the log.  Knows no work.
"""

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from monitoring.logs import log, set_up
from monitoring.otel_export import exporting, flush
from streams.operations.metrics_server import serving
from streams.settings import ProcessSettings
from streams.worker.health import Health
from streams.worker.outage_wait import Start

END_S = 15.0
"""SIGTERM ends a process that has nothing in hand within this, whatever hangs."""


@contextmanager
def process(kind: str, settings: ProcessSettings) -> Iterator[Start]:
    """A process from its first line to its last. Until something else listens for SIGTERM, it ends it at once."""
    set_up(settings.log_format, kind)
    health = Health()
    on_signals(lambda: sys.exit(0))  # while it starts nothing is in hand
    with exporting(kind), serving(kind, settings, health):
        try:
            yield Start(kind, settings.give_up_s, health)
        except SystemExit:
            log(kind).info("stopped", during=health.ready().why)
            raise
        log(kind).info("stopped")


def on_signals(stop: Callable[[], None], within_s: float = END_S) -> None:
    """Call `stop` on the first SIGTERM or SIGINT; a second one ends the process at once, as does one that is not heeded."""

    def first(*_: object) -> None:
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, signal.SIG_DFL)
        last = threading.Timer(within_s, _end)
        last.daemon = True
        last.start()
        stop()

    if threading.current_thread() is threading.main_thread():
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, first)


def _end() -> None:
    log("process").error("something did not end; what is in hand will be delivered again")
    flush()
    logging.shutdown()
    os._exit(1)
