"""A sample's questions as conversations: one wording for every format.

In: a row, and whether a conversation has one turn or many.  Out: pairs of what is asked and what is answered.
A later turn never asks what earlier turns decide: a model that answers from the text alone would be rewarded.  Knows no
format's markers.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

from dataset.exports.export_source import Row
from spatial.questions import Query, parse
from spatial.questions.question_kinds import AttributeOf, Count, Exists, Find, InPlace, Nearest, Outermost, references
from spatial.questions.wording.lexicon import fits, plural

Turns = Literal["one", "many"]

PICTURE = -1
"""Stands for the picture itself in what relates things to each other: places are relations to it."""


class Turn(NamedTuple):
    """What the user says and what the model should say."""

    asked: str
    answer: str


def conversations(row: Row, turns: Turns) -> list[list[Turn]]:
    """All questions of a row, each in one conversation, in the row's order."""
    if turns == "one":
        return [[_turn(question)] for question in row["questions"]]
    found: list[tuple[_Known, list[Turn]]] = []
    for question in row["questions"]:
        asked = _Asked(question, row)
        known, said = next((each for each in found if not each[0].decides(asked)), (None, []))
        if known is None:
            known, said = _Known(), []
            found.append((known, said))
        known.add(asked)
        said.append(_turn(question))
    return [said for _, said in found]


def _turn(question: dict[str, Any]) -> Turn:
    return Turn(f"{question['question']}\nAnswer with one of: {', '.join(question['choices'])}.", question["answer"])


class _Asked:
    """What one question is about. `query` is None where its words are not of the grammar."""

    def __init__(self, question: dict[str, Any], row: Row) -> None:
        self.query = _parsed(question["question"])
        self.text = " ".join([question["question"], *question["choices"], question["answer"]]).casefold()
        self.categories = {thing["category"] for thing in row["objects"]} | set(row.get("excluded", ()))
        self.objects = frozenset(question["objects"])
        self.everything = frozenset(thing["id"] for thing in row["objects"]) | {PICTURE}
        self._alike = {thing["id"]: thing["category"] for thing in row["objects"]}

    @property
    def nouns(self) -> frozenset[str]:
        """The categories whose presence, number or absence is asked for."""
        if isinstance(self.query, Exists | Count):
            return frozenset(filter(None, (self.query.category, getattr(self.query, "without", None))))
        return frozenset()

    @property
    def related(self) -> frozenset[int]:
        """What the answer, or the words that refer to things, put into relation."""
        if isinstance(self.query, Outermost | Find | Nearest):
            return self.everything  # by exclusion, one answer of several tells of all
        if isinstance(self.query, InPlace):
            return self.objects | {PICTURE}
        if self.query is not None and any(ref.extreme is not None for ref in references(self.query)):
            named = {self._alike.get(number) for number in self.objects}
            return self.objects | {number for number, category in self._alike.items() if category in named}
        return self.objects if len(self.objects) > 1 else frozenset()

    def mentions(self, category: str) -> bool:
        """Whether words of the question, its choices or its answer may mean a thing of this category, or tell of one."""
        known = {*self.categories, *self.nouns}
        spoken = [name for name in known if _spoken(name, self.text) or _spoken(plural(name), self.text)]
        return _spoken(category, self.text) or any(fits(name, category) or fits(category, name) for name in spoken)


def _spoken(words: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(words.casefold())}\b", text) is not None


def _parsed(text: str) -> Query | None:
    try:
        return parse(text)
    except ValueError:
        return None


class _Known:
    """What the turns of a conversation tell, at the most: more is taken to be decided than follows.

    Things that turns put into relation, directly or over others, are one group: by order, transitivity or exclusion the
    relation of any two of a group may follow.
    """

    def __init__(self) -> None:
        self._turns: list[_Asked] = []
        self._groups: list[frozenset[int]] = []

    def decides(self, asked: _Asked) -> bool:
        """Whether the answer may follow from what is known."""
        if asked.query is None or any(turn.query is None for turn in self._turns):
            return bool(self._turns)
        if any(turn.mentions(noun) for turn in self._turns for noun in asked.nouns):
            return True
        if isinstance(asked.query, AttributeOf):
            return any(asked.objects & turn.objects for turn in self._turns)
        return any(len(group & asked.related) > 1 for group in self._groups)

    def add(self, asked: _Asked) -> None:
        """One more turn."""
        self._turns.append(asked)
        self._groups = _joined([*self._groups, asked.related])


def _joined(groups: Sequence[frozenset[int]]) -> list[frozenset[int]]:
    """Groups that share a member made one."""
    found: list[frozenset[int]] = []
    for group in groups:
        apart = [other for other in found if not other & group]
        found = [*apart, group.union(*(other for other in found if other & group))]
    return [group for group in found if group]


def numbered(row: Row, turns: Turns) -> Iterator[tuple[str, list[Turn]]]:
    """Each conversation with an id of its own, the sample's and a number."""
    for number, said in enumerate(conversations(row, turns)):
        yield f"{row['sample_id']}-{number}", said
