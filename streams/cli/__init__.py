"""The `skg` command: one small file a family of commands, and one place where errors become one line.

Importing does no work and loads no heavy library: each command imports what it needs when it is called.
"""

from streams.cli.root import main

__all__ = ["main"]
