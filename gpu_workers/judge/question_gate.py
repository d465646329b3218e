"""Which of a model's questions may be asked: those whose answer the geometry entails, and no others.

In: a scene, a question with the answer that a model gave it.  Out: a `Question` with its proof, or the reason why not.
An attribute that the scene does not state is only supposed here; whoever admits it needs a second look (`judge`).
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
from spatial.questions.wording.referring_expressions import resolve
from spatial.splits import split_of_keys
from spatial.verify import verify

NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
ARTICLES = ("a ", "an ", "the ")


class Dropped(Exception):
    """The question is not admitted; `reason` is of `schemas.llm.contract.QUESTION_DROPS`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Admitted:
    """A question that the scene proves. `scene` is the one that proves it: with the supposed attribute, if any is."""

    question: Question
    query: Query
    scene: Scene
    supposed: tuple[int, str] | None = None


@dataclass
class Admission:
    """Judges the questions of one picture, one after the other. `strictness` is a factor on the questions' margins."""

    scene: Scene
    sample: str
    author: str
    split: str | None = None
    taken: set[Query] = field(default_factory=set)
    strictness: float = 1.0

    def judge(self, written: Written, rng: Random) -> Admitted:
        """The question, proven. Raises Dropped."""
        text = " ".join(written.question.split())
        try:
            query = parse(text)
        except ValueError:
            raise Dropped("not_parsed") from None
        if query in self.taken:
            raise Dropped("duplicate")
        said = plain_answer(written.answer)
        scene, supposed = self._supposing(query, said)
        asked = NamedScene(scene, self.strictness)
        found = _entailed(asked, query)
        if plain_answer(found.text) != said:
            raise Dropped("wrong_answer")
        if _says_otherwise(asked, text, found):
            raise Dropped("not_entailed")
        if self.split is not None and split_of_keys(keys_of(query, found, asked)) != self.split:
            raise Dropped("other_split")
        question = self._question(asked, query, found, text, rng)
        verdict = verify(text, question.choices, scene)
        if not verdict.entailed or verdict.answer != question.answer:
            raise Dropped("not_verified")
        return Admitted(question, query, scene, supposed)

    def _supposing(self, query: Query, said: str) -> tuple[Scene, tuple[int, str] | None]:
        """For an attribute that the scene does not state: the scene in which it does."""
        if not isinstance(query, AttributeOf):
            return self.scene, None
        asked = NamedScene(self.scene, self.strictness)
        try:
            index = resolve(asked, query.subject).index
        except Unanswerable:
            raise Dropped("not_entailed") from None
        thing = asked.objects[index]
        if any(family_of(word) == query.family for word in thing.attributes):
            return self.scene, (thing.id, said)
        if family_of(said) != query.family:
            raise Dropped("wrong_answer")
        return with_attribute(self.scene, thing.id, said), (thing.id, said)

    def _question(self, asked: NamedScene, query: Query, found: Answer, text: str, rng: Random) -> Question:
        choices = choices_for(asked, query, found, rng)
        if choices is None or (found.text not in YES_NO and found.text.lower() in text.lower()):
            raise Dropped("no_choices")
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


def _entailed(asked: NamedScene, query: Query) -> Answer:
    try:
        return answer(query, asked)
    except Unanswerable:
        raise Dropped("not_entailed") from None


def _says_otherwise(asked: NamedScene, text: str, found: Answer) -> bool:
    """Whether the words may be taken for a question with another answer, as nested "to the left of" often may."""
    for query in readings(text):
        try:
            if answer(query, asked).text != found.text:
                return True
        except Unanswerable:
            continue
    return False


def plain_answer(text: str) -> str:
    """An answer without what does not matter: case, a full stop, an article, a number in words."""
    plain = " ".join(text.split()).casefold().rstrip(".")
    for article in ARTICLES:
        plain = plain.removeprefix(article)
    return str(NUMBERS.index(plain)) if plain in NUMBERS else plain


def with_attribute(scene: Scene, thing: int, word: str) -> Scene:
    """The scene in which one thing has one attribute more."""
    objects = tuple(
        item.model_copy(update={"attributes": (*item.attributes, word)})
        if item.id == thing and word not in item.attributes
        else item
        for item in scene.objects
    )
    return scene.model_copy(update={"objects": objects})


def queries_of(questions: Collection[Question]) -> set[Query]:
    """What is asked already."""
    found = set()
    for question in questions:
        try:
            found.add(parse(question.question))
        except ValueError:
            continue
    return found


def still_entailed(questions: Collection[Question], scene: Scene) -> tuple[Question, ...]:
    """The questions that a scene proves, in order: an attribute that was added may spoil a reference."""
    verdicts = [(question, verify(question.question, question.choices, scene)) for question in questions]
    return tuple(question for question, verdict in verdicts if verdict.entailed and verdict.answer == question.answer)
