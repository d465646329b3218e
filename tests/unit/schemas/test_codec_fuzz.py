"""No bytes and no payload make the decoder raise anything but PermanentError, take long, or give an event that cannot
travel."""

from datetime import UTC, datetime

import msgpack
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from schemas.base import Event
from schemas.bounds import MAX_JSON_DEPTH, MAX_JSON_ITEMS, MAX_PAYLOAD_BYTES
from schemas.codec import decode, encode, event_age, header
from schemas.errors import PermanentError
from schemas.events import SeedConcept, SeedOptions
from schemas.ids import make_seed
from schemas.reference.examples import examples as shown
from schemas.topics import SEEDS, TOPICS
from streams.broker.records import MAX_MESSAGE_BYTES
from tests.fakes.event_strategies import models
from tests.fakes.examples_count import examples
from tests.fakes.payload_strategies import HUGE_PROMISES, VERSIONS, altered_payloads, packed, spoilt_bytes, unpacked

pytestmark = pytest.mark.thorough

topics = st.sampled_from(sorted(TOPICS))


def decoded(topic: str, value: bytes) -> None:
    """Decode; what is an event must travel on as it is."""
    found = outcome(topic, value)
    if isinstance(found, PermanentError):
        assert found.reason in ("undecodable", "wrong_major_version")
        assert str(found)
    else:
        assert decode(topic, encode(found)) == found


def outcome(topic: str, value: bytes) -> Event | PermanentError:
    try:
        return decode(topic, value)
    except PermanentError as failure:
        return failure


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_every_valid_event_travels_and_comes_back_as_it_was(topic: str):
    @examples(60)
    @given(models(TOPICS[topic].event))
    def check(event):
        value = encode(event)
        assume(len(value) <= MAX_PAYLOAD_BYTES)
        assert decode(topic, value) == event

    check()


@examples(150)
@given(topics.flatmap(lambda topic: st.tuples(st.just(topic), altered_payloads(topic))))
def test_an_altered_payload_is_an_event_or_never(case):
    topic, payload = case
    decoded(topic, packed(payload))


@examples(150)
@given(topics.flatmap(lambda topic: st.tuples(st.just(topic), spoilt_bytes(topic))))
def test_spoilt_bytes_are_an_event_or_never(case):
    decoded(*case)


@examples(200)
@given(topics, st.binary(max_size=60), st.sampled_from(HUGE_PROMISES) | st.binary(max_size=5))
def test_bytes_that_promise_more_than_they_hold_are_never(topic, before, promise):
    decoded(topic, before + promise)
    decoded(topic, b"\x82\xa7concept" + promise + before)


@examples(100)
@given(topics, VERSIONS, st.dictionaries(st.text(max_size=5) | st.binary(max_size=5), st.integers(0, 9), max_size=3))
def test_no_version_and_no_key_breaks_the_decoder(topic, version, more):
    (event,) = shown()[topic]
    decoded(topic, packed({**unpacked(encode(event)), **more, "schema_version": version}))


@pytest.mark.parametrize("levels", [2, MAX_JSON_DEPTH, 200, 1_023, 1_025, 100_000])
@pytest.mark.parametrize("opening", [b"\x91", b"\x81\xa1a"])
def test_deep_nesting_is_never_wherever_it_is(levels: int, opening: bytes):
    nested = opening * levels + b"\x01"
    decoded(SEEDS, nested)
    whole = packed({**unpacked(encode(make_seed("kitchen"))), "concept": "@"})
    decoded(SEEDS, whole.replace(b"\xa1@", nested))
    with_graph = packed({**unpacked(encode(make_seed("kitchen"))), "options": {"graph": {"a": "@"}}})
    decoded(SEEDS, with_graph.replace(b"\xa1@", nested))


def test_a_key_that_comes_twice_counts_once():
    first, rest = packed({"concept": "beach"})[1:], encode(make_seed("kitchen"))
    twice = bytes([rest[0] + 1]) + first + rest[1:]
    event = decode(SEEDS, twice)
    assert isinstance(event, SeedConcept)
    assert event.concept == "kitchen"


@pytest.mark.parametrize("value", [msgpack.ExtType(1, b""), msgpack.ExtType(1, b"a"), msgpack.Timestamp(1)])
def test_no_event_has_values_of_extension_types(value: object):
    whole = {**unpacked(encode(make_seed("kitchen"))), "options": {"graph": {"scene": value}}}
    with pytest.raises(PermanentError, match=r"not msgpack|must be JSON"):
        decode(SEEDS, packed(whole))


def test_a_value_above_the_largest_message_is_not_even_unpacked():
    assert MAX_PAYLOAD_BYTES == MAX_MESSAGE_BYTES
    with pytest.raises(PermanentError, match="2097153 bytes are above the limit of 2097152"):
        decode(SEEDS, b"\x01" * (MAX_PAYLOAD_BYTES + 1))


@pytest.mark.parametrize(
    ("graph", "word"),
    [
        ({"a": 2**64}, "64 bits"),
        ({"a": float("nan")}, "finite"),
        ({"a": b"bytes"}, "bytes"),
        ({"a": {1: 2}}, "keys"),
        ({"a": "\ud800"}, "whole characters"),
        ({"\ud800": 1}, "whole characters|unicode"),
        ({"a": [0] * (MAX_JSON_ITEMS + 1)}, "at most"),
        ({"a": "w" * 200_001}, "characters"),
        ({"a": {1, 2}}, "JSON"),
    ],
)
def test_json_inside_of_an_event_is_json_of_a_bounded_size(graph: dict[str, object], word: str):
    with pytest.raises(ValueError, match=word):
        SeedOptions(graph=graph)


def test_json_that_contains_itself_is_refused():
    graph: dict[str, object] = {}
    graph["again"] = [graph]
    with pytest.raises(ValueError, match="levels deep"):
        SeedOptions(graph=graph)


@examples(200)
@given(
    st.lists(
        st.tuples(st.sampled_from(["ce_time", "ce_type"]), st.binary(max_size=40) | st.just(b"0001-01-01")), max_size=3
    )
)
def test_no_headers_break_who_reads_them(headers):
    header(headers, "ce_type")
    age = event_age(headers, datetime.now(UTC))
    assert age is None or age >= 0
    with pytest.raises(PermanentError):
        decode(SEEDS, b"", headers)
