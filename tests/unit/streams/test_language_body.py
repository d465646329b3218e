"""Bodies of chat completions: whatever a server puts into them, what is read can be stored, counted and sent."""

import json
from typing import Any

import pytest

from schemas.llm.answer_parsing import MAX_CHARS
from streams.llm.response import InvalidResponse, read_body


def saying(content: Any, **more: Any) -> dict[str, Any]:
    return {"choices": [{"message": {"content": content, **more}}]}


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("{}", "{}"),
        (None, ""),
        (5, ""),
        ({"a": 1}, ""),
        ([{"type": "text", "text": '{"a"'}, {"type": "image"}, "x", {"type": "text", "text": ": 1}"}], '{"a": 1}'),
        ("half a character \ud800", "half a character ?"),
    ],
)
def test_the_text_is_text_whatever_the_content_is(content: Any, text: str):
    assert read_body(saying(content)).text == text


def test_a_call_of_a_tool_in_place_of_words_is_an_empty_answer():
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    assert read_body(saying(None, tool_calls=[call])).text == ""


def test_a_refusal_is_only_one_in_words():
    assert read_body(saying(None, refusal="no \udfff")).text == "no ?"
    assert read_body(saying(None, refusal="no")).finish == "refused"
    assert read_body(saying("{}", refusal={"no": 1})).finish == "done"


def test_no_more_is_kept_of_a_text_than_shows_that_it_is_too_long():
    assert len(read_body(saying("x" * 10 * MAX_CHARS)).text) == MAX_CHARS + 1


@pytest.mark.parametrize(
    ("said", "count"),
    [
        ("7", 7),
        ("7.0", 7),
        ("NaN", 0),
        ("1e999", 0),
        ("-5", 0),
        ("1e30", 0),
        ('"many"', 0),
        ("null", 0),
        ("true", 0),
        ("[1]", 0),
    ],
)
def test_a_count_of_tokens_is_a_sane_number_or_nothing(said: str, count: int):
    usage = json.loads(f'{{"prompt_tokens": {said}, "completion_tokens": 3}}')
    assert read_body({**saying("{}"), "usage": usage}).tokens == (count, 3)


@pytest.mark.parametrize("usage", [None, [1], "free"])
def test_a_server_that_does_not_count_costs_nothing(usage: Any):
    assert read_body({**saying("{}"), "usage": usage}).tokens == (0, 0)


def test_an_error_in_place_of_an_answer_is_said():
    with pytest.raises(InvalidResponse, match="no choices, but: overloaded"):
        read_body({"error": {"message": "overloaded"}})
