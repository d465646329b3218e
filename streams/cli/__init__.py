"""The `skg` command: one small file per family of commands, and one place where errors become one line.

Importing does no work and loads no heavy library: each command imports what it needs when it is called.
"""

import sys

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells count: 128 and the signal's number."""


def main() -> None:
    """The entry point of `skg`. Ctrl-C during loading ends it as quietly as later."""
    try:
        from streams.cli.root import main as call

        call()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
