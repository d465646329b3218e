"""A judge is shown a picture in a form that every server reads, no larger than it has to be."""

import hashlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from gpu_workers.judge.shown_picture import shown_picture
from schemas.events import ImageRef


def encoded(kind: str, size: tuple[int, int] = (80, 60)) -> bytes:
    steps = np.indices(size[::-1]).sum(axis=0) * 2 % 256
    buffer = BytesIO()
    Image.fromarray(np.stack([steps, 255 - steps, steps // 2], axis=-1).astype(np.uint8)).save(buffer, kind)
    return buffer.getvalue()


def reference(data: bytes, kind: str) -> ImageRef:
    with Image.open(BytesIO(data)) as picture:
        width, height = picture.size
    return ImageRef(
        image_id="ab" * 16, bucket="b", key=f"images/ab/{'ab' * 16}.webp", sha256=hashlib.sha256(data).hexdigest(),
        size=len(data), media_type=f"image/{kind}", width=width, height=height,
    )  # fmt: skip


def test_a_stored_webp_is_shown_as_a_jpeg_that_looks_the_same():
    data = encoded("webp")
    shown = shown_picture(data, reference(data, "webp"), 1024)
    assert shown.media_type == "image/jpeg"
    assert shown.sha256 == hashlib.sha256(shown.data).hexdigest(), "an answer is kept by what was shown"
    with Image.open(BytesIO(shown.data)) as sent, Image.open(BytesIO(data)) as stored:
        assert sent.format == "JPEG"
        assert sent.size == stored.size
        apart = np.abs(np.asarray(sent.convert("RGB")).astype(int) - np.asarray(stored.convert("RGB")))
    assert apart.mean() < 4


@pytest.mark.parametrize("kind", ["jpeg", "png"])
def test_what_every_server_reads_is_shown_as_it_is_up_to_the_bound(kind: str):
    data = encoded(kind)
    image = reference(data, kind)
    assert shown_picture(data, image, 80).data == data
    smaller = shown_picture(data, image, 40)
    with Image.open(BytesIO(smaller.data)) as sent:
        assert sent.size == (40, 30), "in the same shape"


def test_a_link_leads_to_the_stored_file():
    data = encoded("webp")
    image = reference(data, "webp")
    shown = shown_picture(data, image, None)
    assert (shown.data, shown.media_type, shown.sha256, shown.key) == (data, "image/webp", image.sha256, image.key)
