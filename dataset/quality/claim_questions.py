"""The claims of a description, and of sentences of which one is wrong, as questions with answers.

In: a question.  Out: for each sentence what it answers; none for other questions.
"""

from typing import NamedTuple

from dataset.quality.quality_rows import AskedQuestion

OPPOSITE = {"yes": "no"}


class ClaimQuestion(NamedTuple):
    """What a sentence answers, with the true answer where it is known, and whether the sentence is right."""

    question: AskedQuestion
    holds: bool
    is_known: bool


def claims_of(question: AskedQuestion) -> list[ClaimQuestion]:
    """The claims of the certificate, in order. Of a wrong colour or number the right one is not known."""
    claims = question.proof.get("claims")
    return [_claim(question, each) for each in claims if isinstance(each, dict)] if isinstance(claims, list) else []


def _claim(question: AskedQuestion, claim: dict[str, object]) -> ClaimQuestion:
    said, holds = str(claim.get("said")), claim.get("holds") is True
    answer = said if holds else OPPOSITE.get(said, "")
    proof = {"query": claim.get("query"), "references": claim.get("references")}
    asked = AskedQuestion(str(claim.get("sentence")), answer, question.kind, (), question.objects, proof)
    return ClaimQuestion(asked, holds, bool(answer))
