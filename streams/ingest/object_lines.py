"""Reads annotations as JSON lines in the form of the dataset's `objects`.

In: the parsed lines.  Out: a record for each.  Raises BadAnnotations.
A line has `image` (a file's name, or `{"path": …}`) and `objects`, each with `category` and `box` or `segmentation`, and
optionally `attributes`, `depth`, `visible`; and optionally `scene`, `concept`, `excluded`, `width` and `height`.  Other
fields, such as those of the dataset's rows, are not read.
"""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, ValidationError

from schemas.bounds import MAX_ATTRIBUTES, MAX_EXCLUDED
from schemas.events import Concept
from schemas.graph import Depth
from schemas.texts.written_text import phrase
from streams.ingest.annotated_objects import AnnotatedObject, AnnotatedPicture, BadAnnotations
from streams.ingest.coco_annotations import FileName, Pixel, Whole, Written, explained
from streams.ingest.segmentation_boxes import annotated_box


class _Path(BaseModel):
    path: FileName


class _Object(BaseModel):
    category: Written
    box: tuple[Pixel, Pixel, Pixel, Pixel] | None = None
    segmentation: object = None
    attributes: Annotated[tuple[Written, ...], Field(max_length=MAX_ATTRIBUTES)] = ()
    depth: Annotated[Depth, Field(allow_inf_nan=False, strict=True)] | None = None
    visible: Annotated[float, Field(ge=0, le=1, strict=True)] = 1.0


class _Line(BaseModel):
    image: FileName | _Path
    objects: tuple[_Object, ...]
    width: Whole | None = None
    height: Whole | None = None
    scene: Written | None = None
    concept: Annotated[Concept, AfterValidator(phrase)] | None = None
    excluded: Annotated[tuple[Written, ...], Field(max_length=MAX_EXCLUDED)] = ()


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
