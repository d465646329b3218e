"""The limit of dead letters."""

import pytest

from monitoring.redaction import redacted
from schemas.codec import Headers
from schemas.errors import PermanentError
from streams.broker.records import Partition, Record
from streams.errors import TooManyDeadLetters
from streams.steps.dead_letters import MAX_ERROR_CHARS, MAX_NAMED, MIN_MESSAGES, WINDOW, DeadLetterBreaker, dead_letter
from streams.steps.replay_headers import ReplayHistory


def counted(limit: DeadLetterBreaker, dead: bool, offset: int = 0, headers: Headers = ()) -> None:
    record = Record(Partition("skg.graphs", 3), offset, None, None, headers)
    limit.count(record, PermanentError("failed", "ZeroDivisionError: no area") if dead else None)


def test_a_few_messages_say_nothing() -> None:
    limit = DeadLetterBreaker(0.5)
    for _ in range(MIN_MESSAGES - 1):
        counted(limit, True)
    with pytest.raises(TooManyDeadLetters):
        counted(limit, True)


def test_a_share_at_the_limit_passes_and_one_more_does_not() -> None:
    limit = DeadLetterBreaker(0.5)
    for number in range(WINDOW):
        counted(limit, number % 2 == 1)
    with pytest.raises(TooManyDeadLetters, match="limit 50%"):
        counted(limit, True)  # pushes out one that was well


def test_old_messages_are_forgotten() -> None:
    limit = DeadLetterBreaker(0.5)
    for number in range(40):
        counted(limit, number % 2 == 1)
    for _ in range(WINDOW):
        counted(limit, False)
    for _ in range(WINDOW // 2):
        counted(limit, True)


def test_a_share_of_one_never_stops() -> None:
    limit = DeadLetterBreaker(1.0)
    for _ in range(1000):
        counted(limit, True)


def test_messages_that_were_sent_back_count_neither_when_they_fail_again_nor_when_they_pass() -> None:
    limit, sent_back = DeadLetterBreaker(0.5), ReplayHistory(letter="a letter", first=None, attempts=3, replays=1).headers()
    for _ in range(MIN_MESSAGES - 1):
        counted(limit, True)
    for number in range(WINDOW):
        counted(limit, number % 2 == 0, headers=sent_back)
    with pytest.raises(TooManyDeadLetters, match=f"{MIN_MESSAGES} of the last {MIN_MESSAGES} messages"):
        counted(limit, True)


def test_the_latest_records_are_named_and_why_the_last_one_failed() -> None:
    limit = DeadLetterBreaker(0.5)
    for offset in range(MIN_MESSAGES - 1):
        counted(limit, True, offset)
    with pytest.raises(TooManyDeadLetters) as stopped:
        counted(limit, True, MIN_MESSAGES - 1)
    said = str(stopped.value)
    assert all(f"skg.graphs/3@{MIN_MESSAGES - 1 - n} failed" in said for n in range(MAX_NAMED))
    assert "no area" in said


def test_a_letter_holds_no_secret_of_the_process_whole_or_cut() -> None:
    redacted.learn(["planted-secret-of-letters"])
    said = "x" * (MAX_ERROR_CHARS - 10) + "planted-secret-of-letters"
    letter = dead_letter(Record(Partition("skg.graphs", 3), 0, None, None, ()), "render", PermanentError("failed", said))
    assert "planted" not in letter.error
    assert letter.error.endswith("***")
