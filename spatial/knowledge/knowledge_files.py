"""Data files of knowledge, each row with the file and the line where it begins.

In: JSON files that hold a list of rows, and the folders that SKG_KNOWLEDGE names.  Out: rows; BadKnowledge with file, line
and reason for a malformed file.
Does not validate the fields of a row: `spatial.knowledge.row_forms` does.
"""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.errors import BadKnowledge
from schemas.texts.strict_json import NotJson, object_of

SETTING = "SKG_KNOWLEDGE"
"""Folders of knowledge from outside the package, separated by commas."""

SCENES, CATEGORIES, SPRITES = "scenes.json", "categories_*.json", "sprites"
"""The files of a knowledge folder; the package's own has the same names."""

PARAPHRASES = "phrases.json"
"""More ways to word questions, in a folder from outside."""

BACKDROPS, PICTURE_ENDINGS = "backdrops", (".webp", ".png", ".jpg", ".jpeg")
"""Pictures of places in a folder from outside; the package paints its own."""

Row = dict[str, Any]
"""One category or scene as it stands in a data file."""

_SPACE = re.compile(r"\s*")


@dataclass(frozen=True)
class LocatedRow:
    """A row and where it begins."""

    row: Row
    path: Path
    line: int

    @property
    def where(self) -> str:
        """File and line, in the form that editors open."""
        return f"{self.path}:{self.line}"


def knowledge_folders() -> tuple[Path, ...]:
    """The folders that the setting names. Raises BadKnowledge for one that does not exist or holds no knowledge."""
    names = [name.strip() for name in os.environ.get(SETTING, "").split(",")]
    folders = tuple(Path(name).expanduser().resolve() for name in names if name)
    for folder in folders:
        if not folder.is_dir():
            raise BadKnowledge(f"{SETTING}: there is no folder {folder}")
        if not any(files_of(folder, pattern) for pattern in (SCENES, CATEGORIES, PARAPHRASES)):
            raise BadKnowledge(f"{SETTING}: {folder} holds none of {SCENES}, {CATEGORIES} and {PARAPHRASES}")
    return tuple(dict.fromkeys(folders))


def files_of(folder: Path, pattern: str) -> list[Path]:
    """The files of a folder, in the order of their names."""
    return sorted(folder.glob(pattern))


def backdrops_of(folder: Path) -> list[Path]:
    """The pictures of places in a folder, in the order of their names."""
    return [path for path in files_of(folder / BACKDROPS, "*") if path.suffix.lower() in PICTURE_ENDINGS]


def rows_of(path: Path) -> Iterator[LocatedRow]:
    """The rows of a file. Raises BadKnowledge where it is no JSON list of objects."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadKnowledge(f"{path}: cannot be read: {error}") from None
    try:
        yield from _rows(text, path)
    except json.JSONDecodeError as error:
        raise BadKnowledge(f"{path}:{error.lineno}: broken JSON: {error.msg} (column {error.colno})") from None
    except RecursionError:
        raise BadKnowledge(f"{path}: broken JSON: nested too deeply") from None


def _rows(text: str, path: Path) -> Iterator[LocatedRow]:
    decoder, at, line, counted = json.JSONDecoder(object_pairs_hook=object_of), _expect(text, 0, "["), 1, 0
    if text.startswith("]", at):
        at = _expect(text, at, "]")
    else:
        while True:
            row, end = _row(decoder, text, at, path)
            line, counted = line + text.count("\n", counted, at), at
            if not isinstance(row, dict):
                raise BadKnowledge(f"{path}:{line}: a row must be an object: {{…}}")
            yield LocatedRow(row, path, line)
            if text.startswith("]", _skip(text, end)):
                at = _expect(text, end, "]")
                break
            at = _expect(text, end, ",")
    if at < len(text):
        raise json.JSONDecodeError("Extra data", text, at)


def _row(decoder: json.JSONDecoder, text: str, at: int, path: Path) -> tuple[Any, int]:
    """The value at a position and where it ends. Raises BadKnowledge for a key that is there twice."""
    try:
        return decoder.raw_decode(text, at)
    except NotJson as error:
        raise BadKnowledge(f"{path}:{text.count(chr(10), 0, at) + 1}: broken JSON: {error}") from None


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _expect(text: str, at: int, mark: str) -> int:
    """The position after a mark and the space behind it. Raises JSONDecodeError where the mark is missing."""
    at = _skip(text, at)
    if not text.startswith(mark, at):
        raise json.JSONDecodeError(f"Expecting {mark!r}", text, at)
    return _skip(text, at + 1)
