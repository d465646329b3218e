"""What one dataset, or one state of it, has that another lacks.

In: two snapshots, either of them a table or a published copy.  Out: counts of samples and questions that are only in one
or in both, by split, scene and kind.
Samples and questions are the same where their ids are: ids follow from the content.  Reads no picture.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypedDict

import pyarrow as pa

from dataset.reading.published_copy import columns_of_copy, is_copy
from dataset.table.delta_table import At, Options, Table
from dataset.table.table_errors import NoVersion
from schemas.texts.fault_words import counted

_COLUMNS = ("sample_id", "split", "scene", "questions")


class Side(TypedDict):
    """What only one of the two has: samples by split and by scene, questions by kind."""

    samples: int
    splits: dict[str, int]
    scenes: dict[str, int]
    questions: int
    kinds: dict[str, int]


class Difference(TypedDict):
    """`both`: samples in both; `moved`: those of them that are in another split; `asked_otherwise`: those of them whose
    questions differ."""

    only_first: Side
    only_second: Side
    both: int
    moved: int
    asked_otherwise: int


@dataclass(frozen=True)
class Snapshot:
    """The address of a table or of a published copy, in a folder or an object store, how it is reached, and which state."""

    uri: str
    options: Options = None
    version: At = None


@dataclass(frozen=True)
class _Sample:
    split: str
    scene: str
    kinds: Mapping[str, str]


def difference(first: Snapshot, second: Snapshot) -> Difference:
    """What each has that the other lacks. Raises NoDataset, IncompleteCopy, RetryableError."""
    a, b = _samples(first), _samples(second)
    both = a.keys() & b.keys()
    return Difference(
        only_first=_only(a, b),
        only_second=_only(b, a),
        both=len(both),
        moved=sum(a[one].split != b[one].split for one in both),
        asked_otherwise=sum(a[one].kinds.keys() != b[one].kinds.keys() for one in both),
    )


def in_lines(found: Difference) -> list[str]:
    """The difference for people."""
    lines = [f"in both: {counted(found['both'], 'sample')}"]
    if found["moved"]:
        lines.append(f"  in another split in the second: {found['moved']:,}")
    if found["asked_otherwise"]:
        lines.append(f"  with other questions in the second: {found['asked_otherwise']:,}")
    for name, side in (("first", found["only_first"]), ("second", found["only_second"])):
        lines.append(f"only in the {name}: {counted(side['samples'], 'sample')}, {counted(side['questions'], 'question')}")
        for what, counts in (("splits", side["splits"]), ("scenes", side["scenes"]), ("kinds", side["kinds"])):
            if counts:
                lines.append(f"  {what + ':':<8} {', '.join(f'{word} {count:,}' for word, count in counts.items())}")
    return lines


def _samples(of: Snapshot) -> dict[str, _Sample]:
    """The samples by id, each with the kinds of its questions by their ids."""
    found = {}
    for batch in _rows(of).to_batches():
        for row in batch.to_pylist():
            kinds = {question["id"]: question["kind"] for question in row["questions"]}
            found[row["sample_id"]] = _Sample(row["split"], row["scene"], kinds)
    return found


def _rows(of: Snapshot) -> pa.Table:
    """The columns that are compared, of a table or of a published copy. Raises NoDataset."""
    if not is_copy(of.uri, of.options):
        return Table.load(of.uri, of.options, of.version).query(f"SELECT {', '.join(_COLUMNS)} FROM samples")
    if of.version is not None:
        raise NoVersion(f"{of.uri} is a published copy, which has one state and no versions")
    return columns_of_copy(of.uri, _COLUMNS, of.options)


def _only(these: Mapping[str, _Sample], others: Mapping[str, _Sample]) -> Side:
    """Samples that the others lack, and questions that they lack, also of samples that they have."""
    lacking = [sample for one, sample in these.items() if one not in others]
    asked = (kind for one, sample in these.items() for number, kind in sample.kinds.items() if _lacks(others, one, number))
    kinds = Counter(asked)
    return Side(
        samples=len(lacking),
        splits=_counted(sample.split for sample in lacking),
        scenes=_counted(sample.scene for sample in lacking),
        questions=kinds.total(),
        kinds=_counted(kinds.elements()),
    )


def _lacks(others: Mapping[str, _Sample], one: str, question: str) -> bool:
    return one not in others or question not in others[one].kinds


def _counted(words: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items(), key=lambda entry: (-entry[1], entry[0])))
