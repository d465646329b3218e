"""Admits a model's questions: only those whose answer the geometry entails.

In: a scene, a question with a model's answer.  Out: a `Question` with its certificate, or the reason for dropping it.
An attribute that the scene does not state is only supposed here; a second model must confirm it (`picture_judge`).
"""

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from random import Random

from gpu_workers.judge.judge_forms import Written
from schemas.events import Question, Scene
from schemas.ids import question_id
from spatial.questions import Query, Unanswerable, answer, kind_of, parse, readings
from spatial.questions.answer_rules import YES_NO, Answer
from spatial.questions.certificates import certificate
from spatial.questions.kind_table import choices_for, keys_of
from spatial.questions.object_names import NamedScene
from spatial.questions.question_kinds import AttributeOf
from spatial.questions.wording.lexicon import family_of
from spatial.questions.wording.question_parsing import framed, parsed
from spatial.questions.wording.referring_expressions import resolve
from spatial.splits import split_of_keys
from spatial.verify import verify

NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
ARTICLES = ("a ", "an ", "the ")


class QuestionDropped(Exception):
    """The question is not admitted; `reason` is of `schemas.llm.contract.QUESTION_DROPS`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class AdmittedQuestion:
    """A question whose answer `scene` entails; `scene` includes the supposed attribute, if there is one."""

    question: Question
    query: Query
    scene: Scene
    supposed: tuple[int, str] | None = None


@dataclass
class QuestionGate:
    """Checks the questions of one picture one by one. `strictness` is a factor on the questions' margins."""

    scene: Scene
    sample: str
    author: str
    split: str | None = None
    taken: set[Query] = field(default_factory=set)
    strictness: float = 1.0

    def admit(self, written: Written, rng: Random) -> AdmittedQuestion:
        """The question with its certificate. Raises QuestionDropped."""
        text = framed(" ".join(written.question.split()))
        query = None if text is None else parsed(text)
        if text is None or query is None:
            raise QuestionDropped("not_parsed")
        if query in self.taken:
            raise QuestionDropped("duplicate")
        said = normalised_answer(written.answer)
        scene, supposed = self._with_supposed_attribute(query, said)
        asked = NamedScene(scene, self.strictness)
        found = _answer_or_drop(asked, query)
        if normalised_answer(found.text) != said:
            raise QuestionDropped("wrong_answer")
        if _is_ambiguous(asked, text, found) or _lacks_its_twin(asked, found):
            raise QuestionDropped("not_entailed")
        if self.split is not None and split_of_keys(keys_of(query, found, asked)) != self.split:
            raise QuestionDropped("other_split")
        question = self._question(asked, query, found, text, rng)
        verdict = verify(text, question.choices, scene)
        if not verdict.entailed or verdict.answer != question.answer:
            raise QuestionDropped("not_verified")
        return AdmittedQuestion(question, query, scene, supposed)

    def _with_supposed_attribute(self, query: Query, said: str) -> tuple[Scene, tuple[int, str] | None]:
        """The scene with the stated attribute added if the scene lacks it, and that attribute; None for other questions."""
        if not isinstance(query, AttributeOf):
            return self.scene, None
        asked = NamedScene(self.scene, self.strictness)
        try:
            index = resolve(asked, query.subject).index
        except Unanswerable:
            raise QuestionDropped("not_entailed") from None
        thing = asked.objects[index]
        if any(family_of(word) == query.family for word in thing.attributes):
            return self.scene, (thing.id, said)
        if family_of(said) != query.family:
            raise QuestionDropped("wrong_answer")
        return with_attribute(self.scene, thing.id, said), (thing.id, said)

    def _question(self, asked: NamedScene, query: Query, found: Answer, text: str, rng: Random) -> Question:
        choices = choices_for(asked, query, found, rng)
        if choices is None or (found.text not in YES_NO and found.text.lower() in text.lower()):
            raise QuestionDropped("no_choices")
        proof = {**json.loads(certificate(asked, query, found)), "author": self.author}
        return Question(
            id=question_id(self.sample, text),
            question=text,
            answer=found.text,
            kind=kind_of(query),
            choices=choices,
            objects=found.objects,
            certificate=json.dumps(proof, separators=(",", ":"), ensure_ascii=False),
        )


def _answer_or_drop(asked: NamedScene, query: Query) -> Answer:
    try:
        return answer(query, asked)
    except Unanswerable:
        raise QuestionDropped("not_entailed") from None


def _is_ambiguous(asked: NamedScene, text: str, found: Answer) -> bool:
    """Whether another reading of the text has another answer, as is frequent for nested "to the left of"."""
    for query in readings(text):
        try:
            if answer(query, asked).text != found.text:
                return True
        except Unanswerable:
            continue
    return False


def _lacks_its_twin(asked: NamedScene, found: Answer) -> bool:
    """Whether the picture of a scene in metres does not tell: another one would have to, with the same words."""
    return bool(found.reason) and asked.scene.world is not None


def normalised_answer(text: str) -> str:
    """An answer in lower case, without full stop and article, with number words as digits."""
    plain = " ".join(text.split()).casefold().rstrip(".")
    for article in ARTICLES:
        plain = plain.removeprefix(article)
    return str(NUMBERS.index(plain)) if plain in NUMBERS else plain


def with_attribute(scene: Scene, thing: int, word: str) -> Scene:
    """The scene with one attribute added to one object."""
    objects = tuple(
        item.model_copy(update={"attributes": (*item.attributes, word)})
        if item.id == thing and word not in item.attributes
        else item
        for item in scene.objects
    )
    return scene.model_copy(update={"objects": objects})


def queries_of(questions: Collection[Question]) -> set[Query]:
    """The parsed queries of the questions."""
    found = set()
    for question in questions:
        try:
            found.add(parse(question.question))
        except ValueError:
            continue
    return found


def still_entailed(questions: Collection[Question], scene: Scene) -> tuple[Question, ...]:
    """The questions that a scene entails, in order: an added attribute can make a reference ambiguous."""
    verdicts = [
        (question, verify(question.question, question.choices, scene, question.answer, question.views))
        for question in questions
    ]
    return tuple(question for question, verdict in verdicts if verdict.entailed and verdict.answer == question.answer)
