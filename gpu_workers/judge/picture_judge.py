"""Multimodal models at work on one picture: a filter, an author, a second look at attributes, a checker.

In: a picture, its event, the scene that is known to be in it, the questions that geometry asks by itself.
Out: a `Judgement`: a finding that rejects the picture, or the scene and all questions that stand.
A model may reject a picture and propose questions.  It never decides an answer: that is `admission`, by geometry.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from pydantic import BaseModel

from gpu_workers.graph_check import Finding
from gpu_workers.judge.interfaces import Judgement, Known, Models, Waits
from gpu_workers.judge.judge_forms import PROMPTS, REASONS, Authored, Beliefs, SecondLook, Verdict
from gpu_workers.judge.question_gate import Admission, Admitted, Dropped, queries_of, still_entailed, with_attribute
from gpu_workers.judge.scene_sentences import sentences_for, things_in
from schemas.events import Question, Scene
from schemas.ids import derived_seed
from schemas.llm.contract import Fault, LanguageModel, Picture, Reply, answer_key, ledger
from schemas.llm.prompts import Asks, request_of
from schemas.llm.structured_answers import Check, Conversation, Unanswered, accept
from spatial.splits import split_of

T = TypeVar("T", bound=BaseModel)
Given = Mapping[str, object]
"""The JSON input of a stage."""

MOST_WRITTEN, MOST_ADMITTED = 12, 6
"""Questions asked of an author, and taken: those of geometry stay the larger part of a sample."""

TEMPERATURE, SOBER = 0.7, 0.0
"""An author may vary; who judges should say the same again."""


class LanguageJudge:
    """Implements `Judges`."""

    def __init__(self, models: Models, wait: Waits) -> None:
        self._models, self._wait = models, wait

    def look(self, picture: bytes, known: Known) -> Judgement:
        """The judgement. Raises RetryableError and PermanentError."""
        image = known.event.image
        shown = Picture(picture, image.media_type, image.sha256, image.key)
        return self._wait(_Look(self._models, shown, known).judged())


@dataclass
class _Look:
    """One picture under the models' eyes."""

    models: Models
    picture: Picture
    known: Known
    replies: list[tuple[str, Reply]] = field(default_factory=list)

    async def judged(self) -> Judgement:
        """Filter first: a picture that is not fit is not worth questions."""
        finding = await self._filtered()
        scene, questions = self.known.scene, self.known.questions
        if finding is None:
            scene, questions = await self._questioned()
        else:
            finding.evidence["judge_ledger"] = ledger(self.replies)
        names = f"{self.models.first.name}, checked by {self.models.other.name}"
        return Judgement(finding, scene, questions, {"judges": names, "judge_ledger": ledger(self.replies)})

    async def _filtered(self) -> Finding | None:
        graph = self.known.event.graph
        scene = self.known.scene
        given: Given = {"scene": graph.scene, "objects": things_in(scene), "absent": list(scene.excluded)}
        try:
            answer = await self._ask(self.models.first, "filter", given, (Verdict, _sound_verdict))
        except Unanswered as failure:
            last = failure.replies[-1]
            raw: dict[str, object] = {"raw_answer": answer_key(last.key), "said": last.text[:2000]}
            raw |= {"model": self.models.first.name, "rounds": len(failure.replies)}
            return Finding("judge", failure.fault.reason, str(failure), raw)
        if answer.verdict == "accept":
            return None
        reason = REASONS[answer.reasons[0]]
        said = ", ".join(answer.reasons)
        evidence: dict[str, object] = {"model": self.models.first.name, "reasons": list(answer.reasons)}
        return Finding("judge", reason, f"a model rejects the picture: {said}", evidence)

    async def _questioned(self) -> tuple[Scene, tuple[Question, ...]]:
        """The scene and the questions, with those of the author that stand."""
        own, scene = self.known.questions, self.known.scene
        candidates = await self._written()
        candidates = [*(c for c in candidates if c.supposed is None), *await self._second(candidates)]
        believed = await self._believed(candidates)
        for candidate in believed:
            if candidate.supposed is not None:
                scene = with_attribute(scene, *candidate.supposed)
        authored = tuple(candidate.question for candidate in believed)
        standing = still_entailed((*own, *authored), scene)
        if set(own) - set(standing):  # a new attribute would cost a question that geometry asks
            return self.known.scene, (*own, *still_entailed(authored, self.known.scene))
        for _ in range(len(own) + len(authored) - len(standing)):
            self.models.counts.dropped("not_verified")
        return scene, standing

    async def _written(self) -> list[Admitted]:
        """The author's questions that the geometry entails."""
        scene, sample = self.known.scene, self.known.sample
        given: Given = {
            "most": MOST_WRITTEN,
            "things": things_in(scene),
            "absent": list(scene.excluded),
            **sentences_for(scene),
        }
        try:
            answer = await self._ask(self.models.first, "author", given, (Authored, accept))
        except Unanswered:
            self.models.counts.dropped("no_answer")
            return []
        split = split_of(self.known.event.graph)
        taken, strictness = queries_of(self.known.questions), self.known.strictness
        admission = Admission(scene, sample, self.models.first.name, split, taken, strictness)
        rng, found = Random(derived_seed("author choices", sample)), list[Admitted]()
        for written in answer.questions:
            try:
                if len(found) == MOST_ADMITTED:
                    raise Dropped("too_many")
                candidate = admission.judge(written, rng)
            except Dropped as drop:
                self.models.counts.dropped(drop.reason)
                continue
            admission.taken.add(candidate.query)
            found.append(candidate)
        return found

    async def _second(self, candidates: list[Admitted]) -> list[Admitted]:
        """The questions about attributes on which a second, independent look agrees."""
        doubtful = [candidate for candidate in candidates if candidate.supposed is not None]
        asked = [
            {"number": i, "question": c.question.question, "choices": list(c.question.choices)}
            for i, c in enumerate(doubtful)
        ]
        try:
            answer = await self._of_other("second", asked, SecondLook)
        except Unanswered:
            return self._all_dropped(doubtful)
        seen = {} if answer is None else {item.number: item.answer for item in answer.answers}
        return self._kept(doubtful, "disagreed", lambda i: seen.get(i) == doubtful[i].question.answer)

    async def _believed(self, candidates: list[Admitted]) -> list[Admitted]:
        """The questions that the checker believes."""
        asked = [
            {"number": i, "question": c.question.question, "answer": c.question.answer} for i, c in enumerate(candidates)
        ]
        try:
            answer = await self._of_other("check", asked, Beliefs)
        except Unanswered:
            return self._all_dropped(candidates)
        believed = {} if answer is None else {item.number: item.believed for item in answer.verdicts}
        return self._kept(candidates, "not_believed", lambda i: believed.get(i, False))

    async def _of_other(self, stage: str, asked: Sequence[Given], form: type[T]) -> T | None:
        """The other model's answer, None where there is nothing to ask."""
        if not asked:
            return None
        return await self._ask(self.models.other, stage, {"questions": asked}, (form, accept))

    def _kept(self, candidates: list[Admitted], reason: str, stands: Callable[[int], bool]) -> list[Admitted]:
        kept = [candidate for i, candidate in enumerate(candidates) if stands(i)]
        for _ in range(len(candidates) - len(kept)):
            self.models.counts.dropped(reason)
        return kept

    def _all_dropped(self, candidates: list[Admitted]) -> list[Admitted]:
        return self._kept(candidates, "no_answer", lambda _: False)

    async def _ask(self, model: LanguageModel, stage: str, given: Given, answer: tuple[type[T], Check[T]]) -> T:
        form, check = answer
        asks = Asks(stage, {"stage": stage, **given}, derived_seed(stage, self.known.sample), picture=self.picture)
        request = request_of(PROMPTS[stage], asks, TEMPERATURE if stage == "author" else SOBER)
        talk = Conversation(model, request, form, self.models.counts)
        try:
            return await talk.ask(check)
        finally:
            self.replies += [(stage, reply) for reply in talk.replies]


def _sound_verdict(answer: Verdict) -> Fault | None:
    if (answer.verdict == "reject") != bool(answer.reasons):
        return Fault("a rejection has reasons, an accepted picture has none")
    return None
