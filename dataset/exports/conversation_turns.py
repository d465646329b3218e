"""A sample's questions as turns of a conversation: one wording for every format.

In: a row.  Out: pairs of what is asked and what is answered.  Knows no format's markers.
"""

from collections.abc import Iterator
from typing import NamedTuple

from dataset.exports.export_source import Row


class Turn(NamedTuple):
    """What the user says and what the model should say."""

    asked: str
    answer: str


def turns(row: Row) -> Iterator[Turn]:
    """One turn a question, in the row's order."""
    for question in row["questions"]:
        yield Turn(f"{question['question']}\nAnswer with one of: {', '.join(question['choices'])}.", question["answer"])
