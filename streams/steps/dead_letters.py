"""Dead letters: what could not be processed, with its original bytes and where it came from.

In: a record and why it failed.  Out: a DeadLetter event that fits into one message, and the requests that ended in one;
TooManyDeadLetters when draining a topic into them.
"""

import re
import traceback
from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from monitoring.redaction import redacted
from schemas.codec import Message, decode, encode
from schemas.errors import PermanentError
from schemas.events import (
    MAX_ERROR_CLASS_CHARS,
    MAX_HEADER_NAME_CHARS,
    MAX_HEADERS,
    DeadLetter,
    Origin,
    SeedConcept,
    Stage,
)
from schemas.topics import SEEDS, key_of
from streams.broker.records import MAX_MESSAGE_BYTES, Partition, Record
from streams.errors import TooManyDeadLetters
from streams.steps.replay_headers import MOST, Past, own_headers, was_sent_back
from streams.steps.request_ids import Request, requests_named

__all__ = [
    "DeadLetterBreaker", "Request", "dead_letter", "first_origin", "narrowed", "original", "requests_in", "restored",
    "without_value",
]  # fmt: skip

WINDOW = 100
FEWEST = 20
"""A share of fewer messages than this says nothing."""

NAMED = 5
"""Records that are named when the limit stops a process."""

MAX_ERROR_CHARS = 4000
"""What the event's schema allows."""

KEPT_BYTES = MAX_MESSAGE_BYTES - 65_536
"""Of an original's key, value and headers together: room is left for what is said about it, which is shorter."""

SMALL_BYTES = 16_384
"""Of key and headers, where the value is not kept."""

FRAMES = 8
"""The innermost calls tell where it failed."""

_FAILED_GRAPH = re.compile(r"graph (\d{1,9}): ", re.ASCII)
"""How letters of version 1.0 name the first graph of a seed that failed."""


def dead_letter(record: Record, stage: Stage, failure: PermanentError, attempts: int = 1) -> DeadLetter:
    """The event that keeps a record which failed for good, whatever its bytes are.

    What is too large to be kept is left at its origin (`omitted_bytes`).  A record that was sent back before tells where
    it failed first and how often it was tried.
    """
    past = Past.of(record.headers)
    named = requests_named(record.partition.topic, record.value, record.headers)
    seed_id, index = named[0] if len(named) == 1 else (None, None)
    kept = _kept(record)
    return DeadLetter(
        topic=record.partition.topic,
        partition=record.partition.number,
        offset=record.offset,
        key=kept.key,
        value=kept.value,
        headers=own_headers(kept.headers),
        stage=stage,
        reason=failure.reason,
        error=_plain(redacted(str(failure)))[:MAX_ERROR_CHARS],
        attempts=min(max(1, attempts, failure.attempts) + past.attempts, MOST),
        error_class=_class_of(failure.__cause__),
        traceback=_frames_of(failure.__cause__),
        seed_id=seed_id,
        index=index,
        first=past.first,
        replays=past.replays,
        omitted_bytes=_size(record) - _size(kept),
    )


def without_value(letter: DeadLetter) -> DeadLetter:
    """The letter without its original, for a broker that does not take it whole; the original lies at its origin."""
    record = _record(letter)
    kept = _stripped(record)
    update = {"key": kept.key, "value": kept.value, "headers": kept.headers}
    return letter.model_copy(update=update | {"omitted_bytes": letter.omitted_bytes + _size(record) - _size(kept)})


def narrowed(record: Record, seed: SeedConcept, index: int) -> Record:
    """A seed's record as if it had asked for one graph alone: what a dead letter of that graph keeps."""
    return replace(record, value=encode(seed.model_copy(update={"first": index, "count": 1})))


def original(letter: DeadLetter) -> Message:
    """The message that became the dead letter, for its own topic: bytes and headers as they were, and its past.

    A whole seed, as letters of version 1.0 keep it, is asked for from its first failed graph on, where that is known.
    """
    past = Past(key_of(letter), first_origin(letter), letter.attempts, letter.replays + 1)
    return Message(letter.topic, letter.key, _asked_again(letter), own_headers(letter.headers) + past.headers())


def restored(letter: DeadLetter, record: Record | None) -> DeadLetter | None:
    """The letter with what it left at its origin, if `record` is what lay there: a topic may have been created anew."""
    if record is None or not _lay_there(letter, record):
        return None
    update = {"key": record.key, "value": record.value, "headers": own_headers(record.headers), "omitted_bytes": 0}
    return letter.model_copy(update=update)


def first_origin(letter: DeadLetter) -> Origin:
    """Where the message lay when it failed for the first time."""
    return letter.first or Origin(topic=letter.topic, partition=letter.partition, offset=letter.offset)


def requests_in(letter: DeadLetter) -> list[Request]:
    """The requests that ended in this dead letter, as far as it tells."""
    if letter.seed_id is not None and letter.index is not None:
        return [(letter.seed_id, letter.index)]
    return requests_named(letter.topic, _asked_again(letter), letter.headers)


def _asked_again(letter: DeadLetter) -> bytes | None:
    """The value to send: of a seed only what failed, as far as that is known."""
    named = requests_named(letter.topic, letter.value, letter.headers) if letter.topic == SEEDS else []
    failed = _failed_of([index for _, index in named], letter) if len(named) > 1 else range(0)
    if not failed:
        return letter.value
    try:
        seed = decode(letter.topic, letter.value, letter.headers)
    except PermanentError:
        return letter.value
    return encode(seed.model_copy(update={"first": failed[0], "count": len(failed)}))


def _failed_of(asked: list[int], letter: DeadLetter) -> Sequence[int]:
    """Those of a seed's graphs that may have failed: a letter of version 1.0 names the first one alone."""
    if letter.index is not None:
        return [index for index in asked if index == letter.index]
    found = _FAILED_GRAPH.match(letter.error)
    return [] if found is None or int(found[1]) not in asked else asked[asked.index(int(found[1])) :]


def _lay_there(letter: DeadLetter, record: Record) -> bool:
    if letter.topic == SEEDS and letter.seed_id is not None:  # the letter is of one graph, the record of all
        return (letter.seed_id, letter.index) in requests_named(SEEDS, record.value, record.headers)
    left, own = _size(record) - _size(_record(letter)), replace(record, headers=own_headers(record.headers))
    return letter.omitted_bytes in (left, left - (_size(record) - _size(own)))


def _kept(record: Record) -> Record:
    return record if _size(record) <= KEPT_BYTES and _bounded(record) else _stripped(record)


def _stripped(record: Record) -> Record:
    small = replace(record, value=None)
    return small if _size(small) <= SMALL_BYTES and _bounded(small) else replace(small, key=None, headers=())


def _bounded(record: Record) -> bool:
    return len(record.headers) <= MAX_HEADERS and all(len(name) <= MAX_HEADER_NAME_CHARS for name, _ in record.headers)


def _size(record: Record) -> int:
    named = sum(len(name.encode("utf-8", "replace")) + len(value) for name, value in record.headers)
    return len(record.key or b"") + len(record.value or b"") + named


def _record(letter: DeadLetter) -> Record:
    return Record(Partition(letter.topic, letter.partition), letter.offset, letter.key, letter.value, letter.headers)


def _class_of(error: BaseException | None) -> str:
    if error is None:
        return ""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    return _plain(name)[-MAX_ERROR_CLASS_CHARS:]


def _frames_of(error: BaseException | None) -> str:
    """The innermost calls, without the error's own words."""
    frames = [] if error is None else traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return _plain(redacted("".join(traceback.format_list(frames))))[-MAX_ERROR_CHARS:]


def _plain(text: str) -> str:
    """Text that can be encoded: without halves of surrogate pairs."""
    return text.encode("utf-8", "replace").decode()


class DeadLetterBreaker:
    """Stops the process when more than `share` of the last 100 messages were dead letters.

    Messages that were sent back are not among them: they have letters already, so nothing is drained when they fail again.
    """

    def __init__(self, share: float) -> None:
        self._share = share
        self._recent: deque[str | None] = deque(maxlen=WINDOW)

    def count(self, record: Record, failure: PermanentError | None) -> None:
        """One message more, dead or not. Raises TooManyDeadLetters beyond the limit, with the records that it counts."""
        if was_sent_back(record.headers):
            return
        where = f"{record.partition.topic}/{record.partition.number}@{record.offset}"
        self._recent.append(None if failure is None else f"{where} {failure.reason}")
        bad = [each for each in self._recent if each is not None]
        if len(self._recent) >= FEWEST and len(bad) > self._share * len(self._recent):
            raise TooManyDeadLetters(
                f"{len(bad)} of the last {len(self._recent)} messages were dead letters (limit {self._share:.0%}); "
                "stopped so that the topic is not drained into skg.dead-letters. "
                f"The latest, as topic/partition@offset: {', '.join(bad[-NAMED:])}; the last: {_plain(str(failure))[:200]}"
            )
