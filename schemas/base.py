"""The base of all events: frozen, typed, versioned models, and the types of text and JSON for their fields.

In: keyword arguments or decoded payloads.  Out: validated, immutable models.
Does not know topics, wire formats or ids.
"""

import math
import unicodedata
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationInfo,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from schemas.bounds import (
    MAX_JSON_CHARS,
    MAX_JSON_DEPTH,
    MAX_JSON_ITEMS,
    MAX_KEY_BYTES,
    MAX_KEY_PART_BYTES,
    MAX_LONG,
    MAX_NAME_CHARS,
    MAX_TEXT_CHARS,
    MAX_WHOLE,
)
from schemas.texts.written_text import FILLERS


def _is_seen(character: str) -> bool:
    return unicodedata.category(character)[0] not in "CZM" and character not in FILLERS


def readable(text: str) -> str:
    """The text, if it has no control characters and at least one visible one. Raises otherwise."""
    if text.isascii() and text.isprintable() and text.strip():
        return text
    if any(unicodedata.category(character) == "Cc" for character in text):
        raise PydanticCustomError("control_characters", "must have no control characters")
    if not any(_is_seen(character) for character in text):
        raise PydanticCustomError("blank", "must not be blank")
    return text


def _is_object_key(key: str) -> str:
    parts = key.split("/")
    if not key.isprintable() or any(part.strip() in ("", ".", "..") for part in parts):
        raise PydanticCustomError("object_key", "must be an object key: printable, and no part of it empty, . or ..")
    if len(key.encode()) > MAX_KEY_BYTES or any(len(part.encode()) > MAX_KEY_PART_BYTES for part in parts):
        raise PydanticCustomError(
            "object_key",
            "must be an object key: at most {whole} bytes of UTF-8, and {part} between two slashes",
            {"whole": MAX_KEY_BYTES, "part": MAX_KEY_PART_BYTES},
        )
    return key


def _plain_json(value: dict[str, object]) -> dict[str, object]:
    """The value, if it is JSON of a bounded size. Raises for anything that cannot be serialised."""
    items, chars = 0, 0
    waiting: list[tuple[object, int]] = [(value, 1)]
    while waiting:
        item, depth = waiting.pop()
        items += 1
        if items > MAX_JSON_ITEMS or depth > MAX_JSON_DEPTH:
            bounds = {"items": MAX_JSON_ITEMS, "depth": MAX_JSON_DEPTH}
            raise PydanticCustomError("json_size", "must have at most {items} values, at most {depth} levels deep", bounds)
        if isinstance(item, dict):
            waiting += [(part, depth) for part in item] + [(part, depth + 1) for part in item.values()]
            items -= len(item)  # keys
            if not all(isinstance(key, str) for key in item):
                raise PydanticCustomError("json_key", "must have keys that are texts")
        elif isinstance(item, list | tuple):
            waiting += [(part, depth + 1) for part in item]
        else:
            chars += _plain_value(item)
    if chars > MAX_JSON_CHARS:
        raise PydanticCustomError("json_chars", "must have at most {chars} characters", {"chars": MAX_JSON_CHARS})
    return value


def _plain_value(item: object) -> int:
    """The number of characters of a JSON scalar. Raises for what JSON or msgpack cannot represent."""
    if item is None or isinstance(item, bool):
        return 0
    if isinstance(item, str):
        if not item.isascii() and any(0xD800 <= ord(character) <= 0xDFFF for character in item):
            raise PydanticCustomError("json_text", "must have texts of whole characters")
        return len(item)
    if (isinstance(item, int) and abs(item) <= MAX_LONG) or (isinstance(item, float) and math.isfinite(item)):
        return 0
    kind = type(item).__name__
    raise PydanticCustomError("json_value", "must be JSON with finite numbers of 64 bits, not {kind}", {"kind": kind})


READING = {"reading": True}
"""Validation context for decoded events: another version may have other words in its closed sets."""


@dataclass(frozen=True)
class OneOf:
    """Metadata of a text from a closed set. New values must be one of these words; decoded ones may be others."""

    words: frozenset[str]

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check the word after everything else."""
        return core_schema.with_info_after_validator_function(self._known, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Add the words as an enum."""
        return {**handler(schema), "enum": sorted(self.words)}

    def _known(self, word: str, info: ValidationInfo) -> str:
        if word in self.words or (isinstance(info.context, dict) and info.context.get("reading")):
            return word
        raise PydanticCustomError("closed_set", "must be one of {words}", {"words": ", ".join(sorted(self.words))})


Name = Annotated[str, Field(min_length=1, max_length=MAX_NAME_CHARS), AfterValidator(readable)]
"""A short word or phrase: a category, an attribute, a predicate, a stage."""

Text = Annotated[str, Field(max_length=MAX_TEXT_CHARS)]
"""A sentence or a prompt."""

Id = Annotated[str, Field(pattern=r"^[0-9a-f]{8,64}(-[0-9]{1,6})?$")]
"""An id derived from content (`schemas.ids`), lower-case hexadecimal."""

Key = Annotated[str, Field(min_length=1, max_length=MAX_KEY_BYTES), AfterValidator(_is_object_key)]
"""The key of an object in the store."""

Json = Annotated[dict[str, object], AfterValidator(_plain_json)]
"""A JSON object of a bounded size."""

Whole = Annotated[int, Field(ge=0, le=MAX_WHOLE)]
"""A number or id, of an object or of a seed's graph."""


class Model(BaseModel):
    """A frozen value that refuses unknown fields. In JSON, bytes are base64 text; on the wire they are bytes."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, ser_json_bytes="base64", val_json_bytes="base64"
    )


class Event(Model):
    """A model that is published on a topic.

    `VERSION` is major.minor: a minor step adds optional fields only, a major step may change anything.
    """

    VERSION: ClassVar[str] = "1.0"
