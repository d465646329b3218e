"""A dead letter keeps any record whatsoever, fits into one message, and knows what it was sent back for before."""

from dataclasses import replace

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import decode, encode, to_message
from schemas.errors import PermanentError
from schemas.events import DeadLetter, Origin, SeedConcept
from schemas.ids import make_seed
from schemas.reference.examples import graph, rejection, rendered, sample, seed
from schemas.topics import DEAD_LETTERS, GRAPHS, IMAGES, REJECTIONS, SEEDS, TOPICS, key_of
from streams.broker.records import MAX_MESSAGE_BYTES, Partition, Record
from streams.steps.dead_letters import (
    dead_letter,
    first_origin,
    narrowed_to_graph,
    original_message,
    requests_in_letter,
    without_original,
)
from streams.steps.replay_headers import ReplayHistory
from tests.fakes.steps import NOW, TRACE, garbage, record_of

GARBAGE = PermanentError("undecodable", "not msgpack")

names = st.text(max_size=20) | st.sampled_from(["skg_letter", "skg_first", "skg_replays", "skg_attempts"])
records = st.builds(
    Record,
    st.builds(Partition, st.sampled_from([*TOPICS, "somebody.elses"]), st.integers(0, 2**31 - 1)),
    st.integers(0, 2**63 - 1),
    st.none() | st.binary(max_size=50),
    st.none() | st.binary(max_size=200) | st.sampled_from([encode(e) for e in (seed(), graph(), rendered(), sample())]),
    st.lists(st.tuples(names, st.binary(max_size=30)), max_size=5).map(tuple),
)


def failed(text: str) -> PermanentError:
    """A failure with an exception behind it."""
    failure = PermanentError("failed", text, 3)
    try:
        raise ZeroDivisionError(text)
    except ZeroDivisionError as error:
        failure.__cause__ = error
    return failure


def again(letter: DeadLetter, offset: int) -> DeadLetter:
    """The letter of the same message that was sent back and failed again."""
    message = original_message(letter)
    record = Record(Partition(message.topic, letter.partition), offset, message.key, message.value, message.headers)
    return dead_letter(record, letter.stage, GARBAGE)


@pytest.mark.thorough
@given(records, st.text(max_size=200), st.characters(categories=["Cs"]))
def test_any_record_whatsoever_becomes_a_letter_that_comes_back_as_it_was(record: Record, text: str, half: str):
    letter = dead_letter(record, "render", failed(text + half))
    assert decode(DEAD_LETTERS, encode(letter)) == letter
    assert (letter.key, letter.value, letter.omitted_bytes) == (record.key, record.value, 0)
    assert letter.error_class == "ZeroDivisionError"
    assert "in failed" in letter.traceback
    assert letter.attempts >= 3
    assert original_message(letter).topic == record.partition.topic


@pytest.mark.parametrize(
    ("key", "value", "headers"),
    [
        (b"k", b"x" * 2_031_617, ()),
        (b"k" * 2_500_000, None, ()),
        (b"k", b"v", (("large", b"x" * 3_000_000),)),
        (None, b"v", tuple((str(n), b"") for n in range(2_000))),
        (b"k", b"v", (("n" * 1_001, b""),)),
    ],
)
def test_a_record_that_is_too_large_leaves_its_bytes_at_its_origin(key: bytes | None, value: bytes | None, headers: tuple):
    record = Record(Partition(GRAPHS, 3), 41, key, value, headers)
    letter = dead_letter(record, "render", failed("\U0001f600" * 5_000))
    size = len(key or b"") + len(value or b"") + sum(len(name) + len(text) for name, text in headers)
    kept = len(letter.key or b"") + sum(len(name) + len(text) for name, text in letter.headers)
    assert letter.value is None
    assert letter.omitted_bytes == size - kept > 0
    assert first_origin(letter) == Origin(topic=GRAPHS, partition=3, offset=41)
    assert sent_bytes(letter) < MAX_MESSAGE_BYTES


def test_the_largest_record_that_is_kept_fits_into_its_letter():
    record = Record(Partition(GRAPHS, 3), 41, b"k", b"x" * 2_031_615, ())
    letter = dead_letter(record, "render", failed("\U0001f600" * 5_000))
    assert letter.omitted_bytes == 0
    assert MAX_MESSAGE_BYTES - 65_536 < sent_bytes(letter) < MAX_MESSAGE_BYTES - 4_096


def test_a_letter_that_a_broker_does_not_take_is_sent_without_its_original():
    letter = dead_letter(Record(Partition(GRAPHS, 3), 41, b"k", b"x" * 300_000, (("who", b"me"),)), "render", GARBAGE)
    small = without_original(letter)
    assert (small.key, small.value, small.headers, small.omitted_bytes) == (b"k", None, (("who", b"me"),), 300_000)
    assert sent_bytes(small) < 2_000
    assert without_original(small) == small
    assert key_of(small) == key_of(letter)


def sent_bytes(letter: DeadLetter) -> int:
    message = to_message(letter, "render", TRACE, NOW)
    headers = sum(len(name) + len(value) for name, value in message.headers)
    return len(message.key or b"") + len(message.value or b"") + headers


def test_a_letter_that_fails_again_names_its_first_origin_and_all_attempts_and_keeps_its_own_headers():
    letter = dead_letter(garbage(GRAPHS, 7), "render", GARBAGE, 2)
    assert (letter.first, letter.replays, letter.attempts) == (None, 0, 2)
    for replays, offset in enumerate((50, 80, 99), 1):
        letter = again(letter, offset)
        assert letter.first == Origin(topic=GRAPHS, partition=0, offset=7)
        assert (letter.offset, letter.replays, letter.attempts) == (offset, replays, 2 + replays)
        assert letter.headers == garbage(GRAPHS).headers


def test_what_is_sent_back_has_its_own_bytes_and_headers_and_says_where_it_was():
    record = garbage(GRAPHS, 7)
    message = original_message(dead_letter(record, "render", GARBAGE))
    assert (message.key, message.value) == (record.key, record.value)
    assert message.headers[: len(record.headers)] == record.headers
    assert ReplayHistory.from_headers(message.headers) == ReplayHistory(
        "skg.graphs-0-7", Origin(topic=GRAPHS, partition=0, offset=7), 1, 1
    )


@pytest.mark.parametrize("text", ["", "x", "-1", "1" * 40, "skg.graphs 1", "skg.graphs -1 4", "a b c", f"t 0 {2**63}", "²"])
def test_a_past_that_makes_no_sense_is_none(text: str):
    headers = tuple((name, text.encode()) for name in ("skg_first", "skg_attempts", "skg_replays"))
    assert ReplayHistory.from_headers(headers) == ReplayHistory("", None, 0, 0)


@pytest.mark.parametrize("event", [graph(), rendered(), sample(), rejection()])
def test_a_letter_names_its_request(event):
    letter = dead_letter(record_of(event), "render", GARBAGE)
    request = (letter.seed_id, letter.index)
    assert request == ((event.seed_id, event.index) if hasattr(event, "index") else (graph().seed_id, 0))
    assert requests_in_letter(letter) == [request]
    assert requests_in_letter(without_original(letter)) == [request], "even without its bytes"


def test_a_picture_that_is_drawn_again_ends_no_request_in_a_letter():
    assert (
        requests_in_letter(dead_letter(record_of(rejection().model_copy(update={"retried": True})), "write", GARBAGE)) == []
    )


@pytest.mark.parametrize(
    ("topic", "payload", "requests"),
    [
        (GRAPHS, {"seed_id": "ab" * 16, "index": 3}, [("ab" * 16, 3)]),
        (IMAGES, {"graph": {"seed_id": "ab" * 16, "index": 3}}, [("ab" * 16, 3)]),
        (SEEDS, {"seed_id": "ab" * 16, "first": 2, "count": 2}, [("ab" * 16, 2), ("ab" * 16, 3)]),
        (SEEDS, {"seed_id": "ab" * 16}, [("ab" * 16, 0)]),
        (SEEDS, {"seed_id": "ab" * 16, "count": 10**9}, []),
        (GRAPHS, {"seed_id": "AB" * 16, "index": 3}, []),
        (GRAPHS, {"seed_id": 7, "index": 3}, []),
        (GRAPHS, {"seed_id": "ab" * 16, "index": True}, []),
        (GRAPHS, {"seed_id": "ab" * 16, "index": -1}, []),
        (IMAGES, {"graph": [1]}, []),
        (REJECTIONS, {"seed_id": "ab" * 16, "index": 3, "retried": True}, []),
    ],
)
def test_bytes_that_are_no_event_but_name_a_request_are_believed(topic: str, payload: dict, requests: list):
    letter = dead_letter(Record(Partition(topic, 0), 1, None, msgpack.packb(payload), ()), "render", GARBAGE)
    assert requests_in_letter(letter) == requests


def test_each_failed_graph_of_one_seed_has_a_letter_of_its_own_that_asks_for_that_graph_alone():
    wish = make_seed("a cat", count=5, first=2)
    letters = [dead_letter(narrowed_to_graph(record_of(wish, 7), wish, index), "agents", GARBAGE) for index in (3, 5)]
    assert [key_of(letter) for letter in letters] == ["skg.seeds-0-7-3", "skg.seeds-0-7-5"]
    for index, letter in zip((3, 5), letters, strict=True):
        assert requests_in_letter(letter) == [(wish.seed_id, index)]
        asked = decode(SEEDS, original_message(letter).value)
        assert asked == wish.model_copy(update={"first": index, "count": 1})


@pytest.mark.parametrize(("error", "first"), [("graph 4: away", 4), ("graph 9: of another", 2), ("the planner's own", 2)])
def test_a_whole_seed_as_earlier_letters_keep_it_is_asked_for_from_its_first_failed_graph_on(error: str, first: int):
    wish = make_seed("a cat", count=5, first=2)
    whole = replace(record_of(wish, 7))
    letter = dead_letter(whole, "agents", PermanentError("failed", error))
    assert (letter.seed_id, letter.index, key_of(letter)) == (None, None, "skg.seeds-0-7")
    assert requests_in_letter(letter) == [(wish.seed_id, index) for index in range(first, 7)]
    asked = decode(SEEDS, original_message(letter).value)
    assert isinstance(asked, SeedConcept)
    assert (asked.first, asked.first + asked.count) == (first, 7)
    if first == 2:
        assert original_message(letter).value == whole.value, "as it was"
