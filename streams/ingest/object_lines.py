"""Reads annotations as JSON lines in the form of the dataset's `objects`.

In: the parsed lines.  Out: a record for each.  Raises BadAnnotations.
A line has `image` (a file's name, or `{"path": …}`) and `objects`, each with `category` and `box` or `segmentation`, and
optionally `attributes`, `depth`, `visible`; and optionally `scene`, `concept`, `excluded`, `width` and `height`.  Other
fields, such as those of the dataset's rows, are not read.
"""

from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

from schemas.base import Name
from schemas.events import Concept
from schemas.graph import Attributes, Depth, Excluded
from streams.ingest.annotated_objects import AnnotatedObject, AnnotatedPicture, BadAnnotations
from streams.ingest.coco_annotations import FileName, Pixel, explained
from streams.ingest.segmentation_boxes import annotated_box


class _Path(BaseModel):
    path: FileName


class _Object(BaseModel):
    category: Name
    box: tuple[Pixel, Pixel, Pixel, Pixel] | None = None
    segmentation: object = None
    attributes: Attributes = ()
    depth: Annotated[Depth, Field(allow_inf_nan=False)] | None = None
    visible: Annotated[float, Field(ge=0, le=1)] = 1.0


class _Line(BaseModel):
    image: FileName | _Path
    objects: tuple[_Object, ...]
    width: int | None = None
    height: int | None = None
    scene: Name | None = None
    concept: Concept | None = None
    excluded: Excluded = ()


def line_picture(content: object, number: int, name: str) -> AnnotatedPicture:
    """The record of a line; `name` is the file's in faults."""
    where = f"{name}, line {number}"
    try:
        line = _Line.model_validate(content)
    except ValidationError as error:
        raise BadAnnotations(f"{where}: {explained(error)}") from error
    return AnnotatedPicture(
        f"line {number}",
        line.image if isinstance(line.image, str) else line.image.path,
        tuple(_object(thing, f"{where}, objects[{place}]") for place, thing in enumerate(line.objects)),
        None if line.width is None or line.height is None else (line.width, line.height),
        line.scene,
        line.concept,
        line.excluded,
    )


def _object(thing: _Object, where: str) -> AnnotatedObject:
    return AnnotatedObject(
        thing.category,
        annotated_box(thing.box, thing.segmentation, where, "box"),
        thing.attributes,
        thing.depth,
        thing.visible,
    )
