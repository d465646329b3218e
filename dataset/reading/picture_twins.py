"""Questions that a picture does not answer, and their twins of the same text that another picture of the sample does.

In: the questions of a row.  Out: those of them that may stand.
In scenes in metres no question that cannot be answered stands without its twin; rows of one picture have no twins.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from spatial.questions.rules.unknown_rules import UNKNOWN

Question = Mapping[str, Any]


def twin_of(question: Question, among: Sequence[Question]) -> Question | None:
    """The twin that tells what a question's own picture does not; None of a question that is answered, or has no twin."""
    if question["answer"] != UNKNOWN:
        return None
    others = (each for each in among if each["question"] == question["question"] and each["answer"] != UNKNOWN)
    return next(others, None)


def with_twins(kept: Sequence[Question], among: Sequence[Question]) -> list[Question]:
    """What is kept, without questions of which the twin is among all of the row's and was not kept."""
    ids = {question["id"] for question in kept}
    twins = ((question, twin_of(question, among)) for question in kept)
    return [question for question, twin in twins if twin is None or twin["id"] in ids]


def chosen_with_twins(ranked: Sequence[Question], number: int) -> list[Question]:
    """So many questions, the first ones of a ranking that fit, each that cannot be answered with its twin; fewer where they
    do not fill the number."""
    chosen: list[Question] = []
    for question in ranked:
        twin = twin_of(question, ranked)
        wanted = [each for each in (question, twin) if each is not None and each not in chosen]
        if len(chosen) + len(wanted) <= number:
            chosen += wanted
    return chosen
