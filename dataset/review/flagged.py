"""What reviewers flagged, to be left out.

In: verdicts that count.  Out: rows without flagged questions, and no row of a flagged sample.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dataset.review.verdict_table import Verdict


@dataclass(frozen=True)
class Flagged:
    """Ids of samples and of questions that any reviewer's latest verdict flags."""

    samples: frozenset[str]
    questions: frozenset[str]

    @classmethod
    def of(cls, verdicts: Iterable[Verdict]) -> "Flagged":
        """What is flagged by verdicts that count."""
        flags = [each for each in verdicts if each.verdict == "flag"]
        return cls(
            frozenset(each.sample_id for each in flags if each.question_id is None),
            frozenset(each.question_id for each in flags if each.question_id is not None),
        )

    def kept(self, row: Mapping[str, Any]) -> dict[str, Any] | None:
        """The row with the questions that nobody flagged; None where the sample, or all of its questions, are flagged."""
        if row["sample_id"] in self.samples:
            return None
        questions = [question for question in row["questions"] if question["id"] not in self.questions]
        return {**row, "questions": questions} if questions else None
