"""Layers travel inside a picture's file, which stays a picture for everybody else."""

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from schemas.picture_layers import Claim, Layers, UnreadableClaim, read_claim, read_layers, with_claim, with_layers

LAYERS = Layers(b"depth", b"index!", ((1.5, 2.0, 30.25, 4.0), (0.0, 0.0, 0.0, 0.0)), (((1, 0.25),), ()))


def picture(xmp: bytes = b"<x/>") -> bytes:
    buffer = BytesIO()
    Image.fromarray(np.arange(48, dtype=np.uint8).reshape(4, 4, 3)).save(buffer, "WEBP", xmp=xmp)
    return buffer.getvalue()


@pytest.mark.parametrize("odd", [b"d", b"dd"])
def test_layers_come_back_and_the_picture_is_as_before(odd: bytes):
    layers = Layers(odd, LAYERS.index, LAYERS.amodal, LAYERS.covers)
    file = with_layers(picture(), layers)
    assert read_layers(file) == layers
    with Image.open(BytesIO(file)) as opened, Image.open(BytesIO(picture())) as before:
        assert opened.info["xmp"] == before.info["xmp"]
        assert opened.tobytes() == before.tobytes()


def test_files_from_before_what_hides_what_was_known_are_read_too():
    older = replace(LAYERS, covers=None)
    assert read_layers(with_layers(picture(), older)) == older


def test_a_picture_without_layers_has_none_and_only_webp_takes_them():
    assert read_layers(picture()) is None
    with pytest.raises(ValueError, match="WebP"):
        with_layers(b"\x89PNG....", LAYERS)


@given(st.data())
def test_a_spoilt_file_has_layers_or_none(data: st.DataObject):
    file = bytearray(with_layers(picture(), LAYERS))
    for _ in range(data.draw(st.integers(1, 4))):
        file[data.draw(st.integers(12, len(file) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(file)))
    found = read_layers(bytes(file[:cut]))
    assert found is None or isinstance(found, Layers)


def test_a_claim_comes_back_beside_layers_and_the_picture_is_as_before():
    claim = Claim("solid-1", '{"objects": []}', b"a picture")
    file = with_claim(with_layers(picture(), LAYERS), claim)
    assert read_claim(file) == claim
    assert read_layers(file) == LAYERS
    assert read_claim(picture()) is None
    with Image.open(BytesIO(file)) as opened, Image.open(BytesIO(picture())) as before:
        assert opened.tobytes() == before.tobytes()


@given(st.data())
def test_a_spoilt_file_has_a_claim_or_none_or_one_that_cannot_be_read(data: st.DataObject):
    file = bytearray(with_claim(picture(), Claim("solid-1", "{}", b"a picture")))
    for _ in range(data.draw(st.integers(1, 4))):
        file[data.draw(st.integers(12, len(file) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = read_claim(bytes(file[: data.draw(st.integers(0, len(file)))]))
    except UnreadableClaim:
        return
    assert found is None or isinstance(found, Claim)


def test_a_claim_that_cannot_be_read_is_not_taken_for_none():
    file = with_claim(picture(), Claim("solid-1", "{}", b"picture"))
    payload = file.index(b"SKGS") + 8
    assert file[payload : payload + 2] == b"\x94\x01", "a list of four, and the version"
    later = file[: payload + 1] + b"\x02" + file[payload + 2 :]
    with pytest.raises(UnreadableClaim, match="of version 2, and 1 is"):
        read_claim(later)
    for spoilt in (file[:payload] + b"\xc1" + file[payload + 1 :], file[:-3], file[:payload]):
        with pytest.raises(UnreadableClaim, match="spoilt"):
            read_claim(spoilt)
