"""A sample's questions as conversations: one wording for every format.

In: a row, whether a conversation has one turn or many, how a trainer writes boxes.  Out: pairs of question and answer.
A later turn never asks what earlier turns decide, since that would reward a model that answers from the text alone.
Independent of the markers of any format.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from dataset.exports.box_conventions import Convention, choice_in_convention, in_convention
from dataset.exports.export_source import Row, Turns
from spatial.questions.question_kinds import (
    AttributeOf,
    Between,
    Boxed,
    BoxSide,
    CompareCounts,
    Count,
    Describe,
    Exists,
    Find,
    InPlace,
    KnownFar,
    KnownNext,
    KnownSide,
    Locate,
    Nearest,
    Outermost,
    WrongSentence,
    references,
)
from spatial.questions.wording.lexicon import fits, plural
from spatial.questions.wording.question_parsing import parsed
from spatial.questions.wording.realisation import realise_ref

BOXED_KINDS = ("grounding", "view_change")
"""Kinds with places in numbers."""

PICTURE = -1
"""Stands for the picture among the ids of objects: places are relations to it."""


class Turn(NamedTuple):
    """A question with its choices, and the expected answer. `views`: the numbers of the pictures that it shows, in their
    order; a turn that shows others than the image alone has a conversation of its own."""

    question: str
    answer: str
    views: tuple[int, ...] = (0,)


def conversations(row: Row, turns: Turns, convention: Convention | None = None) -> list[list[Turn]]:
    """All questions of a row, each in one conversation, in the row's order; boxes in the convention, or as they are."""
    if turns == "one":
        return [[_turn(question, row, convention)] for question in row["questions"]]
    found: list[tuple[_RevealedFacts, list[Turn]]] = []
    for question in row["questions"]:
        scope = _QuestionScope(question, row)
        revealed, conversation = next((each for each in found if not each[0].can_decide(scope)), (None, []))
        if revealed is None:
            revealed, conversation = _RevealedFacts(), []
            found.append((revealed, conversation))
        revealed.add(scope)
        conversation.append(_turn(question, row, convention))
    return [conversation for _, conversation in found]


def _turn(question: dict[str, Any], row: Row, convention: Convention | None) -> Turn:
    text, answer, choices = question["question"], question["answer"], question["choices"]
    views = tuple(question.get("views") or (0,))
    shown = row["views"][views[-1] - 1] if views[-1] else row
    size = shown["width"], shown["height"]
    if question["kind"] in BOXED_KINDS and convention is not None:
        text, answer = in_convention(question, size, convention, _name_in(text))
        choices = [choice_in_convention(choice, size, convention) for choice in choices]
    return Turn(f"{text}\n{_named(choices)}" if choices else text, answer, views)


def _named(choices: Sequence[str]) -> str:
    """The choices in words: sentences a line each, others in a row."""
    if all(choice.endswith(".") for choice in choices):
        return "\n".join(["Answer with one of these sentences:", *choices])
    return f"Answer with one of: {', '.join(choices)}."


def _name_in(text: str) -> str:
    """The words for the thing whose place is asked, without an article; none of another question."""
    query = parsed(text)
    return realise_ref(query.subject).removeprefix("the ") if isinstance(query, Locate) else ""


class _QuestionScope:
    """What one question is about. `query` is None where it has a conversation of its own: the grammar cannot parse it, it
    shows other pictures, or it leaves open, or tells, so much of the picture that nearly any other turn may decide it."""

    def __init__(self, question: dict[str, Any], row: Row) -> None:
        query = parsed(question["question"])
        is_alone = isinstance(query, KnownSide | KnownNext | KnownFar | Describe | WrongSentence) or question.get("views")
        self.query = None if is_alone else query
        self.text = " ".join([question["question"], *question["choices"], question["answer"]]).casefold()
        self.categories = {thing["category"] for thing in row["objects"]} | set(row.get("excluded", ()))
        self.objects = frozenset(question["objects"])
        self.all_ids = frozenset(thing["id"] for thing in row["objects"]) | {PICTURE}
        self._category_of = {thing["id"]: thing["category"] for thing in row["objects"]}

    @property
    def nouns(self) -> frozenset[str]:
        """The categories whose presence, number or absence is the question."""
        if isinstance(self.query, Exists | Count | CompareCounts):
            others = (getattr(self.query, name, None) for name in ("without", "than"))
            return frozenset(filter(None, (self.query.category, *others)))
        return frozenset()

    @property
    def related(self) -> frozenset[int]:
        """Ids of objects that the answer, or a reference in the question, relates to each other."""
        refs = () if self.query is None else references(self.query)
        if isinstance(self.query, Outermost | Find | Nearest | Between) or any(ref.category is None for ref in refs):
            return self.all_ids  # by exclusion: one answer, or one thing that is found, constrains all objects
        if isinstance(self.query, InPlace | Locate | Boxed | BoxSide):  # numbers say where in the picture
            return self.objects | {PICTURE}
        if any(ref.extreme is not None for ref in refs):
            named = {self._category_of.get(number) for number in self.objects}
            return self.objects | {number for number, category in self._category_of.items() if category in named}
        return self.objects if len(self.objects) > 1 else frozenset()

    def can_mention(self, category: str) -> bool:
        """Whether the question, its choices or its answer may refer to an object of this category."""
        known = {*self.categories, *self.nouns}
        named = [name for name in known if _occurs_in(name, self.text) or _occurs_in(plural(name), self.text)]
        return _occurs_in(category, self.text) or any(fits(name, category) or fits(category, name) for name in named)


def _occurs_in(words: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(words.casefold())}\b", text) is not None


class _RevealedFacts:
    """An upper bound on what the turns of a conversation reveal.

    Objects that turns relate, directly or through others, form one group: by order, transitivity or exclusion the
    relation of any two of a group may follow.
    """

    def __init__(self) -> None:
        self._turns: list[_QuestionScope] = []
        self._groups: list[frozenset[int]] = []

    def can_decide(self, question: _QuestionScope) -> bool:
        """Whether the answer may follow from earlier turns."""
        if question.query is None or any(turn.query is None for turn in self._turns):
            return bool(self._turns)
        if any(turn.can_mention(noun) for turn in self._turns for noun in question.nouns):
            return True
        if isinstance(question.query, AttributeOf) and any(question.objects & turn.objects for turn in self._turns):
            return True
        return any(len(group & question.related) > 1 for group in self._groups)

    def add(self, question: _QuestionScope) -> None:
        """Add a turn."""
        self._turns.append(question)
        self._groups = _merged([*self._groups, question.related])


def _merged(groups: Sequence[frozenset[int]]) -> list[frozenset[int]]:
    """The groups with those that share a member merged."""
    found: list[frozenset[int]] = []
    for group in groups:
        apart = [other for other in found if not other & group]
        found = [*apart, group.union(*(other for other in found if other & group))]
    return [group for group in found if group]


def conversations_with_ids(
    row: Row, turns: Turns, convention: Convention | None = None
) -> Iterator[tuple[str, list[Turn]]]:
    """Each conversation with its id: the sample's id and a number."""
    for number, conversation in enumerate(conversations(row, turns, convention)):
        yield f"{row['sample_id']}-{number}", conversation
