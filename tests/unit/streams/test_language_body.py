"""Bodies of chat completions: whatever a server puts into them, what is read can be stored, counted and sent."""

import json
from typing import Any

import pytest

from schemas.llm.json_objects import MAX_CHARS
from streams.llm.response import InvalidResponse, body_text, read_body


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


def _call(arguments: Any) -> dict[str, Any]:
    return {"id": "1", "type": "function", "function": {"name": "f", "arguments": arguments}}


def test_the_arguments_of_one_call_stand_for_words_that_are_not_there():
    assert read_body(saying(None, tool_calls=[_call('{"a": 1}')])).text == '{"a": 1}'
    assert read_body(saying(None, tool_calls=[_call({"a": 1})])).text == '{"a": 1}'
    assert read_body(saying(None, tool_calls=[_call('{"a": 1}'), _call('{"a": 1}')])).text == '{"a": 1}'
    assert read_body(saying(None, function_call={"name": "f", "arguments": '{"a": 1}'})).text == '{"a": 1}'


@pytest.mark.parametrize("nothing", ["", "\n\n", "\u200b"])
def test_a_call_is_read_beside_text_that_shows_nothing(nothing: str):
    assert read_body(saying(nothing, tool_calls=[_call('{"a": 1}')])).text == '{"a": 1}'


def test_a_call_is_read_behind_the_words_that_announce_it():
    assert read_body(saying("Let me see.", tool_calls=[_call('{"a": 1}')])).text == 'Let me see.\n{"a": 1}'


@pytest.mark.parametrize("calls", [[], [_call("{}"), _call('{"a": 1}')], [_call(5)], [5], [{}], "no", [{"function": "f"}]])
def test_other_calls_of_tools_are_an_empty_answer(calls: Any):
    assert read_body(saying(None, tool_calls=calls)).text == ""


def test_parts_that_are_no_text_are_left_out_of_the_text():
    parts = [{"type": "reasoning", "text": '{"a": 0}'}, {"type": "text", "text": '{"a": 1}'}, {"text": "?"}]
    assert read_body(saying(parts)).text == '{"a": 1}'


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning", "thinking"])
def test_thinking_that_a_server_keeps_apart_is_no_text(field: str):
    found = read_body(saying(None, **{field: '{"a": 0}'}))
    assert (found.text, found.thoughts) == ("", '{"a": 0}')


@pytest.mark.parametrize(("reason", "finish"), [("length", "cut"), ("max_tokens", "cut"), ("stop", "done"), (None, "done")])
def test_the_limit_has_several_names(reason: Any, finish: str):
    body = saying("{}")
    body["choices"][0]["finish_reason"] = reason
    assert read_body(body).finish == finish


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
    for error in ({"message": "overloaded"}, "overloaded"):
        assert body_text({"error": error}) == "overloaded"
    assert body_text({"error": {"code": 7}}) == '{"error": {"code": 7}}'
    assert body_text("<html>") == "<html>"
    with pytest.raises(InvalidResponse, match="no choices"):
        read_body({"error": {"message": "overloaded"}})
