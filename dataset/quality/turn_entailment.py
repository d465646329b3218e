"""Exported conversations: how many answers follow from earlier turns.

In: rows.  Out: measures by kind, of conversations of one turn and of many.
The conversations are those that the exports write; whether an answer is entailed is judged by code of its own.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from dataset.exports.conversation_turns import conversations
from dataset.exports.export_source import Turns
from dataset.quality.entailment_rules import KNOWN, STATES
from dataset.quality.measures import Measure, share_never
from dataset.quality.quality_rows import AskedQuestion, SampleRow
from dataset.quality.question_reading import QuestionReading
from dataset.quality.stated_facts import StatedFacts

NAMES: Mapping[Turns, str] = {"one": "entailed_turns", "many": "entailed_turns_many"}

OPPOSITE = {"yes": "no"}


class ClaimQuestion(NamedTuple):
    """What a sentence answers, with the true answer where it is known, and whether the sentence is right."""

    question: AskedQuestion
    holds: bool
    is_known: bool


def entailed_turns(rows: Sequence[SampleRow]) -> list[Measure]:
    """`entailed_turns/KIND` with one turn a conversation, `entailed_turns_many/KIND` with many."""
    found = []
    for turns, name in NAMES.items():
        asked, entailed = Counter[str](), Counter[str]()
        for row in rows:
            for conversation in _exported(row, turns):
                asked.update(question.kind for question in conversation)
                entailed.update(question.kind for question in entailed_questions(conversation, row))
        found += [share_never(f"{name}/{kind}", entailed[kind], asked[kind]) for kind in sorted(asked)]
    return found


def _exported(row: SampleRow, turns: Turns) -> Iterator[list[AskedQuestion]]:
    """The questions of each conversation, by the texts of its turns, which begin with them."""
    by_text = {question.text: question for question in row.questions}
    for conversation in conversations(row.plain, turns):
        yield [by_text[max(filter(turn.question.startswith, by_text), key=len)] for turn in conversation]


def entailed_questions(conversation: Iterable[AskedQuestion], row: SampleRow) -> Iterator[AskedQuestion]:
    """The questions whose answers follow from the texts of earlier ones."""
    reader = TurnReader(row)
    for question in conversation:
        if reader.knows(question):
            yield question
        reader.read(question)


class TurnReader:
    """A reader of a conversation about a picture who does not see the picture."""

    def __init__(self, row: SampleRow) -> None:
        self._row, self._facts = row, StatedFacts()

    def knows(self, question: AskedQuestion) -> bool:
        """Whether the answer follows from what was read."""
        if _key(question) in self._facts.known:
            return True
        claims = claims_of(question)
        if claims:
            return self._knows_claims(claims)
        judge = KNOWN.get(str(question.query.get("op")))
        return judge is not None and judge(QuestionReading(question, self._row, self._facts))

    def _knows_claims(self, claims: Sequence[ClaimQuestion]) -> bool:
        """Whether the wrong sentence is known to be wrong, or all others to be right; of a description all sentences."""
        wrong, right = ([claim.question for claim in claims if claim.holds is holds] for holds in (False, True))
        return (bool(wrong) and all(map(self.knows, wrong))) or all(map(self.knows, right))

    def read(self, question: AskedQuestion) -> None:
        """Remember what a question and its answer say."""
        for claim in claims_of(question):
            if claim.is_known:
                self.read(claim.question)
        reading = QuestionReading(question, self._row, self._facts)
        self._facts.known[_key(question)] = question.answer
        for name, number in reading.refs.items():
            reading.state_reference(question.query[name], number)
        state = STATES.get(str(question.query.get("op")))
        if state is not None:
            state(reading)


def _key(question: AskedQuestion) -> str:
    return json.dumps(question.query, sort_keys=True) if question.query else question.text


def claims_of(question: AskedQuestion) -> list[ClaimQuestion]:
    """The claims of a description's certificate, or of sentences of which one is wrong, in order; none of other questions.

    Of a wrong colour or number the right one is not known.
    """
    claims = question.proof.get("claims")
    return [_claim(question, each) for each in claims if isinstance(each, dict)] if isinstance(claims, list) else []


def _claim(question: AskedQuestion, claim: dict[str, object]) -> ClaimQuestion:
    said, holds = str(claim.get("said")), claim.get("holds") is True
    answer = said if holds else OPPOSITE.get(said, "")
    proof = {"query": claim.get("query"), "references": claim.get("references")}
    asked = AskedQuestion(str(claim.get("sentence")), answer, question.kind, (), question.objects, proof)
    return ClaimQuestion(asked, holds, bool(answer))
