"""What would be accepted with other settings: runs examine's own handler over stored pictures, without side effects.

In: the tables, the pictures, a handler's parts.  Out: counts by verdict, with current and other settings.
Publishes nothing and stores nothing: the store is only read, and what examine stores is kept in memory.
The same input gives the same numbers.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from dataset.reading.rejection_outcomes import DRAWN_AGAIN
from gpu_workers.duplicates import Duplicates, withdrawn
from gpu_workers.exam_policy import Policy
from gpu_workers.examine import ExamineHandler, Examiners
from schemas.base import Event
from schemas.errors import PermanentError, RetryableError
from schemas.events import QAEvent, Rejection
from schemas.interfaces import ObjectStore, StoredObject
from streams.recovery.judged_events import ACCEPTED, Judged

NOT_JUDGED = "not_judged"

BATCH_SIZE = 8
"""Pictures per call of the handler: a detector's batch."""

OpenStore = Callable[[], ObjectStore]


class OverlayStore:
    """Implements `ObjectStore`: writes stay in memory and hide the store beneath, which is only read.

    `beneath` is opened with its first use; None: there is no store.
    """

    def __init__(self, beneath: OpenStore | None = None) -> None:
        self._beneath = None if beneath is None else _LazyStore(beneath)
        self._own: dict[str, StoredObject] = {}

    @property
    def bucket(self) -> str:
        """The bucket's name."""
        return "" if self._beneath is None else self._beneath().bucket

    def put_if_absent(self, key: str, stored: StoredObject) -> bool:
        """Store in memory under `key` unless something is there."""
        if self.get(key) is not None:
            return False
        return self._own.setdefault(key, stored) is stored

    def override(self, key: str, stored: StoredObject) -> None:
        """Store in memory under `key`, whatever is beneath."""
        self._own[key] = stored

    def get(self, key: str) -> StoredObject | None:
        """What was put or is stored under `key`."""
        own = self._own.get(key)
        return own if own is not None or self._beneath is None else self._beneath().get(key)

    def keys(self, prefix: str) -> Iterator[str]:
        """Every key that starts with `prefix`, in order."""
        stored = set() if self._beneath is None else set(self._beneath().keys(prefix))
        yield from sorted(stored | {key for key in self._own if key.startswith(prefix)})

    def discard(self, key: str) -> None:
        """Drop what was put under `key`."""
        self._own.pop(key, None)


class _LazyStore:
    def __init__(self, open_store: OpenStore) -> None:
        self._opens = open_store
        self._opened: ObjectStore | None = None

    def __call__(self) -> ObjectStore:
        if self._opened is None:
            self._opened = self._opens()
        return self._opened


@dataclass
class Verdicts:
    """How many pictures got each verdict, with current and other settings; why some could not be judged."""

    now: Counter[str] = field(default_factory=Counter)
    then: Counter[str] = field(default_factory=Counter)
    why: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, dict[str, int]]:
        """`{verdict: {now, then}}`: accepted, the reasons by name, drawn_again where it is one, not_judged."""
        seen = {*self.now, *self.then}
        reasons = sorted(seen - {ACCEPTED, DRAWN_AGAIN, NOT_JUDGED})
        again = [DRAWN_AGAIN] if DRAWN_AGAIN in seen else []
        order = [ACCEPTED, *reasons, *again, NOT_JUDGED]
        return {verdict: {"now": self.now[verdict], "then": self.then[verdict]} for verdict in order}

    def count(self, judged: Judged, then: str, why: str = "") -> None:
        """Count one picture."""
        self.now[judged.now] += 1
        self.then[then] += 1
        if why:
            self.why[why] += 1


class WhatIf:
    """Judges stored pictures with other settings. Accepted pictures must come before rejected ones."""

    def __init__(self, pictures: OpenStore, examiners: Examiners, policy: Policy) -> None:
        self._pictures, self._notes = OverlayStore(pictures), OverlayStore()
        self._handler = ExamineHandler(self._pictures, self._notes, examiners, policy)
        self._at_once = BATCH_SIZE if examiners.judge is None else 1  # a judge's looks end in no certain order
        self._accepted: set[str] = set()
        self.verdicts = Verdicts()

    def judge_all(self, stored: Iterable[Judged]) -> None:
        """Judge again. Raises RetryableError where a picture or a model cannot be reached."""
        waiting: list[Judged] = []
        for one in stored:
            if self._count_unjudged(one):
                continue
            if len(waiting) == self._at_once:
                self._judge(waiting)
                waiting = []
            self._prepare(one)
            waiting.append(one)
        self._judge(waiting)

    def _count_unjudged(self, one: Judged) -> bool:
        if one.settled:
            self.verdicts.count(one, one.now)
        elif one.event is None:
            self.verdicts.count(one, NOT_JUDGED, one.why)
        return one.settled or one.event is None

    def _prepare(self, one: Judged) -> None:
        """Put a sample's picture and its fingerprint into the handler's stores, as when it was accepted."""
        assert one.event is not None
        image = one.event.image
        if one.picture is not None:
            self._accepted.add(image.image_id)
            self._pictures.override(image.key, StoredObject(one.picture, image.media_type))
            for view, file in zip(one.event.views, one.views, strict=True):
                self._pictures.override(view.image.key, StoredObject(file, view.image.media_type))
            Duplicates(self._notes).keep(one.event, one.questions, one.picture)
        elif one.evidence.get("first") not in self._accepted:
            Duplicates(self._notes).restore(one.evidence)

    def _judge(self, part: Sequence[Judged]) -> None:
        events = [one.event for one in part if one.event is not None]
        for one, result in zip(part, self._handler.begin(events)(), strict=True):
            if isinstance(result, RetryableError):
                raise result
            then, why = _verdict(result)
            self.verdicts.count(one, then, why)
            if then != ACCEPTED and one.event is not None and one.picture is not None:
                self._notes.override(*withdrawn(one.event.image.image_id))
        for event in events:
            for image in (event.image, *(view.image for view in event.views)):
                self._pictures.discard(image.key)


def _verdict(result: list[Event] | Exception) -> tuple[str, str]:
    """The verdict, and why there is none."""
    if isinstance(result, PermanentError):
        gone = result.reason == "missing_image"
        return NOT_JUDGED, "its picture is no longer in the store" if gone else str(result)
    if isinstance(result, Exception):
        raise result
    for event in result:
        if isinstance(event, QAEvent):
            return ACCEPTED, ""
        if isinstance(event, Rejection):
            return (DRAWN_AGAIN if event.retried else event.reason), ""
    return NOT_JUDGED, "examine said nothing"
