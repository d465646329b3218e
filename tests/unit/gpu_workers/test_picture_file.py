"""Files that are no good pictures: of other formats, moving, transparent, turned, too large, broken at random places."""

import hashlib
import random
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from gpu_workers.picture_file import PictureFault, _deviation, check_picture
from schemas.errors import PermanentError
from schemas.events import ImageRef
from tests.fakes.events import make_graph, make_image

SIDE = 64
MIRRORED = 2


def noise(width: int = SIDE, height: int = SIDE) -> Image.Image:
    """As uneven at every scale as a picture is."""
    blocks = np.random.default_rng(5).integers(0, 255, (8, 8, 3), np.uint8)
    return Image.fromarray(blocks).resize((width, height), Image.Resampling.NEAREST)


def encoded(picture: Image.Image, file_format: str, **options: object) -> bytes:
    file = BytesIO()
    picture.save(file, file_format, **options)
    return file.getvalue()


def announced(data: bytes, size: tuple[int, int] = (SIDE, SIDE), media_type: str = "image/png") -> ImageRef:
    fields = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "media_type": media_type}
    return make_image(make_graph(), b"any").model_copy(update={**fields, "width": size[0], "height": size[1]})


@pytest.mark.parametrize("kind", ["png", "webp", "jpeg"])
def test_a_picture_as_renderers_write_it_passes(kind: str):
    data = encoded(noise(), kind.upper())
    check_picture(data, announced(data, media_type=f"image/{kind}"))


def test_an_alpha_channel_that_hides_nothing_passes():
    data = encoded(noise().convert("RGBA"), "PNG")
    check_picture(data, announced(data))


def transparent() -> Image.Image:
    picture = noise().convert("RGBA")
    picture.putpixel((3, 4), (0, 0, 0, 254))
    return picture


def mirrored_by_viewers() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = MIRRORED
    return encoded(noise(), "JPEG", exif=exif)


def palette_with_a_hole() -> bytes:
    picture = noise().convert("P")
    return encoded(picture, "PNG", transparency=picture.getpixel((3, 4)))


def moving(file_format: str) -> bytes:
    return encoded(noise(), file_format, save_all=True, append_images=[Image.new("RGB", (SIDE, SIDE))])


BAD = {
    "another format than announced": (encoded(noise(), "JPEG"), "image/png"),
    "a format that no renderer writes": (encoded(noise(), "BMP"), "image/bmp"),
    "a moving picture": (moving("WEBP"), "image/webp"),
    "a moving PNG": (moving("PNG"), "image/png"),
    "a picture that is transparent somewhere": (encoded(transparent(), "PNG"), "image/png"),
    "a palette with a transparent colour": (palette_with_a_hole(), "image/png"),
    "a picture that viewers mirror": (mirrored_by_viewers(), "image/jpeg"),
    "no picture": (b"no picture", "image/png"),
    "no bytes at all": (b"", "image/png"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_viewers_would_see_otherwise_is_a_dead_letter(name: str):
    data, media_type = BAD[name]
    with pytest.raises(PermanentError):
        check_picture(data, announced(data, media_type=media_type))


@pytest.mark.parametrize("size", [(15, 64), (64, 15), (8193, 20)])
def test_a_picture_smaller_or_larger_than_a_canvas_can_be_is_a_dead_letter(size: tuple[int, int]):
    data = encoded(noise(*size), "PNG")
    with pytest.raises(PermanentError, match="pixels"):
        check_picture(data, announced(data, size))


@pytest.mark.thorough
def test_a_bomb_is_not_unpacked():
    data = encoded(Image.new("1", (20_000, 20_000)), "PNG")
    with pytest.raises(PermanentError):
        check_picture(data, announced(data, (20_000, 20_000)))


def test_one_byte_more_or_another_length_is_not_what_was_announced():
    data = encoded(noise(), "PNG")
    other = announced(data).model_copy(update={"sha256": hashlib.sha256(b"other").hexdigest()})
    for bad in (announced(data + b"x"), announced(data).model_copy(update={"size": len(data) + 1}), other):
        with pytest.raises(PictureFault) as caught:
            check_picture(data, bad)
        assert caught.value.finding.reason == "hash_mismatch"


@pytest.mark.thorough
@pytest.mark.parametrize("kind", ["png", "webp", "jpeg"])
def test_bytes_that_are_broken_anywhere_never_raise_anything_else(kind: str):
    rng, whole = random.Random(kind), encoded(noise(), kind.upper())
    for turn in range(150):
        data = bytearray(whole[: rng.randrange(len(whole))] if turn % 3 == 0 else whole)
        for _ in range(rng.randrange(6)):
            if data:
                data[rng.randrange(min(len(data), 200))] = rng.randrange(256)
        try:
            check_picture(bytes(data), announced(bytes(data), media_type=f"image/{kind}"))
        except (PictureFault, PermanentError):
            continue


def lamp_at_night() -> np.ndarray:
    night = np.asarray(noise()) // 40
    night[10:26, 10:26] = 160
    return night


@pytest.mark.parametrize(
    ("pixels", "reason"),
    [
        (np.full((SIDE, SIDE, 3), 130, np.uint8), "blank"),
        (np.pad(np.full((SIDE, SIDE, 1), 130, np.uint8), ((0, 0), (0, 0), (0, 2))), "blank"),
        (np.asarray(noise()) // 14, "too_dark"),
        (np.asarray(noise()) // 5, None),
        (lamp_at_night(), None),
    ],
    ids=["one grey", "one red", "a cellar", "dusk", "a lamp at night"],
)
def test_what_shows_nothing_is_told_from_what_is_merely_dim(pixels: np.ndarray, reason: str | None):
    data = encoded(Image.fromarray(pixels), "PNG")
    if reason is None:
        check_picture(data, announced(data))
        return
    with pytest.raises(PictureFault) as caught:
        check_picture(data, announced(data))
    assert caught.value.finding.reason == reason


def test_the_deviation_is_the_usual_one():
    pixels = np.random.default_rng(3).integers(0, 256, (4096, 3), dtype=np.uint8)
    assert _deviation(pixels) == pytest.approx(pixels.std(axis=0).max())
    assert _deviation(np.full((4096, 3), 137, np.uint8)) == 0
