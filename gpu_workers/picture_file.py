"""Checks a picture file: it is the announced one, and neither blank nor dark.

In: stored bytes and the reference of the event.  Out: nothing, or `PictureFault` with the finding.
Independent of graphs.
"""

import hashlib
from functools import lru_cache
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from gpu_workers.graph_check import Finding
from schemas.errors import PermanentError
from schemas.events import ImageRef
from schemas.graph import CANVAS_MAX, CANVAS_MIN

MEDIA_TYPES = {"PNG": "image/png", "WEBP": "image/webp", "JPEG": "image/jpeg"}
"""The formats that renderers write. Other decoders are not tried: each adds attack surface for malformed files."""

ORIENTATION, UNROTATED = 0x0112, 1
"""The EXIF tag by which viewers rotate or mirror a picture, and the value for no change."""

KEPT_PIXELS = 32
"""Decoded pictures that are kept, 0.8 MB each: those of three batches of eight are checked while one is judged."""

SAMPLE_SIZE = (64, 64)
"""Size at which brightness is measured: enough for means, at negligible cost."""

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
    """Raise PictureFault if the file is not the announced one, or is blank or dark.

    PermanentError if it is no picture, or one that viewers may show otherwise than it is checked here: animated,
    transparent, rotated.
    """
    found = hashlib.sha256(data).hexdigest()
    if found != announced.sha256 or len(data) != announced.size:
        evidence: dict[str, object] = {"sha256": found, "announced": announced.sha256, "size": len(data)}
        raise _fault("hash_mismatch", "the stored bytes are not those that were announced", evidence)
    _check_pixels(_decode(data, announced))


def _decode(data: bytes, announced: ImageRef) -> Image.Image:
    try:
        with Image.open(BytesIO(data), formats=list(MEDIA_TYPES)) as file:
            _check_header(file, announced)
        return _opaque(decoded(data))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PermanentError("failed", f"the stored object is not a picture: {error}") from error


@lru_cache(maxsize=KEPT_PIXELS)
def decoded(data: bytes) -> Image.Image:
    """The pixels of a file whose header was checked, in its own mode; not to be changed, since others get the same."""
    with Image.open(BytesIO(data), formats=list(MEDIA_TYPES)) as file:
        file.load()
        return file


def _check_header(file: Image.Image, announced: ImageRef) -> None:
    """Checks that need no decoded pixels."""
    found = MEDIA_TYPES[str(file.format)]
    if found != announced.media_type:
        raise PermanentError("failed", f"the stored object is {found}, not {announced.media_type}")
    if file.size != (announced.width, announced.height):
        evidence: dict[str, object] = {"size": list(file.size), "announced": [announced.width, announced.height]}
        raise _fault("hash_mismatch", "the picture has another size than announced", evidence)
    if min(file.size) < CANVAS_MIN or max(file.size) > CANVAS_MAX:
        raise PermanentError(
            "failed", f"a picture of {file.width} x {file.height} pixels; a side has {CANVAS_MIN} to {CANVAS_MAX}"
        )
    if getattr(file, "n_frames", 1) != 1:
        raise PermanentError("failed", "the picture moves")
    if file.getexif().get(ORIENTATION, UNROTATED) != UNROTATED:
        raise PermanentError("failed", "viewers turn or mirror the picture")


def _opaque(file: Image.Image) -> Image.Image:
    if file.has_transparency_data and any(file.convert("RGBA").getchannel("A").histogram()[:255]):
        raise PermanentError("failed", "the picture is transparent in places")
    return file if file.mode == "RGB" else file.convert("RGB")


def _check_pixels(picture: Image.Image) -> None:
    small = picture.resize(SAMPLE_SIZE, Image.Resampling.BOX, reducing_gap=1.0)  # whole pixels first: five times as fast
    deviation = _deviation(np.asarray(small).reshape(-1, 3))
    if deviation < BLANK_DEVIATION:
        raise _fault("blank", "the picture is one even colour", {"deviation": round(deviation, 2)})
    grey = small.convert("L")
    mean, brightest = float(np.asarray(grey).mean()), _upper_quantile(grey.histogram(), share=0.05)
    if mean < DARK_MEAN and brightest < DARK_BRIGHTEST:
        evidence: dict[str, object] = {"mean": round(mean, 2), "brightest_twentieth": brightest}
        raise _fault("too_dark", "hardly anything can be made out", evidence)


def _deviation(pixels: NDArray[np.uint8]) -> float:
    """The largest standard deviation of a column: sums by products, which numpy's own takes several times as long for."""
    values = pixels.astype(np.float64)
    mean, square = np.ones(len(values)) @ values / len(values), (values.T @ values).diagonal() / len(values)
    return float(np.sqrt(np.maximum(square - mean * mean, 0)).max())


def _upper_quantile(histogram: list[int], share: float) -> int:
    """The highest brightness that at least this share of the pixels reaches."""
    left = share * sum(histogram)
    for level in range(len(histogram) - 1, -1, -1):
        left -= histogram[level]
        if left <= 0:
            return level
    return 0


def _fault(reason: str, detail: str, evidence: dict[str, object]) -> PictureFault:
    return PictureFault(Finding("image", reason, detail, evidence))
