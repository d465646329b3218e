"""The lifetime of a process: it serves its health first, ends on SIGTERM in any state, and logs its end in one line.

In: the kind of process, its settings, and what runs in it.  Out: exit codes; a log line.  Knows nothing of the work.
"""

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

from monitoring import native_stderr
from monitoring.logs import is_json, log, set_up, silence_clients
from monitoring.otel_export import exporting, flush
from streams.operations.metrics_server import serving
from streams.settings import ProcessSettings
from streams.worker.health import Health
from streams.worker.outage_wait import Startup

END_S = 15.0
"""SIGTERM ends a process with nothing in flight within this time, whatever hangs."""


@contextmanager
def process(kind: str, settings: ProcessSettings) -> Iterator[Startup]:
    """A process from its first line to its last. Until another handler is set, SIGTERM ends it at once."""
    set_up(settings.log_format, kind, settings.log_level)
    health = Health()
    stop_on_signal(lambda: sys.exit(0))  # during startup nothing is in flight
    told = native_stderr.logged() if is_json(settings.log_format) else nullcontext()
    with told, exporting(kind), serving(kind, settings, health):
        try:
            yield Startup(kind, settings.give_up_s, health)
        except SystemExit:
            log(kind).info("stopped", during=health.ready().reason)
            raise
        log(kind).info("stopped")


def stop_on_signal(stop: Callable[[], None], within_s: float = END_S) -> None:
    """Call `stop` on the first SIGTERM or SIGINT; the process is ended by a second one at once, or after `within_s`."""

    def first(*_: object) -> None:
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, signal.SIG_DFL)
        silence_clients()
        last = threading.Timer(within_s, _force_exit)
        last.daemon = True
        last.start()
        stop()

    if threading.current_thread() is threading.main_thread():
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, first)


def _force_exit() -> None:
    alive = sorted(one.name for one in threading.enumerate() if not one.daemon and one is not threading.current_thread())
    log("process").error("something did not end; what is in flight will be delivered again", threads=", ".join(alive))
    flush()
    logging.shutdown()
    os._exit(1)
