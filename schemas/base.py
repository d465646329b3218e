"""What every event has in common: frozen, typed, versioned.

In: keyword arguments or decoded payloads.  Out: validated, immutable models.
Does not know topics, wire formats or ids.
"""

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(min_length=1, max_length=80)]
"""A short word or phrase: a category, an attribute, a predicate, a stage."""

Text = Annotated[str, Field(max_length=4000)]
"""A sentence or a prompt."""

Id = Annotated[str, Field(pattern=r"^[0-9a-f]{8,64}(-[0-9]{1,6})?$")]
"""An id derived from content (`schemas.ids`), lower-case hexadecimal."""


class Model(BaseModel):
    """A frozen value that refuses unknown fields. In JSON, bytes are base64 text; on the wire they are bytes."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, ser_json_bytes="base64", val_json_bytes="base64"
    )


class Event(Model):
    """A model that travels on a topic.

    `VERSION` is major.minor: a minor step adds optional fields only, a major step may change anything.
    """

    VERSION: ClassVar[str] = "1.0"
