"""What a file of annotations says of its pictures, whatever its form.

Declares only.  Boxes are (x, y, width, height) in pixels of the picture, as annotated: they may have fractions and extend
beyond it.
"""

from dataclasses import dataclass

from schemas.errors import BadInput

FloatBox = tuple[float, float, float, float]

MAX_PIXELS = 1e6
"""Either way, of a box: no picture is that large, and squares stay exact."""


class BadAnnotations(BadInput):
    """A file of annotations that cannot be read. The text begins with the file and names the record."""


@dataclass(frozen=True)
class AnnotatedObject:
    """One annotated object. `depth` is None where nobody measured it; smaller is nearer.

    `is_crowd`: several that were not separated.
    """

    category: str
    box: FloatBox
    attributes: tuple[str, ...] = ()
    depth: float | None = None
    visible: float = 1.0
    is_crowd: bool = False


@dataclass(frozen=True)
class AnnotatedPicture:
    """A picture's record. `size`: width and height that the annotations are for, where they say so."""

    record: str
    file_name: str
    objects: tuple[AnnotatedObject, ...]
    size: tuple[int, int] | None = None
    scene: str | None = None
    concept: str | None = None
    excluded: tuple[str, ...] = ()
