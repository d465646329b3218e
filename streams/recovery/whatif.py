"""What would be accepted with other settings: examine's own handler over what is stored, without a trace.

In: the tables, the pictures, a handler's parts.  Out: counts by verdict, now and then.
Publishes nothing and stores nothing: the store is only read, and what examine remembers is remembered in memory.
The same input gives the same numbers.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from dataset.reading.rejection_outcomes import DRAWN_AGAIN
from gpu_workers.duplicates import Duplicates, stored_objects_of
from gpu_workers.exam_policy import Policy
from gpu_workers.examine import ExamineHandler, Examiners
from schemas.base import Event
from schemas.errors import PermanentError, RetryableError
from schemas.events import QAEvent, Rejection
from schemas.interfaces import ObjectStore, StoredObject
from streams.recovery.judged_events import ACCEPTED, Judged

NOT_JUDGED = "not_judged"

AT_ONCE = 8
"""Pictures in one call of the handler: what a detector looks at together."""

Opens = Callable[[], ObjectStore]


class ReadOnly:
    """Implements `ObjectStore`: what is put stays in memory and hides what lies beneath, which is only read.

    `beneath` is opened when it is first asked; None: nothing lies there.
    """

    def __init__(self, beneath: Opens | None = None) -> None:
        self._beneath = None if beneath is None else _Once(beneath)
        self._own: dict[str, StoredObject] = {}

    @property
    def bucket(self) -> str:
        """The bucket's name."""
        return "" if self._beneath is None else self._beneath().bucket

    def put_if_absent(self, key: str, stored: StoredObject) -> bool:
        """Remember under `key` unless something is there."""
        if self.get(key) is not None:
            return False
        return self._own.setdefault(key, stored) is stored

    def hold(self, key: str, stored: StoredObject) -> None:
        """Have it under `key`, whatever lies beneath."""
        self._own[key] = stored

    def get(self, key: str) -> StoredObject | None:
        """What was put or is stored under `key`."""
        own = self._own.get(key)
        return own if own is not None or self._beneath is None else self._beneath().get(key)

    def keys(self, prefix: str) -> Iterator[str]:
        """Every key that starts with `prefix`, in order."""
        stored = set() if self._beneath is None else set(self._beneath().keys(prefix))
        yield from sorted(stored | {key for key in self._own if key.startswith(prefix)})

    def forget(self, key: str) -> None:
        """Drop what was put under `key`."""
        self._own.pop(key, None)


class _Once:
    def __init__(self, opens: Opens) -> None:
        self._opens = opens
        self._opened: ObjectStore | None = None

    def __call__(self) -> ObjectStore:
        if self._opened is None:
            self._opened = self._opens()
        return self._opened


@dataclass
class Verdicts:
    """How many pictures got each verdict, now and then; why some could not be judged."""

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

    def put(self, judged: Judged, then: str, why: str = "") -> None:
        """One picture more."""
        self.now[judged.now] += 1
        self.then[then] += 1
        if why:
            self.why[why] += 1


class WhatIf:
    """Judges what is stored with other settings. Accepted pictures must come before rejected ones."""

    def __init__(self, pictures: Opens, examiners: Examiners, policy: Policy) -> None:
        self._pictures, self._notes = ReadOnly(pictures), ReadOnly()
        self._handler = ExamineHandler(self._pictures, self._notes, examiners, policy)
        self._at_once = AT_ONCE if examiners.judge is None else 1  # a judge's looks end in no certain order
        self._accepted: set[str] = set()
        self.verdicts = Verdicts()

    def take(self, stored: Iterable[Judged]) -> None:
        """Judge again. Raises RetryableError where a picture or a model is out of reach."""
        waiting: list[Judged] = []
        for one in stored:
            if self._without_judging(one):
                continue
            if len(waiting) == self._at_once:
                self._judge(waiting)
                waiting = []
            self._prepare(one)
            waiting.append(one)
        self._judge(waiting)

    def _without_judging(self, one: Judged) -> bool:
        if one.settled:
            self.verdicts.put(one, one.now)
        elif one.event is None:
            self.verdicts.put(one, NOT_JUDGED, one.why)
        return one.settled or one.event is None

    def _prepare(self, one: Judged) -> None:
        """Put a sample's picture where the handler looks, and what it claimed when it was accepted: it is kept again."""
        assert one.event is not None
        image = one.event.image
        if one.picture is not None:
            self._accepted.add(image.image_id)
            self._pictures.hold(image.key, StoredObject(one.picture, image.media_type))
            for key, claim in stored_objects_of(one.event, one.questions, one.picture).items():
                self._notes.hold(key, claim)
        elif one.evidence.get("first") not in self._accepted:
            Duplicates(self._notes).restore(one.evidence)

    def _judge(self, part: Sequence[Judged]) -> None:
        events = [one.event for one in part if one.event is not None]
        for one, result in zip(part, self._handler.begin(events)(), strict=True):
            if isinstance(result, RetryableError):
                raise result
            then, why = _verdict(result)
            self.verdicts.put(one, then, why)
        for event in events:
            self._pictures.forget(event.image.key)


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
