"""Parses the text of a model's answer into a validated value.

In: raw text: bare JSON, fenced, with prose around it, cut off.  Out: a pydantic model, or Unreadable with the reason.
Nothing is evaluated, and a JSON parser, not a pattern, finds where a value begins and ends.
"""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

T = TypeVar("T", bound=BaseModel)
Words = Sequence[str] | Sequence[int]
"""The allowed values of a field."""

MAX_CHARS = 200_000
"""Longer answers are not parsed: the longest valid one has a tenth of it."""

MAX_STARTS = 200
"""Opening braces tried in one answer: bounds the time that a hostile one can take."""

UNKNOWN_TO_SERVERS = ("default", "title", "minLength", "maxLength")
"""JSON Schema keywords that some servers refuse for constrained output; pydantic checks them afterwards."""

MAX_FAULTS = 4
"""Faults shown at once: a model fixes a few at a time."""


class Unreadable(ValueError):
    """The text has no answer of this form; the message is written for the model."""


def read_answer(text: str, form: type[T]) -> T:
    """The answer in a text: the last JSON object in it that has the form. Raises Unreadable."""
    found = _objects(text)
    last: ValidationError | None = None
    for value in reversed(found):
        try:
            return form.model_validate(value)
        except ValidationError as error:
            last = last or error
    if last is not None:
        raise Unreadable(_explain(last))
    raise Unreadable(_describe_missing_json(text))


def _objects(text: str) -> list[object]:
    """The outermost JSON objects in a text, in order."""
    decoder, found = json.JSONDecoder(), list[object]()
    position = text.find("{") if len(text) <= MAX_CHARS else -1
    for _ in range(MAX_STARTS):
        if position < 0:
            break
        try:
            value, end = decoder.raw_decode(text, position)
            found.append(value)
        except (ValueError, RecursionError):
            end = position + 1
        position = text.find("{", end)
    return found


def _describe_missing_json(text: str) -> str:
    if not text.strip():
        return "the answer was empty; give one JSON object"
    if len(text) > MAX_CHARS:
        return f"the answer has {len(text)} characters; give one JSON object of at most {MAX_CHARS}"
    if "{" not in text:
        return "there is no JSON object in the answer; give one JSON object and nothing else"
    try:
        json.loads(text[text.index("{") :])
    except (ValueError, RecursionError) as error:
        return f"the JSON is broken: {error}"
    return "there is no JSON object in the answer; give one JSON object and nothing else"


def _explain(error: ValidationError) -> str:
    faults = error.errors()
    faults_text = [f"{'.'.join(map(str, fault['loc'])) or 'answer'}: {fault['msg']}" for fault in faults[:MAX_FAULTS]]
    more = [f"and {len(faults) - MAX_FAULTS} more"] if len(faults) > MAX_FAULTS else []
    return "the answer does not have the form that was asked for: " + "; ".join(faults_text + more)


def strict_schema(
    form: type[BaseModel], words: Mapping[str, Words] | None = None, distinct_fields: tuple[str, str] | None = None
) -> dict[str, object]:
    """The JSON Schema of a form for constrained output: closed objects, every field required.

    `words`: the values that a field may hold, by its name; `distinct_fields`: two of these fields that never hold the same
    value in one object.
    """
    schema: dict[str, object] = json.loads(_schema_text(form))  # a fresh copy, since it is changed
    _close_objects(schema, words or {})
    if distinct_fields is not None:
        _split_by_first_field(schema, distinct_fields)
    return schema


def _split_by_first_field(schema: dict[str, Any], distinct_fields: tuple[str, str]) -> None:
    """Restrict the second of these fields, in every object with both, for each value of the first."""
    first, second = distinct_fields
    for name, node in list(schema.get("$defs", {}).items()):
        fields = node.get("properties", {})
        values = fields.get(first, {}).get("enum", [])
        if len(values) < 2 or "enum" not in fields.get(second, {}):
            continue
        for field in fields.keys() - {first, second}:  # said once, however many branches there are
            schema["$defs"][f"{name}_{field}"] = fields[field]
            fields[field] = {"$ref": f"#/$defs/{name}_{field}"}
        schema["$defs"][name] = {"anyOf": [_branch(node, distinct_fields, value) for value in values]}


def _branch(node: dict[str, Any], distinct_fields: tuple[str, str], value: object) -> dict[str, Any]:
    first, second = distinct_fields
    fields = node["properties"]
    others = [other for other in fields[second]["enum"] if other != value]
    narrowed = {first: {**fields[first], "enum": [value]}, second: {**fields[second], "enum": others}}
    return {**node, "properties": {**fields, **narrowed}}


@lru_cache(maxsize=64)
def _schema_text(form: type[BaseModel]) -> str:
    """The schema by pydantic; cached, since it takes milliseconds."""
    return json.dumps(form.model_json_schema())


def _close_objects(node: Any, words: Mapping[str, Words]) -> None:
    if isinstance(node, list):
        for item in node:
            _close_objects(item, words)
        return
    if not isinstance(node, dict):
        return
    if node.keys() & {"type", "anyOf", "$ref", "enum"}:
        for word in UNKNOWN_TO_SERVERS:
            node.pop(word, None)
    fields = node.get("properties")
    if isinstance(fields, dict):
        node["additionalProperties"] = False
        node["required"] = list(fields)
        for name, field in fields.items():
            if words.get(name):
                _limit_values(field, words[name])
    for value in node.values():
        _close_objects(value, words)


def _limit_values(field: dict[str, Any], words: Words) -> None:
    """Restrict a field (the items of a list, the non-null branch) to these words or numbers."""
    branches = field.get("anyOf") or [field.get("items") if field.get("type") == "array" else field]
    for branch in branches:
        if isinstance(branch, dict) and branch.get("type") in ("string", "integer"):
            branch["enum"] = list(words)
