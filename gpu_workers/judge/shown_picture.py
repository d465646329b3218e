"""A picture in the form in which a multimodal model is shown it: JPEG or PNG of at most so many pixels a side.

In: an encoded picture.  Out: a `Picture` of a request.  WebP, in which pictures are stored, is not read by every server.
"""

import hashlib
from io import BytesIO

from PIL import Image

from schemas.events import ImageRef
from schemas.llm.contract import Picture

READ_BY_ALL = frozenset({"image/jpeg", "image/png"})
"""Sent as they are, where they are small enough."""

QUALITY = 92
"""JPEG's, without subsampling of colours: a judge looks for small things."""


def shown_picture(data: bytes, image: ImageRef, most_side: int | None) -> Picture:
    """What a model is shown of a stored picture. `most_side`: pixels; None for the stored file as it is.

    The hash is of what is sent, so that an answer to another form of the picture is another answer.
    """
    if most_side is None or (image.media_type in READ_BY_ALL and max(image.width, image.height) <= most_side):
        return Picture(data, image.media_type, image.sha256, image.key)
    with Image.open(BytesIO(data)) as opened:
        picture = opened.convert("RGB")
    picture.thumbnail((most_side, most_side), Image.Resampling.LANCZOS)
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=QUALITY, subsampling=0)
    sent = buffer.getvalue()
    return Picture(sent, "image/jpeg", hashlib.sha256(sent).hexdigest(), image.key)
