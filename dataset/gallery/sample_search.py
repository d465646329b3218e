"""Finds samples: by scene, relation, kind of question, split and words.

In: the table's address, what is wanted.  Out: rows for a page, pictures, counts of every word that can be chosen.
Answers come from a copy of the small columns; only the rows of the page that is shown are read from the table.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import pyarrow as pa

from dataset.gallery.duckdb_index import Copy, Place, Shape
from dataset.gallery.result_cache import ROWS_OF_A_FILE, Searches
from dataset.gallery.row_groups import Gone, Rows
from dataset.reading.rejection_outcomes import HEAD, HEAD_CHARS
from dataset.table.delta_table import Options
from schemas.errors import RetryableError

T = TypeVar("T")

PAGE = 12
"""Samples of one page: each may lie in another file, and reading one takes 2 ms."""

_STORY = "CASE WHEN json_valid(provenance) THEN json_extract_string(provenance, '{}') END"


def _asked_for(group: int, path: str) -> str:
    """A part of the request, from where provenance begins with it, or from wherever it stands."""
    head = f"regexp_extract(substr(provenance, 1, {HEAD_CHARS}), '{HEAD}', {group})"
    return f"coalesce(nullif({head}, ''), {_STORY.format(path)})"


_WORDS = (
    "sample_id", "replace(scene, '_', ' ')", "split", _STORY.format("$.graph.concept"), _STORY.format("$.seed_id"),
    "array_to_string([o.category for o in objects], ' ')",
    "array_to_string(flatten([o.attributes for o in objects]), ' ')",
    "replace(array_to_string(list_distinct([r.predicate for r in relations]), ' '), '_', ' ')",
)  # fmt: skip

SAMPLES = Shape(
    columns={
        "sample_id": "sample_id",
        "scene": "scene",
        "split": "split",
        "kinds": "list_distinct([q.kind for q in questions])",
        "predicates": "list_distinct([r.predicate for r in relations])",
        "asked": "len(questions)::INTEGER",
        "words": f"lower(concat_ws(' ', {', '.join(_WORDS)}))",
        "seed_id": _asked_for(1, "$.seed_id"),
        "number": f"{_asked_for(2, '$.index')}::INTEGER",
    },
    leaves=frozenset(
        {
            *("sample_id", "scene", "split", "provenance"),
            *("objects.category", "objects.attributes", "relations.predicate", "questions.kind"),
        }
    ),
)


@dataclass(frozen=True)
class SampleFilter:
    """What samples must have; an empty text asks for nothing."""

    scene: str = ""
    relation: str = ""
    kind: str = ""
    split: str = ""
    words: str = ""


@dataclass(frozen=True)
class Facets:
    """How many samples there are, and of each word that can be chosen."""

    samples: int = 0
    questions: int = 0
    scene: tuple[tuple[str, int], ...] = ()
    relation: tuple[tuple[str, int], ...] = ()
    kind: tuple[tuple[str, int], ...] = ()
    split: tuple[tuple[str, int], ...] = ()


_CONDITIONS = {
    "scene": "scene = ?",
    "relation": "list_contains(predicates, ?)",
    "kind": "list_contains(kinds, ?)",
    "split": "split = ?",
}

_COUNTED = {"scene": "scene", "relation": "unnest(predicates)", "kind": "unnest(kinds)", "split": "split"}


class Catalogue:
    """Thread-safe."""

    def __init__(self, uri: str, options: Options = None) -> None:
        self._copy = Copy(uri, options, SAMPLES)
        self._rows = Rows(lambda: self._copy.table)
        self._searches = Searches(self._copy)
        self.facets = Facets()

    @property
    def reading(self) -> bool:
        """Whether a new version is being taken over; what is found until then is a part of it."""
        return self._copy.reading

    def refresh(self) -> bool:
        """Take over what changed in the table; whether anything did. Raises RetryableError."""
        changed = self._copy.refresh()
        if changed:
            self.facets = self._count()
        return changed

    def requests(self) -> pa.Table:
        """What the samples were asked for as: `seed_id` and `number`."""
        return self._copy.table_of("SELECT seed_id, number FROM rows")

    def search(self, wanted: SampleFilter, page: int) -> tuple[int, list[dict[str, Any]]]:
        """How many samples fit, and the rows of one page of them (from 1), newest first. Raises RetryableError."""
        return self._twice(lambda: self._search(wanted, page))

    def sample(self, sample_id: str) -> dict[str, Any] | None:
        """One row without its picture, None where there is none. Raises RetryableError."""
        return self._twice(lambda: self._of(sample_id, lambda place: self._rows.read([place])[0]))

    def picture(self, sample_id: str) -> tuple[bytes, str] | None:
        """A sample's picture and the name of its file, None where there is none. Raises RetryableError."""
        return self._twice(lambda: self._of(sample_id, self._rows.picture))

    def _search(self, wanted: SampleFilter, page: int) -> tuple[int, list[dict[str, Any]]]:
        found = self._searches.places(wanted, *_where(wanted))
        places = [divmod(int(one), ROWS_OF_A_FILE) for one in found[PAGE * (page - 1) : PAGE * page]]
        return len(found), self._rows.read([self._place(*one) for one in places])

    def _of(self, sample_id: str, read: Callable[[Place], T]) -> T | None:
        found = self._copy.query("SELECT file, row FROM rows WHERE sample_id = ? LIMIT 1", [sample_id])
        return read(self._place(*found[0])) if found else None

    def _place(self, file: int, row: int) -> Place:
        place = self._copy.place(file, row)
        if place is None:
            raise Gone(str(file))
        return place

    def _twice(self, look: Callable[[], T]) -> T:
        """Look again in the newest snapshot where files have gone meanwhile."""
        try:
            return look()
        except Gone:
            self.refresh()
        try:
            return look()
        except Gone as error:
            raise RetryableError(f"a file of the dataset cannot be read: {error}") from error

    def _count(self) -> Facets:
        samples, questions = self._copy.query("SELECT count(*), coalesce(sum(asked), 0)::BIGINT FROM rows")[0]
        counted = {
            name: tuple(self._copy.query(f"SELECT w, count(*) FROM (SELECT {sql} AS w FROM rows) GROUP BY w ORDER BY w"))
            for name, sql in _COUNTED.items()
        }
        return Facets(samples, questions, **counted)


def _where(wanted: SampleFilter) -> tuple[str, list[str]]:
    conditions, values = ["true"], []
    for field in fields(wanted):
        value = getattr(wanted, field.name)
        if value and field.name in _CONDITIONS:
            conditions.append(_CONDITIONS[field.name])
            values.append(value)
    for word in wanted.words.lower().split():
        conditions.append("contains(words, ?)")
        values.append(word)
    return " AND ".join(conditions), values
