"""A line of a seeds file, whatever its form.

Declares only.
"""

from collections.abc import Callable
from dataclasses import dataclass


class BadLine(ValueError):
    """A line that cannot be read. The text is one line for people."""


@dataclass(frozen=True)
class SeedLine:
    """`values`: the fields of a `SeedRequest`, not validated; raises BadLine or NotJson. `number` counts from 1."""

    number: int
    values: Callable[[], object]


def is_written(line: str) -> bool:
    """Whether a line says anything: it is neither empty nor a comment."""
    found = line.strip()
    return bool(found) and not found.startswith("#")
