"""Questions that leave open whether the picture shows the answer: how many there are, and whether always denying it pays.

In: rows.  Out: measures by split.
"""

from collections import Counter
from collections.abc import Sequence

from dataset.quality.measures import Measure, mean_not_above, share_at_most
from dataset.quality.quality_rows import SampleRow
from spatial.questions.rules.unknown_rules import UNKNOWN
from spatial.splits import SPLITS

MOST = 0.1
"""Of all questions: the share of those that leave it open, whether the picture tells or not."""

GOAL = 0.03
"""Above chance: what always saying that it cannot be known may gain."""

KIND = "unanswerable"


def open_shares(rows: Sequence[SampleRow]) -> list[Measure]:
    """`unanswerable_share/SPLIT`: the share of its questions that leave open whether the picture shows the answer."""
    kinds = Counter((row.split, question.kind == KIND) for row in rows for question in row.questions)
    return [
        share_at_most(f"unanswerable_share/{split}", kinds[split, True], kinds[split, True] + kinds[split, False], MOST)
        for split in SPLITS
    ]


def blind_unknown(rows: Sequence[SampleRow]) -> list[Measure]:
    """`always_unknown/SPLIT`: how far above chance it is to say that nothing can be known, where that is a choice."""
    found = {
        split: [
            (float(question.answer == UNKNOWN) - 1 / len(question.choices), row.scene_hash)
            for row in rows
            if row.split == split
            for question in row.questions
            if UNKNOWN in question.choices
        ]
        for split in SPLITS
    }
    return [
        mean_not_above(f"always_unknown/{split}", [gain for gain, _ in cases], [scene for _, scene in cases], GOAL)
        for split, cases in found.items()
        if cases
    ]
