"""The truth embedded in a picture's file: JSON in a small XMP packet.

In: a truth, or the bytes of a file.  Out: the packet, or the truth.  Does not decode pixels.
"""

from html import escape, unescape
from io import BytesIO

from PIL import Image, UnidentifiedImageError
from pydantic import ValidationError

from schemas.events import Truth

NAMESPACE = "urn:skg:truth:1"
OPEN, CLOSE = "<skg:truth>", "</skg:truth>"


def packet(truth: Truth) -> bytes:
    """The XMP packet that carries `truth`."""
    text = escape(truth.model_dump_json(), quote=False)
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" xmlns:skg="{NAMESPACE}">{OPEN}{text}{CLOSE}</rdf:Description>'
        "</rdf:RDF></x:xmpmeta>"
    ).encode()


def read_packet(data: bytes) -> Truth | None:
    """The truth in a picture's file, or None where the file has none that is readable."""
    try:
        with Image.open(BytesIO(data)) as picture:
            raw = picture.info.get("xmp")
    except (UnidentifiedImageError, OSError, ValueError):
        return None
    if not isinstance(raw, bytes):
        return None
    text = raw.decode("utf-8", "replace")
    _, opened, rest = text.partition(OPEN)
    inner, closed, _ = rest.rpartition(CLOSE)
    if not opened or not closed:
        return None
    try:
        return Truth.model_validate_json(unescape(inner))
    except ValidationError:
        return None
