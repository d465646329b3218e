"""Searches samples by scene, relation, kind of question, split, how their concept was understood, and words.

In: the table's address, a filter.  Out: the rows of a page, pictures, facet counts.
Queries run on a copy of the small columns; only the rows of the current page are read from the table.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import pyarrow as pa

from dataset.gallery.duckdb_index import UNDERSTOOD, CopySchema, RowLocation, TableCopy
from dataset.gallery.result_cache import LOCATION, ROWS_OF_A_FILE, RowNumbers, SearchCache
from dataset.gallery.row_groups import FileGone, RowReader
from dataset.reading.rejection_outcomes import HEAD, HEAD_CHARS
from dataset.table.delta_table import Options
from schemas.errors import RetryableError

T = TypeVar("T")

UNKNOWN: dict[str, Any] = {"concept": "", "asked": 0}
"""Of a row that the copy dropped while a page was read."""

PAGE = 24
"""Samples on one page: each may be in another file, and reading one takes 2 ms."""

SHEET = (
    "sample_id", "width", "height", "scene", "split", "camera.intrinsics",
    *(f"objects.{name}" for name in ("id", "category", "attributes", "box", "depth", "visible")),
)  # fmt: skip
"""What the contact sheet shows of a row; everything else is read when a sample is opened."""

_PROVENANCE_FIELD = "CASE WHEN json_valid(provenance) THEN json_extract_string(provenance, '{}') END"


def _request_field(group: int, path: str) -> str:
    """SQL for a field of the request: from the beginning of the provenance by regular expression, else by JSON path."""
    head = f"regexp_extract(substr(provenance, 1, {HEAD_CHARS}), '{HEAD}', {group})"
    return f"coalesce(nullif({head}, ''), {_PROVENANCE_FIELD.format(path)})"


BETWEEN = r"[^\p{L}\p{N}]+"
"""What separates words: a search finds words that begin so, not letters in the middle of others."""

_WORDS = (
    "sample_id", "replace(scene, '_', ' ')", "split",
    _PROVENANCE_FIELD.format("$.graph.concept"), _PROVENANCE_FIELD.format("$.seed_id"),
    "array_to_string([o.category for o in objects], ' ')",
    "array_to_string(flatten([o.attributes for o in objects]), ' ')",
    "replace(array_to_string(list_distinct([r.predicate for r in relations]), ' '), '_', ' ')",
)  # fmt: skip

SAMPLES = CopySchema(
    columns={
        "sample_id": "sample_id",
        "scene": "scene",
        "split": "split",
        "understood": UNDERSTOOD,
        "kinds": "list_distinct([q.kind for q in questions])",
        "asked_kinds": "[q.kind for q in questions]",
        "predicates": "list_distinct([r.predicate for r in relations])",
        "drawn": "[r.predicate for r in relations if r.drawn]",
        "things": "len(objects)::INTEGER",
        "asked": "len(questions)::INTEGER",
        "concept": _PROVENANCE_FIELD.format("$.graph.concept"),
        "words": f"' ' || regexp_replace(lower(concat_ws(' ', {', '.join(_WORDS)})), '{BETWEEN}', ' ', 'g')",
        "seed_id": _request_field(1, "$.seed_id"),
        "number": f"{_request_field(2, '$.index')}::INTEGER",
    },
    leaves=frozenset(
        {
            *("sample_id", "scene", "split", "provenance"),
            *("objects.category", "objects.attributes", "relations.predicate", "questions.kind"),
            "relations.drawn",
        }
    ),
)


@dataclass(frozen=True)
class SampleFilter:
    """Values that samples must have; an empty text matches all."""

    scene: str = ""
    relation: str = ""
    kind: str = ""
    split: str = ""
    understood: str = ""
    words: str = ""


@dataclass(frozen=True)
class Facets:
    """The number of samples and questions, and of samples by each value that can be selected."""

    samples: int = 0
    questions: int = 0
    scene: tuple[tuple[str, int], ...] = ()
    relation: tuple[tuple[str, int], ...] = ()
    kind: tuple[tuple[str, int], ...] = ()
    split: tuple[tuple[str, int], ...] = ()
    understood: tuple[tuple[str, int], ...] = ()


_CONDITIONS = {
    "scene": "scene = ?",
    "relation": "list_contains(predicates, ?)",
    "kind": "list_contains(kinds, ?)",
    "split": "split = ?",
    "understood": "understood = ?",
}

_FACET_COLUMNS = {
    "scene": "scene",
    "relation": "unnest(predicates)",
    "kind": "unnest(kinds)",
    "split": "split",
    "understood": "understood",
}


class SampleSearch:
    """Thread-safe."""

    def __init__(self, uri: str, options: Options = None) -> None:
        self.uri, self.options = uri, options
        self._copy = TableCopy(uri, options, SAMPLES)
        self._rows = RowReader(lambda: self._copy.table)
        self._searches = SearchCache(self._copy)
        self.facets = Facets()

    @property
    def reading(self) -> bool:
        """Whether a new version is being loaded; until then results may be incomplete."""
        return self._copy.reading

    def refresh(self) -> bool:
        """Apply the table's changes; returns whether there were any. Raises RetryableError; Damaged after what all whole
        files hold was taken."""
        return self._copy.refresh_and(self._recount)

    def requests(self) -> pa.Table:
        """The requests of all samples: `seed_id` and `number`."""
        return self._copy.arrow_table("SELECT seed_id, number FROM rows")

    def search(self, wanted: SampleFilter, page: int) -> tuple[int, list[dict[str, Any]]]:
        """The number of matching samples, and what the contact sheet shows of one page (from 1), newest first.

        Raises RetryableError.
        """
        return self._retry_once(lambda: self._search(wanted, page))

    def sample(self, sample_id: str) -> dict[str, Any] | None:
        """One row without its picture, None where there is none. Raises RetryableError."""
        return self._retry_once(lambda: self._read_sample(sample_id, lambda location: self._rows.read([location])[0]))

    def picture(self, sample_id: str) -> tuple[bytes, str] | None:
        """A sample's picture and the name of its file, None where there is none. Raises RetryableError."""
        return self._retry_once(lambda: self._read_sample(sample_id, self._rows.picture))

    def depth_map(self, sample_id: str) -> bytes | None:
        """A sample's depth map as it lies in the table, None where there is none. Raises RetryableError."""
        return self._retry_once(lambda: self._read_sample(sample_id, self._rows.depth_map))

    def views(self, sample_id: str) -> list[dict[str, Any]]:
        """What further cameras see of a sample's scene, with the pictures; nothing where there is none. Raises
        RetryableError."""
        return self._retry_once(lambda: self._read_sample(sample_id, self._rows.views)) or []

    def _search(self, wanted: SampleFilter, page: int) -> tuple[int, list[dict[str, Any]]]:
        found = self._searches.locations(wanted, *_where(wanted))
        locations = [divmod(int(one), ROWS_OF_A_FILE) for one in found[PAGE * (page - 1) : PAGE * page]]
        rows = self._rows.read([self._place(*one) for one in locations], SHEET)
        more = self._known_of(found[PAGE * (page - 1) : PAGE * page])
        return len(found), [{**row, **more.get(place, UNKNOWN)} for row, place in zip(rows, locations, strict=True)]

    def _known_of(self, places: RowNumbers) -> dict[tuple[int, ...], dict[str, Any]]:
        """What the copy knows of rows beyond what their files are read for."""
        here = ", ".join(str(int(place)) for place in places)
        if not here:
            return {}
        found = self._copy.query(f"SELECT file, row, concept, asked FROM rows WHERE {LOCATION} IN ({here})")
        return {(file, row): {"concept": concept or "", "asked": asked} for file, row, concept, asked in found}

    def query(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """The result of a query of the copy, whose table is `rows` with the columns of `SAMPLES`."""
        return self._copy.query(sql, values)

    @property
    def changes(self) -> int:
        """Another number whenever the copy changed: whatever is made of it is old then."""
        return self._copy.changes

    def _read_sample(self, sample_id: str, read: Callable[[RowLocation], T]) -> T | None:
        found = self._copy.query("SELECT file, row FROM rows WHERE sample_id = ? LIMIT 1", [sample_id])
        return read(self._place(*found[0])) if found else None

    def _place(self, file: int, row: int) -> RowLocation:
        location = self._copy.location(file, row)
        if location is None:
            raise FileGone(str(file))
        return location

    def _retry_once(self, look: Callable[[], T]) -> T:
        """Retry once on the newest snapshot where files were deleted meanwhile."""
        try:
            return look()
        except FileGone:
            self.refresh()
        try:
            return look()
        except FileGone as error:
            raise RetryableError(f"a file of the dataset cannot be read: {error}") from error

    def _recount(self) -> None:
        self.facets = self._count()

    def _count(self) -> Facets:
        samples, questions = self._copy.query("SELECT count(*), coalesce(sum(asked), 0)::BIGINT FROM rows")[0]
        counted = {
            name: tuple(self._copy.query(f"SELECT w, count(*) FROM (SELECT {sql} AS w FROM rows) GROUP BY w ORDER BY w"))
            for name, sql in _FACET_COLUMNS.items()
        }
        return Facets(samples, questions, **counted)


def _where(wanted: SampleFilter) -> tuple[str, list[str]]:
    conditions, values = ["true"], []
    for field in fields(wanted):
        value = getattr(wanted, field.name)
        if value and field.name in _CONDITIONS:
            conditions.append(_CONDITIONS[field.name])
            values.append(value)
    for word in re.findall(r"[^\W_]+", wanted.words.lower()):
        conditions.append("contains(words, ?)")
        values.append(f" {word}")  # a word begins so
    return " AND ".join(conditions), values
