"""Subsets for ablations: always of equal size, the same for the same seed.

In: a dataset and a recipe.  Out: a dataset of its own, with the same columns.
Questions go, pictures and what is known of them stay.  Samples are drawn by a hash of seed and id, so that a smaller
subset is part of a larger one, and subsets with different recipes share as many pictures as they can.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from dataset.analysis.question_predicates import expanded, predicates_of
from dataset.reading.row_reader import batches
from dataset.table.bulk_write import write_whole
from dataset.table.columns import COLUMNS
from dataset.table.delta_table import At, Options, Table
from dataset.table.table_errors import NoDataset
from schemas.errors import UserError
from schemas.ids import content_id

Row = dict[str, Any]


@dataclass(frozen=True)
class SubsetSpec:
    """What a subset is made of.

    `size` samples with `questions` questions each.  `only` and `without` name relations or families that questions may,
    or may not, be about; with `only`, questions about no relation do not count either.  `density` bounds the number of
    objects in a picture.  `split` None takes all.
    """

    size: int
    questions: int = 1
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    density: tuple[int, int] | None = None
    split: str | None = "train"
    seed: int = 0

    def allows(self, certificate: str) -> bool:
        """Whether a question may be asked; one that does not say what it is about fits only recipes that do not care."""
        if not (self.only or self.without):
            return True
        asked = predicates_of(certificate)
        if asked is None or (self.only and not (asked and asked <= expanded(self.only))):
            return False
        return not asked & expanded(self.without)


@dataclass(frozen=True)
class Place:
    """A table's address, how to reach it, and which state of it."""

    uri: str
    options: Options = None
    version: At = None


@dataclass(frozen=True)
class SubsetResult:
    """What was written: samples, questions, and how many samples would have done."""

    samples: int
    questions: int
    available: int


def subset(source: Place, spec: SubsetSpec, out: Place) -> SubsetResult:
    """Write the subset into a table of its own, whole or not at all: after an interruption the same call does it.

    Raises UserError when too few samples fit the recipe or `out` has a table already, NoDataset, RetryableError.
    """
    expanded((*spec.only, *spec.without))
    table = Table.load(source.uri, source.options, source.version)
    _check_free(out)
    chosen, available = _choose(table, spec)
    if available < spec.size:
        raise UserError(f"only {available} samples fit the recipe, {spec.size} are wanted; all subsets must be of one size")
    write_whole(out.uri, COLUMNS, _rows(table, spec, chosen), out.options)
    return SubsetResult(len(chosen), len(chosen) * spec.questions, available)


def _check_free(out: Place) -> None:
    try:
        Table.load(out.uri, out.options)
    except NoDataset:
        return
    raise UserError(f"there is a dataset at {out.uri} already")


def _choose(table: Table, spec: SubsetSpec) -> tuple[set[str], int]:
    """The samples with the smallest hashes, and how many fit. Keeps no more than it will take."""
    kept: list[tuple[int, str]] = []
    available = 0
    for batch in batches(table, ["sample_id", "objects", "questions"], spec.split):
        for row in batch.to_pylist():
            if not _is_eligible(row, spec):
                continue
            available += 1
            item = (-_place(spec, row["sample_id"]), row["sample_id"])
            if len(kept) < spec.size:
                heapq.heappush(kept, item)
            else:
                heapq.heappushpop(kept, item)
    return {sample for _, sample in kept}, available


def _is_eligible(row: Row, spec: SubsetSpec) -> bool:
    if spec.density and not spec.density[0] <= len(row["objects"]) <= spec.density[1]:
        return False
    return sum(spec.allows(question["certificate"]) for question in row["questions"]) >= spec.questions


def _place(spec: SubsetSpec, name: str) -> int:
    return int(content_id("subset", spec.seed, name), 16)


def _rows(table: Table, spec: SubsetSpec, chosen: set[str]) -> Iterator[pa.RecordBatch]:
    place, field = COLUMNS.get_field_index("questions"), COLUMNS.field("questions")
    for batch in batches(table, COLUMNS.names, spec.split):
        found = batch.filter(pa.array([sample in chosen for sample in batch["sample_id"].to_pylist()]))
        if found.num_rows:
            yield found.set_column(place, field, _select_questions(found, spec))


def _select_questions(rows: pa.RecordBatch, spec: SubsetSpec) -> pa.Array:
    """Each row's chosen questions, in the order in which they stood."""
    kept = []
    for questions in rows["questions"].to_pylist():
        allowed = [question for question in questions if spec.allows(question["certificate"])]
        first = sorted(allowed, key=lambda question: _place(spec, question["id"]))[: spec.questions]
        kept.append([question for question in allowed if question in first])
    return pa.array(kept, COLUMNS.field("questions").type)
