"""A picture as a file: is it what was announced, and is anything on it.

In: stored bytes and the reference that named them.  Out: nothing, or `PictureFault` with the finding.
Does not know graphs.
"""

import hashlib
from io import BytesIO

from PIL import Image, ImageStat, UnidentifiedImageError

from gpu_workers.findings import Finding
from schemas.events import ImageRef
from schemas.failures import Never

SAMPLE = (64, 64)
"""Pixels that brightness is measured on; enough for means, small enough to cost nothing."""

BLANK_DEVIATION = 4.0
"""Of 255: below this in every channel a picture is one colour with noise."""

DARK_MEAN = 18.0
"""Of 255: mean brightness below which a picture may be too dark …"""

DARK_BRIGHTEST = 60
"""… if even its brightest twentieth stays below this. A lit window at night is above."""


class PictureFault(Exception):
    """The picture fails a check; `finding` says which."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.detail)
        self.finding = finding


def check_picture(data: bytes, announced: ImageRef) -> None:
    """Raise PictureFault if the file is another one than announced, blank or dark; Never if it is no picture."""
    found = hashlib.sha256(data).hexdigest()
    if found != announced.sha256 or len(data) != announced.size:
        evidence: dict[str, object] = {"sha256": found, "announced": announced.sha256, "size": len(data)}
        raise _fault("hash_mismatch", "the stored bytes are not those that were announced", evidence)
    picture = _decode(data)
    if picture.size != (announced.width, announced.height):
        evidence = {"size": list(picture.size), "announced": [announced.width, announced.height]}
        raise _fault("hash_mismatch", "the picture has another size than announced", evidence)
    _check_pixels(picture)


def _decode(data: bytes) -> Image.Image:
    try:
        with Image.open(BytesIO(data)) as file:
            return file.convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Never("failed", f"the stored object is not a picture: {error}") from error


def _check_pixels(picture: Image.Image) -> None:
    small = picture.resize(SAMPLE, Image.Resampling.BOX)
    deviation = max(ImageStat.Stat(small).stddev)
    if deviation < BLANK_DEVIATION:
        raise _fault("blank", "the picture is one even colour", {"deviation": round(deviation, 2)})
    grey = small.convert("L")
    mean, brightest = ImageStat.Stat(grey).mean[0], _upper(grey.histogram(), share=0.05)
    if mean < DARK_MEAN and brightest < DARK_BRIGHTEST:
        evidence: dict[str, object] = {"mean": round(mean, 2), "brightest_twentieth": brightest}
        raise _fault("too_dark", "hardly anything can be made out", evidence)


def _upper(histogram: list[int], share: float) -> int:
    """The brightness that this share of the pixels reaches."""
    left = share * sum(histogram)
    for level in range(len(histogram) - 1, -1, -1):
        left -= histogram[level]
        if left <= 0:
            return level
    return 0


def _fault(reason: str, detail: str, evidence: dict[str, object]) -> PictureFault:
    return PictureFault(Finding("image", reason, detail, evidence))
