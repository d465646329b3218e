"""Subsets for ablations: always of equal size, the same for the same seed.

In: a dataset and a recipe.  Out: a dataset of its own, with the same columns.
Only questions are removed; pictures and their truth stay.  Samples are drawn by a hash of seed and id, so that a smaller
subset is part of a larger one, and subsets with different recipes share as many pictures as they can.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from dataset.analysis.question_predicates import expand_families, predicates_of
from dataset.reading.picture_twins import Question, chosen_with_twins, with_twins
from dataset.reading.row_reader import batches
from dataset.table.bulk_write import write_whole
from dataset.table.columns import COLUMNS
from dataset.table.delta_table import At, Options, Table
from dataset.table.held_out_share import marked, share_of
from dataset.table.table_errors import NoDataset
from schemas.errors import UserError
from schemas.ids import content_id
from schemas.texts.fault_words import counted

Row = dict[str, Any]


@dataclass(frozen=True)
class SubsetSpec:
    """The recipe of a subset.

    `size` samples with `questions` questions each.  `only` and `without` name relations or families that questions may,
    or may not, be about; with `only`, questions about no relation do not count either.  `density` bounds the number of
    objects in a picture.  `split` None means all splits.
    """

    size: int
    questions: int = 1
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    density: tuple[int, int] | None = None
    split: str | None = "train"
    seed: int = 0

    def __str__(self) -> str:
        """For people, as in `500 samples of train, 1 question each, about distance alone, 6 to 12 objects, seed 0`."""
        parts = [
            f"{counted(self.size, 'sample')} of {self.split or 'all splits'}",
            f"{counted(self.questions, 'question')} each",
        ]
        parts += [f"about {' or '.join(self.only)} alone"] if self.only else []
        parts += [f"not about {' or '.join(self.without)}"] if self.without else []
        parts += [f"{self.density[0]} to {self.density[1]} objects"] if self.density else []
        return ", ".join([*parts, f"seed {self.seed}"])

    def allows(self, certificate: str) -> bool:
        """Whether the recipe admits a question; one of unknown predicates only if neither `only` nor `without` is set."""
        if not (self.only or self.without):
            return True
        predicates = predicates_of(certificate)
        if predicates is None or (self.only and not (predicates and predicates <= expand_families(self.only))):
            return False
        return not predicates & expand_families(self.without)


@dataclass(frozen=True)
class Place:
    """A table's address, its storage options, and a version."""

    uri: str
    options: Options = None
    version: At = None


@dataclass(frozen=True)
class SubsetResult:
    """Samples and questions that were written, and the number of samples that fit the recipe."""

    samples: int
    questions: int
    available: int


def subset(source: Place, spec: SubsetSpec, out: Place) -> SubsetResult:
    """Write the subset into a table of its own, in one commit: after an interruption, repeat the call.

    Raises UserError when too few samples fit the recipe or `out` has a table already, NoDataset, RetryableError.
    """
    expand_families((*spec.only, *spec.without))
    table = Table.load(source.uri, source.options, source.version)
    _check_free(out)
    chosen, available = _choose(table, spec)
    if available < spec.size:
        raise UserError(f"only {available} samples fit the recipe, {spec.size} are wanted; all subsets must be of one size")
    write_whole(out.uri, marked(COLUMNS, share_of(table)), _rows(table, spec, chosen), out.options)
    return SubsetResult(len(chosen), len(chosen) * spec.questions, available)


def _check_free(out: Place) -> None:
    try:
        Table.load(out.uri, out.options)
    except NoDataset:
        return
    raise UserError(f"there is a dataset at {out.uri} already")


def _choose(table: Table, spec: SubsetSpec) -> tuple[set[str], int]:
    """The samples with the smallest hashes, and how many fit. Holds at most `size` in memory."""
    kept: list[tuple[int, str]] = []
    available = 0
    for batch in batches(table, ["sample_id", "objects", "questions"], spec.split):
        for row in batch.to_pylist():
            if not _is_eligible(row, spec):
                continue
            available += 1
            item = (-_hash_rank(spec, row["sample_id"]), row["sample_id"])
            if len(kept) < spec.size:
                heapq.heappush(kept, item)
            else:
                heapq.heappushpop(kept, item)
    return {sample for _, sample in kept}, available


def _is_eligible(row: Row, spec: SubsetSpec) -> bool:
    if spec.density and not spec.density[0] <= len(row["objects"]) <= spec.density[1]:
        return False
    return len(_chosen(row["questions"], spec)) == spec.questions


def _chosen(questions: Sequence[Row], spec: SubsetSpec) -> list[Question]:
    """The questions of a row with the smallest hashes; what its picture does not answer with its twin."""
    allowed = [question for question in questions if spec.allows(question["certificate"])]
    if len(allowed) < spec.questions:
        return []
    ranked = sorted(with_twins(allowed, questions), key=lambda question: _hash_rank(spec, question["id"]))
    return chosen_with_twins(ranked, spec.questions)


def _hash_rank(spec: SubsetSpec, name: str) -> int:
    return int(content_id("subset", spec.seed, name), 16)


def _rows(table: Table, spec: SubsetSpec, chosen: set[str]) -> Iterator[pa.RecordBatch]:
    place, field = COLUMNS.get_field_index("questions"), COLUMNS.field("questions")
    for batch in batches(table, COLUMNS.names, spec.split):
        found = batch.filter(pa.array([sample in chosen for sample in batch["sample_id"].to_pylist()]))
        if found.num_rows:
            yield found.set_column(place, field, _select_questions(found, spec))


def _select_questions(rows: pa.RecordBatch, spec: SubsetSpec) -> pa.Array:
    """Each row's chosen questions, in their original order."""
    kept = []
    for questions in rows["questions"].to_pylist():
        ids = {question["id"] for question in _chosen(questions, spec)}
        kept.append([question for question in questions if question["id"] in ids])
    return pa.array(kept, COLUMNS.field("questions").type)
