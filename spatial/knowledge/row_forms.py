"""The schemas of rows in data files, for knowledge from outside the package.

In: located rows.  Out: validated rows; BadKnowledge with file, line and reason for the first fault.
A test validates the package's own rows by the same schemas.
"""

from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from schemas.base import Name
from schemas.errors import BadKnowledge
from schemas.texts.fault_words import in_plain_words
from spatial.knowledge.categories import Backdrop, Rest
from spatial.knowledge.knowledge_files import LocatedRow

Metres = Annotated[float, Field(gt=0, le=1000)]
"""From a ring to a mountain."""

Share = Annotated[float, Field(ge=0, le=1)]
Family = Literal["colour", "state", "orientation", "material", "pattern"]
Words = tuple[Name, ...]
PictureName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]
"""A file's name without its ending."""


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PoseForm(_Form):
    """The resting pose of a sprite; `spatial.knowledge.categories` explains the fields."""

    turn: Annotated[float, Field(ge=-180, le=180)] = 0.0
    flat: Annotated[float, Field(gt=0, le=1)] = 1.0
    thick: Annotated[float, Field(ge=0, le=0.5)] = 0.0


class LeaningForm(_Form):
    """How a thing leans; `spatial.knowledge.categories` explains the fields. `drawing`, `aspect`: of the package only."""

    size_m: tuple[Metres, Metres]
    turn: Annotated[float, Field(ge=-60, le=60)] = 0.0
    mirrored: bool = False
    alone: bool = False
    drawing: Name | None = None
    aspect: Annotated[float, Field(gt=0, le=50)] | None = None


class CategoryForm(_Form):
    """A row of `categories_*.json`; `spatial.knowledge.categories` explains the fields.

    `tags` are names of groups, which `supports` and `holds` may list: `@fruit`.
    """

    name: Name
    plural: Name
    size_m: tuple[Metres, Metres, Metres]
    rests_on: Annotated[tuple[Rest, ...], Field(min_length=1)]
    aspect: Annotated[float, Field(gt=0, le=50)]
    surface: Share | None = None
    supports: Words = ()
    holds: Words = ()
    attributes: dict[Family, Words] = Field(default_factory=dict)
    sprite: PictureName | None = None
    pose: PoseForm | None = None
    place: Literal["high", "back", "track", "road", "flat"] | None = None
    drawn: bool = False
    tint: bool = False
    faces: Literal["left", "right"] | None = None
    single: bool = False
    leaning: LeaningForm | None = None
    firm: bool = False
    parts: Words = ()
    synonyms: Words = ()
    any_size: bool = False
    tags: Words = ()

    @model_validator(mode="after")
    def _has_orientation_words(self) -> "CategoryForm":
        if self.faces is not None and not self.attributes.get("orientation"):
            raise ValueError("what faces a side needs words for it in attributes.orientation")
        return self

    @model_validator(mode="after")
    def _leans_and_props_up_on_the_floor(self) -> "CategoryForm":
        if (self.leaning is not None or self.firm) and "floor" not in self.rests_on:
            raise ValueError("what leans or is leant on must have floor in rests_on")
        return self


class SceneForm(_Form):
    """A row of `scenes.json`. `pictures` are of the folder's own backdrops."""

    name: Name
    words: Words
    backdrop: Backdrop
    horizon: Annotated[float, Field(gt=0, lt=1)]
    elements: Words
    categories: Annotated[Words, Field(min_length=1)]
    fixtures: Words = ()
    pictures: tuple[PictureName, ...] = ()
    known_by: Words = ()

    @model_validator(mode="after")
    def _names_its_own(self) -> "SceneForm":
        other = next((name for name in self.known_by if name not in self.categories), None)
        if other is not None:
            raise ValueError(f"known_by names {other!r}, which is not among the scene's categories")
        other = next((name for name in self.fixtures if name not in self.elements), None)
        if other is not None:
            raise ValueError(f"fixtures name {other!r}, which is not among the scene's elements")
        return self


class ParaphraseForm(_Form):
    """A row of `phrases.json`: a sentence with slots for a shape of question."""

    shape: Name
    text: Annotated[str, Field(min_length=1, max_length=300)]


Form = TypeVar("Form", CategoryForm, SceneForm, ParaphraseForm)


def validated(found: LocatedRow, form: type[Form]) -> Form:
    """The row, validated by its schema. Raises BadKnowledge."""
    try:
        return form.model_validate(found.row)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        name = found.row.get("name")
        what = f"{name!r}: " if isinstance(name, str) else ""
        raise BadKnowledge(f"{found.where}: {what}{f'{where}: ' if where else ''}{in_plain_words(fault)}") from None
