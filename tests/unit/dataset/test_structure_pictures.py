"""A photograph's lineage shows it beside the picture that it was drawn over."""

import json
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dataset.reading.lineage import Lineage, lineage, shown_note
from dataset.reading.structure_pictures import COLOURS, GAP, NoStructure, side_by_side, terminal_lines
from gpu_workers.collage import CollageRenderer
from gpu_workers.examine import ExamineHandler, Examiners
from gpu_workers.photo.structure_sources import structure_source
from gpu_workers.render import RenderHandler
from schemas.events import QAEvent
from schemas.interfaces import Sample
from schemas.picture_layers import CLAIM, Claim, with_claim
from streams.cli.root import run
from tests.fakes.collage import Thing, make_scene, make_sprites
from tests.fakes.line import store_rows
from tests.fakes.painted_photographs import ClaimReadingEyes, PaintedPhotographs
from tests.fakes.store import InMemoryStore

THINGS = [Thing("cat", (60, 340, 120, 120), 0.5), Thing("bench", (300, 330, 150, 120), 0.2)]


def photograph(folder: Path) -> tuple[str, str]:
    """A table with one photograph, and its id."""
    store, source = InMemoryStore(), structure_source(CollageRenderer(make_sprites(folder / "sprites")))
    graph = make_scene("park", THINGS, [(0, "left_of", 1)])
    (drawn,) = RenderHandler(PaintedPhotographs(source, 256), store).begin([graph])()
    assert isinstance(drawn, list), drawn
    (examined,) = ExamineHandler(store, InMemoryStore(), Examiners(ClaimReadingEyes())).begin(drawn)()
    assert isinstance(examined, list), examined
    assert isinstance(examined[0], QAEvent), examined
    sample = Sample(examined[0], store.objects[examined[0].image.key].data)
    return store_rows(str(folder / "dataset"), [sample]), examined[0].sample_id


def encoded(colour: str, size: tuple[int, int]) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", size, colour).save(buffer, "WEBP", lossless=True)
    return buffer.getvalue()


def told(claimed: tuple[int, ...], seen: tuple[int, ...], own: int = 1) -> Lineage:
    """Of an object that has the number 1 in the claim, and `own` in the sample."""
    truth = json.dumps(
        {"objects": [{"id": 1, "box": claimed, "visible": 1.0}, {"id": 2, "box": [0, 0, 1, 1], "visible": 0.0}]}
    )
    file = with_claim(encoded("white", (64, 64)), Claim("solid-1", truth, encoded("black", (32, 32))))
    notes = {"boxes_by_eyes": json.dumps({str(own): [seen, 0.9]})}
    notes |= {} if own == 1 else {"claimed_as": json.dumps({str(own): 1})}
    return Lineage({"sample_id": "1234", "image": {"bytes": file, "path": ""}}, {"notes": notes})


@pytest.mark.parametrize("own", [1, 0])
def test_each_side_has_the_boxes_of_its_own_source(own: int):
    both = np.asarray(side_by_side(told((8, 8, 20, 20), (30, 30, 20, 20), own)))
    assert both.shape == (64, 64 + GAP + 64, 3)
    colour = [int(COLOURS[1][place : place + 2], 16) for place in (1, 3, 5)]
    left, right = both[:, :64], both[:, 64 + GAP :]
    for side, (x, y) in ((left, (8, 8)), (right, (30, 30))):
        rows, columns = np.nonzero((side == colour).all(axis=-1))
        assert (columns.min(), rows.min(), columns.max(), rows.max()) == (x, y, x + 19, y + 19)
    assert left[60, 60].tolist() == [0, 0, 0], "the structure's picture, at the photograph's size"
    assert right[2, 2].tolist() == [255, 255, 255]


def test_a_terminal_has_two_rows_of_pixels_a_line():
    picture = Image.new("RGB", (4, 4), "black")
    picture.paste((255, 0, 0), (0, 0, 4, 2))
    lines = list(terminal_lines(picture, 2))
    assert lines == ["\x1b[38;2;255;0;0;48;2;0;0;0m▀" * 2 + "\x1b[0m"]


def test_a_picture_that_was_drawn_over_nothing_has_nothing_beside_it():
    found = Lineage({"sample_id": "1234", "image": {"bytes": encoded("white", (64, 64)), "path": ""}}, {})
    assert found.claim is None
    with pytest.raises(NoStructure, match="is no photograph"):
        side_by_side(found)


def with_bytes(where: int, value: int) -> bytes:
    """A photograph with another byte in its claim: a list of four, its version first."""
    whole = bytearray(with_claim(encoded("white", (64, 64)), Claim("solid-1", "{}", b"")))
    whole[whole.index(CLAIM) + 8 + where] = value
    return bytes(whole)


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (with_bytes(1, 2), "a claim of version 2, and 1 is what can be read"),
        (with_bytes(0, 0xC1), "a claim that is spoilt"),
        (with_claim(encoded("white", (64, 64)), Claim("solid-1", "{}", encoded("black", (8, 8)))), "KeyError: 'objects'"),
        (
            with_claim(encoded("white", (64, 64)), Claim("solid-1", '{"objects": []}', b"no picture")),
            "cannot identify image",
        ),
    ],
)
def test_a_claim_that_cannot_be_read_is_said_to_be_one(file: bytes, why: str):
    found = Lineage({"sample_id": "1234", "image": {"bytes": file, "path": ""}}, {})
    with pytest.raises(NoStructure, match="what 1234 was drawn over cannot be read: ") as caught:
        side_by_side(found)
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.thorough
def test_the_lineage_of_a_photograph_says_and_shows_what_it_was_drawn_over(tmp_path: Path):
    uri, sample = photograph(tmp_path)
    found = lineage(uri, sample)
    said = "\n".join(found.lines())
    assert "a picture by collage-1; --pictures FILE shows both" in said
    assert "confirmed_objects: 0 1" in said
    assert side_by_side(found).size == (256 + GAP + 256, 256)
    file = tmp_path / "both.png"
    assert run(["lineage", sample[:8], "--uri", uri, "--pictures", str(file)]) == 0
    with Image.open(file) as both:
        assert both.size == (256 + GAP + 256, 256)
    assert run(["lineage", sample[:8], "--uri", uri, "--pictures", str(tmp_path / "both.txt")]) == 2
    assert run(["lineage", sample[:8], "--uri", uri, "--pictures", str(tmp_path / "no" / "both.png")]) == 2


def test_a_lineage_says_in_words_what_only_programs_read():
    assert shown_note("object_pixels", '{"0":[[1,2,3,4],"ca99"]}') == "a fingerprint of each thing's pixels (in --json)"
    assert shown_note("scene", "zoo: named") == "zoo: named"
