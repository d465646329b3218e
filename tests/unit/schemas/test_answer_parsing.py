"""Answers of models: read by a parser, held to their form, shown their faults, given up with a reason."""

import asyncio
import json
from typing import Any

import pytest
from pydantic import BaseModel, Field

from schemas.errors import RetryableError
from schemas.llm.answer_parsing import Unreadable, read_answer, strict_schema
from schemas.llm.contract import Fault, Form, Reply, Request, Turn
from schemas.llm.structured_answers import REPAIRS, Conversation, Unanswered
from tests.fakes.models import KeptCounts, ScriptedModel


class Pet(BaseModel):
    name: str = Field(min_length=1)
    legs: int = 4


class Pets(BaseModel):
    pets: list[Pet]


GOOD = {"pets": [{"name": "cat", "legs": 4}]}
CAT = Pets.model_validate(GOOD)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(GOOD),
        json.dumps(GOOD, indent=4),
        f"```json\n{json.dumps(GOOD)}\n```",
        f"Sure! Here it is:\n\n```\n{json.dumps(GOOD)}\n```\nAnything else?",
        f'<think>maybe {{"pets": []}} or {{no}}</think>{json.dumps(GOOD)}',
        "\ufeff  " + json.dumps(GOOD),
        json.dumps({**GOOD, "comment": "a field too many"}),
    ],
)
def test_an_answer_is_found_bare_indented_fenced_or_after_thoughts(text: str):
    assert read_answer(text, Pets) == CAT


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("I have a cat and a dog.", "no JSON object"),
        (json.dumps(GOOD)[:-4], "broken"),
        ("{'pets': [}", "broken"),
        ("__import__('os').system('true')", "no JSON object"),
        ('{"pets": [{"name": ""}]}', "pets.0.name"),
        ('{"pets": "cat"}', "valid list"),
        ('{"animals": []}', "pets: Field required"),
        ("[1, 2]", "no JSON object"),
        ("{" * 100_000, "broken"),
        ('{"pets":' + "[" * 50_000, "broken"),
        ("x" * 300_000, "characters"),
    ],
)
def test_what_is_no_answer_is_unreadable_and_says_why(text: str, why: str):
    with pytest.raises(Unreadable, match=why):
        read_answer(text, Pets)


def test_a_schema_is_closed_and_requires_everything_and_can_limit_words():
    schema = strict_schema(Pets, {"name": ["cat", "dog"]})
    pet = schema["$defs"]["Pet"]  # type: ignore[index]
    assert schema["additionalProperties"] is False
    assert pet["additionalProperties"] is False
    assert pet["required"] == ["name", "legs"]
    assert pet["properties"] == {"name": {"type": "string", "enum": ["cat", "dog"]}, "legs": {"type": "integer"}}


def _request() -> Request:
    return Request("objects", "pets-1", (Turn("system", "pets"), Turn("user", "two")), Form("pets", strict_schema(Pets)))


def _no_dogs(pets: Pets) -> Fault | None:
    dogs = any(pet.name == "dog" for pet in pets.pets)
    return Fault("dogs are not allowed", "consistency", "contradiction") if dogs else None


def _asked(model: ScriptedModel, counts: KeptCounts) -> tuple[Pets, Conversation[Pets]]:
    talk = Conversation(model, _request(), Pets, counts)
    return asyncio.run(talk.ask(_no_dogs)), talk


class Pair(BaseModel):
    one: int
    word: str
    other: int


class Pairs(BaseModel):
    pairs: list[Pair]


def test_a_schema_can_keep_two_fields_of_an_object_apart():
    schema: Any = strict_schema(Pairs, {"one": range(3), "other": range(3), "word": ["left of"]}, ("one", "other"))
    branches = schema["$defs"]["Pair"]["anyOf"]
    ends = {tuple(b["properties"]["one"]["enum"]): b["properties"]["other"]["enum"] for b in branches}
    assert ends == {(0,): [1, 2], (1,): [0, 2], (2,): [0, 1]}
    assert all(b["additionalProperties"] is False and set(b["required"]) == {"one", "word", "other"} for b in branches)
    word = branches[0]["properties"]["word"]["$ref"].rpartition("/")[2]
    assert schema["$defs"][word]["enum"] == ["left of"]
    alone: Any = strict_schema(Pairs, {"one": range(1), "other": range(1)}, ("one", "other"))
    assert "anyOf" not in alone["$defs"]["Pair"]


def test_a_model_is_shown_its_own_answer_and_its_fault_and_may_mend_it():
    model, counts = ScriptedModel(['{"pets": [{"name": "dog"}]}', "nonsense", json.dumps(GOOD)]), KeptCounts()
    value, talk = _asked(model, counts)
    assert value == CAT
    assert counts.repairs == {"objects": 2}
    shown = model.requests[1].turns
    assert shown[2] == Turn("assistant", '{"pets": [{"name": "dog"}]}')
    assert "dogs are not allowed" in shown[3].text
    assert "no JSON object" in model.requests[2].turns[-1].text
    assert len(talk.replies) == 3


def test_after_two_repairs_it_is_given_up_with_the_last_fault_and_everything_said():
    model = ScriptedModel(["nonsense", "more nonsense", '{"pets": [{"name": "dog"}]}'])
    with pytest.raises(Unanswered) as caught:
        _asked(model, KeptCounts())
    assert len(model.requests) == REPAIRS + 1
    assert (caught.value.fault.gate, caught.value.fault.reason) == ("consistency", "contradiction")
    assert [reply.text for reply in caught.value.replies][:2] == ["nonsense", "more nonsense"]


def test_a_refusal_is_not_argued_with():
    model = ScriptedModel([Reply("I will not", "refused", "m", 1, 1, 0.1)])
    with pytest.raises(Unanswered) as caught:
        _asked(model, KeptCounts())
    assert caught.value.fault.reason == "refused"
    assert len(model.requests) == 1


def test_an_answer_that_was_cut_off_gets_twice_the_room():
    model = ScriptedModel([Reply('{"pets": [{"na', "cut", "m", 1, 2000, 0.1), json.dumps(GOOD)])
    value, _ = _asked(model, KeptCounts())
    assert value == CAT
    assert [request.max_tokens for request in model.requests] == [2000, 4000]
    assert "cut at 2000 tokens" in model.requests[1].turns[-1].text


def test_a_passing_failure_passes_through():
    with pytest.raises(RetryableError):
        _asked(ScriptedModel([RetryableError("busy")]), KeptCounts())


def test_the_key_of_an_answer_derives_from_prompt_model_parameters_and_input():
    request = _request()
    same = _request()
    assert request.key("m") == same.key("m")
    others = [
        request.key("other"),
        Request("objects", "pets-2", request.turns, request.form).key("m"),
        Request("objects", "pets-1", request.turns, request.form, temperature=0.1).key("m"),
        Request("objects", "pets-1", request.turns, request.form, seed=1).key("m"),
        Request("objects", "pets-1", (*request.turns, Turn("user", "x")), request.form).key("m"),
    ]
    assert len({request.key("m"), *others}) == 6
