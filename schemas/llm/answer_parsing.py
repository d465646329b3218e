"""Parses the text of a model's answer into a validated value.

In: raw text: bare JSON, fenced, with thinking or prose around it, cut off.  Out: a pydantic model, or Unreadable with the
reason.  Nothing is evaluated or completed, and a draft of an answer is none.
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from schemas.llm.json_objects import MAX_CHARS, Found, find_objects, opening_of
from schemas.llm.thinking import is_blank, without_thinking

T = TypeVar("T", bound=BaseModel)
Words = Sequence[str] | Sequence[int]
"""The allowed values of a field."""

UNKNOWN_TO_SERVERS = ("default", "title", "minLength", "maxLength")
"""JSON Schema keywords that some servers refuse for constrained output; pydantic checks them afterwards."""

MAX_FAULTS = 4
"""Faults shown at once: a model fixes a few at a time."""

_FENCE = re.compile(r"^\s*```\w*\s*$")


class Unreadable(ValueError):
    """The text has no answer of this form; the message is written for the model."""


def read_answer(text: str, form: type[T], *, alone: bool = False) -> T:
    """The answer in a text: the one JSON object behind the thinking that has the form. Raises Unreadable.

    `alone`: nothing may stand around the object but a fence, since it could be a draft in thinking without marks.
    """
    answer = without_thinking(text)
    if answer is None:
        raise Unreadable("the thinking has no end; give one JSON object after it")
    fields = _names_of(form)
    found = list(find_objects(answer, fields))
    if alone and not (len(found) == 1 and _is_alone(answer, found[0])):
        raise Unreadable("there is more than an answer; give one JSON object and nothing else")
    alike = [each for each in found if fields & each.value.keys()] or found
    if not alike or opening_of(fields).search(answer, alike[-1].end):
        raise Unreadable(_describe_missing_json(answer))
    return _same_answer([each.value for each in alike], form)


def _names_of(form: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in form.model_fields.items()}


def _same_answer(values: list[dict[str, object]], form: type[T]) -> T:
    """The last value, as long as no other has the form and says something else: which one is meant is not ours to guess."""
    try:
        last = form.model_validate(values[-1])
    except ValidationError as error:
        raise Unreadable(_explain(error)) from None
    for value in values[:-1]:
        try:
            other = form.model_validate(value)
        except ValidationError:
            continue
        if other != last:
            raise Unreadable("there are several different answers; give one JSON object and nothing else")
    return last


def _is_alone(text: str, found: Found) -> bool:
    """Whether there is nothing but a fence around an object."""
    return not _FENCE.sub("", text[: found.start]).strip() and not text[found.end :].strip("` \t\r\n")


def _describe_missing_json(text: str) -> str:
    if is_blank(text):
        return "the answer was empty; give one JSON object"
    if len(text) > MAX_CHARS:
        return f"the answer has {len(text)} characters; give one JSON object of at most {MAX_CHARS}"
    try:
        json.loads(text[text.index("{") :] if "{" in text else "null")
    except RecursionError:
        return "the JSON is broken: it is nested too deeply"
    except ValueError as error:
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
