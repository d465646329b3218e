"""The truth inside a picture's file comes back exactly, or not at all."""

from io import BytesIO

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gpu_workers.picture_metadata import packet, read_packet
from schemas.base import Name
from schemas.events import SeenObject, Truth
from schemas.graph import Relation
from tests.fakes.event_strategies import of


def a_file(xmp: bytes | None) -> bytes:
    buffer = BytesIO()
    options = {} if xmp is None else {"xmp": xmp}
    Image.new("RGB", (8, 8)).save(buffer, "WEBP", **options)
    return buffer.getvalue()


words = of(Name)


@settings(max_examples=60, deadline=None)
@given(category=words, attribute=words, element=words, visible=st.floats(0, 1), depth=st.floats(-5, 5))
def test_any_truth_comes_back_as_it_was_written(
    category: str, attribute: str, element: str, visible: float, depth: float
) -> None:
    seen = SeenObject(id=0, category=category, attributes=(attribute,), box=(1, 2, 3, 4), depth=depth, visible=visible)
    truth = Truth(objects=(seen,), drawn=(Relation(subject=0, predicate="left"),), elements=(element,))
    assert read_packet(a_file(packet(truth))) == truth


def test_a_truth_that_speaks_of_its_own_tags_comes_back() -> None:
    truth = Truth(objects=(), elements=("</skg:truth>", "&lt;skg:truth&gt;", '"quoted" <b>'))
    assert read_packet(a_file(packet(truth))) == truth


def test_a_picture_without_a_packet_has_no_truth() -> None:
    assert read_packet(a_file(None)) is None


def test_a_foreign_packet_has_no_truth() -> None:
    assert read_packet(a_file(b"<x:xmpmeta>Some camera</x:xmpmeta>")) is None
    assert read_packet(a_file(b"<skg:truth>{not json}</skg:truth>")) is None


def test_bytes_that_are_no_picture_have_no_truth() -> None:
    assert read_packet(b"") is None
    assert read_packet(b"RIFF....WEBPgarbage") is None
