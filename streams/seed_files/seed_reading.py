"""Reads files of seeds and contexts, all checked before anything is published.

In: a path.  Out: SeedConcept events, or BadSeeds with a line for each faulty line of the file: its number and the reason.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from pydantic import ValidationError

from schemas.events import MAX_CONTEXT_CHARS, SeedConcept
from schemas.texts.strict_json import NotJson, parse_json
from schemas.texts.written_text import prose
from streams.errors import BadSeeds
from streams.operations.seeds import MAX_FAULTS_SHOWN, SeedRequest, abridged, expand, explain
from streams.seed_files.plain_lines import plain_lines
from streams.seed_files.seed_lines import BadLine, SeedLine, is_written
from streams.seed_files.seed_tables import delimiter_of, table_lines

SUFFIXES = frozenset({".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".txt"})
"""What a file of seeds is called."""

UTF_16 = (b"\xff\xfe", b"\xfe\xff")
"""Marks at the beginning of a file: spreadsheets save text with tabs so."""


def is_seed_file(concept: str) -> bool:
    """Whether what should be a concept is the path of a file of seeds."""
    path = Path(concept)
    return path.suffix.lower() in SUFFIXES and "\0" not in concept and path.is_file()


def read_seeds(path: Path) -> list[SeedConcept]:
    """The events of a file: JSON lines, a table whose header names `concept`, or a concept a line. Raises BadSeeds.

    Empty lines and lines that start with # are skipped.
    """
    return parse_seeds(_decoded(path), str(path))


def parse_seeds(text: str, name: str) -> list[SeedConcept]:
    """The events of a file's text; `name` is the file's in faults. Raises BadSeeds with all faulty lines."""
    seeds: list[SeedConcept] = []
    faults: list[str] = []
    for line in _form_of(text)(text):
        try:
            seeds += expand(SeedRequest.model_validate(line.values()))
        except (NotJson, BadLine) as error:
            faults.append(f"{name}, line {line.number}: {error}")
        except RecursionError:
            faults.append(f"{name}, line {line.number}: nested too deeply")
        except ValidationError as error:
            faults.append(f"{name}, line {line.number}: {explain(error)}")
    if faults:
        raise BadSeeds("\n".join([*abridged(faults, MAX_FAULTS_SHOWN), *_hint(text, name)]))
    if not seeds:
        raise BadSeeds(f"{name}: holds no seeds")
    return seeds


def read_context(path: Path) -> str:
    """The text of a context file. Raises BadSeeds for one that cannot be read, is empty or too long."""
    text = _decoded(path).strip()
    if not 1 <= len(text) <= MAX_CONTEXT_CHARS:
        raise BadSeeds(f"{path}: a context has 1 to {MAX_CONTEXT_CHARS} characters, this one has {len(text)}")
    try:
        return prose(text)
    except ValueError as error:
        raise BadSeeds(f"{path}: {error}") from error


def _decoded(path: Path) -> str:
    """The text of a file with \\n at the ends of lines and no byte order mark."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadSeeds(f"{path}: {error.strerror or error}") from error
    try:
        text = data.decode("utf-16" if data[:2] in UTF_16 and len(data) > 2 else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadSeeds(f"{path}, line {line}: not UTF-8 text (byte {error.start})") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _form_of(text: str) -> Callable[[str], Iterator[SeedLine]]:
    first = next((line for line in text.split("\n") if is_written(line)), "")
    delimiter = delimiter_of(first)
    if delimiter is not None:
        return lambda whole: table_lines(whole, delimiter)
    return _json_lines if first.lstrip().startswith(("{", "[")) else plain_lines


def _json_lines(text: str) -> Iterator[SeedLine]:
    for number, line in enumerate(text.split("\n"), 1):
        if is_written(line):
            yield SeedLine(number, lambda line=line: parse_json(line))  # type: ignore[misc]


def _hint(text: str, name: str) -> list[str]:
    """What is wanted, where the file is one JSON value and not a line each."""
    first = text.lstrip()[:1]
    try:
        whole = parse_json(text) if first in ("[", "{") else None
    except NotJson:
        return []
    pretty = isinstance(whole, dict) and "\n" in text.strip()
    if not pretty and not (isinstance(whole, list) and whole):
        return []
    return [
        f"{name}: this is one JSON {'object' if pretty else 'list'}; a seeds file has one object a line, without brackets"
    ]
