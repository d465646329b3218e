"""What a row of a data file must say, for knowledge that comes from outside the package.

In: rows with their places.  Out: nothing; BadKnowledge with file, line and reason for the first row that is at fault.
The package's own rows are held to the same forms by a test.
"""

from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from schemas.base import Name
from schemas.errors import BadKnowledge
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


class CategoryForm(_Form):
    """A row of `categories_*.json`; `spatial.knowledge.categories` says what the fields mean.

    `tags` are names of groups, by which `supports` and `holds` may call them: `@fruit`.
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
    drawn: bool = False
    tint: bool = False
    faces: Literal["left", "right"] | None = None
    single: bool = False
    parts: Words = ()
    tags: Words = ()

    @model_validator(mode="after")
    def _is_turned_in_words(self) -> "CategoryForm":
        if self.faces is not None and not self.attributes.get("orientation"):
            raise ValueError("what faces a side needs words for it in attributes.orientation")
        return self


class SceneForm(_Form):
    """A row of `scenes.json`. `pictures` are of the folder's own backdrops."""

    name: Name
    words: Words
    backdrop: Backdrop
    horizon: Annotated[float, Field(gt=0, lt=1)]
    elements: Words
    categories: Annotated[Words, Field(min_length=1)]
    pictures: tuple[PictureName, ...] = ()


Form = TypeVar("Form", CategoryForm, SceneForm)


def checked(found: LocatedRow, form: type[Form]) -> Form:
    """The row in its form. Raises BadKnowledge."""
    try:
        return form.model_validate(found.row)
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        name = found.row.get("name")
        what = f"{name!r}: " if isinstance(name, str) else ""
        raise BadKnowledge(f"{found.place}: {what}{f'{where}: ' if where else ''}{fault['msg']}") from None
