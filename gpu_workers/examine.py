"""Examine pictures: is the file what was announced, does it show what the graph says, what can be asked of it.

In: `RenderedImage` events.  Out: for each a `QAEvent`, or a `Rejection` with what was measured; Never where there is
nothing to judge.
Knows no broker, and the object store only through its Protocol.  Does not look at pixels to find things: what is seen
comes from the renderer, or from whatever implements `Sees`.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from gpu_workers.duplicates import Duplicates
from gpu_workers.findings import Finding, compare
from gpu_workers.language.judge import Judgement, Judges, Known
from gpu_workers.picture_file import PictureFault, check_picture
from schemas.base import Event
from schemas.codec import encode
from schemas.doors import ObjectStore
from schemas.events import QAEvent, Rejection, RenderedImage, Truth
from schemas.failures import Never, TryLater
from schemas.graph import Provenance
from schemas.ids import derived_seed, rejection_id, sample_id
from schemas.topics import IMAGES
from spatial.questions import ask
from spatial.reading import read_scene
from spatial.splits import split_of

VERSION = "2"
"""Raised when the same picture would get other questions or another verdict; goes into provenance."""

DETAIL_CHARS = 1000
"""A detail is a sentence for people; the evidence holds the rest."""


class Sees(Protocol):
    """Finds out what a picture shows when its renderer does not know."""

    def look(self, picture: bytes, event: RenderedImage) -> Truth:
        """What is seen, with the graph's ids for what is taken for the graph's objects. Raises TryLater or Never."""
        ...


class ExamineHandler:
    """Implements `schemas.doors.BatchHandler` for `skg.images`."""

    def __init__(self, store: ObjectStore, eyes: Sees | None = None, judge: Judges | None = None) -> None:
        self._store = store
        self._duplicates = Duplicates(store)
        self._eyes = eyes
        self._judge = judge

    def handle(self, events: Sequence[Event]) -> list[list[Event] | Exception]:
        """One QAEvent or Rejection an event, or the failure that it met; no event spoils another."""
        if self._judge is None or len(events) < 2:
            return [self._outcome(event) for event in events]
        with ThreadPoolExecutor(len(events), thread_name_prefix="look") as pool:  # a look at a picture is mostly waiting
            return list(pool.map(self._outcome, events))

    def _outcome(self, event: Event) -> list[Event] | Exception:
        if not isinstance(event, RenderedImage):
            return Never("failed", f"examine takes pictures, not {type(event).__name__}")
        try:
            return [self._examine(event)]
        except (TryLater, Never) as failure:
            return failure

    def _examine(self, event: RenderedImage) -> QAEvent | Rejection:
        stored = self._store.get(event.image.key)
        if stored is None:
            raise Never("missing_image", f"nothing is stored under {event.image.key}")
        try:
            check_picture(stored.data, event.image)
        except PictureFault as fault:
            return reject(event, fault.finding)
        truth = event.truth or self._look(stored.data, event)
        finding = compare(event.graph, truth, (event.image.width, event.image.height))
        if finding is not None:
            return reject(event, finding)
        return self._questioned(event, truth, stored.data)

    def _questioned(self, event: RenderedImage, truth: Truth, picture: bytes) -> QAEvent | Rejection:
        """The sample, if the judge lets the picture pass and anything can be asked of it."""
        scene = read_scene(event.graph, truth, (event.image.width, event.image.height))
        sample = sample_id(event.image.image_id)
        found = Judgement(None, scene, ask(scene, derived_seed("ask", sample), sample, split_of(event.graph)), {})
        if self._judge is not None:
            found = self._judge.look(picture, Known(event, sample, scene, found.questions))
        if found.finding is not None:
            return reject(event, found.finding)
        if not found.questions:
            seen: dict[str, object] = {"objects": [thing.model_dump(mode="json") for thing in scene.objects]}
            return reject(event, Finding("questions", "no_questions", "nothing can be asked with a safe margin", seen))
        seen_before = self._duplicates.find(event, found.questions, picture)
        return reject(event, seen_before) if seen_before is not None else _sample(event, found)

    def _look(self, picture: bytes, event: RenderedImage) -> Truth:
        if self._eyes is None:
            raise Never("failed", f"{event.renderer} does not say what it drew, and nothing here can see")
        return self._eyes.look(picture, event)


def _sample(event: RenderedImage, found: Judgement) -> QAEvent:
    notes = {**event.provenance.notes, "renderer": event.renderer}
    notes |= {"render_seed": str(event.seed), "attempt": str(event.attempt), **found.notes}
    return QAEvent(
        sample_id=sample_id(event.image.image_id),
        image=event.image,
        graph=event.graph,
        scene=found.scene,
        questions=found.questions,
        provenance=Provenance(
            producer="examine", version=VERSION, parents=(event.image.image_id, event.graph.graph_id), notes=notes
        ),
    )


def reject(event: RenderedImage, finding: Finding) -> Rejection:
    """The rejection of a picture, with the event kept so that it can be judged again."""
    return Rejection(
        rejection_id=rejection_id("examine", finding.gate, finding.reason, event.image.image_id),
        seed_id=event.graph.seed_id,
        index=event.graph.index,
        stage="examine",
        gate=finding.gate,
        reason=finding.reason,
        detail=finding.detail[:DETAIL_CHARS],
        graph_id=event.graph.graph_id,
        image=event.image,
        conflict=finding.conflict,
        evidence=finding.evidence,
        source_topic=IMAGES,
        source=encode(event),
    )
