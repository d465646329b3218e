"""The source of an export: the rows of one snapshot, split by split.

In: the table's address, a version, a split.  Out: rows as plain Python, or Arrow batches.
Writes nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import pyarrow as pa

from dataset.reading.row_reader import batches, require_shown_pictures
from dataset.review.verdict_table import Flagged
from dataset.table.columns import COLUMNS
from dataset.table.delta_table import At, Options, Table
from dataset.table.table_errors import NoDataset
from schemas.texts.fault_words import counted
from spatial.splits import SPLITS

Turns = Literal["one", "many"]
Coordinates = Literal["thousand", "pixel"]

Row = dict[str, Any]
"""A row as plain Python; `image` has `bytes` and `path`."""


@dataclass(frozen=True)
class LeftOut:
    """How many samples are left out because reviewers flagged them, and how many questions of the others."""

    samples: int = 0
    questions: int = 0

    def __str__(self) -> str:
        return f"left out as flagged: {counted(self.samples, 'sample')}, {counted(self.questions, 'question')} of others"


@dataclass(frozen=True)
class Source:
    """A snapshot. `sizes` are the rows of each split that has any; `asked` is the split that was asked for, None for all.

    `turns`: whether a conversation has one question, or as many as do not answer each other.  `coordinates`: what places
    are counted in, where the format leaves it open.  `flagged`: what is left out, `left_out`: how much of it there is.
    """

    table: Table
    sizes: dict[str, int]
    turns: Turns = "one"
    coordinates: Coordinates = "thousand"
    asked: str | None = None
    flagged: Flagged | None = None
    left_out: LeftOut = LeftOut()

    @classmethod
    def open(cls, uri: str, options: Options = None, version: At = None, split: str | None = None) -> "Source":
        """A snapshot of the dataset, of all splits or one. Raises NoDataset, RetryableError, ValueError for an unknown
        split."""
        if split is not None and split not in SPLITS:
            raise ValueError(f"no split {split!r}; there are {', '.join(SPLITS)}")
        table = Table.load(uri, options, version)
        counted = table.query("SELECT split, count(*) AS n FROM samples GROUP BY split")
        found = dict(zip(counted["split"].to_pylist(), counted["n"].to_pylist(), strict=True))
        sizes = {name: found[name] for name in SPLITS if name in found and split in {None, name}}
        if not sizes:
            raise NoDataset(f"the dataset at {uri} has no rows" + (f" in split {split}" if split else ""))
        return cls(table, sizes, asked=split)

    def with_turns(self, turns: Turns) -> "Source":
        """A copy for conversations of one or of many turns."""
        return replace(self, turns=turns)

    def with_coordinates(self, coordinates: Coordinates) -> "Source":
        """A copy whose places are counted in these."""
        return replace(self, coordinates=coordinates)

    def without(self, flagged: Flagged) -> "Source":
        """A copy without what reviewers flagged. Raises NoDataset where nothing is left."""
        sizes, questions = dict.fromkeys(self.sizes, 0), 0
        for split in self.sizes:
            for row in self.rows(split, ["sample_id", "questions"]):
                kept = flagged.kept(row)
                sizes[split] += kept is not None
                questions += 0 if kept is None else len(row["questions"]) - len(kept["questions"])
        found = {split: number for split, number in sizes.items() if number}
        if not found:
            raise NoDataset("reviewers flagged every sample")
        left_out = LeftOut(sum(self.sizes.values()) - sum(found.values()), questions)
        return replace(self, flagged=flagged, sizes=found, left_out=left_out)

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits that have rows, in their usual order."""
        return tuple(self.sizes)

    def batches(self, split: str, columns: Sequence[str] = COLUMNS.names) -> Iterator[pa.RecordBatch]:
        """The rows of a split, all columns unless some are named.

        Raises BadInput for a question that shows a picture which its sample does not have.
        """
        for batch in batches(self.table, columns, split):
            if {"sample_id", "questions", "views"} <= set(columns):
                require_shown_pictures(batch)
            yield batch if self.flagged is None else _without(batch, self.flagged)

    def rows(self, split: str, columns: Sequence[str] = COLUMNS.names) -> Iterator[Row]:
        """The rows of a split, one by one."""
        for batch in self.batches(split, columns):
            yield from batch.to_pylist()


def _without(batch: pa.RecordBatch, flagged: Flagged) -> pa.RecordBatch:
    kept = [row for row in map(flagged.kept, batch.to_pylist()) if row is not None]
    return pa.RecordBatch.from_pylist(kept, schema=batch.schema)
