"""Judges one picture with multimodal models: a filter, an author, a second look at attributes, a checker.

In: a picture, its event, its known scene, the questions generated from geometry.
Out: a `Judgement`: a finding that rejects the picture, or the scene and all questions that are kept.
A model may reject a picture and propose questions.  Answers are decided by `question_gate`, from geometry.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from pydantic import BaseModel

from gpu_workers.graph_check import Finding
from gpu_workers.judge.interfaces import Judgement, Models, PictureContext, RunsCoroutine
from gpu_workers.judge.judge_forms import PROMPTS, REASONS, Authored, Beliefs, Looked, SecondLook, Verdict, Written
from gpu_workers.judge.question_gate import (
    AdmittedQuestion,
    QuestionDropped,
    QuestionGate,
    queries_of,
    still_entailed,
    with_attribute,
)
from gpu_workers.judge.scene_sentences import described_objects, sentences_for
from gpu_workers.judge.shown_picture import shown_picture
from schemas.events import Question, Scene
from schemas.ids import derived_seed
from schemas.llm.contract import Fault, LanguageModel, Picture, Reply, answer_key, ledger
from schemas.llm.prompts import PromptInput, request_of
from schemas.llm.structured_answers import Check, Conversation, Unanswered, accept
from spatial.splits import split_of

T = TypeVar("T", bound=BaseModel)
Said = TypeVar("Said", str, bool)
StageInput = Mapping[str, object]
"""The JSON input of a stage."""

MAX_AUTHORED, MAX_ADMITTED = 12, 6
"""Questions requested of an author, and admitted: generated questions stay the larger part of a sample."""

AUTHOR_TEMPERATURE, JUDGE_TEMPERATURE = 0.7, 0.0
"""An author may vary; a judge should repeat its answer."""


class LanguageJudge:
    """Implements `gpu_workers.judge.interfaces.PictureJudge`."""

    def __init__(self, models: Models, wait: RunsCoroutine, most_side: int | None = None) -> None:
        """`most_side`: of the pictures that the models are shown, in pixels; None for stored files as they are."""
        self._models, self._wait, self._most_side = models, wait, most_side

    def judge(self, picture: bytes, known: PictureContext) -> Judgement:
        """The judgement. Raises RetryableError and PermanentError."""
        shown = shown_picture(picture, known.event.image, self._most_side)
        return self._wait(_PictureRun(self._models, shown, known).run())


@dataclass
class _PictureRun:
    """The calls of the models for one picture."""

    models: Models
    picture: Picture
    known: PictureContext
    replies: list[tuple[str, Reply]] = field(default_factory=list)

    async def run(self) -> Judgement:
        """Filter first: no questions are written for a rejected picture."""
        looked = await self._look() if self.models.one_request else None
        finding = await self._filter() if looked is None else self._rejection(looked)
        scene, questions = self.known.scene, self.known.questions
        if finding is None:
            written = await self._author() if looked is None else looked.questions
            scene, questions = await self._collect_questions(self._admitted(written))
        else:
            finding.evidence["judge_ledger"] = ledger(self.replies)
        names = f"{self.models.first.name}, checked by {self.models.other.name}"
        return Judgement(finding, scene, questions, {"judges": names, "judge_ledger": ledger(self.replies)})

    async def _look(self) -> Looked | None:
        """Verdict and questions by one request; None where the model does not manage both: then it is asked for each."""
        try:
            return await self._ask(self.models.first, "look", self._known_for_author(), (Looked, _verdict_fault))
        except Unanswered:
            return None

    async def _filter(self) -> Finding | None:
        graph = self.known.event.graph
        scene = self.known.scene
        given: StageInput = {"scene": graph.scene, "objects": described_objects(scene), "absent": list(scene.excluded)}
        try:
            answer = await self._ask(self.models.first, "filter", given, (Verdict, _verdict_fault))
        except Unanswered as failure:
            return _unanswered(failure, self.models.first.name)
        return self._rejection(answer)

    def _rejection(self, answer: Verdict) -> Finding | None:
        if answer.verdict == "accept":
            return None
        reason = REASONS[answer.reasons[0]]
        said = ", ".join(answer.reasons)
        evidence: dict[str, object] = {"model": self.models.first.name, "reasons": list(answer.reasons)}
        return Finding("judge", reason, f"a model rejects the picture: {said}", evidence)

    async def _collect_questions(self, candidates: list[AdmittedQuestion]) -> tuple[Scene, tuple[Question, ...]]:
        """The scene and the questions, with those of the author that pass all checks."""
        own, scene = self.known.questions, self.known.scene
        candidates = [*(c for c in candidates if c.supposed is None), *await self._second_look(candidates)]
        believed = await self._check_answers(candidates)
        for candidate in believed:
            if candidate.supposed is not None:
                scene = with_attribute(scene, *candidate.supposed)
        authored = tuple(candidate.question for candidate in believed)
        standing = still_entailed((*own, *authored), scene)
        if set(own) - set(standing):  # a new attribute would invalidate a generated question
            return self.known.scene, (*own, *still_entailed(authored, self.known.scene))
        for _ in range(len(own) + len(authored) - len(standing)):
            self.models.counts.dropped("not_verified")
        return scene, standing

    def _known_for_author(self) -> StageInput:
        scene = self.known.scene
        return {
            "most": MAX_AUTHORED,
            "things": described_objects(scene),
            "absent": list(scene.excluded),
            **sentences_for(scene),
        }

    async def _author(self) -> list[Written]:
        """What the author writes."""
        try:
            return (await self._ask(self.models.first, "author", self._known_for_author(), (Authored, accept))).questions
        except Unanswered:
            self.models.counts.dropped("no_answer")
            return []

    def _admitted(self, questions: Sequence[Written]) -> list[AdmittedQuestion]:
        """The author's questions whose answers geometry entails."""
        scene, sample = self.known.scene, self.known.sample
        split = split_of(self.known.event.graph, self.known.event.held_out_per_mille)
        taken, strictness = queries_of(self.known.questions), self.known.strictness
        gate = QuestionGate(scene, sample, self.models.first.name, split, taken, strictness)
        rng, found = Random(derived_seed("author choices", sample)), list[AdmittedQuestion]()
        for written in questions:
            try:
                if len(found) == MAX_ADMITTED:
                    raise QuestionDropped("too_many")
                candidate = gate.admit(written, rng)
            except QuestionDropped as drop:
                self.models.counts.dropped(drop.reason)
                continue
            gate.taken.add(candidate.query)
            found.append(candidate)
        return found

    async def _second_look(self, candidates: list[AdmittedQuestion]) -> list[AdmittedQuestion]:
        """The questions about supposed attributes on which the other model, asked independently, agrees."""
        doubtful = [candidate for candidate in candidates if candidate.supposed is not None]
        asked = [
            {"number": i, "question": c.question.question, "choices": list(c.question.choices)}
            for i, c in enumerate(doubtful)
        ]
        try:
            answer = await self._ask_other("second", asked, SecondLook)
        except Unanswered:
            return self._drop_all(doubtful)
        seen = _all_said([] if answer is None else [(item.number, item.answer) for item in answer.answers])
        return self._keep(doubtful, "disagreed", lambda i: seen.get(i) == {doubtful[i].question.answer})

    async def _check_answers(self, candidates: list[AdmittedQuestion]) -> list[AdmittedQuestion]:
        """The questions that the checker confirms."""
        asked = [
            {"number": i, "question": c.question.question, "answer": c.question.answer} for i, c in enumerate(candidates)
        ]
        try:
            answer = await self._ask_other("check", asked, Beliefs)
        except Unanswered:
            return self._drop_all(candidates)
        believed = _all_said([] if answer is None else [(item.number, item.believed) for item in answer.verdicts])
        return self._keep(candidates, "not_believed", lambda i: believed.get(i) == {True})

    async def _ask_other(self, stage: str, asked: Sequence[StageInput], form: type[T]) -> T | None:
        """The other model's answer; None where `asked` is empty."""
        if not asked:
            return None
        return await self._ask(self.models.other, stage, {"questions": asked}, (form, accept))

    def _keep(
        self, candidates: list[AdmittedQuestion], reason: str, stands: Callable[[int], bool]
    ) -> list[AdmittedQuestion]:
        kept = [candidate for i, candidate in enumerate(candidates) if stands(i)]
        for _ in range(len(candidates) - len(kept)):
            self.models.counts.dropped(reason)
        return kept

    def _drop_all(self, candidates: list[AdmittedQuestion]) -> list[AdmittedQuestion]:
        return self._keep(candidates, "no_answer", lambda _: False)

    async def _ask(self, model: LanguageModel, stage: str, given: StageInput, answer: tuple[type[T], Check[T]]) -> T:
        form, check = answer
        prompt_input = PromptInput(
            stage, {"stage": stage, **given}, derived_seed(stage, self.known.sample), picture=self.picture
        )
        temperature = AUTHOR_TEMPERATURE if stage == "author" else JUDGE_TEMPERATURE
        request = request_of(PROMPTS[stage], prompt_input, temperature, self.models.call_tokens)
        talk = Conversation(model, request, form, self.models.counts)
        try:
            return await talk.ask(check)
        finally:
            self.replies += [(stage, reply) for reply in talk.replies]


def _all_said(items: Sequence[tuple[int, Said]]) -> dict[int, set[Said]]:
    """All that is said of each number: of two answers to one question neither counts."""
    said: dict[int, set[Said]] = {}
    for number, each in items:
        said.setdefault(number, set()).add(each)
    return said


def _unanswered(failure: Unanswered, model: str) -> Finding:
    """The rejection of a picture without a verdict, with the last raw answer where there is one."""
    evidence: dict[str, object] = {"model": model, "rounds": len(failure.replies)}
    evidence["max_tokens"] = failure.request.max_tokens
    for last in failure.replies[-1:]:
        evidence |= {"raw_answer": answer_key(last.key), "said": last.text[:2000]}
    return Finding("judge", failure.fault.reason, str(failure), evidence)


def _verdict_fault(answer: Verdict) -> Fault | None:
    if (answer.verdict == "reject") != bool(answer.reasons):
        return Fault("a rejection has reasons, an accepted picture has none")
    return None
