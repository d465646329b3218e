"""The examine step: check the file, compare the picture with its graph, generate questions.

In: `RenderedImage` events.  Out: for each a `QAEvent`, or a `Rejection` with the measured values, which may come with the
graph for another attempt; PermanentError where there is nothing to judge.
Imports no broker, and the object store only as a Protocol.  Does not detect objects itself: the truth comes from the
renderer, or from an `ObjectDetector`.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import NamedTuple

from gpu_workers.annotated_pictures import DEPTH_KINDS, is_annotated, is_depth_known, unknown_categories
from gpu_workers.duplicates import Duplicates
from gpu_workers.exam_events import accept, reject
from gpu_workers.exam_policy import RETRIED_GATES, SALVAGED_GATES, ObjectDetector, Policy
from gpu_workers.graph_check import MAX_SHOWN, Finding, compare, unconfirmed_attributes
from gpu_workers.judge.interfaces import Judgement, PictureContext, PictureJudge
from gpu_workers.object_pixels import NOTE, object_pixels
from gpu_workers.photo.confirmation import Confirmed, claim_in, confirmed, out_of_place
from gpu_workers.picture_file import PictureFault, check_picture
from gpu_workers.relabel import salvage
from schemas.base import Event
from schemas.bounds import MAX_ATTEMPT
from schemas.errors import PermanentError, RetryableError
from schemas.events import ImageRef, QAEvent, Rejection, RenderedImage, Truth
from schemas.graph import merged_notes
from schemas.ids import derived_seed, sample_id
from schemas.interfaces import ObjectStore, Results
from schemas.picture_layers import read_layers
from spatial.questions import ask
from spatial.questions.object_names import NamedScene
from spatial.relations.scene_extraction import extract_scene
from spatial.splits import split_of
from spatial.world.seen_world import seen_views, seen_world

WHOLE_SCENE_KINDS = frozenset({"selection", "multi_hop", "unanswerable"})
"""Kinds of questions about everything in the picture. Annotators with a list of categories, or a detector that is run only
for a graph's labels, know too little for them: in a simulation with one further object, for which a detector was not run, 7
of 26 and 3 of 3 of their answers were wrong."""

WHOLE_THING_KINDS = frozenset({"apparent_size", "compare_counts"})
"""Kinds of questions about things that hardly anything hides: neither a detector's box nor an annotator's tells how much of
a thing is hidden."""


@dataclass(frozen=True)
class _OpenedPicture:
    """A picture that was read. `fault`: what is wrong with the file. `is_measured`: its truth comes from the detector.

    `views`: the files of further cameras' pictures.  `confirmed`: of a photograph over a structure, what eyes confirmed.
    """

    event: RenderedImage
    picture: bytes
    truth: Truth | None
    fault: Finding | None
    views: Sequence[bytes] = ()
    confirmed: Confirmed | None = None

    @property
    def is_measured(self) -> bool:
        return self.event.truth is None

    @property
    def is_incomplete(self) -> bool:
        """Whether things may be in the picture that its truth does not name."""
        return self.is_measured or is_annotated(self.event.graph)


class Examiners(NamedTuple):
    """Optional models: a detector for renderers that do not know what they drew, and a judge of quality."""

    detector: ObjectDetector | None = None
    judge: PictureJudge | None = None


class ExamineHandler:
    """Implements `schemas.interfaces.Handler` for `skg.images`. Fingerprints and verdicts are stored in `notes`."""

    def __init__(
        self, store: ObjectStore, notes: ObjectStore, examiners: Examiners | None = None, policy: Policy | None = None
    ) -> None:
        self._store = store
        self._duplicates = Duplicates(notes)
        self._detector, self._judge = examiners or Examiners()
        self._policy = policy or Policy()

    def begin(self, events: Sequence[Event]) -> Callable[[], Results]:
        """For each event a QAEvent, a Rejection, a Rejection with the graph for another attempt, or the failure.

        What needs a device is done before this returns. The returned callable judges: a judge mostly waits for its server,
        and the pictures of the next batch are looked at meanwhile.
        """
        pictures = self._with_measured_truths([self._open(event) for event in events])
        return lambda: self._outcomes(pictures)

    def _outcomes(self, pictures: Sequence[_OpenedPicture | Exception]) -> Results:
        if self._judge is None or len(pictures) < 2:
            return [self._outcome(opened) for opened in pictures]
        with ThreadPoolExecutor(len(pictures), thread_name_prefix="look") as pool:
            return list(pool.map(self._outcome, pictures))

    def _open(self, event: Event) -> _OpenedPicture | Exception:
        if not isinstance(event, RenderedImage):
            return PermanentError("failed", f"examine takes pictures, not {type(event).__name__}")
        try:
            picture, *views = (self._checked(image) for image in (event.image, *(view.image for view in event.views)))
        except PictureFault as fault:
            return _OpenedPicture(event, b"", event.truth, fault.finding)
        except (RetryableError, PermanentError) as failure:
            return failure
        flagged = (self._nsfw_finding(each) for each in (picture, *views))
        finding = next((each for each in flagged if each is not None), None)
        return _OpenedPicture(event, picture, event.truth, finding, views)

    def _checked(self, image: ImageRef) -> bytes:
        """A stored picture. Raises PictureFault, PermanentError where it is missing or none, RetryableError."""
        stored = self._store.get(image.key)
        if stored is None:
            raise PermanentError("missing_image", f"nothing is stored under {image.key}")
        check_picture(stored.data, image)
        return stored.data

    def _nsfw_finding(self, picture: bytes) -> Finding | None:
        if self._policy.censor is None:
            return None
        score = self._policy.censor.score(picture)
        if score <= self._policy.max_nsfw:
            return None
        return Finding("image", "nsfw", "a classifier flags the picture", {"score": round(score, 4)})

    def _with_measured_truths(self, opened: Sequence[_OpenedPicture | Exception]) -> list[_OpenedPicture | Exception]:
        """The pictures, with missing truths measured by the detector in one batch."""
        unmeasured = [
            each for each in opened if isinstance(each, _OpenedPicture) and each.truth is None and each.fault is None
        ]
        if not unmeasured:
            return list(opened)
        try:
            truths = self._detect(unmeasured)
        except (RetryableError, PermanentError) as failure:
            return [failure if each in unmeasured else each for each in opened]
        seen = {each.event.image.image_id: truth for each, truth in zip(unmeasured, truths, strict=True)}
        return [
            self._with_truth(each, seen[each.event.image.image_id])
            if isinstance(each, _OpenedPicture) and each.event.image.image_id in seen
            else each
            for each in opened
        ]

    def _with_truth(self, opened: _OpenedPicture, seen: Truth) -> _OpenedPicture | Exception:
        """The picture with what was measured in it, and of a photograph what that confirms of its claim."""
        try:
            claim = claim_in(opened.picture)
        except PermanentError as failure:
            return failure
        if claim is None:
            return replace(opened, truth=seen)
        found = confirmed(opened.event.graph, claim[1], seen, claim[0].renderer, self._policy.place_iou)
        return replace(opened, truth=found.truth, confirmed=found)

    def _detect(self, unmeasured: Sequence[_OpenedPicture]) -> list[Truth]:
        if self._detector is None:
            names = ", ".join(sorted({each.event.renderer for each in unmeasured}))
            raise PermanentError("failed", f"{names} does not say what it drew, and nothing here can see: set SKG_DETECTOR")
        return self._detector.perceive([each.picture for each in unmeasured], [each.event for each in unmeasured])

    def _outcome(self, opened: _OpenedPicture | Exception) -> list[Event] | Exception:
        if isinstance(opened, Exception):
            return opened
        try:
            result = self._examine(opened)
            if not opened.is_measured:
                return [result]
            if isinstance(result, Rejection):
                return self._salvage_or_retry(opened, result)
        except (RetryableError, PermanentError) as failure:
            return failure
        return [self._with_detector_notes(opened.confirmed, result)]

    def _with_detector_notes(self, found: Confirmed | None, sample: QAEvent) -> QAEvent:
        """The sample with the detector's name and what it confirmed, or did not, in its provenance. `found`: with the
        sample's ids."""
        doubtful = unconfirmed_attributes(sample.graph, sample.scene.objects)
        own = {"eyes": "" if self._detector is None else self._detector.name}
        own |= {"doubtful_attributes": doubtful} if doubtful else {}
        own |= {} if found is None else found.notes(sample.scene)
        notes = merged_notes(sample.provenance.notes, own)
        return sample.model_copy(update={"provenance": sample.provenance.model_copy(update={"notes": notes})})

    def _examine(self, opened: _OpenedPicture) -> QAEvent | Rejection:
        event = opened.event
        if opened.fault is not None or opened.truth is None:
            return reject(event, opened.fault or Finding("image", "blank", "nothing was looked at"))
        finding = unknown_categories(event.graph) or _compared(opened, opened.truth)
        if finding is not None:
            return reject(event, finding)
        return self._ask_questions(opened, event, opened.truth)

    def _salvage_or_retry(self, opened: _OpenedPicture, rejection: Rejection) -> list[Event]:
        """The relabelled sample, else the rejection with the graph for another attempt, else the rejection."""
        event, policy = opened.event, self._policy
        if policy.salvage and opened.truth is not None and rejection.gate in SALVAGED_GATES:
            certain = opened.truth if opened.confirmed is None else opened.confirmed.only_confirmed()
            found = salvage(event, certain, rejection.reason)
            if found is not None:
                as_seen = event.model_copy(update={"graph": found.graph})
                result = self._ask_questions(opened, as_seen, found.truth)
                if isinstance(result, QAEvent):
                    seen = None if opened.confirmed is None else opened.confirmed.renumbered(found.numbers)
                    return [self._with_detector_notes(seen, result)]
        last = event.attempt >= min(policy.retries, MAX_ATTEMPT)
        if last or rejection.gate not in RETRIED_GATES or rejection.reason == "duplicate":
            return [rejection]
        evidence = {**rejection.evidence, "next_attempt": event.attempt + 1}
        again = event.graph.model_copy(update={"attempt": event.attempt + 1})
        return [rejection.model_copy(update={"retried": True, "evidence": evidence}), again]

    def _ask_questions(self, opened: _OpenedPicture, event: RenderedImage, truth: Truth) -> QAEvent | Rejection:
        """The sample of the graph in `event`, if the judge accepts the picture and any question can be asked."""
        picture, excluded_kinds = opened.picture, _kinds_not_asked(opened)
        canvas, depth_known = (event.image.width, event.image.height), is_depth_known(event.graph)
        scene = extract_scene(event.graph, truth, canvas, depth_known)
        layers = read_layers(picture)
        if layers is not None:  # it was drawn from the graph's scene in metres
            world = seen_world(event.graph, scene.objects, canvas[0], layers.covers)
            if world is not None and opened.confirmed is not None:  # eyes confirm objects, and no walls
                world = world.model_copy(update={"room": None})
            scene = scene.model_copy(update={"world": world, "views": seen_views(event)})
        sample = sample_id(event.image.image_id)
        strictness = self._policy.question_margin
        split = split_of(event.graph, event.held_out_per_mille)
        questions = ask(NamedScene(scene, strictness), derived_seed("ask", sample), sample, split, excluded_kinds)
        found = Judgement(None, scene, questions, {})
        if self._judge is not None:
            found = self._judge.judge(picture, PictureContext(event, sample, scene, questions, strictness))
            found = replace(found, questions=tuple(q for q in found.questions if q.kind not in excluded_kinds))
        if strictness != 1:
            found = replace(found, notes={**found.notes, "question_margin": f"{strictness:g}"})
        if found.finding is not None:
            return reject(event, found.finding)
        if not found.questions:
            seen: dict[str, object] = {"objects": [thing.model_dump(mode="json") for thing in scene.objects[:MAX_SHOWN]]}
            return reject(event, Finding("questions", "no_questions", "nothing can be asked with a safe margin", seen))
        seen_before = self._duplicates.find(event, found.questions, picture)
        if seen_before is not None:
            return reject(event, seen_before)
        own = {NOTE: object_pixels(picture, found.scene.objects)}
        for number, (view, file) in enumerate(zip(found.scene.views, opened.views, strict=False), start=1):
            own[f"{NOTE}_view{number}"] = object_pixels(file, view.objects)
        return accept(event, replace(found, notes={**found.notes, **own}))


def _compared(opened: _OpenedPicture, truth: Truth) -> Finding | None:
    """The first fault of what the picture shows against its graph."""
    graph, canvas = opened.event.graph, (opened.event.image.width, opened.event.image.height)
    if opened.confirmed is None:
        return compare(graph, truth, canvas, opened.is_incomplete)
    return out_of_place(graph, opened.confirmed) or compare(graph, opened.confirmed.without_doubtful(graph), canvas)


def _kinds_not_asked(opened: _OpenedPicture) -> frozenset[str]:
    """Kinds of questions that what is known of the picture does not answer."""
    unseen: frozenset[str] = WHOLE_SCENE_KINDS | WHOLE_THING_KINDS if opened.is_incomplete else frozenset()
    return unseen if is_depth_known(opened.event.graph) else unseen | DEPTH_KINDS
