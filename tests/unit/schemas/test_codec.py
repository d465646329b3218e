"""What travels: newer minor versions read, other majors and garbage are dead letters."""

from datetime import UTC, datetime, timedelta

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.codec import decode, encode, event_age, header
from schemas.errors import PermanentError
from schemas.events import HELD_OUT_WHERE_UNSTATED, QAEvent, RenderedImage, SeedConcept
from schemas.ids import make_seed
from schemas.reference.examples import examples, seed
from schemas.topics import DEAD_LETTERS, GRAPHS, IMAGES, QA, REJECTIONS, SEEDS, TOPICS, major


def _with(**changes: object) -> bytes:
    return msgpack.packb({**msgpack.unpackb(encode(seed())), **changes})


def test_an_event_of_a_newer_minor_version_still_reads():
    assert decode(SEEDS, _with(schema_version="1.7", colour_of_tomorrow="teal")) == seed()


@pytest.mark.parametrize("topic", [GRAPHS, IMAGES, QA])
def test_fields_that_a_newer_minor_version_adds_deep_inside_are_dropped_too(topic: str):
    (event,) = examples()[topic]
    payload = msgpack.unpackb(encode(event), strict_map_key=False)
    graph = payload if topic == GRAPHS else payload["graph"]
    graph["objects"][1]["mood"] = "calm"
    graph["layout"]["tilt"] = 3
    graph["weather"] = {"rain": 1}
    newer = f"1.{int(event.VERSION.split('.')[1]) + 1}"
    assert decode(topic, msgpack.packb({**payload, "schema_version": newer})) == event
    with pytest.raises(PermanentError, match=r"mood|tilt|weather"):
        decode(topic, msgpack.packb(payload))


@pytest.mark.parametrize(("topic", "field"), [(REJECTIONS, "gate"), (REJECTIONS, "reason"), (DEAD_LETTERS, "reason")])
def test_a_word_of_another_version_is_read_and_no_such_word_is_ever_written(topic: str, field: str):
    (event,) = examples()[topic]
    payload = {**msgpack.unpackb(encode(event), strict_map_key=False), field: "word_of_yesterday"}
    assert getattr(decode(topic, msgpack.packb(payload)), field) == "word_of_yesterday"
    with pytest.raises(ValidationError, match=f"{field}\\n  must be one of "):
        type(event).model_validate({**event.model_dump(), field: "word_of_yesterday"})


def test_a_newer_minor_version_does_not_excuse_a_field_that_is_missing():
    payload = {**msgpack.unpackb(encode(seed())), "schema_version": "1.9", "extra": 1}
    del payload["concept"]
    with pytest.raises(PermanentError, match="concept"):
        decode(SEEDS, msgpack.packb(payload))


def test_an_unknown_field_in_the_present_version_is_refused():
    with pytest.raises(PermanentError, match="colour_of_tomorrow"):
        decode(SEEDS, _with(colour_of_tomorrow="teal"))


def test_an_event_of_another_major_version_is_named_as_such():
    with pytest.raises(PermanentError) as caught:
        decode(SEEDS, _with(schema_version="2.0"))
    assert caught.value.reason == "wrong_major_version"


@pytest.mark.parametrize(
    ("announced", "reason"),
    [("skg.SeedConcept.v2", "wrong_major_version"), ("skg.SpatialGraph.v1", "undecodable"), ("", "undecodable")],
)
def test_a_header_that_announces_something_else_is_believed(announced: str, reason: str):
    with pytest.raises(PermanentError) as caught:
        decode(SEEDS, encode(seed()), (("ce_type", announced.encode()),))
    assert caught.value.reason == reason


@pytest.mark.parametrize("value", [None, b"", b"\xc1", b"\x93\x01", msgpack.packb([1]), msgpack.packb({"concept": 1})])
def test_bytes_that_are_no_event_are_undecodable(value: bytes | None):
    with pytest.raises(PermanentError) as caught:
        decode(SEEDS, value)
    assert caught.value.reason == "undecodable"


@pytest.mark.parametrize("value", [b"\xc1", b"\x91" * 2000, b"\x93\x01", b"\xa1\xff"])
def test_why_bytes_are_no_msgpack_is_said_even_where_the_library_says_nothing(value: bytes):
    with pytest.raises(PermanentError, match=r"^not msgpack: \S"):
        decode(SEEDS, value)


@given(st.binary(max_size=300))
def test_no_bytes_at_all_make_the_decoder_raise_anything_but_never(value: bytes):
    for topic in TOPICS:
        with pytest.raises(PermanentError):
            decode(topic, value)


@pytest.mark.parametrize("text", ["", "1", "1.x", "v1.0", "1.0.0"])
def test_a_malformed_version_is_refused(text: str):
    with pytest.raises(ValueError, match=r"major\.minor|not enough|invalid"):
        major(text)


@pytest.mark.parametrize("concept", ["", "   ", "…", "x" * 201])
def test_a_concept_without_words_or_beyond_the_limit_is_refused(concept: str):
    with pytest.raises(ValueError, match="concept"):
        make_seed(concept)


def test_the_same_wish_has_the_same_id_however_it_is_written():
    assert make_seed("Street  Market").seed_id == make_seed("street market", count=9).seed_id
    assert make_seed("street market").seed_id != make_seed("street market", context="in rain").seed_id


def test_an_event_is_frozen_and_its_age_is_never_negative():
    with pytest.raises(ValueError, match="frozen"):
        seed().concept = "other"  # type: ignore[misc]
    now = datetime.now(UTC)
    late = (("ce_time", (now + timedelta(seconds=5)).isoformat().encode()),)
    assert event_age(late, now) == 0.0
    assert event_age((("ce_time", b"yesterday"),), now) is None
    assert header(late, "ce_id") is None


def test_every_example_carries_its_version_on_the_wire():
    for events in examples().values():
        for event in events:
            assert msgpack.unpackb(encode(event), strict_map_key=False)["schema_version"] == event.VERSION
    assert isinstance(seed(), SeedConcept)


@pytest.mark.parametrize("topic", [IMAGES, QA])
def test_an_event_from_before_the_held_out_share_counts_as_50(topic: str):
    payload = msgpack.unpackb(encode(examples()[topic][0])) | {"schema_version": "1.1"}
    assert payload.pop("held_out_per_mille") == 100
    event = decode(topic, msgpack.packb(payload))
    assert isinstance(event, RenderedImage | QAEvent)
    assert event.held_out_per_mille == HELD_OUT_WHERE_UNSTATED == 50
