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
from streams.steps.replay_headers import MAX_COUNT, ReplayHistory, is_replay, original_headers
from streams.steps.request_ids import Request, requests_in_record

__all__ = [
    "DeadLetterBreaker", "Request", "dead_letter", "first_origin", "narrowed_to_graph", "original_message",
    "requests_in_letter", "with_original", "without_original",
]  # fmt: skip

WINDOW = 100
MIN_MESSAGES = 20
"""A share of fewer messages is not significant."""

MAX_NAMED = 5
"""Records that are named when the limit stops a process."""

MAX_ERROR_CHARS = 4000
"""The limit of the event's schema."""

MAX_ORIGINAL_BYTES = MAX_MESSAGE_BYTES - 65_536
"""Limit of an original's key, value and headers together: leaves room for the error and the traceback."""

MAX_HEADERS_BYTES = 16_384
"""Limit of key and headers, where the value is not kept."""

FRAMES = 8
"""The innermost calls show where it failed."""

_FAILED_GRAPH = re.compile(r"graph (\d{1,9}): ", re.ASCII)
"""How letters of version 1.0 name the first graph of a seed that failed."""


def dead_letter(record: Record, stage: Stage, failure: PermanentError, attempts: int = 1) -> DeadLetter:
    """The event that keeps a record which failed permanently, whatever its bytes are.

    An original that is too large stays at its origin (`omitted_bytes`).  The letter of a replayed record tells where it
    failed first and how often it was tried.
    """
    past = ReplayHistory.from_headers(record.headers)
    named = requests_in_record(record.partition.topic, record.value, record.headers)
    seed_id, index = named[0] if len(named) == 1 else (None, None)
    kept = _fitted(record)
    return DeadLetter(
        topic=record.partition.topic,
        partition=record.partition.number,
        offset=record.offset,
        key=kept.key,
        value=kept.value,
        headers=original_headers(kept.headers),
        stage=stage,
        reason=failure.reason,
        error=_encodable(redacted(str(failure)))[:MAX_ERROR_CHARS],
        attempts=min(max(1, attempts, failure.attempts) + past.attempts, MAX_COUNT),
        error_class=_class_of(failure.__cause__),
        traceback=_frames_of(failure.__cause__),
        seed_id=seed_id,
        index=index,
        first=past.first,
        replays=past.replays,
        omitted_bytes=_size(record) - _size(kept),
    )


def without_original(letter: DeadLetter) -> DeadLetter:
    """The letter without its original, for a broker that rejects it as too large; the original stays at its origin."""
    record = _record(letter)
    kept = _without_value(record)
    update = {"key": kept.key, "value": kept.value, "headers": kept.headers}
    return letter.model_copy(update=update | {"omitted_bytes": letter.omitted_bytes + _size(record) - _size(kept)})


def narrowed_to_graph(record: Record, seed: SeedConcept, index: int) -> Record:
    """A seed's record as if it had asked for one graph alone: what the dead letter of that graph keeps."""
    return replace(record, value=encode(seed.model_copy(update={"first": index, "count": 1})))


def original_message(letter: DeadLetter) -> Message:
    """The message that became the dead letter, for its own topic: its original bytes and headers, and its replay history.

    A whole seed, as letters of version 1.0 keep it, is requested from its first failed graph on, where that is known.
    """
    past = ReplayHistory(key_of(letter), first_origin(letter), letter.attempts, letter.replays + 1)
    return Message(letter.topic, letter.key, _value_to_resend(letter), original_headers(letter.headers) + past.headers())


def with_original(letter: DeadLetter, record: Record | None) -> DeadLetter | None:
    """The letter with its omitted original, if `record` is the original: a topic may have been re-created meanwhile."""
    if record is None or not _is_original(letter, record):
        return None
    update = {"key": record.key, "value": record.value, "headers": original_headers(record.headers), "omitted_bytes": 0}
    return letter.model_copy(update=update)


def first_origin(letter: DeadLetter) -> Origin:
    """Where the message failed for the first time."""
    return letter.first or Origin(topic=letter.topic, partition=letter.partition, offset=letter.offset)


def requests_in_letter(letter: DeadLetter) -> list[Request]:
    """The requests that ended in this dead letter, as far as it names them."""
    if letter.seed_id is not None and letter.index is not None:
        return [(letter.seed_id, letter.index)]
    return requests_in_record(letter.topic, _value_to_resend(letter), letter.headers)


def _value_to_resend(letter: DeadLetter) -> bytes | None:
    """The value to send: of a seed only the failed graphs, as far as they are known."""
    named = requests_in_record(letter.topic, letter.value, letter.headers) if letter.topic == SEEDS else []
    failed = _failed_indices([index for _, index in named], letter) if len(named) > 1 else range(0)
    if not failed:
        return letter.value
    try:
        seed = decode(letter.topic, letter.value, letter.headers)
    except PermanentError:
        return letter.value
    return encode(seed.model_copy(update={"first": failed[0], "count": len(failed)}))


def _failed_indices(asked: list[int], letter: DeadLetter) -> Sequence[int]:
    """Those of a seed's graphs that may have failed: a letter of version 1.0 names the first one alone."""
    if letter.index is not None:
        return [index for index in asked if index == letter.index]
    found = _FAILED_GRAPH.match(letter.error)
    return [] if found is None or int(found[1]) not in asked else asked[asked.index(int(found[1])) :]


def _is_original(letter: DeadLetter, record: Record) -> bool:
    if letter.topic == SEEDS and letter.seed_id is not None:  # the letter is of one graph, the record of all
        return (letter.seed_id, letter.index) in requests_in_record(SEEDS, record.value, record.headers)
    left, own = _size(record) - _size(_record(letter)), replace(record, headers=original_headers(record.headers))
    return letter.omitted_bytes in (left, left - (_size(record) - _size(own)))


def _fitted(record: Record) -> Record:
    return record if _size(record) <= MAX_ORIGINAL_BYTES and _has_valid_headers(record) else _without_value(record)


def _without_value(record: Record) -> Record:
    small = replace(record, value=None)
    return (
        small if _size(small) <= MAX_HEADERS_BYTES and _has_valid_headers(small) else replace(small, key=None, headers=())
    )


def _has_valid_headers(record: Record) -> bool:
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
    return _encodable(name)[-MAX_ERROR_CLASS_CHARS:]


def _frames_of(error: BaseException | None) -> str:
    """The innermost calls, without the error's message."""
    frames = [] if error is None else traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return _encodable(redacted("".join(traceback.format_list(frames))))[-MAX_ERROR_CHARS:]


def _encodable(text: str) -> str:
    """Text that can be encoded: without halves of surrogate pairs."""
    return text.encode("utf-8", "replace").decode()


class DeadLetterBreaker:
    """Stops the process when more than `share` of the last 100 messages were dead letters.

    Replayed messages are not counted: they have letters already, so nothing is drained when they fail again.
    """

    def __init__(self, share: float) -> None:
        self._share = share
        self._recent: deque[str | None] = deque(maxlen=WINDOW)

    def count(self, record: Record, failure: PermanentError | None) -> None:
        """Count a message. Raises TooManyDeadLetters beyond the limit, naming the latest of the records that it counts."""
        if is_replay(record.headers):
            return
        where = f"{record.partition.topic}/{record.partition.number}@{record.offset}"
        self._recent.append(None if failure is None else f"{where} {failure.reason}")
        bad = [each for each in self._recent if each is not None]
        if len(self._recent) >= MIN_MESSAGES and len(bad) > self._share * len(self._recent):
            raise TooManyDeadLetters(
                f"{len(bad)} of the last {len(self._recent)} messages were dead letters (limit {self._share:.0%}); "
                "stopped so that the topic is not drained into skg.dead-letters. "
                f"The latest, as topic/partition@offset: {', '.join(bad[-MAX_NAMED:])}; "
                f"the last: {_encodable(str(failure))[:200]}"
            )
