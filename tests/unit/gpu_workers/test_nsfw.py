"""The classifier of the extra `nsfw`, with its own weights: it is in the lock file of the tests, so it always runs."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from gpu_workers.perception.nsfw import OpenNsfw

HARMLESS = 0.2
"""The model's authors call everything below harmless."""


@pytest.fixture(scope="module")
def classifier() -> OpenNsfw:
    return OpenNsfw()


def encoded(picture: Image.Image, file_format: str = "PNG") -> bytes:
    file = BytesIO()
    picture.save(file, file_format)
    return file.getvalue()


@pytest.mark.thorough
@pytest.mark.parametrize(("mode", "file_format"), [("RGB", "WEBP"), ("RGBA", "PNG"), ("L", "PNG"), ("CMYK", "TIFF")])
def test_pictures_of_every_mode_are_scored_and_noise_is_harmless(classifier: OpenNsfw, mode: str, file_format: str):
    pixels = np.random.default_rng(7).integers(0, 255, (200, 256, 3), np.uint8)
    noise = encoded(Image.fromarray(pixels).convert(mode), file_format)
    assert 0 < classifier.score(noise) < HARMLESS
    assert classifier.score(noise) == classifier.score(noise)


def test_different_pictures_have_different_scores(classifier: OpenNsfw):
    plain, gradient = Image.new("RGB", (300, 300), "#e0ac69"), Image.radial_gradient("L")
    assert classifier.score(encoded(plain)) != pytest.approx(classifier.score(encoded(gradient)), abs=1e-3)


@pytest.mark.parametrize("size", [(1, 1), (4000, 30)])
def test_pictures_of_odd_sizes_are_scored(classifier: OpenNsfw, size: tuple[int, int]):
    assert 0 < classifier.score(encoded(Image.new("RGB", size, "#446688"))) < 1
