"""Examine pictures: is the file what was announced, does it show what the graph says, what can be asked of it.

In: `RenderedImage` events.  Out: for each a `QAEvent`, or a `Rejection` with what was measured, which may come with the
graph for another attempt; PermanentError where there is nothing to judge.
Knows no broker, and the object store only through its Protocol.  Does not look at pixels to find things: what is seen
comes from the renderer, or from whatever implements `ObjectDetector`.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import NamedTuple

from gpu_workers.duplicates import Duplicates
from gpu_workers.exam_events import accept, reject
from gpu_workers.exam_policy import RETRIED, SALVAGED, ObjectDetector, Policy
from gpu_workers.graph_check import MOST_SHOWN, Finding, compare, unconfirmed
from gpu_workers.judge.interfaces import Judgement, Known, PictureJudge
from gpu_workers.picture_file import PictureFault, check_picture
from gpu_workers.relabel import salvage
from schemas.base import Event
from schemas.bounds import MAX_ATTEMPT
from schemas.errors import PermanentError, RetryableError
from schemas.events import QAEvent, Rejection, RenderedImage, Truth
from schemas.graph import merged_notes
from schemas.ids import derived_seed, sample_id
from schemas.interfaces import ObjectStore, Results
from spatial.questions import ask
from spatial.questions.object_names import NamedScene
from spatial.relations.scene_extraction import read_scene
from spatial.splits import split_of

OF_ALL_THINGS = frozenset({"selection", "multi_hop"})
"""Kinds of questions about everything in the picture. Who looks only for what a graph names knows too little for them: in a
simulation with one thing more that nobody looked for, 7 of 26 and 3 of 3 of their answers were wrong."""


@dataclass(frozen=True)
class _Opened:
    """A picture that was read. `fault`: what is wrong with the file. `measured`: its truth is found by looking."""

    event: RenderedImage
    picture: bytes
    truth: Truth | None
    fault: Finding | None

    @property
    def measured(self) -> bool:
        return self.event.truth is None


class Examiners(NamedTuple):
    """What looks at pictures besides geometry: eyes where a renderer is blind, a judge of quality. Both are optional."""

    eyes: ObjectDetector | None = None
    judge: PictureJudge | None = None


class ExamineHandler:
    """Implements `schemas.interfaces.Handler` for `skg.images`. What was seen before is kept in `notes`."""

    def __init__(
        self, store: ObjectStore, notes: ObjectStore, witnesses: Examiners | None = None, policy: Policy | None = None
    ) -> None:
        self._store = store
        self._duplicates = Duplicates(notes)
        self._eyes, self._judge = witnesses or Examiners()
        self._policy = policy or Policy()

    def begin(self, events: Sequence[Event]) -> Callable[[], Results]:
        """A QAEvent, a Rejection, or a Rejection and the graph for another attempt; or the failure that an event met.

        All of it is found before this returns: nothing of an examination can wait.
        """
        results = self._examined(events)
        return lambda: results

    def _examined(self, events: Sequence[Event]) -> Results:
        looks = self._looked([self._opened(event) for event in events])
        if self._judge is None or len(events) < 2:
            return [self._outcome(look) for look in looks]
        with ThreadPoolExecutor(len(events), thread_name_prefix="look") as pool:  # a look at a picture is mostly waiting
            return list(pool.map(self._outcome, looks))

    def _opened(self, event: Event) -> _Opened | Exception:
        if not isinstance(event, RenderedImage):
            return PermanentError("failed", f"examine takes pictures, not {type(event).__name__}")
        try:
            stored = self._store.get(event.image.key)
            if stored is None:
                return PermanentError("missing_image", f"nothing is stored under {event.image.key}")
            check_picture(stored.data, event.image)
        except PictureFault as fault:
            return _Opened(event, b"", event.truth, fault.finding)
        except (RetryableError, PermanentError) as failure:
            return failure
        return _Opened(event, stored.data, event.truth, self._indecent(stored.data))

    def _indecent(self, picture: bytes) -> Finding | None:
        if self._policy.censor is None:
            return None
        score = self._policy.censor.score(picture)
        if score <= self._policy.most_nsfw:
            return None
        return Finding("image", "nsfw", "a classifier flags the picture", {"score": round(score, 4)})

    def _looked(self, opened: Sequence[_Opened | Exception]) -> list[_Opened | Exception]:
        """With the truth of those whose renderer did not tell it, found in one batch."""
        blind = [each for each in opened if isinstance(each, _Opened) and each.truth is None and each.fault is None]
        if not blind:
            return list(opened)
        try:
            truths = self._look(blind)
        except (RetryableError, PermanentError) as failure:
            return [failure if each in blind else each for each in opened]
        seen = {each.event.image.image_id: truth for each, truth in zip(blind, truths, strict=True)}
        return [
            replace(each, truth=seen[each.event.image.image_id])
            if isinstance(each, _Opened) and each.event.image.image_id in seen
            else each
            for each in opened
        ]

    def _look(self, blind: Sequence[_Opened]) -> list[Truth]:
        if self._eyes is None:
            names = ", ".join(sorted({each.event.renderer for each in blind}))
            raise PermanentError("failed", f"{names} does not say what it drew, and nothing here can see: set SKG_DETECTOR")
        return self._eyes.perceive([each.picture for each in blind], [each.event for each in blind])

    def _outcome(self, look: _Opened | Exception) -> list[Event] | Exception:
        if isinstance(look, Exception):
            return look
        try:
            result = self._examine(look)
            results = self._second_chance(look, result) if isinstance(result, Rejection) and look.measured else [result]
        except (RetryableError, PermanentError) as failure:
            return failure
        return [self._with_witness(each) if look.measured and isinstance(each, QAEvent) else each for each in results]

    def _with_witness(self, sample: QAEvent) -> QAEvent:
        """The sample with what looked at its picture, and what it could not confirm."""
        doubtful = unconfirmed(sample.graph, sample.scene.objects)
        own = {"eyes": "" if self._eyes is None else self._eyes.name}
        own |= {"doubtful_attributes": doubtful} if doubtful else {}
        notes = merged_notes(sample.provenance.notes, own)
        return sample.model_copy(update={"provenance": sample.provenance.model_copy(update={"notes": notes})})

    def _examine(self, look: _Opened) -> QAEvent | Rejection:
        event = look.event
        if look.fault is not None or look.truth is None:
            return reject(event, look.fault or Finding("image", "blank", "nothing was looked at"))
        finding = compare(event.graph, look.truth, (event.image.width, event.image.height), look.measured)
        if finding is not None:
            return reject(event, finding)
        return self._questioned(look, event, look.truth)

    def _second_chance(self, look: _Opened, rejection: Rejection) -> list[Event]:
        """What is there instead, or another attempt, or the rejection."""
        event, policy = look.event, self._policy
        if policy.salvage and look.truth is not None and rejection.gate in SALVAGED:
            found = salvage(event, look.truth, rejection.reason)
            if found is not None:
                as_seen = event.model_copy(update={"graph": found.graph})
                result = self._questioned(look, as_seen, found.truth)
                if isinstance(result, QAEvent):
                    return [result]
        last = event.attempt >= min(policy.retries, MAX_ATTEMPT)
        if last or rejection.gate not in RETRIED or rejection.reason == "duplicate":
            return [rejection]
        evidence = {**rejection.evidence, "next_attempt": event.attempt + 1}
        again = event.graph.model_copy(update={"attempt": event.attempt + 1})
        return [rejection.model_copy(update={"retried": True, "evidence": evidence}), again]

    def _questioned(self, look: _Opened, event: RenderedImage, truth: Truth) -> QAEvent | Rejection:
        """The sample, if the judge lets the picture pass and anything can be asked of it; of the graph in `event`."""
        picture, barred = look.picture, OF_ALL_THINGS if look.measured else frozenset[str]()
        scene = read_scene(event.graph, truth, (event.image.width, event.image.height))
        sample = sample_id(event.image.image_id)
        strictness = self._policy.question_margin
        questions = ask(NamedScene(scene, strictness), derived_seed("ask", sample), sample, split_of(event.graph), barred)
        found = Judgement(None, scene, questions, {})
        if self._judge is not None:
            found = self._judge.look(picture, Known(event, sample, scene, questions, strictness))
            found = replace(found, questions=tuple(q for q in found.questions if q.kind not in barred))
        if strictness != 1:
            found = replace(found, notes={**found.notes, "question_margin": f"{strictness:g}"})
        if found.finding is not None:
            return reject(event, found.finding)
        if not found.questions:
            seen: dict[str, object] = {"objects": [thing.model_dump(mode="json") for thing in scene.objects[:MOST_SHOWN]]}
            return reject(event, Finding("questions", "no_questions", "nothing can be asked with a safe margin", seen))
        seen_before = self._duplicates.find(event, found.questions, picture)
        return reject(event, seen_before) if seen_before is not None else accept(event, found)
