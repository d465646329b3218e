"""Reads annotations in COCO's form for instances: images, annotations, categories.

In: the file's JSON.  Out: a record for every image, in the order of the file.  Raises BadAnnotations.
A box that is not given is that of the segmentation.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, Field, ValidationError

from schemas.base import Name
from schemas.texts.fault_words import in_plain_words
from schemas.texts.written_text import phrase, shown
from streams.ingest.annotated_objects import MAX_PIXELS, AnnotatedObject, AnnotatedPicture, BadAnnotations
from streams.ingest.segmentation_boxes import annotated_box

FileName = Annotated[str, Field(min_length=1, max_length=1000)]
Pixel = Annotated[float, Field(ge=-MAX_PIXELS, le=MAX_PIXELS, allow_inf_nan=False, strict=True)]
Whole = Annotated[int, Field(strict=True)]
Written = Annotated[Name, AfterValidator(phrase)]
"""A name as people write it."""

Identity = Whole | str


class _Image(BaseModel):
    id: Identity
    file_name: FileName
    width: Whole | None = None
    height: Whole | None = None


class _Category(BaseModel):
    id: Identity
    name: Written
    supercategory: object = None


class _Annotation(BaseModel):
    image_id: Identity
    category_id: Identity
    bbox: tuple[Pixel, Pixel, Pixel, Pixel] | None = None
    segmentation: object = None
    iscrowd: Literal[0, 1] = 0


Record = TypeVar("Record", _Image, _Category, _Annotation)
Named = TypeVar("Named", _Image, _Category)

COMPUTER_MOUSE = ("mouse", "electronic", "computer mouse")
"""A name that means something else by its group of categories."""


def coco_pictures(content: Mapping[str, object], name: str) -> list[AnnotatedPicture]:
    """The records; `name` is the file's in faults."""
    images = _by_id(_records(content, "images", _Image, name), "images", name)
    categories = _by_id(_records(content, "categories", _Category, name), "categories", name)
    found: dict[Identity, list[AnnotatedObject]] = {one: [] for one in images}
    for place, annotation in enumerate(_records(content, "annotations", _Annotation, name)):
        where = f"{name}, annotations[{place}]"
        if annotation.image_id not in images:
            raise BadAnnotations(f"{where}: image_id {annotation.image_id!r:.40} is in no image")
        if annotation.category_id not in categories:
            raise BadAnnotations(f"{where}: category_id {annotation.category_id!r:.40} is in no category")
        found[annotation.image_id].append(_object(annotation, categories[annotation.category_id], where))
    return [
        AnnotatedPicture(f"images[{place}]", image.file_name, tuple(found[image.id]), _size(image))
        for place, image in enumerate(images.values())
    ]


def _size(image: _Image) -> tuple[int, int] | None:
    return None if image.width is None or image.height is None else (image.width, image.height)


def _object(annotation: _Annotation, category: _Category, where: str) -> AnnotatedObject:
    word, group, meant = COMPUTER_MOUSE
    named = meant if (category.name, category.supercategory) == (word, group) else category.name
    return AnnotatedObject(
        named, annotated_box(annotation.bbox, annotation.segmentation, where, "bbox"), is_crowd=annotation.iscrowd == 1
    )


def _records(content: Mapping[str, object], part: str, form: type[Record], name: str) -> list[Record]:
    listed = content.get(part)
    if not isinstance(listed, list):
        raise BadAnnotations(f"{name}: {part} must be a list")
    found = []
    for place, record in enumerate(listed):
        try:
            found.append(form.model_validate(record))
        except ValidationError as error:
            raise BadAnnotations(f"{name}, {part}[{place}]: {explained(error)}") from error
    return found


def _by_id(records: list[Named], part: str, name: str) -> dict[Identity, Named]:
    found: dict[Identity, Named] = {}
    for place, record in enumerate(records):
        if record.id in found:
            raise BadAnnotations(f"{name}, {part}[{place}]: id {record.id!r:.40} is there twice")
        found[record.id] = record
    return found


def explained(error: ValidationError) -> str:
    """The first fault of a record in a few words."""
    fault = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(
        part if isinstance(part, str) and part.isidentifier() else shown(str(part)).strip("'") for part in fault["loc"]
    )
    is_of_object = fault["type"] in ("model_type", "model_attributes_type")
    message = "must be a JSON object" if is_of_object else in_plain_words(fault)
    return f"{where}: {message}" if where else message
