"""JSON files that are written item by item, so that no export is held in memory.

In: items.  Out: a JSON list, or JSON lines, readable by any program.
"""

import json
from collections.abc import Iterable
from pathlib import Path


def write_list(path: Path, items: Iterable[object]) -> None:
    """A JSON list, one item a line."""
    with path.open("w", encoding="utf-8") as file:
        separator = "[\n"
        for item in items:
            file.write(separator + dump(item))
            separator = ",\n"
        file.write("\n]\n" if separator == ",\n" else "[]\n")


def write_lines(path: Path, items: Iterable[object]) -> None:
    """JSON lines."""
    with path.open("w", encoding="utf-8") as file:
        for item in items:
            file.write(dump(item) + "\n")


def dump(item: object) -> str:
    """One line of JSON."""
    return json.dumps(item, ensure_ascii=False, separators=(",", ":"))
