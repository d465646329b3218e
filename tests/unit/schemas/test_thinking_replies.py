"""Replies of models that think: a draft is never taken for an answer, wherever a reply is cut, and the cause has words."""

import asyncio
import json
from contextlib import suppress
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from schemas.llm.answer_parsing import Unreadable, read_answer
from schemas.llm.contract import Finish, Form, Reply, Request, Turn
from schemas.llm.reply_reading import read_reply
from schemas.llm.structured_answers import Conversation, Unanswered, accept
from tests.fakes.models import KeptCounts, ScriptedModel


class Scenes(BaseModel):
    scenes: list[str]


ANSWER = Scenes(scenes=["beach"])
WHOLE = '{"scenes": ["beach"]}'
DRAFT = '{"scenes": ["desert"]}'
MARKS = [
    ("<think>", "</think>"),
    ("<thinking>\n", "\n</thinking>"),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
    ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
    ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final <|constrain|>json<|message|>"),
    ("<seed:think>", "</seed:think>"),
    ("<|START_THINKING|>", "<|END_THINKING|><|START_RESPONSE|>"),
    ("<|begin_of_thought|>", "<|end_of_thought|>\n\n<|begin_of_solution|>"),
    ("<|START_THINKING|>", "<|END_THINKING|><|START_TEXT|>"),
    ("<reflection>", "</reflection>"),
    ("<|channel>thought\n", "<channel|>"),
    ("<|think|>", "<|/think|>"),
]


def said(text: str, finish: Finish = "done", thoughts: str = "") -> Reply:
    return Reply(text, finish, "m", 10, 1200, 0.1, "key", thoughts)


def read(reply: Reply) -> Scenes:
    return read_reply(reply, Scenes, 1200)


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (said(f"<think>It could be {DRAFT} but no, the picture is", "cut"), "^cut at 1200 tokens while thinking"),
        (said("", "cut", f"It could be {DRAFT} but"), "^cut at 1200 tokens while thinking"),
        (said("", "cut", DRAFT), "^cut at 1200 tokens while thinking"),
        (said(f"It could be {DRAFT} but no, the picture is", "cut"), "^cut at 1200 tokens, before"),
        (said(f"<think>no</think>It could be {DRAFT} but", "cut"), "^cut at 1200 tokens, before"),
        (said("", "cut"), "^cut at 1200 tokens, before"),
        (said(f"<think>It could be {DRAFT}"), "the thinking has no end"),
        (said(f'<think effort="high">It could be {DRAFT}'), "the thinking has no end"),
        (said(f"&lt;think&gt;It could be {DRAFT}"), "the thinking has no end"),
        (said(f"{DRAFT} or {WHOLE}"), "several different answers"),
        (said('{"scenes": ' * 1000), "broken"),
        (said(f"[{DRAFT}, {WHOLE}]"), "several different answers"),
        (said(f'{DRAFT}, no: {{"scenes": 5}}'), "scenes: Input should be a valid list"),
        (said(f'{DRAFT}, no: {{"scenes": ["bea'), "broken"),
        (said("", "done", f"It could be {DRAFT}"), "nothing but thinking"),
        (said("", "done", ""), "empty"),
        (said(" \n"), "empty"),
        (said("\u200b"), "empty"),
    ],
)
def test_a_draft_is_no_answer_and_the_cause_is_said(reply: Reply, why: str):
    with pytest.raises(Unreadable, match=why):
        read(reply)


def test_the_limit_is_said_where_a_server_does_not_count():
    with pytest.raises(Unreadable, match="cut at 800 tokens while thinking"):
        read_reply(Reply("<think>", "cut", "m", 0, 0, 0.1), Scenes, 800)


@pytest.mark.parametrize(
    "reply",
    [
        said(f"<think>It could be {DRAFT}</think>{WHOLE}"),
        said(f"It could be {DRAFT}</think>{WHOLE}"),
        said(f"<think>{DRAFT}</think>no, <think>{DRAFT}</think>{WHOLE}"),
        said(f"{WHOLE}, so: {WHOLE}"),
        said(WHOLE + " " * 500, "cut"),
        said(f"```json\n{WHOLE}\n```\n\n", "cut"),
        said("", "done", WHOLE),
        said("<think></think>", "done", WHOLE),
        said(f'<think effort="high">{DRAFT}</think>{WHOLE}'),
        said(f"&lt;think&gt;{DRAFT}&lt;/think&gt;{WHOLE}"),
        said("", "done", f"```json\n{WHOLE}\n```"),
        said(WHOLE, "done", DRAFT),
    ],
)
def test_an_answer_behind_the_thinking_or_all_that_came_is_taken(reply: Reply):
    assert read(reply) == ANSWER


@pytest.mark.parametrize(
    "text",
    [
        '{"scenes": ["beach"] // the usual\n}',
        '{ /* the usual */ "scenes": ["beach"]}',
        '{"scenes": ["beach",],}',
        "{'scenes': ['beach']}",
        "```json5\n{scenes: ['beach',]}\n```",
        r"So $\frac{a}{b}$ " * 300 + WHOLE,
        "{x: {y" * 300 + WHOLE,
    ],
)
def test_json_as_models_write_it_is_read(text: str):
    assert read_answer(text, Scenes) == ANSWER


@pytest.mark.parametrize(
    "text", ["{'scenes': ['beach'", "{scenes: beach}", "{scenes} are beach", '{"scenes": ["beach" "sea"]}']
)
def test_what_is_missing_is_never_invented(text: str):
    with pytest.raises(Unreadable):
        read_answer(text, Scenes)


@pytest.mark.thorough
@pytest.mark.parametrize(
    "text",
    [
        '{"scenes":[' * 18_000,
        "{'scenes':[" + "1," * 90_000,
        "{'scenes':['" + "x" * 190_000,
        "{//" * 60_000,
        "{//{\n" * 40_000,
        '{"a":"' * 33_000,
        "{" + " " * 190_000,
        "{scenes:" * 25_000,
    ],
)
def test_a_hostile_text_takes_little_time(text: str):
    started = process_time()
    with pytest.raises(Unreadable):
        read_answer(text, Scenes)
    assert process_time() - started < 8


WORDS = st.sampled_from(["It could be ", "no, ", r"$\frac{a}{b}$ ", "{x} ", DRAFT, f"```json\n{DRAFT}\n```", "\n", "// "])
THOUGHTS = st.lists(WORDS, max_size=8).map("".join)


@given(st.sampled_from(MARKS), THOUGHTS, st.booleans(), st.booleans())
def test_thinking_in_marks_is_never_the_answer(marks: tuple[str, str], thoughts: str, begins: bool, fenced: bool):
    answer = f"```json\n{WHOLE}\n```" if fenced else WHOLE
    text = f"{marks[0] * begins}{thoughts}{marks[1]}{answer}"
    assert read(said(text)) == ANSWER


@given(st.sampled_from(MARKS), THOUGHTS, st.data())
def test_a_cut_reply_gives_the_answer_or_none(marks: tuple[str, str], thoughts: str, data: st.DataObject):
    text = f"{marks[0]}{thoughts}{marks[1]}{WHOLE}"
    length = data.draw(st.integers(0, len(text)))
    for finish in ("cut", "done"):
        try:
            found = read(said(text[:length], finish))
        except Unreadable:
            assert length < len(text)
        else:
            assert (found, length) == (ANSWER, len(text))


@given(THOUGHTS, st.data())
def test_thinking_without_marks_that_is_cut_gives_no_draft(thoughts: str, data: st.DataObject):
    text = f"Well: {thoughts}{WHOLE}"
    with pytest.raises(Unreadable):
        read(said(text[: data.draw(st.integers(0, len(text)))], "cut"))


@given(THOUGHTS)
def test_drafts_before_an_answer_are_asked_about_again(thoughts: str):
    reply = said(f"{thoughts}\n{WHOLE}")
    if DRAFT in thoughts:
        with pytest.raises(Unreadable, match="several different answers"):
            read(reply)
    else:
        assert read(reply) == ANSWER


@given(st.text(max_size=80))
def test_no_reply_is_beyond_reading(text: str):
    for finish in ("cut", "done"):
        with suppress(Unreadable):
            read(said(text, finish, text))


def _talk(model: ScriptedModel, max_tokens: int = 400) -> Conversation[Scenes]:
    request = Request("scenes", "scenes-1", (Turn("system", "s"), Turn("user", "{}")), Form("scenes", {}))
    return Conversation(model, Request(**{**request.__dict__, "max_tokens": max_tokens}), Scenes, KeptCounts())


@pytest.mark.parametrize(
    "empty", [said(""), said(" \n"), said("\u200b"), said(f"<think>{DRAFT}", "cut"), said("", "cut", "hm")]
)
def test_an_answer_without_words_is_no_turn_of_the_repair(empty: Reply):
    model = ScriptedModel([empty, WHOLE])
    assert asyncio.run(_talk(model).ask(accept)) == ANSWER
    turns = model.requests[1].turns
    assert [turn.role for turn in turns] == ["system", "user"], "some servers refuse two turns of one role"
    assert turns[1].text.startswith("{}\n\nThis answer cannot be used: ")


def test_faults_after_several_empty_answers_stand_in_one_turn():
    model = ScriptedModel([said(""), said("no idea"), said("")])
    with pytest.raises(Unanswered):
        asyncio.run(_talk(model).ask(accept))
    turns = model.requests[2].turns
    assert [turn.role for turn in turns] == ["system", "user", "assistant", "user"]
    assert asyncio.run(_talk(ScriptedModel([said(""), said(""), WHOLE])).ask(accept)) == ANSWER


def test_thinking_is_not_shown_to_the_model_again():
    model = ScriptedModel([said(f'<think>{DRAFT}</think>{{"scenes": 5}}'), WHOLE])
    assert asyncio.run(_talk(model).ask(accept)) == ANSWER
    assert model.requests[1].turns[2] == Turn("assistant", '{"scenes": 5}')


def test_a_limit_that_is_larger_than_a_repair_may_ask_for_is_kept():
    model = ScriptedModel([said("<think>", "cut")])
    with pytest.raises(Unanswered, match="scenes: cut at 1200 tokens while thinking"):
        asyncio.run(_talk(model, 12_000).ask(accept))
    assert {request.max_tokens for request in model.requests} == {12_000}


def test_the_thoughts_of_a_reply_are_kept_with_it():
    assert json.loads(json.dumps(said("", "cut", "hm").__dict__))["thoughts"] == "hm"
