"""Drawing a sample's picture again, to check that its lineage is complete.

In: a lineage and the renderer that its picture names.  Out: a comparison of the two files.
A collage is the same to the byte on the same machine and libraries.  A diffusion model's picture is compared by pixels:
with another batch, device or library version it may differ slightly.
"""

import hashlib
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image

from dataset.reading.lineage import Lineage
from gpu_workers.annotated_pictures import is_annotated
from gpu_workers.relabel import PRODUCER as SALVAGE
from schemas.interfaces import Renderer
from streams.errors import Refused

TOLERANCE = 8
"""Of 255: the largest difference of any pixel in any channel that counts as the same picture."""


@dataclass(frozen=True)
class Comparison:
    """The hashes of two files. `difference`: the largest of any pixel, of 255; None where the sizes differ."""

    sha256: str
    before: str
    difference: int | None

    @property
    def is_identical(self) -> bool:
        """Whether the files are identical."""
        return self.sha256 == self.before

    @property
    def is_same_picture(self) -> bool:
        """Whether the pictures are the same within the tolerance."""
        return self.is_identical or (self.difference is not None and self.difference <= TOLERANCE)

    def __str__(self) -> str:
        if self.is_identical:
            return f"redrawn    {self.sha256}: the same file"
        if self.difference is None:
            return f"redrawn    {self.sha256}: another size"
        verdict = "within" if self.is_same_picture else "beyond"
        return (
            f"redrawn    {self.sha256}: differs by {self.difference} of 255 at most, {verdict} the tolerance of {TOLERANCE}"
        )


def rerender_sample(found: Lineage, renderer: Renderer) -> Comparison:
    """Draw again and compare: the picture, or the first of further cameras' that is another file.

    Raises Refused where the sample names another renderer, PermanentError where it cannot draw the graph.
    """
    if is_annotated(found.graph):
        raise Refused("the picture was ingested with its annotations, not drawn: there is nothing to draw again")
    named = found.provenance.get("renderer")
    if renderer.name != named:
        raise Refused(f"the picture was drawn by {named}, this is {renderer.name}: set SKG_RENDERER")
    if found.graph.provenance.producer == SALVAGE:
        first = found.graph.provenance.parents[0]
        raise Refused(f"the picture was drawn of graph {first}, which it did not obey; only what it shows was kept")
    seed = int(found.provenance["notes"]["render_seed"])
    (drawing,) = renderer.render([found.graph], [seed])
    pairs = [(found.picture, drawing.data)]
    pairs += [(view, again.data) for view, again in zip(found.views, drawing.views, strict=False)]
    compared = [_compared(before, after) for before, after in pairs]
    return next((each for each in compared if not each.is_identical), compared[0])


def _compared(picture: bytes, again: bytes) -> Comparison:
    before, after = (hashlib.sha256(data).hexdigest() for data in (picture, again))
    return Comparison(after, before, _difference(picture, again))


def _difference(one: bytes, other: bytes) -> int | None:
    with Image.open(BytesIO(one)) as a, Image.open(BytesIO(other)) as b:
        if a.size != b.size:
            return None
        pixels = [np.asarray(picture.convert("RGB"), dtype=np.int16) for picture in (a, b)]
    return int(np.abs(pixels[0] - pixels[1]).max())
