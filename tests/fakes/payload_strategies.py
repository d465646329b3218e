"""Payloads that are nearly events, and bytes that are nearly payloads, as a broker might hand them over.

In: a topic.  Out: strategies of bytes, or of decoded payloads with something altered in them.
"""

from collections.abc import Iterator
from typing import Any

import msgpack
from hypothesis import strategies as st

from schemas.codec import encode
from schemas.topics import TOPICS
from tests.fakes.event_strategies import Draw, models

ODD_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.sampled_from([0, -1, 1, 2**31, 2**63, float("nan"), float("inf"), float("-inf"), -0.0, 1e308]),
    st.text(max_size=20),
    st.sampled_from(["", " ", "\u200b", "\x00", "w" * 5000, "top_left", "left_of", "1.0"]),
    st.binary(max_size=20),
    st.lists(st.integers(), max_size=3).map(lambda many: [value % 2**32 for value in many]),
    st.dictionaries(st.text(max_size=5), st.integers(0, 9), max_size=2),
    st.just(msgpack.ExtType(5, b"ab")),
    st.just(msgpack.Timestamp(1, 2)),
)
"""What stands where something else belongs; all of it can be packed."""

VERSIONS = st.sampled_from(
    ["1.0", "1.1", "1.7", "1.99", "2.0", "0.9", "1", "", "1.x", "1.\u00b2", "\u0661.0", "-1.0", "1." + "9" * 5000, "9" * 99]
) | st.text(max_size=8)  # fmt: skip


@st.composite
def altered_payloads(draw: Draw, topic: str, most: int = 3) -> dict[str, Any]:
    """The payload of a valid event with up to `most` places altered: a value, a field more or less, an element twice."""
    payload = unpacked(encode(draw(models(TOPICS[topic].event))))
    for _ in range(draw(st.integers(1, most))):
        alter(draw, payload)
    return payload


def unpacked(data: bytes) -> dict[str, Any]:
    """The payload as plain lists and maps."""
    found: dict[str, Any] = msgpack.unpackb(data, strict_map_key=False)
    return found


def alter(draw: Draw, payload: dict[str, Any]) -> None:
    """Alter one place of a payload; one that an earlier alteration has left without a place stays as it is."""
    inside = list(_containers(payload))
    if not inside:
        return
    place = inside[draw(st.integers(0, len(inside) - 1))]
    keys = list(place) if isinstance(place, dict) else list(range(len(place)))
    way = draw(st.sampled_from(["value", "value", "value", "less", "more", "twice", "version"]))
    if way == "version":
        payload["schema_version"] = draw(VERSIONS)
    elif way == "more" and isinstance(place, dict):
        place[draw(st.text(max_size=8))] = draw(ODD_VALUES)
    elif not keys:
        return
    elif way == "value":
        place[draw(st.sampled_from(keys))] = draw(ODD_VALUES)
    elif way == "less":
        del place[draw(st.sampled_from(keys))]
    elif way == "twice" and isinstance(place, list):
        place.append(place[draw(st.sampled_from(keys))])


def _containers(value: Any) -> Iterator[Any]:
    """Every map and list of a payload, from the outside in."""
    if isinstance(value, dict | list):
        yield value
        for part in list(value.values()) if isinstance(value, dict) else list(value):
            yield from _containers(part)


def packed(payload: object) -> bytes:
    """The bytes of a payload."""
    data: bytes = msgpack.packb(payload, use_bin_type=True)
    return data


@st.composite
def spoilt_bytes(draw: Draw, topic: str) -> bytes:
    """The bytes of a valid event, cut, with some changed, or with more behind them."""
    data = bytearray(encode(draw(models(TOPICS[topic].event))))
    for _ in range(draw(st.integers(0, 4))):
        data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    cut = draw(st.none() | st.integers(0, len(data)))
    return bytes(data[:cut]) + draw(st.binary(max_size=4))


HUGE_PROMISES = [bytes([kind]) + b"\xff" * 4 for kind in (0xC4, 0xC6, 0xC9, 0xD9, 0xDB, 0xDD, 0xDF)]
"""Headers of msgpack that announce more bytes or elements than there are."""
