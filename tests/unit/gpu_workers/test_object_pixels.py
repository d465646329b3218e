"""The note of what objects look like: the published definition, and what the audit makes of it."""

import json
from io import BytesIO

import pytest
from PIL import Image

from dataset.audit.painted_over import SAME, painted_over
from gpu_workers.object_pixels import MOST_NOTED, NOTE, object_pixels
from schemas.bounds import MAX_NOTE_CHARS, MAX_SEEN
from schemas.events import SeenObject

BOX = (10, 20, 8, 8)


def seen(box: tuple[int, int, int, int] = BOX, number: int = 3) -> SeenObject:
    return SeenObject(id=number, category="cat", box=box, depth=0.5, visible=1.0)


def encoded(picture: Image.Image, form: str = "PNG", **how: object) -> bytes:
    file = BytesIO()
    picture.save(file, form, **how)
    return file.getvalue()


def chequered() -> Image.Image:
    """Fields of two pixels a side, each of its own colour."""
    picture = Image.new("RGB", (64, 64), (10, 20, 30))
    for n in range(16):
        down, across = divmod(n, 4)
        left, top = BOX[0] + 2 * across, BOX[1] + 2 * down
        picture.paste((16 * n, 255 - 16 * n, 7 * n), (left, top, left + 2, top + 2))
    return picture


def test_the_note_has_the_box_and_its_fields_row_by_row():
    box, fields = json.loads(object_pixels(encoded(chequered()), [seen()]))["3"]
    assert tuple(box) == BOX
    assert bytes.fromhex(fields) == bytes(value for n in range(16) for value in (16 * n, 255 - 16 * n, 7 * n))


@pytest.mark.parametrize("box", [(10, 20, 1, 1), (0, 0, 64, 64), (60, 60, 4, 2), (0, 63, 64, 1)])
def test_a_box_of_any_size_is_noted_and_found_again(box):
    data = encoded(chequered())
    notes = {NOTE: object_pixels(data, [seen(box)])}
    assert list(painted_over(Image.open(BytesIO(data)), [], notes)) == []


@pytest.mark.parametrize(
    ("form", "mode"), [("PNG", "RGB"), ("PNG", "L"), ("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB"), ("JPEG", "RGB")]
)
def test_a_picture_of_any_form_looks_as_it_was_noted(form, mode):
    data = encoded(chequered().convert(mode), form)
    notes = {NOTE: object_pixels(data, [seen()])}
    assert list(painted_over(Image.open(BytesIO(data)), [{"id": 3, "box": list(BOX)}], notes)) == []


@pytest.mark.parametrize(("by", "found"), [(SAME, 0), (SAME + 1, 1)])
def test_what_differs_by_more_than_decoders_do_is_reported(by, found):
    picture = Image.new("RGB", (64, 64), (100, 100, 100))
    notes = {NOTE: object_pixels(encoded(picture), [seen()])}
    picture.paste((100, 100, 100 + by), (BOX[0] + 6, BOX[1] + 6, BOX[0] + 8, BOX[1] + 8))
    details = list(painted_over(picture, [], notes))
    assert len(details) == found
    assert all(f"object 3: its box differs by {by} of 255" in detail for detail in details)


WIDE = [10, 10, 40, 40]


def detailed() -> Image.Image:
    """Lines, as drawings have them."""
    picture = Image.new("RGB", (64, 64), (120, 140, 160))
    for x in range(0, 64, 8):
        picture.paste((60, 70, 50), (x, 0, x + 1, 64))
    return picture


def gradient() -> Image.Image:
    """What is left after smoothing an area over from around it."""
    picture = detailed()
    corners = Image.new("RGB", (2, 2), (120, 140, 160))
    corners.putpixel((1, 1), (40, 90, 200))
    picture.paste(corners.resize((40, 40), Image.Resampling.BILINEAR), (10, 10))
    return picture


def test_without_a_note_a_box_with_lines_is_honest_and_one_of_a_colour_or_a_gradient_is_not():
    thing = {"id": 3, "box": WIDE}
    assert list(painted_over(detailed(), [thing], {})) == []
    flat = detailed()
    flat.paste((9, 9, 9), (10, 10, 50, 50))
    for picture in (flat, gradient()):
        assert list(painted_over(picture, [thing], {})) == ["object 3: nothing is seen in its box"]
        lossy = Image.open(BytesIO(encoded(picture, "WEBP", quality=90)))
        assert list(painted_over(lossy, [thing], {})) == ["object 3: nothing is seen in its box"]


def test_without_a_note_a_box_that_is_too_small_to_show_anything_is_not_judged():
    assert list(painted_over(Image.new("RGB", (64, 64)), [{"id": 3, "box": [10, 10, 11, 40]}], {})) == []


def test_an_object_that_the_note_lacks_is_judged_as_without_one():
    picture = detailed()
    picture.paste((9, 9, 9), (10, 10, 50, 50))
    notes = {NOTE: object_pixels(encoded(picture), [seen(number=1)])}
    assert list(painted_over(picture, [{"id": 3, "box": WIDE}], notes)) == ["object 3: nothing is seen in its box"]


@pytest.mark.thorough
def test_the_note_of_the_most_objects_is_within_the_bound_of_a_note():
    data = encoded(Image.new("RGB", (1000, 1000)))
    note = object_pixels(data, [seen((990, 990, 1000, 1000), 1000 + n) for n in range(MAX_SEEN)])
    assert len(json.loads(note)) == MOST_NOTED
    assert len(note) <= MAX_NOTE_CHARS
