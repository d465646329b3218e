"""How large and how varied the dataset is, in all and in each split.

In: rows.  Out: measures with least values.
"""

from collections import Counter
from collections.abc import Sequence

from dataset.quality.measures import Measure, count_at_least, count_none, share_at_least
from dataset.quality.quality_rows import SampleRow
from spatial.splits import SPLITS, TRAIN

LEAST_SAMPLES, LEAST_CONCEPTS = 1500, 80
"""Below that the other measures say little of a factory."""

LEAST_SHARE = 0.08
"""Of each held-out split, and of questions that need two steps."""


def size(rows: Sequence[SampleRow]) -> list[Measure]:
    """The numbers of samples and of concepts, these as far as provenance names them."""
    named = [row.concept for row in rows if row.concept is not None]
    return [
        count_at_least("samples", len(rows), len(rows), LEAST_SAMPLES),
        count_at_least("concepts", len(set(named)), len(named), LEAST_CONCEPTS),
    ]


def held_out_shares(rows: Sequence[SampleRow]) -> list[Measure]:
    """`held_out_share/SPLIT`: the share of the samples that it has."""
    counts = Counter(row.split for row in rows)
    held_out = [split for split in SPLITS if split != TRAIN]
    return [share_at_least(f"held_out_share/{split}", counts[split], len(rows), LEAST_SHARE) for split in held_out]


def multi_hop_shares(rows: Sequence[SampleRow]) -> list[Measure]:
    """`multi_hop_share/SPLIT`: the share of its questions for which a relation must be followed to find what is meant."""
    kinds = [(row.split, question.kind == "multi_hop") for row in rows for question in row.questions]
    return [
        share_at_least(f"multi_hop_share/{split}", kinds.count((split, True)), _count(kinds, split), LEAST_SHARE)
        for split in SPLITS
    ]


def _count(kinds: Sequence[tuple[str, bool]], split: str) -> int:
    return sum(each == split for each, _ in kinds)


def kinds_missing(rows: Sequence[SampleRow]) -> list[Measure]:
    """`kinds_missing/SPLIT`: the number of kinds that the dataset has and the split has not."""
    kinds = {question.kind for row in rows for question in row.questions}
    by_split = {
        split: {question.kind for row in rows if row.split == split for question in row.questions} for split in SPLITS
    }
    return [count_none(f"kinds_missing/{split}", kinds - found, len(kinds)) for split, found in by_split.items()]
