"""What native code writes to standard error, such as the panics of the table's library, as log lines.

In: bytes that reach file descriptor 2 past Python's logging.  Out: a log line of each line of text.
The log itself goes to a copy of the descriptor.  Python's own words about a fatal signal do, too.
"""

import contextlib
import faulthandler
import logging
import os
import sys
import threading
from collections.abc import Iterator
from typing import IO

NAME = "stderr"
"""Of the logger: not one of ours, so that a line that is repeated is passed at intervals."""

PIPE_BYTES = 1 << 20
"""What may wait to be read. What does not fit is lost: a write that waits could wait for the thread that reads."""

LAST_LINES_S = 1.0
"""How long the end waits for the lines that are left; a child process may hold the descriptor open."""

F_SETPIPE_SZ = 1031
STDERR = 2


@contextlib.contextmanager
def logged() -> Iterator[None]:
    """Log what reaches standard error past the log while the block runs."""
    original = os.dup(STDERR)
    with open(original, "w", buffering=1, encoding="utf-8", errors="backslashreplace") as stream:
        streaming = [each for each in logging.getLogger().handlers if isinstance(each, logging.StreamHandler)]
        handlers = [each for each in streaming if each.stream is sys.stderr]
        for handler in handlers:
            handler.setStream(stream)
        alone = not faulthandler.is_enabled()
        if alone:
            faulthandler.enable(stream)
        reader = _redirected()
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(original, STDERR)
            reader.join(LAST_LINES_S)
            if alone:
                faulthandler.disable()
            for handler in handlers:
                handler.setStream(sys.stderr)


def _redirected() -> threading.Thread:
    """The thread that logs what reaches the descriptor from now on, until it is given another file."""
    reading, writing = os.pipe()
    with contextlib.suppress(ImportError, OSError):
        import fcntl

        fcntl.fcntl(writing, F_SETPIPE_SZ, PIPE_BYTES)
    os.set_blocking(writing, False)
    os.dup2(writing, STDERR)
    os.close(writing)
    thread = threading.Thread(target=_log_lines, args=(os.fdopen(reading, "rb"),), name=NAME, daemon=True)
    thread.start()
    return thread


def _log_lines(lines: IO[bytes]) -> None:
    with lines:
        for line in lines:
            text = line.decode("utf-8", "backslashreplace").strip()
            if text:
                logging.getLogger(NAME).warning("%s", text)
